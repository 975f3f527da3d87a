"""Moves: confirmed, reserved, released, changed in demand and quantity, done, cancelled."""

from collections.abc import Iterable
from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.faults import invalid, missing
from crossdock.connectors.odoo.simulator.rows import create, refuse, touch
from crossdock.connectors.odoo.simulator.rules import Call, Rules
from crossdock.connectors.odoo.simulator.stock_lines import (
    LINE,
    MOVE,
    add,
    bypasses,
    drop,
    lines_of,
    resize,
    settle,
)
from crossdock.connectors.odoo.simulator.stock_quants import (
    Place,
    free,
    hold,
    in_units,
    is_own,
    offers,
    on_hand,
    put,
    rounded,
)

OVER = frozenset({"done", "cancel"})
PICKING = "stock.picking"
DONE_IS_DONE = (
    "You cannot cancel a stock move that has been set to 'Done'. "
    "Create a return in order to reverse the moves which took place."
)


def moves_of(database: Database, picking: int) -> list[Row]:
    """The moves of a transfer, oldest first."""
    return database.of(MOVE, "picking_id", picking)


def open_moves(database: Database, picking: int) -> list[Row]:
    """The moves of a transfer that are neither done nor cancelled."""
    return [row for row in moves_of(database, picking) if row.get("state") not in OVER]


def confirm(call: Call, moves: Iterable[Row]) -> None:
    """Draft moves become demand."""
    ids = [row["id"] for row in moves if row.get("state") == "draft"]
    call.database.write(MOVE, ids, {"state": "confirmed"}, call.uid)


def assign(call: Call, moves: Iterable[Row]) -> None:
    """Hold stock for what is missing, oldest quant first; from outside everything is there."""
    for move in moves:
        if move.get("state") not in {"confirmed", "partially_available", "waiting"} or move.get("picked"):
            continue
        if move.get("state") == "waiting":
            call.database.write(MOVE, [move["id"]], {"state": "confirmed"}, call.uid)
        unit = call.database.row("product.product", move["product_id"]).get("uom_id")
        lacks = rounded(move["product_uom_qty"] - (move.get("quantity") or 0.0))
        lacks = in_units(call.database, lacks, move.get("product_uom"), unit)
        if lacks <= 0:
            settle(call, move)
        elif bypasses(call.database, move):
            _from_outside(call, move, lacks)
        else:
            reserve(call, move, lacks)
        settle(call, move)


def _from_outside(call: Call, move: Row, lacks: float) -> None:
    """A line without stock behind it; a return takes back the lines that went out, then what is beyond them."""
    left, out = lacks, lines_of(call.database, {"id": move.get("origin_returned_move_id") or 0})
    for line in out:
        taken = min(left, line.get("quantity_product_uom") or 0.0)
        if taken > 0:
            name = call.database.row("stock.lot", line.get("lot_id")).get("name") or False
            add(call, move, taken, lot_id=line.get("lot_id") or False, lot_name=name)
            left = rounded(left - taken)
    plain = [line for line in lines_of(call.database, move) if not line.get("lot_id") and not line.get("lot_name")]
    if left > 0 and plain and not out:
        resize(call, plain[0], rounded((plain[0].get("quantity_product_uom") or 0.0) + left))
    elif left > 0:
        for part in _parts(call, move, left):
            add(call, move, part)


def _parts(call: Call, move: Row, quantity: float) -> list[float]:
    """One line for each piece of what has serial numbers, else one line for all."""
    product = call.database.row("product.product", move["product_id"])
    if product.get("tracking") != "serial" or quantity != int(quantity):
        return [quantity]
    return [1.0] * int(quantity)


def reserve(call: Call, move: Row, wanted: float, lot: int = 0) -> float:
    """Hold up to ``wanted`` (in the product's unit) on lines of the move; what could not be held."""
    for quant in offers(call.database, Place(move["product_id"], move["location_id"], lot)):
        taken = min(wanted, free(quant))
        if taken <= 0:
            continue
        place = Place.of(quant)
        same = [line for line in lines_of(call.database, move) if Place.of(line) == place]
        same = [line for line in same if not line.get("result_package_id") or place.package]
        if same:
            resize(call, same[0], rounded((same[0].get("quantity_product_uom") or 0.0) + taken))
        else:
            detail = {"location_id": place.location, "lot_id": place.lot or False}
            whole = {"package_id": place.package or False, "owner_id": place.owner or False}
            add(call, move, taken, **detail, **whole)
        wanted = rounded(wanted - taken)
        if wanted <= 0:
            break
    return wanted


