"""Commands that travel together: lanes keep their order, one's fault is its own, doubt is per command."""

import asyncio

import pytest
from msgspec import structs

from crossdock.backbone.breaker import Limits
from crossdock.backbone.deliver import CLAIM_LOST, CLAIM_NOT_KEPT
from crossdock.model import commands as cmd
from crossdock.model.identifiers import digest, trace_id_of
from crossdock.ports.stores import StoreUnavailable
from crossdock.ports.stores_delivery import Attempt, NewCommand, Outcome, Term
from crossdock.ports.verdicts import Done, InDoubt, Park, Retry
from hubs import WHY, ScriptedTogether, scripted_hub


def note(subject: str, marker: str, priority: int = 50) -> NewCommand:
    body = b'{"type":"note.record.v1","external_id":"7","text":"hello","marker":"%s"}' % marker.encode()
    key = digest(subject, marker)
    return NewCommand(
        key[:26], key, "carrier", subject, "note.record.v1", body, priority, 1, 1, trace_id_of(subject), ""
    )


def void(subject: str) -> NewCommand:
    body = b'{"type":"label.void.v1","package_id":"1","shipment_id":"2","tracking_number":"3"}'
    key = digest(subject, "void")
    return NewCommand(key[:26], key, "carrier", subject, "label.void.v1", body, 50, 1, 1, trace_id_of(subject), "")


async def hub_with(*commands: NewCommand, answers=(), limits: Limits = Limits()):
    partner = ScriptedTogether()
    partner.answers = list(answers)
    hub = scripted_hub(partner, limits=limits)
    await hub.store.run(lambda tx: tx.lanes.enqueue(commands))
    return hub, partner


async def status_of(hub) -> dict[str, str]:
    rows, _ = await hub.store.read(lambda tx: tx.views.exchanges(direction="outbound", limit=100))
    return {row.subject: row.status for row in rows}


async def claimed_by_another(hub):
    now = hub.clock.now()
    return await hub.store.run(lambda tx: tx.lanes.claim(Term("w2", now, now, now + 10**8), 10, ["carrier"]))


@pytest.mark.req("K11")
async def test_many_lanes_and_several_of_one_lane_travel_in_one_call_in_lane_order():
    commands = [note("a", "a1"), note("b", "b1"), note("a", "a2"), note("a", "a3")]
    hub, partner = await hub_with(*commands)
    await hub.engine.settle_all()
    [load] = partner.loads
    assert sorted(load) == ["a1", "a2", "a3", "b1"]
    assert [marker for marker in load if marker.startswith("a")] == ["a1", "a2", "a3"]
    assert set((await status_of(hub)).values()) == {"done"}


@pytest.mark.req("K11")
async def test_a_load_is_no_larger_than_declared_and_never_leaves_a_gap_in_a_lane():
    hub, partner = await hub_with(*[note(f"s{n % 3}", f"s{n % 3}-{n:02d}") for n in range(30)])
    await hub.engine.settle_all()
    assert all(len(load) <= 6 for load in partner.loads)
    sent = [marker for load in partner.loads for marker in load]
    for lane in ("s0", "s1", "s2"):
        own = [marker for marker in sent if marker.startswith(lane)]
        assert own == sorted(own)
    assert len(sent) == 30


@pytest.mark.req("K11")
async def test_another_kind_of_command_in_the_lane_is_not_overtaken():
    hub, partner = await hub_with(note("a", "a1"), void("a"), note("a", "a2"))
    await hub.engine.settle_all()
    assert partner.loads == [["a1"], ["a2"]]
    assert [type(each.body).__name__ for each in partner.sent] == ["RecordNote", "VoidLabel", "RecordNote"]


@pytest.mark.req("K11", "K3")
async def test_the_fault_of_one_is_its_own():
    answers = [Done(), Park(WHY), Retry(WHY), InDoubt(WHY)]
    hub, _ = await hub_with(*[note(name, name) for name in "abcd"], answers=answers)
    await hub.engine.deliver()
    assert await status_of(hub) == {"a": "done", "b": "parked", "c": "retry", "d": "in_doubt"}


