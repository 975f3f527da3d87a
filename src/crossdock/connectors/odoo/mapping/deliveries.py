"""Pages of the deliveries feed as canonical delivery orders. What cannot be read exactly is reported, never guessed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from crossdock.connectors.odoo.mapping.parties import party_of, text
from crossdock.connectors.odoo.mapping.units import UnknownUnit, exact, measure_of, total, weight_of
from crossdock.connectors.odoo.wire import FORMAT, Delivery, Line, Move, Number, Package, Product, Text, Unit
from crossdock.model.events import Fact, FulfilmentCancelled, FulfilmentRequested
from crossdock.model.identifiers import (
    InvalidIdentifier,
    Reference,
    ReferenceKind,
    delivery_order_id,
    parse_gtin,
    parse_sscc,
)
from crossdock.model.instants import InvalidInstant, Stamp, stamp
from crossdock.model.item import Item
from crossdock.model.order import DeliveryOrder, OrderLine
from crossdock.model.order import Package as Parcel
from crossdock.model.units import Measure
from crossdock.ports.connector import Translation, Unreadable
from crossdock.ports.verdicts import Explanation

_OPERATOR = "Part of a transfer cannot be read exactly: put it right in Odoo, or report it with the engineer's text."


class _Envelope(Struct):
    """A page around its deliveries, each read by itself so that a bad one does not stop the others."""

    format: str
    deliveries: tuple[msgspec.Raw, ...]


class _Fault(ValueError):
    """Something in one delivery that has no exact meaning; ``pointer`` is relative to the delivery."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(reason)
        self.pointer = pointer


def translate_page(partner: str, body: bytes, default_weight: Decimal | None) -> Translation:
    """The facts of a page, and what of it could not be read. Never raises, whatever the bytes."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
        if envelope.format != FORMAT:
            return _unreadable("/format", f"format '{envelope.format}' is not {FORMAT}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as reason:
        return _unreadable("", f"not a page of Odoo deliveries: {reason}")
    facts, problems = [], []
    for index, raw in enumerate(envelope.deliveries):
        base = f"/deliveries/{index}"
        try:
            delivery = msgspec.json.decode(raw, type=Delivery)
            facts.append(fact_of(partner, delivery, default_weight))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidInstant) as reason:
            problems.append(Unreadable(base, Explanation(_OPERATOR, str(reason))))
        except _Fault as fault:
            problems.append(Unreadable(f"{base}{fault.pointer}", Explanation(_OPERATOR, str(fault))))
    return Translation(tuple(facts), tuple(problems))


def fact_of(partner: str, delivery: Delivery, default_weight: Decimal | None) -> Fact:
    """The fact one transfer states, with every name it is known by."""
    picking = delivery.picking
    order_id = delivery_order_id(partner, str(picking.id))
    changed = _utc(delivery.changed_at)
    if picking.state == "cancel":
        return Fact(FulfilmentCancelled(order_id, "cancelled in Odoo"), changed, subject=order_id)
    if picking.state != "assigned":
        raise _Fault("/picking/state", f"state '{picking.state}' is neither ready nor cancelled")
    order = order_of(partner, delivery, default_weight)
    names = [Reference(ReferenceKind.DELIVERY, order.name, partner)]
    if order.sales_order:
        names.append(Reference(ReferenceKind.ORDER, order.sales_order, partner))
    if order.customer_order:
        names.append(Reference(ReferenceKind.CUSTOMER_ORDER, order.customer_order, partner))
    names += [Reference(ReferenceKind.SSCC, parcel.sscc) for parcel in order.packages if parcel.sscc]
    return Fact(FulfilmentRequested(order), changed, subject=order_id, binds=tuple(names))


def order_of(partner: str, delivery: Delivery, default_weight: Decimal | None) -> DeliveryOrder:
    """The canonical order of a ready transfer. Raises `ValueError` where something has no exact meaning."""
    picking, sale = delivery.picking, delivery.sale
    return DeliveryOrder(
        id=delivery_order_id(partner, str(picking.id)),
        partner=partner,
        external_id=str(picking.id),
        name=picking.name,
        ship_to=party_of(delivery.ship_to),
        ship_from=party_of(delivery.ship_from),
        lines=_lines(delivery),
        packages=_packages(delivery, default_weight),
        changed_at=_utc(delivery.changed_at),
        sales_order=sale.name if sale else "",
        customer_order=text(sale.client_order_ref) if sale else "",
        service_level=delivery.carrier,
        deliver_by=_utc(picking.date_deadline) if isinstance(picking.date_deadline, str) else None,
        company=delivery.company,
    )


def _lines(delivery: Delivery) -> tuple[OrderLine, ...]:
    products = {row.id: row for row in delivery.products}
    units = {row.id: row for row in delivery.units}
    lots: dict[int, list[str]] = {}
    for line in delivery.lines:
        if line.lot and line.lot not in lots.setdefault(int(line.move_id), []):
            lots[int(line.move_id)].append(line.lot)
    made = []
    for index, move in enumerate(delivery.moves):
        product = _known(products, move.product_id, f"/moves/{index}/product_id")
        quantity = _quantity(move, product, units, f"/moves/{index}/product_uom")
        named = tuple(sorted(lots.get(move.id, ())))
        made.append(OrderLine(str(move.id), _item(product, index), quantity.value, quantity.unit, named))
    return tuple(made)


def _quantity(move: Move, product: Product, units: Mapping[int, Unit], pointer: str) -> Measure:
    """The demand in the ordered unit, or, where that was made by hand, in the product's own: Odoo converted it."""
    ordered = _known(units, move.product_uom, pointer)
    try:
        return measure_of(move.product_uom_qty, ordered)
    except UnknownUnit as unknown:
        own = units.get(product.uom_id)
        if own is None or own.id == ordered.id:
            raise _Fault(pointer, f"{unknown} has no UN/ECE Rec 20 code") from None
    try:
        return measure_of(move.product_qty, own)
    except UnknownUnit as unknown:
        raise _Fault(pointer, f"{unknown} has no UN/ECE Rec 20 code") from None


