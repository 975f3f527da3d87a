"""Invoices, credit notes and bills: made from orders or entered, posted, reversed."""

from collections.abc import Iterable
from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row, shown_date
from crossdock.connectors.odoo.simulator.rows import create, refuse, touch, window
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules
from crossdock.connectors.odoo.simulator.stock_lines import MOVE as STOCK_MOVE
from crossdock.connectors.odoo.simulator.stock_moves import OVER
from crossdock.connectors.odoo.simulator.stock_quants import rounded
from crossdock.connectors.odoo.simulator.trade_sales import LINE as SALE_LINE
from crossdock.connectors.odoo.simulator.trade_sales import ORDER as SALE
from crossdock.connectors.odoo.simulator.trade_sales import delivered, lines_of

MOVE = "account.move"
LINE = "account.move.line"
_OUT = frozenset({"out_invoice", "out_refund"})
_REFUND = {"out_invoice": "out_refund", "in_invoice": "in_refund"}
_SIGN = {"out_invoice": 1, "in_invoice": 1, "out_refund": -1, "in_refund": -1}
_POSTED = {"out_invoice": "invoice.posted", "in_invoice": "bill.posted"}
_PREFIX = {"out_invoice": "INV", "out_refund": "RINV", "in_invoice": "BILL", "in_refund": "RBILL"}
_NOTHING = (
    "Cannot create an invoice. No items are available to invoice.\n\nTo resolve this issue, please ensure that:\n"
    "   • The products have been delivered before attempting to invoice them.\n"
    "   • The invoicing policy of the product is configured correctly."
)


def make_invoice(call: Call, head: Row, lines: list[Row]) -> int:
    """A draft with its lines."""
    return create(call, MOVE, [{**head, "invoice_line_ids": [[0, 0, line] for line in lines]}])[0]


def billed(database: Database, lines: Iterable[Row]) -> float:
    """What invoice lines add up to: cancelled ones do not count, refunds take away."""
    found = 0.0
    for line in lines:
        move = database.row(MOVE, line["move_id"])
        if move.get("state") != "cancel":
            found += _SIGN.get(str(move.get("move_type")), 0) * (line.get("quantity") or 0.0)
    return rounded(found)


def _prepare(call: Call, row: Row) -> Row:
    kind = str(row.get("move_type") or call.context.get("default_move_type") or "entry")
    journals = call.database.rows["account.journal"].values()
    wanted = "sale" if kind in _OUT else "purchase"
    journal = next((each["id"] for each in journals if each.get("type") == wanted), False)
    made = {
        "state": "draft",
        "payment_state": "not_paid",
        "company_id": 1,
        "currency_id": 1,
        "name": False if call.database.major >= 19 else "/",
        "journal_id": journal,
        "date": row.get("invoice_date") or shown_date(call.database.now)[:10],
        **row,
    }
    return {**made, "move_type": kind}


def _prepare_line(call: Call, row: Row) -> Row:
    product = call.database.row("product.product", row.get("product_id"))
    move = call.database.row(MOVE, row.get("move_id"))
    price = product.get("list_price") if move.get("move_type") in _OUT else product.get("standard_price")
    made = {
        "name": product.get("name"),
        "quantity": 1.0,
        "price_unit": price or 0.0,
        "display_type": "product",
        "product_uom_id": product.get("uom_id"),
    }
    return {**made, **row}


def _check_line(call: Call, ids: list[int], values: Row) -> Row:
    moves = [call.database.row(MOVE, call.database.row(LINE, each).get("move_id")) for each in ids]
    if {"quantity", "price_unit"} & set(values) and any(move.get("state") == "posted" for move in moves):
        raise refuse("You cannot do this modification on a posted journal entry.")
    return values


def _unlink(call: Call, ids: list[int]) -> None:
    for each in ids:
        if call.database.row(MOVE, each).get("state") == "posted":
            raise refuse("You can't delete a posted journal item. Don't play games with your accounting records.")
        for line in call.database.of(LINE, "move_id", each):
            call.database.delete(LINE, line["id"])


def _post(call: Call) -> bool:
    """Post drafts; the answer is false when there is nothing to open."""
    database = call.database
    for each in call.ids:
        move = database.row(MOVE, each)
        if move.get("state") != "draft":
            raise refuse(f"The entry {move.get('name')} (id {each}) must be in draft.")
        if not database.of(LINE, "move_id", each):
            raise refuse("Even magicians can't post nothing!")
        if not move.get("partner_id"):
            raise refuse("The field 'Customer' is required, please complete it to validate the Customer Invoice.")
        if move["move_type"] not in _OUT and not move.get("invoice_date"):
            raise refuse("The Bill/Refund date is required to validate this document.")
        _posted(call, move)
    return False


