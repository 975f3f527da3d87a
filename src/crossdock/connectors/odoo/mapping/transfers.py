"""Documents of the transfers feed as canonical transfers; quantities exact in UN/ECE Rec 20, or a fault."""

from collections.abc import Mapping
from decimal import Decimal
from typing import get_args

from crossdock.connectors.odoo.mapping.goods import Fault, item_of, known, measure_at, ordered_in, utc, utc_or_none
from crossdock.connectors.odoo.mapping.units import exact
from crossdock.connectors.odoo.wire import Id, Moved, MovedLot, Product, Transfer, Unit
from crossdock.model import transfers as model
from crossdock.model.changes import DocumentRemoved, TransferChanged
from crossdock.model.events import Fact
from crossdock.model.identifiers import delivery_order_id, transfer_id
from crossdock.model.names import names_of
from crossdock.model.transfers import Direction, LotQuantity, TransferLine, TransferState
from crossdock.model.units import InvalidUnit, Measure, convert

_STATES: Mapping[str, TransferState] = {
    "draft": "draft",
    "waiting": "waiting",
    "confirmed": "waiting",
    "assigned": "ready",
    "done": "done",
    "cancel": "cancelled",
}
_DIRECTIONS: Mapping[str, Direction] = {each: each for each in get_args(Direction)}


def fact_of(partner: str, transfer: Transfer) -> Fact:
    """The fact one transfer states. An outgoing one belongs to its delivery order. Raises `Fault` or
    `InvalidInstant`.
    """
    read = transfer_of(partner, transfer)
    body = TransferChanged(read)
    return Fact(body, read.changed_at, subject=read.id, binds=names_of(body, partner))


def transfer_of(partner: str, transfer: Transfer) -> model.Transfer:
    """The canonical transfer. Raises `Fault` where something has no exact meaning."""
    picking = transfer.picking
    direction, state = _DIRECTIONS.get(picking.picking_type_code), _STATES.get(picking.state)
    if direction is None:
        raise Fault("/picking/picking_type_code", f"'{picking.picking_type_code}' is no direction of a transfer")
    if state is None:
        raise Fault("/picking/state", f"'{picking.state}' is no state of a transfer")
    named = delivery_order_id if direction == "outgoing" else transfer_id
    return model.Transfer(
        id=named(partner, str(picking.id)),
        partner=partner,
        external_id=str(picking.id),
        name=picking.name or "",
        direction=direction,
        state=state,
        lines=_lines(transfer, state),
        changed_at=utc(transfer.changed_at),
        backorder_of=_external(picking.backorder_id),
        return_of=_external(picking.return_id),
        sales_order=transfer.sale,
        purchase_order=transfer.purchase,
        planned_for=utc_or_none(picking.scheduled_date),
        done_at=utc_or_none(picking.date_done),
        source=transfer.source,
        destination=transfer.destination,
        company=transfer.company,
    )


def removed_transfer(partner: str, row_id: int, changed_at: str) -> Fact:
    """The fact that a transfer was deleted; only one that is not outgoing is known by this feed before its end."""
    gone = DocumentRemoved(partner, "transfer", str(row_id))
    return Fact(gone, utc(changed_at), subject=transfer_id(partner, str(row_id)))


def _lines(transfer: Transfer, state: TransferState) -> tuple[TransferLine, ...]:
    """Cancelled moves are left out of a transfer that goes on without them."""
    products = {row.id: row for row in transfer.products}
    units = {row.id: row for row in transfer.units}
    held: dict[int, list[MovedLot]] = {}
    for line in transfer.lines:
        held.setdefault(int(line.move_id), []).append(line)
    return tuple(
        _line(move, held.get(move.id, []), products, units, f"/moves/{index}")
        for index, move in enumerate(transfer.moves)
        if move.state != "cancel" or state == "cancelled"
    )


def _line(
    move: Moved, lines: list[MovedLot], products: Mapping[int, Product], units: Mapping[int, Unit], pointer: str
) -> TransferLine:
    product = known(products, move.product_id, f"{pointer}/product_id")
    where = f"{pointer}/product_uom"
    ordered = ordered_in(product, move.product_uom, units, where)
    own = known(units, product.uom_id, where)
    if ordered is not None:
        demand = measure_at(move.product_uom_qty, ordered, where)
        moved = measure_at(move.quantity, ordered, where)
    else:
        demand = measure_at(move.product_qty, own, where)
        moved = measure_at(sum((line.quantity_product_uom for line in lines), Decimal(0)), own, where)
    done = move.state == "done"
    return TransferLine(
        id=str(move.id),
        item=item_of(product, pointer),
        demand=demand.value,
        reserved=Decimal(0) if done else moved.value,
        done=moved.value if done else Decimal(0),
        unit=demand.unit,
        lots=_lots(lines, own, demand.unit, where),
    )


def _lots(lines: list[MovedLot], own: Unit, unit: str, pointer: str) -> tuple[LotQuantity, ...]:
    """Quantities by lot, in the line's unit; Odoo keeps those of move lines in the product's."""
    quantities: dict[str, Decimal] = {}
    expiry: dict[str, str] = {}
    for line in lines:
        if line.lot and line.quantity_product_uom:
            quantities[line.lot] = quantities.get(line.lot, Decimal(0)) + line.quantity_product_uom
            expiry[line.lot] = line.expires
    return tuple(
        LotQuantity(lot, _in(measure_at(quantities[lot], own, pointer), unit, pointer), utc_or_none(expiry[lot]))
        for lot in sorted(quantities)
    )


def _in(measure: Measure, unit: str, pointer: str) -> Decimal:
    try:
        return exact(measure.value if measure.unit == unit else convert(measure, unit))
    except InvalidUnit as reason:
        raise Fault(pointer, str(reason)) from None


def _external(relation: Id) -> str:
    return str(relation) if relation and not isinstance(relation, bool) else ""
