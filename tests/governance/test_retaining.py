"""Retention over years of a virtual clock, on both databases: what goes, what stays, and that nothing happens twice."""

import json
from datetime import time

import pytest

from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.nightly import Plan
from crossdock.backbone.outbox import reader_of, state_of
from crossdock.backbone.outbox_state import Held, OutboxState, encode
from crossdock.backbone.rebuild import Rebuilder
from crossdock.backbone.replay import Selection
from crossdock.governance.ending import Floor, floors, obstacle
from crossdock.governance.retaining import NightlyRetention, Retainer, RetentionMetrics
from crossdock.governance.retention import Retention
from crossdock.model.events import Fact, FulfilmentRequested, ShipmentBooked
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.freight import FreightCharged
from crossdock.model.identifiers import PARTITIONS, delivery_order_id, partition_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.money import money
from crossdock.model.names import names_of
from crossdock.model.shipment import Booking
from crossdock.ports.connector import Received
from crossdock.ports.stores_ageing import Quiet
from crossdock.ports.stores_delivery import DueTimer
from crossdock.sim.clock import VirtualClock
from crossdock.views.timeline import story_of
from hubs import Scripted, scripted_hub
from orders import delivery_order

START = 1_795_262_400_000_000  # 2026-11-21T12:00Z
DAY = 86_400
YEARS = Retention(30, 30, 30, 100, 60, 50, 1000)
A, B, C, D = [n for n in range(1, 2000) if partition_of(delivery_order_id("odoo", str(n))) == 7][:4]


def subject(number):
    return delivery_order_id("odoo", str(number))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    return "sqlite:///:memory:" if request.param == "sqlite" else request.getfixturevalue("migrated_postgres_url")


@pytest.fixture
async def hub(url):
    made = scripted_hub(Scripted(), clock=VirtualClock(start=START), url=url)
    await made.store.migrate()
    yield made
    await made.close()
    await made.store.close()


async def book(hub, number, tracking=""):
    each, now = delivery_order(number), hub.clock.now()
    booking = Booking("carrier", "P1", f"shp_{number}", tracking or f"1Z{number}", "USPS", "Priority")
    bodies = (FulfilmentRequested(each), ShipmentBooked(booking))
    facts = [Fact(body, each.changed_at, subject=each.id, binds=names_of(body, "odoo")) for body in bodies]
    await hub.store.run(lambda tx: place(tx, [(Origin("x", "odoo", now, "0" * 32), facts)], now))
    await hub.engine.settle_all()


async def scan(hub, number, milestone="delivered", delivery="", at="2026-11-22T08:00:00Z"):
    body = json.dumps([[f"1Z{number}", milestone, at]]).encode()
    accepted = await hub.intake.accept("carrier", Received("news", body, {"delivery": delivery}, hub.clock.now()))
    await hub.engine.settle_all()
    return accepted


def retainer(hub, keep=YEARS):
    return Retainer(hub.store, hub.clock, keep)


async def grown_old(hub):
    """A and B delivered long ago, C on its way since then, D delivered today."""
    for number in (A, B, C):
        await book(hub, number)
        await scan(hub, number, "in_transit" if number == C else "delivered", f"evt-{number}")
    hub.clock.advance(1200 * DAY)
    await book(hub, D)
    await scan(hub, D, "delivered", f"evt-{D}", "2030-03-05T08:00:00Z")


def rebuilder(hub):
    return Rebuilder(hub.store, hub.reducer, hub.clock, "test")


async def subjects(hub):
    return await hub.store.read(lambda tx: tx.states.subjects("", 100))


@pytest.mark.req("M19", "F9", "K17")
async def test_what_ended_goes_and_what_stays_has_the_hash_it_had(hub):
    await grown_old(hub)
    before = await hub.store.read(lambda tx: tx.states.load([subject(C), subject(D)]))
    mine = Retainer(hub.store, hub.clock, YEARS, RetentionMetrics(hub.metrics.registry))
    foreseen = await mine.foresee()
    account = await mine.run("test")
    assert account.gone["subjects"] == foreseen.gone["subjects"] == 2
    assert account.gone["exchanges"] == foreseen.gone["exchanges"] == 3
    assert account.gone["events"] == 6
    assert account.kept == foreseen.kept == {"not at an end": 1}
    assert await subjects(hub) == sorted([subject(C), subject(D)])
    assert await hub.store.read(lambda tx: tx.states.load([subject(C), subject(D)])) == before
    report = await rebuilder(hub).check()
    assert (report.equal, report.subjects) == (True, 2)
    again = await retainer(hub).run("test")
    assert again.gone == {}
    assert hub.metrics.registry.get_sample_value("crossdock_retention_rows_total", {"of": "subjects"}) == 2


