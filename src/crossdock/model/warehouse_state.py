"""What warehouses said of one order or one receipt: folds that do not look at the order of arrival.

Documents are kept by their numbers, so a document said twice counts once; of two contents under one number the same
one stands whatever came first. Quantities are added up when they are asked for.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from crossdock.model import warehouse as wh
from crossdock.model.item import Item
from crossdock.model.order import DeliveryOrder, OrderLine, Package, Packed
from crossdock.model.transfers import MovedLine, Remainder
from crossdock.model.units import InvalidUnit, Measure, convert

NONE = Decimal(0)

SKU_OF_LINE = "sku:"
"""Stands before the SKU where a package's content names no line."""

T = TypeVar("T", bound=Struct)


class Picked(Struct, frozen=True, omit_defaults=True):
    """One pick list."""

    lines: tuple[MovedLine, ...]


class Despatch(Struct, frozen=True, omit_defaults=True):
    """One despatch advice."""

    lines: tuple[MovedLine, ...]
    packages: tuple[wh.ShippedPackage, ...] = ()
    remainder: Remainder = "backorder"


class Shortage(Struct, frozen=True, omit_defaults=True):
    """One shortage report."""

    lines: tuple[wh.ShortLine, ...]
    remainder: Remainder = "backorder"


class Release(Struct, omit_defaults=True):
    """One order as released to one warehouse. ``released`` and ``acknowledged`` are the highest revisions; ``refused``
    holds why by revision, ``too_late`` why it was not cancelled by stage; the maps are by document, packages by id.
    """

    partner: str
    reference: str
    number: str = ""
    released: int = 0
    acknowledged: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    pick_started: bool = False
    picks: dict[str, Picked] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    despatches: dict[str, Despatch] = field(default_factory=dict)
    shortages: dict[str, Shortage] = field(default_factory=dict)
    cancelled: bool = False
    too_late: dict[str, str] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        """How far it got: "", released, acknowledged, pick_started, picked, packed or shipped."""
        reached = (
            ("shipped", self.despatches), ("packed", self.packages), ("picked", self.picks),
            ("pick_started", self.pick_started), ("acknowledged", self.acknowledged), ("released", self.released),
        )  # fmt: skip
        return next((name for name, said in reached if said), "")


class Receipt(Struct, frozen=True, omit_defaults=True):
    """One goods receipt."""

    lines: tuple[wh.ReceivedLine, ...]
    final: bool = True


class Announcement(Struct, omit_defaults=True):
    """One receipt as announced to one warehouse; ``receipts`` by their numbers."""

    partner: str
    reference: str
    number: str = ""
    announced: bool = False
    receipts: dict[str, Receipt] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether the warehouse expects nothing more."""
        return any(receipt.final for receipt in self.receipts.values())


class LineProgress(Struct, frozen=True):
    """How far one line of an order got, all its warehouses together, in the line's unit."""

    line: OrderLine
    picked: Decimal = NONE
    packed: Decimal = NONE
    shipped: Decimal = NONE
    short: Decimal = NONE

    @property
    def open(self) -> Decimal:
        """What was not shipped."""
        return max(NONE, self.line.quantity - self.shipped)

    @property
    def excess(self) -> Decimal:
        """What was shipped beyond the order."""
        return max(NONE, self.shipped - self.line.quantity)


def place_of(partner: str, reference: str) -> str:
    """What a release or announcement is kept under."""
    return f"{partner} {reference}"


def fold_release(releases: dict[str, Release], body: wh.WarehouseEvent) -> None:
    """Fold what was said of an order into ``releases`` (in place)."""
    kept = releases.setdefault(place_of(body.partner, body.reference), Release(body.partner, body.reference))
    match body:
        case wh.WarehouseOrderReleased(revision=revision, number=number):
            kept.released, kept.number = max(kept.released, revision), max(kept.number, number)
        case wh.WarehouseOrderAcknowledged(revision=revision, number=number):
            kept.acknowledged, kept.number = max(kept.acknowledged, revision), max(kept.number, number)
        case wh.WarehouseOrderRefused(revision=revision, code=code, text=text):
            why = f"{code}: {text}" if code else text
            kept.refused[str(revision)] = max(kept.refused.get(str(revision), ""), why)
        case wh.WarehouseOrderCancelled():
            kept.cancelled = True
        case wh.CancellationRefused(stage=stage, text=text):
            kept.too_late[stage] = max(kept.too_late.get(stage, ""), text)
        case wh.PickStarted():
            kept.pick_started = True
        case _:
            _fold_documents(kept, body)