def _item(product: Product, index: int) -> Item:
    return Item(
        sku=text(product.default_code),
        name=text(product.name),
        gtin=_checked(parse_gtin, text(product.barcode)),
        weight=_weight(product.weight, product.weight_uom_name, f"/moves/{index}") if product.weight > 0 else None,
        hs_code=text(product.hs_code),
        country_of_origin=product.origin,
    )


def _packages(delivery: Delivery, default_weight: Decimal | None) -> tuple[Parcel, ...]:
    """The outermost packages people packed, or one package of everything while nothing is packed."""
    products = {row.id: row for row in delivery.products}
    rows = {row.id: row for row in delivery.packages}
    held: dict[int, list[Line]] = {}
    for line in delivery.lines:
        if package := rows.get(int(line.result_package_id)):
            held.setdefault(int(package.outermost_package_id) or package.id, []).append(line)
    if not held:
        return (Parcel("P1", Measure(_whole_weight(delivery, products, default_weight), "KGM")),)
    return tuple(_parcel(rows[each], held[each], products, default_weight) for each in sorted(held) if each in rows)


def _parcel(row: Package, lines: list[Line], products: Mapping[int, Product], default: Decimal | None) -> Parcel:
    known = [products[line.product_id] for line in lines if line.product_id in products]
    label = known[0].weight_uom_name if known else False
    weight = _positive(row.shipping_weight, label)
    if not weight:
        weight = total(_line_weight(line, products) for line in lines) or default or Decimal(0)
    sscc = _checked(parse_sscc, row.name)
    return Parcel(str(row.id), Measure(exact(weight), "KGM"), name=row.name, sscc=sscc)


def _whole_weight(delivery: Delivery, products: Mapping[int, Product], default: Decimal | None) -> Decimal:
    weight = _positive(delivery.picking.shipping_weight, delivery.picking.weight_uom_name)
    if weight:
        return weight
    summed = Decimal(0)
    for index, move in enumerate(delivery.moves):
        product = _known(products, move.product_id, f"/moves/{index}/product_id")
        summed += _weight(move.product_qty * product.weight, product.weight_uom_name, f"/moves/{index}").value
    return exact(summed or default or Decimal(0))


def _line_weight(line: Line, products: Mapping[int, Product]) -> Measure:
    product = _known(products, line.product_id, "/lines")
    return _weight(line.quantity_product_uom * product.weight, product.weight_uom_name, "/lines")


def _positive(value: Number, label: Text) -> Decimal:
    if isinstance(value, bool) or value <= 0:
        return Decimal(0)
    return _weight(value, label, "/packages").value


def _weight(value: Decimal, label: Text, pointer: str) -> Measure:
    try:
        return weight_of(value, label)
    except UnknownUnit as unknown:
        raise _Fault(pointer, f"{unknown} is neither kg nor lb") from None


def _known(rows: Mapping[int, Any], row_id: int, pointer: str) -> Any:
    try:
        return rows[row_id]
    except KeyError:
        raise _Fault(pointer, f"record {row_id} is not in the document (no access to it?)") from None


def _checked(parse: Any, value: str) -> str:
    """A GS1 key where the free text of Odoo happens to be one."""
    try:
        return str(parse(value))
    except InvalidIdentifier:
        return ""


def _utc(value: str) -> Stamp:
    """Odoo's naive date-times are UTC by its documentation, so the zone is known."""
    naive = stamp(value.replace(" ", "T"))
    return naive if naive.tz_known else stamp(f"{naive.at}Z")


def _unreadable(pointer: str, reason: str) -> Translation:
    return Translation(problems=(Unreadable(pointer, Explanation(_OPERATOR, reason)),))
