"""The order door: what a channel places becomes a fact, in the transaction that answers it.

Runs inside a step. Who sends the same order at the same time waits at the order's name, so that one content has one
fact and a slot is taken once; everything else is decided from the log.
"""

from typing import Literal

from msgspec import Struct

from crossdock.model.channel_orders import ChannelOrder, ChannelOrderPlaced, Checks, differences, name_of, problems_with
from crossdock.model.events import Fact, RecordWritten
from crossdock.model.identifiers import Reference, ReferenceKind, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.windows import Windows, candidates
from crossdock.ports.stores import NewEvent, Transaction

_NOTHING_LEFT = frozenset({"rejected", "attention"})
"""Stages in which the system of record was told nothing that stands; unless it has the order already."""


class Taken(ValueError):
    """The reference stands for another order already. The text says what to do; ``places`` are JSON pointers of what
    differs.
    """

    def __init__(self, order: ChannelOrder, places: tuple[str, ...]) -> None:
        """Remember what differs."""
        text = (
            f"{order.channel} has placed the order {order.reference} with another content ({', '.join(places)}): "
            "send it under a reference of its own, or have it changed by hand"
        )
        super().__init__(text)
        self.places = places


class DoorPolicy(Struct, frozen=True):
    """What configuration decides: how orders are looked over, what is done with another content of one that is on its
    way or was entered, and which delivery slots there are.
    """

    process: str = "order_intake"
    checks: Checks = Checks()
    another: Literal["refuse", "amend"] = "refuse"
    windows: Windows = Windows()


class Receipt(Struct, frozen=True):
    """What became of it: its subject, which revision holds, and whether that is new or was here before."""

    subject: str
    revision: int
    fresh: bool
    placement: ChannelOrderPlaced


def take_in(tx: Transaction, order: ChannelOrder, sender: str, now: int, policy: DoorPolicy) -> Receipt:
    """Keep what ``sender`` placed; the same order again changes nothing. Raises `Taken`."""
    name = name_of(order)
    tx.references.lock([name])
    events = tx.log.of_subject(order.subject)
    placements = [event.body for event in events if isinstance(event.body, ChannelOrderPlaced)]
    last = max(placements, key=lambda each: each.revision, default=None)
    entered = any(isinstance(event.body, RecordWritten) for event in events)
    if last is not None:
        open_again = not entered and _stage(tx, order.subject, policy.process) in _NOTHING_LEFT
        if last.order == order and not open_again:
            return Receipt(order.subject, last.revision, fresh=False, placement=last)
        if last.order != order and not open_again and policy.another == "refuse":
            raise Taken(order, differences(last.order, order))
    placement = _looked_up(tx, order, last, sender, now, policy)
    if last is not None and _says_the_same(last, placement) and problems_with(placement, policy.checks):
        return Receipt(order.subject, last.revision, fresh=False, placement=last)
    tx.references.bind([(name, order.subject)])
    fact = Fact(placement, from_epoch_us(now), subject=order.subject)
    new = NewEvent(fact.key(order.subject), order.subject, fact, now, order.channel, "", trace_id_of(order.subject))
    tx.log.append([new], now)
    return Receipt(order.subject, placement.revision, fresh=True, placement=placement)


def _stage(tx: Transaction, subject: str, process: str) -> str:
    return next((each.stage for each in tx.instances.of_subjects([subject]) if each.process == process), "")


def _says_the_same(last: ChannelOrderPlaced, new: ChannelOrderPlaced) -> bool:
    return (last.order, last.known, last.window) == (new.order, new.known, new.window)


def _looked_up(
    tx: Transaction, order: ChannelOrder, last: ChannelOrderPlaced | None, sender: str, now: int, policy: DoorPolicy
) -> ChannelOrderPlaced:
    """What the store knows of its items, and a delivery slot where nothing else stands against the order."""
    revision = last.revision + 1 if last else 1
    known = _stocked(tx, order) if policy.checks.skus_by_stock else ()
    placement = ChannelOrderPlaced(order, revision, sender, known)
    wanted = candidates(policy.windows, order.receiver.address, order.window, now)
    if wanted is None:
        tx.slots.release(order.subject)
        return placement
    if problems_with(placement, policy.checks):
        return placement  # it takes no slot from others before it is whole
    held = tx.slots.of(order.subject)
    if last is not None and held is not None and last.order.window == order.window and _same_place(last.order, order):
        return ChannelOrderPlaced(order, revision, sender, known, "taken", held)
    slot = tx.slots.take(order.subject, wanted)
    return ChannelOrderPlaced(order, revision, sender, known, "taken" if slot else "unavailable", slot)


def _same_place(one: ChannelOrder, other: ChannelOrder) -> bool:
    return one.receiver.address == other.receiver.address


def _stocked(tx: Transaction, order: ChannelOrder) -> tuple[str, ...]:
    names = {Reference(ReferenceKind.SKU, line.item.sku) for line in order.lines if line.item.sku}
    return tuple(sorted(name.value for name in tx.references.lookup(names)))
