"""Counting: quants in inventory mode, what goes wrong outside of it, adjustments and conflicts."""

from collections.abc import Callable
from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.faults import missing
from crossdock.connectors.odoo.simulator.rows import create, refuse, window
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules
from crossdock.connectors.odoo.simulator.stock_lines import LINE, MOVE
from crossdock.connectors.odoo.simulator.stock_moves import finish
from crossdock.connectors.odoo.simulator.stock_quants import (
    QUANT,
    Place,
    at,
    free,
    hold,
    is_own,
    on_hand,
    rounded,
    usage,
)

CONFLICT = "stock.inventory.conflict"
_COUNT = "inventory_quantity"
_AT_ONCE = "inventory_quantity_auto_apply"


def _prepare(call: Call, row: Row) -> Row:
    """A plain new quant; what was counted is kept beside its (empty) stock."""
    made = {"quantity": 0.0, "reserved_quantity": 0.0, "company_id": 1, "in_date": call.database.now, **row}
    made.pop(_AT_ONCE, None)
    if _COUNT in row:
        made |= {"inventory_quantity_set": True, "inventory_diff_quantity": rounded(float(row[_COUNT]))}
    return made


def _create(call: Call) -> list[int]:
    """In inventory mode the quant of that place, if there is one, takes the count."""
    values = call.get("vals_list")
    made = []
    for row in values if isinstance(values, list) else [values]:
        counted = next((name for name in (_COUNT, _AT_ONCE) if name in row), "")
        if not counted or not call.context.get("inventory_mode"):
            made += create(call, QUANT, [row])
            continue
        if not is_own(call.database, row.get("location_id")):
            raise refuse("Stock is counted in own locations only.")
        found = at(call.database, Place.of(row))
        keys = {key: value for key, value in row.items() if key not in {_COUNT, _AT_ONCE}}
        quant = found["id"] if found else create(call, QUANT, [keys])[0]
        _count(call, quant, {counted: row[counted]})
        made.append(quant)
    return made


def _check(call: Call, ids: list[int], values: Row) -> Row:
    """Counts are taken note of; the shortcut that applies at once works in inventory mode only."""
    mode = call.context.get("inventory_mode")
    for each in ids:
        if mode and _AT_ONCE in values:
            _count(call, each, {_AT_ONCE: values[_AT_ONCE]})
        elif _COUNT in values:
            _count(call, each, {_COUNT: values[_COUNT]})
    return {key: value for key, value in values.items() if key not in {_COUNT, _AT_ONCE}}


def _count(call: Call, quant: int, values: Row) -> None:
    row = call.database.row(QUANT, quant)
    counted = float(values.get(_COUNT, values.get(_AT_ONCE)) or 0.0)
    difference = rounded(counted - (row.get("quantity") or 0.0))
    noted = {_COUNT: counted, "inventory_quantity_set": True, "inventory_diff_quantity": difference}
    call.database.write(QUANT, [quant], {**noted, "user_id": call.uid}, call.uid)
    if _AT_ONCE in values:
        adjust(call, quant, difference)


def adjust(call: Call, quant: int, difference: float) -> None:
    """Book a difference as a move from or to the inventory loss location; the count is then settled."""
    row = call.database.row(QUANT, quant)
    if difference:
        _book(call, row, difference)
    cleared = {_COUNT: 0.0, "inventory_quantity_set": False, "inventory_diff_quantity": 0.0, "user_id": False}
    call.database.write(QUANT, [quant], cleared, call.uid)


def _book(call: Call, quant: Row, difference: float) -> None:
    database = call.database
    [loss] = [row["id"] for row in database.rows["stock.location"].values() if row.get("usage") == "inventory"][:1]
    source, target = (loss, quant["location_id"]) if difference > 0 else (quant["location_id"], loss)
    name = str(call.context.get("inventory_name") or "Product Quantity Updated")
    if database.major < 19:
        name = f"{name} ({database.row('res.users', call.uid).get('name') or 'Administrator'})"
    place = Place.of(quant)
    book(call, place, (source, target), abs(difference), name)
    key = f"{QUANT},{quant['id']}"
    call.note("stock.adjusted", key, product=quant["product_id"], location=quant["location_id"], by=difference)


def book(call: Call, place: Place, way: tuple[int, int], amount: float, name: str) -> int:
    """A done move of ``amount`` from one location to another, of the lot and package of a place."""
    database, (source, target) = call.database, way
    ends = {"product_id": place.product, "location_id": source, "location_dest_id": target}
    about = {"reference": name, "is_inventory": True, "picked": True, "state": "draft"}
    [move] = create(call, MOVE, [{**ends, **about, "product_uom_qty": amount, "quantity": amount}])
    arrives = target == place.location
    detail = {"lot_id": place.lot or False, "owner_id": place.owner or False}
    detail["result_package_id" if arrives else "package_id"] = place.package or False
    line = {"move_id": move, "quantity": amount, "quantity_product_uom": amount, "picked": True, **ends, **detail}
    unit = {"product_uom_id": database.row("product.product", place.product).get("uom_id")}
    made = database.create(LINE, {**line, **unit})
    if not arrives:
        hold(call, Place.of(database.row(LINE, made)), amount)
    finish(call, database.row(MOVE, move))
    return move