@pytest.mark.req("M19")
async def test_what_no_state_shows_happened_all_the_same(hub):
    await book(hub, A)
    await scan(hub, A)
    await hub.clock.sleep(990 * DAY)
    now = hub.clock.now()
    charged = FreightCharged("carrier", "INV-1", "1", money("6.30", "EUR"), from_epoch_us(now), f"1Z{A}")
    facts = [Fact(charged, from_epoch_us(now), subject=subject(A))]
    before = (await hub.store.read(lambda tx: tx.states.load([subject(A)])))[subject(A)]
    await hub.store.run(lambda tx: place(tx, [(Origin("x", "carrier", now, "0" * 32), facts)], now))
    await hub.engine.settle_all()
    assert (await hub.store.read(lambda tx: tx.states.load([subject(A)])))[subject(A)] == before
    await hub.clock.sleep(500 * DAY)
    await book(hub, B)
    assert (await retainer(hub).run("night")).kept == {"a younger event": 1}
    assert len(await hub.store.read(lambda tx: tx.log.of_subject(subject(A)))) == 4
    await hub.clock.sleep(500 * DAY)
    await book(hub, C)
    await retainer(hub).run("night")
    assert await hub.store.read(lambda tx: tx.log.of_subject(subject(A))) == []


@pytest.mark.req("M19", "K2", "K5")
async def test_what_comes_years_too_late_is_recognised_and_does_nothing(hub):
    await grown_old(hub)
    await retainer(hub).run("test")
    counts = await hub.store.read(lambda tx: tx.views.counts())
    await scan(hub, A, "delivered", f"evt-{A}")
    await scan(hub, A, "returned", "evt-new", "2030-03-06T08:00:00Z")
    await book(hub, A)
    after = await hub.store.read(lambda tx: tx.views.counts())
    assert (after.events, after.waiting, after.parked, after.open_exceptions) == (counts.events, 0, 0, 0)
    assert subject(A) not in await subjects(hub)
    late, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="inbound", subject=subject(A)))
    assert [(row.status, "ended" in row.operator) for row in late] == [("repeated", True)] * 2
    plan = await hub.replayer.plan(Selection(partner="carrier"), hub.clock.now(), effects=True)
    assert (plan.changes, plan.effects, plan.events) == ((), (), 0)
    assert (await rebuilder(hub).check()).equal


@pytest.mark.req("M19", "K2")
async def test_a_delivery_that_is_forgotten_still_makes_no_second_fact(hub):
    await book(hub, A)
    first = await scan(hub, A, delivery="evt-1")
    hub.clock.advance(100 * DAY)
    assert (await retainer(hub).run("test")).gone.get("delivery_ids", 0) == 1
    events = (await hub.store.read(lambda tx: tx.views.counts())).events
    again = await scan(hub, A, delivery="evt-1")
    assert again.exchange_id != first.exchange_id
    assert (await hub.store.read(lambda tx: tx.views.counts())).events == events


@pytest.mark.req("M19")
async def test_a_number_a_carrier_uses_again_is_the_living_orders(hub):
    await grown_old(hub)
    await retainer(hub).run("test")
    await book(hub, D, tracking=f"1Z{A}")
    await scan(hub, A, "out_for_delivery", "evt-again", "2030-03-07T08:00:00Z")
    keys = await hub.store.read(lambda tx: [each.body for each in tx.log.of_subject(subject(D))])
    assert any(getattr(getattr(body, "event", None), "tracking_number", "") == f"1Z{A}" for body in keys)
    assert (await hub.store.read(lambda tx: tx.views.counts())).parked == 0
    assert (await hub.store.read(lambda tx: story_of(tx, f"1Z{A}"))).subject == subject(D)
    gone = await hub.store.read(lambda tx: story_of(tx, f"1Z{B}"))
    assert (gone.subject, gone.row, gone.entries) == (subject(B), None, ())


