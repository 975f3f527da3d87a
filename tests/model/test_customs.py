"""What customs are told of a package abroad, and what is missing for it."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from crossdock.model.customs import (
    Terms,
    completed,
    crosses_border,
    dangers_of,
    declaration_of,
    missing_for_customs,
    missing_for_danger,
    territory_of,
)
from crossdock.model.item import DangerousGoods, Item
from crossdock.model.money import money
from crossdock.model.order import OrderLine, Packed
from crossdock.model.party import Address
from crossdock.model.units import Measure
from orders import ANTWERP, delivery_order

KILO = Measure(Decimal("0.5"), "KGM")
DESK = Item("DESK-1", "Desk", weight=KILO, hs_code="9403.30.0000", country_of_origin="BE")
BATTERY = DangerousGoods("3481", "9", lithium="contained")


def abroad(*lines: OrderLine, packages: int = 1):
    return replace(delivery_order(packages=packages), ship_from=ANTWERP, lines=lines)


def line(number: str = "1", item: Item = DESK, quantity: int = 3, value: str = "100.00") -> OrderLine:
    return OrderLine(number, item, Decimal(quantity), value=money(value, "EUR") if value else None)


@pytest.mark.req("C2")
def test_a_declaration_holds_every_line_with_its_share_of_the_value():
    order = abroad(line())
    told = declaration_of(order, order.packages[0], Terms(incoterm="DDP", eori="BE0123456789"))
    [item] = told.items
    assert (item.hs_code, item.country_of_origin, item.sku) == ("9403300000", "BE", "DESK-1")
    assert (item.value, item.weight) == (money("100.00", "EUR"), Measure(Decimal("1.5"), "KGM"))
    assert (told.incoterm, told.eori, told.invoice_number) == ("DDP", "BE0123456789", "SO0007")


def test_each_of_several_packages_declares_what_is_in_it():
    order = abroad(line("1"), line("2", value="30.00"), packages=2)
    first = replace(order.packages[0], contents=(Packed("1", Decimal(1)), Packed("2", Decimal(3))))
    told = declaration_of(order, first, Terms())
    assert [(each.quantity, str(each.value)) for each in told.items] == [(1, "33.33 EUR"), (3, "30.00 EUR")]
    assert declaration_of(order, order.packages[1], Terms()) is None, "nobody knows what is in it"
    assert [each.pointer for each in missing_for_customs(order)] == ["/packages/0/contents", "/packages/1/contents"]


@pytest.mark.req("A3")
def test_what_a_line_lacks_is_said_of_that_line():
    bare = Item("CHAIR-1", "Chair", hs_code="94")
    found = missing_for_customs(abroad(line(), line("2", bare, value="")))
    assert [each.pointer for each in found] == [
        "/lines/1/item/hs_code", "/lines/1/item/country_of_origin", "/lines/1/value", "/lines/1/item/weight",
    ]  # fmt: skip
    assert found[0].text == "line 2 (CHAIR-1) goes to US and has no tariff number (HS code)"
    assert missing_for_customs(abroad(line("1", bare)), ()) == [], "where nothing is required"


def test_within_one_territory_nothing_is_declared():
    order = delivery_order()
    assert declaration_of(order, order.packages[0], Terms()) is None
    assert missing_for_customs(order) == []


@pytest.mark.parametrize(
    ("country", "postcode", "territory"),
    [
        ("BE", "2000", "EU"),
        ("ES", "28001", "EU"),
        ("ES", "35001", "ES-35"),
        ("DE", "78266", "DE-78266"),
        ("FR", "97100", "FR-971"),
        ("GB", "SW1A 1AA", "GB"),
        ("CH", "8001", "CH"),
        ("MC", "98000", "EU"),
    ],
)
def test_territories_are_not_countries(country, postcode, territory):
    assert territory_of(Address(postcode=postcode, country=country)) == territory


def test_an_unknown_country_crosses_no_border():
    assert not crosses_border(Address(country="BE"), Address())
    assert crosses_border(Address(country="BE"), Address(country="CH"))


def test_dangerous_goods_are_those_in_the_package():
    risky = replace(DESK, dangerous_goods=(BATTERY,))
    order = abroad(line("1"), line("2", risky), packages=2)
    first = replace(order.packages[0], contents=(Packed("1", Decimal(3)),))
    second = replace(order.packages[1], contents=(Packed("2", Decimal(3)),))
    assert (dangers_of(order, first), dangers_of(order, second)) == ((), (BATTERY,))
    assert [each.pointer for each in missing_for_danger(order)] == ["/packages/0/contents", "/packages/1/contents"]
    assert missing_for_danger(replace(order, packages=(first, second))) == []


def test_configuration_fills_what_the_system_of_record_does_not_say():
    order = abroad(line("1", Item("DESK-1", "Desk", country_of_origin="NL")))
    [filled] = completed(order, {"DESK-1": replace(DESK, dangerous_goods=(BATTERY,))}).lines
    assert (filled.item.country_of_origin, filled.item.hs_code, filled.item.weight) == ("NL", DESK.hs_code, KILO)
    assert filled.item.dangerous_goods == (BATTERY,)
    assert completed(order, {"OTHER": DESK}) is order
