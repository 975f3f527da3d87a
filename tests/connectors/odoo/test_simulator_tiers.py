"""The simulated Odoo with the addon or the server action: each event once, newest wins, one note per transfer."""

import json

import pytest
from odoo_bench import KEY, Bench

from crossdock.connectors.odoo.simulator.partner import build
from crossdock.model.commands import RecordNote
from crossdock.ports.connector import Command
from crossdock.ports.verdicts import Done, Park, Refuse, Retry
from crossdock.ports.wire import HttpRequest

NOW = 1_767_225_600_000_000
FIELDS = {"addon": "crossdock_", "action": "x_crossdock_"}


def json2(simulator, path, body, now=NOW, key=KEY):
    headers = {"content-type": "application/json", "authorization": f"bearer {key}", "x-odoo-database": "odoo"}
    answer = simulator.handle(
        HttpRequest("POST", f"http://odoo.example/json/2/{path}", headers, json.dumps(body).encode()), now
    )
    return answer.status, json.loads(answer.body)


def event(key, picking, at="2026-01-01 10:00:00", **told):
    return {"id": key, "picking": picking, "kind": "milestone", "at": at, "rank": 1, "text": f"text of {key}", **told}


def applied(simulator, tier, items):
    """What each item came to."""
    if tier == "addon":
        status, found = json2(simulator, "crossdock.event/apply", {"events": items})
    else:
        domain = [["x_key", "=", "crossdock:apply_events"]]
        _, [row] = json2(simulator, "x_crossdock_event/search_read", {"domain": domain, "fields": ["x_rank"]})
        body = {"ids": [row["x_rank"]], "context": {"crossdock_events": items}}
        status, found = json2(simulator, "ir.actions.server/run", body)
        found = found["results"]
    assert status == 200
    assert [each["id"] for each in found] == [each["id"] for each in items]
    return [each["result"] for each in found]


@pytest.fixture(params=["addon", "action"])
def tiered(request):
    simulator = build({"tier": request.param})
    return simulator, request.param, simulator.control("confirm_orders", {"n": 3}, NOW)


@pytest.mark.req("K11", "N1")
def test_events_are_applied_once_and_the_newest_holds(tiered):
    simulator, tier, [first, second, _] = tiered
    items = [
        event("b", first, "2026-01-01 11:00:00", milestone="delivered", tracking=["T2"]),
        event("a", first, "2026-01-01 10:00:00", milestone="in_transit", tracking=["T1"]),
        event("c", second, milestone="in_transit", eta="2026-01-02 08:00:00"),
        event("a", first, milestone="in_transit"),
        event("d", 999, milestone="in_transit"),
    ]
    assert applied(simulator, tier, items) == ["applied", "applied", "applied", "duplicate", "error"]
    row = simulator.database.rows["stock.picking"][first]
    assert row[f"{FIELDS[tier]}milestone"] == "delivered"
    assert row["carrier_tracking_ref"] == "T2,T1"  # in the order of the call
    late = event("e", first, "2026-01-01 10:30:00", milestone="out_for_delivery")
    assert applied(simulator, tier, [late, *items[:1]]) == ["stale", "duplicate"]
    assert row[f"{FIELDS[tier]}milestone"] == "delivered"
    notes = [each["body"] for each in simulator.database.rows["mail.message"].values() if each["res_id"] == first]
    assert notes == ["<ul><li>text of a</li><li>text of b</li></ul>", "<p>text of e</p>"]


@pytest.mark.req("K11")
def test_a_milestone_ends_an_exception_and_each_aspect_has_its_own_newest(tiered):
    simulator, tier, [picking, *_] = tiered
    row, prefix = simulator.database.rows["stock.picking"][picking], FIELDS[tier]
    applied(simulator, tier, [event("a", picking, "2026-01-01 09:00:00", exception="address")])
    assert row[f"{prefix}exception"] == "address"
    plan = event("p", picking, "2026-01-01 08:00:00", plan={"tour": "T-7", "sequence": 3})
    newer = event("b", picking, "2026-01-01 10:00:00", milestone="delivered", proof={"signed_by": "J. Doe"})
    assert applied(simulator, tier, [newer, plan]) == ["applied", "applied"]
    assert row[f"{prefix}exception"] is False
    assert (row[f"{prefix}tour"], row[f"{prefix}tour_sequence"], row[f"{prefix}signed_by"]) == ("T-7", 3, "J. Doe")


