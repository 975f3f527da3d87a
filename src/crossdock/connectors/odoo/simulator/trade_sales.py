"""Sale orders: entered, confirmed into transfers, amended, cancelled; what of them is delivered and invoiced."""

from collections.abc import Sequence
from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.faults import missing
from crossdock.connectors.odoo.simulator.rows import create, lacking, next_name, refuse, touch, window
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules
from crossdock.connectors.odoo.simulator.stock_lines import MOVE
from crossdock.connectors.odoo.simulator.stock_moves import (
    OVER,
    PICKING,
    assign,
    cancel,
    change_demand,
    confirm,
    open_moves,
)
from crossdock.connectors.odoo.simulator.stock_quants import in_units, is_own, rounded, usage
from crossdock.connectors.odoo.simulator.stock_transfers import refresh

ORDER = "sale.order"
LINE = "sale.order.line"
_BELOW_DELIVERED = (
    "The ordered quantity of a sale order line cannot be decreased below the amount already delivered. "
    "Instead, create a return in your inventory."
)
_KEPT = (
    "Once a sales order is confirmed, you can't remove one of its lines (we need to track if something gets invoiced "
    "or delivered).\n                Set the quantity to 0 instead."
)


def unit_field(database: Database) -> str:
    """What the unit of an order line is called."""
    return "product_uom_id" if database.major >= 19 else "product_uom"


def lines_of(database: Database, order: int) -> list[Row]:
    """The lines of an order that are products, oldest first."""
    return [row for row in database.of(LINE, "order_id", order) if not row.get("display_type")]


def _prepare(call: Call, row: Row) -> Row:
    partner = call.database.row("res.partner", row.get("partner_id"))
    made = {
        "state": "draft",
        "company_id": 1,
        "date_order": call.database.now,
        "partner_shipping_id": partner.get("id"),
        "partner_invoice_id": partner.get("id"),
        "warehouse_id": 1,
        "currency_id": 1,
        "picking_policy": "direct",
        "user_id": call.uid,
        "locked": False,
        **row,
    }
    if not made.get("name") or made["name"] == "New":
        made["name"] = next_name(call, ORDER, "S", 5)
    return made


def _created(call: Call, ids: list[int]) -> None:
    for each in ids:
        row = call.database.row(ORDER, each)
        reference = str(row.get("client_order_ref") or "")
        call.note("order.created", f"{ORDER},{each}", name=row["name"], reference=reference)


def _prepare_line(call: Call, row: Row) -> Row:
    database = call.database
    product = database.row("product.product", row.get("product_id"))
    if not product and not row.get("name"):
        raise lacking(database.major, LINE, "Sales Order Line", "name", "Description")
    if not product and not row.get("display_type"):
        raise refuse("A sale order line needs its product.")
    unit = unit_field(database)
    price = product.get("list_price") or 0.0
    made = {
        "name": product.get("name"),
        "price_unit": price,
        unit: product.get("uom_id"),
        "product_uom_qty": 1.0,
        "sequence": 10,
        **row,
    }
    if "price_unit" not in row and made[unit]:
        made["price_unit"] = in_units(database, 1.0, made[unit], product.get("uom_id")) * price
    return made


def _created_lines(call: Call, ids: list[int]) -> None:
    """A line added to a confirmed order is delivered with it."""
    rows = [call.database.row(LINE, each) for each in ids]
    for order in dict.fromkeys(row["order_id"] for row in rows if row.get("order_id")):
        if call.database.row(ORDER, order).get("state") == "sale":
            launch(call, order, [row for row in rows if row["order_id"] == order])


def _check_line(call: Call, ids: list[int], values: Row) -> Row:
    """Another quantity on a confirmed line changes what is still to be moved."""
    if "product_uom_qty" not in values:
        return values
    for each in ids:
        row = call.database.row(LINE, each)
        order = call.database.row(ORDER, row.get("order_id"))
        wanted = float(values["product_uom_qty"] or 0.0)
        if order.get("state") == "sale" and wanted < delivered(call.database, row):
            raise refuse(_BELOW_DELIVERED)
    return values


def _written_line(call: Call, ids: list[int], values: Row, before: dict[int, Row]) -> None:
    if "product_uom_qty" not in values:
        return
    for each in ids:
        row = call.database.row(LINE, each)
        order = call.database.row(ORDER, row.get("order_id"))
        if order.get("state") != "sale":
            continue
        unit = row.get(unit_field(call.database))
        product = call.database.row("product.product", row["product_id"])
        change = rounded(row["product_uom_qty"] - before[each]["product_uom_qty"])
        _amend(call, row, in_units(call.database, change, unit, product.get("uom_id")))
        touch(call, ORDER, [order["id"]])


