"""What can be promised of an item: what warehouses last said, how old that is, and whether it may still be given."""

from decimal import Decimal

import msgspec
from msgspec import Struct

from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.stock_state import standing
from crossdock.ports.stores import Transaction
from crossdock.settings.stock import AvailabilitySettings

NONE = Decimal(0)
_SECOND = 1_000_000
_DECODE = msgspec.json.Decoder(FulfilmentState).decode


class Freshness(Struct, frozen=True):
    """When an answer is stale and when it is refused, in microseconds of age; ``refuse_after`` 0: never."""

    stale_after: int = 3600 * _SECOND
    refuse_after: int = 0


class LocationStock(Struct, frozen=True):
    """What one warehouse said of the item. ``as_of`` is the time of its last level, ``changed_at`` that of the last
    count or damage behind it (epoch microseconds); quantities have both in them.
    """

    location: str
    partner: str
    on_hand: Decimal
    available: Decimal
    reserved: Decimal
    blocked: Decimal
    unit: str
    as_of: int
    changed_at: int
    age: int
    stale: bool


class Availability(Struct, frozen=True):
    """The item at all its warehouses; ``as_of`` and ``age`` (microseconds) are those of the oldest word."""

    sku: str
    available: Decimal
    unit: str
    as_of: int
    age: int
    stale: bool
    locations: tuple[LocationStock, ...]


class TooOld(Exception):
    """Nobody spoke of the stock for longer than the policy allows; the text says who and for how long."""


def availability_of(
    tx: Transaction, sku: str, now: int, freshness: Freshness, location: str = ""
) -> Availability | None:
    """What can be promised of ``sku`` (at one ``location``, where it is named); nothing where no warehouse ever told a
    level. Raises `TooOld`.
    """
    name = Reference(ReferenceKind.SKU, sku)
    subjects = tx.references.lookup([name]).get(name, [])
    found = [
        stock
        for row in tx.states.load(subjects).values()
        if (stock := _at(_DECODE(row.state), now, freshness)) is not None and location in {"", stock.location}
    ]
    if not found:
        return None
    found.sort(key=lambda stock: stock.location)
    for stock in found:
        if freshness.refuse_after and stock.age > freshness.refuse_after:
            raise TooOld(f"{stock.location} has said nothing of {sku} for {stock.age // _SECOND} s")
    oldest = min(found, key=lambda stock: stock.as_of)
    total = sum((stock.available for stock in found), NONE)
    return Availability(
        sku, total, found[0].unit, oldest.as_of, oldest.age, any(stock.stale for stock in found), tuple(found)
    )


def _at(state: FulfilmentState, now: int, freshness: Freshness) -> LocationStock | None:
    stock = state.stock
    now_there = standing(stock) if stock is not None else None
    if stock is None or stock.level is None or now_there is None:
        return None
    level, as_of = stock.level, stock.level_at[0]
    age = max(0, now - as_of)
    return LocationStock(
        location=level.place.warehouse or level.place.location,
        partner=stock.partner,
        on_hand=now_there.on_hand,
        available=now_there.available,
        reserved=level.reserved,
        blocked=now_there.blocked,
        unit=level.unit,
        as_of=as_of,
        changed_at=now_there.as_of,
        age=age,
        stale=age > freshness.stale_after,
    )


def freshness(policy: AvailabilitySettings) -> Freshness:
    """How old a word on stock may be, as configured."""
    return Freshness(int(policy.stale_after_minutes * 60_000_000), int(policy.refuse_after_hours * 3_600_000_000))
