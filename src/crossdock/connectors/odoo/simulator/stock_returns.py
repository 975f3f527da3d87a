"""Returns by wizard, and batches of transfers."""

from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.rows import create, refuse, window
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules
from crossdock.connectors.odoo.simulator.stock_lines import MOVE
from crossdock.connectors.odoo.simulator.stock_moves import PICKING, assign, confirm, moves_of
from crossdock.connectors.odoo.simulator.stock_transfers import refresh

WIZARD = "stock.return.picking"
LINES = "stock.return.picking.line"
BATCH = "stock.picking.batch"


def _prepare(call: Call, row: Row) -> Row:
    picking = row.get("picking_id") or (call.context.get("active_model") == PICKING and call.context.get("active_id"))
    return {"company_id": 1, **row, "picking_id": picking or False}


def _created(call: Call, ids: list[int]) -> None:
    """One line for each move that was done; its quantity is for the caller to say."""
    for each in ids:
        picking = call.database.row(WIZARD, each).get("picking_id")
        if not picking or call.database.of(LINES, "wizard_id", each):
            continue
        for move in moves_of(call.database, picking):
            if move["state"] == "done":
                line = {"wizard_id": each, "move_id": move["id"], "product_id": move["product_id"]}
                call.database.create(LINES, {**line, "quantity": 0.0, "to_refund": True})


def _create_returns(call: Call) -> Row:
    """The transfer back, ready to be received."""
    database = call.database
    wizard = database.row(WIZARD, call.ids[0])
    lines = [row for row in database.of(LINES, "wizard_id", wizard["id"]) if row.get("quantity")]
    if not lines:
        raise refuse("Please specify at least one non-zero quantity.")
    picking = database.row(PICKING, wizard["picking_id"])
    made = _transfer_back(call, picking)
    moves = [_move_back(call, database.row(MOVE, line["move_id"]), line, made) for line in lines]
    rows = [database.row(MOVE, each) for each in moves]
    confirm(call, rows)
    assign(call, rows)
    refresh(call, [made])
    call.note("return.created", f"{PICKING},{made}", of=picking["id"])
    return window(PICKING, made)


def _transfer_back(call: Call, picking: Row) -> int:
    database = call.database
    kind = database.row("stock.picking.type", picking["picking_type_id"])
    values = {
        "picking_type_id": kind.get("return_picking_type_id") or kind["id"],
        "location_id": picking["location_dest_id"],
        "location_dest_id": picking["location_id"],
        "partner_id": picking.get("partner_id"),
        "sale_id": picking.get("sale_id"),
        "return_id": picking["id"],
        "origin": f"Return of {picking['name']}",
    }
    return create(call, PICKING, [values])[0]


def _move_back(call: Call, move: Row, line: Row, picking: int) -> int:
    values = {
        "picking_id": picking,
        "product_id": line["product_id"],
        "product_uom": move["product_uom"],
        "product_uom_qty": line["quantity"],
        "origin_returned_move_id": move["id"],
        "to_refund": bool(line.get("to_refund")),
        "sale_line_id": move.get("sale_line_id"),
        "purchase_line_id": move.get("purchase_line_id"),
    }
    return create(call, MOVE, [values])[0]


def _batch(call: Call, row: Row) -> Row:
    number = call.database.next_number(BATCH)
    return {"name": f"BATCH/{number:05d}", "state": "draft", "company_id": 1, **row}


def _batch_state(database: Database, row: Row) -> str:
    """Stored state until its transfers are over."""
    found = {each["state"] for each in database.of(PICKING, "batch_id", row["id"])}
    if found and found <= {"done", "cancel"}:
        return "cancel" if found == {"cancel"} else "done"
    return str(row.get("state") or "draft")


def _confirm_batch(call: Call) -> bool:
    for each in call.ids:
        if not call.database.of(PICKING, "batch_id", each):
            raise refuse("You have to set some pickings to batch.")
    call.database.write(BATCH, call.ids, {"state": "in_progress"}, call.uid)
    return True


def _done_batch(call: Call) -> Any:
    pickings = [row["id"] for each in call.ids for row in call.database.of(PICKING, "batch_id", each)]
    open_ = [each for each in pickings if call.database.row(PICKING, each)["state"] not in {"done", "cancel"}]
    return call.rules[PICKING].methods["button_validate"].run(call.on(PICKING, open_))


RETURN_RULES = Rules(
    prepare=_prepare,
    created=_created,
    methods={"action_create_returns": Method(_create_returns)},
)
BATCH_RULES = Rules(
    prepare=_batch,
    computed={"state": _batch_state},
    methods={"action_confirm": Method(_confirm_batch), "action_done": Method(_done_batch)},
)
