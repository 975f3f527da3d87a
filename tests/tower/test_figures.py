"""The key figures of *Now*: each leads to the list behind it, and counting them is not left to whoever looks."""

from time import monotonic

import httpx
import pytest
from msgspec import structs

from crossdock.backbone.documents import StoredDocuments
from crossdock.backbone.kpis import Reading, history, terms_of
from crossdock.backbone.parking import Requests
from crossdock.model.cases import Case
from crossdock.model.measures import Parcel
from crossdock.ports.spec import Kind
from crossdock.settings.sections import Processes, Settings
from crossdock.settings.watching import Expectations
from crossdock.storage.views_records import RecordViews
from crossdock.tower.app import build
from crossdock.tower.context import Context
from crossdock.tower.sessions import Role, Sessions
from crossdock.views.kpis import UNCONFIGURED, RecentFigures, board_of
from crossdock.views.trends import RANGES, SHORT, Trends
from tower.pages import entering
from views.seeding import FixedClock

SECOND = 1_000_000
HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
BOARD = board_of(Settings(processes=Processes(expectations=Expectations())), {"gls": Kind.CARRIER})


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A busy machine is given the time: what a small store has is counted at once."""
    monkeypatch.setattr("crossdock.tower.screens.figures._AT_ONCE", 30.0)
    monkeypatch.setattr("crossdock.views.kpis._FIRST", 30.0)


class Shown:
    """The tower of a seeded store with its figures."""

    def __init__(self, world):
        self.sessions = Sessions(world.clock)
        self.app = build(
            Context(
                store=world.store, clock=world.clock, requests=Requests(), sessions=self.sessions, version="0.1.0",
                documents=StoredDocuments(world.store, world.clock), figures=RecentFigures(UNCONFIGURED, 60, monotonic),
                trends=Trends(BOARD, monotonic), board=BOARD,
            )
        )  # fmt: skip


@pytest.mark.req("L2")
async def test_every_figure_leads_to_the_list_behind_it(world):
    figures = await world.store.read(lambda tx: RecentFigures(UNCONFIGURED, 60, monotonic)(tx, world.clock.now()))
    assert len(figures) > 30
    client: httpx.AsyncClient = await entering(Shown(world), Role.READER)
    now = await client.get("/")
    assert {each.title for each in figures if each.title not in now.text} == set()
    answers = {each.link: (await client.get(each.link)).status_code for each in figures}
    assert {link: status for link, status in answers.items() if status != 200} == {}


async def test_figures_are_counted_once_in_a_while_however_many_look(monkeypatch):
    counted, terms = [], terms_of(BOARD, "stuck_orders")
    one = structs.replace(BOARD, terms=(terms,))
    reading = Reading(terms, 1.0, 0, 0, bad=False)
    monkeypatch.setattr("crossdock.views.kpis.read", lambda _tx, _board, _terms, now: counted.append(now) or reading)
    recent, start = RecentFigures(one, 60, lambda: 0.0), FixedClock().now()
    for seconds in (0, 1, 59, 60, 61):
        assert [each.name for each in recent(None, start + seconds * SECOND)] == ["stuck_orders"]
    assert counted == [start, start + 60 * SECOND]


async def test_no_page_waits_for_a_figure_that_takes_long_to_count(monkeypatch):
    """One takes four seconds, as propagation does where a day has a million messages: it is counted behind pages, and
    as seldom as its cost asks for.
    """
    clock, counted, at = [0.0], [], FixedClock().now()

    def slow(_tx, _board, terms, now):
        clock[0] += 4.0 if terms.kpi.name == "propagation_seconds" else 0.001
        counted.append(terms.kpi.name)
        return Reading(terms, 1.0, now, 0, bad=False)

    monkeypatch.setattr("crossdock.views.kpis.read", slow)
    recent = RecentFigures(UNCONFIGURED, 60, lambda: clock[0])
    while recent.count(None, at, 0.1):
        pass
    assert sorted(counted) == sorted(each.kpi.name for each in UNCONFIGURED.terms)
    counted.clear()
    assert len(recent(None, at + 61 * SECOND)) == len(UNCONFIGURED.terms)
    assert counted == [], "61 seconds after four seconds of counting is too soon"
    before, later = clock[0], at + 90 * SECOND
    assert len(recent(None, later)) == len(UNCONFIGURED.terms)
    assert "propagation_seconds" not in counted
    assert clock[0] - before < 0.05
    while recent.count(None, later, 0.1):
        pass
    assert "propagation_seconds" in counted


def _cases(now):
    """Stuck orders: one since a week ago, one for two days in between, one since an hour ago."""
    return [
        Case("do:odoo:7", "stage.overdue", "/a", "1", "late", now - 7 * DAY),
        Case("do:odoo:8", "stage.overdue", "/b", "2", "late", now - 4 * DAY, resolved_at=now - 2 * DAY),
        Case("do:odoo:9", "stage.overdue", "/c", "3", "late", now - HOUR),
    ]


@pytest.mark.req("L11", "L19")
async def test_a_figure_over_time_is_the_history_that_api_and_command_line_give(world):
    now = world.clock.now()
    await world.store.run(lambda tx: tx.exceptions.save(_cases(now)))
    client = await entering(Shown(world), Role.READER)
    told = (await client.get("/figures/stuck_orders/history?span=month")).json()
    edges = RANGES["month"].edges(now)
    terms = terms_of(BOARD, "stuck_orders")
    counted = await world.store.read(lambda tx: history(tx, BOARD, terms, [*edges, now]))
    assert told["values"] == [each.value for each in counted]
    assert told["times"] == [each.at // SECOND for each in counted]
    assert (told["values"][0], max(told["values"]), told["values"][-1], told["threshold"]) == (0.0, 2.0, 2.0, 10.0)
    page = (await client.get("/figures/stuck_orders?span=month")).text
    assert 'data-chart="/figures/stuck_orders/history?span=month&amp;partner="' in page
    assert page.count("<tr><td><time") == len(edges) + 1, "the same as a table, for those without scripts"
    assert "/orders/do:odoo:7" in page
    assert "FROM business_exception" in page
    assert "kpi.stuck_orders" in page
    assert "may be at most 10" in page


async def test_a_figure_of_one_partner_counts_that_partner_only(world):
    now = world.clock.now()
    parcels = [
        Parcel(f"do:odoo:{number}", f"N{number}", partner, partner.upper(), delivered_at=now - HOUR, on_time=on_time)
        for number, (partner, on_time) in enumerate([("gls", 0), ("gls", 1), ("ups", 1)])
    ]
    await world.store.run(lambda tx: tx.measures.save(parcels, []))
    client = await entering(Shown(world), Role.READER)
    whole = (await client.get("/figures/on_time_rate")).text
    part = (await client.get("/figures/on_time_rate?partner=gls")).text
    assert "66.7 %" in whole
    assert "50 %" in part
    assert "N2" in whole
    assert "N2" not in part
    assert (await client.get("/figures/on_time_rate/history?partner=gls")).json()["values"][-1] == 50.0


async def test_the_past_is_counted_within_a_budget_and_only_once(world):
    now = world.clock.now()
    clock = iter(range(10_000))
    trends = Trends(BOARD, lambda: next(clock))
    names, edges = ["stuck_orders", "unresolved_exceptions", "failed_syncs"], SHORT.edges(now)
    left = await world.store.read(lambda tx: trends.count(tx, names, edges, now, 3))
    # three ticks of the clock; figures of which the past is not known are not counted at all
    assert left == 2 * SHORT.count - 3
    points = trends.told("stuck_orders", edges, now)
    assert [each.counted for each in points] == [False] * (SHORT.count - 2) + [True] * 2, "the latest first"
    while left:
        fewer = await world.store.read(lambda tx: trends.count(tx, names, edges, now, 3))
        assert fewer < left
        left = fewer
    assert all(each.counted for each in trends.told("stuck_orders", edges, now))
    later = now + 3600 * SECOND
    assert not any(each.counted for each in trends.told("stuck_orders", edges, later)), "late facts change what was"


async def test_what_a_page_left_is_counted_behind_it_once_however_many_ask(world, monkeypatch):
    monkeypatch.setattr("crossdock.tower.screens.figures._AT_ONCE", 0.0)
    shown = Shown(world)
    client = await entering(shown, Role.READER)
    first = (await client.get("/")).text
    again = (await client.get("/")).text
    assert (first.count('class="spark"'), again.count('class="spark"') > 5) == (0, True)
    assert "Unresolved exceptions, " in again


async def test_the_course_stands_beside_its_figure_in_words_too(world):
    await world.store.run(lambda tx: tx.exceptions.save(_cases(world.clock.now())))
    client = await entering(Shown(world), Role.READER)
    await client.get("/figures")
    text = (await client.get("/figures")).text
    assert "7 days: from 1 to 2, between 1 and 2" in text


async def test_unknown_figures_are_missing_and_those_of_now_say_why(world):
    client = await entering(Shown(world), Role.READER)
    assert (await client.get("/figures/nobody")).status_code == 404
    assert (await client.get("/figures/nobody/history")).json() == {"times": [], "values": []}
    assert "It says how things stand now" in (await client.get("/figures/failed_syncs")).text
    assert "which is not configured" in (await client.get("/figures/unmatched_freight_charges")).text
    assert "No figures are counted here" in (await (await entering(world, Role.READER)).get("/figures")).text


async def test_the_events_of_each_hour_are_counted_once_it_is_over(world, monkeypatch):
    client = await entering(Shown(world), Role.READER)
    first = (await client.get("/now/volume")).json()
    assert sum(first["values"]) == (await world.store.read(lambda tx: tx.views.counts())).events > 0
    asked, counted = [], RecordViews.recorded
    monkeypatch.setattr(RecordViews, "recorded", lambda *given: asked.append(given[1]) or counted(*given))
    assert (await client.get("/now/volume")).json() == first
    assert len(asked) <= 2, "the hour that is going on, and the one that has just ended"
