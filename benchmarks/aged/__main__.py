"""python -m benchmarks.aged: an old PostgreSQL store beside a young one, in one run, in turns.

The young one holds a few thousand orders; the old one the same and millions of events of the time before. Compared are
intake at a steady rate, what people look for, and the road from message to state. Ratios above 1 are slower than young.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import uvicorn

from benchmarks.aged.ageing import grow, sizes, young
from benchmarks.aged.looking import Times, ask, knock, road
from benchmarks.local.__main__ import RESULTS, versions
from benchmarks.local.databases import fresh_database

_STRANGERS = 10_000_000
"""Numbers of orders nobody knows, for intake."""


async def measure(fresh: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Make both stores and compare them."""
    made = await young(fresh, arguments.orders)
    async with _twin(fresh) as old:
        await grow(old, arguments.events)
        bytes_of = {"young": await sizes(fresh), "old": await sizes(old)}
        asked, doors, roads = await _in_turns({"young": fresh, "old": old}, arguments)
    rows = [_compared(name, asked["young"][name], asked["old"][name]) for name in asked["young"]]
    return {
        "events": {"young": made, "old": arguments.events},
        "bytes": bytes_of,
        "bytes_per_event": round(bytes_of["old"]["database"] / arguments.events),
        "rows": [_door(doors), *rows],
        "road_per_second": {age: round(statistics.median(each)) for age, each in roads.items()},
    }


async def _in_turns(
    stores: dict[str, str], arguments: argparse.Namespace
) -> tuple[dict[str, Times], dict[str, list[tuple[float, float]]], dict[str, list[float]]]:
    asked: dict[str, Times] = {age: {} for age in stores}
    doors: dict[str, list[tuple[float, float]]] = {age: [] for age in stores}
    roads: dict[str, list[float]] = {age: [] for age in stores}
    for turn in range(arguments.rounds):
        for age in sorted(stores, reverse=bool(turn % 2)):
            print(f"… turn {turn + 1}, {age}, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
            await ask(stores[age], arguments.orders, arguments.questions, asked[age])
            first = _STRANGERS + (turn * 10 + 1) * arguments.requests
            doors[age].append(await knock(stores[age], first - first % 10, arguments.requests, arguments.rate))
            roads[age].append(await road(stores[age], arguments.orders, 10 + turn * 2, arguments.orders * 2))
    return asked, doors, roads


@asynccontextmanager
async def _twin(url: str) -> AsyncIterator[str]:
    """A copy of a database that nobody is connected to."""
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    connection = await asyncpg.connect(parts._replace(path="/postgres").geturl())
    try:
        await connection.execute(f'CREATE DATABASE "{name}_old" TEMPLATE "{name}"')
        yield parts._replace(path=f"/{name}_old").geturl()
    finally:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}_old" WITH (FORCE)')
        await connection.close()


def _compared(name: str, fresh: list[float], old: list[float]) -> dict[str, Any]:
    ours, theirs = (_figures(each) for each in (old, fresh))
    ratios = {"p50_ratio": ours[0] / theirs[0], "p99_ratio": ours[1] / theirs[1]}
    return {"what": name, "young": theirs, "old": ours, **ratios}


def _figures(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]


def _door(doors: dict[str, list[tuple[float, float]]]) -> dict[str, Any]:
    middle = {
        age: (statistics.median(p50 for p50, _ in seen), statistics.median(p99 for _, p99 in seen))
        for age, seen in doors.items()
    }
    ratios = [old[1] / fresh[1] for old, fresh in zip(doors["old"], doors["young"], strict=True)]
    return {
        "what": "intake at a steady rate", "young": middle["young"], "old": middle["old"],
        "p50_ratio": middle["old"][0] / middle["young"][0], "p99_ratio": statistics.median(ratios),
    }  # fmt: skip


def shown(found: dict[str, Any]) -> str:
    """The table, as Markdown."""
    lines = ["| what | young p50 / p99 ms | old p50 / p99 ms | ratio of p50 | ratio of p99 |", "|---|---|---|---|---|"]
    for row in found["rows"]:
        fresh, old = row["young"], row["old"]
        lines.append(
            f"| {row['what']} | {fresh[0]:.1f} / {fresh[1]:.1f} | {old[0]:.1f} / {old[1]:.1f} "
            f"| {row['p50_ratio']:.2f} | {row['p99_ratio']:.2f} |"
        )
    speed = found["road_per_second"]
    lines.append(f"\nroad: {speed['young']} a second young, {speed['old']} old")
    lines.append(f"store: {found['bytes_per_event']} bytes an event, indexes and messages included")
    return "\n".join(lines)


def main() -> None:
    """Measure and print; ``--save`` keeps the result under benchmarks/results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.aged", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--orders", type=int, default=2000, help="orders of the young store")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=500.0, help="messages a second at the door")
    parser.add_argument("--save", action="store_true")
    arguments = parser.parse_args()
    with (
        fresh_database("postgresql") as fresh,
        asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner,
    ):
        found = runner.run(measure(fresh, arguments))
    print(shown(found))
    if arguments.save:
        stamp = datetime.now(UTC).strftime("%Y-%m-%d")
        document = {"measured": stamp, "load": os.getloadavg(), "with": versions(), **found}
        (RESULTS / f"aged-{stamp}.json").write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
