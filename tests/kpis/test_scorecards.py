"""Scorecards: the same numbers from SQL and the API, and again from the events alone."""

import json
from random import Random

import pytest
from msgspec import structs

from crossdock.backbone.decide import Reducer
from crossdock.backbone.kpis import Window, read, span_of, terms_of
from crossdock.backbone.measuring import fold_all
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.rebuild import Rebuilder
from crossdock.cli.main import main
from crossdock.model.fulfilment import summary_of
from crossdock.model.kpis import SCORECARD
from crossdock.sim.clock import VirtualClock
from crossdock.views.scorecards import scorecard, success
from hubs import SeededIds
from kpis.by_hand import counted, exceptions_of, handovers_of, parcels_of
from kpis.generated import AT, DAY
from kpis.test_same_number import by_api, by_sql, events_of, figure
from views.seeding import FixedClock

WEEK = 7 * DAY
NOW = "2026-11-21T12:00:00Z"


def card_of(month, partner="UPS", since=AT - WEEK, until=AT):
    return month.read(lambda tx: scorecard(tx, month.board, partner, since, until, AT))


@pytest.mark.req("I11")
@pytest.mark.parametrize("partner", ["UPS", "easypost", "north"])
def test_sql_api_command_line_and_events_agree_line_by_line(month, capsys, monkeypatch, partner):
    monkeypatch.setattr("crossdock.cli.scorecard.now", lambda: AT)
    said, _ = by_api(month, f"/v1/partners/{partner}/scorecard?from=2026-11-14T12:00:00Z&to={NOW}")
    api = {each["name"]: each["value"] for each in said["items"]}
    capsys.readouterr()
    arguments = [partner, "--from", "2026-11-14T12:00Z", "--to", "2026-11-21T12:00Z", "--json"]
    assert main(["partner", "scorecard", *arguments, "--config", str(month.config)]) == 0
    told = {each["name"]: each["value"] for each in json.loads(capsys.readouterr().out)["lines"]}
    assert api == told == {each.name: each.value for each in card_of(month, partner).lines}
    assert [*api] == [each.name for each in SCORECARD]
    expected = counted(events_of(month), month.ledger, AT, partner)
    for kpi in SCORECARD:
        terms, window = terms_of(month.board, kpi.name), Window(AT - WEEK, AT, partner)
        span = span_of(month.board, terms, AT, window)
        sql = month.read(lambda tx, kpi=kpi, span=span: tx.kpis.sql(kpi, span))
        assert figure(by_sql(month, sql)) == (pytest.approx(api[kpi.name]) if api[kpi.name] is not None else None)
        if kpi.hours == WEEK // 3_600_000_000 and kpi.name in expected:
            assert api[kpi.name] == (pytest.approx(expected[kpi.name]) if expected[kpi.name] is not None else None), (
                kpi.name
            )
    assert said["not_measured"].keys() == {"cost_accuracy"}
    assert sum(1 for value in api.values() if value is not None) >= 3


@pytest.mark.req("I11", "L21")
@pytest.mark.parametrize("partner", ["", "UPS", "north"])
def test_exceptions_per_thousand_orders_by_hand(month, partner):
    events = events_of(month)
    raised = [
        (key[0], row["about"]) for key, row in exceptions_of(events).items()
        if row["queue"] == "business" and row["raised"] <= AT
    ]  # fmt: skip
    got: dict[tuple[str, str, str], int] = {}
    for (subject, _), row in parcels_of(events).items():
        if "booked" in row and AT - WEEK < row["booked"] <= AT:
            got[subject, row["partner"], row["carrier"]] = row["booked"]
    for (subject, _), row in handovers_of(events).items():
        if AT - WEEK < row["released"] <= AT:
            got[subject, row["partner"], ""] = row["released"]
    chosen = [key for key in got if partner in {"", *key[1:]}]
    found = sum(1 for key in chosen for subject, about in raised
                if subject == key[0] and (not partner or about in key[1:]))  # fmt: skip
    terms = terms_of(month.board, "exceptions_per_thousand")
    window = Window(AT - WEEK, AT, partner)
    value = month.read(lambda tx: read(tx, month.board, terms, AT, window)).value
    assert value == pytest.approx(1000 * found / len(chosen))


@pytest.mark.req("L21")
def test_success_is_told_beside_the_period_before(month):
    card = month.read(lambda tx: success(tx, month.board, AT - 3 * DAY, AT, AT))
    before = month.read(lambda tx: success(tx, month.board, AT - 6 * DAY, AT - 3 * DAY, AT))
    assert [each.name for each in card.lines] == [
        "fulfilment_continuity", "exceptions_per_thousand", "on_time_rate", "time_to_green",
    ]  # fmt: skip
    assert [each.before for each in card.lines] == [each.value for each in before.lines]
    assert sum(1 for each in card.lines if each.value is not None and each.before is not None) == 3
    said, _ = by_api(month, f"/v1/scorecard?from=2026-11-18T12:00:00Z&to={NOW}")
    assert [each["value"] for each in said["items"]] == [each.value for each in card.lines]


@pytest.mark.req("I11", "K17")
def test_a_rebuild_from_the_events_gives_the_same_scorecard(month):
    def rebuilder(store):
        reducer = Reducer(store, [], FixedClock(AT), SeededIds(), Metrics(), summary_of, 400)
        return Rebuilder(store, reducer, VirtualClock(AT), "test")

    wanted = [card_of(month, partner) for partner in ("UPS", "gls", "north", "south")]
    sound = month.run(lambda store: rebuilder(store).rebuild())  # binds the names, which the generator leaves out
    assert sound.equal
    assert [card_of(month, each.partner) for each in wanted] == wanted

    def spoil(tx):
        subjects = tx.states.subjects("", 10_000)
        parcels, handovers = tx.measures.parcels(subjects), tx.measures.handovers(subjects)
        tx.measures.drop(subjects[::2])
        tx.measures.save([structs.replace(each, scans=99, on_time=1) for each in parcels[1::3]], handovers[:1])

    month.run(lambda store: store.run(spoil))
    assert [card_of(month, each.partner) for each in wanted] != wanted
    spoilt = month.run(lambda store: rebuilder(store).check())
    assert {each.parts for each in spoilt.differences} == {("measures",)}
    healed = month.run(lambda store: rebuilder(store).rebuild())
    assert (healed.equal, healed.kept) == (True, sound.kept)
    assert [card_of(month, each.partner) for each in wanted] == wanted


@pytest.mark.parametrize("seed", range(5))
def test_what_is_measured_does_not_depend_on_the_order_of_arrival(month, seed):
    events = events_of(month)
    parcels, handovers = fold_all((), (), events)
    Random(seed).shuffle(events)
    assert fold_all((), (), events) == (parcels, handovers)
    assert len(parcels) > 150
    assert len(handovers) == 300