def _posted(call: Call, move: Row) -> None:
    database, kind = call.database, str(move["move_type"])
    day = move.get("invoice_date") or shown_date(database.now)[:10]
    same = [row for row in database.rows[MOVE].values() if row.get("move_type") == kind and row["state"] == "posted"]
    name = f"{_PREFIX.get(kind, 'MISC')}/{day[:4]}/{len(same) + 1:05d}"
    database.write(MOVE, [move["id"]], {"state": "posted", "invoice_date": day, "name": name}, call.uid)
    amount = _amount(database, move)
    details = {"amount": amount, "partner": move.get("partner_id") or 0, "name": name}
    call.note(_POSTED.get(kind, "credit_note.posted"), f"{MOVE},{move['id']}", **details)
    touch(
        call,
        SALE_LINE,
        [each for row in database.of(LINE, "move_id", move["id"]) for each in row.get("sale_line_ids") or []],
    )
    origin = database.row(MOVE, move.get("reversed_entry_id"))
    if origin.get("state") == "posted" and _amount(database, origin) == amount:
        database.write(MOVE, [origin["id"]], {"payment_state": "reversed"}, call.uid)
        database.write(MOVE, [move["id"]], {"payment_state": "paid"}, call.uid)


def _draft(call: Call) -> None:
    call.database.write(MOVE, call.ids, {"state": "draft"}, call.uid)


def _cancel(call: Call) -> None:
    if any(call.database.row(MOVE, each).get("state") != "draft" for each in call.ids):
        raise refuse("Only draft journal entries can be cancelled.")
    call.database.write(MOVE, call.ids, {"state": "cancel"}, call.uid)


def _amount(database: Database, row: Row) -> float:
    return round(sum(_subtotal(database, line) for line in database.of(LINE, "move_id", row["id"])), 2)


def _commercial(database: Database, row: Row) -> Any:
    """The company an invoice's contact belongs to."""
    partner = database.row("res.partner", row.get("partner_id"))
    return database.value("res.partner", partner, "commercial_partner_id") if partner else False


def _residual(database: Database, row: Row) -> float:
    settled = row.get("payment_state") in {"paid", "reversed"}
    return 0.0 if settled or row.get("state") != "posted" else _amount(database, row)


def _subtotal(_database: Database, row: Row) -> float:
    price = (row.get("price_unit") or 0.0) * (1 - (row.get("discount") or 0.0) / 100)
    return round((row.get("quantity") or 0.0) * price, 2)


def invoiced(database: Database, line: Row) -> float:
    """What of a sale order line is invoiced, drafts included."""
    return billed(database, _lines_of_sale(database, line["id"]))


def _lines_of_sale(database: Database, line: int) -> list[Row]:
    order = database.row(SALE_LINE, line).get("order_id")
    moves = set(database.row(SALE, order).get("invoice_ids") or [])
    rows = [row for move in moves for row in database.of(LINE, "move_id", move)]
    return [row for row in rows if line in (row.get("sale_line_ids") or [])]


def to_invoice(database: Database, line: Row) -> float:
    """What of a sale order line is still to be invoiced; negative: to be credited."""
    if database.row(SALE, line.get("order_id")).get("state") != "sale" or line.get("display_type"):
        return 0.0
    product = database.row("product.product", line.get("product_id"))
    by_order = product.get("invoice_policy") == "order"
    due = line["product_uom_qty"] if by_order else delivered(database, line)
    return rounded(due - invoiced(database, line))


def _line_status(database: Database, row: Row) -> str:
    if database.row(SALE, row.get("order_id")).get("state") != "sale":
        return "no"
    if to_invoice(database, row):
        return "to invoice"
    product = database.row("product.product", row.get("product_id"))
    if product.get("invoice_policy") == "order" and delivered(database, row) > row["product_uom_qty"]:
        return "upselling"
    if invoiced(database, row) >= row["product_uom_qty"] or (database.major >= 19 and _all_moved(database, row)):
        return "invoiced"
    return "no"


def _all_moved(database: Database, row: Row) -> bool:
    """Since 19 a line that will not be delivered any further counts as invoiced."""
    found = {move["state"] for move in database.of(STOCK_MOVE, "sale_line_id", row["id"])}
    return "done" in found and found <= OVER


def _order_status(database: Database, row: Row) -> str:
    if row.get("state") != "sale":
        return "no"
    found = {_line_status(database, line) for line in lines_of(database, row["id"])}
    if "to invoice" in found:
        return "to invoice"
    if found == {"invoiced"}:
        return "invoiced"
    return "upselling" if found and found <= {"invoiced", "upselling"} else "no"


