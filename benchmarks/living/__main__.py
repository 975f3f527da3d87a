"""python -m benchmarks.living: 100,000 orders with live processes and a million pending deadlines, PostgreSQL.

start-up   a worker is started on that store; seconds until it has decided on an event that waits
deciding   scans of orders all over the store, committed before: messages and events decided on a second, by two
processes
on time    the same two at work on scans that come at a steady rate, while promised deliveries fall due one by one:
milliseconds from the moment a deadline comes until it is a fact, and until the expectation has expired
"""

import argparse
import asyncio
import json
import math
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, Self

import asyncpg
import uvicorn

from benchmarks.living.town import DAY, SECOND, counted, pause, scans, settle, top_up, town
from benchmarks.local.__main__ import RESULTS, versions
from benchmarks.local.databases import fresh_database
from crossdock.backbone.engine import Pace
from crossdock.bootstrap import Hub, Sizes
from crossdock.ports.leases import Role

_LEAD = 15.0
"""Seconds between the last order's settling and the first deadline that is timed."""
_AFTER = 5.0
_FIRED = """SELECT type, body, recorded_at FROM event WHERE type IN ('deadline.passed.v1', 'expectation.expired.v1')
    AND recorded_at >= $1"""


async def work(url: str, gate: Path, number: str) -> None:
    """One process: ready, wait for the gate, then work until killed."""
    hub = await town(url, f"bench-{number}", Sizes(pace=Pace(lease=10.0)))
    hub.engine.roles = frozenset({Role.WORKER, Role.SCHEDULER})
    (gate.parent / f"ready-{number}").touch()
    await asyncio.to_thread(_wait, gate.exists)
    await hub.engine.run()


class Workers:
    """Processes that work on one store between ``async with``'s beginning and end."""

    def __init__(self, url: str, count: int) -> None:
        """``count`` of them."""
        self._url, self._count = url, count

    async def __aenter__(self) -> Self:
        """All are ready; `open` lets them begin."""
        self._folder = tempfile.TemporaryDirectory()
        self._gate = Path(self._folder.name) / "gate"
        command = [sys.executable, "-m", "benchmarks.living", "--worker", self._url, str(self._gate)]
        self.started = perf_counter()
        self._processes = [subprocess.Popen([*command, str(each)]) for each in range(self._count)]  # noqa: S603
        await asyncio.to_thread(_wait, lambda: len(list(self._gate.parent.glob("ready-*"))) == self._count)
        return self

    def open(self) -> None:
        """They may begin."""
        self._gate.touch()

    async def __aexit__(self, *_: object) -> None:
        """They are asked to end, as an operator would."""
        for process in self._processes:
            process.send_signal(signal.SIGKILL)
            process.wait()
        self._folder.cleanup()


async def drained(hub: Hub) -> None:
    """Until nothing waits to be translated or decided on."""
    while True:
        queues = await hub.store.read(lambda tx: tx.views.queues(hub.clock.now()))
        if not (queues.depth["received"] or queues.depth["undecided"]):
            return
        await asyncio.sleep(0.02)


async def start_up(hub: Hub, url: str, orders: int) -> dict[str, Any]:
    """One scan waits; a process is started."""
    await scans(hub, 1, orders, 20)
    async with Workers(url, 1) as worker:
        worker.open()
        await drained(hub)
        seconds = perf_counter() - worker.started
    await asyncio.sleep(10.5)  # its lease ends
    return {"what": "start-up", "seconds": round(seconds, 2)}


async def deciding(hub: Hub, url: str, orders: int, count: int) -> dict[str, Any]:
    """``count`` scans, one an order, by two processes."""
    await scans(hub, count, orders, 0)
    before = await counted(url, "event")
    async with Workers(url, 2) as workers:
        began = perf_counter()
        workers.open()
        await drained(hub)
        seconds = perf_counter() - began
    await asyncio.sleep(10.5)
    events = await counted(url, "event") - before
    return {
        "what": "deciding", "seconds": round(seconds, 2), "messages": count, "events": events,
        "messages_per_second": round(count / seconds), "events_per_second": round(events / seconds),
    }  # fmt: skip


