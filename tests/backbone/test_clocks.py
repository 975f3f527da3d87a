"""Clocks of machines differ, and are set forward and back: whose work it is goes by the store's clock alone."""

import time

import pytest

from backbone.test_together import Unheard, note
from crossdock.backbone.breaker import Limits
from crossdock.backbone.deliver import CLAIM_LOST
from crossdock.backbone.pacing import take_turn
from crossdock.backbone.silent_workers import SilentWorkers
from crossdock.model.identifiers import PARTITIONS
from crossdock.ports.clock import Reading, passed, read
from crossdock.ports.stores import StoreUnavailable
from crossdock.ports.verdicts import ErrorClass, Retry
from crossdock.sim.clock import VirtualClock
from crossdock.transports.machine import RealClock
from hubs import WHY, Scripted, ScriptedTogether, scripted_hub

SECOND = 1_000_000
pytestmark = pytest.mark.req("K2", "K13")


class Off:
    """A machine's clock that is ``off`` by so many seconds of the world's, and of a store that has the world's."""

    def __init__(self, world, off=0.0):
        self.world, self.off = world, off

    def now(self):
        return self.world.now() + int(self.off * SECOND)

    def steady(self):
        return self.world.now()

    def agreed(self, _shown):
        return self.world.now()

    async def sleep(self, seconds):
        await self.world.sleep(seconds)


class OfFile(Off):
    """The same where the store is a file: it has no other time."""

    def agreed(self, _shown):
        return self.now()


class Wrong(RealClock):
    """The real machine's with its time of day ten minutes ahead, or behind."""

    def __init__(self, off):
        self.off = off

    def now(self):
        return super().now() + self.off * SECOND


def waiting(hub, number=1):
    notes = [note(f"s{each}", f"m{each}") for each in range(number)]
    return hub.store.run(lambda tx: tx.lanes.enqueue(notes))


@pytest.fixture
async def two(tmp_path):
    """Hubs of two machines on one store, and the world's time."""
    world = VirtualClock()
    hubs = [
        scripted_hub(
            Scripted("carrier"), url=f"sqlite:///{tmp_path / 'x.db'}", clock=Off(world), owner=name, seed=number,
            limits=Limits(per_second=1, burst=3, concurrency=50),
        )
        for number, name in enumerate(("w1", "w2"))
    ]  # fmt: skip
    await hubs[0].store.migrate()
    yield world, *hubs
    for hub in hubs:
        await hub.store.close()


@pytest.mark.parametrize("off", [-3600, -50, 50, 3600])
async def test_nobody_takes_over_by_a_clock_of_their_own(two, off):
    world, one, other = two
    await waiting(one)
    other.clock.off = off
    [load] = await one.engine.courier.claim()
    await world.sleep(one.engine.courier.lease_seconds - 1)
    assert await other.engine.courier.claim() == []
    assert not await other.engine._any_due()
    await world.sleep(1)
    assert await other.engine._any_due()
    [[taken]] = await other.engine.courier.claim()
    assert (taken.id, taken.attempt, taken.doubtful) == (load[0].id, 2, True)


@pytest.mark.parametrize("off", [-3600, 3600])
async def test_a_clock_that_is_set_while_a_call_is_under_way_neither_ends_nor_prolongs_its_claim(two, off):
    world, one, other = two
    await waiting(one)
    courier = one.engine.courier
    [load] = await courier.claim()
    one.clock.off = off
    assert await courier._stays_ours(load, 30) == "", "it is asked for anew, and nobody else has it"
    assert await other.engine.courier.claim() == []
    await world.sleep(courier.lease_seconds + 1)
    [[taken]] = await other.engine.courier.claim()
    assert await courier._stays_ours(load, 30) == CLAIM_LOST
    assert taken.attempt == 2


@pytest.mark.parametrize("off", [-3600, 130, 3600])
async def test_of_a_file_a_process_does_not_take_over_from_itself_when_its_clock_is_set(off):
    world = VirtualClock()
    hub = scripted_hub(Scripted("carrier"), clock=OfFile(world))
    await waiting(hub, 2)
    courier = hub.engine.courier
    loads = await courier.claim()
    assert await courier._stays_ours(loads[0], 10 * courier.lease_seconds) == ""
    hub.clock.off = off
    assert await courier.claim() == []
    await world.sleep(courier.lease_seconds / 3)
    await courier.renew()
    assert await courier.claim() == []
    for load in loads:
        await courier.carry(load)
    rows, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="outbound", limit=10))
    assert [row.status for row in rows] == ["done", "done"]
    await hub.store.close()


async def test_a_jump_is_not_forgotten_where_claims_could_not_be_kept_at_once():
    world = VirtualClock()
    hub = scripted_hub(Scripted("carrier"), clock=OfFile(world))
    await waiting(hub)
    courier = hub.engine.courier
    [load] = await courier.claim()
    hub.clock.off = 3600
    sound, courier._store = courier._store, Unheard()
    with pytest.raises(StoreUnavailable):
        await courier.claim()
    courier._store = sound
    assert await courier.claim() == []
    assert await courier._stays_ours(load, 30) == ""
    await hub.store.close()


