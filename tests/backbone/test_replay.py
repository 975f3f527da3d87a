"""Replay: the plan says exactly what happens, and then exactly that happens. Histories are drawn by Hypothesis."""

import asyncio
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.fingerprint import row_hash
from crossdock.backbone.replay import Selection, UnknownFlow
from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.identifiers import Reference, ReferenceKind, trace_id_of
from crossdock.model.instants import stamp
from crossdock.model.names import names_of
from crossdock.ports.connector import Received, Translation, Unreadable
from crossdock.ports.process import Decision, Order, Process, command_key
from crossdock.ports.verdicts import Retry
from hubs import WHY, Scripted, scripted_hub
from orders import delivery_order

MILESTONES = ("in_transit", "delivered", "exception", "out_for_delivery")


def number(name: int) -> Reference:
    return Reference(ReferenceKind.TRACKING, f"T{name}")


class Reader(Scripted):
    """Messages are lists of scans and of orders (["order", n]); what it cannot read and how it reads changes."""

    def __init__(self):
        super().__init__()
        self.better = False

    def translate(self, message):
        said = json.loads(message.body)
        if "riddle" in said and not self.better:
            return Translation(problems=(Unreadable("", WHY),))
        return Translation(tuple(self._fact(each) for each in said if each != "riddle"))

    def _fact(self, said):
        if said[0] == "order":
            subject = f"do:odoo:{said[1]}"
            at = stamp("2026-11-21T06:00:00Z")
            body = ev.FulfilmentRequested(delivery_order(said[1]))
            return ev.Fact(body, at, subject=subject, binds=(number(said[1]), *names_of(body, "carrier")))
        name, milestone, at = said
        if self.better and milestone == "in_transit":
            milestone = "returned"
        return self.scan(name, milestone, at)


def notes(situation) -> Decision:
    """A process with a memory: it notes every second scan, asks and takes back, raises and resolves."""
    seen = int(situation.process or b"0") + 1
    event, milestone = situation.event, ""
    if isinstance(event.body, ev.TrackingReported):
        milestone = event.body.event.milestone
    orders = (Order("note", "carrier", cmd.RecordNote("7", f"{seen}", event.key)),) if seen % 2 else ()
    events, withdrawn = [], ()
    if milestone == "exception":
        events.append(ExceptionRaised("carrier.lost", "look", f"/{seen}", event.key))
    if milestone == "returned":
        events.append(ev.InvoiceReady(event.subject, "SO", event.key))
    if milestone == "delivered":
        withdrawn = (command_key("notes", event.key, "note"),)
    return Decision(str(seen).encode(), f"phase {seen}", orders, tuple(events), withdrawn=withdrawn)


NOTES = Process(
    "notes", 1,
    frozenset({"tracking.reported.v1", "fulfilment.requested.v1", "invoice.ready.v1", "command.withdrawn.v1"}), notes,
)  # fmt: skip


def messages(draw: random.Random, count: int) -> list[bytes]:
    """A history: scans of known, unknown and not yet known parcels, orders, and what nobody can read yet."""
    found = []
    for _ in range(count):
        said: list = []
        for _ in range(draw.randint(1, 3)):
            name, hour = draw.randint(1, 4), draw.randint(0, 9)
            if draw.random() < 0.25:
                said.append(["order", name])
            else:
                said.append([f"T{name}", draw.choice(MILESTONES), f"2026-11-21T0{hour}:00:00Z"])
        if draw.random() < 0.3:
            said.append("riddle")
        found.append(json.dumps(said).encode())
    return found


async def lived(seed: int, count: int):
    """A hub at rest whose history was drawn by ``seed``, some of its commands unsent."""
    draw = random.Random(seed)
    carrier = Reader()
    hub = scripted_hub(carrier, processes=[NOTES], seed=seed)
    for body in messages(draw, count):
        hub.clock.advance(1)
        carrier.answers = [Retry(WHY)] * draw.randint(0, 2)
        await hub.intake.accept("carrier", Received("events", body, {}, hub.clock.now()))
        if draw.random() < 0.5:
            await hub.engine.settle_all()
    await hub.engine.settle_all()
    return hub, carrier, draw


def everything(tx):
    subjects = tx.states.subjects("", 100)
    return (
        {name: row_hash(row) for name, row in tx.states.load(subjects).items()},
        {each.key: each.status for each in tx.lanes.given_for(subjects)},
        sum(len(tx.log.of_subject(each)) for each in subjects),
    )


