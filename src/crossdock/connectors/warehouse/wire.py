"""The warehouse dialect's own message types (docs/how-to/connect-a-warehouse.md); unknown fields are skipped.

Quantities are decimal texts or numbers in ``unit``: a UN/ECE Rec 20 code, or a package code of the items table.
"""

from collections.abc import Mapping
from decimal import Decimal

import msgspec
from msgspec import Struct

from crossdock.model.transfers import Remainder
from crossdock.model.warehouse import Stage


class Lot(Struct, frozen=True, omit_defaults=True):
    """How much of a line is of a lot; ``expires`` is a date."""

    lot: str
    quantity: Decimal
    expires: str = ""


class Line(Struct, frozen=True, omit_defaults=True):
    """Goods of an order or an announcement. ``line`` is our number of the line, ``sku`` in the warehouse's words."""

    sku: str
    quantity: Decimal
    unit: str = ""
    line: str = ""
    name: str = ""
    lots: tuple[Lot, ...] = ()
    package: str = ""


class ShortLine(Struct, frozen=True, omit_defaults=True):
    """What is missing of a line; ``reason`` is a word of `REASONS`, or the warehouse's own."""

    sku: str
    quantity: Decimal
    unit: str = ""
    line: str = ""
    reason: str = "out_of_stock"


class ReceivedLine(Struct, frozen=True, omit_defaults=True):
    """What arrived of a line; ``damaged`` is part of ``received``."""

    sku: str
    received: Decimal
    announced: Decimal | None = None
    damaged: Decimal = Decimal(0)
    unit: str = ""
    line: str = ""
    lots: tuple[Lot, ...] = ()
    package: str = ""


class Measured(Struct, frozen=True):
    """A weight or a length with its UN/ECE Rec 20 unit."""

    value: Decimal
    unit: str


class Content(Struct, frozen=True, omit_defaults=True):
    """How much of a line is in a package."""

    quantity: Decimal
    line: str = ""
    sku: str = ""
    unit: str = ""


class Package(Struct, frozen=True, omit_defaults=True):
    """A package as it was packed and weighed."""

    id: str
    weight: Measured
    sscc: str = ""
    length: Measured | None = None
    width: Measured | None = None
    height: Measured | None = None
    contents: tuple[Content, ...] = ()


class ShippedPackage(Struct, frozen=True, omit_defaults=True):
    """A package that left."""

    id: str
    tracking_number: str = ""
    carrier: str = ""
    sscc: str = ""


class Acknowledged(Struct, frozen=True, omit_defaults=True):
    """``order.acknowledged``: the warehouse will do it."""

    reference: str
    revision: int = 1
    number: str = ""
    planned_ship_at: str = ""


class Refused(Struct, frozen=True, omit_defaults=True):
    """``order.refused``: the warehouse will not do this revision."""

    reference: str
    revision: int = 1
    code: str = ""
    text: str = ""


class Started(Struct, frozen=True, omit_defaults=True):
    """``order.pick_started``: somebody picks."""

    reference: str
    document: str = ""


class Picked(Struct, frozen=True, omit_defaults=True):
    """``order.picked``: what one pick list brought."""

    reference: str
    document: str
    lines: tuple[Line, ...]


class Packed(Struct, frozen=True, omit_defaults=True):
    """``order.packed``: packages are closed and weighed."""

    reference: str
    packages: tuple[Package, ...]


class Shipped(Struct, frozen=True, omit_defaults=True):
    """``order.shipped``: goods left under one despatch advice."""

    reference: str
    document: str
    lines: tuple[Line, ...]
    packages: tuple[ShippedPackage, ...] = ()
    remainder: Remainder = "backorder"


class Short(Struct, frozen=True, omit_defaults=True):
    """``order.short``: what the warehouse has not got."""

    reference: str
    document: str
    lines: tuple[ShortLine, ...]
    remainder: Remainder = "backorder"


class Cancelled(Struct, frozen=True, omit_defaults=True):
    """``order.cancelled``: what is left will not be shipped."""

    reference: str
    text: str = ""


class CancelRefused(Struct, frozen=True, omit_defaults=True):
    """``order.cancel_refused``: too late to cancel."""

    reference: str
    stage: Stage = "shipped"
    text: str = ""


class Received(Struct, frozen=True, omit_defaults=True):
    """``inbound.received``: goods arrived under one goods receipt."""

    reference: str
    document: str
    lines: tuple[ReceivedLine, ...]
    final: bool = True


