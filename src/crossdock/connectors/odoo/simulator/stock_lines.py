"""Move lines: the detail of a move, each holding stock where it is taken from."""

from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.rows import create, touch
from crossdock.connectors.odoo.simulator.rules import Call, Rules
from crossdock.connectors.odoo.simulator.stock_quants import Place, hold, in_units, is_own, rounded

LINE = "stock.move.line"
MOVE = "stock.move"
_OVER = frozenset({"done", "cancel"})


def bypasses(database: Database, move: Row) -> bool:
    """Whether a move needs no stock: it comes from outside, or its product is not kept in stock."""
    product = database.row("product.product", move.get("product_id"))
    return not is_own(database, move.get("location_id")) or product.get("is_storable") is False


def lines_of(database: Database, move: Row) -> list[Row]:
    """The lines of a move, oldest first."""
    return database.of(LINE, "move_id", move["id"])


def add(call: Call, move: Row, quantity: float, **detail: Any) -> int:
    """A new line of ``quantity`` (in the product's unit) of a move."""
    product = call.database.row("product.product", move["product_id"])
    values = {
        "move_id": move["id"],
        "picking_id": move.get("picking_id"),
        "product_id": move["product_id"],
        "product_uom_id": product.get("uom_id") or move.get("product_uom"),
        "location_id": move.get("location_id"),
        "location_dest_id": move.get("location_dest_id"),
        "quantity": rounded(quantity),
        "picked": bool(move.get("picked")),
        **detail,
    }
    return create(call, LINE, [values])[0]


def resize(call: Call, line: Row, quantity: float) -> None:
    """Another quantity (in the product's unit) on a line."""
    move = call.database.row(MOVE, line.get("move_id"))
    before = line.get("quantity_product_uom") or 0.0
    product = call.database.row("product.product", line["product_id"])
    own = in_units(call.database, quantity, product.get("uom_id"), line.get("product_uom_id"))
    values = {"quantity": own, "quantity_product_uom": rounded(quantity)}
    call.database.write(LINE, [line["id"]], values, call.uid)
    if not bypasses(call.database, move):
        hold(call, Place.of(line), rounded(quantity - before))


def drop(call: Call, line: Row) -> None:
    """Remove a line and give back what it held."""
    move = call.database.row(MOVE, line.get("move_id"))
    if move.get("state") not in _OVER and not bypasses(call.database, move):
        hold(call, Place.of(line), -(line.get("quantity_product_uom") or 0.0))
    call.database.delete(LINE, line["id"])


def total(call: Call, move: Row) -> float:
    """What the lines of a move add up to, in the move's unit."""
    database = call.database
    unit = database.row("product.product", move["product_id"]).get("uom_id")
    quantity = sum(row.get("quantity_product_uom") or 0.0 for row in lines_of(database, move))
    return in_units(database, rounded(quantity), unit, move.get("product_uom"))


def state_for(move: Row, quantity: float) -> str:
    """The state of an open move with ``quantity`` on its lines."""
    if quantity <= 0:
        return "confirmed"
    return "assigned" if quantity >= (move.get("product_uom_qty") or 0.0) else "partially_available"


def settle(call: Call, move: Row, *, judge: bool = True) -> None:
    """Bring a move's quantity and, unless told not to ``judge``, its state in line with its lines."""
    quantity = total(call, move)
    values: Row = {"quantity": quantity}
    if judge and move.get("state") not in {*_OVER, "draft", "waiting"}:
        values["state"] = state_for(move, quantity)
    if any(move.get(name) != value for name, value in values.items()):
        call.database.write(MOVE, [move["id"]], values, call.uid)


