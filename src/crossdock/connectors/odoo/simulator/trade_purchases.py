"""Purchase orders: confirmed into receipts, received, billed."""

from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.faults import missing
from crossdock.connectors.odoo.simulator.rows import create, next_name, refuse, touch, window
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules
from crossdock.connectors.odoo.simulator.stock_lines import MOVE
from crossdock.connectors.odoo.simulator.stock_moves import (
    DONE_IS_DONE,
    OVER,
    PICKING,
    assign,
    cancel,
    change_demand,
    confirm,
    open_moves,
)
from crossdock.connectors.odoo.simulator.stock_quants import in_units, rounded, usage
from crossdock.connectors.odoo.simulator.stock_transfers import refresh
from crossdock.connectors.odoo.simulator.trade_invoices import billed, make_invoice
from crossdock.connectors.odoo.simulator.trade_sales import unit_field

ORDER = "purchase.order"
LINE = "purchase.order.line"
_CONFIRMED = frozenset({"purchase", "done"})


def receipts_of(database: Database, order: int) -> list[Row]:
    """The transfers the lines of an order are received by, oldest first."""
    lines = [line["id"] for line in database.of(LINE, "order_id", order)]
    moves = [move for line in lines for move in database.of(MOVE, "purchase_line_id", line)]
    found = {move["picking_id"] for move in moves if move.get("picking_id")}
    return [database.row(PICKING, each) for each in sorted(found)]


def _pickings(database: Database, row: Row) -> list[int]:
    return [each["id"] for each in receipts_of(database, row["id"])]


def order_of(database: Database, row: Row) -> int | bool:
    """The purchase order a transfer receives."""
    lines = (move.get("purchase_line_id") for move in database.of(MOVE, "picking_id", row["id"]))
    found = (database.row(LINE, line).get("order_id") for line in lines if line)
    return next((order for order in found if order), False)


def _prepare(call: Call, row: Row) -> Row:
    house = call.database.row("stock.warehouse", 1)
    made = {
        "state": "draft",
        "company_id": 1,
        "date_order": call.database.now,
        "currency_id": 1,
        "picking_type_id": house.get("in_type_id"),
        "user_id": call.uid,
        **row,
    }
    return {"name": next_name(call, ORDER, "P", 5), **made}


def _prepare_line(call: Call, row: Row) -> Row:
    product = call.database.row("product.product", row.get("product_id"))
    made = {
        "name": product.get("name"),
        "price_unit": product.get("standard_price") or 0.0,
        unit_field(call.database): product.get("uom_id"),
        "product_qty": 1.0,
        "date_planned": call.database.now,
        "sequence": 10,
    }
    return {**made, **row}


def _created_lines(call: Call, ids: list[int]) -> None:
    rows = [call.database.row(LINE, each) for each in ids]
    for order in dict.fromkeys(row["order_id"] for row in rows if row.get("order_id")):
        if call.database.row(ORDER, order).get("state") in _CONFIRMED:
            _receive(call, call.database.row(ORDER, order), [row for row in rows if row["order_id"] == order])


def _written_line(call: Call, ids: list[int], values: Row, before: dict[int, Row]) -> None:
    """Another quantity on a confirmed line changes what is still to be received."""
    if "product_qty" not in values:
        return
    database = call.database
    for each in ids:
        row = database.row(LINE, each)
        if database.row(ORDER, row["order_id"]).get("state") not in _CONFIRMED:
            continue
        change = rounded(row["product_qty"] - before[each]["product_qty"])
        moves = [move for move in database.of(MOVE, "purchase_line_id", each) if move["state"] not in OVER]
        if moves:
            change_demand(call, moves[-1], max(0.0, rounded(moves[-1]["product_uom_qty"] + change)))
            touch(call, PICKING, [moves[-1]["picking_id"]])
            refresh(call, [moves[-1]["picking_id"]])


def _confirm(call: Call) -> bool:
    """Confirm orders: each gets a receipt that is ready at once."""
    database = call.database
    for each in call.ids:
        order = database.rows[ORDER].get(each)
        if order is None:
            raise missing(ORDER, each, call.uid)
        if order["state"] not in {"draft", "sent"}:
            continue
        database.write(ORDER, [each], {"state": "purchase"}, call.uid)
        _receive(call, order, database.of(LINE, "order_id", each))
        call.note("purchase.confirmed", f"{ORDER},{each}", name=order["name"])
    return True


def _receive(call: Call, order: Row, lines: list[Row]) -> None:
    database = call.database
    goods = [line for line in lines if database.row("product.product", line.get("product_id")).get("type") != "service"]
    if not goods:
        return
    open_ = [row for row in receipts_of(database, order["id"]) if row["state"] not in OVER]
    picking = open_[0]["id"] if open_ else _receipt(call, order)
    moves = [database.row(MOVE, _move(call, line, picking, number)) for number, line in enumerate(goods, 1)]
    confirm(call, moves)
    assign(call, moves)
    refresh(call, [picking])


def _receipt(call: Call, order: Row) -> int:
    values = {
        "partner_id": order["partner_id"],
        "picking_type_id": order["picking_type_id"],
        "origin": order["name"],
        "scheduled_date": order.get("date_planned") or call.database.now,
    }
    return create(call, PICKING, [values])[0]


