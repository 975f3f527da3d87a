"""Stock on hand: counts, adjustments and moves that a warehouse reports to the system of record."""

from decimal import Decimal

from msgspec import Struct

from crossdock.model.item import Item
from crossdock.model.transfers import MovedLine


class StockPlace(Struct, frozen=True, omit_defaults=True):
    """Where stock lies: a ``location`` by its full name or barcode, or a ``warehouse`` by code (its main stock)."""

    location: str = ""
    warehouse: str = ""


class StockCount(Struct, frozen=True, omit_defaults=True):
    """What was counted of one item (and lot, package, owner) at one place, in UN/ECE Rec 20 ``unit``.

    ``expected`` is what the counter's system believed before; where it is given and the system of record believes
    something else, the count is an exception instead of an adjustment.
    """

    item: Item
    place: StockPlace
    quantity: Decimal
    unit: str = "H87"
    lot: str = ""
    package: str = ""
    expected: Decimal | None = None


class CountStock(Struct, frozen=True, tag="stock.count.v1", omit_defaults=True):
    """Set stock to what was counted, once per ``marker``. ``name`` is what the adjustment is called in the ledger."""

    counts: tuple[StockCount, ...]
    name: str
    marker: str


class StockChange(Struct, frozen=True, omit_defaults=True):
    """Stock of one item found (positive) or lost (negative ``quantity``) at one place; ``reason`` in words."""

    item: Item
    place: StockPlace
    quantity: Decimal
    unit: str = "H87"
    lot: str = ""
    package: str = ""
    reason: str = ""


class AdjustStock(Struct, frozen=True, tag="stock.adjust.v1", omit_defaults=True):
    """Change stock by these quantities exactly once per ``marker``, whatever else moves meanwhile."""

    changes: tuple[StockChange, ...]
    name: str
    marker: str


class MoveStock(Struct, frozen=True, tag="stock.move.v1", omit_defaults=True):
    """Record a move inside the warehouses that has happened already, as one internal transfer per ``marker``."""

    source: StockPlace
    destination: StockPlace
    lines: tuple[MovedLine, ...]
    marker: str
