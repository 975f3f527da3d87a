"""A large store for pages: every shipment, scan and exception came by Crossdock's own road, on either database."""

import sqlite3
import sys
from collections.abc import Iterator
from itertools import islice
from time import perf_counter

import asyncpg
from msgspec import structs

from benchmarks.local.endtoend import drain
from benchmarks.local.messages import delivery_id, webhook
from benchmarks.local.worlds import open_world, order, seed
from crossdock.backbone.correlate import Origin, place
from crossdock.bootstrap import Hub
from crossdock.model.events import Fact
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.identifiers import PARTITIONS, digest, trace_id_of
from crossdock.model.order import DeliveryOrder
from crossdock.model.party import Party
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_inbound import NewExchange
from crossdock.transports.machine import FreshIds

SCANS = (0, 1, 2, 3, 4, 9)
"""Which of a parcel's ten scans there are: taken in, three times on the way, out for delivery, delivered."""
_CHUNK = 2000
_SLICE = 5000
"""So many orders have all their scans before the next ones come, as days follow each other: each slice's rows are still
in the database's memory while they are changed, and a large store is filled in a third of the time.
"""
_KINDS = ("proof.missing", "booking.failed", "shipment.customs", "address.incomplete", "tracking.refused")


async def fill(url: str, orders: int, exceptions: int, unreadable: int) -> int:
    """Orders with six scans each, of which the newest ``exceptions`` have an open exception and ``unreadable``
    messages are parked beside them; how many events that made.
    """
    hub = await open_world(url)
    started = perf_counter()
    for first in range(0, orders, _SLICE):
        numbers = range(first, min(first + _SLICE, orders))
        await _orders(hub, numbers)
        await _scans(hub, numbers)
        await drain(hub, range(PARTITIONS))
        _tell(f"{numbers.stop} orders with their scans", started)
    now = hub.clock.now()
    for chunk in _chunks(range(orders - exceptions, orders)):
        await hub.store.run(lambda tx, numbers=chunk: _raise(tx, numbers, now))
    ids = FreshIds()
    junk = [
        NewExchange(
            ids.fresh(now), "easypost", "tracker", b'{"id": "evt_%d", "object": 7}' % number, now, f"{number:x}"
        )
        for number in range(unreadable)
    ]
    await hub.store.run(lambda tx: tx.exchanges.accept(junk))
    await drain(hub, range(PARTITIONS))
    counts = await hub.store.read(lambda tx: tx.views.counts())
    await hub.close()
    await hub.store.close()
    await _carried_out(url)
    _tell(f"{counts.events} events, {counts.parked} parked", started)
    return counts.events


def domestic(number: int) -> DeliveryOrder:
    """An order that stays in its country: those that cross a border without papers have three exceptions each."""
    each = order(number)
    return structs.replace(each, ship_from=Party("Warehouse", structs.replace(each.ship_to.address, lines=("Dock 1",))))


def _chunks(numbers: range) -> Iterator[range]:
    return (numbers[first : first + _CHUNK] for first in range(0, len(numbers), _CHUNK))


async def _orders(hub: Hub, orders: range) -> None:
    now = hub.clock.now()
    for chunk in _chunks(orders):
        await hub.store.run(lambda tx, numbers=chunk: seed(tx, numbers, now, domestic))
    hub.engine.partitions = tuple(range(PARTITIONS))
    while await hub.engine.reduce():
        pass


async def _scans(hub: Hub, orders: range) -> None:
    ids, now = FreshIds(), hub.clock.now()
    numbers = iter((number, scan) for scan in SCANS for number in orders)
    while chunk := list(islice(numbers, _CHUNK)):
        batch = [
            NewExchange(ids.fresh(now), "easypost", "tracker", webhook(number, scan), now, f"{number:032x}",
                        content_type="application/json", path="/in/easypost/tracker",
                        delivery_id=delivery_id(number, scan))
            for number, scan in chunk
        ]  # fmt: skip
        await hub.store.run(lambda tx, batch=batch: tx.exchanges.accept(batch))


def _raise(tx: Transaction, numbers: range, now: int) -> None:
    batch = []
    for number in numbers:
        kind, subject = _KINDS[number % len(_KINDS)], order(number).id
        raised = ExceptionRaised(kind, f"{kind} of order {number}", "/packages/P1", kind, "easypost")
        origin = Origin(digest(f"trouble/{subject}")[:26], "easypost", now, trace_id_of(subject))
        batch.append((origin, [Fact(raised, order(number).changed_at, subject=subject)]))
    place(tx, batch, now)


async def _carried_out(url: str) -> None:
    """Nobody plays Odoo here: an old store has no backlog of commands. Then what the database knows of its tables is
    brought up to date, as its own housekeeping does.
    """
    done = "UPDATE command SET status = 'done', settled_at = created_at"
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as file:
            file.execute(done)
            file.commit()
            file.execute("ANALYZE")
        return
    connection = await asyncpg.connect(url)
    await connection.execute(done)
    await connection.execute("VACUUM ANALYZE", timeout=3600)
    await connection.close()


def _tell(what: str, since: float) -> None:
    print(f"… {what}, {perf_counter() - since:.0f} s", file=sys.stderr, flush=True)
