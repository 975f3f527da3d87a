"""What a warehouse or 3PL is asked to do with an order or an announced receipt, and what it says of them.

The words are those of GS1's logistics messages: an order is released by a Warehousing Outbound Instruction and told
about by Warehousing Outbound Notifications, goods are announced and received by their inbound counterparts.
``reference`` is ours and unique per order released or receipt announced: the warehouse repeats it in all it says.
A ``document`` (pick list, despatch advice, goods receipt) is the warehouse's number; said again, it counts once.
"""

from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import Struct

from crossdock.model.identifiers import digest
from crossdock.model.instants import Stamp
from crossdock.model.item import Item
from crossdock.model.order import DeliveryOrder, Package
from crossdock.model.party import Party
from crossdock.model.transfers import LotQuantity, MovedLine, Remainder

Stage = Literal["acknowledged", "pick_started", "picked", "packed", "shipped"]
ShortReason = Literal["out_of_stock", "damaged", "lot_unavailable", "blocked", "other"]
Purpose = Literal["purchase", "return", "transfer"]


class ReleaseOrder(Struct, frozen=True, tag="warehouse_order.release.v1", omit_defaults=True):
    """Have ``order`` picked, packed and shipped. A release said again under one reference is the same release."""

    reference: str
    order: DeliveryOrder
    revision: int = 1
    instructions: str = ""


class AmendOrder(Struct, frozen=True, tag="warehouse_order.amend.v1", omit_defaults=True):
    """The whole of ``order`` as it is now; a higher ``revision`` replaces a lower one, an older one changes nothing."""

    reference: str
    order: DeliveryOrder
    revision: int
    instructions: str = ""


class CancelOrder(Struct, frozen=True, tag="warehouse_order.cancel.v1", omit_defaults=True):
    """Do not ship what was not shipped yet. Too late is an answer, not an error."""

    reference: str
    reason: str = ""


class AnnounceInbound(Struct, frozen=True, tag="inbound.announce.v1", omit_defaults=True):
    """Goods are on their way to the warehouse: planned ``lines``, each with lots and logistic unit where known.
    ``name`` is what people call the transfer, ``purchase_order`` the order it is of.
    """

    reference: str
    lines: tuple[MovedLine, ...]
    name: str = ""
    purpose: Purpose = "purchase"
    purchase_order: str = ""
    supplier: Party | None = None
    expected: Stamp | None = None


class RequestAvailability(Struct, frozen=True, tag="availability.request.v1", omit_defaults=True):
    """Ask what there is of ``skus`` now (none: of everything). Free of charge and safe to repeat."""

    skus: tuple[str, ...] = ()


WarehouseCommand = ReleaseOrder | AmendOrder | CancelOrder | AnnounceInbound | RequestAvailability


class WarehouseOrderReleased(Struct, frozen=True, tag="warehouse_order.released.v1", omit_defaults=True):
    """The warehouse holds our release or amendment; whether it takes it is said later. ``number`` is its own."""

    partner: str
    reference: str
    revision: int = 1
    number: str = ""

    def identity(self) -> tuple[str, ...]:
        """A revision is handed over once."""
        return (self.partner, self.reference, str(self.revision))


class WarehouseOrderAcknowledged(Struct, frozen=True, tag="warehouse_order.acknowledged.v1", omit_defaults=True):
    """The warehouse will do it; ``planned_for`` is when it means to ship."""

    partner: str
    reference: str
    revision: int = 1
    number: str = ""
    planned_for: Stamp | None = None

    def identity(self) -> tuple[str, ...]:
        """A revision is acknowledged once per plan."""
        planned = self.planned_for.at if self.planned_for else ""
        return (self.partner, self.reference, str(self.revision), planned)


class WarehouseOrderRefused(Struct, frozen=True, tag="warehouse_order.refused.v1", omit_defaults=True):
    """The warehouse will not do it; a refused amendment leaves the revision before it in force. ``code`` and ``text``
    are the warehouse's.
    """

    partner: str
    reference: str
    revision: int = 1
    code: str = ""
    text: str = ""

    def identity(self) -> tuple[str, ...]:
        """A revision is refused once per reason."""
        return (self.partner, self.reference, str(self.revision), self.code)


class WarehouseOrderCancelled(Struct, frozen=True, tag="warehouse_order.cancelled.v1", omit_defaults=True):
    """What was not shipped will not be shipped: because we asked, or (with ``text``) by its own decision."""

    partner: str
    reference: str
    text: str = ""

    def identity(self) -> tuple[str, ...]:
        """A release is cancelled once."""
        return (self.partner, self.reference)


class CancellationRefused(Struct, frozen=True, tag="warehouse_order.cancel_refused.v1", omit_defaults=True):
    """It is too late to cancel: the order has reached ``stage``."""

    partner: str
    reference: str
    stage: Stage = "shipped"
    text: str = ""

    def identity(self) -> tuple[str, ...]:
        """One refusal per stage."""
        return (self.partner, self.reference, self.stage)


