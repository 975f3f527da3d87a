"""Scrap: goods that are no longer any, and in which warehouse a location is."""

from typing import Any

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.rows import refuse
from crossdock.connectors.odoo.simulator.rules import Call, Method, Rules
from crossdock.connectors.odoo.simulator.stock_counts import book
from crossdock.connectors.odoo.simulator.stock_quants import Place, free, offers

SCRAP = "stock.scrap"


def _prepare(call: Call, row: Row) -> Row:
    database = call.database
    number = database.next_number(SCRAP)
    found = [each for each in database.rows["stock.location"].values() if each.get("usage") == "inventory"]
    where = next((each["id"] for each in found if each.get("scrap_location")), found[0]["id"])
    unit = database.row("product.product", row.get("product_id")).get("uom_id")
    made = {"name": f"SP/{number:05d}", "state": "draft", "scrap_location_id": where, "product_uom_id": unit}
    return {**made, "location_id": database.row("stock.warehouse", 1).get("lot_stock_id"), **row}


def _validate(call: Call) -> bool:
    """Take the goods out of stock. Raises `OdooFault` when there are not as many."""
    for each in call.ids:
        row = call.database.row(SCRAP, each)
        place = Place.of(row)
        if sum(free(quant) for quant in offers(call.database, place)) < row["scrap_qty"]:
            raise refuse("There is not enough of it in stock to scrap.")
        move = book(call, place, (place.location, row["scrap_location_id"]), row["scrap_qty"], row["name"])
        call.database.write(SCRAP, [each], {"state": "done", "move_ids": [move]}, call.uid)
    return True


def warehouse_of(database: Database, row: Row) -> Any:
    """The warehouse whose tree a location is in."""
    views = {each.get("view_location_id"): each["id"] for each in database.rows["stock.warehouse"].values()}
    while row:
        if row["id"] in views:
            return views[row["id"]]
        row = database.row("stock.location", row.get("location_id"))
    return False


SCRAP_RULES = Rules(prepare=_prepare, methods={"action_validate": Method(_validate), "do_scrap": Method(_validate)})
