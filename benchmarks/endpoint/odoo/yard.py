"""The transfers that are written to: made once, found again by later runs, cancelled by ``--cleanup``."""

import sys
from collections.abc import Iterator

from benchmarks.endpoint.odoo.direct import Declined, Direct, Row
from crossdock.connectors.odoo.client.dialects import Call

PICKING = "stock.picking"
ORIGIN = "XB-crossdock-benchmark"
_OPEN = [("origin", "=", ORIGIN), ("state", "not in", ["done", "cancel"])]
_AT_ONCE = 100


def say(text: str) -> None:
    """Progress, for people."""
    print(f"… {text}", file=sys.stderr, flush=True)


def transfers(odoo: Direct, count: int) -> list[int]:
    """Ids of ``count`` open deliveries of the benchmark's own customer and product; those that lack are made."""
    if not odoo.has(PICKING, "carrier_tracking_ref"):
        raise Declined("transfers have no carrier_tracking_ref here: install the module stock_delivery (delivery)")
    found = [row["id"] for row in odoo.find(PICKING, list(_OPEN), ["id"], limit=count)]
    while len(found) < count:
        say(f"transfers: {len(found)} of {count}")
        found += _make(odoo, min(_AT_ONCE, count - len(found)))
    return found


def cleanup(odoo: Direct) -> int:
    """Cancel them and archive customer and product; how many transfers."""
    found = [row["id"] for row in odoo.find(PICKING, list(_OPEN), ["id"])]
    for ids in chunks(found, _AT_ONCE):
        odoo.call(Call(PICKING, "action_cancel", tuple(ids), writes=True))
    for model in ("res.partner", "product.product"):
        ids = [row["id"] for row in odoo.find(model, [("name", "=", ORIGIN)], ["id"])]
        if ids:
            odoo.write(model, ids, {"active": False})
    return len(found)


def forget(odoo: Direct, pickings: list[int]) -> None:
    """Empty tracking references, so that every round has the same to do."""
    for ids in chunks(pickings, 500):
        odoo.write(PICKING, ids, {"carrier_tracking_ref": False})


def chunks(ids: list[int], size: int) -> Iterator[list[int]]:
    """``ids`` in pieces of ``size``."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _make(odoo: Direct, count: int) -> list[int]:
    partner = _own(odoo, "res.partner", {})
    product = _own(odoo, "product.product", {"type": "consu"})
    kinds = odoo.find("stock.picking.type", [("code", "=", "outgoing")], _FIELDS, limit=1)
    if not kinds:
        raise Declined("there is no operation type for deliveries")
    kind = kinds[0]
    [unit] = odoo.read("product.product", [product], ["uom_id"])
    source = _id(kind["default_location_src_id"])
    target = _id(kind["default_location_dest_id"]) or _customers(odoo)
    move: Row = {
        "product_id": product, "product_uom_qty": 1, "product_uom": _id(unit["uom_id"]),
        "location_id": source, "location_dest_id": target,
    }  # fmt: skip
    if odoo.has("stock.move", "name"):  # required until 18, gone since 19
        move["name"] = ORIGIN
    row: Row = {
        "picking_type_id": kind["id"], "partner_id": partner, "origin": ORIGIN,
        "location_id": source, "location_dest_id": target, "move_ids": [[0, 0, move]],
    }  # fmt: skip
    made = odoo.create(PICKING, [row] * count)
    odoo.call(Call(PICKING, "action_confirm", tuple(made), writes=True))
    return made


_FIELDS = ["default_location_src_id", "default_location_dest_id"]


def _own(odoo: Direct, model: str, values: Row) -> int:
    found = odoo.find(model, [("name", "=", ORIGIN)], ["id"], limit=1)
    return int(found[0]["id"]) if found else odoo.create(model, [{"name": ORIGIN, **values}])[0]


def _customers(odoo: Direct) -> int:
    return int(odoo.find("stock.location", [("usage", "=", "customer")], ["id"], limit=1)[0]["id"])


def _id(value: object) -> int:
    if isinstance(value, list):
        value = value[0]
    return value if isinstance(value, int) else 0
