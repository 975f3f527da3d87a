"""The log in JetStream under load: workers and leading brokers are killed, messages come twice."""

import asyncio
import json
from collections import Counter

import pytest

from crossdock.backbone.decide import READER
from crossdock.model.events import TrackingReported
from crossdock.model.identifiers import PARTITIONS, partition_of
from crossdock.ports.stream import StreamDown
from crossdock.storage.records import read_record
from kills.town import SLOW, Town, scan
from nats_cluster import NatsCluster
from storage.shipped import stream_at

NAME = "KILLED_LOG"
ORDERS, SCANS = 8, 10
EVERY = range(PARTITIONS)


class ScanningTown(Town):
    """Carriers report on the parcels that were shipped, every scan twice and under two ids."""

    codes: list[str] = []  # noqa: RUF012 - set once the parcels have their labels

    def body(self, number: int) -> bytes:
        if not self.codes:
            return scan(number)
        which, repeated = divmod(number, 2)
        parcel, step = which % len(self.codes), which // len(self.codes)
        said = json.loads(scan(number))
        said["result"]["tracking_code"] = self.codes[parcel]
        detail = said["result"]["tracking_details"][0]
        detail["datetime"] = f"2026-11-02T{step // 60:02d}:{step % 60:02d}:00Z"
        assert repeated in {0, 1}
        return json.dumps(said).encode()


@pytest.fixture
async def cluster(tmp_path):
    cluster = NatsCluster(tmp_path / "nats")
    await asyncio.to_thread(cluster.start)
    yield cluster
    cluster.stop()


@pytest.fixture
async def town(tmp_path, cluster, postgres_url):
    log = f", log: {{servers: {json.dumps(cluster.servers)}, name: {NAME}, hold_seconds: 1}}"
    async with ScanningTown(tmp_path, postgres_url, log=log) as town:
        yield town


async def kill_workers(town, times):
    """One of two workers at a time is killed and another comes in its place."""
    for _ in range(times):
        await asyncio.sleep(3)
        victim = next(each for each in town.processes if each.is_worker and each.process.returncode is None)
        await victim.kill()
        another = await town.serve("worker")
        another.is_worker = True
        await another.ready()


async def kill_leaders(cluster, subject, times):
    """The broker that leads the subject's stream is killed, and comes back on the same data."""
    for _ in range(times):
        await asyncio.sleep(3)
        leader = await cluster.leader_of(f"{NAME}_{partition_of(subject):02d}")
        leader.kill()
        await asyncio.sleep(8)  # others are chosen while it is away
        await asyncio.to_thread(cluster.start)


async def under_load(town, *troubles):
    """``SCANS`` scans of every parcel, each twice, again and again until the troubles are over; how many times."""
    over = asyncio.gather(*troubles)
    rounds = 0
    while not over.done():
        await town.hooks(2 * ORDERS * SCANS, callers=4)
        rounds += 1
    await over
    return rounds


async def in_the_stream(cluster):
    """Every record the servers have, by partition, read over a connection of our own."""
    stream = stream_at(cluster, NAME)
    try:
        ends = {each: await stream.last(each) for each in EVERY}
        return {each: [read_record(data) for data in await stream.read(each, 1, end)] for each, end in ends.items()}
    finally:
        await stream.close()


@SLOW
@pytest.mark.req("K1", "K2", "K13")
async def test_workers_and_leaders_killed_under_load_lose_and_double_nothing(town, cluster):
    for each in await town.staffed(2):
        each.is_worker = True
    for each in town.processes[:2]:
        each.is_worker = False
    town.order(ORDERS)
    await town.shipped(ORDERS)
    town.codes = sorted(code for codes in town.labels().values() for code in codes)
    rows, _ = await town.store.read(lambda tx: tx.views.shipments())
    rounds = await under_load(town, kill_workers(town, 3), kill_leaders(cluster, rows[0].subject, 2))
    assert set(town.answers) <= {202, 0}, town.answers

    async def done():
        queues = await town.store.read(lambda tx: tx.views.queues(town.clock.now()))
        marks = await town.store.read(lambda tx: tx.tail.marks(EVERY))
        heads = await town.store.read(lambda tx: tx.views.log_heads())
        left = sum(heads.values()) - sum(each.slimmed for each in marks.values())
        return not (left or queues.depth["received"] or queues.depth["undecided"] or queues.depth["unshipped"])

    await town.until(done, "everything is decided on, shipped and let go of", 120)
    await town.judge(ORDERS)
    heads = await town.store.read(lambda tx: tx.views.log_heads())
    cursors = await town.store.read(lambda tx: tx.log.cursors(READER, EVERY))
    assert cursors == heads
    kept = await in_the_stream(cluster)
    said = town.said("takes nothing now"), town.said("needs a person")
    print(  # noqa: T201 - the figures of the run, for `pytest -s`
        f"{sum(heads.values())} events, answers {dict(town.answers)}, slowest 202 {town.slowest:.2f} s, {said}"
    )
    assert said[0] >= 1  # a worker was at it when its leader died
    assert said[1] == 0
    assert {each: len(records) for each, records in kept.items()} == heads
    for records in kept.values():
        assert [each.position for each in records] == list(range(1, len(records) + 1))
        assert len({(each.subject, each.key) for each in records}) == len(records)
    scans = Counter()
    for row in rows:
        events = await town.store.read(lambda tx, s=row.subject: tx.log.of_subject(s))
        assert [each.position for each in events] == sorted(each.position for each in events)
        assert [each.key for each in events] == [
            each.key for each in kept[events[0].partition] if each.subject == row.subject
        ]
        told = [e.occurred.at for e in events if isinstance(e.body, TrackingReported) and "T" in e.occurred.at]
        scans[row.subject] = len({at for at in told if at.startswith("2026-11-02")})
        assert len([at for at in told if at.startswith("2026-11-02")]) == scans[row.subject]
    assert scans == Counter({row.subject: SCANS * rounds for row in rows}), town.answers


@SLOW
@pytest.mark.req("K1", "K7", "K13")
async def test_without_a_quorum_of_brokers_the_work_goes_on_and_what_waits_is_told(town, cluster):
    await town.staffed(1)
    town.order(3)
    await town.shipped(3)
    [old, *_], _ = await town.store.read(lambda tx: tx.views.shipments())

    async def slim():
        rest = await town.store.read(lambda tx: tx.tail.records({partition_of(old.subject): (0, 100)}))
        return not any(rest.values())

    await town.until(slim, "the first order's events are in the stream only", 60)
    before = await town.store.read(lambda tx: tx.log.of_subject(old.subject))
    for each in cluster.nodes[:2]:
        each.kill()
    town.order(3)
    await town.hooks(60)
    await town.shipped(6)
    await town.judge(6)
    assert set(town.answers) == {202}
    queues = await town.store.read(lambda tx: tx.views.queues(town.clock.now()))
    assert queues.depth["unshipped"] >= 3
    assert queues.oldest["unshipped"] > 0

    async def said():
        return town.said("takes nothing now") >= 1

    await town.until(said, "the worker says why", 30)
    cluster.stop()
    with pytest.raises(StreamDown):
        await town.store.read(lambda tx: tx.log.of_subject(old.subject))
    await asyncio.to_thread(cluster.start)

    async def drained():
        queues = await town.store.read(lambda tx: tx.views.queues(town.clock.now()))
        return queues.depth["unshipped"] == 0

    await town.until(drained, "the stream has caught up", 60)
    assert await town.store.read(lambda tx: tx.log.of_subject(old.subject)) == before
