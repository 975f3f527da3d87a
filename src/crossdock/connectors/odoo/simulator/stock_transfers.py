"""Transfers: made, confirmed, validated with and without questions, backordered, cancelled, packed."""

from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.faults import OdooFault, invalid, missing
from crossdock.connectors.odoo.simulator.rows import create, lacking, refuse, touch, window
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules
from crossdock.connectors.odoo.simulator.schema import package_model
from crossdock.connectors.odoo.simulator.stock_lines import LINE, MOVE, lines_of, settle
from crossdock.connectors.odoo.simulator.stock_moves import (
    OVER,
    PICKING,
    assign,
    cancel,
    confirm,
    finish,
    moves_of,
    open_moves,
    unreserve,
)
from crossdock.connectors.odoo.simulator.stock_quants import rounded

WIZARD = "stock.backorder.confirmation"
_NOTHING = {
    18: "You cannot validate a transfer if no quantities are reserved. To force the transfer, encode quantities.",
    19: (
        "Transfer trouble alert! Validating a zero quantity transfer? You're not moving invisible goods around are "
        "you?\nSet some quantities and let's get moving!"
    ),
}
_STATES = frozenset({"draft", "waiting", "confirmed", "assigned", "done", "cancel"})
_PREFIX = {"incoming": "IN", "outgoing": "OUT", "internal": "INT"}


def refresh(call: Call, pickings: list[int]) -> None:
    """Bring the state of transfers in line with their moves."""
    for each in dict.fromkeys(pickings):
        picking = call.database.row(PICKING, each)
        if not picking:
            continue
        state = _state(moves_of(call.database, each)) or picking["state"]
        values: Row = {"state": state} if state != picking["state"] else {}
        if state == "done" and picking["state"] != "done":
            values["date_done"] = call.database.now
            call.note("transfer.done", f"{PICKING},{each}", name=picking["name"], code=_code(call.database, picking))
        if values:
            call.database.write(PICKING, [each], values, call.uid)


def _state(moves: list[Row]) -> str:
    """The state a transfer has by its moves; empty for one without moves."""
    found = {row["state"] for row in moves}
    if not found:
        return ""
    if found == {"cancel"}:
        return "cancel"
    if found <= OVER:
        return "done"
    if "draft" in found:
        return "draft"
    return "assigned" if found & {"assigned", "partially_available"} else "confirmed"


def _code(database: Database, picking: Row) -> str:
    return str(database.row("stock.picking.type", picking.get("picking_type_id")).get("code") or "")


def _wanted(call: Call) -> list[Row]:
    """The transfers a method was called on. Raises `OdooFault` when one is missing."""
    for each in call.ids:
        if each not in call.database.rows[PICKING]:
            raise missing(PICKING, each, call.uid)
    return [call.database.rows[PICKING][each] for each in call.ids]


def _action_confirm(call: Call) -> bool:
    for picking in _wanted(call):
        moves = open_moves(call.database, picking["id"])
        confirm(call, moves)
        assign(call, [move for move in moves if _assigns_itself(call.database, picking, move)])
    refresh(call, call.ids)
    return True


def _assigns_itself(database: Database, picking: Row, move: Row) -> bool:
    """Reservation at confirmation, as every type of operation does by default."""
    return bool(database.row("stock.picking.type", picking.get("picking_type_id"))) and bool(move)


def _action_assign(call: Call) -> bool:
    for picking in _wanted(call):
        moves = open_moves(call.database, picking["id"])
        if picking["state"] == "draft":
            confirm(call, moves)
        if not moves:
            raise refuse("Nothing to check the availability for.")
        assign(call, moves)
    refresh(call, call.ids)
    return True


def _do_unreserve(call: Call) -> None:
    for picking in _wanted(call):
        unreserve(call, open_moves(call.database, picking["id"]))
    refresh(call, call.ids)


