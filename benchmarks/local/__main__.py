"""python -m benchmarks.local: what one machine carries, as events per second, p50, p99, and as a share of the raw
durable append rate of the same store in the same run.

    append      64 callers, each waits for its own commit (the store's ceiling)
    intake      signed webhook over HTTP → verified → durable → 202, 64 connections; bare handler beside Crossdock's
    end to end  committed exchange → translated → correlated → folded → command committed (intake pre-filled)
    seventy     latency of intake at 70 % of the rate it sustained just before
    beside      end to end on PostgreSQL beside the bare reducer (benchmarks/local/bare.py), in turns
    delivery    committed command → called → outcome committed, against the simulated Odoo on loopback
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import uvicorn

from benchmarks.local import beside, endtoend, intake
from benchmarks.local.databases import fresh_database
from benchmarks.local.deliveries import deliver

RESULTS = Path(__file__).parents[1] / "results"


async def measure(store: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """All rows of one kind of store."""
    rows: list[dict[str, Any]] = []
    if store == "postgresql" and (not arguments.only or "beside" in arguments.only):
        print("… postgresql: beside the bare reducer", file=sys.stderr, flush=True)
        rows += [{"store": store, **row} for row in await beside.roads(arguments)]
    for name, run in (("append", intake.append), ("intake", intake.compare), ("end to end", endtoend.run),
                      ("seventy", beside.seventy), ("delivery", deliver)):  # fmt: skip
        if arguments.only and name not in arguments.only:
            continue
        with fresh_database(store) as url:
            print(f"… {store}: {name}", file=sys.stderr, flush=True)
            rows += [{"store": store, **row} for row in await run(url, arguments)]
    ceiling = next((row["per_second"] for row in rows if row["what"] == "append"), 0)
    for row in rows:
        row["share_of_append"] = round(row["per_second"] / ceiling, 3) if ceiling else None
    return rows


def versions() -> dict[str, str]:
    """What it was measured with."""
    names = ("msgspec", "sqlalchemy", "asyncpg", "uvicorn", "uvloop", "httptools", "aiohttp")
    found = {name: version(name) for name in names}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607
    return {"python": platform.python_version(), "cores": str(os.cpu_count()), "commit": commit.stdout.strip(), **found}


def main() -> None:
    """Measure and print; ``--save`` keeps the result under benchmarks/results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.local", description=__doc__)
    parser.add_argument("--store", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--only", nargs="*", help="append, intake, 'end to end', seventy, beside, delivery")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--commands", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=2, help="processes for end to end on PostgreSQL")
    parser.add_argument("--pairs", type=int, default=3, help="turns of what is compared in pairs")
    parser.add_argument("--save", action="store_true")
    arguments = parser.parse_args()
    started = perf_counter()
    rows: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=uvicorn.Config(None).get_loop_factory()) as runner:
        for store in arguments.store:
            rows += runner.run(measure(store, arguments))
    print(f"{'store':<11} {'what':<28} {'per s':>9} {'p50 ms':>8} {'p99 ms':>8} {'of append':>10}  notes")
    for row in rows:
        print(
            f"{row['store']:<11} {row['what']:<28} {row['per_second']:>9.0f} {row.get('p50') or 0:>8.2f}"
            f" {row.get('p99') or 0:>8.2f} {row['share_of_append'] or 0:>10.3f}  {row.get('notes', '')}"
        )
    if arguments.save:
        stamp = datetime.now(UTC).strftime("%Y-%m-%d")
        target = RESULTS / f"local-{stamp}.json"
        document = {"measured": stamp, "seconds": round(perf_counter() - started), "with": versions(), "rows": rows}
        target.write_text(json.dumps(document, indent=2) + "\n")
        print(f"saved {target}", file=sys.stderr)


if __name__ == "__main__":
    main()
