"""Documents of the deliveries feed as canonical delivery orders; what cannot be read exactly is a fault."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from crossdock.connectors.odoo.mapping.goods import (
    Fault,
    checked,
    item_of,
    known,
    measure_at,
    ordered_in,
    utc,
    utc_or_none,
    weight_at,
)
from crossdock.connectors.odoo.mapping.parties import party_of, text
from crossdock.connectors.odoo.mapping.units import exact, total
from crossdock.connectors.odoo.wire import Credit, Delivery, Line, Move, Number, Package, Product, Sold, Text, Unit
from crossdock.model.events import Fact, FulfilmentCancelled, FulfilmentRequested
from crossdock.model.identifiers import Reference, ReferenceKind, delivery_order_id, parse_sscc
from crossdock.model.money import Money, minor_exponent
from crossdock.model.order import DeliveryOrder, OrderLine, Packed
from crossdock.model.order import Package as Parcel
from crossdock.model.releasing import CreditStanding
from crossdock.model.units import Measure


def fact_of(partner: str, delivery: Delivery, default_weight: Decimal | None) -> Fact:
    """The fact one transfer states, with every name it is known by. Raises `Fault` or `InvalidInstant`."""
    picking = delivery.picking
    order_id = delivery_order_id(partner, str(picking.id))
    changed = utc(delivery.changed_at)
    if picking.state == "cancel":
        return Fact(FulfilmentCancelled(order_id, "cancelled in Odoo", changed), changed, subject=order_id)
    if picking.state != "assigned":
        raise Fault("/picking/state", f"state '{picking.state}' is neither ready nor cancelled")
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
    picking, sale, lines = delivery.picking, delivery.sale, _lines(delivery)
    return DeliveryOrder(
        id=delivery_order_id(partner, str(picking.id)),
        partner=partner,
        external_id=str(picking.id),
        name=picking.name,
        ship_to=party_of(delivery.ship_to),
        ship_from=party_of(delivery.ship_from),
        lines=lines,
        packages=_packages(delivery, lines, default_weight),
        changed_at=utc(delivery.changed_at),
        sales_order=sale.name if sale else "",
        sales_order_id=str(sale.id) if sale else "",
        customer_order=text(sale.client_order_ref) if sale else "",
        channel=text(sale.origin) if sale else "",
        service_level=delivery.carrier,
        deliver_by=utc_or_none(picking.date_deadline),
        company=delivery.company,
        credit=_credit(delivery.credit),
    )


def _credit(told: Credit | None) -> CreditStanding | None:
    """What the customer owes and may owe, to the minor unit; nothing where there is no limit."""
    if told is None or told.limit <= 0 or not told.currency:
        return None
    owed, limit = (_minor(amount, told.currency) for amount in (told.owed + told.to_invoice, told.limit))
    return CreditStanding(Money(owed, told.currency), Money(limit, told.currency))


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(minor_exponent(currency)).to_integral_value(ROUND_HALF_UP))


def _lines(delivery: Delivery) -> tuple[OrderLine, ...]:
    products = {row.id: row for row in delivery.products}
    units = {row.id: row for row in delivery.units}
    sold = {row.id: row for row in delivery.sold}
    lots: dict[int, list[str]] = {}
    for line in delivery.lines:
        if line.lot and line.lot not in lots.setdefault(int(line.move_id), []):
            lots[int(line.move_id)].append(line.lot)
    made = []
    for index, move in enumerate(delivery.moves):
        product = known(products, move.product_id, f"/moves/{index}/product_id")
        quantity = _quantity(move, product, units, f"/moves/{index}/product_uom")
        named = tuple(sorted(lots.get(move.id, ())))
        item, value = item_of(product, f"/moves/{index}"), _value(move, sold.get(int(move.sale_line_id)))
        made.append(OrderLine(str(move.id), item, quantity.value, quantity.unit, named, value))
    return tuple(made)


def _value(move: Move, sold: Sold | None) -> Money | None:
    """What the moved quantity is sold for, to the minor unit; unknown where it was sold in another unit."""
    if sold is None or isinstance(sold.price_reduce_taxexcl, bool) or not sold.currency:
        return None
    if int(sold.product_uom) != move.product_uom:
        return None
    return Money(_minor(sold.price_reduce_taxexcl * move.product_uom_qty, sold.currency), sold.currency)


def _quantity(move: Move, product: Product, units: Mapping[int, Unit], pointer: str) -> Measure:
    """The demand in the ordered unit, or, where that was made by hand, in the product's own: Odoo converted it."""
    ordered = ordered_in(product, move.product_uom, units, pointer)
    if ordered is not None:
        return measure_at(move.product_uom_qty, ordered, pointer)
    return measure_at(move.product_qty, units[product.uom_id], pointer)


