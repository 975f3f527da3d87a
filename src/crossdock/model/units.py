"""Measures in UN/ECE Recommendation 20 units, converted in decimals of 28 digits, never in floats."""

from decimal import Decimal

from msgspec import Struct

_FACTORS: dict[str, tuple[str, Decimal]] = {
    "KGM": ("mass", Decimal(1)),
    "GRM": ("mass", Decimal("0.001")),
    "MGM": ("mass", Decimal("0.000001")),
    "TNE": ("mass", Decimal(1000)),
    "LBR": ("mass", Decimal("0.45359237")),
    "ONZ": ("mass", Decimal("0.028349523125")),
    "MTR": ("length", Decimal(1)),
    "CMT": ("length", Decimal("0.01")),
    "MMT": ("length", Decimal("0.001")),
    "KMT": ("length", Decimal(1000)),
    "INH": ("length", Decimal("0.0254")),
    "FOT": ("length", Decimal("0.3048")),
    "YRD": ("length", Decimal("0.9144")),
    "SMI": ("length", Decimal("1609.344")),
    "MTK": ("area", Decimal(1)),
    "FTK": ("area", Decimal("0.09290304")),
    "MTQ": ("volume", Decimal(1)),
    "LTR": ("volume", Decimal("0.001")),
    "DMQ": ("volume", Decimal("0.001")),
    "MLT": ("volume", Decimal("0.000001")),
    "CMQ": ("volume", Decimal("0.000001")),
    "INQ": ("volume", Decimal("0.000016387064")),
    "FTQ": ("volume", Decimal("0.028316846592")),
    "OZA": ("volume", Decimal("0.0000295735295625")),
    "QTL": ("volume", Decimal("0.000946352946")),
    "GLL": ("volume", Decimal("0.003785411784")),
    "MIN": ("time", Decimal(1)),
    "HUR": ("time", Decimal(60)),
    "DAY": ("time", Decimal(1440)),
    "KWH": ("energy", Decimal(1)),
    "H87": ("count", Decimal(1)),
    "PR": ("count", Decimal(2)),
    "DZN": ("count", Decimal(12)),
    "GRO": ("count", Decimal(144)),
}


class InvalidUnit(ValueError):
    """A unit that is not known here, or two units that do not measure the same thing."""


class Measure(Struct, frozen=True):
    """A value in a UN/ECE Rec 20 unit: ``KGM`` kilogram, ``CMT`` centimetre, ``H87`` piece."""

    value: Decimal
    unit: str


def convert(measure: Measure, unit: str) -> Decimal:
    """The value of ``measure`` in ``unit``. Raises `InvalidUnit` when they measure different things.

    >>> convert(Measure(Decimal("1"), "LBR"), "ONZ")
    Decimal('16')
    """
    try:
        source, target = _FACTORS[measure.unit], _FACTORS[unit]
    except KeyError as missing:
        raise InvalidUnit(f"unit {missing} is not a UN/ECE Rec 20 code Crossdock knows") from None
    if source[0] != target[0]:
        raise InvalidUnit(f"{measure.unit} measures {source[0]}, {unit} measures {target[0]}")
    result = measure.value * source[1] / target[1]
    return result.to_integral_value() if result == result.to_integral_value() else result.normalize()
