"""A store full of orders that are on their way, each followed by the processes of a usual configuration."""

import random
import sys
from collections.abc import Callable

import asyncpg
from msgspec import structs

from benchmarks.local.messages import tracking_number, webhook
from benchmarks.local.worlds import open_world, order
from crossdock.backbone.correlate import Origin, place
from crossdock.bootstrap import Hub, Sizes
from crossdock.model.events import Fact, FulfilmentRequested, LabelReceived, ShipmentBooked
from crossdock.model.identifiers import PARTITIONS, Reference, ReferenceKind, digest, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.shipment import Booking, Document
from crossdock.ports.process import Process
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import DueTimer, Health
from crossdock.ports.stores_inbound import NewExchange
from crossdock.processes.configured import configured
from crossdock.settings.sections import Processes
from crossdock.settings.shipping import DeliveryToInvoice, OrderToShip
from crossdock.settings.watching import Expectations, TrackingWatch
from crossdock.transports.machine import FreshIds

SECOND = 1_000_000
DAY = 86_400 * SECOND
LABEL = Document("0" * 64, "application/pdf", "label.pdf", 1)
_CHUNK = 1_000


def processes() -> list[Process]:
    """What a shop with Odoo and one carrier configures, with silence as an event."""
    return configured(
        Processes(
            order_to_ship=OrderToShip("odoo", ("easypost",)),
            delivery_to_invoice=DeliveryToInvoice(),
            tracking_watch=TrackingWatch(),
            expectations=Expectations(),
        )
    )


async def town(url: str, owner: str = "bench", sizes: Sizes = Sizes()) -> Hub:  # noqa: B008 - immutable
    """A hub in which `processes` decide."""
    return await open_world(url, owner=owner, sizes=sizes, processes=processes())


async def settle(hub: Hub, orders: range, promised: Callable[[int], int]) -> None:
    """Orders with label, each ``promised`` for a moment (epoch microseconds), decided on."""
    hub.engine.partitions = tuple(range(PARTITIONS))
    now = hub.clock.now()
    for first in range(orders.start, orders.stop, _CHUNK):
        some = range(first, min(first + _CHUNK, orders.stop))
        await hub.store.run(lambda tx, some=some: _place(tx, some, promised, now))
        while await hub.engine.reduce():
            pass
        print(f"\r… {some.stop} orders", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _place(tx: Transaction, orders: range, promised: Callable[[int], int], now: int) -> None:
    batch = []
    for number in orders:
        each = structs.replace(order(number), deliver_by=from_epoch_us(promised(number)))
        tracking = Reference(ReferenceKind.TRACKING, tracking_number(number))
        booking = Booking("easypost", "P1", f"shp_{number}", tracking.value, "USPS", "Priority")
        label = LabelReceived("P1", f"shp_{number}", tracking.value, LABEL)
        facts = [
            Fact(FulfilmentRequested(each), each.changed_at, subject=each.id),
            Fact(ShipmentBooked(booking), each.changed_at, subject=each.id, binds=(tracking,)),
            Fact(label, each.changed_at, subject=each.id),
        ]
        batch.append((Origin(digest(each.id)[:26], "odoo", now, trace_id_of(each.id)), facts))
    place(tx, batch, now)


async def top_up(hub: Hub, url: str, orders: int, deadlines: int) -> tuple[int, int]:
    """Deadlines of a fortnight ahead until there are ``deadlines``; how many processes had set, and the sum."""
    before = await counted(url, "timer")
    ids = [order(number).id for number in range(orders)]
    chance, now = random.Random(1), hub.clock.now()  # noqa: S311 - a fixed spread
    missing = max(deadlines - before, 0)
    for first in range(0, missing, 10 * _CHUNK):
        some = [
            DueTimer(ids[each % orders], f"ahead/{each // orders}", now + DAY + chance.randrange(13 * DAY))
            for each in range(first, min(first + 10 * _CHUNK, missing))
        ]
        await hub.store.run(lambda tx, some=some: tx.timers.set(some))
    return before, await counted(url, "timer")


async def counted(url: str, table: str) -> int:
    """Rows of ``table``, asked past Crossdock."""
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a name of ours
    finally:
        await connection.close()


async def scans(hub: Hub, count: int, orders: int, scan: int) -> None:
    """``count`` messages with scan number ``scan``, each of an order of its own, taken from all over the store."""
    ids, now, step = FreshIds(), hub.clock.now(), max(orders // count, 1)
    for first in range(0, count, _CHUNK):
        numbers = [each * step for each in range(first, min(first + _CHUNK, count))]
        batch = [
            NewExchange(ids.fresh(now), "easypost", "tracker", webhook(number, scan), now, f"{number:032x}")
            for number in numbers
        ]
        await hub.store.run(lambda tx, batch=batch: tx.exchanges.accept(batch))


async def pause(hub: Hub) -> None:
    """Nothing is delivered: it is deciding that is measured."""
    for name in ("easypost", "odoo"):
        await hub.store.run(lambda tx, name=name: tx.partners.save_health(name, Health(paused=True)))
