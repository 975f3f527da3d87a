"""An outbox sends every event at least once, in the order of its subject, and holds nobody else up."""

import asyncio
import itertools
import random

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from crossdock.backbone import outbox_desk
from crossdock.backbone.outbox import Outbox, state_of, waiting
from crossdock.backbone.outbox_metrics import OutboxMetrics
from crossdock.backbone.outbox_state import MOST_HELD, Rules
from crossdock.model.events import Fact, InvoiceReady, RecordWritten
from crossdock.model.identifiers import partition_of
from crossdock.model.instants import from_epoch_us
from crossdock.ports.outbox import Declined, Gone, Sent, Unreachable
from crossdock.ports.stores import Fenced, NewEvent
from crossdock.sim.clock import VirtualClock
from crossdock.storage.opening import open_store
from hubs import WHY, SeededIds

ALL = range(64)
SECOND = 1_000_000


class Receiver:
    """Remembers (subject, number) in the order it took them; ``judge`` says what becomes of an event."""

    def __init__(self, judge=lambda _subject, _number: Sent()):
        self.judge = judge
        self.taken = []
        self.ids = []
        self.bodies = []
        self.flying = 0
        self.most_flying = 0
        self.subjects = set()

    async def send(self, message):
        event = msgspec.json.decode(message.body)
        subject, number = message.subject, int(event["data"].get("marker", "0"))
        assert subject not in self.subjects, "two events of one subject under way"
        self.subjects.add(subject)
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        await asyncio.sleep(0)
        self.flying -= 1
        self.subjects.discard(subject)
        outcome = self.judge(subject, number)
        if isinstance(outcome, Sent):
            self.taken.append((subject, number))
            self.ids.append(message.id)
            self.bodies.append(event)
        return outcome

    async def close(self): ...

    def of(self, subject):
        return [number for each, number in self.taken if each == subject]


def fact(subject, number):
    return Fact(RecordWritten("odoo", "note", str(number)), from_epoch_us(number), subject=subject)


def neighbours(partition, count):
    """Subjects that share a partition of the log."""
    names = (name for number in range(100_000) if partition_of(name := f"do:odoo:{number}") == partition)
    return list(itertools.islice(names, count))


class World:
    def __init__(self, store=None):
        self.store = store or open_store("sqlite:///:memory:", threads=False)
        self.clock = VirtualClock()
        self.registry = CollectorRegistry()
        self.metrics = OutboxMetrics(self.registry)

    def outbox(self, wire, **rules):
        rules = {"start": "beginning"} | rules
        return Outbox("portal", wire, Rules(**rules), self.store, self.clock, SeededIds(), self.metrics)

    async def add(self, *pairs, quiet=False, body=None):
        now = self.clock.now()
        new = []
        for subject, number in pairs:
            each = Fact(body, from_epoch_us(number), subject=subject) if body else fact(subject, number)
            new.append(NewEvent(each.key(subject), subject, each, now, "odoo", "x", "t" * 32, quiet))
        await self.store.run(lambda tx: tx.log.append(new, now))

    async def state(self):
        return await self.store.read(lambda tx: state_of(tx, "portal")[0])

    def gauge(self, name):
        return self.registry.get_sample_value(name, {"outbox": "portal"})


async def drained(outbox, rounds=50, owned=ALL):
    for _ in range(rounds):
        if not await outbox.step(owned):
            return
    raise AssertionError("still moving")


@pytest.mark.req("E9")
async def test_events_leave_once_as_cloudevents_in_order_of_their_subject():
    world, receiver = World(), Receiver()
    pairs = [(f"do:odoo:{number % 7}", number) for number in range(300)]
    await world.add(*pairs)
    outbox = world.outbox(receiver, batch=50, parallel=3)
    await drained(outbox)
    assert sorted(receiver.taken) == sorted(pairs)
    assert all(receiver.of(f"do:odoo:{each}") == sorted(receiver.of(f"do:odoo:{each}")) for each in range(7))
    assert 1 < receiver.most_flying <= 3
    event = receiver.bodies[0]
    assert (event["specversion"], event["type"], event["id"]) == ("1.0", "crossdock.record.written.v1", receiver.ids[0])
    assert event["data"]["type"] == "record.written.v1"
    await drained(outbox)
    assert len(receiver.taken) == 300


