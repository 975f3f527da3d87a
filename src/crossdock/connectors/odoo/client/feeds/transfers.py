"""Transfers of every direction with what was really moved: receipts, returns, internal moves, finished deliveries.

An outgoing transfer is a delivery order while it waits (see `deliveries`); here it appears when it is done.
"""

from collections.abc import Sequence

from crossdock.connectors.odoo.client.cursor import seconds
from crossdock.connectors.odoo.client.reading import (
    LINE_FIELDS,
    MOVE_FIELDS,
    TRADE_FIELDS,
    Document,
    Rows,
    bare,
    by_relation,
    ids_in,
    read_apart,
)
from crossdock.connectors.odoo.client.session import OdooSession, Row
from crossdock.connectors.odoo.client.watching import PICKING, Source, Watch

_NOT_OUTGOING = ("picking_type_code", "!=", "outgoing")
_ENDED = ("done", "cancel")
TRANSFERS = Source(
    feed="transfers",
    model=PICKING,
    scope=((("picking_type_code", "in", ("outgoing", "incoming", "internal")),),),
    open=("&", _NOT_OUTGOING, ("state", "not in", _ENDED)),
    closed=("|", ("state", "=", "done"), "&", ("state", "=", "cancel"), _NOT_OUTGOING),
    watches=(
        Watch("stock.move", ("move_ids",), (("picking_id", "!=", False),), closed_too=True),
        Watch("stock.move.line", ("move_line_ids",), (("picking_id", "!=", False),), closed_too=True),
        Watch("product.product", ("move_ids.product_id",)),
    ),
)
PICKING_FIELDS = [
    "name",
    "state",
    "write_date",
    "picking_type_code",
    "scheduled_date",
    "date_done",
    "backorder_id",
    "return_id",
    "sale_id",
    "purchase_id",
    "location_id",
    "location_dest_id",
    "company_id",
]
"""Neither the tracking reference nor notes: our own writes must not look like a change of the transfer."""


async def read_transfers(session: OdooSession, ids: Sequence[int]) -> tuple[set[int], list[Document]]:
    """The ids of ``ids`` that are there, and their documents in that order; of outgoing transfers the finished ones."""
    pickings = await read_apart(session, PICKING, ids, PICKING_FIELDS)
    told = [pickings[each] for each in ids if each in pickings and _is_told(pickings[each])]
    rows = Rows(session)
    if not told:
        return set(pickings), []
    of_these = [("picking_id", "in", [row["id"] for row in told])]
    moves = await session.find("stock.move", of_these, [*MOVE_FIELDS, "quantity", "picked"])
    lines = await session.find("stock.move.line", of_these, LINE_FIELDS)
    await rows.get_goods(moves, lines, TRADE_FIELDS)
    await rows.get("res.company", ids_in(told, "company_id"), ["name"])
    places = [*ids_in(told, "location_id"), *ids_in(told, "location_dest_id")]
    await rows.get_if_readable("stock.location", places, ["complete_name"])
    await rows.get_if_readable("sale.order", ids_in(told, "sale_id"), ["name"])
    await rows.get_if_readable("purchase.order", ids_in(told, "purchase_id"), ["name"])
    of_moves, of_lines = by_relation(moves, "picking_id"), by_relation(lines, "picking_id")
    return set(pickings), [
        _transfer(rows, row, of_moves.get(row["id"], []), of_lines.get(row["id"], [])) for row in told
    ]


def _is_told(picking: Row) -> bool:
    return picking.get("picking_type_code") != "outgoing" or picking.get("state") == "done"


def _transfer(rows: Rows, picking: Row, moves: list[Row], lines: list[Row]) -> Document:
    """One transfer's document. The time is of the transfer, its moves and lines: products only name what was moved."""
    ended = picking.get("state") in _ENDED
    products = rows.held("product.product", ids_in([*moves, *lines], "product_id"))
    units = [*ids_in(moves, "product_uom"), *ids_in(products, "uom_id")]
    told = {
        "picking": bare(picking),
        "company": rows.name("res.company", picking.get("company_id")),
        "sale": rows.name("sale.order", picking.get("sale_id")),
        "purchase": rows.name("purchase.order", picking.get("purchase_id")),
        "source": rows.name("stock.location", picking.get("location_id"), "complete_name"),
        "destination": rows.name("stock.location", picking.get("location_dest_id"), "complete_name"),
        "moves": [bare(row) for row in moves],
        "lines": [_line(rows, row) for row in lines],
        "products": [rows.product(row) for row in products],
        "units": rows.held("uom.uom", units),
    }
    newest = max(seconds(row.get("write_date")) for row in (picking, *moves, *lines))
    return Document(picking["id"], newest, told, closed=ended)


def _line(rows: Rows, row: Row) -> Row:
    """A move line with its lot's name and expiry."""
    lot = rows.one("stock.lot", row.get("lot_id"))
    return {**rows.line(row), "expires": (lot.get("expiration_date") or "") if lot else ""}
