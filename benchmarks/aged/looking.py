"""What people and partners do to a store, timed: young and old in turns, so that neighbours weigh on both alike."""

import time
from collections.abc import Callable
from itertools import islice
from typing import Any

from benchmarks.aged.ageing import FIRST
from benchmarks.local.endtoend import drain
from benchmarks.local.intake import served
from benchmarks.local.messages import requests, tracking_number, webhook
from benchmarks.local.worlds import open_world
from crossdock.bootstrap import Hub
from crossdock.devkit.capacity.driving import drive
from crossdock.model.identifiers import PARTITIONS, delivery_order_id
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_inbound import NewExchange
from crossdock.transports.machine import FreshIds
from crossdock.views.timeline import story_of

_PATH = "/in/easypost/tracker"
_CONNECTIONS = 64
Times = dict[str, list[float]]

QUESTIONS: dict[str, Callable[[Transaction, int], Any]] = {
    "search, whole tracking number": lambda tx, n: tx.views.search(tracking_number(n)),
    "search, beginning of a number": lambda tx, n: tx.views.search(tracking_number(n)[:12]),
    "search, nobody knows it": lambda tx, n: tx.views.search(f"ZZ{n}"),
    "shipments, last changed": lambda tx, _: tx.views.shipments(),
    "shipments, by milestone": lambda tx, _: tx.views.shipments(milestone="delivered"),
    "shipments, by a text that is there": lambda tx, _: tx.views.shipments(text="customer"),
    "shipments, by a text nobody has": lambda tx, n: tx.views.shipments(text=f"nobody {n}"),
    "messages, newest": lambda tx, _: tx.views.exchanges(),
    "messages, of a shipment": lambda tx, n: tx.views.exchanges(subject=delivery_order_id("odoo", str(n))),
    "story of a shipment": lambda tx, n: story_of(tx, tracking_number(n)),
    "counts (every five seconds)": lambda tx, _: tx.views.counts(),
}
_RARELY = {"counts (every five seconds)", "shipments, by a text nobody has"}


async def ask(url: str, orders: int, times: int, into: Times) -> None:
    """Every question ``times`` times (the rare ones a tenth), in milliseconds; the first of each warms up."""
    hub = await open_world(url)
    for name, question in QUESTIONS.items():
        for turn in range(1 + (max(3, times // 10) if name in _RARELY else times)):
            number = FIRST + (turn * 37) % orders
            started = time.perf_counter()
            await hub.store.read(lambda tx, question=question, number=number: question(tx, number))
            if turn:
                into.setdefault(name, []).append((time.perf_counter() - started) * 1000)
    await hub.close()
    await hub.store.close()


async def knock(url: str, first: int, count: int, rate: float) -> tuple[float, float]:
    """p50 and p99 (ms) of intake at a rate; orders from ``first`` on are nobody's yet."""
    with served("crossdock", url) as port:
        await drive(port, requests(500, _PATH, first), _CONNECTIONS)
        measured = await drive(port, requests(count, _PATH, first + 500), _CONNECTIONS, rate)
    if measured.statuses != {"202": count}:
        raise RuntimeError(f"not every answer was 202: {measured.statuses}")
    await _forget(url)
    return measured.p50, measured.p99


async def _forget(url: str) -> None:
    """Take what was only received out again, so that the road measured next has its own messages alone."""
    hub = await open_world(url)
    await drain(hub, range(PARTITIONS))
    await hub.close()
    await hub.store.close()


async def road(url: str, orders: int, scan: int, count: int) -> float:
    """Messages a second from committed exchange to committed state, one process; each order gets its scan ``scan``."""
    hub = await open_world(url)
    await _fill(hub, orders, scan, count)
    started = time.perf_counter()
    await drain(hub, range(PARTITIONS))
    seconds = time.perf_counter() - started
    parked = (await hub.store.read(lambda tx: tx.views.counts())).parked
    await hub.close()
    await hub.store.close()
    if parked:
        raise RuntimeError(f"{parked} messages were parked, which is faster than reading them")
    return count / seconds


async def _fill(hub: Hub, orders: int, scan: int, count: int) -> None:
    ids, now = FreshIds(), hub.clock.now()
    numbers = iter((FIRST + n % orders, scan + n // orders) for n in range(count))
    while chunk := list(islice(numbers, 1000)):
        batch = [
            NewExchange(ids.fresh(now), "easypost", "tracker", webhook(order, each), now, f"{order:032x}")
            for order, each in chunk
        ]
        await hub.store.run(lambda tx, batch=batch: tx.exchanges.accept(batch))