def _action_cancel(call: Call) -> bool:
    for picking in _wanted(call):
        moves = moves_of(call.database, picking["id"])
        if picking["state"] == "done" and not open_moves(call.database, picking["id"]):
            cancel(call, [move for move in moves if move["state"] == "done"])
        cancel(call, moves)
        if not moves:
            call.database.write(PICKING, [picking["id"]], {"state": "cancel"}, call.uid)
    refresh(call, call.ids)
    return True


def _validate(call: Call) -> Any:
    """True, or a question as an action, and then nothing is done."""
    context, database = call.context, call.database
    pickings = _wanted(call)
    for picking in pickings:
        if picking["state"] == "draft":
            confirm(call, open_moves(database, picking["id"]))
            assign(call, open_moves(database, picking["id"]))
    if database.major >= 19:
        pickings = [picking for picking in pickings if picking["state"] not in OVER]
    _refuse_empty(call, pickings)
    _refuse_without_lot(call, pickings)
    short = [picking["id"] for picking in pickings if _is_short(database, picking)]
    if short and not context.get("skip_backorder"):
        return _question(call, short)
    dropped = set(context.get("picking_ids_not_to_backorder") or [])
    for picking in pickings:
        process(call, picking, backorder=picking["id"] not in dropped)
    return True


def _question(call: Call, short: list[int]) -> Row:
    context = {
        **call.context,
        "button_validate_picking_ids": list(call.ids),
        "default_pick_ids": [[4, each] for each in short],
        "default_show_transfers": len(short) > 1,
    }
    return {**window(WIZARD), "target": "new", "context": context}


def _refuse_empty(call: Call, pickings: list[Row]) -> None:
    for picking in pickings:
        moves = open_moves(call.database, picking["id"])
        if not any(move.get("quantity") for move in moves):
            raise refuse(_NOTHING[19 if call.database.major >= 19 else 18])


def _refuse_without_lot(call: Call, pickings: list[Row]) -> None:
    database, lacking = call.database, []
    for picking in pickings:
        moves = open_moves(database, picking["id"])
        chosen = [move for move in moves if move.get("picked")] or moves
        for line in [line for move in chosen for line in lines_of(database, move)]:
            product = database.row("product.product", line["product_id"])
            tracked = product.get("tracking") in {"lot", "serial"}
            if tracked and line.get("quantity") and not line.get("lot_id") and not line.get("lot_name"):
                lacking.append(database.display_name("product.product", product["id"]))
    if lacking:
        names = "\n".join(f"- {name}" for name in dict.fromkeys(lacking))
        raise refuse(f"You need to supply a Lot/Serial Number for product:\n{names}")


def _is_short(database: Database, picking: Row) -> bool:
    """Whether something is left over that Odoo asks about."""
    kind = database.row("stock.picking.type", picking.get("picking_type_id"))
    if kind.get("create_backorder") in {"always", "never"}:
        return False
    moves = open_moves(database, picking["id"])
    some = any(move.get("picked") for move in moves)
    return any(_left(move, some=some) > 0 for move in moves)


def _left(move: Row, *, some: bool) -> float:
    """What of a move stays behind; with ``some`` moves picked the others stay whole."""
    if some and not move.get("picked"):
        return float(move["product_uom_qty"])
    return rounded(move["product_uom_qty"] - (move.get("quantity") or 0.0))


def process(call: Call, picking: Row, *, backorder: bool) -> None:
    """Carry a transfer out; what is left goes to a backorder or is cancelled."""
    database = call.database
    moves = open_moves(database, picking["id"])
    if not any(move.get("picked") for move in moves):
        call.database.write(MOVE, [move["id"] for move in moves], {"picked": True}, call.uid)
        for move in moves:
            database.write(LINE, [line["id"] for line in lines_of(database, move)], {"picked": True}, call.uid)
    kind = database.row("stock.picking.type", picking.get("picking_type_id"))
    backorder = backorder and kind.get("create_backorder") != "never"
    rest: list[int] = []
    for move in moves:
        if not move.get("picked") or not move.get("quantity"):
            rest.append(move["id"])
            continue
        left = rounded(move["product_uom_qty"] - move["quantity"])
        if left > 0 and backorder:
            rest.append(_split(call, move, left))
        finish(call, move)
    _leave(call, picking, rest, backorder=backorder)
    refresh(call, [picking["id"]])
    _tell_orders(call, moves)


