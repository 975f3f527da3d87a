"""The log on its way to a stream: lost answers, deaths between any two calls, late workers, streams of others."""

import asyncio
import random

import pytest

from crossdock.backbone.ship import Shipper
from crossdock.model.identifiers import partition_of
from crossdock.ports.stores import Fenced, StoreUnavailable
from crossdock.ports.stream import StreamFault
from crossdock.ports.tail import Mark
from crossdock.storage.records import LARGEST, read_record
from crossdock.storage.sqlite import SqliteStore
from storage.faulty import Clock, FaultyStore, FaultyStream, Memory
from storage.made import event, fact

SUBJECTS = [f"do:odoo:{number}" for number in range(6)]
PARTITIONS = sorted({partition_of(each) for each in SUBJECTS})
SECOND = 1_000_000


class Scene:
    """A database, the servers, and processes that come and go."""

    def __init__(self, seed=0, trouble=0.25, hold=0, **stream):
        self.rng, self.clock, self.memory = random.Random(seed), Clock(), Memory()
        self.trouble, self.hold, self.stream = trouble, hold, stream
        self.store = SqliteStore(None, folder=None, threads=False, fetch=self.memory.fetch)
        self.expected = {}
        self.shippers = [self.process(), self.process()]

    def process(self):
        store = FaultyStore(self.store, self.rng, self.trouble / 2)
        return Shipper(store, FaultyStream(self.memory, self.rng, self.trouble, **self.stream), self.clock, self.hold)

    async def write(self, count):
        """New events and repetitions of old ones."""
        new = [event(self.rng.choice(SUBJECTS), f"k{self.rng.randrange(30)}") for _ in range(count)]
        for each in await self.store.run(lambda tx: tx.log.append(new, self.clock.now())):
            self.expected.setdefault(each.partition, []).append(each)

    async def act(self):
        """Both processes at the same time; each may die anywhere, and another begins in its place."""
        steps = [asyncio.ensure_future(each.step(PARTITIONS)) for each in self.shippers]
        if self.rng.random() < 0.3:
            for _ in range(self.rng.randrange(12)):
                await asyncio.sleep(0)
            dead = self.rng.randrange(2)
            steps[dead].cancel()
            self.shippers[dead] = self.process()
        for each in await asyncio.gather(*steps, return_exceptions=True):
            if isinstance(each, BaseException) and not isinstance(each, StoreUnavailable | asyncio.CancelledError):
                raise each

    def judge(self):
        """What the servers hold is the beginning of the log, each event once and in its place."""
        for partition in PARTITIONS:
            kept = [read_record(each) for each in self.memory.of(partition)]
            ours = self.expected.get(partition, [])
            assert [(each.key, each.subject) for each in kept] == [
                (each.key, each.subject) for each in ours[: len(kept)]
            ]
            assert [each.position for each in kept] == list(range(1, len(kept) + 1))
        assert not any(each.faults for each in self.shippers)

    async def settle(self):
        """No more trouble: everything arrives, and every reader sees what was written."""
        self.trouble = 0
        self.shippers = [self.process()]
        for _ in range(2000):
            if not await self.shippers[0].step(PARTITIONS) and await self.all_slim():
                break
        self.judge()
        for partition, events in self.expected.items():
            assert len(self.memory.of(partition)) == len(events)
            assert await self.store.read(lambda tx, p=partition: tx.log.read({p: 0}, 10_000)) == events
        assert await self.all_slim()

    async def all_slim(self):
        marks = await self.store.read(lambda tx: tx.tail.marks(PARTITIONS))
        rest = await self.store.read(lambda tx: tx.tail.records(dict.fromkeys(PARTITIONS, (0, 200))))
        assert all(mark.slimmed <= mark.noted <= mark.shipped for mark in marks.values())
        return not any(rest.values())


async def story(seed, **options):
    scene = Scene(seed, **options)
    for _ in range(40):
        if scene.rng.random() < 0.6:
            await scene.write(scene.rng.randrange(1, 12))
        await scene.act()
        scene.judge()
    await scene.settle()


@pytest.mark.req("K1", "K2", "K13")
@pytest.mark.parametrize("seed", range(60))
async def test_lost_answers_deaths_and_late_workers_leave_every_event_once_and_in_place(seed):
    await story(seed)


@pytest.mark.req("K2", "K15")
async def test_without_the_condition_on_the_last_sequence_the_stories_would_be_seen_to_fail():
    failed = 0
    for seed in range(10):
        try:
            await story(seed, careless=True)
        except (AssertionError, StreamFault):
            failed += 1
    assert failed >= 8


async def quiet(hold=0, count=9):
    """A scene without trouble, after some events; and its shipper."""
    scene = Scene(trouble=0, hold=hold)
    await scene.write(count)
    return scene, scene.shippers[0]


async def until_still(shipper):
    while await shipper.step(PARTITIONS):
        pass


@pytest.mark.req("K1")
async def test_rows_keep_their_bytes_for_as_long_as_they_are_held():
    scene, shipper = await quiet(hold=300 * SECOND)
    await until_still(shipper)
    assert sum(map(len, scene.memory.kept.values())) == sum(map(len, scene.expected.values()))
    assert not await scene.all_slim()
    scene.clock.at += 301 * SECOND
    await until_still(shipper)
    assert await scene.all_slim()


