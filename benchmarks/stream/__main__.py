"""python -m benchmarks.stream: the same events through the log in PostgreSQL, and through PostgreSQL and JetStream.

Four writers append in transactions of 400, a reader follows with its cursor and, where there is a stream, a shipper
moves the bytes of rows (held for no time, so that the stream is read as much as can be). Runs take turns on fresh
databases, so that neighbours on the machine weigh on both alike. Afterwards the whole log is read once more from its
beginning, single subjects are looked up, and bytes per event are taken from the servers.
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from uuid import uuid4

import asyncpg
import uvicorn

from benchmarks.local.__main__ import RESULTS, versions
from benchmarks.local.databases import fresh_database
from benchmarks.stream.servers import cluster
from crossdock.backbone.ship import Shipper
from crossdock.backbone.shipped import EVERY, look
from crossdock.model.events import Fact, TrackingReported
from crossdock.model.instants import Stamp
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.stores import NewEvent, Store
from crossdock.storage.opening import open_store
from crossdock.transports.jetstream import Cluster, JetStream
from crossdock.transports.machine import RealClock

_WRITERS = 4
_BATCH = 400
_PER_SUBJECT = 20
_LOOKED_UP = 200
_WORDS = "Arrived at the regional sorting centre; the parcel goes on with the next departure to its destination depot."


def event(number: int) -> NewEvent:
    """One scan; twenty belong to one order."""
    at = Stamp(f"2026-11-{1 + number % 28:02d}T{number % 24:02d}:{number % 60:02d}:00+01:00")
    scan = TrackingEvent("easypost", f"1Z{number // _PER_SUBJECT:016d}", "in_transit", at, raw_text=_WORDS)
    subject = f"do:odoo:{number // _PER_SUBJECT}"
    key = f"{number:064x}"
    return NewEvent(key, subject, Fact(TrackingReported(scan), at), 1, "easypost", f"{number:026x}", f"{number:032x}")


async def _write(store: Store, batches: asyncio.Queue[Sequence[NewEvent]]) -> None:
    while not batches.empty():
        some = batches.get_nowait()
        await store.run(lambda tx, some=some: tx.log.append(some, RealClock().now()))  # type: ignore[misc]


async def _follow(store: Store, events: int) -> float:
    """Seconds until a reader with a cursor has seen all."""
    started, seen = perf_counter(), 0
    while seen < events:
        cursors = await store.read(lambda tx: tx.log.cursors("bench", EVERY))
        found = await store.read(lambda tx, at=cursors: tx.log.read(at, _BATCH))  # type: ignore[misc]
        moves: dict[int, tuple[int, int]] = {}
        for each in found:
            moves[each.partition] = (cursors[each.partition], each.position)
        if moves:
            await store.run(lambda tx, moves=moves: tx.log.advance("bench", moves))  # type: ignore[misc]
        else:
            await asyncio.sleep(0.005)
        seen += len(found)
    return perf_counter() - started


async def _ship(shipper: Shipper, store: Store, events: int) -> float:
    """Seconds until a quorum has confirmed all."""
    started = perf_counter()
    while True:
        if not await shipper.step(EVERY):
            marks = await store.read(lambda tx: tx.tail.marks(EVERY))
            if sum(mark.shipped for mark in marks.values()) >= events:
                return perf_counter() - started
            await asyncio.sleep(0.01)


async def _again(store: Store) -> int:
    at, seen = dict.fromkeys(EVERY, 0), 0
    while found := await store.read(lambda tx, at=at: tx.log.read(at, 4 * _BATCH)):  # type: ignore[misc]
        at |= {each.partition: each.position for each in found}
        seen += len(found)
    return seen


async def run(servers: tuple[str, ...] | None, events: int) -> dict[str, Any]:
    """One run on a fresh database; raises `RuntimeError` when anything is missing or there twice."""
    with fresh_database("postgresql") as url:
        stream = JetStream(Cluster(servers, name=f"B{uuid4().hex[:8]}")) if servers else None
        store = open_store(url, stream=stream)
        await store.migrate()
        shipper = Shipper(store, stream, RealClock(), hold=0) if stream else None
        if shipper and stream:  # streams are made beforehand, as they are in a store that lives
            for partition in EVERY:
                await stream.last(partition)
        batches: asyncio.Queue[Sequence[NewEvent]] = asyncio.Queue()
        for start in range(0, events, _BATCH):
            batches.put_nowait([event(number) for number in range(start, min(events, start + _BATCH))])
        started = perf_counter()
        shipping = asyncio.create_task(_ship(shipper, store, events)) if shipper else None
        following = asyncio.create_task(_follow(store, events))
        await asyncio.gather(*(_write(store, batches) for _ in range(_WRITERS)))
        appended = perf_counter() - started
        row = {"appended": events / appended, "read": events / await following}
        if shipping and shipper:
            row["confirmed"] = events / await shipping
            while await shipper.step(EVERY):
                pass
        row |= await _afterwards(store, events) | await _sizes(url, events)
        if stream:
            places = await look(store, stream)
            if (places.moved, places.waiting, places.faults) != (events, 0, {}):
                raise RuntimeError(f"the stream is not the log: {places}")
            row["stream_bytes"] = places.size / events
        await store.close()
        return {name: round(value, 2) for name, value in row.items()}


async def _afterwards(store: Store, events: int) -> dict[str, float]:
    started = perf_counter()
    if (seen := await _again(store)) != events:
        raise RuntimeError(f"{seen} of {events} events were read")
    again, took = perf_counter() - started, []
    for number in range(_LOOKED_UP):
        subject = f"do:odoo:{number * 7 % (events // _PER_SUBJECT)}"
        started = perf_counter()
        if len(await store.read(lambda tx, s=subject: tx.log.of_subject(s))) != _PER_SUBJECT:  # type: ignore[misc]
            raise RuntimeError(f"events of {subject} are missing")
        took.append((perf_counter() - started) * 1000)
    took.sort()
    return {"read_again": events / again, "subject_p50_ms": took[len(took) // 2], "subject_p99_ms": took[-2]}


async def _sizes(url: str, events: int) -> dict[str, float]:
    """Bytes per event in the table and in its indexes, once the space of old row versions was given back."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("vacuum full event")
        table, indexes = await connection.fetchrow(
            "select pg_table_size('event'), pg_indexes_size('event')"
        )  # fmt: skip
    finally:
        await connection.close()
    return {"table_bytes": table / events, "index_bytes": indexes / events}