def _amend(call: Call, line: Row, change: float) -> None:
    """Open moves of a line take the change; what they cannot take becomes a move of its own."""
    moves = [row for row in call.database.of(MOVE, "sale_line_id", line["id"]) if row["state"] not in OVER]
    moves = [row for row in moves if is_own(call.database, row["location_id"])]
    touched = [row["picking_id"] for row in moves]
    if change > 0 and not moves:
        launch(call, line["order_id"], [line], change)
        return
    if change > 0:
        change_demand(call, moves[-1], rounded(moves[-1]["product_uom_qty"] + change))
        change = 0.0
    for move in reversed(moves):
        taken = min(-change, move["product_uom_qty"])
        if taken <= 0:
            break
        left = rounded(move["product_uom_qty"] - taken)
        change_demand(call, move, left) if left > 0 else cancel(call, [move])
        change = rounded(change + taken)
    touch(call, PICKING, touched)
    refresh(call, touched)


def _unlink_lines(call: Call, ids: list[int]) -> None:
    for each in ids:
        row = call.database.row(LINE, each)
        if call.database.row(ORDER, row.get("order_id")).get("state") == "sale":
            raise refuse(_KEPT)


def _confirm(call: Call) -> bool:
    """Confirm orders: each gets a transfer that is reserved at once."""
    database = call.database
    for each in call.ids:
        order = database.rows[ORDER].get(each)
        if order is None:
            raise missing(ORDER, each, call.uid)
        if order["state"] not in {"draft", "sent"}:
            raise refuse("Some orders are not in a state requiring confirmation.")
        database.write(ORDER, [each], {"state": "sale", "date_order": database.now}, call.uid)
        launch(call, each, lines_of(database, each))
        call.note("order.confirmed", f"{ORDER},{each}", name=order["name"])
    return True


def launch(call: Call, order_id: int, lines: Sequence[Row], quantity: float | None = None) -> int:
    """The transfer that delivers lines: the open one of the order, or a new one. 0 when nothing is to be moved."""
    database = call.database
    goods = [line for line in lines if _is_goods(database, line) and line.get("product_uom_qty")]
    if not goods:
        return 0
    pickings = database.of(PICKING, "sale_id", order_id)
    open_ = [row for row in pickings if row["state"] not in OVER and _code(database, row) == "outgoing"]
    picking = open_[0]["id"] if open_ else _delivery(call, database.row(ORDER, order_id))
    moves = [_move(call, line, picking, quantity) for line in goods]
    rows = [database.row(MOVE, each) for each in moves]
    confirm(call, rows)
    assign(call, rows)
    refresh(call, [picking])
    return picking


def _delivery(call: Call, order: Row) -> int:
    database = call.database
    house = database.row("stock.warehouse", order.get("warehouse_id") or 1)
    partner = order.get("partner_shipping_id") or order["partner_id"]
    customer = database.row("res.partner", partner).get("property_stock_customer")
    values = {
        "partner_id": partner,
        "sale_id": order["id"],
        "picking_type_id": house["out_type_id"],
        "origin": order["name"],
        "carrier_id": order.get("carrier_id") or False,
        "date_deadline": order.get("commitment_date") or False,
        "scheduled_date": order.get("commitment_date") or database.now,
    }
    return create(call, PICKING, [{**values, **({"location_dest_id": customer} if customer else {})}])[0]


def _move(call: Call, line: Row, picking: int, quantity: float | None) -> int:
    database = call.database
    product = database.row("product.product", line["product_id"])
    unit = line.get(unit_field(database))
    wanted = in_units(database, line["product_uom_qty"], unit, product.get("uom_id"))
    values = {"picking_id": picking, "product_id": line["product_id"], "sale_line_id": line["id"]}
    return create(call, MOVE, [{**values, "product_uom_qty": wanted if quantity is None else quantity}])[0]


def _is_goods(database: Database, line: Row) -> bool:
    product = database.row("product.product", line.get("product_id"))
    return bool(product) and product.get("type") != "service"


def _code(database: Database, picking: Row) -> str:
    return str(database.row("stock.picking.type", picking.get("picking_type_id")).get("code") or "")


