"""Quantities between partners' units and Odoo's: exact, or refused with words."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.connectors.odoo.mapping.quantities import (
    Packing,
    Scale,
    UnitMismatch,
    in_scale,
    is_package,
    packing_named,
    scales_of,
)
from crossdock.connectors.odoo.mapping.units import REC20

UNIT = Scale(1, "Units", "H87", Fraction(1))
DOZEN = Scale(2, "Dozens", "H87", Fraction(12))
KILO = Scale(3, "kg", "KGM", Fraction(1))
CARTON = Packing("Carton of 12", Fraction(12))

ROWS_18 = [
    {"id": 1, "name": "Units", "uom_type": "reference", "category_id": [1, "Unit"], "ratio": 1.0, "rounding": 0.01},
    {"id": 2, "name": "Dozens", "uom_type": "bigger", "category_id": [1, "Unit"], "ratio": 12.0, "rounding": 0.01},
    {"id": 8, "name": "Gross-ish", "uom_type": "bigger", "category_id": [1, "Unit"], "ratio": 36.0, "rounding": 1.0},
    {"id": 12, "name": "kg", "uom_type": "reference", "category_id": [2, "Weight"], "ratio": 1.0, "rounding": 0.01},
    {"id": 14, "name": "third", "uom_type": "smaller", "category_id": [2, "Weight"], "ratio": 3.0, "rounding": 0.01},
    {"id": 30, "name": "Roll", "uom_type": "reference", "category_id": [9, "Rolls"], "ratio": 1.0, "rounding": 0.01},
]
NAMES_18 = {1: "uom.product_uom_unit", 2: "uom.product_uom_dozen", 12: "uom.product_uom_kgm"}
ROWS_19 = [
    {"id": 1, "name": "Units", "relative_uom_id": False, "relative_factor": 1.0, "rounding": 0.01},
    {"id": 5, "name": "Carton", "relative_uom_id": [1, "Units"], "relative_factor": 12.0, "rounding": 0.01},
    {"id": 6, "name": "Pallet", "relative_uom_id": [5, "Carton"], "relative_factor": 40.0, "rounding": 0.01},
    {"id": 15, "name": "g", "relative_uom_id": False, "relative_factor": 1.0, "rounding": 0.01},
    {"id": 16, "name": "kg", "relative_uom_id": [15, "g"], "relative_factor": 1000.0, "rounding": 0.01},
    {"id": 17, "name": "sack", "relative_uom_id": [16, "kg"], "relative_factor": 22.5, "rounding": 0.01},
]
NAMES_19 = {1: "uom.product_uom_unit", 15: "uom.product_uom_gram", 16: "uom.product_uom_kgm"}


@pytest.mark.req("F2")
@pytest.mark.parametrize(
    ("quantity", "code", "own", "target", "packings", "expected"),
    [
        ("3", "H87", UNIT, UNIT, [], "3"),
        ("3", "EA", UNIT, UNIT, [CARTON], "36"),
        ("2", "XCT", UNIT, UNIT, [CARTON], "24"),
        ("2", "CT", UNIT, DOZEN, [CARTON], "2"),
        ("24", "H87", UNIT, DOZEN, [], "2"),
        ("2", "DZN", UNIT, UNIT, [], "24"),
        ("0.5", "DZN", UNIT, UNIT, [], "6"),
        ("1250", "GRM", KILO, KILO, [], "1.25"),
        ("2", "TNE", KILO, KILO, [], "2000"),
        ("100", "LBR", KILO, Scale(4, "mg", "KGM", Fraction(1, 1000000)), [], "45359237"),
    ],
)
def test_what_fits_is_converted_exactly(quantity, code, own, target, packings, expected):
    assert str(in_scale(Decimal(quantity), code, own, target, packings)) == expected


@pytest.mark.req("F2")
@pytest.mark.parametrize(
    ("quantity", "code", "own", "target", "packings", "said"),
    [
        ("30", "H87", UNIT, DOZEN, [], "2.5 of 'Dozens'"),
        ("2.5", "H87", UNIT, UNIT, [], "2.5 of 'Units'"),
        ("1", "LBR", KILO, KILO, [], "0.453592 of 'kg'"),
        ("1", "KGM", UNIT, UNIT, [], "1 KGM is nothing"),
        ("1", "H87", KILO, KILO, [], "1 H87 is nothing"),
        ("1", "XCT", UNIT, UNIT, [], "no packaging that 'XCT' could mean"),
        ("1", "XCT", UNIT, UNIT, [CARTON, Packing("Carton of 6", Fraction(6))], "Carton of 12 or Carton of 6"),
        ("1", "ZZZ", UNIT, UNIT, [], "'ZZZ' is no unit code"),
    ],
)
def test_what_does_not_fit_is_refused_with_words(quantity, code, own, target, packings, said):
    with pytest.raises(UnitMismatch) as refused:
        in_scale(Decimal(quantity), code, own, target, packings)
    assert said in str(refused.value)


@pytest.mark.req("F2")
@given(st.integers(0, 10**7), st.integers(1, 999), st.integers(1, 144))
def test_whole_packages_come_back_whole(count, holds, per):
    target = Scale(9, "Target", "H87", Fraction(per))
    pieces = count * holds
    packings = [Packing("Carton", Fraction(holds))]
    if pieces % per:
        with pytest.raises(UnitMismatch):
            in_scale(Decimal(count), "XCT", UNIT, target, packings)
    else:
        assert in_scale(Decimal(count), "XCT", UNIT, target, packings) * per == pieces


@pytest.mark.req("F2")
def test_units_of_18_are_followed_to_their_reference():
    scales = scales_of(ROWS_18, NAMES_18)
    assert (scales[2].root, scales[2].per) == ("H87", 12)
    assert (scales[8].root, scales[8].per) == ("H87", 36)
    assert (scales[14].root, scales[14].per) == ("KGM", Fraction(1, 3))
    assert scales[30].root == "uom.uom:30", "a unit nobody knows is no piece"
    assert scales[8].step == 1


@pytest.mark.req("F2")
def test_units_of_19_are_followed_over_several_levels():
    scales = scales_of(ROWS_19, NAMES_19)
    assert (scales[6].root, scales[6].per) == ("H87", 480)
    assert (scales[17].root, scales[17].per) == ("KGM", Fraction(45, 2))
    assert (scales[15].root, scales[15].per) == ("KGM", Fraction(1, 1000))


@pytest.mark.req("F2")
def test_a_package_code_means_the_packaging_of_that_name_only():
    pallet = Packing("Euro pallet (40 cartons)", Fraction(480))
    assert packing_named("XCT", [CARTON, Packing("Pallet", Fraction(480))]) == (CARTON,)
    assert packing_named("PX", [CARTON, pallet]) == (pallet,)
    assert packing_named("BX", [CARTON, pallet]) == ()
    assert packing_named("CT", [CARTON, Packing("carton (new)", Fraction(12))])[0].holds == 12
    assert is_package("XCT")
    assert not is_package("KGM")


@pytest.mark.req("F2")
@pytest.mark.parametrize("name", sorted(REC20))
def test_every_unit_odoo_brings_is_one_both_ways(name):
    [scale] = scales_of([{"id": 5, "name": name, "rounding": 0.01}], {5: name}).values()
    code, factor = REC20[name]
    assert not scale.root.startswith("uom.uom:"), "it is measured in something everybody knows"
    assert in_scale(factor, code, scale, scale) == 1


@pytest.mark.req("F2")
def test_hours_of_work_are_exact():
    scales = scales_of([{"id": n, "name": n, "rounding": 0.01} for n in (1, 2)],
                       {1: "uom.product_uom_hour", 2: "uom.product_uom_day"})  # fmt: skip
    assert in_scale(Decimal(45), "MIN", scales[1], scales[1]) == Decimal("0.75")
    assert in_scale(Decimal(12), "HUR", scales[2], scales[2]) == Decimal("1.5")