def _packages(delivery: Delivery, ordered: tuple[OrderLine, ...], default_weight: Decimal | None) -> tuple[Parcel, ...]:
    """The outermost packages people packed, or one package of everything while nothing is packed."""
    products = {row.id: row for row in delivery.products}
    rows = {row.id: row for row in delivery.packages}
    held: dict[int, list[Line]] = {}
    for line in delivery.lines:
        if package := rows.get(int(line.result_package_id)):
            held.setdefault(int(package.outermost_package_id) or package.id, []).append(line)
    if not held:
        return (Parcel("P1", Measure(_whole_weight(delivery, products, default_weight), "KGM")),)
    wanted = {line.id: line.quantity for line in ordered}
    per_unit = {move.id: wanted[str(move.id)] / move.product_qty for move in delivery.moves if move.product_qty > 0}
    return tuple(
        _parcel(rows[each], held[each], products, per_unit, default_weight) for each in sorted(held) if each in rows
    )


def _parcel(
    row: Package,
    lines: list[Line],
    products: Mapping[int, Product],
    per_unit: Mapping[int, Decimal],
    default: Decimal | None,
) -> Parcel:
    known = [products[line.product_id] for line in lines if line.product_id in products]
    label = known[0].weight_uom_name if known else False
    weight = _positive(row.shipping_weight, label)
    if not weight:
        weight = total(_line_weight(line, products) for line in lines) or default or Decimal(0)
    sscc = checked(parse_sscc, row.name)
    contents = _contents(lines, per_unit)
    return Parcel(str(row.id), Measure(exact(weight), "KGM"), name=row.name, sscc=sscc, contents=contents)


def _contents(lines: list[Line], per_unit: Mapping[int, Decimal]) -> tuple[Packed, ...]:
    """What is in a package, in the units of the order's lines; ``per_unit`` is how much of them one of the product's
    own unit is, by move.
    """
    packed: dict[int, Decimal] = {}
    for line in lines:
        move = int(line.move_id)
        if move in per_unit:
            packed[move] = packed.get(move, Decimal(0)) + line.quantity_product_uom * per_unit[move]
    return tuple(Packed(str(move), exact(packed[move])) for move in sorted(packed))


def _whole_weight(delivery: Delivery, products: Mapping[int, Product], default: Decimal | None) -> Decimal:
    weight = _positive(delivery.picking.shipping_weight, delivery.picking.weight_uom_name)
    if weight:
        return weight
    summed = Decimal(0)
    for index, move in enumerate(delivery.moves):
        product = known(products, move.product_id, f"/moves/{index}/product_id")
        summed += weight_at(move.product_qty * product.weight, product.weight_uom_name, f"/moves/{index}").value
    return exact(summed or default or Decimal(0))


def _line_weight(line: Line, products: Mapping[int, Product]) -> Measure:
    product = known(products, line.product_id, "/lines")
    return weight_at(line.quantity_product_uom * product.weight, product.weight_uom_name, "/lines")


def _positive(value: Number, label: Text) -> Decimal:
    if isinstance(value, bool) or value <= 0:
        return Decimal(0)
    return weight_at(value, label, "/packages").value


def removed_delivery(partner: str, row_id: int, changed_at: str) -> Fact:
    """The fact that a transfer was deleted: its delivery is off."""
    order_id = delivery_order_id(partner, str(row_id))
    return Fact(FulfilmentCancelled(order_id, "deleted"), utc(changed_at), subject=order_id)
