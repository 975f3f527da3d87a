"""Measures convert between units of one kind only."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.units import InvalidUnit, Measure, convert

MASS = ("KGM", "GRM", "LBR", "ONZ")
LENGTH = ("MTR", "CMT", "MMT", "INH", "FOT", "YRD", "SMI")


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("1", "LBR", "ONZ", "16"),
        ("1", "LBR", "GRM", "453.59237"),
        ("2.5", "KGM", "GRM", "2500"),
        ("1", "FOT", "INH", "12"),
        ("1", "INH", "CMT", "2.54"),
        ("1.5", "MTQ", "LTR", "1500"),
        ("3", "H87", "H87", "3"),
        ("1.5", "DZN", "H87", "18"),
        ("1", "SMI", "YRD", "1760"),
        ("1", "GLL", "QTL", "4"),
        ("1", "GLL", "LTR", "3.785411784"),
        ("1", "FTQ", "INQ", "1728"),
        ("1", "DAY", "HUR", "24"),
        ("45", "MIN", "HUR", "0.75"),
    ],
)
def test_published_factors(value, source, target, expected):
    assert convert(Measure(Decimal(value), source), target) == Decimal(expected)


@given(st.decimals("0.001", "100000", places=3), st.sampled_from([MASS, LENGTH]), st.data())
def test_there_and_back_is_the_same_to_24_digits(value, units, data):
    source, target = data.draw(st.sampled_from(units)), data.draw(st.sampled_from(units))
    back = convert(Measure(convert(Measure(value, source), target), target), source)
    assert abs(back - value) <= abs(value) * Decimal("1e-24")


@pytest.mark.parametrize(
    ("source", "target"), [("KGM", "MTR"), ("MTK", "MTR"), ("H87", "KGM"), ("KGM", "XXX"), ("XXX", "KGM")]
)
def test_unlike_or_unknown_units_are_refused(source, target):
    with pytest.raises(InvalidUnit):
        convert(Measure(Decimal(1), source), target)