def _split(call: Call, move: Row, left: float) -> int:
    """The rest of a demand as a move of its own."""
    kept = {key: value for key, value in move.items() if key not in {"id", "create_date", "write_date"}}
    rest = {**kept, "product_uom_qty": left, "quantity": 0.0, "picked": False, "state": "confirmed"}
    [made] = create(call, MOVE, [rest])
    done = {
        "product_uom_qty": move["quantity"],
        "product_qty": rounded(move["product_qty"] - call.database.row(MOVE, made)["product_qty"]),
    }
    call.database.write(MOVE, [move["id"]], done, call.uid)
    return made


def _leave(call: Call, picking: Row, rest: list[int], *, backorder: bool) -> None:
    """Moves that stay behind: on a backorder that is reserved at once, or cancelled."""
    database = call.database
    moves = [database.row(MOVE, each) for each in rest]
    if not moves:
        return
    if not backorder:
        cancel(call, moves)
        return
    kept = {key: value for key, value in picking.items() if key not in {"id", "create_date", "write_date", "name"}}
    fresh = {"state": "confirmed", "backorder_id": picking["id"], "carrier_tracking_ref": False, "date_done": False}
    [made] = create(call, PICKING, [{**kept, **fresh, "batch_id": False, "carrier_price": 0.0}])
    database.write(MOVE, rest, {"picking_id": made}, call.uid)
    for move in moves:
        lines = [line["id"] for line in lines_of(database, move)]
        database.write(LINE, lines, {"picking_id": made}, call.uid)
        settle(call, move)
    assign(call, moves)
    refresh(call, [made])


def _tell_orders(call: Call, moves: list[Row]) -> None:
    """Delivered quantities are stored on the orders: their write dates move."""
    database = call.database
    for line_model, field, order_model in (
        ("sale.order.line", "sale_line_id", "sale.order"),
        ("purchase.order.line", "purchase_line_id", "purchase.order"),
    ):
        lines = [move[field] for move in moves if move.get(field)]
        touch(call, line_model, lines)
        touch(call, order_model, [database.row(line_model, each).get("order_id") or 0 for each in lines])


def _put_in_pack(call: Call) -> list[int]:
    """Everything not yet packed (of the picked lines, when there are any) goes into one new package."""
    model = package_model(call.database.major)
    lines = [line for picking in call.ids for line in call.database.of(LINE, "picking_id", picking)]
    lines = [line for line in lines if not line.get("result_package_id") and line.get("quantity")]
    lines = [line for line in lines if line.get("picked")] or lines
    if not lines:
        raise refuse("There is nothing eligible to put in a pack. Either there are no quantities to put in a pack.")
    [package] = create(call, model, [{"company_id": 1}])
    call.database.write(LINE, [line["id"] for line in lines], {"result_package_id": package}, call.uid)
    return [package]


def _process(call: Call) -> Any:
    """The backorder question answered with yes."""
    return _answered(call, {})


def _process_without(call: Call) -> Any:
    """The backorder question answered with no."""
    wizard = call.database.row(WIZARD, call.ids[0])
    return _answered(call, {"picking_ids_not_to_backorder": list(wizard.get("pick_ids") or [])})


def _answered(call: Call, context: Row) -> Any:
    wizard = call.database.row(WIZARD, call.ids[0])
    pickings = call.context.get("button_validate_picking_ids") or list(wizard.get("pick_ids") or [])
    again = call.on(PICKING, list(pickings))
    again.context = {**call.context, "skip_backorder": True, **context}
    return _validate(again)


