"""What a warehouse says as canonical facts; pure. Every fact is found by the name we gave the order or receipt, so a
warehouse speaks only of what it was given.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

from msgspec import Struct

from crossdock.connectors.warehouse import wire
from crossdock.connectors.warehouse.mapping.catalogue import Catalogue
from crossdock.model import inventory as inv
from crossdock.model import warehouse as wh
from crossdock.model.events import EventBody, Fact
from crossdock.model.identifiers import Reference, ReferenceKind, stock_item_id, storage_id
from crossdock.model.instants import Stamp, stamp
from crossdock.model.names import names_of
from crossdock.model.order import Package, Packed
from crossdock.model.stock import StockChange, StockCount
from crossdock.model.transfers import LotQuantity, MovedLine
from crossdock.model.units import Measure
from crossdock.model.warehouse_state import SKU_OF_LINE

Read = Callable[[str], Stamp]


class Telling(Struct, frozen=True):
    """Whose words, when, and how times are read."""

    partner: str
    catalogue: Catalogue
    occurred: Stamp
    read: Read = stamp


def facts_of(data: wire.Said, telling: Telling) -> tuple[Fact, ...]:
    """The facts of one event. Raises `UomMismatch` for quantities that cannot be taken exactly, `ValueError` for times
    and numbers that cannot be read.
    """
    if isinstance(data, wire.Counted | wire.Damaged | wire.Adjusted | wire.Level):
        return tuple(partial(_of_stock, telling)(body) for body in _stock(data, telling))
    if isinstance(data, wire.Storage):
        return tuple(_accrued(line, data.warehouse, telling) for line in data.lines)
    kind = ReferenceKind.INBOUND if isinstance(data, wire.Received) else ReferenceKind.WAREHOUSE_ORDER
    return (Fact(_body(data, telling), telling.occurred, lookups=(lookup(telling.partner, data.reference, kind),)),)


def lookup(partner: str, reference: str, kind: str = ReferenceKind.WAREHOUSE_ORDER) -> Reference:
    """The name we gave an order or receipt at ``partner``."""
    return Reference(kind, reference, partner)


def _body(data: wire.Said, telling: Telling) -> EventBody:
    ours = telling.partner
    match data:
        case wire.Acknowledged(reference, revision, number, planned):
            return wh.WarehouseOrderAcknowledged(
                ours, reference, revision, number, telling.read(planned) if planned else None
            )
        case wire.Refused(reference, revision, code, text):
            return wh.WarehouseOrderRefused(ours, reference, revision, code, text)
        case wire.Started(reference, document):
            return wh.PickStarted(ours, reference, document)
        case wire.Cancelled(reference, text):
            return wh.WarehouseOrderCancelled(ours, reference, text)
        case wire.CancelRefused(reference, stage, text):
            return wh.CancellationRefused(ours, reference, stage, text)
        case _:
            return _goods(data, telling)


def _goods(data: wire.Said, telling: Telling) -> EventBody:
    ours = telling.partner
    match data:
        case wire.Picked(reference, document, lines):
            return wh.GoodsPicked(ours, reference, document, tuple(moved(line, telling) for line in lines))
        case wire.Packed(reference, packages):
            return wh.PackagesPacked(ours, reference, tuple(_package(each, telling) for each in packages))
        case wire.Shipped(reference, document, lines, packages, remainder):
            left = tuple(wh.ShippedPackage(each.id, each.tracking_number, each.carrier, each.sscc) for each in packages)
            return wh.GoodsShipped(
                ours, reference, document, tuple(moved(line, telling) for line in lines), left, remainder
            )
        case wire.Short(reference, document, short, remainder):
            return wh.StockShort(ours, reference, document, tuple(_short(line, telling) for line in short), remainder)
        case wire.Received(reference, document, received, final):
            return wh.GoodsReceived(
                ours, reference, document, tuple(_received(one, telling) for one in received), final
            )
    raise TypeError(f"{type(data).__name__} is of no order")


def moved(line: wire.Line, telling: Telling) -> MovedLine:
    """Goods in base units, lots too. Raises `UomMismatch`."""
    goods = telling.catalogue.goods(line.sku, _not_below(line.quantity), line.unit)
    return MovedLine(
        goods.item, goods.quantity, goods.unit, _lots(line.sku, line.unit, line.lots, telling), line.package, line.line
    )


def _lots(sku: str, unit: str, lots: tuple[wire.Lot, ...], telling: Telling) -> tuple[LotQuantity, ...]:
    return tuple(
        LotQuantity(
            lot.lot,
            telling.catalogue.goods(sku, lot.quantity, unit).quantity,
            telling.read(lot.expires) if lot.expires else None,
        )
        for lot in lots
    )


def _short(line: wire.ShortLine, telling: Telling) -> wh.ShortLine:
    goods = telling.catalogue.goods(line.sku, _not_below(line.quantity), line.unit)
    reason: wh.ShortReason = line.reason if line.reason in wire.REASONS else "other"  # type: ignore[assignment]
    return wh.ShortLine(goods.item, goods.quantity, goods.unit, line.line, reason, line.reason)


def _received(line: wire.ReceivedLine, telling: Telling) -> wh.ReceivedLine:
    def ours(quantity: Decimal) -> Decimal:
        return telling.catalogue.goods(line.sku, _not_below(quantity), line.unit).quantity

    goods = telling.catalogue.goods(line.sku, _not_below(line.received), line.unit)
    return wh.ReceivedLine(
        goods.item,
        goods.quantity,
        ours(line.announced) if line.announced is not None else None,
        ours(line.damaged),
        goods.unit,
        _lots(line.sku, line.unit, line.lots, telling),
        line.package,
        line.line,
    )


def _package(package: wire.Package, telling: Telling) -> Package:
    return Package(
        package.id,
        _measure(package.weight),
        sscc=package.sscc,
        length=_measure(package.length) if package.length else None,
        width=_measure(package.width) if package.width else None,
        height=_measure(package.height) if package.height else None,
        contents=tuple(_content(each, telling) for each in package.contents),
    )


def _content(content: wire.Content, telling: Telling) -> Packed:
    """In base units; a line that the warehouse does not number is told by its SKU."""
    if not content.sku:
        return Packed(content.line, _not_below(content.quantity))
    goods = telling.catalogue.goods(content.sku, _not_below(content.quantity), content.unit)
    return Packed(content.line or f"{SKU_OF_LINE}{goods.item.sku}", goods.quantity)


def _measure(given: wire.Measured) -> Measure:
    return Measure(_not_below(given.value), given.unit)


def _not_below(quantity: Decimal) -> Decimal:
    """Raises `ValueError` below nothing."""
    if quantity.is_nan() or quantity < 0:
        raise ValueError(f"{str(quantity)[:40]} is no quantity: it must not be below nothing")
    return quantity


def _of_stock(telling: Telling, body: inv.InventoryEvent) -> Fact:
    subject = _stock_subject(body)
    return Fact(body, telling.occurred, subject=subject, binds=names_of(body, telling.partner))


def _stock_subject(body: inv.InventoryEvent) -> str:
    match body:
        case inv.StockLevelReported(level=level):
            return stock_item_id(level.item.sku, level.place.warehouse)
        case inv.StockCounted(count=count):
            return stock_item_id(count.item.sku, count.place.warehouse)
        case inv.StockDamaged(change=change) | inv.StockAdjusted(change=change):
            return stock_item_id(change.item.sku, change.place.warehouse)
        case inv.StorageAccrued(owner=owner, location=location):
            return storage_id(owner, location)


def _stock(
    data: wire.Counted | wire.Damaged | wire.Adjusted | wire.Level, telling: Telling
) -> Iterator[inv.InventoryEvent]:
    ours, at = telling.partner, telling.occurred
    match data:
        case wire.Counted(document, lines, site):
            for counted in lines:
                yield inv.StockCounted(ours, document, _count(counted, site, telling), at)
        case wire.Damaged(document, changes, site):
            for change in changes:
                yield inv.StockDamaged(ours, document, _change(change, site, -_not_below(change.quantity), telling), at)
        case wire.Adjusted(document, changes, site):
            for change in changes:
                yield inv.StockAdjusted(ours, document, _change(change, site, change.quantity, telling), at)
        case wire.Level(levels, site):
            for level in levels:
                yield inv.StockLevelReported(ours, _level(level, site, telling), at)


def _count(line: wire.CountLine, site: str, telling: Telling) -> StockCount:
    goods = telling.catalogue.goods(line.sku, _not_below(line.quantity), line.unit)
    expected = None
    if line.expected is not None:
        expected = telling.catalogue.goods(line.sku, line.expected, line.unit).quantity
    place = telling.catalogue.place(site, line.location)
    return StockCount(goods.item, place, goods.quantity, goods.unit, line.lot, line.package, expected)


def _change(line: wire.ChangeLine, site: str, quantity: Decimal, telling: Telling) -> StockChange:
    goods = telling.catalogue.goods(line.sku, quantity, line.unit)
    place = telling.catalogue.place(site, line.location)
    return StockChange(goods.item, place, goods.quantity, goods.unit, line.lot, line.package, line.reason)


def _level(line: wire.LevelLine, site: str, telling: Telling) -> inv.StockLevel:
    def ours(quantity: Decimal) -> Decimal:
        return telling.catalogue.goods(line.sku, quantity, line.unit).quantity

    goods = telling.catalogue.goods(line.sku, line.on_hand, line.unit)
    reserved, blocked = ours(line.reserved), ours(line.blocked)
    available = ours(line.available) if line.available is not None else goods.quantity - reserved - blocked
    lots = _lots(line.sku, line.unit, line.lots, telling)
    place = telling.catalogue.place(site)
    return inv.StockLevel(goods.item, place, goods.quantity, available, reserved, blocked, goods.unit, lots)


def _accrued(line: wire.StorageLine, site: str, telling: Telling) -> Fact:
    location, owner = telling.catalogue.warehouse(site), telling.catalogue.owner(line.owner)
    sku = telling.catalogue.sku(line.sku) if line.sku else ""
    day = telling.read(line.day).at[:10]
    body = inv.StorageAccrued(
        telling.partner, owner, day, line.unit_id, location, _not_below(line.quantity), line.unit, sku
    )
    return Fact(body, telling.occurred, subject=storage_id(owner, location))
