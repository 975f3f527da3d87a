"""Landed costs: charges spread over the goods of receipts."""

from collections.abc import Sequence

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.rows import refuse
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules
from crossdock.connectors.odoo.simulator.stock_lines import MOVE
from crossdock.connectors.odoo.simulator.stock_moves import moves_of
from crossdock.connectors.odoo.simulator.stock_quants import on_hand

COST = "stock.landed.cost"
CHARGE = "stock.landed.cost.lines"
SHARE = "stock.valuation.adjustment.lines"
_UNAVERAGED = (
    "You cannot apply landed costs on the chosen Transfers(s). "
    "Landed costs can only be applied for products with FIFO or average costing method."
)


def _prepare(call: Call, row: Row) -> Row:
    number = call.database.next_number(COST)
    return {"state": "draft", "company_id": 1, "name": f"LC/{number:05d}", "target_model": "picking", **row}


def _charge(call: Call, row: Row) -> Row:
    name = call.database.row("product.product", row.get("product_id")).get("name")
    return {"name": name, "price_unit": 0.0, "split_method": "equal", **row}


def _goods(call: Call, cost: Row) -> list[Row]:
    """Done moves of the transfers whose product is valued by average or FIFO. Raises `OdooFault` without any."""
    database = call.database
    moves = [move for each in cost.get("picking_ids") or [] for move in moves_of(database, each)]
    moves = [move for move in moves if move["state"] == "done" and _method(database, move) in {"average", "fifo"}]
    if not moves:
        raise refuse(_UNAVERAGED)
    return moves


def _method(database: Database, move: Row) -> str:
    product = database.row("product.product", move["product_id"])
    return str(database.row("product.category", product.get("categ_id")).get("property_cost_method") or "standard")


def _compute(call: Call) -> bool:
    """Spread every charge over the moves by its method, to the cent; the last move takes what rounding leaves."""
    database = call.database
    for each in call.ids:
        cost = database.row(COST, each)
        for old in database.of(SHARE, "cost_id", each):
            database.delete(SHARE, old["id"])
        moves = _goods(call, cost)
        for charge in database.of(CHARGE, "cost_id", each):
            for move, part in zip(moves, _shares(database, charge, moves), strict=True):
                about = {"cost_id": each, "cost_line_id": charge["id"], "move_id": move["id"]}
                figures = {"quantity": move["quantity"], "additional_landed_cost": part}
                database.create(SHARE, {**about, "product_id": move["product_id"], **figures})
    return True


def _shares(database: Database, charge: Row, moves: Sequence[Row]) -> list[float]:
    weights = [_weight(database, charge["split_method"], move) for move in moves]
    total = sum(weights) or 1.0
    parts = [round(charge["price_unit"] * weight / total, 2) for weight in weights]
    parts[-1] = round(charge["price_unit"] - sum(parts[:-1]), 2)
    return parts


def _weight(database: Database, method: str, move: Row) -> float:
    product, quantity = database.row("product.product", move["product_id"]), move["quantity"]
    match method:
        case "by_quantity":
            return float(quantity)
        case "by_weight":
            return float(quantity * (product.get("weight") or 0.0))
        case "by_volume":
            return float(quantity * (product.get("volume") or 0.0))
        case "by_current_cost_price":
            return float(quantity * (move.get("price_unit") or product.get("standard_price") or 0.0))
        case _:
            return 1.0


def _validate(call: Call) -> bool:
    """Raise the average cost of what is still on hand."""
    database = call.database
    for each in call.ids:
        cost = database.row(COST, each)
        if cost["state"] != "draft":
            raise refuse("Only draft landed costs can be validated")
        _goods(call, cost)
        if not database.of(SHARE, "cost_id", each):
            _compute(call.on(COST, [each]))
        for share in database.of(SHARE, "cost_id", each):
            _revalue(call, share)
        database.write(COST, [each], {"state": "done"}, call.uid)
        call.note("landed_cost.posted", f"{COST},{each}", amount=_total(database, cost))
    return True


def _revalue(call: Call, share: Row) -> None:
    product = call.database.row("product.product", share["product_id"])
    have, _ = on_hand(call.database, product["id"])
    moved = call.database.row(MOVE, share["move_id"]).get("quantity") or 0.0
    if have <= 0 or not moved:
        return
    added = share["additional_landed_cost"] * min(have, moved) / moved / have
    price = round((product.get("standard_price") or 0.0) + added, 4)
    call.database.write("product.product", [product["id"]], {"standard_price": price}, call.uid)


def _total(database: Database, row: Row) -> float:
    return round(sum(each.get("price_unit") or 0.0 for each in database.of(CHARGE, "cost_id", row["id"])), 2)


LANDED_RULES: dict[str, Rules] = {
    COST: Rules(
        prepare=_prepare,
        computed={"amount_total": _total},
        methods={"compute_landed_cost": Method(_compute), "button_validate": Method(_validate)},
    ),
    CHARGE: Rules(prepare=_charge, required=(("product_id", "Product"),), title="Stock Landed Cost Line"),
}
