"""python -m benchmarks.scale: 1, 2 and 4 worker processes on one PostgreSQL, and half of four killed in the middle.

The same committed messages each time: translated, correlated, folded and decided by `Engine.run` as a worker,
partitions by lease. Nothing is delivered (the partners are paused). Seconds count from the moment all processes may
begin to the moment nothing waits. Rounds take turns, so that neighbours on the machine weigh on all alike.
"""

import argparse
import asyncio
import json
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import uvicorn

from benchmarks.local.__main__ import RESULTS, versions
from benchmarks.local.databases import fresh_database
from benchmarks.local.endtoend import fill
from benchmarks.local.worlds import open_world
from crossdock.backbone.engine import Pace
from crossdock.bootstrap import Hub, Sizes
from crossdock.ports.leases import Role
from crossdock.ports.stores_delivery import Health

_PARTNERS = ("easypost", "odoo")
_LEASE = 5.0
"""Seconds after which the partitions of a killed process are somebody else's; part of what that row measures."""
_BUSIEST = 0.4
"""Share of the messages that is done when processes are killed."""


async def run(workers: int, kill: int, events: int) -> dict[str, Any]:
    """One run on a fresh database; raises `RuntimeError` when anything is missing or there twice."""
    with fresh_database("postgresql") as url, tempfile.TemporaryDirectory() as folder:
        hub = await open_world(url)
        await fill(hub, events)
        before = await hub.store.read(lambda tx: tx.views.counts())
        for name in _PARTNERS:
            await hub.store.run(lambda tx, name=name: tx.partners.save_health(name, Health(paused=True)))
        gate = Path(folder) / "gate"
        command = [sys.executable, "-m", "benchmarks.scale", "--worker", url, str(gate)]
        processes = [subprocess.Popen([*command, str(number)]) for number in range(workers)]  # noqa: S603
        try:
            await asyncio.to_thread(_wait, lambda: len(list(gate.parent.glob("ready-*"))) == workers)
            gate.touch()
            result = await _watched(hub, processes[:kill], events)
        finally:
            for process in processes:
                process.send_signal(signal.SIGKILL)
                process.wait()
        after = await hub.store.read(lambda tx: tx.views.counts())
        await hub.close()
        await hub.store.close()
    result |= {"workers": workers, "killed": kill, "events": after.events - before.events,
               "commands": after.queued - before.queued}  # fmt: skip
    return result


async def _watched(hub: Hub, doomed: list[subprocess.Popen[bytes]], events: int) -> dict[str, Any]:
    started, killed_at = perf_counter(), 0.0
    while True:
        queues = await hub.store.read(lambda tx: tx.views.queues(hub.clock.now()))
        if doomed and not killed_at and queues.depth["received"] < events * (1 - _BUSIEST):
            for process in doomed:
                process.send_signal(signal.SIGKILL)
            killed_at = perf_counter() - started
        if not (queues.depth["received"] or queues.depth["undecided"]):
            break
        await asyncio.sleep(0.05)
    seconds = perf_counter() - started
    return {"seconds": round(seconds, 2), "per_second": round(events / seconds, 1), "killed_after": round(killed_at, 2)}


async def work(url: str, gate: Path, number: str) -> None:
    """One worker process: ready, wait for the gate, then work until killed."""
    hub = await open_world(url, owner=f"bench-{number}", sizes=Sizes(pace=Pace(lease=_LEASE)))
    hub.engine.roles = frozenset({Role.WORKER})
    await asyncio.to_thread((gate.parent / f"ready-{number}").touch)
    await asyncio.to_thread(_wait, gate.exists)
    await hub.engine.run()


def _wait(reached: Callable[[], bool]) -> None:
    while not reached():
        sleep(0.01)


async def compare(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """All rounds; the medians, and what was found in the store."""
    plans = [(1, 0), (2, 0), (4, 0), (4, 2)]
    seen: dict[tuple[int, int], list[dict[str, Any]]] = {plan: [] for plan in plans}
    for turn in range(arguments.rounds):
        for plan in plans if turn % 2 else reversed(plans):
            seen[plan].append(await run(*plan, arguments.events))
            print(f"… {seen[plan][-1]}", file=sys.stderr, flush=True)
    found = {(each["events"], each["commands"]) for rows in seen.values() for each in rows}
    if len(found) != 1:
        raise RuntimeError(f"runs differ in what they appended and ordered: {found}")
    one = statistics.median(each["per_second"] for each in seen[1, 0])
    return [
        {
            "workers": workers, "killed": killed, "per_second": statistics.median(each["per_second"] for each in rows),
            "ratio_to_one": round(statistics.median(each["per_second"] for each in rows) / one, 2), "rounds": rows,
        }
        for (workers, killed), rows in seen.items()
    ]  # fmt: skip


def main() -> None:
    """Measure and print; ``--save`` keeps the result under benchmarks/results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        if arguments.worker:
            url, gate, number = arguments.worker
            runner.run(work(url, Path(gate), number))
            return
        rows = runner.run(compare(arguments))
    for row in rows:
        print(f"{row['workers']} workers, {row['killed']} killed: {row['per_second']:.0f} messages/s, "
              f"{row['ratio_to_one']:.2f} x one")  # fmt: skip
    if arguments.save:
        stamp = datetime.now(UTC).strftime("%Y-%m-%d")
        target = RESULTS / f"scale-{stamp}.json"
        target.write_text(json.dumps({"measured": stamp, "with": versions(), "rows": rows}, indent=2) + "\n")
        print(f"saved {target}", file=sys.stderr)


if __name__ == "__main__":
    main()