def _cancel(call: Call) -> Any:
    """Up to Odoo 18 a wizard comes first unless the context waives it, and nothing happens."""
    database = call.database
    rows = [database.row(ORDER, each) for each in call.ids]
    if any(row.get("locked") for row in rows):
        raise refuse("You cannot cancel a locked order. Please unlock it first.")
    asks = [row for row in rows if row.get("state") in {"sale", "sent"}]
    if database.major < 19 and asks and not call.context.get("disable_cancel_warning"):
        context = {"default_order_id": call.ids[0]}
        return {**window("sale.order.cancel"), "target": "new", "context": context}
    for each in call.ids:
        pickings = [row for row in database.of(PICKING, "sale_id", each) if row["state"] not in OVER]
        for picking in pickings:
            cancel(call, open_moves(database, picking["id"]))
        refresh(call, [row["id"] for row in pickings])
        call.note("order.cancelled", f"{ORDER},{each}", name=database.row(ORDER, each).get("name"))
    database.write(ORDER, call.ids, {"state": "cancel"}, call.uid)
    return True


def _cancel_by_wizard(call: Call) -> Any:
    orders = [call.database.row("sale.order.cancel", each)["order_id"] for each in call.ids]
    again = call.on(ORDER, orders)
    again.context = {**call.context, "disable_cancel_warning": True}
    return _cancel(again)


def _to_draft(call: Call) -> bool:
    rows = [each for each in call.ids if call.database.row(ORDER, each).get("state") in {"cancel", "sent"}]
    call.database.write(ORDER, rows, {"state": "draft"}, call.uid)
    return True


def _lock(call: Call) -> None:
    call.database.write(ORDER, call.ids, {"locked": True}, call.uid)


def _unlock(call: Call) -> None:
    call.database.write(ORDER, call.ids, {"locked": False}, call.uid)


def delivered(database: Database, line: Row) -> float:
    """What of a line reached the customer less what came back to be refunded, in the line's unit."""
    found = 0.0
    for move in database.of(MOVE, "sale_line_id", line["id"]):
        if move["state"] != "done":
            continue
        if usage(database, move["location_dest_id"]) == "customer":
            found += move.get("quantity") or 0.0
        elif move.get("to_refund"):
            found -= move.get("quantity") or 0.0
    if not found and not _is_goods(database, line):
        found = float(line.get("qty_delivered") or 0.0)
    product = database.row("product.product", line.get("product_id"))
    return in_units(database, rounded(found), product.get("uom_id"), line.get(unit_field(database)))


def _delivery_status(database: Database, row: Row) -> Any:
    found = {each["state"] for each in database.of(PICKING, "sale_id", row["id"])}
    if not found or found == {"cancel"}:
        return False
    if found <= OVER:
        return "full"
    if "done" not in found:
        return "pending"
    some = any(delivered(database, line) for line in lines_of(database, row["id"]))
    return "partial" if some else "started"


def _subtotal(_database: Database, row: Row) -> float:
    price = (row.get("price_unit") or 0.0) * (1 - (row.get("discount") or 0.0) / 100)
    return round((row.get("product_uom_qty") or 0.0) * price, 2)


def _total(database: Database, row: Row) -> float:
    return round(sum(_subtotal(database, line) for line in database.of(LINE, "order_id", row["id"])), 2)


def _effective(database: Database, row: Row) -> Any:
    done = [each.get("date_done") for each in database.of(PICKING, "sale_id", row["id"]) if each["state"] == "done"]
    return min((each for each in done if each), default=False)


ORDER_RULES = Rules(
    prepare=_prepare,
    created=_created,
    computed={
        "delivery_status": _delivery_status,
        "amount_untaxed": _total,
        "amount_total": _total,
        "effective_date": _effective,
    },
    required=(("partner_id", "Customer"),),
    title="Sales Order",
    methods={
        "action_confirm": Method(_confirm),
        "action_cancel": Method(_cancel),
        "action_draft": Method(_to_draft),
        "action_lock": Method(_lock),
        "action_unlock": Method(_unlock),
    },
)
LINE_RULES = Rules(
    prepare=_prepare_line,
    created=_created_lines,
    check=_check_line,
    written=_written_line,
    deleting=_unlink_lines,
    computed={"qty_delivered": delivered, "price_subtotal": _subtotal, "price_total": _subtotal},
    title="Sales Order Line",
)
CANCEL_RULES = Rules(methods={"action_cancel": Method(_cancel_by_wizard)})