async def test_a_clock_set_forward_does_not_shorten_a_claim_that_was_kept_for_a_long_call(two):
    world, one, other = two
    await waiting(one)
    courier = one.engine.courier
    [load] = await courier.claim()
    assert await courier._stays_ours(load, 600) == ""
    one.clock.off = 3600
    await courier.renew()
    await world.sleep(599)
    assert await other.engine.courier.claim() == []


async def test_a_claim_of_a_process_that_stood_still_is_its_own_again_as_long_as_nobody_took_it(two):
    world, one, other = two
    await waiting(one)
    courier = one.engine.courier
    [load] = await courier.claim()
    await world.sleep(2 * courier.lease_seconds)
    assert await courier._stays_ours(load, 30) == ""
    assert await other.engine.courier.claim() == []


@pytest.mark.req("K7")
async def test_a_throttle_holds_across_machines_whose_clocks_differ(two):
    world, one, other = two
    await waiting(one, 100)
    one.clock.off, other.clock.off = -50, 50
    calls = 0
    for _ in range(10):
        for hub in (one, other):
            calls += len(await hub.engine.courier.claim())
        await world.sleep(1)
    assert calls == 3 + 9, "what the bucket holds, and one a second"


@pytest.mark.req("K7")
async def test_a_partner_that_asks_for_a_pause_gets_it_from_all(two):
    world, one, other = two
    partner = one.connectors["carrier"]
    partner.answers = [Retry(WHY, ErrorClass.THROTTLED, 20.0)]
    one.clock.off, other.clock.off = -50, 50
    await waiting(one, 2)
    [load, *_] = await one.engine.courier.claim()
    await one.engine.courier.carry(load)
    limits = Limits()
    asked = await other.store.run(lambda tx: take_turn(tx, "carrier", limits, other.clock))
    assert 19 < asked <= 20
    await world.sleep(20)
    assert not await other.store.run(lambda tx: take_turn(tx, "carrier", limits, other.clock))


@pytest.mark.parametrize("off", [-3600, 3600])
async def test_partitions_are_shared_fairly_and_nobody_is_called_silent(two, off):
    world, one, other = two
    other.clock.off = off
    for _ in range(4):
        for hub in (one, other):
            await hub.engine.lease()
        await world.sleep(5)
    held = [len(hub.engine.partitions) for hub in (one, other)]
    assert held == [PARTITIONS // 2] * 2
    for hub, owner in ((one, "w1"), (other, "w2")):
        assert hub.engine.standing().leased
        assert await SilentWorkers(hub.store, hub.clock, 30, owner)(hub.clock.now()) == 0
    shown = other.metrics.registry.get_sample_value("crossdock_clock_offset_seconds")
    assert shown == off


async def test_time_has_passed_by_whichever_clock_says_more():
    clock = Off(VirtualClock())
    since = read(clock)
    await clock.sleep(5)
    assert passed(since, clock) == 5 * SECOND
    clock.off = -100
    assert passed(since, clock) == 5 * SECOND
    clock.off = 100
    assert passed(since, clock) == 105 * SECOND
    assert passed(Reading(0, clock.steady()), clock) == clock.now()


def test_a_machines_time_among_processes_is_the_servers_or_its_own(monkeypatch):
    clock = RealClock()
    assert clock.agreed(lambda: 42) == 42
    before = clock.steady()
    monkeypatch.setattr(time, "time_ns", lambda: 7000)
    assert clock.agreed(lambda: None) == clock.now() == 7
    assert 0 <= clock.steady() - before < 60 * SECOND


@pytest.mark.parametrize("off", [-600, 600])
async def test_on_postgresql_it_is_the_servers_clock(migrated_postgres_url, off):
    hubs = [
        scripted_hub(ScriptedTogether(), url=migrated_postgres_url, clock=clock, owner=name, seed=number)
        for number, (name, clock) in enumerate((("w1", RealClock()), ("w2", Wrong(off))))
    ]
    right, wrong = hubs
    await waiting(right, 2)
    try:
        [load] = await wrong.engine.courier.claim()
        assert await right.engine.courier.claim() == []
        assert not await right.engine._any_due()
        assert await wrong.engine.courier._stays_ours(load, 30) == ""
        await right.engine.lease()
        await wrong.engine.lease()
        shown = wrong.metrics.registry.get_sample_value("crossdock_clock_offset_seconds")
        assert abs(shown - off) < 5
        assert await SilentWorkers(wrong.store, wrong.clock, 30, "w2")(wrong.clock.now()) == 0
        assert await SilentWorkers(right.store, right.clock, 30, "w1")(right.clock.now()) == 0
    finally:
        for hub in hubs:
            await hub.store.close()