class CountLine(Struct, frozen=True, omit_defaults=True):
    """One item counted; ``location`` is a bin, where only a bin was counted."""

    sku: str
    quantity: Decimal
    unit: str = ""
    expected: Decimal | None = None
    location: str = ""
    lot: str = ""
    package: str = ""


class Counted(Struct, frozen=True, omit_defaults=True):
    """``stock.counted``: somebody counted."""

    document: str
    lines: tuple[CountLine, ...]
    warehouse: str = ""


class ChangeLine(Struct, frozen=True, omit_defaults=True):
    """Stock that was damaged (above zero), or found and lost (with its sign)."""

    sku: str
    quantity: Decimal
    unit: str = ""
    location: str = ""
    lot: str = ""
    package: str = ""
    reason: str = ""


class Damaged(Struct, frozen=True, omit_defaults=True):
    """``stock.damaged``: stock that can no longer be sold."""

    document: str
    lines: tuple[ChangeLine, ...]
    warehouse: str = ""


class Adjusted(Struct, frozen=True, omit_defaults=True):
    """``stock.adjusted``: stock found or lost."""

    document: str
    lines: tuple[ChangeLine, ...]
    warehouse: str = ""


class LevelLine(Struct, frozen=True, omit_defaults=True):
    """All there is of an item; without ``available`` it is what is on hand less reserved and blocked."""

    sku: str
    on_hand: Decimal
    available: Decimal | None = None
    reserved: Decimal = Decimal(0)
    blocked: Decimal = Decimal(0)
    unit: str = ""
    lots: tuple[Lot, ...] = ()


class Level(Struct, frozen=True, omit_defaults=True):
    """``stock.level``: all there is of some items."""

    lines: tuple[LevelLine, ...]
    warehouse: str = ""


class StorageLine(Struct, frozen=True, omit_defaults=True):
    """One logistic unit stored for one day."""

    day: str
    unit_id: str
    owner: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = "PX"
    sku: str = ""


class Storage(Struct, frozen=True, omit_defaults=True):
    """``storage.accrued``: logistic units stored for a day."""

    lines: tuple[StorageLine, ...]
    warehouse: str = ""


Said = (
    Acknowledged | Refused | Started | Picked | Packed | Shipped | Short | Cancelled | CancelRefused
    | Received | Counted | Damaged | Adjusted | Level | Storage
)  # fmt: skip
"""The content of an event."""

KINDS: Mapping[str, type[Said]] = {
    "order.acknowledged": Acknowledged,
    "order.refused": Refused,
    "order.pick_started": Started,
    "order.picked": Picked,
    "order.packed": Packed,
    "order.shipped": Shipped,
    "order.short": Short,
    "order.cancelled": Cancelled,
    "order.cancel_refused": CancelRefused,
    "inbound.received": Received,
    "stock.counted": Counted,
    "stock.damaged": Damaged,
    "stock.adjusted": Adjusted,
    "stock.level": Level,
    "storage.accrued": Storage,
}
"""Types of events and what their ``data`` is."""

REASONS = frozenset({"out_of_stock", "damaged", "lot_unavailable", "blocked", "other"})


class Event(Struct, frozen=True, omit_defaults=True):
    """One event: Standard Webhooks' ``type``, ``timestamp``, ``data``. ``timestamp`` is when it happened (RFC 3339)."""

    type: str
    timestamp: str
    data: msgspec.Raw
    id: str = ""


class Page(Struct, frozen=True, omit_defaults=True):
    """A page of events; ``next`` asks for the following one, "" at the end."""

    events: tuple[msgspec.Raw, ...]
    next: str = ""


class OrderAnswer(Struct, frozen=True, omit_defaults=True):
    """What a warehouse answers to a release, an amendment, a cancellation, and when it is asked. ``status`` is
    accepted, acknowledged, refused, picking, packed, shipped, cancelled, cancel_requested or too_late; ``stage`` goes
    with too_late, ``code`` and ``text`` with refused.
    """

    reference: str
    status: str
    revision: int = 1
    number: str = ""
    stage: Stage = "shipped"
    code: str = ""
    text: str = ""


class InboundAnswer(Struct, frozen=True, omit_defaults=True):
    """What a warehouse answers to an announcement."""

    reference: str
    number: str = ""


class ErrorAnswer(Struct, frozen=True):
    """A technical refusal: a code of the table in the how-to, and words."""

    code: str = ""
    text: str = ""