@pytest.mark.req("M19", "E9")
@pytest.mark.parametrize("why", ["outbox behind", "outbox held", "reducer behind"])
async def test_nobody_is_passed_who_still_has_to_read(hub, why):
    await grown_old(hub)
    name, now = reader_of("bus"), hub.clock.now()
    heads = await hub.store.read(lambda tx: tx.views.log_heads())
    last_of_b = await hub.store.read(lambda tx: tx.log.of_subject(subject(B))[-1].position)
    held = (Held(7, last_of_b, subject(B), now),) if why == "outbox held" else ()

    def stand(tx):
        tx.partners.move_cursor(name, "state", "", encode(OutboxState(begun=True, held=held)), now)
        moves = {each: (0, head) for each, head in heads.items() if head}
        if why == "outbox behind":
            moves[7] = (0, last_of_b - 1)
        tx.log.advance(name, moves)
        if why == "reducer behind":
            tx.log.advance("reducer", {7: (heads[7], last_of_b - 1)})

    await hub.store.run(stand)
    account = await retainer(hub).run("test")
    assert account.gone["subjects"] == 1
    assert subject(B) in await subjects(hub)
    reader = "reducer" if why == "reducer behind" else name
    assert account.kept[f"not yet read by {reader}"] == 1
    assert len(await hub.store.read(lambda tx: tx.log.of_subject(subject(B)))) == 3
    assert (await hub.store.read(lambda tx: state_of(tx, "bus")))[0].held == held


@pytest.mark.req("M19")
@pytest.mark.parametrize("why", ["exception", "deadline"])
async def test_what_is_open_keeps_its_order(hub, why):
    await grown_old(hub)
    now = hub.clock.now()
    if why == "deadline":
        await hub.store.run(lambda tx: tx.timers.set([DueTimer(subject(A), "later", now + 1)]))
    else:
        raised = Fact(ExceptionRaised("a.kind", "look"), from_epoch_us(now), subject=subject(A))
        hub.clock._now -= 1200 * DAY * 1_000_000  # it was raised when the order was young
        await hub.store.run(lambda tx: place(tx, [(Origin("x", "", now, "0" * 32), [raised])], hub.clock.now()))
        await hub.engine.settle_all()
        hub.clock.advance(1200 * DAY)
    account = await retainer(hub).run("test")
    assert (account.gone["subjects"], account.kept[why]) == (1, 1)
    assert subject(A) in await subjects(hub)


@pytest.mark.req("M19", "K17")
async def test_a_rebuild_at_work_is_left_alone(hub):
    await grown_old(hub)
    now = hub.clock.now()
    await hub.store.run(lambda tx: tx.leases.claim("rebuild-x", now, now + 10**12, PARTITIONS))
    account = await retainer(hub).run("test")
    assert account.kept == {"a rebuild runs": 1}
    assert len(await subjects(hub)) == 4


@pytest.mark.req("M19")
async def test_zero_days_keep_for_ever(hub):
    await grown_old(hub)
    account = await retainer(hub, Retention(*[0] * 7)).run("test")
    assert (account.gone, await subjects(hub)) == ({}, sorted(map(subject, (A, B, C, D))))


@pytest.mark.req("M19")
async def test_one_worker_does_it_once_a_night(hub):
    await grown_old(hub)
    plan = Plan(time(3, 30), "UTC", 0)
    workers = [NightlyRetention(retainer(hub), hub.store, hub.clock, name, plan) for name in ("w1", "w2")]
    for each in workers:
        await each(hub.clock.now())
    assert len(await subjects(hub)) == 4, "the first night is only noted"
    hub.clock.advance(DAY)
    for each in workers:
        await each(hub.clock.now())
    assert [each._running is not None for each in workers] == [True, False]
    await workers[0]._running
    assert len(await subjects(hub)) == 2


def test_the_slowest_of_all_readers_is_the_floor():
    readers = {"reducer": {1: 9}, "outbox:a": {1: 5}, "outbox:b": {}}
    assert floors(readers, {}, [1]) == {1: Floor(1, "outbox:b")}
    del readers["outbox:b"]
    assert floors(readers, {"outbox:a": [(1, 3), (2, 1)]}, [1]) == {1: Floor(3, "outbox:a")}


@pytest.mark.parametrize(
    ("last", "open_", "milestone", "phase", "found"),
    [
        (4, "", "delivered", "delivered", ""),
        (4, "", "", "cancelled", ""),
        (4, "command", "delivered", "", "command"),
        (4, "", "in_transit", "shipped", "not at an end"),
        (5, "", "delivered", "", "not yet read by r"),
    ],
)
def test_what_stands_in_the_way_is_said(last, open_, milestone, phase, found):
    row = Quiet("do:odoo:1", phase, milestone, 1, 0, last, open_)
    assert obstacle(row, Floor(5, "r"), 9) == found
    assert obstacle(row, Floor(99, "r"), 4) == (found or "the newest event of its partition") or last == 5