@pytest.mark.req("E9")
async def test_only_wanted_types_leave_and_replayed_events_only_where_asked_for():
    world, all_of_them = World(), Receiver()
    await world.add(("do:odoo:1", 1))
    await world.add(("do:odoo:1", 2), quiet=True)
    await world.add(("do:odoo:1", 3), body=InvoiceReady("1", "S1", "delivered"))
    loud = Receiver()
    await drained(world.outbox(loud, types=("record.*",)))
    assert loud.taken == [("do:odoo:1", 1)]
    await world.store.run(lambda tx: outbox_desk.resend(tx, "portal", 1, "test", "", 5))
    await drained(world.outbox(all_of_them, types=("crossdock.record.written.v1",), quiet=True))
    assert [number for _, number in all_of_them.taken] == [1, 2]
    assert [body.get("quiet", False) for body in all_of_them.bodies] == [False, True]


@pytest.mark.req("E9")
async def test_by_default_it_begins_at_the_end_of_the_log():
    world, receiver = World(), Receiver()
    await world.add(("do:odoo:1", 1))
    outbox = world.outbox(receiver, start="now")
    await drained(outbox)
    await world.add(("do:odoo:1", 2), ("do:odoo:2", 3))
    await drained(outbox)
    assert sorted(receiver.taken) == [("do:odoo:1", 2), ("do:odoo:2", 3)]


@pytest.mark.req("E9", "K7")
async def test_while_the_receiver_is_down_the_cursor_stays_and_its_age_shows():
    world, down = World(), [True]
    receiver = Receiver(lambda *_: Unreachable(WHY) if down[0] else Sent())
    await world.add(*[(f"do:odoo:{number}", number) for number in range(40)])
    outbox = world.outbox(receiver)
    await drained(outbox)
    state = await world.state()
    assert (state.attempts, state.failing_since > 0, state.enabled) == (1, True, True)
    tried = await outbox.step(ALL)
    world.clock.advance(600)
    await outbox.step(ALL)
    assert (tried, world.gauge("crossdock_outbox_waiting_events")) == (0, 40)
    assert world.gauge("crossdock_outbox_age_seconds") == pytest.approx(600, abs=1)
    down[0] = False
    world.clock.advance(3600)
    await drained(outbox)
    assert len(receiver.taken) == 40
    assert (await world.state()).failing_since == 0
    world.clock.advance(10)
    await outbox.step(ALL)
    assert world.gauge("crossdock_outbox_age_seconds") == 0


@pytest.mark.req("E9")
async def test_a_declined_event_holds_up_its_own_subject_only():
    world, poison = World(), {("do:odoo:1", 2)}
    receiver = Receiver(lambda *place: Declined(WHY) if place in poison else Sent())
    await world.add(*[(f"do:odoo:{subject}", number) for number in range(5) for subject in range(3)])
    outbox = world.outbox(receiver)
    await drained(outbox)
    assert (receiver.of("do:odoo:1"), receiver.of("do:odoo:0"), receiver.of("do:odoo:2")) == (
        [0, 1], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4],
    )  # fmt: skip
    await world.add(("do:odoo:1", 5), ("do:odoo:0", 6))
    await drained(outbox)
    assert (receiver.of("do:odoo:1"), receiver.of("do:odoo:0")[-1]) == ([0, 1], 6)
    poison.clear()
    world.clock.advance(60)
    await drained(outbox)
    assert receiver.of("do:odoo:1") == [0, 1, 2, 3, 4, 5]
    assert (await world.state()).held == ()