def unreserve(call: Call, moves: Iterable[Row]) -> None:
    """Give back what open moves hold."""
    for move in moves:
        if move.get("state") in OVER:
            continue
        for line in lines_of(call.database, move):
            drop(call, line)
        settle(call, move)


def cancel(call: Call, moves: Iterable[Row]) -> None:
    """Cancel moves. Raises `OdooFault` when one is done."""
    rows = [row for row in moves if row.get("state") != "cancel"]
    if any(row.get("state") == "done" for row in rows):
        raise refuse(DONE_IS_DONE)
    unreserve(call, rows)
    call.database.write(MOVE, [row["id"] for row in rows], {"state": "cancel", "picked": False}, call.uid)


def change_demand(call: Call, move: Row, demand: float) -> None:
    """Another demand: lines hold less at once, and more as far as there is any."""
    less = demand < (move.get("quantity") or 0.0)
    call.database.write(MOVE, [move["id"]], {"product_uom_qty": demand}, call.uid)
    _measure(call, move)
    if move.get("state") == "draft":
        return
    if less and not move.get("picked"):
        unreserve(call, [move])
    settle(call, move)
    touch(call, LINE, [line["id"] for line in lines_of(call.database, move)])
    assign(call, [move])


def set_quantity(call: Call, move: Row, quantity: float) -> None:
    """What is really moved, as a person types it: more than there is is taken too."""
    database = call.database
    unit = database.row("product.product", move["product_id"]).get("uom_id")
    wanted = in_units(database, quantity, move.get("product_uom"), unit)
    have = rounded(sum(row.get("quantity_product_uom") or 0.0 for row in lines_of(database, move)))
    if wanted < have:
        _shrink(call, move, rounded(have - wanted))
    elif wanted > have:
        _grow(call, move, rounded(wanted - have))
    settle(call, move)
    if database.major >= 19:
        touch(call, PICKING, [move.get("picking_id") or 0])


def _shrink(call: Call, move: Row, excess: float) -> None:
    """The newest lines go first."""
    for line in reversed(lines_of(call.database, move)):
        has = line.get("quantity_product_uom") or 0.0
        if has > excess:
            resize(call, line, rounded(has - excess))
            return
        drop(call, line)
        excess = rounded(excess - has)
        if excess <= 0:
            return


def _grow(call: Call, move: Row, more: float) -> None:
    lines = lines_of(call.database, move)
    if bypasses(call.database, move):
        if lines:
            resize(call, lines[-1], rounded((lines[-1].get("quantity_product_uom") or 0.0) + more))
        else:
            add(call, move, more)
        return
    # Since 19 a line is filled up from the same quant; before, what is added is a line of its own.
    left = reserve(call, move, more) if call.database.major >= 19 or not lines else more
    if left > 0:
        touch(call, LINE, [line["id"] for line in lines])
        add(call, move, left)


def _average(call: Call, move: Row) -> None:
    """What comes in at a price changes the average cost of a product that is valued so."""
    database, product = call.database, call.database.row("product.product", move["product_id"])
    category = database.row("product.category", product.get("categ_id"))
    arrives = is_own(database, move["location_dest_id"]) and not is_own(database, move["location_id"])
    if category.get("property_cost_method") not in {"average", "fifo"} or not arrives or not move.get("price_unit"):
        return
    have, came = on_hand(database, product["id"])[0], move.get("quantity") or 0.0
    if have + came > 0:
        value = max(have, 0.0) * (product.get("standard_price") or 0.0) + came * move["price_unit"]
        price = round(value / (max(have, 0.0) + came), 4)
        database.write("product.product", [product["id"]], {"standard_price": price}, call.uid)


def finish(call: Call, move: Row) -> None:
    """Carry a move out: lots are made, quants move, the lines are final."""
    _average(call, move)
    for line in lines_of(call.database, move):
        if not line.get("picked") or not line.get("quantity_product_uom"):
            drop(call, line)
            continue
        if not bypasses(call.database, move):
            hold(call, Place.of(line), -line["quantity_product_uom"])
        lot = line.get("lot_id") or _lot(call, line)
        if lot and lot != line.get("lot_id"):
            call.database.write(LINE, [line["id"]], {"lot_id": lot}, call.uid)
        _carry(call, line)
        call.database.write(LINE, [line["id"]], {"date": call.database.now}, call.uid)
    call.database.write(MOVE, [move["id"]], {"state": "done", "picked": True, "date": call.database.now}, call.uid)