@pytest.mark.req("K1", "K13")
async def test_a_stream_that_lost_its_end_to_a_power_cut_gets_it_again_from_the_database():
    scene, shipper = await quiet(hold=300 * SECOND)
    await until_still(shipper)
    kept = next(kept for kept in scene.memory.kept.values() if kept)
    before = list(kept)
    del kept[-1:]
    another = scene.process()
    for _ in range(3):
        await another.step(PARTITIONS)
        scene.clock.at += 2 * SECOND
    assert len(kept) < len(before)  # a new leader may still find what was confirmed
    scene.clock.at += 301 * SECOND
    await until_still(another)
    scene.clock.at += 31 * SECOND
    for _ in range(5):
        scene.clock.at += 2 * SECOND
        await another.step(PARTITIONS)
    assert kept == before
    assert not another.faults


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda kept: kept.clear(), "lost events that only it had"),
        (lambda kept: kept.extend([b"{}"] * 9), "ahead of the database"),
    ],
)
@pytest.mark.req("K13")
async def test_a_stream_that_is_not_this_log_is_left_alone_and_said(harm, words):
    scene, shipper = await quiet()
    await until_still(shipper)
    partition, kept = next((each, kept) for each, kept in scene.memory.kept.items() if kept)
    harm(kept)
    harmed = list(kept)
    another = scene.process()
    new = event(next(each for each in SUBJECTS if partition_of(each) == partition), "one more")
    await scene.store.run(lambda tx: tx.log.append([new], 1))
    for _ in range(3):
        scene.clock.at += 31 * SECOND
        await another.step(PARTITIONS)
    assert words in another.faults[partition]
    assert kept == harmed


@pytest.mark.req("K13")
async def test_the_stream_of_another_log_is_seen_before_anything_is_added():
    scene, shipper = await quiet(hold=300 * SECOND)
    other, elsewhere = await quiet(hold=300 * SECOND)
    await until_still(elsewhere)
    partition = max(scene.expected, key=lambda each: len(scene.expected[each]))
    theirs = other.memory.of(partition)
    stolen = [each.replace(b'"key":"k', b'"key":"z') for each in theirs][:1]
    scene.memory.kept[partition] = stolen
    await shipper.step(PARTITIONS)
    assert "belongs to another log" in shipper.faults[partition]
    assert scene.memory.of(partition) == stolen


async def test_a_mark_moves_only_from_where_it_stands():
    scene, shipper = await quiet()
    await until_still(shipper)
    with pytest.raises(Fenced):
        await scene.store.run(lambda tx: tx.tail.move({PARTITIONS[0]: (Mark(99), Mark(100))}))


async def test_without_a_stream_to_ask_the_reason_and_the_way_out_are_said():
    scene, shipper = await quiet()
    await until_still(shipper)
    scene.store._fetch = None
    with pytest.raises(StreamFault, match=r"put it back into crossdock\.yaml"):
        await scene.store.read(lambda tx: tx.log.read(dict.fromkeys(PARTITIONS, 0), 100))


async def test_another_events_record_is_never_taken_for_the_one_asked_for():
    scene, shipper = await quiet()
    await until_still(shipper)
    kept = next(kept for kept in scene.memory.kept.values() if kept)
    kept[0] = kept[0].replace(b'"key":"k', b'"key":"z')
    with pytest.raises(StreamFault, match="belongs to another database"):
        await scene.store.read(lambda tx: tx.log.read(dict.fromkeys(PARTITIONS, 0), 100))


@pytest.mark.req("K1")
async def test_an_event_too_long_for_a_message_stays_in_the_database_and_its_place_is_kept():
    scene = Scene(trouble=0)
    long = event(SUBJECTS[0], "long", fact=fact("X" * (LARGEST + 1)))
    after = event(SUBJECTS[0], "after")
    events = await scene.store.run(lambda tx: tx.log.append([long, after], 1))
    await until_still(scene.shippers[0])
    partition = partition_of(SUBJECTS[0])
    assert [len(each) < 1000 for each in scene.memory.of(partition)] == [True, True]
    assert await scene.store.read(lambda tx: tx.log.read({partition: 0}, 10)) == events


@pytest.mark.req("K13")
async def test_what_a_stream_has_can_be_brought_back_into_the_database():
    scene, shipper = await quiet()
    await until_still(shipper)
    for partition, kept in scene.memory.kept.items():
        filled = await scene.store.run(lambda tx, p=partition, kept=kept: tx.tail.refill(p, kept))
        assert filled == len(kept)
        assert await scene.store.run(lambda tx, p=partition, kept=kept: tx.tail.refill(p, kept)) == 0
    scene.store._fetch = None
    for partition, events in scene.expected.items():
        assert await scene.store.read(lambda tx, p=partition: tx.log.read({p: 0}, 1000)) == events


@pytest.mark.req("K1", "K13")
async def test_the_place_of_an_event_that_was_deleted_is_kept():
    scene, shipper = await quiet(count=30)
    partition, events = max(scene.expected.items(), key=lambda each: len(each[1]))
    lost = events.pop(1)
    with scene.store._writing.begin() as connection:
        connection.exec_driver_sql("DELETE FROM event WHERE key = ? AND subject = ?", (lost.key, lost.subject))
    await until_still(shipper)
    assert not shipper.faults
    kept = [read_record(each) for each in scene.memory.of(partition)]
    assert [each.position for each in kept] == list(range(1, len(events) + 2))
    assert [each.key for each in kept if each.key] == [each.key for each in events]
    subjects = {each.subject for each in events}
    found = [e for s in subjects for e in await scene.store.read(lambda tx, s=s: tx.log.of_subject(s))]
    assert sorted(found, key=lambda each: each.position) == events


async def test_rows_that_let_go_before_the_mark_says_so_stop_the_partition():
    scene, shipper = await quiet(count=30)
    await until_still(shipper)
    await scene.store.run(lambda tx: tx.tail.end())
    another = scene.process()
    await another.step(PARTITIONS)
    assert "no mark says the stream has" in another.why