def _prepare(call: Call, row: Row) -> Row:
    """Complete a line from its move or transfer; a line of a transfer without a move makes one."""
    database = call.database
    move = database.row(MOVE, row.get("move_id")) or _move_for(call, row)
    product = database.row("product.product", row.get("product_id") or move.get("product_id"))
    made = {
        "move_id": move.get("id") or False,
        "picking_id": move.get("picking_id") or False,
        "product_id": product.get("id"),
        "location_id": move.get("location_id"),
        "location_dest_id": move.get("location_dest_id"),
        "product_uom_id": product.get("uom_id"),
        "picked": bool(move.get("picked")),
        "quantity": 0.0,
        **{key: value for key, value in row.items() if value is not None},
    }
    own = in_units(database, float(made["quantity"]), made["product_uom_id"], product.get("uom_id"))
    return {**made, "quantity": float(made["quantity"]), "quantity_product_uom": own}


def _move_for(call: Call, row: Row) -> Row:
    """The open move of a transfer that a line without one belongs to, or a new one beyond the demand."""
    database = call.database
    picking = database.row("stock.picking", row.get("picking_id"))
    moves = database.of(MOVE, "picking_id", picking.get("id", 0))
    open_ = [each for each in moves if each["product_id"] == row.get("product_id") and each["state"] not in _OVER]
    if open_ or not picking:
        return open_[0] if open_ else {}
    place = {name: row.get(name) or picking.get(name) for name in ("location_id", "location_dest_id")}
    values = {"picking_id": picking["id"], "product_id": row["product_id"], "product_uom_qty": 0.0, **place}
    [made] = create(call, MOVE, [{**values, "state": "assigned", "additional": True}])
    return database.row(MOVE, made)


def _created(call: Call, ids: list[int]) -> None:
    for each in ids:
        line = call.database.row(LINE, each)
        move = call.database.row(MOVE, line.get("move_id"))
        if not move or move.get("state") in _OVER:
            continue
        outside = bypasses(call.database, move)
        if not outside:
            hold(call, Place.of(line), line["quantity_product_uom"])
        if line.get("picked") and not move.get("picked"):
            call.database.write(MOVE, [move["id"]], {"picked": True}, call.uid)
        # The real one does not judge a move anew when a line is added to it that holds no stock.
        settle(call, move, judge=not outside or move["state"] == "confirmed")


def _check(call: Call, ids: list[int], values: Row) -> Row:
    """What a line held is given back before it changes; quantities are kept in both units."""
    database = call.database
    for each in ids:
        line = database.row(LINE, each)
        if database.row(MOVE, line.get("move_id")).get("state") not in _OVER:
            _hold_again(call, line, -1)
    if "quantity" in values and len(ids) > 0:
        line = database.row(LINE, ids[0])
        unit = database.row("product.product", line["product_id"]).get("uom_id")
        try:
            quantity = float(values["quantity"] or 0.0)
        except ValueError:
            return values
        given = values.get("product_uom_id") or line.get("product_uom_id")
        values["quantity_product_uom"] = in_units(database, quantity, given, unit)
    return values


def _written(call: Call, ids: list[int], values: Row, before: dict[int, Row]) -> None:
    del before
    moves: dict[int, Row] = {}
    for each in ids:
        line = call.database.row(LINE, each)
        move = call.database.row(MOVE, line.get("move_id"))
        if move and move.get("state") not in _OVER:
            _hold_again(call, line, 1)
            moves[move["id"]] = move
    for move in moves.values():
        if "picked" in values:
            picked = any(row.get("picked") for row in lines_of(call.database, move))
            call.database.write(MOVE, [move["id"]], {"picked": picked}, call.uid)
        settle(call, move)
    if call.database.major >= 19:
        touch(call, "stock.picking", [move.get("picking_id") or 0 for move in moves.values()])


def _hold_again(call: Call, line: Row, sign: int) -> None:
    if not bypasses(call.database, call.database.row(MOVE, line.get("move_id"))):
        hold(call, Place.of(line), sign * (line.get("quantity_product_uom") or 0.0))


def _deleting(call: Call, ids: list[int]) -> None:
    for each in ids:
        line = call.database.row(LINE, each)
        move = call.database.row(MOVE, line.get("move_id"))
        drop(call, line)
        if move and move.get("state") not in _OVER:
            settle(call, move)


LINE_RULES = Rules(prepare=_prepare, created=_created, check=_check, written=_written, deleting=_deleting)
