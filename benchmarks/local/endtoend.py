"""From committed exchange to committed command: the three transactions behind intake, with memory watched."""

import argparse
import asyncio
import json
import subprocess
import sys
from itertools import islice
from pathlib import Path
from time import perf_counter, time
from typing import Any

import uvicorn

from benchmarks.local.messages import webhook
from benchmarks.local.worlds import open_world, seed
from crossdock.bootstrap import Hub
from crossdock.model.identifiers import PARTITIONS
from crossdock.ports.stores_inbound import NewExchange
from crossdock.transports.machine import FreshIds

_SCANS = 10
_CHUNK = 2000


async def run(url: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Drain pre-filled messages with one process (SQLite) or several (PostgreSQL)."""
    hub = await open_world(url)
    await fill(hub, arguments.events)
    before = await hub.store.read(lambda tx: tx.views.counts())
    workers = 1 if hub.store.name == "sqlite" else arguments.workers
    if workers == 1:
        started = perf_counter()
        memory = await drain(hub, range(PARTITIONS))
        seconds = perf_counter() - started
    else:
        seconds, memory = await asyncio.to_thread(_spread, url, workers)
    counts = await hub.store.read(lambda tx: tx.views.counts())
    await hub.close()
    await hub.store.close()
    commands = counts.queued - before.queued
    if counts.received or commands < arguments.events / _SCANS:
        raise RuntimeError(f"the road is not empty, or commands are missing: {counts}")
    notes = f"{arguments.events} messages of 1 scan, {workers} process(es), {commands} commands; RSS {memory}"
    return [{"what": "end to end", "per_second": round(arguments.events / seconds, 1), "notes": notes}]


async def fill(hub: Hub, events: int) -> None:
    """Booked orders (decided on), and their messages, all committed."""
    ids, now = FreshIds(), hub.clock.now()
    orders = events // _SCANS
    for first in range(0, orders, _CHUNK):
        await hub.store.run(lambda tx, first=first: seed(tx, range(first, min(first + _CHUNK, orders)), now))
    hub.engine.partitions = tuple(range(PARTITIONS))
    while await hub.engine.reduce():
        pass
    # Scans of many orders in turn, as a carrier sends them; not all of one order in a row.
    numbers = iter((order, scan) for scan in range(_SCANS) for order in range(orders))
    while chunk := list(islice(numbers, _CHUNK)):
        batch = [
            NewExchange(ids.fresh(now), "easypost", "tracker", webhook(order, scan), now, f"{order:032x}")
            for order, scan in chunk
        ]
        await hub.store.run(lambda tx, batch=batch: tx.exchanges.accept(batch))


async def drain(hub: Hub, partitions: range) -> str:
    """Translate and reduce until nothing is left; resident memory at start, middle and end."""
    hub.engine.partitions = tuple(partitions)
    memory = [_resident()]
    everywhere = range(PARTITIONS)

    async def translating() -> None:
        while await hub.engine.translate():
            memory.append(_resident())

    async def reducing() -> None:
        # As in the engine, both loops run side by side; another worker's messages may still bring events for ours.
        while True:
            last = not await hub.store.read(lambda tx: tx.exchanges.received(everywhere, 1))
            moved = await hub.engine.reduce()
            while moved:
                moved = await hub.engine.reduce()
                last = False
            if last:
                return
            await asyncio.sleep(0.002)

    await asyncio.gather(translating(), reducing())
    return f"{memory[0]:.0f} MB at the start, {max(memory):.0f} MB at most, {_resident():.0f} MB at the end"


def _spread(url: str, workers: int) -> tuple[float, str]:
    """Seconds from the first worker's start on the work to the last one's end (not of starting Python), and memory."""
    share = PARTITIONS // workers
    started = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "benchmarks.local.endtoend", url, str(n * share), str((n + 1) * share)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(workers)
    ]
    said = [json.loads(process.communicate(timeout=3600)[0]) for process in started]
    seconds = max(each["end"] for each in said) - min(each["start"] for each in said)
    return seconds, "; ".join(each["memory"] for each in said)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


async def _worker(url: str, first: int, last: int) -> None:
    hub = await open_world(url)
    start = time()
    memory = await drain(hub, range(first, last))
    print(json.dumps({"start": start, "end": time(), "memory": memory}))
    await hub.close()
    await hub.store.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(_worker(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