def _prepare(call: Call, row: Row) -> Row:
    """Complete a transfer from its type of operation."""
    database = call.database
    kind = database.row("stock.picking.type", row.get("picking_type_id"))
    if not kind:
        raise lacking(database.major, PICKING, "Transfer", "picking_type_id", "Operation Type")
    number = database.next_number(PICKING)
    code = _PREFIX.get(str(kind.get("code")), "OP")
    made = {
        "name": f"WH/{code}/{number:05d}",
        "state": "draft",
        "company_id": 1,
        "location_id": kind.get("default_location_src_id"),
        "location_dest_id": kind.get("default_location_dest_id"),
        "scheduled_date": database.now,
        "priority": "0",
        "move_type": "direct",
        **{key: value for key, value in row.items() if value not in (None, "")},
    }
    _refuse_wrong(call, [], made)
    return made


def _created(call: Call, ids: list[int]) -> None:
    for each in ids:
        if call.database.row(PICKING, each)["state"] == "draft":
            refresh(call, [each])


def _refuse_wrong(call: Call, ids: list[int], values: Row) -> Row:
    """Values of a transfer that the real one declines."""
    database = call.database
    if values.get("priority", "0") not in {"0", "1", False, None}:
        raise invalid(f"Wrong value for stock.picking.priority: {values['priority']!r}")
    if values.get("state", "draft") not in _STATES:
        raise invalid(f"Wrong value for stock.picking.state: {values['state']!r}")
    if values.get("carrier_id") and values["carrier_id"] not in database.rows["delivery.carrier"]:
        text = "The operation cannot be completed: another model requires the record being deleted."
        raise OdooFault("odoo.exceptions.ValidationError", f"{text}\n\nConstraint: stock_picking_carrier_id_fkey\n")
    over = {row["state"] for row in map(database.rows[PICKING].get, ids) if row} & OVER
    if "scheduled_date" in values and over and database.major < 19:
        raise refuse("You cannot change the Scheduled Date on a done or cancelled transfer.")
    return values


def _written(call: Call, ids: list[int], values: Row, before: dict[int, Row]) -> None:
    del before
    for each in ids:
        if "carrier_tracking_ref" in values:
            call.note("tracking.written", f"{PICKING},{each}", ref=str(values["carrier_tracking_ref"]))
    if {"move_ids", "move_line_ids"} & set(values):
        refresh(call, ids)


def _deleting(call: Call, ids: list[int]) -> None:
    for each in ids:
        moves = moves_of(call.database, each)
        cancel(call, moves)
        for move in moves:
            call.database.delete(MOVE, move["id"])


def _tracking_url(database: Database, row: Row) -> Any:
    carrier = database.row("delivery.carrier", row.get("carrier_id"))
    if not carrier.get("tracking_url") or not row.get("carrier_tracking_ref"):
        return False
    return str(carrier["tracking_url"]).replace("<shipmenttrackingnumber>", str(row["carrier_tracking_ref"]))


def _package(call: Call, row: Row) -> Row:
    number = call.database.next_number(package_model(call.database.major))
    return {"name": f"PACK{number:07d}", **row}


TRANSFER_RULES = Rules(
    prepare=_prepare,
    created=_created,
    check=_refuse_wrong,
    written=_written,
    deleting=_deleting,
    computed={"carrier_tracking_url": _tracking_url},
    title="Transfer",
    methods={
        "action_confirm": Method(_action_confirm),
        "action_cancel": Method(_action_cancel),
        "action_assign": Method(_action_assign),
        "do_unreserve": Method(_do_unreserve),
        "button_validate": Method(_validate),
        "action_put_in_pack": Method(_put_in_pack, recordset=True, returns="PACKAGE"),
    },
)
BACKORDER_RULES = Rules(
    methods={"process": Method(_process), "process_cancel_backorder": Method(_process_without)},
)
PACKAGE_RULES = Rules(prepare=_package, title="Package")
