"""What documents of every feed have in common: goods, quantities, times, and what has no exact meaning; pure."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from crossdock.connectors.odoo.mapping.parties import text
from crossdock.connectors.odoo.mapping.units import UnknownUnit, measure_of, weight_of
from crossdock.connectors.odoo.wire import Product, Text, Unit
from crossdock.model.identifiers import InvalidIdentifier, parse_gtin
from crossdock.model.instants import Stamp, stamp
from crossdock.model.item import Item
from crossdock.model.units import Measure

T = TypeVar("T")


class Fault(ValueError):
    """Something in one document that has no exact meaning; ``pointer`` is relative to the document."""

    def __init__(self, pointer: str, reason: str) -> None:
        """Remember where."""
        super().__init__(reason)
        self.pointer = pointer


def item_of(product: Product, pointer: str) -> Item:
    """A product as a trade item. Raises `Fault`."""
    return Item(
        sku=text(product.default_code),
        name=text(product.name),
        gtin=checked(parse_gtin, text(product.barcode)),
        weight=weight_at(product.weight, product.weight_uom_name, pointer) if product.weight > 0 else None,
        hs_code=text(product.hs_code),
        country_of_origin=product.origin,
    )


def ordered_in(product: Product, unit: int, units: Mapping[int, Unit], pointer: str) -> Unit | None:
    """The unit of a line where it has an exact meaning; None where it was made by hand, and the product's own has one
    (Odoo converted into it). Raises `Fault`.
    """
    ordered = known(units, unit, pointer)
    try:
        measure_of(Decimal(1), ordered)
    except UnknownUnit as unknown:
        own = units.get(product.uom_id)
        if own is None or own.id == ordered.id:
            raise Fault(pointer, f"{unknown} has no UN/ECE Rec 20 code") from None
        measure_at(Decimal(1), own, pointer)
        return None
    return ordered


def measure_at(quantity: Decimal, unit: Unit, pointer: str) -> Measure:
    """``quantity`` of Odoo's ``unit`` in Rec 20. Raises `Fault`."""
    try:
        return measure_of(quantity, unit)
    except UnknownUnit as unknown:
        raise Fault(pointer, f"{unknown} has no UN/ECE Rec 20 code") from None


def weight_at(value: Decimal, label: Text, pointer: str) -> Measure:
    """A weight in kilograms. Raises `Fault`."""
    try:
        return weight_of(value, label)
    except UnknownUnit as unknown:
        raise Fault(pointer, f"{unknown} is neither kg nor lb") from None


def known(rows: Mapping[int, T], row_id: int, pointer: str) -> T:
    """The row of that id. Raises `Fault` where the page does not hold it."""
    try:
        return rows[row_id]
    except KeyError:
        raise Fault(pointer, f"record {row_id} is not in the document (no access to it?)") from None


def checked(parse: Callable[[str], str], value: str) -> str:
    """A GS1 key where the free text of Odoo happens to be one."""
    try:
        return parse(value)
    except InvalidIdentifier:
        return ""


def utc(value: str) -> Stamp:
    """Odoo's naive date-times are UTC by its documentation, so the zone is known. Raises `InvalidInstant`."""
    naive = stamp(value.replace(" ", "T"))
    return naive if naive.tz_known else stamp(f"{naive.at}Z")


def utc_or_none(value: Text) -> Stamp | None:
    """The same for a field that may be empty."""
    return utc(value) if isinstance(value, str) and value else None