def _apply(call: Call) -> Any:
    """Book what was counted, or ask when stock moved since; one never counted is set to nothing since 19."""
    database = call.database
    for each in call.ids:
        if each not in database.rows[QUANT]:
            raise missing(QUANT, each, call.uid)
    outdated = [each for each in call.ids if _outdated(database, database.row(QUANT, each))]
    if outdated:
        context = {**call.context, "default_quant_ids": list(call.ids), "default_quant_to_fix_ids": outdated}
        return {**window(CONFLICT), "target": "new", "context": context}
    for each in call.ids:
        row = database.row(QUANT, each)
        if row.get("inventory_quantity_set"):
            adjust(call, each, row.get("inventory_diff_quantity") or 0.0)
        elif database.major >= 19:
            adjust(call, each, -(row.get("quantity") or 0.0))
    return None


def _outdated(database: Database, row: Row) -> bool:
    del database
    if not row.get("inventory_quantity_set"):
        return False
    believed = (row.get(_COUNT) or 0.0) - (row.get("inventory_diff_quantity") or 0.0)
    return rounded((row.get("quantity") or 0.0) - believed) != 0


def _keep_counted(call: Call) -> None:
    """What was counted holds, whatever moved since."""
    for quant in _of_conflict(call):
        row = call.database.row(QUANT, quant)
        adjust(call, quant, rounded((row.get(_COUNT) or 0.0) - (row.get("quantity") or 0.0)))


def _keep_difference(call: Call) -> None:
    """The difference found holds, on top of what moved since."""
    for quant in _of_conflict(call):
        adjust(call, quant, call.database.row(QUANT, quant).get("inventory_diff_quantity") or 0.0)


def _of_conflict(call: Call) -> list[int]:
    wizard = call.database.row(CONFLICT, call.ids[0])
    return list(wizard.get("quant_ids") or wizard.get("quant_to_fix_ids") or [])


def _clear(call: Call) -> None:
    cleared = {_COUNT: 0.0, "inventory_quantity_set": False, "inventory_diff_quantity": 0.0}
    call.database.write(QUANT, call.ids, cleared, call.uid)


def _available(database: Database, row: Row) -> float:
    del database
    return free(row)


def _lot_quantity(database: Database, row: Row) -> float:
    rows = database.of(QUANT, "lot_id", row["id"])
    return rounded(sum(each.get("quantity") or 0.0 for each in rows if is_own(database, each["location_id"])))


def _on_hand(database: Database, row: Row) -> float:
    return on_hand(database, row["id"])[0]


def _free(database: Database, row: Row) -> float:
    have, held = on_hand(database, row["id"])
    return rounded(have - held)


def _moving(database: Database, row: Row) -> tuple[float, float]:
    """(coming in, going out) by open moves."""
    coming = going = 0.0
    for move in database.of(MOVE, "product_id", row["id"]):
        if move["state"] in {"done", "cancel", "draft"}:
            continue
        inside = is_own(database, move.get("location_dest_id"))
        if is_own(database, move.get("location_id")) != inside:
            coming += move["product_qty"] if inside else 0.0
            going += 0.0 if inside else move["product_qty"]
    return rounded(coming), rounded(going)


def _virtual(database: Database, row: Row) -> float:
    coming, going = _moving(database, row)
    return rounded(on_hand(database, row["id"])[0] + coming - going)


def _auto_apply(database: Database, row: Row) -> float:
    del database
    return float(row.get("quantity") or 0.0)


def _location_name(database: Database, row: Row) -> str:
    parent = database.row("stock.location", row.get("location_id"))
    own = str(row.get("name") or "")
    return f"{_location_name(database, parent)}/{own}" if parent and usage(database, row["id"]) != "view" else own


QUANT_RULES = Rules(
    prepare=_prepare,
    check=_check,
    computed={"available_quantity": _available, _AT_ONCE: _auto_apply, "is_outdated": _outdated},
    methods={
        "create": Method(_create, ("vals_list",), 1, on_records=False),
        "action_apply_inventory": Method(_apply),
        "action_clear_inventory_quantity": Method(_clear),
    },
)
CONFLICT_RULES = Rules(
    methods={
        "action_keep_counted_quantity": Method(_keep_counted),
        "action_keep_difference": Method(_keep_difference),
    },
)


def _create_lots(call: Call) -> list[int]:
    values = call.get("vals_list")
    return create(call, "stock.lot", values if isinstance(values, list) else [values])


EARLY_18_LOTS = {"create": Method(_create_lots, ("vals_list",), 1, recordset=True)}
"""An early Odoo 18 takes the first argument for ids: ``create([], [values])``, and gives text."""
LOT_RULES = Rules(
    prepare=lambda _call, row: {"company_id": 1, **row},
    computed={"product_qty": _lot_quantity},
    required=(("name", "Lot/Serial Number"), ("product_id", "Product")),
    title="Lot/Serial",
)
LOCATION_RULES = Rules(
    prepare=lambda _call, row: {"usage": "internal", "company_id": 1, "active": True, **row},
    computed={"complete_name": _location_name},
    required=(("name", "Location Name"),),
    title="Inventory Locations",
)
PRODUCT_STOCK: dict[str, Callable[[Database, Row], float]] = {
    "qty_available": _on_hand,
    "free_qty": _free,
    "virtual_available": _virtual,
    "incoming_qty": lambda database, row: _moving(database, row)[0],
    "outgoing_qty": lambda database, row: _moving(database, row)[1],
}
