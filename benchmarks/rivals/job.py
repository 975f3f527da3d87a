"""The measurements, the same for everybody: a burst, two steady rates, and a SIGKILL of the worker at full load.

An effect counts from the moment another connection sees it. A sender keeps sending what was not answered with 202, as
partners do; what was answered with 202 and has no effect in the end is lost.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import count as counting
from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks.local.messages import requests
from benchmarks.rivals.candidates import Candidate

PATH = "/in/easypost/tracker"
CONNECTIONS = 64
_CHUNK = 500
_LOOKS = {150: 0.005, 1500: 0.02}
"""Seconds between looks for effects, the same for everybody: the resolution of the latencies."""
_STILL = 20.0
"""Seconds without any progress after which the rest counts as lost or stuck."""


class Steady(Struct):
    """One rate: milliseconds from the moment a message was due to be sent until its effect was seen."""

    wanted: int
    p50: float
    p99: float
    seen: int
    sent: int


class Killed(Struct):
    """What became of a burst whose worker was killed: acknowledged, applied, twice applied, seconds to the last."""

    sent: int
    applied: int
    doubled: int
    lost: int
    seconds: float


class Seen:
    """Numbers of messages sent so far; every measurement takes fresh orders, one scan each."""

    def __init__(self) -> None:
        self._next = counting(0)

    def take(self, many: int) -> list[int]:
        """So many new orders."""
        return [next(self._next) for _ in range(many)]


def one_scan_each(candidate: Candidate, orders: list[int]) -> list[bytes]:
    """The first scan of each order."""
    # `requests` numbers messages, ten to an order; every tenth is an order's first.
    first = orders[0]
    return [candidate.shaped(each) for each in list(requests(len(orders) * 10, PATH, first * 10))[::10]]


async def burst(candidate: Candidate, orders: list[int]) -> dict[str, float]:
    """As fast as the door takes them; events a second until the last effect is there, and memory meanwhile."""
    made = one_scan_each(candidate, orders)
    before = await candidate.totals()
    started = time.perf_counter()
    memory = [candidate.memory()]
    driven = await candidate.send(iter(made), CONNECTIONS)
    if driven.statuses != {"202": len(made)}:
        raise RuntimeError(f"{candidate.name}: {driven.statuses}")
    reached, last = 0, time.perf_counter()
    while reached < len(made):
        now_there = await candidate.totals() - before
        memory.append(candidate.memory())
        if now_there > reached:
            reached, last = now_there, time.perf_counter()
        elif time.perf_counter() - last > 60:
            raise RuntimeError(f"{candidate.name}: only {reached} of {len(made)} in a burst")
        await asyncio.sleep(0.05)
    return {
        "per_second": len(made) / (last - started),
        "door_per_second": driven.per_second,
        "memory_mb": max(memory),
        "events": len(made),
    }


async def steady(candidate: Candidate, orders: list[int], rate: int) -> Steady:
    """At a rate of their own; the effects are looked for while they are sent and until no more come."""
    made = one_scan_each(candidate, orders)
    wanted = set(orders)
    begun: list[tuple[float, float]] = []

    def marked() -> Iterator[bytes]:
        begun.append((time.perf_counter(), time.time()))
        yield from made

    seen: dict[int, float] = {}
    sending = asyncio.create_task(candidate.send(marked(), CONNECTIONS, rate))
    await asyncio.sleep(0)
    mark, last = time.time() - 0.1, time.perf_counter()
    while len(seen) < len(made) and (not sending.done() or time.perf_counter() - last < _STILL):
        for order, at in await candidate.applied(mark):
            if order in wanted and order not in seen:
                seen[order] = last = time.perf_counter()
                mark = max(mark, at - 1.0)
        await asyncio.sleep(_LOOKS[rate])
    await sending
    started = begun[0][0]
    waits = sorted((at - (started + (order - orders[0]) / rate)) * 1000 for order, at in seen.items())
    return Steady(rate, statistics.median(waits), waits[int(len(waits) * 0.99)], len(seen), len(made))


async def killed(candidate: Candidate, orders: list[int]) -> Killed:
    """Kill the worker when a quarter is done and start it again a second later."""
    made = one_scan_each(candidate, orders)
    before, doubled_before = await candidate.totals(), await candidate.doubled()
    sending = asyncio.create_task(_send_until_taken(candidate, made))
    while await candidate.totals() - before < len(made) // 4:  # noqa: ASYNC110 - another process's table
        await asyncio.sleep(0.02)
    started = time.perf_counter()
    candidate.kill_worker()
    await asyncio.sleep(1.0)
    await asyncio.to_thread(candidate.start_worker)
    await sending
    reached, last = 0, time.perf_counter()
    while reached < len(made) and time.perf_counter() - last < _STILL:
        now_there = await candidate.totals() - before
        if now_there > reached:
            reached, last = now_there, time.perf_counter()
        await asyncio.sleep(0.1)
        if reached >= len(made):
            await candidate.doubled()  # what is there twice made the count too high
            reached = await candidate.totals() - before
    doubled = await candidate.doubled() - doubled_before
    reached = await candidate.totals() - before
    return Killed(len(made), reached, doubled, len(made) - reached, last - started)


async def _send_until_taken(candidate: Candidate, made: list[bytes]) -> None:
    """Chunk by chunk; a chunk whose door died is sent again as a whole."""
    for first in range(0, len(made), _CHUNK):
        while True:
            try:
                driven = await candidate.send(iter(made[first : first + _CHUNK]), CONNECTIONS)
            except OSError:
                await asyncio.sleep(0.2)
                continue
            if driven.statuses == {"202": len(made[first : first + _CHUNK])}:
                break


async def whole(candidate: Candidate, url: str, scale: float) -> dict[str, Any]:
    """Everything about one candidate."""
    sizes = [int(each * scale) for each in (500, candidate.most, 1500, 15_000, candidate.most)]
    taken = Seen()
    row: dict[str, Any] = {"who": candidate.name, "store": candidate.store}
    with tempfile.TemporaryDirectory(prefix="crossdock-rivals-") as folder:
        await candidate.prepare(url, Path(folder), sum(sizes))
        try:
            await asyncio.to_thread(candidate.start)
            await burst(candidate, taken.take(sizes[0]))  # warms up; not kept
            row |= await burst(candidate, taken.take(sizes[1]))
            for size, rate in ((sizes[2], 150), (sizes[3], 1500)):
                if rate not in candidate.rates:
                    continue
                row[f"at_{rate}"] = await steady(candidate, taken.take(size), rate)
            row["killed"] = await killed(candidate, taken.take(sizes[4]))
        finally:
            await asyncio.to_thread(candidate.end)
    return row