@pytest.mark.req("E9")
async def test_what_is_declined_for_too_long_is_listed_as_missed_and_the_rest_goes_on():
    world = World()
    receiver = Receiver(lambda _, number: Declined(WHY) if number == 0 else Sent())
    await world.add(("do:odoo:1", 0), ("do:odoo:1", 1))
    outbox = world.outbox(receiver, give_up=3600)
    for _ in range(60):
        await outbox.step(ALL)
        world.clock.advance(120)
    state = await world.state()
    assert (receiver.of("do:odoo:1"), state.held, [each.subject for each in state.missed]) == ([1], (), ["do:odoo:1"])
    assert state.missed[0].operator == WHY.operator


@pytest.mark.req("E9")
async def test_a_receiver_that_declines_everything_cannot_fill_the_store():
    world = World()
    receiver = Receiver(lambda *_: Declined(WHY))
    await world.add(*[(f"do:odoo:{number}", number) for number in range(MOST_HELD + 300)])
    outbox = world.outbox(receiver, batch=100)
    await drained(outbox)
    held = len((await world.state()).held)
    left = await world.store.read(lambda tx: waiting(tx, "portal"))
    assert MOST_HELD <= held < MOST_HELD + 100
    assert held + left.events == MOST_HELD + 300


@pytest.mark.req("E9", "I2")
@pytest.mark.parametrize("failure", [Unreachable(WHY), Declined(WHY)])
async def test_after_days_of_failure_it_is_disabled_with_a_note_and_enabled_where_it_stood(failure):
    world, down = World(), [True]
    receiver = Receiver(lambda *_: failure if down[0] else Sent())
    await world.add(("do:odoo:1", 1))
    outbox = world.outbox(receiver, disable=5 * 86_400, give_up=30 * 86_400)
    for _ in range(6 * 24):
        await outbox.step(ALL)
        world.clock.advance(3600)
    state = await world.state()
    assert (state.enabled, WHY.engineer in state.note, "5.0 days" in state.note) == (False, True, True)
    down[0] = False
    await drained(outbox)
    assert receiver.taken == []
    await world.store.run(lambda tx: outbox_desk.enable(tx, "portal", "jane", "mended", world.clock.now()))
    await drained(outbox)
    assert receiver.taken == [("do:odoo:1", 1)]


@pytest.mark.req("I2")
async def test_a_receiver_that_is_gone_is_not_called_again():
    world = World()
    receiver = Receiver(lambda *_: Gone(WHY))
    await world.add(("do:odoo:1", 1))
    await drained(world.outbox(receiver))
    state = await world.state()
    assert (state.enabled, state.note) == (False, f"disabled by the receiver: {WHY.engineer}")


@pytest.mark.req("E9", "I2")
async def test_resending_since_a_time_sends_the_same_ids_again_in_order():
    world, receiver = World(), Receiver()
    await world.add(("do:odoo:1", 1), ("do:odoo:2", 1))
    world.clock.advance(100)
    since = world.clock.now()
    await world.add(("do:odoo:1", 2), ("do:odoo:1", 3), ("do:odoo:2", 4))
    outbox = world.outbox(receiver)
    await drained(outbox)
    first = dict(zip(receiver.taken, receiver.ids, strict=True))
    receiver.taken.clear()
    receiver.ids.clear()
    plan = await world.store.read(lambda tx: outbox_desk.resend(tx, "portal", since, "a", "", 0, dry_run=True))
    count = await world.store.run(lambda tx: outbox_desk.resend(tx, "portal", since, "jane", "lost", since))
    await drained(outbox)
    assert (plan, count, receiver.of("do:odoo:1"), receiver.of("do:odoo:2")) == (3, 3, [2, 3], [4])
    assert dict(zip(receiver.taken, receiver.ids, strict=True)).items() <= first.items()


@pytest.mark.req("E9")
async def test_an_outbox_that_never_ran_has_nothing_to_send_again():
    world = World()
    with pytest.raises(outbox_desk.NotBegun):
        await world.store.run(lambda tx: outbox_desk.resend(tx, "portal", 1, "a", "", 1))


