"""What customers owe: posted invoices that are not paid, and what of confirmed orders can be invoiced."""

from collections.abc import Callable, Mapping
from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.trade_invoices import to_invoice

_SIGN = {"out_invoice": 1, "out_refund": -1}


def _family(database: Database, row: Row) -> set[int]:
    """The contact and those that belong to it."""
    return {row["id"], *(each["id"] for each in database.of("res.partner", "parent_id", row["id"]))}


def _owed(database: Database, row: Row) -> float:
    family, found = _family(database, row), 0.0
    for move in database.rows["account.move"].values():
        if move.get("state") == "posted" and move.get("partner_id") in family:
            residual = database.value("account.move", move, "amount_residual")
            found += _SIGN.get(str(move.get("move_type")), 0) * residual
    return round(found, 2)


def _to_invoice(database: Database, row: Row) -> float:
    """As the real one counts it: of goods that are invoiced by delivery only what has been delivered."""
    family, found = _family(database, row), 0.0
    for order in database.rows["sale.order"].values():
        if order.get("state") != "sale" or order.get("partner_id") not in family:
            continue
        for line in database.of("sale.order.line", "order_id", order["id"]):
            if wanted := line.get("product_uom_qty"):
                price = database.value("sale.order.line", line, "price_total") / wanted
                found += to_invoice(database, line) * price
    return round(found, 2)


COMPUTED: Mapping[str, Callable[[Database, Row], Any]] = {"credit": _owed, "credit_to_invoice": _to_invoice}
