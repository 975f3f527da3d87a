"""The words people read for what a warehouse was asked and what it said."""

from collections.abc import Iterable
from decimal import Decimal

from crossdock.model import inventory as inv
from crossdock.model import warehouse as wh
from crossdock.model.events import EventBody
from crossdock.model.item import Item
from crossdock.model.transfers import MovedLine
from crossdock.views.saying import Said, many

COMMANDS = {
    "warehouse_order.release.v1": "Release order to the warehouse",
    "warehouse_order.amend.v1": "Amend order at the warehouse",
    "warehouse_order.cancel.v1": "Cancel order at the warehouse",
    "inbound.announce.v1": "Announce inbound goods",
    "availability.request.v1": "Ask for stock",
}
_STAGES = {"pick_started": "being picked"}
_UNITS = {"H87": ""}


def say(body: EventBody) -> Said | None:
    """What a warehouse said, in words; nothing for other events."""
    if isinstance(body, inv.InventoryEvent):
        return _stock(body)
    if isinstance(body, wh.InboundAnnounced | wh.GoodsReceived):
        return _inbound(body)
    return _order(body) if isinstance(body, wh.WarehouseEvent) else None


def _order(body: wh.WarehouseEvent) -> Said:
    match body:
        case wh.WarehouseOrderReleased(partner, reference, revision, number):
            what = "Released" if revision == 1 else f"Amendment {revision} handed over"
            return Said(f"{what} to {partner}", reference, number)
        case wh.WarehouseOrderAcknowledged(partner, _, revision, number, planned):
            what = "the order" if revision == 1 else f"amendment {revision}"
            return Said(f"{partner} takes {what}", f"ships on {planned.at}" if planned else "", number)
        case wh.WarehouseOrderRefused(partner, _, revision, code, text):
            what = "the order" if revision == 1 else f"amendment {revision}"
            return Said(f"{partner} refuses {what}", text, code)
        case wh.WarehouseOrderCancelled(partner, text=text):
            return Said(f"{partner} will not ship the rest", text)
        case wh.CancellationRefused(partner, stage=stage, text=text):
            return Said(f"Too late to cancel at {partner}: it is {_STAGES.get(stage, stage)}", text)
        case _:
            return _goods(body)


def _goods(body: wh.WarehouseEvent) -> Said:
    match body:
        case wh.PickStarted(partner, document=document):
            return Said(f"{partner} started to pick", code=document)
        case wh.GoodsPicked(partner, document=document, lines=lines):
            return Said(f"{partner} picked {many(len(lines), 'line')}", _listed(lines), document)
        case wh.PackagesPacked(partner, packages=packages):
            weights = ", ".join(f"{each.id} {_plain(each.weight.value)} {each.weight.unit}" for each in packages)
            return Said(f"{partner} packed {many(len(packages), 'package')}", weights)
        case wh.GoodsShipped(partner, despatch=despatch, lines=lines, packages=packages):
            numbers = ", ".join(each.tracking_number for each in packages if each.tracking_number)
            detail = " · ".join(part for part in (_listed(lines), numbers) if part)
            return Said(f"{partner} shipped {many(len(lines), 'line')}", detail, despatch)
        case wh.StockShort(partner, document=document, lines=lines, remainder=remainder):
            rest = "the rest comes later" if remainder == "backorder" else "the rest will not come"
            why = ", ".join(f"{_goods_of(each.item, each.quantity, each.unit)} {each.reason}" for each in lines)
            return Said(f"{partner} is short of {many(len(lines), 'line')}", f"{why}; {rest}", document)
        case _:
            return Said(str(body.__struct_config__.tag))


def _inbound(body: wh.InboundAnnounced | wh.GoodsReceived) -> Said:
    if isinstance(body, wh.InboundAnnounced):
        return Said(f"Goods announced to {body.partner}", body.reference, body.number)
    short = sum(1 for line in body.lines if line.short)
    over = sum(1 for line in body.lines if line.over)
    damaged = sum(1 for line in body.lines if line.damaged)
    trouble = ", ".join(
        f"{count} {word}" for count, word in ((short, "short"), (over, "over"), (damaged, "damaged")) if count
    )
    received = ", ".join(_goods_of(line.item, line.received, line.unit) for line in body.lines)
    return Said(
        f"{body.partner} received {many(len(body.lines), 'line')}",
        f"{received}; {trouble}" if trouble else received,
        body.receipt,
    )


def _stock(body: inv.InventoryEvent) -> Said:
    match body:
        case inv.StockLevelReported(partner, level):
            what = _goods_of(level.item, level.available, level.unit)
            return Said(f"{partner} can promise {what}", f"{_plain(level.on_hand)} on hand")
        case inv.StockCounted(partner, document, count):
            expected = f"expected {_plain(count.expected)}" if count.expected is not None else ""
            return Said(f"{partner} counted {_goods_of(count.item, count.quantity, count.unit)}", expected, document)
        case inv.StockDamaged(partner, document, change):
            return Said(
                f"{partner} reports damage: {_goods_of(change.item, -change.quantity, change.unit)}",
                change.reason,
                document,
            )
        case inv.StockAdjusted(partner, document, change):
            word = "found" if change.quantity > 0 else "lost"
            return Said(
                f"{partner} {word} {_goods_of(change.item, abs(change.quantity), change.unit)}", change.reason, document
            )
        case inv.StorageAccrued(partner, owner, day, unit_id, quantity=quantity, unit=unit):
            return Said(f"{partner} stored for {owner} on {day}", f"{_plain(quantity)} {unit}", unit_id)


def _listed(lines: Iterable[MovedLine]) -> str:
    return ", ".join(
        _goods_of(line.item, line.quantity, line.unit)
        + (f" ({'+'.join(lot.lot for lot in line.lots)})" if line.lots else "")
        for line in lines
    )


def _goods_of(item: Item, quantity: Decimal, unit: str) -> str:
    return " ".join(part for part in (_plain(quantity), _UNITS.get(unit, unit), item.sku) if part)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
