"""Where orders were sent and why, as the log has it."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.instants import epoch_us
from crossdock.model.order import DeliveryOrder
from crossdock.model.routing import OrderRouted
from crossdock.ports.stores import Transaction
from crossdock.views.timeline import named_by

_PAGE = 200
_DECODE = msgspec.json.Decoder(FulfilmentState).decode


class RoutedOrder(Struct, frozen=True):
    """An order, and the last decision about where it goes with its time (epoch microseconds), if one was made."""

    order: DeliveryOrder
    decision: OrderRouted | None = None
    decided_at: int = 0


def orders_named(tx: Transaction, reference: str) -> list[RoutedOrder]:
    """The delivery orders a reference names (a sales order may have several)."""
    found = []
    for subject, row in sorted(tx.states.load(named_by(tx, reference)).items()):
        order = _DECODE(row.state).order
        if order is not None:
            made = [event for event in tx.log.of_subject(subject) if isinstance(event.body, OrderRouted)]
            last = made[-1] if made else None
            decision = last.body if last is not None and isinstance(last.body, OrderRouted) else None
            found.append(RoutedOrder(order, decision, last.recorded_at if last else 0))
    return found


def orders_since(tx: Transaction, since: int, most: int) -> Iterator[tuple[DeliveryOrder, int]]:
    """Delivery orders that changed at or after ``since`` (epoch microseconds), with the time of the version in force;
    the last changed first, ``most`` at most.
    """
    after, given = "", 0
    while given < most:
        rows, after = tx.views.shipments(after=after, limit=_PAGE)
        recent = [row.subject for row in rows if row.updated_at >= since]
        states = tx.states.load(recent)
        for subject in recent:
            order = _DECODE(states[subject].state).order
            if order is not None and given < most:
                given += 1
                yield order, epoch_us(order.changed_at)
        if not after or len(recent) < len(rows):
            return