def _move(call: Call, line: Row, picking: int, number: int) -> int:
    database = call.database
    product = database.row("product.product", line["product_id"])
    wanted = in_units(database, line["product_qty"], line.get(unit_field(database)), product.get("uom_id"))
    values = {"picking_id": picking, "product_id": line["product_id"], "purchase_line_id": line["id"]}
    values["sequence"] = 5 * number
    return create(call, MOVE, [{**values, "product_uom_qty": wanted, "price_unit": line["price_unit"]}])[0]


def _cancel(call: Call) -> Any:
    database = call.database
    for each in call.ids:
        pickings = receipts_of(database, each)
        if any(row["state"] == "done" for row in pickings):
            raise refuse(DONE_IS_DONE)
        for picking in pickings:
            cancel(call, open_moves(database, picking["id"]))
        refresh(call, [row["id"] for row in pickings])
    database.write(ORDER, call.ids, {"state": "cancel"}, call.uid)
    return True


def _create_invoice(call: Call) -> Row:
    """A draft bill of what was received and not billed."""
    database, made = call.database, 0
    for each in call.ids:
        order = database.row(ORDER, each)
        lines = [(line, _to_bill(database, line)) for line in database.of(LINE, "order_id", each)]
        lines = [(line, quantity) for line, quantity in lines if quantity]
        if not lines:
            raise refuse("There is no invoiceable line. If a product has a control policy based on received quantity.")
        rows = [_bill_line(line, quantity) for line, quantity in lines]
        head = {"move_type": "in_invoice", "partner_id": order["partner_id"], "invoice_origin": order["name"]}
        reference = {"ref": order.get("partner_ref")} if database.major < 19 else {}
        made = make_invoice(call, {**head, **reference}, rows)
        touch(call, LINE, [line["id"] for line, _ in lines])
        touch(call, ORDER, [each])
    return {**window("account.move", made), "view_mode": "list,kanban,form,activity", "target": "current"}


def _bill_line(line: Row, quantity: float) -> Row:
    about = {"product_id": line["product_id"], "name": line.get("name"), "price_unit": line["price_unit"]}
    return {**about, "quantity": quantity, "purchase_line_id": line["id"]}


def _received(database: Database, row: Row) -> float:
    found = 0.0
    for move in database.of(MOVE, "purchase_line_id", row["id"]):
        if move["state"] != "done":
            continue
        back = usage(database, move["location_dest_id"]) == "supplier"
        if not back or move.get("to_refund"):
            found += -(move.get("quantity") or 0.0) if back else move.get("quantity") or 0.0
    product = database.row("product.product", row.get("product_id"))
    if product.get("type") == "service":
        return float(row.get("qty_received") or 0.0)
    return in_units(database, rounded(found), product.get("uom_id"), row.get(unit_field(database)))


def _billed(database: Database, row: Row) -> float:
    return billed(database, database.of("account.move.line", "purchase_line_id", row["id"]))


def _to_bill(database: Database, row: Row) -> float:
    product = database.row("product.product", row.get("product_id"))
    ordered = product.get("purchase_method") == "purchase" or product.get("type") == "service"
    due = row["product_qty"] if ordered else _received(database, row)
    return rounded(due - _billed(database, row))


def _invoice_status(database: Database, row: Row) -> str:
    if row.get("state") not in _CONFIRMED:
        return "no"
    lines = database.of(LINE, "order_id", row["id"])
    if any(_to_bill(database, line) for line in lines):
        return "to invoice"
    return "invoiced" if _invoices(database, row) else "no"


def _receipt_status(database: Database, row: Row) -> Any:
    found = {each["state"] for each in receipts_of(database, row["id"])}
    if not found or found == {"cancel"}:
        return False
    if found <= OVER:
        return "full"
    return "partial" if "done" in found else "pending"


def _invoices(database: Database, row: Row) -> list[int]:
    lines = [line["id"] for line in database.of(LINE, "order_id", row["id"])]
    rows = [each for line in lines for each in database.of("account.move.line", "purchase_line_id", line)]
    return sorted({each["move_id"] for each in rows})


def _subtotal(_database: Database, row: Row) -> float:
    return round((row.get("product_qty") or 0.0) * (row.get("price_unit") or 0.0), 2)


def _total(database: Database, row: Row) -> float:
    return round(sum(_subtotal(database, line) for line in database.of(LINE, "order_id", row["id"])), 2)


ORDER_RULES = Rules(
    prepare=_prepare,
    computed={
        "picking_ids": _pickings,
        "invoice_ids": _invoices,
        "invoice_status": _invoice_status,
        "receipt_status": _receipt_status,
        "amount_untaxed": _total,
        "amount_total": _total,
    },
    required=(("partner_id", "Vendor"),),
    title="Purchase Order",
    methods={
        "button_confirm": Method(_confirm),
        "button_cancel": Method(_cancel),
        "action_create_invoice": Method(_create_invoice),
    },
)
LINE_RULES = Rules(
    prepare=_prepare_line,
    created=_created_lines,
    written=_written_line,
    computed={
        "qty_received": _received,
        "qty_invoiced": _billed,
        "qty_to_invoice": _to_bill,
        "price_subtotal": _subtotal,
    },
    title="Purchase Order Line",
)
