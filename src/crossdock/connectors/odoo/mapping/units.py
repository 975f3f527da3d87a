"""Odoo's units of measure as UN/ECE Recommendation 20 codes, by external id: labels are translated and editable."""

from collections.abc import Iterable
from decimal import Decimal

from crossdock.connectors.odoo.wire import Text, Unit
from crossdock.model.units import Measure, convert

_ONE = Decimal(1)
REC20: dict[str, tuple[str, Decimal]] = {
    "uom.product_uom_unit": ("H87", _ONE),
    "uom.product_uom_dozen": ("H87", Decimal(12)),
    "uom.product_uom_pack_6": ("H87", Decimal(6)),
    "uom.product_uom_kgm": ("KGM", _ONE),
    "uom.product_uom_gram": ("GRM", _ONE),
    "uom.product_uom_ton": ("KGM", Decimal(1000)),
    "uom.product_uom_lb": ("LBR", _ONE),
    "uom.product_uom_oz": ("ONZ", _ONE),
    "uom.product_uom_meter": ("MTR", _ONE),
    "uom.product_uom_km": ("MTR", Decimal(1000)),
    "uom.product_uom_cm": ("CMT", _ONE),
    "uom.product_uom_millimeter": ("MMT", _ONE),
    "uom.product_uom_inch": ("INH", _ONE),
    "uom.product_uom_foot": ("FOT", _ONE),
    "uom.product_uom_yard": ("YRD", _ONE),
    "uom.product_uom_mile": ("SMI", _ONE),
    "uom.uom_square_meter": ("MTK", _ONE),
    "uom.product_uom_square_meter": ("MTK", _ONE),
    "uom.uom_square_foot": ("FTK", _ONE),
    "uom.product_uom_square_foot": ("FTK", _ONE),
    "uom.product_uom_cubic_meter": ("MTQ", _ONE),
    "uom.product_uom_litre": ("LTR", _ONE),
    "uom.product_uom_milliliter": ("LTR", Decimal("0.001")),
    "uom.product_uom_cubic_inch": ("INQ", _ONE),
    "uom.product_uom_cubic_foot": ("FTQ", _ONE),
    "uom.product_uom_floz": ("OZA", _ONE),
    "uom.product_uom_qt": ("QTL", _ONE),
    "uom.product_uom_gal": ("GLL", _ONE),
    "uom.product_uom_minute": ("MIN", _ONE),
    "uom.product_uom_hour": ("HUR", _ONE),
    "uom.product_uom_day": ("HUR", Decimal(8)),
    "uom.product_uom_kwh": ("KWH", _ONE),
}
"""External id to Rec 20 code and exact factor (a dozen is twelve pieces, a day of Odoo eight hours of work): every
unit that 18 and 19 bring.
"""

_WEIGHTS = {"kg": "KGM", "lb": "LBR", "lbs": "LBR"}
"""A database weighs in kg or in lb (its setting); the label is what rows carry."""


class UnknownUnit(ValueError):
    """A unit that has no exact meaning here. The text names it."""


def measure_of(quantity: Decimal, unit: Unit) -> Measure:
    """``quantity`` of Odoo's ``unit`` in Rec 20, exactly. Raises `UnknownUnit`."""
    try:
        code, factor = REC20[unit.external_id]
    except KeyError:
        raise UnknownUnit(f"unit of measure '{unit.name}' ({unit.external_id or 'made by hand'})") from None
    return Measure(exact(quantity * factor), code)


def weight_of(value: Decimal, label: Text) -> Measure:
    """A weight in kilograms; ``label`` is the database's weight unit (kg where it says none). Raises `UnknownUnit`."""
    unit = _WEIGHTS.get(str(label or "kg").strip().lower())
    if unit is None:
        raise UnknownUnit(f"weight unit '{label}'")
    return Measure(exact(convert(Measure(value, unit), "KGM")), "KGM")


def total(measures: Iterable[Measure]) -> Decimal:
    """The sum of weights that are all in kilograms."""
    return sum((measure.value for measure in measures), Decimal(0))


def exact(value: Decimal) -> Decimal:
    """The same number without trailing zeros or exponent, so that equal quantities are equal documents.

    >>> exact(Decimal("10.0")), exact(Decimal("0.250"))
    (Decimal('10'), Decimal('0.25'))
    """
    return value.to_integral_value() if value == value.to_integral_value() else value.normalize()
