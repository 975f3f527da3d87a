"""Sales orders with their lines, what of them is delivered and invoiced, and the transfers that deliver them."""

from collections.abc import Sequence

from crossdock.connectors.odoo.client.cursor import seconds
from crossdock.connectors.odoo.client.reading import TRADE_FIELDS, Document, Rows, bare, by_relation, ids_in, read_apart
from crossdock.connectors.odoo.client.session import OdooSession, Row
from crossdock.connectors.odoo.client.watching import PICKING, UNDELIVERED, Source, Watch

ORDER = "sale.order"
LINE = "sale.order.line"
_UNDELIVERED = ("delivery_status", "in", UNDELIVERED)
ORDERS = Source(
    feed="orders",
    model=ORDER,
    scope=(),
    open=("&", ("state", "=", "sale"), "|", ("invoice_status", "!=", "invoiced"), _UNDELIVERED),
    closed=(("id", "!=", 0),),
    watches=(
        Watch(LINE, ("order_line",), closed_too=True),
        Watch(PICKING, ("picking_ids",), (("sale_id", "!=", False),)),
        Watch("res.partner", ("partner_id", "partner_id.parent_id")),
        Watch("product.product", ("order_line.product_id",)),
    ),
)
"""Confirmed orders not delivered or not invoiced are read at the first pass, drafts and finished ones once changed."""
ORDER_FIELDS = [
    "name",
    "state",
    "write_date",
    "origin",
    "client_order_ref",
    "commitment_date",
    "delivery_status",
    "invoice_status",
    "partner_id",
    "company_id",
    "currency_id",
    "picking_ids",
]
LINE_FIELDS = [
    "order_id",
    "product_id",
    "product_uom_qty",
    "product_uom",
    "product_uom_id",
    "price_unit",
    "price_reduce_taxexcl",
    "name",
    "qty_delivered",
    "qty_invoiced",
    "display_type",
    "write_date",
]
"""The unit is ``product_uom`` up to 18 and ``product_uom_id`` since 19."""


async def read_orders(session: OdooSession, ids: Sequence[int]) -> tuple[set[int], list[Document]]:
    """The ids of ``ids`` that are there, and their documents in that order."""
    found = await read_apart(session, ORDER, ids, ORDER_FIELDS)
    orders = [found[each] for each in ids if each in found]
    if not orders:
        return set(), []
    rows = Rows(session)
    lines = await session.find(LINE, [("order_id", "in", sorted(found))], LINE_FIELDS)
    lines = [{**row, "product_uom": row.pop("product_uom_id", row.get("product_uom"))} for row in lines]
    await rows.get_products(lines, "product_uom", TRADE_FIELDS)
    await rows.get("res.company", ids_in(orders, "company_id"), ["name"])
    await rows.get("res.currency", ids_in(orders, "currency_id"), ["name"])
    await rows.get_partners(ids_in(orders, "partner_id"))
    of_order = by_relation(lines, "order_id")
    return set(found), [_order(rows, row, of_order.get(row["id"], [])) for row in orders]


def _order(rows: Rows, order: Row, lines: list[Row]) -> Document:
    """One order's document and the newest write_date of it, its lines and its customer."""
    customer = rows.one("res.partner", order.get("partner_id"))
    products = rows.held("product.product", ids_in(lines, "product_id"))
    told = {
        "sale": bare(order),
        "company": rows.name("res.company", order.get("company_id")),
        "currency": rows.name("res.currency", order.get("currency_id")),
        "customer": rows.place(customer),
        "lines": [bare(row) for row in lines],
        "products": [rows.product(row) for row in products],
        "units": rows.held("uom.uom", [*ids_in(lines, "product_uom"), *ids_in(products, "uom_id")]),
    }
    newest = max(seconds(row.get("write_date")) for row in (order, *lines, *([customer] if customer else [])))
    ended = order.get("state") == "cancel" or (
        order.get("invoice_status") == "invoiced" and order.get("delivery_status") in {"full", False}
    )
    return Document(order["id"], newest, told, closed=ended)
