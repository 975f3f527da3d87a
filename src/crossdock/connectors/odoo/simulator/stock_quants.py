"""Stock on hand: quants by product, location, lot, package and owner; what is held of them; units of measure."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.simulator.database import Database, Row
from crossdock.connectors.odoo.simulator.rules import Call

QUANT = "stock.quant"
_OWN = frozenset({"internal", "transit"})
_DIGITS = 6


class Place(Struct, frozen=True):
    """Where a quantity lies: ids, 0 for none."""

    product: int
    location: int
    lot: int = 0
    package: int = 0
    owner: int = 0

    @staticmethod
    def of(row: Row) -> "Place":
        """The place a quant or a move line names."""
        ids = (row.get(name) or 0 for name in ("product_id", "location_id", "lot_id", "package_id", "owner_id"))
        return Place(*ids)


def rounded(value: float) -> float:
    """Without the dust of binary fractions."""
    return round(value, _DIGITS) + 0.0


def in_units(database: Database, quantity: float, given: Any, wanted: Any) -> float:
    """A quantity in another unit of the same kind."""
    if not given or not wanted or given == wanted:
        return float(quantity)
    return rounded(quantity * _ratio(database, given) / _ratio(database, wanted))


def _ratio(database: Database, unit: int) -> float:
    """How many reference units one is; up to Odoo 18 ``factor`` says how many of it make one reference unit."""
    factor = float(database.row("uom.uom", unit).get("factor") or 1.0)
    return factor if database.major >= 19 else 1.0 / factor


def usage(database: Database, location: Any) -> str:
    """What a location is: internal, customer, supplier, inventory, transit, view, production."""
    return str(database.row("stock.location", location).get("usage") or "")


def is_own(database: Database, location: Any) -> bool:
    """Whether stock there is counted as on hand."""
    return usage(database, location) in _OWN


def below(database: Database, location: int) -> set[int]:
    """A location and everything in it."""
    found, open_ = {location}, [location]
    while open_:
        inner = [row["id"] for row in database.of("stock.location", "location_id", open_.pop())]
        open_ += [each for each in inner if each not in found]
        found |= set(inner)
    return found


def free(row: Row) -> float:
    """What of a quant is not held."""
    return rounded((row.get("quantity") or 0.0) - (row.get("reserved_quantity") or 0.0))


def offers(database: Database, place: Place) -> list[Row]:
    """Quants to take from, oldest first: at the place and below it; lot and package only where named."""
    inside = below(database, place.location)
    found = [row for row in database.of(QUANT, "product_id", place.product) if row["location_id"] in inside]
    if place.lot:
        found = [row for row in found if row.get("lot_id") == place.lot]
    if place.package:
        found = [row for row in found if row.get("package_id") == place.package]
    return sorted(found, key=lambda row: (row.get("in_date") or 0, row["id"]))


def at(database: Database, place: Place) -> Row | None:
    """The quant of exactly this place. Of two alike the older one; the real one takes whichever is not locked."""
    found = [row for row in database.of(QUANT, "product_id", place.product) if Place.of(row) == place]
    return found[0] if found else None


def put(call: Call, place: Place, quantity: float) -> None:
    """Add to (or take from) what lies at a place; below zero is possible."""
    found = at(call.database, place)
    if found is None:
        call.database.create(QUANT, {**_keys(place), "quantity": rounded(quantity), "reserved_quantity": 0.0})
        return
    values = {"quantity": rounded((found.get("quantity") or 0.0) + quantity)}
    call.database.write(QUANT, [found["id"]], values, call.uid)


def hold(call: Call, place: Place, quantity: float) -> None:
    """Hold (or with a negative quantity give back) at exactly this place."""
    found = at(call.database, place)
    if found is None or not quantity:
        return
    held = max(0.0, rounded((found.get("reserved_quantity") or 0.0) + quantity))
    call.database.write(QUANT, [found["id"]], {"reserved_quantity": held}, call.uid)


def _keys(place: Place) -> Row:
    return {
        "product_id": place.product,
        "location_id": place.location,
        "lot_id": place.lot or False,
        "package_id": place.package or False,
        "owner_id": place.owner or False,
        "company_id": 1,
    }


def on_hand(database: Database, product: int, within: Iterable[int] | None = None) -> tuple[float, float]:
    """(on hand, of it held) of a product, in own locations or in the given ones."""
    rows = database.of(QUANT, "product_id", product)
    wanted = set(within) if within is not None else None
    rows = [row for row in rows if (row["location_id"] in wanted if wanted else is_own(database, row["location_id"]))]
    have = sum(row.get("quantity") or 0.0 for row in rows)
    return rounded(have), rounded(sum(row.get("reserved_quantity") or 0.0 for row in rows))