@pytest.mark.req("K6")
async def test_a_call_counts_once_on_the_breaker_whatever_it_carried():
    commands = [note(str(n), str(n)) for n in range(6)]
    hub, _ = await hub_with(*commands, answers=[Retry(WHY)] * 6, limits=Limits(failures=3))
    await hub.engine.deliver()
    assert (await hub.store.run(lambda tx: tx.partners.health("carrier"))).failures == 1
    hub, _ = await hub_with(*commands, answers=[Retry(WHY)] * 5 + [Done()], limits=Limits(failures=3))
    await hub.engine.deliver()
    assert (await hub.store.run(lambda tx: tx.partners.health("carrier"))).failures == 0


@pytest.mark.req("K11")
async def test_a_defect_parks_the_load_with_its_traceback():
    hub, _ = await hub_with(note("a", "a"), note("b", "b"), answers=[ValueError("a bug")])
    await hub.engine.deliver()
    assert set((await status_of(hub)).values()) == {"parked"}


@pytest.mark.req("C4", "K4")
async def test_a_command_that_a_defect_stopped_is_asked_about_before_it_is_sent_again():
    stopped = void("v")
    hub, _ = await hub_with(stopped, answers=[ValueError("a bug after the partner acted")])
    await hub.engine.deliver()
    assert await status_of(hub) == {"v": "parked"}
    await hub.store.run(lambda tx: tx.lanes.retry([stopped.id], hub.clock.now()))
    [load] = await hub.engine.courier.claim()
    assert [(each.id, each.doubtful) for each in load] == [(stopped.id, True)]


@pytest.mark.req("K12")
async def test_single_commands_are_not_starved_by_loads():
    many = [note(f"n{n}", f"n{n}") for n in range(60)]
    hub, partner = await hub_with(*many, *[void(f"v{n}") for n in range(4)], limits=Limits(concurrency=1))
    for _ in range(8):
        await hub.engine.deliver()
    assert sum(isinstance(each.body, cmd.VoidLabel) for each in partner.sent) >= 3


@pytest.mark.req("K1", "K11")
async def test_a_load_that_takes_long_keeps_its_claims_while_its_worker_lives():
    hub, partner = await hub_with(note("a", "a"), note("b", "b"))
    courier = hub.engine.courier
    [load] = await courier.claim()
    for _ in range(3):
        await hub.clock.sleep(courier.lease_seconds * 0.9)
        await courier.renew()
    assert await claimed_by_another(hub) == []
    await courier.carry(load)
    assert len(partner.loads) == 1
    assert set((await status_of(hub)).values()) == {"done"}


@pytest.mark.req("K1", "K2", "K6")
async def test_a_worker_that_wakes_up_late_changes_nothing():
    hub, _ = await hub_with(note("a", "a"), answers=[Retry(WHY)])
    courier = hub.engine.courier
    [load] = await courier.claim()
    await hub.clock.sleep(courier.lease_seconds * 1.1)
    [taken] = await claimed_by_another(hub)
    await courier.renew()
    await courier.carry(load)
    assert (await hub.store.run(lambda tx: tx.partners.health("carrier"))).failures == 0
    attempt = Attempt(taken.id, taken.attempt, 1, 2, "Done", "", "", b"[]")
    assert await hub.store.run(lambda tx: tx.lanes.settle([(taken, Outcome("done", attempt, 0))])) == [True]


class Asking:
    """A connector that asks before it acts whether the load is its own for ``seconds``, which it then takes."""

    def __init__(self, hub, inner, seconds):
        self.hub, self.inner, self.seconds = hub, inner, seconds
        self.answers, self.taken = [], []

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def start(self, ours):
        self.ours = ours

    def take(self):
        return b"[]"

    async def send_together(self, commands, documents):
        self.answers.append(await self.ours(self.seconds))
        await self.hub.clock.sleep(self.seconds)
        self.taken += await claimed_by_another(self.hub)
        return await self.inner.send_together(commands, documents)


class Unheard:
    """A database whose answers are lost."""

    async def run(self, step):
        raise StoreUnavailable("the connection died while committing")


def asking(hub, seconds=0.1):
    courier = hub.engine.courier
    partner = courier._partners["carrier"]
    both = Asking(hub, partner.connector, seconds)
    courier._partners = {"carrier": structs.replace(partner, journal=both, connector=both)}
    return both