def _create_invoices(call: Call) -> Row:
    """One draft for all orders of a customer, or one each; what came back alone makes it a credit note."""
    database = call.database
    wizard = database.row("sale.advance.payment.inv", call.ids[0])
    orders = [database.row(SALE, each) for each in wizard.get("sale_order_ids") or call.context.get("active_ids") or []]
    groups: dict[Any, list[Row]] = {}
    for order in orders:
        together = wizard.get("consolidated_billing", True)
        key = order.get("partner_invoice_id") or order["partner_id"]
        groups.setdefault(key if together else -order["id"], []).append(order)
    final = bool(wizard.get("deduct_down_payments", True))
    made = [each for each in (_invoice_orders(call, group, final=final) for group in groups.values()) if each]
    if not made:
        raise refuse(_NOTHING)
    action = {**window(MOVE, made[-1]), "view_mode": "list,kanban,form,activity", "target": "current"}
    return action if len(made) == 1 else {**action, "res_id": False, "domain": [["id", "in", made]]}


def _invoice_orders(call: Call, orders: list[Row], *, final: bool) -> int:
    """``final`` takes off what came back; without it that stays to be credited."""
    database = call.database
    due = [(line, to_invoice(database, line)) for order in orders for line in lines_of(database, order["id"])]
    due = [(line, quantity) for line, quantity in due if quantity > 0 or (quantity and final)]
    if not due:
        return 0
    total = sum(quantity * (line.get("price_unit") or 0.0) for line, quantity in due)
    sign = -1 if total < 0 or all(quantity < 0 for _, quantity in due) else 1
    lines = [_line_of(line, sign * quantity) for line, quantity in due]
    billed_ids = {line["order_id"] for line, _ in due}
    named = [order for order in orders if order["id"] in billed_ids]
    origin = {"invoice_origin": ", ".join(str(order["name"]) for order in named)}
    head = {"move_type": "out_invoice" if sign > 0 else "out_refund", "ref": named[0].get("client_order_ref")}
    partner = {"partner_id": named[0].get("partner_invoice_id") or named[0]["partner_id"]}
    made = make_invoice(call, {**head, **origin, **partner}, lines)
    for order in named:
        database.write(SALE, [order["id"]], {"invoice_ids": [[4, made]]}, call.uid)
    touch(call, SALE_LINE, [line["id"] for line, _ in due])
    return made


def _line_of(line: Row, quantity: float) -> Row:
    about = {"product_id": line["product_id"], "name": line.get("name"), "price_unit": line.get("price_unit") or 0.0}
    return {**about, "quantity": quantity, "discount": line.get("discount") or 0.0, "sale_line_ids": [[4, line["id"]]]}


def _prepare_reversal(call: Call, row: Row) -> Row:
    moves = row.get("move_ids") or call.context.get("active_ids") or []
    if any(call.database.row(MOVE, each).get("state") != "posted" for each in moves if isinstance(each, int)):
        raise refuse("You can only reverse posted moves.")
    return {**row, "move_ids": moves}


def _refund(call: Call) -> Row:
    """Drafts of credit notes for whole invoices."""
    database = call.database
    wizard, made = database.row("account.move.reversal", call.ids[0]), []
    for each in wizard.get("move_ids") or []:
        move = database.row(MOVE, each)
        lines = [_copied(line) for line in database.of(LINE, "move_id", each)]
        head = {"move_type": _REFUND[move["move_type"]], "partner_id": move["partner_id"], "reversed_entry_id": each}
        made.append(make_invoice(call, {**head, "ref": f"Reversal of: {move['name']}"}, lines))
        for order in [row for row in database.rows[SALE].values() if each in (row.get("invoice_ids") or [])]:
            database.write(SALE, [order["id"]], {"invoice_ids": [[4, made[-1]]]}, call.uid)
    database.write("account.move.reversal", call.ids, {"new_move_ids": made}, call.uid)
    return window(MOVE, made[-1])


def _copied(line: Row) -> Row:
    names = ("product_id", "name", "quantity", "price_unit", "discount", "purchase_line_id")
    return {**{name: line.get(name) for name in names}, "sale_line_ids": list(line.get("sale_line_ids") or [])}


MOVE_RULES = Rules(
    prepare=_prepare,
    deleting=_unlink,
    computed={
        "commercial_partner_id": _commercial,
        "amount_untaxed": _amount,
        "amount_total": _amount,
        "amount_residual": _residual,
    },
    title="Journal Entry",
    methods={
        "action_post": Method(_post),
        "button_draft": Method(_draft),
        "button_cancel": Method(_cancel),
    },
)
LINE_RULES = Rules(
    prepare=_prepare_line,
    check=_check_line,
    computed={"price_subtotal": _subtotal, "price_total": _subtotal},
    title="Journal Item",
)
WIZARD_RULES = Rules(methods={"create_invoices": Method(_create_invoices)})
REVERSAL_RULES = Rules(
    prepare=_prepare_reversal, methods={"refund_moves": Method(_refund), "reverse_moves": Method(_refund)}
)
SALE_COMPUTED = {"invoice_status": _order_status}
SALE_LINE_COMPUTED = {"qty_invoiced": invoiced, "qty_to_invoice": to_invoice, "invoice_status": _line_status}