@pytest.mark.req("E9", "K13")
async def test_a_worker_that_wakes_up_late_moves_no_cursor_and_breaks_no_order():
    world = World()
    receiver, gate = Receiver(), asyncio.Event()

    class Slow(Receiver):
        async def send(self, message):
            await gate.wait()
            return await receiver.send(message)

    await world.add(*[("do:odoo:1", number) for number in range(20)])
    late, prompt = world.outbox(Slow()), world.outbox(receiver)
    await prompt.step([])
    await prompt._begin(1)
    sleeping = asyncio.create_task(late.step(ALL))
    await asyncio.sleep(0)
    await prompt.step(ALL)
    await world.add(("do:odoo:1", 20))
    await prompt.step(ALL)
    gate.set()
    assert await sleeping == 0
    firsts = list(dict.fromkeys(receiver.ids))
    assert [receiver.of("do:odoo:1")[receiver.ids.index(each)] for each in firsts] == list(range(21))
    assert (await world.store.read(lambda tx: waiting(tx, "portal"))).events == 0


@pytest.mark.req("E9", "K1")
@pytest.mark.parametrize("seed", range(12))
async def test_whatever_fails_nothing_is_lost_and_first_arrivals_keep_their_order(seed):
    """Random outages, declines and fenced commits: a death after the sends and before the commit is the last."""
    chance = random.Random(seed)
    world = World()
    inner = world.store.run

    async def run(step):
        if step.__name__ == "step" and chance.random() < 0.15:
            raise Fenced("died before the commit")
        return await inner(step)

    receiver = Receiver(lambda *_: chance.choices((Sent(), Unreachable(WHY), Declined(WHY)), (0.9, 0.05, 0.05))[0])
    subjects = [*neighbours(3, 5), *neighbours(9, 4)]
    pairs = [(chance.choice(subjects), number) for number in range(120)]
    for start in range(0, 120, 30):
        await world.add(*pairs[start : start + 30])
    outbox = world.outbox(receiver, batch=25, parallel=4, give_up=10**9)
    world.store.run = run
    for _ in range(600):
        await outbox.step(ALL)
        world.clock.advance(400)
        left = await world.store.read(lambda tx: waiting(tx, "portal"))
        if not left.events and not (await world.state()).held:
            break
    firsts = {}
    for subject, number in receiver.taken:
        firsts.setdefault(subject, {}).setdefault(number)
    for subject in {subject for subject, _ in pairs}:
        assert list(firsts[subject]) == [number for each, number in pairs if each == subject]


@pytest.mark.req("E9")
async def test_what_waited_can_be_left_out_when_it_is_enabled_again():
    world, receiver = World(), Receiver()
    await world.add(("do:odoo:1", 1))
    outbox = world.outbox(receiver)
    await drained(outbox)
    await world.store.run(lambda tx: outbox_desk.disable(tx, "portal", "jane", "", 1))
    await world.add(("do:odoo:1", 2), ("do:odoo:2", 2))
    changed = await world.store.run(lambda tx: outbox_desk.enable(tx, "portal", "jane", "", 2, skip=True))
    await drained(outbox)
    await world.add(("do:odoo:1", 3))
    await drained(outbox)
    assert (changed, receiver.taken) == (True, [("do:odoo:1", 1), ("do:odoo:1", 3)])


@pytest.mark.req("E9", "K1")
async def test_the_cursor_waits_before_what_was_not_sent_though_its_neighbour_was():
    """Two subjects of one partition: the first fails on its way while the second is taken behind it."""
    world, down = World(), [True]
    first, second = neighbours(5, 2)
    receiver = Receiver(lambda subject, _: Unreachable(WHY) if down[0] and subject == first else Sent())
    await world.add((first, 1), (second, 2), (first, 3), (second, 4))
    outbox = world.outbox(receiver, parallel=2)
    await outbox.step(ALL)
    await outbox.step(ALL)
    left = await world.store.read(lambda tx: waiting(tx, "portal"))
    assert (receiver.of(first), receiver.of(second)[:1], left.events) == ([], [2], 4)
    down[0] = False
    world.clock.advance(60)
    await drained(outbox)
    assert (receiver.of(first), list(dict.fromkeys(receiver.of(second)))) == ([1, 3], [2, 4])
