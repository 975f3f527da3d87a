"""The real road beside the bare reducer, and the door at 70 % of what it takes; pairs in turns on fresh databases."""

import argparse
import statistics
from typing import Any

from benchmarks.local import bare, endtoend
from benchmarks.local.databases import fresh_database
from benchmarks.local.intake import CONNECTIONS, served
from benchmarks.local.messages import requests
from benchmarks.local.worlds import open_world
from crossdock.devkit.capacity.driving import drive

_PATH = "/in/easypost/tracker"


async def roads(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """End to end and bare reducer on PostgreSQL, ``arguments.pairs`` times, the order turned each time."""
    kinds = {"end to end": endtoend.run, "bare reducer": bare.run}
    seen: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(arguments.pairs):
        for name in sorted(kinds, reverse=bool(turn % 2)):
            with fresh_database("postgresql") as url:
                seen[name].append((await kinds[name](url, arguments))[0]["per_second"])
    ratios = [ours / least for ours, least in zip(seen["end to end"], seen["bare reducer"], strict=True)]
    told = f"ratio {statistics.median(ratios):.2f}, per pair: " + ", ".join(f"{each:.2f}" for each in ratios)
    notes = f"{arguments.events} events, {arguments.workers} processes, median of {arguments.pairs}"
    return [
        {"what": name, "per_second": statistics.median(each), "notes": notes + (f"; {told}" if "end" in name else "")}
        for name, each in seen.items()
    ]


async def seventy(url: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Latency of intake at 70 % of the rate that it sustained just before, three times."""
    hub = await open_world(url)
    await hub.close()
    await hub.store.close()
    seen = []
    for turn in range(arguments.pairs):
        first = turn * arguments.requests * 3
        first -= first % 10
        with served("crossdock", url) as port:
            full = await drive(port, requests(arguments.requests, _PATH, first), CONNECTIONS)
            rate = 0.7 * full.per_second
            made = requests(arguments.requests, _PATH, first + arguments.requests)
            seen.append((rate, await drive(port, made, CONNECTIONS, rate)))
    middle = statistics.median(each.p99 for _, each in seen)
    every = ", ".join(f"{each.p99:.0f} ms at {rate:.0f}/s" for rate, each in seen)
    return [
        {
            "what": "intake at 70 %",
            "per_second": statistics.median(rate for rate, _ in seen),
            "p50": statistics.median(each.p50 for _, each in seen),
            "p99": middle,
            "notes": f"p99 each time: {every}",
        }
    ]