async def compare(seed: int, count: int, *, effects: bool) -> int:
    """Plan, do it, and compare the two; gives how much there was to compare."""
    hub, carrier, draw = await lived(seed, count)
    carrier.better = True
    rows, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="inbound", limit=200))
    selection = draw.choice(
        [
            Selection(partner="carrier"),
            Selection(since=rows[len(rows) // 2].received_at),
            Selection(until=rows[0].received_at),
            Selection(ids=tuple(row.id for row in rows[::2])),
            Selection(flow="tracking"),
            Selection(flow="notes", partner="carrier"),
        ]
    )
    before = await hub.store.read(everything)
    plan = await hub.replayer.plan(selection, hub.clock.now(), effects=effects)
    assert await hub.store.read(everything) == before, "a plan writes nothing"
    carrier.sent.clear()
    await hub.replayer.start(plan.ids, effects=effects)
    while await hub.engine.translate() or await hub.engine.reduce():
        pass
    states, commands, events = await hub.store.read(everything)
    changed = {name: (before[0].get(name, ""), mark) for name, mark in states.items() if before[0].get(name) != mark}
    planned = {each.subject: (each.before, each.after) for each in plan.changes if each.before != each.after}
    assert planned == changed
    assert events - before[2] == plan.events
    given = {key for key, status in commands.items() if key not in before[1] and status != "withdrawn"}
    assert given == ({each.key for each in plan.effects} if effects else set())
    if effects:
        taken = {
            key
            for key, status in commands.items()
            if status == "withdrawn" and before[1].get(key) not in {None, status}
        }
        assert taken == set(plan.withdrawn)
    else:
        assert commands == before[1]
        await hub.engine.settle_all()
    return len(planned) + len(plan.effects)


@pytest.mark.req("K5", "K17")
@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 14), st.booleans())
def test_what_the_plan_says_is_what_happens(seed, count, effects):
    asyncio.run(compare(seed, count, effects=effects))


@pytest.mark.req("K5")
def test_the_histories_compared_are_not_empty():
    found = [asyncio.run(compare(seed, 10, effects=bool(seed % 2))) for seed in range(12)]
    assert sum(map(bool, found)) >= 8


@pytest.mark.req("K5", "K2")
async def test_what_a_quiet_replay_leaves_waiting_stays_quiet_when_it_is_bound_at_last():
    carrier = Reader()
    hub = scripted_hub(carrier, processes=[NOTES])
    body = json.dumps([["T1", "in_transit", "2026-11-21T08:00:00Z"], "riddle"]).encode()
    answer = await hub.intake.accept("carrier", Received("events", body, {}, hub.clock.now()))
    await hub.engine.settle_all()
    carrier.better = True
    await hub.replayer.start([answer.exchange_id], effects=False)
    await hub.engine.settle_all()
    order = ev.Fact(
        ev.FulfilmentRequested(delivery_order(1)), stamp("2026-11-21T06:00:00Z"), subject="do:odoo:1",
        binds=(number(1),),
    )  # fmt: skip
    await hub.store.run(lambda tx: place(tx, [(Origin("x", "odoo", 1, trace_id_of("do:odoo:1")), [order])], 1))
    await hub.engine.settle_all()
    events = await hub.store.read(lambda tx: tx.log.of_subject("do:odoo:1"))
    assert [(ev.type_of(each.body), each.quiet) for each in events][:2] == [
        ("fulfilment.requested.v1", False), ("tracking.reported.v1", True),
    ]  # fmt: skip
    assert [command.body.text for command in carrier.sent] == ["1"], "the order alone was told of"


@pytest.mark.req("K5")
async def test_conditions_hold_together_and_what_cannot_be_read_again_is_named():
    hub, _, _ = await lived(3, 6)
    rows, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="inbound", limit=200))
    ids = tuple(row.id for row in rows)
    plan = await hub.replayer.plan(Selection(ids=(*ids, "nobody"), until=rows[0].received_at), hub.clock.now())
    assert set(plan.ids) == {row.id for row in rows if row.received_at < rows[0].received_at}
    assert plan.missing == ("nobody",)
    await hub.store.run(lambda tx: tx.exchanges.purge(hub.clock.now() + 1, 1000))
    gone = await hub.replayer.plan(Selection(ids=ids), hub.clock.now())
    assert (gone.messages, set(gone.missing)) == (0, set(ids))


@pytest.mark.req("K5")
async def test_a_flow_is_a_process_that_runs_or_a_family_of_events():
    hub = scripted_hub(Reader(), processes=[NOTES])
    scan, order = (json.dumps([each]).encode() for each in (["T1", "delivered", "2026-11-21T08:00:00Z"], ["order", 1]))
    for body in (scan, order):
        hub.clock.advance(1)
        await hub.intake.accept("carrier", Received("events", body, {}, hub.clock.now()))
    await hub.engine.settle_all()
    counts = {
        flow: (await hub.replayer.plan(Selection(flow=flow), hub.clock.now())).messages
        for flow in ("tracking", "fulfilment", "notes", "label")
    }
    assert counts == {"tracking": 1, "fulfilment": 1, "notes": 2, "label": 0}
    with pytest.raises(UnknownFlow) as error:
        await hub.replayer.plan(Selection(flow="odd"), hub.clock.now())
    assert {"tracking", "notes"} <= set(error.value.known)


@pytest.mark.req("K5")
async def test_a_long_replay_tells_how_far_it_is():
    hub, _, _ = await lived(5, 8)
    told = []
    plan = await hub.replayer.plan(Selection(partner="carrier"), hub.clock.now(), progress=lambda *at: told.append(at))
    await hub.replayer.start(plan.ids, effects=False, progress=lambda *at: told.append(at))
    assert told == [(8, 8), (8, 8)]
