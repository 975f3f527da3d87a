"""Outgoing transfers that are ready or were cancelled, each with everything its delivery order is told from."""

from collections.abc import Sequence

from crossdock.connectors.odoo.client.cursor import seconds
from crossdock.connectors.odoo.client.feeds.credit import read_credit
from crossdock.connectors.odoo.client.reading import (
    LINE_FIELDS,
    MOVE_FIELDS,
    Document,
    Rows,
    bare,
    by_relation,
    ids_in,
    read_apart,
)
from crossdock.connectors.odoo.client.session import OdooSession, Row, identifier
from crossdock.connectors.odoo.client.watching import OUTGOING, PACKAGE, PICKING, READY, WATCHES, Source, Watch

DELIVERIES = Source(
    feed="deliveries",
    model=PICKING,
    scope=((OUTGOING,),),
    open=(READY,),
    closed=(("state", "in", ("done", "cancel")),),
    watches=(*WATCHES, Watch(PACKAGE, ("move_line_ids.result_package_id",))),
    silent=("done",),
)
PICKING_FIELDS = [
    "name",
    "state",
    "write_date",
    "date_deadline",
    "company_id",
    "partner_id",
    "sale_id",
    "carrier_id",
    "picking_type_id",
    "shipping_weight",
    "weight_uom_name",
]
"""Neither the tracking reference nor notes: our own writes must not look like a new demand."""


async def read_deliveries(session: OdooSession, ids: Sequence[int]) -> tuple[set[int], list[Document]]:
    """The ids of ``ids`` that are there, and the documents of those that are ready or cancelled, in that order."""
    pickings = await read_apart(session, PICKING, ids, PICKING_FIELDS)
    found = [pickings[each] for each in ids if each in pickings]
    ready = [row for row in found if row.get("state") == "assigned"]
    rows = Rows(session)
    dealt = await _load(session, rows, ready) if ready else {}
    credit = await read_credit(session, ready) if ready and session.config.credit else {}
    documents = []
    for row in found:
        if row.get("state") == "assigned":
            documents.append(_delivery(rows, row, *dealt[row["id"]], credit.get(row["id"])))
        elif row.get("state") == "cancel":
            picking = {"id": row["id"], "name": row["name"], "state": "cancel"}
            documents.append(Document(row["id"], seconds(row.get("write_date")), {"picking": picking}, closed=True))
    return set(pickings), documents


async def _load(session: OdooSession, rows: Rows, pickings: Sequence[Row]) -> dict[int, tuple[list[Row], list[Row]]]:
    """Everything of ``pickings`` into ``rows``; moves and lines by transfer."""
    of_these = [("picking_id", "in", [row["id"] for row in pickings])]
    moves = await session.find("stock.move", of_these, [*MOVE_FIELDS, "sale_line_id"])
    lines = await session.find("stock.move.line", of_these, LINE_FIELDS)
    await rows.get_goods(moves, lines)
    await rows.get_if_readable(
        "sale.order", ids_in(pickings, "sale_id"), ["name", "origin", "client_order_ref", "write_date"]
    )
    await rows.get("delivery.carrier", ids_in(pickings, "carrier_id"), ["name"])
    await rows.get("res.company", ids_in(pickings, "company_id"), ["name", "partner_id"])
    await rows.get("stock.picking.type", ids_in(pickings, "picking_type_id"), ["warehouse_id"])
    kinds = rows.held("stock.picking.type", ids_in(pickings, "picking_type_id"))
    await rows.get("stock.warehouse", ids_in(kinds, "warehouse_id"), ["partner_id"])
    houses = rows.held("stock.warehouse", ids_in(kinds, "warehouse_id"))
    companies = rows.held("res.company", ids_in(pickings, "company_id"))
    await rows.get_partners([*ids_in(pickings, "partner_id"), *ids_in([*houses, *companies], "partner_id")])
    await _load_prices(rows, [row for row in pickings if _is_abroad(rows, row)], moves)
    of_moves, of_lines = by_relation(moves, "picking_id"), by_relation(lines, "picking_id")
    return {row["id"]: (of_moves.get(row["id"], []), of_lines.get(row["id"], [])) for row in pickings}


