"""What a warehouse says of its stock: levels, counts, damage, adjustments, and storage by the day.

Stock is told per SKU at a location (`identifiers.stock_item_id`); GS1 calls the report a Logistics Inventory Report.
"""

from decimal import Decimal

import msgspec
from msgspec import Struct

from crossdock.model.identifiers import digest
from crossdock.model.instants import Stamp
from crossdock.model.item import Item
from crossdock.model.stock import StockChange, StockCount, StockPlace
from crossdock.model.transfers import LotQuantity


class StockLevel(Struct, frozen=True, omit_defaults=True):
    """All there is of one item at one place, in UN/ECE Rec 20 ``unit``. ``available`` can be promised: ``on_hand`` less
    what is ``reserved`` for orders and what is ``blocked`` (damaged, in quarantine); ``lots`` are of what is on hand.
    """

    item: Item
    place: StockPlace
    on_hand: Decimal
    available: Decimal
    reserved: Decimal = Decimal(0)
    blocked: Decimal = Decimal(0)
    unit: str = "H87"
    lots: tuple[LotQuantity, ...] = ()


class StockLevelReported(Struct, frozen=True, tag="stock.level.v1", omit_defaults=True):
    """A warehouse reported its stock of one item as it was at ``as_of``."""

    partner: str
    level: StockLevel
    as_of: Stamp

    def identity(self) -> tuple[str, ...]:
        """One content per place and time."""
        return (self.partner, self.as_of.at, _content(self.level))


class StockCounted(Struct, frozen=True, tag="stock.counted.v1", omit_defaults=True):
    """Somebody counted. ``document`` is the warehouse's number of the count."""

    partner: str
    document: str
    count: StockCount
    counted_at: Stamp

    def identity(self) -> tuple[str, ...]:
        """One count document, place and content."""
        return (self.partner, self.document, _content(self.count))


class StockDamaged(Struct, frozen=True, tag="stock.damaged.v1", omit_defaults=True):
    """Stock that lies there can no longer be sold: ``change.quantity`` is negative, the goods stay on hand, blocked."""

    partner: str
    document: str
    change: StockChange
    damaged_at: Stamp

    def identity(self) -> tuple[str, ...]:
        """One report and content."""
        return (self.partner, self.document, _content(self.change))


class StockAdjusted(Struct, frozen=True, tag="stock.adjusted.v1", omit_defaults=True):
    """Stock was found (positive quantity), or is gone: lost, expired, destroyed."""

    partner: str
    document: str
    change: StockChange
    adjusted_at: Stamp

    def identity(self) -> tuple[str, ...]:
        """One report and content."""
        return (self.partner, self.document, _content(self.change))


class StorageAccrued(Struct, frozen=True, tag="storage.accrued.v1", omit_defaults=True):
    """One logistic unit was stored for one day (YYYY-MM-DD) for ``owner``: the ground of storage fees. ``unit_id`` is
    its SSCC or the warehouse's number; ``unit`` is a UN/ECE Rec 21 package code (PX pallet) or a Rec 20 unit.
    """

    partner: str
    owner: str
    day: str
    unit_id: str
    location: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = "PX"
    sku: str = ""

    def identity(self) -> tuple[str, ...]:
        """One unit is stored once a day."""
        return (self.partner, self.owner, self.day, self.location, self.unit_id, self.sku)


InventoryEvent = StockLevelReported | StockCounted | StockDamaged | StockAdjusted | StorageAccrued
"""What a warehouse says of its stock."""


def _content(part: StockLevel | StockCount | StockChange) -> str:
    return digest(msgspec.json.encode(part).decode())