def _carry(call: Call, line: Row) -> None:
    """The quantity of a line leaves its source and arrives at its destination."""
    product = call.database.row("product.product", line["product_id"])
    if product.get("is_storable") is False or product.get("type") == "service":
        return
    source, quantity = Place.of(line), line["quantity_product_uom"]
    put(call, source, -quantity)
    package = line.get("result_package_id") or 0
    put(call, Place(source.product, line["location_dest_id"], source.lot, package, source.owner), quantity)
    details = {"product": source.product, "source": source.location, "destination": line["location_dest_id"]}
    call.note("stock.changed", f"stock.move,{line['move_id']}", quantity=quantity, lot=source.lot, **details)


def _lot(call: Call, line: Row) -> int:
    """The lot a line names, made when there is none of that name."""
    name, product = line.get("lot_name"), line["product_id"]
    if not name:
        return 0
    known = [row["id"] for row in call.database.of("stock.lot", "product_id", product) if row["name"] == name]
    return known[0] if known else create(call, "stock.lot", [{"name": name, "product_id": product}])[0]


def _prepare(call: Call, row: Row) -> Row:
    """Complete a move from its product and transfer. Raises `OdooFault` for a transfer that is not there."""
    database = call.database
    picking = database.row(PICKING, row.get("picking_id"))
    if row.get("picking_id") and not picking:
        raise missing(PICKING, row["picking_id"], call.uid)
    if database.major < 19 and not row.get("name"):
        row["name"] = str(database.row("product.product", row.get("product_id")).get("name") or "Move")
    made = {
        "state": "draft",
        "company_id": 1,
        "product_uom": database.row("product.product", row.get("product_id")).get("uom_id"),
        "product_uom_qty": 1.0,
        "quantity": 0.0,
        "picked": False,
        "sequence": 10,
        "location_id": picking.get("location_id"),
        "location_dest_id": picking.get("location_dest_id"),
        "reference": picking.get("name"),
        "picking_type_id": picking.get("picking_type_id"),
        "to_refund": database.major >= 19,
        "date": database.now,
        **row,
    }
    unit = database.row("product.product", made.get("product_id")).get("uom_id")
    made["product_qty"] = in_units(database, float(made["product_uom_qty"] or 0.0), made["product_uom"], unit)
    return made


def _measure(call: Call, move: Row) -> None:
    unit = call.database.row("product.product", move["product_id"]).get("uom_id")
    quantity = in_units(call.database, move["product_uom_qty"], move.get("product_uom"), unit)
    if quantity != move.get("product_qty"):
        call.database.write(MOVE, [move["id"]], {"product_qty": quantity}, call.uid)


def _check(call: Call, ids: list[int], values: Row) -> Row:
    """Quantity and demand are carried out by the engine, not just stored."""
    for name in ("quantity", "product_uom_qty"):
        if name in values:
            values[name] = _figure(values[name])
    for each in ids:
        move = call.database.row(MOVE, each)
        if "product_uom_qty" in values and values["product_uom_qty"] != move.get("product_uom_qty"):
            change_demand(call, move, values["product_uom_qty"])
        if "quantity" in values and move.get("state") not in OVER:
            if move.get("state") == "draft":
                confirm(call, [move])
            set_quantity(call, move, values["quantity"])
    values.pop("quantity", None)
    values.pop("state", None)
    return values


def _figure(value: Any) -> float:
    try:
        return float(value or 0.0)
    except (TypeError, ValueError) as reason:
        raise invalid(str(reason)) from None


def _written(call: Call, ids: list[int], values: Row, before: dict[int, Row]) -> None:
    del before
    followed: Row = {name: values[name] for name in ("picked", "picking_id") if name in values}
    if not followed:
        return
    for each in ids:
        lines = [line["id"] for line in lines_of(call.database, call.database.row(MOVE, each))]
        call.database.write(LINE, lines, followed, call.uid)


def _deleting(call: Call, ids: list[int]) -> None:
    for each in ids:
        move = call.database.row(MOVE, each)
        if move.get("state") not in {"draft", "cancel"}:
            raise refuse("You can only delete draft or cancelled moves.")
        for line in lines_of(call.database, move):
            drop(call, line)


MOVE_RULES = Rules(prepare=_prepare, check=_check, written=_written, deleting=_deleting, title="Stock Move")