@pytest.mark.req("K11")
@pytest.mark.parametrize(
    "bad",
    [
        7,
        {"picking": 1},
        {"id": "x", "picking": "1"},
        {"id": "x", "picking": 1, "at": "soon"},
        {"id": "x", "picking": 1, "kind": "joke"},
    ],
)
def test_what_cannot_be_read_is_an_error_of_its_own(tiered, bad):
    simulator, tier, [picking, *_] = tiered
    good = event("good", picking, milestone="delivered")
    if tier == "addon":
        _, found = json2(simulator, "crossdock.event/apply", {"events": [bad, good]})
        assert [each["result"] for each in found] == ["error", "applied"]
        assert found[0]["error"]["name"] == "ValueError"
    _, found = json2(simulator, "stock.picking/read", {"ids": [picking], "fields": [f"{FIELDS[tier]}milestone"]})
    assert found[0][f"{FIELDS[tier]}milestone"] == ("delivered" if tier == "addon" else False)


def test_without_a_tier_there_is_neither_model():
    simulator = build({})
    for model in ("crossdock.event", "x_crossdock_event"):
        assert json2(simulator, f"{model}/search", {"domain": []})[0] == 404
    with pytest.raises(ValueError, match="no tier 'gold'"):
        build({"tier": "gold"})


@pytest.mark.req("K11")
async def test_the_connector_finds_the_tier_and_uses_it():
    for tier in ("stock", "action", "addon"):
        bench = Bench("19.0", options={"tier": tier})
        await bench.connector._tiers.way(0)
        assert bench.connector._tiers.tier == tier


def note(picking, marker):
    body = RecordNote(str(picking), f"Note {marker}", marker)
    return Command(f"key-{marker}", "odoo", f"do:odoo:{picking}", body, "0" * 32, 1)


def take_away(database, tier):
    """As an administrator does who uninstalls the addon, or removes the server action with its mark."""
    if tier == "addon":
        del database.schema["crossdock.event"], database.rows["crossdock.event"]
    else:
        database.rows["ir.actions.server"].clear()
        database.rows["x_crossdock_event"].clear()


async def notes_sent(bench, *commands):
    return [type(each) for each in await bench.connector.send_together(commands, None)]


@pytest.mark.req("K11", "K3")
@pytest.mark.parametrize("tier", ["addon", "action"])
async def test_a_tier_that_is_taken_away_is_missed_at_once_and_another_way_is_taken(tier):
    bench = Bench("19.0", options={"tier": tier})
    [picking] = bench.control("confirm_orders", n=1)
    assert await notes_sent(bench, note(picking, "a")) == [Done]
    take_away(bench.simulator.database, tier)
    assert await notes_sent(bench, note(picking, "b")) == [Retry], "nothing was written: it is tried again"
    assert await notes_sent(bench, note(picking, "b")) == [Done]
    assert bench.connector._tiers.tier == "stock"
    row = bench.simulator.state()
    assert [sum(f"Note {name}" in body for each in row.values() for body in each["notes"]) for name in "ab"] == [1, 1]


@pytest.mark.req("K11")
async def test_a_refusal_while_the_tier_is_there_stays_a_refusal():
    bench = Bench("19.0", options={"tier": "addon"})
    fault = {"model": "crossdock.event", "method": "apply", "name": "odoo.exceptions.UserError", "message": "no"}
    first, second = bench.control("confirm_orders", n=2)
    [verdict] = await bench.connector.send_together([note(first, "b")], None)
    assert isinstance(verdict, Done)
    bench.control("fail_next", **fault, times=1)
    [verdict] = await bench.connector.send_together([note(second, "a")], None)
    assert isinstance(verdict, Park | Refuse)


@pytest.mark.req("K7")
async def test_feeds_go_on_when_the_configured_addon_is_missing():
    bench = Bench("19.0", tier="addon")
    bench.control("confirm_orders", n=1)
    facts, problems, _, _ = await bench.drain()
    assert (len(facts), problems) == (1, [])
    [picking] = bench.simulator.database.rows["stock.picking"]
    [verdict] = await bench.connector.send_together([note(picking, "a")], None)
    assert isinstance(verdict, Park), "writes wait for a person, who is told what is missing"
    assert "crossdock odoo setup" in verdict.why.operator


@pytest.mark.req("K11", "M3")
async def test_an_addon_that_this_user_may_only_read_is_left_to_others():
    bench = Bench("19.0", options={"tier": "addon"})
    fault = {"model": "crossdock.event", "method": "apply", "name": "odoo.exceptions.AccessError", "message": "no"}
    bench.control("fail_next", **fault, times=1)
    [picking] = bench.control("confirm_orders", n=1)
    [verdict] = await bench.connector.send_together([note(picking, "a")], None)
    assert isinstance(verdict, Done)
    assert bench.simulator.database.rows["crossdock.event"] == {}
