"""What keeps an order from being released."""

from decimal import Decimal

import pytest
from invented import order
from msgspec.structs import replace

from crossdock.model.item import Item
from crossdock.model.rules import problems_of
from crossdock.model.units import Measure


def _found(faulty) -> list[tuple[str, str]]:
    return [(problem.kind, problem.pointer) for problem in problems_of(faulty)]


def _living_at(**changes):
    good = order()
    return replace(good, ship_to=replace(good.ship_to, address=replace(good.ship_to.address, **changes)))


def test_a_good_order_has_no_problem():
    assert problems_of(order()) == ()


@pytest.mark.req("A3")
def test_an_address_without_postcode_is_incomplete():
    assert _found(_living_at(postcode=" ")) == [("address.incomplete", "/ship_to/address/postcode")]


def test_hong_kong_has_no_postcodes():
    assert "/ship_to/address/postcode" not in [pointer for _, pointer in _found(_living_at(postcode="", country="HK"))]


@pytest.mark.req("A3")
def test_every_missing_part_of_an_address_is_named_at_once():
    pointers = {pointer for _, pointer in _found(_living_at(postcode="", city="", country="", lines=(" ",)))}
    assert pointers == {f"/ship_to/address/{part}" for part in ("postcode", "city", "country", "lines")}


@pytest.mark.req("A3")
def test_a_line_without_sku_is_unknown():
    good = order()
    line = replace(good.lines[0], item=Item(sku="", name="Desk"))
    assert _found(replace(good, lines=(line,))) == [("sku.unknown", "/lines/0/item/sku")]


def test_nothing_to_deliver_nothing_to_label_nothing_to_weigh():
    good = order()
    assert _found(replace(good, lines=())) == [("order.empty", "/lines")]
    assert _found(replace(good, packages=())) == [("package.missing", "/packages")]
    light = replace(good.packages[0], weight=Measure(Decimal(0), "KGM"))
    assert _found(replace(good, packages=(light,))) == [("weight.missing", "/packages/0/weight")]
    none = replace(good.lines[0], quantity=Decimal(0))
    assert _found(replace(good, lines=(none,))) == [("quantity.invalid", "/lines/0/quantity")]
