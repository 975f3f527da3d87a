"""Raw append, and intake over HTTP: bare and Crossdock's, in turns on the same store."""

import argparse
import asyncio
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from benchmarks.local.messages import requests, webhook
from benchmarks.local.worlds import open_world
from benchmarks.processes import free_port, wait_for
from crossdock.backbone.intake import GroupCommit
from crossdock.devkit.capacity.driving import Measured, drive
from crossdock.ports.stores_inbound import NewExchange
from crossdock.transports.machine import FreshIds, RealClock

CONNECTIONS = 64
ROUNDS = 8
"""Pairs of runs, the order turned each time: neighbours on the machine then weigh on both alike."""


async def append(url: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """64 callers in one process, each waiting for its own commit."""
    world = await open_world(url)
    commit, ids, clock = GroupCommit(world.store, world.metrics), FreshIds(), RealClock()
    bodies = iter([webhook(n // 10, n % 10) for n in range(arguments.requests)])
    took: list[float] = []

    async def caller() -> None:
        for body in bodies:
            now = clock.now()
            started = perf_counter()
            await commit.put(NewExchange(ids.fresh(now), "easypost", "tracker", body, now, "t" * 32))
            took.append(perf_counter() - started)

    started = perf_counter()
    await asyncio.gather(*(caller() for _ in range(CONNECTIONS)))
    seconds = perf_counter() - started
    await world.close()
    await world.store.close()
    took.sort()
    return [_row("append", len(took) / seconds, took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000)]


async def compare(url: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Bare and Crossdock's intake in turns, medians of the rounds; every answer must be 202."""
    world = await open_world(url)
    await world.close()
    await world.store.close()
    rates: dict[str, list[Measured]] = {"bare": [], "crossdock": []}
    first = 0
    for turn in range(ROUNDS):
        for kind, seen in sorted(rates.items(), reverse=bool(turn % 2)):
            with served(kind, url) as port:
                await drive(port, requests(500, "/in/easypost/tracker", first), CONNECTIONS)
                made = requests(arguments.requests, "/in/easypost/tracker", first + 500)
                measured = await drive(port, made, CONNECTIONS)
            first += arguments.requests + 500
            first += -first % 10
            if measured.statuses != {"202": arguments.requests}:
                raise RuntimeError(f"{kind}: not every answer was 202: {measured.statuses}")
            seen.append(measured)
    ratios = [ours.per_second / bare.per_second for bare, ours in zip(rates["bare"], rates["crossdock"], strict=True)]
    rows = []
    for kind, seen in rates.items():
        middle = statistics.median(each.per_second for each in seen)
        p50, p99 = statistics.median(e.p50 for e in seen), statistics.median(e.p99 for e in seen)
        notes = f"{CONNECTIONS} connections, one process, median of {ROUNDS}"
        if kind == "crossdock":
            rounds = ", ".join(f"{ratio:.2f}" for ratio in ratios)
            notes += f"; ratio to bare {statistics.median(ratios):.2f}, per round: {rounds}"
        rows.append(_row(f"intake, {kind}", middle, p50, p99, notes))
    return rows


@contextmanager
def served(kind: str, url: str) -> Iterator[int]:
    """The port of a server of that kind (see `benchmarks.local.servers`) on the store at ``url``."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.local.servers", kind, url, str(port)])  # noqa: S603
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _row(what: str, per_second: float, p50: float, p99: float, notes: str = "") -> dict[str, Any]:
    return {
        "what": what, "per_second": round(per_second, 1), "p50": round(p50, 2), "p99": round(p99, 2), "notes": notes,
    }  # fmt: skip
