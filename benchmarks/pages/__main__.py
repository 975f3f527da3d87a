"""python -m benchmarks.pages: the tower's pages over a large store, on SQLite and on PostgreSQL.

pages     every page asked for again and again, of other orders each time, one after the other: milliseconds at the
server, from the last byte of the request to the last of the answer, on a loopback connection that is kept open
viewers   so many open pages with live numbers, while the numbers change: the server's share of one core
paint     the same pages in a headless Chromium: first contentful paint, and layout shift while live numbers change
"""

import argparse
import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.local.__main__ import RESULTS, versions
from benchmarks.local.databases import fresh_database
from benchmarks.pages.asking import asked, paths, percentile
from benchmarks.pages.filling import SCANS, fill
from benchmarks.pages.serving import Served
from benchmarks.pages.watching import painted, watched


async def measure(store: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything on one kind of store."""
    with fresh_database(store) as url, tempfile.TemporaryDirectory(prefix="crossdock-pages-") as folder:
        began = perf_counter()
        events = await fill(url, arguments.orders, arguments.exceptions, arguments.unreadable)
        filled = round(perf_counter() - began)
        rows, live, paint = [], {}, []
        async with Served(url, Path(folder)) as served:
            for name, addresses in (await paths(served, arguments)).items():
                times = await asked(served, addresses, arguments.times)
                rows.append({"page": name, "p50": percentile(times, 0.5), "p95": percentile(times, 0.95),
                             "p99": percentile(times, 0.99), "asked": len(times)})  # fmt: skip
                _tell(f"{name}: p95 {rows[-1]['p95']} ms")
            if arguments.viewers:
                live = await watched(served, url, arguments.viewers, arguments.seconds)
            if arguments.paint:
                paint = await painted(served, url, await paths(served, arguments))
    return {"store": store, "events": events, "shipments": arguments.orders, "filled_seconds": filled,
            "pages": rows, "viewers": live, "paint": paint}  # fmt: skip


def _show(result: dict[str, Any]) -> None:
    print(f"{result['store']}: {result['events']:,} events, {result['shipments']:,} shipments")
    print(f"  {'page':<34} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8}")
    for row in result["pages"]:
        print(f"  {row['page']:<34} {row['p50']:>8.1f} {row['p95']:>8.1f} {row['p99']:>8.1f}")
    for name in ("viewers", "paint"):
        if result[name]:
            print(f"  {name}: {json.dumps(result[name])}")


def _tell(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure and print; ``--save`` keeps the result under benchmarks/results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--store", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--orders", type=int, default=100_000, help=f"shipments, of {len(SCANS)} scans each")
    parser.add_argument("--exceptions", type=int, default=3_000)
    parser.add_argument("--unreadable", type=int, default=500)
    parser.add_argument("--times", type=int, default=60, help="how often every page is asked for")
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=30, help="how long they watch")
    parser.add_argument("--paint", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--save", action="store_true")
    arguments = parser.parse_args()
    results = [asyncio.run(measure(store, arguments)) for store in arguments.store]
    for result in results:
        _show(result)
    if arguments.save:
        stamp = datetime.now(UTC).strftime("%Y-%m-%d")
        target = RESULTS / f"pages-{stamp}.json"
        target.write_text(json.dumps({"measured": stamp, "with": versions(), "stores": results}, indent=2) + "\n")
        _tell(f"saved {target}")


if __name__ == "__main__":
    main()