@pytest.mark.req("K2", "K13")
@pytest.mark.parametrize(("stood_still", "ours"), [(0.9, True), (1.1, False)])
async def test_a_load_is_ours_until_its_claim_runs_out_and_no_longer_than_that(stood_still, ours):
    hub, _ = await hub_with(note("a", "a"), answers=[Retry(WHY)])
    courier, journal = hub.engine.courier, asking(hub)
    [load] = await courier.claim()
    await hub.clock.sleep(courier.lease_seconds * stood_still)
    assert bool(await claimed_by_another(hub)) is not ours
    await courier.renew()
    await courier.carry(load)
    assert [not why for why in journal.answers] == [ours]
    assert courier._kept == {}


@pytest.mark.req("K2", "K13")
async def test_a_call_leaves_only_under_a_claim_that_outlasts_it():
    """A partner may act until a call ends: whoever took over before looked, found nothing and acted too."""
    hub, _ = await hub_with(note("a", "a"), answers=[Retry(WHY)])
    courier, journal = hub.engine.courier, asking(hub, seconds=40)
    [load] = await courier.claim()
    await hub.clock.sleep(courier.lease_seconds - 20)
    await courier.carry(load)
    assert journal.taken == []
    assert journal.answers == [""]


@pytest.mark.req("K2", "K13")
async def test_no_call_leaves_where_the_claim_cannot_be_made_longer():
    hub, _ = await hub_with(note("a", "a"), answers=[Retry(WHY)])
    courier, journal = hub.engine.courier, asking(hub, seconds=40)
    [load] = await courier.claim()
    await hub.clock.sleep(courier.lease_seconds - 20)
    sound, courier._store = courier._store, Unheard()
    assert CLAIM_NOT_KEPT in await courier._stays_ours(load, 40)
    courier._store = sound
    await courier.carry(load)
    assert journal.answers == [""]


@pytest.mark.req("K2", "K13")
async def test_an_earlier_attempt_of_this_process_has_no_part_in_the_claim_of_a_later_one():
    hub, _ = await hub_with(note("a", "a"), answers=[Retry(WHY), Retry(WHY)])
    courier = hub.engine.courier
    [first] = await courier.claim()
    await hub.clock.sleep(courier.lease_seconds * 1.1)
    [second] = await courier.claim()
    assert [load[0].attempt for load in (first, second)] == [1, 2]
    assert await courier._stays_ours(first, 1) == CLAIM_LOST
    assert await courier._stays_ours(second, 1) == ""
    await courier.carry(first)
    assert await courier._stays_ours(second, 1) == ""
    assert list(courier._under_way.values()) == list(second)


@pytest.mark.req("K13")
async def test_a_claim_is_never_made_shorter():
    hub, _ = await hub_with(note("a", "a"))
    courier = hub.engine.courier
    [load] = await courier.claim()
    assert await courier._stays_ours(load, 10 * courier.lease_seconds) == ""
    await courier.renew()
    await hub.clock.sleep(9 * courier.lease_seconds)
    assert await claimed_by_another(hub) == []


class Queued:
    """A database at which steps stand in a queue."""

    def __init__(self, inner):
        self.inner = inner

    async def run(self, step):
        await asyncio.sleep(0)
        return await self.inner.run(step)


@pytest.mark.req("K13")
async def test_renewing_at_the_same_time_does_not_shorten_what_a_call_was_let_go_under():
    hub, _ = await hub_with(note("a", "a"))
    courier = hub.engine.courier
    [load] = await courier.claim()
    courier._store = Queued(courier._store)
    await hub.clock.sleep(courier.lease_seconds / 2)
    said, _ = await asyncio.gather(courier._stays_ours(load, 10 * courier.lease_seconds), courier.renew())
    assert said == ""
    await hub.clock.sleep(9 * courier.lease_seconds)
    assert await claimed_by_another(hub) == []


@pytest.mark.req("K2")
async def test_a_call_that_ended_has_nothing_left_to_keep():
    hub, _ = await hub_with(note("a", "a"), answers=[Retry(WHY)])
    courier = hub.engine.courier
    await hub.engine.deliver()
    await hub.clock.sleep(courier.lease_seconds)
    [taken] = await claimed_by_another(hub)
    await courier.renew()
    assert taken.attempt == 2
    assert courier._under_way == {}