async def on_time(hub: Hub, url: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Orders promised for moments of the next ``seconds``, one after the other, while scans come."""
    begins = hub.clock.now() + round((_LEAD + arguments.timed / 500) * SECOND)
    begins -= begins % SECOND
    gap = arguments.seconds * SECOND / arguments.timed
    orders = range(arguments.instances, arguments.instances + arguments.timed)
    await settle(hub, orders, lambda number: begins + round((number - orders.start) * gap))
    asked = hub.clock.now()
    async with Workers(url, 2) as workers:
        workers.open()
        await asyncio.sleep(max(0, begins - hub.clock.now()) / SECOND)
        late = round((hub.clock.now() - begins) / 1000)
        for turn in range(arguments.seconds):
            await scans(hub, arguments.rate, arguments.instances, 1 + turn % 8)
            await asyncio.sleep(max(0, (begins + (turn + 1) * SECOND - hub.clock.now()) / SECOND))
        await asyncio.sleep(_AFTER)
        await drained(hub)
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(_FIRED, asked)
    await connection.close()
    lags = {"deadline.passed.v1": [], "expectation.expired.v1": []}  # type: dict[str, list[float]]
    for row in rows:
        body = json.loads(row["body"])
        due = body.get("due_at") or body["due"]
        if due >= begins:
            lags[row["type"]].append((row["recorded_at"] - due) / 1000)
    fired, expired = (sorted(each) for each in lags.values())
    if min(len(fired), len(expired)) < arguments.timed:
        raise RuntimeError(f"{arguments.timed} were due; {len(fired)} fired, {len(expired)} expired")
    return {
        "what": "on time", "deadlines": len(fired), "a_second": round(arguments.timed / arguments.seconds, 1),
        "scans_a_second": arguments.rate, "began_late_ms": late,
        "fired_ms": _spread(fired), "expired_ms": _spread(expired),
    }  # fmt: skip


def _wait(reached: Callable[[], bool]) -> None:
    while not reached():
        sleep(0.005)


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "p50": round(values[len(values) // 2], 1),
        "p99": round(values[math.ceil(len(values) * 0.99) - 1], 1),
        "most": round(values[-1], 1),
    }


async def measure(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """All rows, on one store."""
    with fresh_database("postgresql") as url:
        hub = await town(url)
        now = hub.clock.now()
        began = perf_counter()
        fortnight = 13 * DAY // arguments.instances
        await settle(hub, range(arguments.instances), lambda number: now + DAY + number * fortnight)
        seconds = perf_counter() - began
        own, there = await top_up(hub, url, arguments.instances, arguments.deadlines)
        await pause(hub)
        filled = {
            "what": "filled", "seconds": round(seconds, 1), "orders": await counted(url, "state"),
            "instances": await counted(url, "instance"), "deadlines": there, "set_by_processes": own,
            "events": await counted(url, "event"),
        }  # fmt: skip
        rows = [filled]
        print(f"… {filled}", file=sys.stderr, flush=True)
        for step in (
            start_up(hub, url, arguments.instances),
            deciding(hub, url, arguments.instances, arguments.events),
            on_time(hub, url, arguments),
        ):
            rows.append(await step)
            print(f"… {rows[-1]}", file=sys.stderr, flush=True)
        await hub.close()
        await hub.store.close()
    return rows


def main() -> None:
    """Measure and print; ``--save`` keeps the result under benchmarks/results."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.living", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instances", type=int, default=100_000, help="orders on their way")
    parser.add_argument("--deadlines", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=40_000, help="scans for 'deciding'")
    parser.add_argument("--timed", type=int, default=6_000, help="deadlines for 'on time'")
    parser.add_argument("--seconds", type=int, default=60, help="how long 'on time' takes")
    parser.add_argument("--rate", type=int, default=300, help="scans a second beside them")
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        if arguments.worker:
            url, gate, number = arguments.worker
            runner.run(work(url, Path(gate), number))
            return
        rows = runner.run(measure(arguments))
    for row in rows:
        print(", ".join(f"{name} {value}" for name, value in row.items()))
    if arguments.save:
        stamp = datetime.now(UTC).strftime("%Y-%m-%d")
        target = RESULTS / f"living-{stamp}.json"
        target.write_text(json.dumps({"measured": stamp, "with": versions(), "rows": rows}, indent=2) + "\n")
        print(f"saved {target}", file=sys.stderr)


if __name__ == "__main__":
    main()