class PickStarted(Struct, frozen=True, tag="pick.started.v1", omit_defaults=True):
    """Somebody picks: from here on changes may come too late."""

    partner: str
    reference: str
    document: str = ""

    def identity(self) -> tuple[str, ...]:
        """A pick list is started once."""
        return (self.partner, self.reference, self.document)


class GoodsPicked(Struct, frozen=True, tag="goods.picked.v1", omit_defaults=True):
    """What one pick list brought: quantities of this document, not running totals."""

    partner: str
    reference: str
    document: str
    lines: tuple[MovedLine, ...]

    def identity(self) -> tuple[str, ...]:
        """One pick list and content."""
        return (self.partner, self.reference, self.document, _content(self.lines))


class PackagesPacked(Struct, frozen=True, tag="packages.packed.v1", omit_defaults=True):
    """Packages are closed and weighed: what carriers are asked and labels are bought for. A package said again under
    its id replaces what was said before.
    """

    partner: str
    reference: str
    packages: tuple[Package, ...]

    def identity(self) -> tuple[str, ...]:
        """One content per packages."""
        return (self.partner, self.reference, digest(msgspec.json.encode(self.packages).decode()))


class ShippedPackage(Struct, frozen=True, omit_defaults=True):
    """A package that left. ``tracking_number`` and ``carrier`` are given where the warehouse booked the carrier."""

    id: str
    tracking_number: str = ""
    carrier: str = ""
    sscc: str = ""


class GoodsShipped(Struct, frozen=True, tag="goods.shipped.v1", omit_defaults=True):
    """Goods left the warehouse under one despatch advice: what really moved, with lots. ``remainder`` says what the
    warehouse does about the rest of the order, where there is one.
    """

    partner: str
    reference: str
    despatch: str
    lines: tuple[MovedLine, ...]
    packages: tuple[ShippedPackage, ...] = ()
    remainder: Remainder = "backorder"

    def identity(self) -> tuple[str, ...]:
        """One despatch and content: told by webhook and by file it is one."""
        packages = msgspec.json.encode(self.packages).decode()
        return (self.partner, self.reference, self.despatch, digest(_content(self.lines), packages))


class ShortLine(Struct, frozen=True, omit_defaults=True):
    """How much of a line the warehouse cannot ship, and why; ``code`` is its own word for it."""

    item: Item
    quantity: Decimal
    unit: str = "H87"
    line_id: str = ""
    reason: ShortReason = "out_of_stock"
    code: str = ""


class StockShort(Struct, frozen=True, tag="stock.short.v1", omit_defaults=True):
    """The warehouse has not got what was ordered. ``remainder`` says whether it will ship the rest later."""

    partner: str
    reference: str
    document: str
    lines: tuple[ShortLine, ...]
    remainder: Remainder = "backorder"

    def identity(self) -> tuple[str, ...]:
        """One shortage report and content."""
        lines = msgspec.json.encode(self.lines).decode()
        return (self.partner, self.reference, self.document, digest(lines))


class InboundAnnounced(Struct, frozen=True, tag="inbound.announced.v1", omit_defaults=True):
    """The warehouse holds our announcement; ``number`` is its own."""

    partner: str
    reference: str
    number: str = ""

    def identity(self) -> tuple[str, ...]:
        """A receipt is announced once."""
        return (self.partner, self.reference)


class ReceivedLine(Struct, frozen=True, omit_defaults=True):
    """What arrived of one line. ``damaged`` is part of ``received``; ``announced`` is None where the warehouse does not
    compare.
    """

    item: Item
    received: Decimal
    announced: Decimal | None = None
    damaged: Decimal = Decimal(0)
    unit: str = "H87"
    lots: tuple[LotQuantity, ...] = ()
    package: str = ""
    line_id: str = ""

    @property
    def short(self) -> Decimal:
        """How much less came than was announced; 0 where nothing was."""
        return max(Decimal(0), self.announced - self.received) if self.announced is not None else Decimal(0)

    @property
    def over(self) -> Decimal:
        """How much more came than was announced; 0 where nothing was."""
        return max(Decimal(0), self.received - self.announced) if self.announced is not None else Decimal(0)


class GoodsReceived(Struct, frozen=True, tag="goods.received.v1", omit_defaults=True):
    """Goods were received against an announcement, under one goods receipt. ``final``: nothing more is expected."""

    partner: str
    reference: str
    receipt: str
    lines: tuple[ReceivedLine, ...]
    final: bool = True

    def identity(self) -> tuple[str, ...]:
        """One goods receipt and content."""
        lines = msgspec.json.encode(self.lines).decode()
        return (self.partner, self.reference, self.receipt, digest(lines))


WarehouseEvent = (
    WarehouseOrderReleased
    | WarehouseOrderAcknowledged
    | WarehouseOrderRefused
    | WarehouseOrderCancelled
    | CancellationRefused
    | PickStarted
    | GoodsPicked
    | PackagesPacked
    | GoodsShipped
    | StockShort
    | InboundAnnounced
    | GoodsReceived
)
"""What a warehouse says of an order (its subject is the delivery order) or of a receipt (the transfer)."""


def _content(lines: tuple[MovedLine, ...]) -> str:
    return digest(msgspec.json.encode(lines).decode())