def _fold_documents(kept: Release, body: wh.WarehouseEvent) -> None:
    match body:
        case wh.GoodsPicked(document=document, lines=lines):
            _keep(kept.picks, document, Picked(lines))
        case wh.PackagesPacked(packages=packages):
            for package in packages:
                _keep(kept.packages, package.id, package)
        case wh.GoodsShipped(despatch=despatch, lines=lines, packages=shipped, remainder=remainder):
            _keep(kept.despatches, despatch, Despatch(lines, shipped, remainder))
        case wh.StockShort(document=document, lines=short, remainder=remainder):
            _keep(kept.shortages, document, Shortage(short, remainder))


def fold_receipt(announcements: dict[str, Announcement], body: wh.InboundAnnounced | wh.GoodsReceived) -> None:
    """Fold what was said of a receipt into ``announcements`` (in place)."""
    place = place_of(body.partner, body.reference)
    kept = announcements.setdefault(place, Announcement(body.partner, body.reference))
    match body:
        case wh.InboundAnnounced(number=number):
            kept.announced, kept.number = True, max(kept.number, number)
        case wh.GoodsReceived(receipt=receipt, lines=lines, final=final):
            _keep(kept.receipts, receipt, Receipt(lines, final))


def progress(order: DeliveryOrder, releases: Mapping[str, Release]) -> tuple[LineProgress, ...]:
    """How far each line of ``order`` got. A report that names no line counts for the lines of its SKU, first line
    first; what is beyond them counts for the last.
    """
    told = releases.values()
    picked = _by_line(order, (line for each in told for pick in each.picks.values() for line in pick.lines))
    shipped = _by_line(order, (line for each in told for out in each.despatches.values() for line in out.lines))
    short = _by_line(order, (line for each in told for report in each.shortages.values() for line in report.lines))
    packed = _by_line(
        order, (_line_of(part) for each in told for package in each.packages.values() for part in package.contents)
    )
    return tuple(
        LineProgress(
            line, picked.get(line.id, NONE), packed.get(line.id, NONE),
            shipped.get(line.id, NONE), short.get(line.id, NONE),
        )
        for line in order.lines
    )  # fmt: skip


def is_all_shipped(order: DeliveryOrder, releases: Mapping[str, Release]) -> bool:
    """Whether every line was shipped in full."""
    return bool(order.lines) and all(not line.open for line in progress(order, releases))


def is_overshipped(order: DeliveryOrder, releases: Mapping[str, Release]) -> bool:
    """Whether more of any line was shipped than ordered, as when a warehouse ships an order twice."""
    return any(line.excess for line in progress(order, releases))


def _line_of(content: Packed) -> MovedLine:
    """What a package holds, whose line may be told by its SKU (`SKU_OF_LINE`)."""
    by_sku = content.line_id.startswith(SKU_OF_LINE)
    item = Item(content.line_id.removeprefix(SKU_OF_LINE) if by_sku else "")
    return MovedLine(item, content.quantity, line_id="" if by_sku else content.line_id)


def _by_line(order: DeliveryOrder, told: Iterable[MovedLine | wh.ShortLine]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    lines = {line.id: line for line in order.lines}
    nameless: dict[str, Decimal] = {}
    for each in told:
        line = lines.get(each.line_id)
        if line is not None:
            found[line.id] = found.get(line.id, NONE) + _in_unit(each.quantity, each.unit, line.unit)
        else:
            same = next((line for line in order.lines if line.item.sku == each.item.sku), None)
            if same is not None:
                quantity = _in_unit(each.quantity, each.unit, same.unit)
                nameless[each.item.sku] = nameless.get(each.item.sku, NONE) + quantity
    for sku, quantity in nameless.items():
        _spread(found, [line for line in order.lines if line.item.sku == sku], quantity)
    return found


def _spread(found: dict[str, Decimal], lines: list[OrderLine], quantity: Decimal) -> None:
    for line in lines:
        free = max(NONE, line.quantity - found.get(line.id, NONE))
        part = quantity if line is lines[-1] else min(free, quantity)
        if part:
            found[line.id] = found.get(line.id, NONE) + part
        quantity -= part


def _in_unit(quantity: Decimal, told: str, wanted: str) -> Decimal:
    """``quantity`` in the line's unit; as it is where the two cannot be compared."""
    if told == wanted:
        return quantity
    try:
        return convert(Measure(quantity, told), wanted)
    except InvalidUnit:
        return quantity


def _keep(kept: dict[str, T], number: str, new: T) -> None:
    """Of two contents under one number the greater encoding stands, whatever came first."""
    old = kept.get(number)
    if old is None or msgspec.json.encode(old) < msgspec.json.encode(new):
        kept[number] = new
