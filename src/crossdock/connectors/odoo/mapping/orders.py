"""Documents of the orders feed as canonical sales orders; quantities exact in UN/ECE Rec 20, or a fault."""

from collections.abc import Mapping
from decimal import Decimal

from crossdock.connectors.odoo.mapping.goods import Fault, item_of, known, measure_at, ordered_in, utc, utc_or_none
from crossdock.connectors.odoo.mapping.parties import party_of, text
from crossdock.connectors.odoo.wire import Product, SaleLine, Sales, Unit
from crossdock.model.changes import DocumentRemoved, SalesOrderChanged
from crossdock.model.events import Fact
from crossdock.model.identifiers import Reference, ReferenceKind, sales_order_id
from crossdock.model.item import Item
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.sales import SalesLine, SalesOrder, SalesState

_STATES: Mapping[str, SalesState] = {
    "draft": "draft",
    "sent": "draft",
    "sale": "confirmed",
    "done": "confirmed",
    "cancel": "cancelled",
}
"""``done`` is what a locked order is up to 16 and in databases upgraded from there."""


def fact_of(partner: str, sales: Sales) -> Fact:
    """The fact one sales order states, with the names it is known by. Raises `Fault` or `InvalidInstant`."""
    order = order_of(partner, sales)
    numbers = dict.fromkeys(number for number in (order.name, order.reference) if number)
    names = tuple(Reference(ReferenceKind.PLACED_ORDER, number, partner) for number in numbers)
    return Fact(SalesOrderChanged(order), order.changed_at, subject=order.id, binds=names)


def order_of(partner: str, sales: Sales) -> SalesOrder:
    """The canonical sales order. Raises `Fault` where something has no exact meaning."""
    row = sales.sale
    state = _STATES.get(row.state)
    if state is None:
        raise Fault("/sale/state", f"'{row.state}' is no state of a sales order")
    products = {each.id: each for each in sales.products}
    units = {each.id: each for each in sales.units}
    return SalesOrder(
        id=sales_order_id(partner, str(row.id)),
        partner=partner,
        external_id=str(row.id),
        name=row.name,
        state=state,
        customer=party_of(sales.customer),
        lines=tuple(
            _line(line, products, units, sales.currency, f"/lines/{index}")
            for index, line in enumerate(sales.lines)
            if not line.display_type
        ),
        changed_at=utc(sales.changed_at),
        channel=text(row.origin),
        reference=text(row.client_order_ref),
        currency=sales.currency,
        company=sales.company,
        promised_for=utc_or_none(row.commitment_date),
        transfers=tuple(str(each) for each in sorted(row.picking_ids)),
        delivery_state=text(row.delivery_status),
        invoice_state=text(row.invoice_status),
    )


def removed_order(partner: str, row_id: int, changed_at: str) -> Fact:
    """The fact that a sales order was deleted."""
    gone = DocumentRemoved(partner, "sales_order", str(row_id))
    return Fact(gone, utc(changed_at), subject=sales_order_id(partner, str(row_id)))


def _line(
    line: SaleLine, products: Mapping[int, Product], units: Mapping[int, Unit], currency: str, pointer: str
) -> SalesLine:
    """One line. Of a unit made by hand no quantity in another is known here, so such a line is a fault."""
    if not line.product_id:
        return SalesLine(Item("", text(line.name)), line.product_uom_qty, id=str(line.id), text=text(line.name))
    product = known(products, int(line.product_id), f"{pointer}/product_id")
    where = f"{pointer}/product_uom"
    unit = ordered_in(product, int(line.product_uom), units, where)
    if unit is None:
        raise Fault(where, f"unit of measure '{units[int(line.product_uom)].name}' has no UN/ECE Rec 20 code")
    quantity = measure_at(line.product_uom_qty, unit, where)
    return SalesLine(
        item=item_of(product, pointer),
        quantity=quantity.value,
        unit=quantity.unit,
        price=_price(line, measure_at(Decimal(1), unit, where).value, currency),
        text=text(line.name),
        id=str(line.id),
        delivered=measure_at(line.qty_delivered, unit, where).value,
        invoiced=measure_at(line.qty_invoiced, unit, where).value,
    )


def _price(line: SaleLine, per: Decimal, currency: str) -> Money | None:
    """The price of one of the ``per`` pieces (or the like) a unit holds, where it is a whole number of cents."""
    if isinstance(line.price_reduce_taxexcl, bool):
        return None
    try:
        return money(str(line.price_reduce_taxexcl / per), currency)
    except InvalidAmount:
        return None