async def _load_prices(rows: Rows, pickings: Sequence[Row], moves: Sequence[Row]) -> None:
    """What the goods of ``pickings`` are sold for: customs are told their value, nobody else is."""
    abroad = {row["id"] for row in pickings}
    sold = [row for row in moves if identifier(row.get("picking_id")) in abroad]
    fields = ["product_uom", "product_uom_id", "price_reduce_taxexcl", "currency_id", "write_date"]
    await rows.get_if_readable("sale.order.line", ids_in(sold, "sale_line_id"), fields)
    lines = rows.held("sale.order.line", ids_in(sold, "sale_line_id"))
    await rows.get("res.currency", ids_in(lines, "currency_id"), ["name"])


def _is_abroad(rows: Rows, picking: Row) -> bool:
    """Whether the country differs; an address that is not known is no other country."""
    to, origin = rows.one("res.partner", picking.get("partner_id")), _origin(rows, picking)
    countries = [identifier(place.get("country_id")) if place else 0 for place in (to, origin)]
    return all(countries) and countries[0] != countries[1]


def _sold(rows: Rows, moves: Sequence[Row]) -> list[Row]:
    lines = rows.held("sale.order.line", ids_in(moves, "sale_line_id"))
    return [
        {
            "id": row["id"],
            "product_uom": identifier(row.get("product_uom_id", row.get("product_uom"))),
            "price_reduce_taxexcl": row.get("price_reduce_taxexcl", False),
            "currency": rows.name("res.currency", row.get("currency_id")),
        }
        for row in lines
    ]


def _delivery(rows: Rows, picking: Row, moves: list[Row], lines: list[Row], credit: Row | None) -> Document:
    """One transfer's document and the newest write_date of what is in it."""
    moves = [row for row in moves if row.get("state") != "cancel"]
    packages = rows.held(rows.packages, ids_in(lines, "result_package_id"))
    packages += rows.held(rows.packages, ids_in(packages, "outermost_package_id"))
    products = rows.held("product.product", ids_in([*moves, *lines], "product_id"))
    units = [*ids_in(moves, "product_uom"), *ids_in(products, "uom_id")]
    sale = rows.one("sale.order", picking.get("sale_id"))
    to = rows.one("res.partner", picking.get("partner_id"))
    newest = [picking, *moves, *lines, *packages, *products, *[row for row in (sale, to) if row]]
    told = {
        "picking": bare(picking),
        "company": rows.name("res.company", picking.get("company_id")),
        "carrier": rows.name("delivery.carrier", picking.get("carrier_id")),
        "sale": bare(sale) if sale else None,
        "ship_to": rows.place(to),
        "ship_from": rows.place(_origin(rows, picking)),
        "moves": [bare(row) for row in moves],
        "sold": _sold(rows, moves),
        "lines": [rows.line(row) for row in lines],
        "packages": [bare(row) for row in {row["id"]: row for row in packages}.values()],
        "products": [rows.product(row) for row in products],
        "units": rows.held("uom.uom", units),
        **({"credit": credit} if credit else {}),
    }
    return Document(picking["id"], max(seconds(row.get("write_date")) for row in newest), told)


def _origin(rows: Rows, picking: Row) -> Row | None:
    """The warehouse's own address, else the company's."""
    kind = rows.one("stock.picking.type", picking.get("picking_type_id"))
    warehouse = rows.one("stock.warehouse", kind.get("warehouse_id")) if kind else None
    company = rows.one("res.company", picking.get("company_id"))
    for owner in (warehouse, company):
        if owner and (place := rows.one("res.partner", owner.get("partner_id"))):
            return place
    return None
