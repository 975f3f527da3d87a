"""The stock of one SKU at one location: the last level reported, and what changed since; insensitive to arrival.

A change that is not younger than the level is in it already. Levels of two times: the younger one holds.
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec
from msgspec import Struct, field

from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.inventory import (
    InventoryEvent,
    StockAdjusted,
    StockCounted,
    StockDamaged,
    StockLevel,
    StockLevelReported,
)

NONE = Decimal(0)


class Change(Struct, frozen=True, order=True, omit_defaults=True):
    """Something that happened to the stock at ``instant`` (epoch microseconds): ``on_hand`` and ``available`` change by
    so much. A count without an expectation says ``counted`` instead of both.
    """

    instant: int
    key: str
    on_hand: Decimal = NONE
    available: Decimal = NONE
    counted: Decimal | None = None


class ItemStock(Struct, omit_defaults=True):
    """What is known of one SKU at one location. ``level_at`` is (epoch microseconds, content hash) of the level."""

    level: StockLevel | None = None
    level_at: tuple[int, str] = (0, "")
    partner: str = ""
    as_of: Stamp | None = None
    changes: list[Change] = field(default_factory=list)


class Standing(Struct, frozen=True):
    """How much there is, in ``level.unit``; ``as_of`` is when the warehouse last said so or something changed (epoch
    microseconds).
    """

    on_hand: Decimal
    available: Decimal
    blocked: Decimal
    as_of: int


def fold_stock(stock: ItemStock, body: InventoryEvent, key: str) -> None:
    """Fold one event of content hash ``key`` into ``stock`` (in place)."""
    if isinstance(body, StockLevelReported):
        at = (epoch_us(body.as_of), key)
        if at > stock.level_at:
            stock.level, stock.level_at, stock.partner, stock.as_of = body.level, at, body.partner, body.as_of
            stock.changes = [change for change in stock.changes if change.instant > at[0]]
        return
    change = _change(body, key)
    if change is not None and change.instant > stock.level_at[0] and change not in stock.changes:
        stock.changes = sorted([*stock.changes, change], key=msgspec.json.encode)


def _change(body: InventoryEvent, key: str) -> Change | None:
    match body:
        case StockCounted(count=count, counted_at=at):
            if count.expected is None:
                # A count of one lot or bin says nothing of the whole: without an expectation only a whole one counts.
                whole = not count.lot and not count.package and not count.place.location
                return Change(epoch_us(at), key, counted=count.quantity) if whole else None
            found = count.quantity - count.expected
            return Change(epoch_us(at), key, found, found)
        case StockDamaged(change=change, damaged_at=at):
            return Change(epoch_us(at), key, available=change.quantity)
        case StockAdjusted(change=change, adjusted_at=at):
            return Change(epoch_us(at), key, change.quantity, change.quantity)
        case _:
            return None


def standing(stock: ItemStock) -> Standing | None:
    """How much there is now as far as was said; None where no level was ever reported. Never below nothing."""
    if stock.level is None:
        return None
    on_hand, available, as_of = stock.level.on_hand, stock.level.available, stock.level_at[0]
    blocked = stock.level.blocked
    for change in _in_order(stock):
        found = change.counted - on_hand if change.counted is not None else change.on_hand
        on_hand += found
        available += found if change.counted is not None else change.available
        blocked += change.on_hand - change.available  # what lies there and cannot be sold any more
        as_of = max(as_of, change.instant)
    return Standing(max(NONE, on_hand), max(NONE, available), max(NONE, blocked), as_of)


def _in_order(stock: ItemStock) -> Iterator[Change]:
    yield from sorted(stock.changes, key=lambda change: (change.instant, change.key))