async def compare(arguments: argparse.Namespace) -> dict[str, Any]:
    """All rounds; the medians of both ways and their ratios."""
    seen: dict[str, list[dict[str, Any]]] = {"postgresql": [], "jetstream": []}
    with cluster() as servers:
        for turn in range(arguments.rounds):
            for way in sorted(seen, reverse=bool(turn % 2)):
                seen[way].append(await run(servers if way == "jetstream" else None, arguments.events))
                print(f"… {way} {seen[way][-1]}", file=sys.stderr, flush=True)
    medians = {
        way: {name: statistics.median(each[name] for each in rows) for name in rows[0]} for way, rows in seen.items()
    }
    ratios = {
        name: round(medians["jetstream"][name] / medians["postgresql"][name], 2) for name in medians["postgresql"]
    }
    return {"events": arguments.events, "medians": medians, "ratios": ratios, "rounds": seen}


def main() -> None:
    """Measure and print; ``--save`` keeps the result under benchmarks/results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stream", description=__doc__)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save", action="store_true")
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        result = runner.run(compare(arguments))
    for name, value in result["medians"]["jetstream"].items():
        beside = result["medians"]["postgresql"].get(name)
        ratio = result["ratios"].get(name)
        print(f"{name:16} postgresql {beside or '-':>10}  jetstream {value:>10}  ratio {ratio or '-'}")
    if arguments.save:
        stamp = datetime.now(UTC).strftime("%Y-%m-%d")
        target = RESULTS / f"stream-{stamp}.json"
        target.write_text(json.dumps({"measured": stamp, "with": versions(), **result}, indent=2) + "\n")
        print(f"saved {target}", file=sys.stderr)


if __name__ == "__main__":
    main()
