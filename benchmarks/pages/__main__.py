"""python -m benchmarks.pages: the tower's pages over a large store, on SQLite and on PostgreSQL.

rest      the share of one core that the server uses with nobody there, once it has settled after its start
pages     every page asked for again and again, of other orders each time, one after the other: milliseconds at the
server, from the last byte of the request to the last of the answer, on a loopback connection that is kept open; and
the server's processor time for each, with what it did in the background meanwhile
loaded    the same while messages come in, five a second
viewers   so many open pages with live numbers, while the numbers change: the server's share of one core
paint     the same pages in a headless Chromium: first contentful paint, and layout shift while live numbers change
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.local.__main__ import RESULTS, versions
from benchmarks.local.databases import fresh_database, kept_database
from benchmarks.pages.asking import asked, paths, percentile
from benchmarks.pages.filling import SCANS, fill
from benchmarks.pages.serving import Served
from benchmarks.pages.watching import coming_in, painted, spent, watched
from benchmarks.processes import go_first


async def measure(store: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything on one kind of store."""
    keep = arguments.keep / f"{store}-{arguments.orders}" if arguments.keep else None
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(kept_database(store, keep) if keep else fresh_database(store))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="crossdock-pages-"))
        filled = await _filled(url, keep, arguments)
        live, paint, loaded = {}, [], []
        async with Served(url, Path(folder)) as served:
            if arguments.first:
                go_first(os.getpid())
                served.goes_first()
            _tell("at rest for a while")
            await asyncio.sleep(arguments.settle)
            rest = round(await spent(served, arguments.seconds), 3)
            load = round(os.getloadavg()[0], 1)
            pages = await _asked_all(served, arguments)
            if arguments.loaded:
                async with coming_in(url):
                    loaded = await _asked_all(served, arguments)
            if arguments.viewers:
                live = await watched(served, url, arguments.viewers, arguments.seconds)
            if arguments.paint:
                paint = await painted(served, url, await paths(served, arguments))
    return {"store": store, **filled, "cores_at_rest": rest, "load": load, "first": arguments.first,
            "pages": pages, "loaded": loaded, "viewers": live, "paint": paint}  # fmt: skip


async def _filled(url: str, keep: Path | None, arguments: argparse.Namespace) -> dict[str, Any]:
    """Fill it, unless it was kept full."""
    said = keep / "filled.json" if keep else None
    if said and said.exists():
        return dict(json.loads(said.read_text(encoding="utf-8")))
    began = perf_counter()
    events = await fill(url, arguments.orders, arguments.exceptions, arguments.unreadable)
    filled = {"events": events, "shipments": arguments.orders, "filled_seconds": round(perf_counter() - began)}
    if said:
        said.write_text(json.dumps(filled), encoding="utf-8")
    return filled


async def _asked_all(served: Served, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for name, addresses in (await paths(served, arguments)).items():
        before = served.cpu()
        times = await asked(served, addresses, arguments.times)
        cpu = round((served.cpu() - before) * 1000 / (len(times) + 1), 1)
        rows.append({"page": name, "cpu": cpu, "p50": percentile(times, 0.5), "p95": percentile(times, 0.95),
                     "p99": percentile(times, 0.99), "asked": len(times)})  # fmt: skip
        _tell(f"{name}: p95 {rows[-1]['p95']} ms")
    return rows


def _show(result: dict[str, Any]) -> None:
    print(f"{result['store']}: {result['events']:,} events, {result['shipments']:,} shipments")
    print(f"  at rest: {result['cores_at_rest']} cores; load of the machine: {result['load']}")
    for name in ("pages", "loaded"):
        print(f"  {name:<34} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'cpu ms':>8}")
        for row in result[name]:
            print(f"  {row['page']:<34} {row['p50']:>8.1f} {row['p95']:>8.1f} {row['p99']:>8.1f} {row['cpu']:>8.1f}")
    for name in ("viewers", "paint"):
        if result[name]:
            print(f"  {name}: {json.dumps(result[name])}")


def _tell(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure and print; ``--save`` keeps the result under benchmarks/results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--store", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument(
        "--orders", "--shipments", type=int, default=100_000, help=f"shipments, of {len(SCANS)} scans each"
    )
    parser.add_argument("--exceptions", type=int, default=3_000)
    parser.add_argument("--unreadable", type=int, default=500)
    parser.add_argument("--times", type=int, default=60, help="how often every page is asked for")
    parser.add_argument("--keep", type=Path, help="a folder where the filled stores stay, for the next time")
    parser.add_argument("--settle", type=int, default=60, help="seconds after the start before anything is measured")
    first = "the server and this go before what else runs here: figures of a quiet machine on a busy one (root, Linux)"
    parser.add_argument("--first", action="store_true", help=first)
    parser.add_argument("--loaded", action=argparse.BooleanOptionalAction, default=True)
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
