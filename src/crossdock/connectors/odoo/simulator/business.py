"""What sales orders, transfers and their chatter do in the simulated Odoo, as far as deliveries need it."""

from collections.abc import Mapping
from html import escape
from typing import Any

from crossdock.connectors.odoo.simulator.database import Database
from crossdock.connectors.odoo.simulator.faults import OdooFault, missing
from crossdock.connectors.odoo.simulator.records import PICKING, Call, Method, database_next

_UNPACKED = {False, None}


def _confirm(call: Call) -> bool:
    """Confirm orders: each gets an outgoing transfer that is reserved at once."""
    database = call.database
    for order_id in call.ids:
        order = database.rows["sale.order"].get(order_id)
        if order is None:
            raise missing("sale.order", order_id, call.uid)
        if order["state"] not in {"draft", "sent"}:
            raise OdooFault("odoo.exceptions.UserError", "Some orders are not in a state requiring confirmation.")
        database.write("sale.order", [order_id], {"state": "sale"}, call.uid)
        lines = [row for row in database.rows["sale.order.line"].values() if row["order_id"] == order_id]
        make_picking(database, order_id, [(row["product_id"], row["product_uom_qty"]) for row in lines])
    return True


def make_picking(database: Database, order_id: int, lines: list[tuple[int, float]]) -> int:
    """An outgoing transfer of (product, quantity) lines, reserved."""
    order = database.rows["sale.order"][order_id]
    picking = database.create(
        PICKING,
        {
            "name": f"WH/OUT/{database_next(database, PICKING):05d}",
            "state": "assigned",
            "company_id": 1,
            "partner_id": order["partner_id"],
            "sale_id": order_id,
            "picking_type_id": 1,
            "origin": order["name"],
        },
    )
    for product, quantity in lines:
        unit = database.rows["product.product"][product]["uom_id"]
        reserved = {"picking_id": picking, "product_id": product}
        move = database.create(
            "stock.move",
            {
                **reserved,
                "state": "assigned",
                "product_uom": unit,
                "product_uom_qty": quantity,
                "product_qty": quantity,
                "quantity": quantity,
            },
        )
        held = {"move_id": move, "quantity": quantity, "quantity_product_uom": quantity}
        database.create("stock.move.line", {**reserved, **held})
    return picking


def _cancel_orders(call: Call) -> Any:
    """Up to Odoo 18 a wizard comes first unless the context waives it, and nothing happens."""
    database = call.database
    if database.major < 19 and not call.context.get("disable_cancel_warning"):
        return {"type": "ir.actions.act_window", "res_model": "sale.order.cancel", "view_mode": "form"}
    database.write("sale.order", call.ids, {"state": "cancel"}, call.uid)
    pickings = [row["id"] for row in database.rows[PICKING].values() if row.get("sale_id") in call.ids]
    _move_to(database, pickings, "cancel", call.uid)
    return True


def _cancel_pickings(call: Call) -> bool:
    for each in call.ids:
        row = call.database.rows[PICKING].get(each)
        if row is not None and row["state"] == "done":
            text = "You cannot cancel a stock move that has been set to 'Done'. Create a return in order to reverse it."
            raise OdooFault("odoo.exceptions.UserError", text)
    _move_to(call.database, call.ids, "cancel", call.uid)
    return True


def _validate(call: Call) -> bool:
    database = call.database
    for each in call.ids:
        row = database.rows[PICKING].get(each)
        if row is None:
            raise missing(PICKING, each, call.uid)
        if row["state"] == "confirmed" or (row["state"] == "done" and database.major < 19):
            text = "You cannot validate a transfer if no quantities are reserved."
            raise OdooFault("odoo.exceptions.UserError", text)
    _move_to(database, call.ids, "done", call.uid)
    return True


def _unreserve(call: Call) -> None:
    _move_to(call.database, call.ids, "confirmed", call.uid)


def _assign(call: Call) -> bool:
    _move_to(call.database, call.ids, "assigned", call.uid)
    return True


def _put_in_pack(call: Call) -> list[int]:
    """Everything not yet packed goes into one new package."""
    database = call.database
    field = database.schema["stock.move.line"]["result_package_id"]
    package = database.create(field.relation, {"name": f"PACK{database_next(database, field.relation):07d}"})
    for line in list(database.rows["stock.move.line"].values()):
        if line["picking_id"] in call.ids and line.get("result_package_id") in _UNPACKED:
            database.write("stock.move.line", [line["id"]], {"result_package_id": package}, call.uid)
    return [package]


def _message_post(call: Call) -> Any:
    """A note in the chatter; the record itself is not touched."""
    database, body = call.database, str(call.get("body", ""))
    if call.get("attachments"):
        raise OdooFault("builtins.ValueError", "the simulator takes attachment_ids only (attachments corrupts content)")
    shown = body if call.get("body_is_html") else f"<p>{escape(body)}</p>" if body else ""
    posted = []
    for each in call.ids:
        if each not in database.rows[call.model]:
            raise missing(call.model, each, call.uid)
        values = {
            "model": call.model,
            "res_id": each,
            "body": shown,
            "message_type": call.get("message_type", "notification"),
            "message_id": call.get("message_id") or False,
            "attachment_ids": call.get("attachment_ids") or [],
            "date": database.now,
        }
        posted.append(database.create("mail.message", values))
        call.notes.append(("note.posted", f"{call.model},{each}", {"body": shown}))
    return posted if database.major >= 19 else posted[-1]


def _move_to(database: Database, pickings: list[int], state: str, uid: int) -> None:
    database.write(PICKING, pickings, {"state": state}, uid)
    moves = [row["id"] for row in database.rows["stock.move"].values() if row["picking_id"] in pickings]
    database.write("stock.move", moves, {"state": state}, uid)


_POST = (
    "body",
    "subject",
    "message_type",
    "email_from",
    "author_id",
    "parent_id",
    "subtype_xmlid",
    "subtype_id",
    "partner_ids",
    "attachments",
    "attachment_ids",
    "body_is_html",
    "message_id",
)
BY_MODEL: Mapping[str, Mapping[str, Method]] = {
    "sale.order": {
        "action_confirm": Method(_confirm),
        "action_cancel": Method(_cancel_orders),
        "message_post": Method(_message_post, _POST),
    },
    PICKING: {
        "action_cancel": Method(_cancel_pickings),
        "action_assign": Method(_assign),
        "do_unreserve": Method(_unreserve),
        "button_validate": Method(_validate),
        "action_put_in_pack": Method(_put_in_pack, recordset=True),
        "message_post": Method(_message_post, _POST),
    },
}
