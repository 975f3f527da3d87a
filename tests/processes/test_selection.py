"""Choosing between carriers: hard constraints first, then cost, promise and past deliveries."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from crossdock.model.deciding import OnTime
from crossdock.model.instants import stamp
from crossdock.model.item import DangerousGoods
from crossdock.model.units import Measure
from crossdock.processes.selection import Ask, Constraint, Wishes, select
from orders import delivery_order, quote, rate

CHEAPEST = Wishes()
LITHIUM = DangerousGoods("3481", "9", lithium="contained")
TWO = (quote("P1", "s1", rate("a", "3.00")), quote("P1", "s2", rate("b", "5.00", carrier="UPS"), partner="ups"))


def chosen(order, quotes, wishes=CHEAPEST, *, record=None, level="standard", dangers=()):
    return select(Ask(order, {"P1": tuple(dangers)}, level), quotes, wishes, record)


def broken(rule, order=None, quotes=TWO, **ask):
    """What a constraint leaves out, as (partner, constraint, text)."""
    choice = chosen(order or delivery_order(), quotes, Wishes(constraints=(rule,)), **ask)
    return [(each.partner, each.constraint, each.text) for each in choice.rejected]


@pytest.mark.req("C1")
def test_the_cheapest_that_meets_the_window_wins():
    order = replace(delivery_order(), deliver_by=stamp("2026-11-23T18:00:00Z"))
    late = replace(rate("late", "3.00", service="Ground"), deliver_by=stamp("2026-11-25T12:00:00Z"))
    good = replace(rate("good", "5.00"), deliver_by=stamp("2026-11-23T12:00:00Z"))
    dear = replace(rate("dear", "9.00", carrier="UPS"), deliver_by=stamp("2026-11-22T12:00:00Z"))
    choice = chosen(order, (quote("P1", "s1", late, good), quote("P1", "s2", dear, partner="other")))
    assert choice.picks["P1"][1].id == "good"
    assert "meets the delivery date" in choice.rule


def test_nothing_in_time_still_ships_and_says_so():
    choice = chosen(delivery_order(), (quote("P1", "s1", rate("slow", "3.00", days=9)),), Wishes(max_days=2))
    assert choice.picks["P1"][1].id == "slow"
    assert "none meets" in choice.rule


def test_fastest_prefers_days_over_cost():
    offers = (quote("P1", "s1", rate("a", "3.00", days=5), rate("b", "8.00", service="X", days=1)),)
    assert chosen(delivery_order(), offers, Wishes("fastest")).picks["P1"][1].id == "b"


@pytest.mark.req("C1", "C12")
def test_past_deliveries_decide_where_that_is_preferred_and_a_bad_record_is_left_out():
    record = {
        ("easypost", "USPS", "Priority"): OnTime("easypost", "USPS", "Priority", 50, 30),
        ("ups", "UPS", "Priority"): OnTime("ups", "UPS", "Priority", 40, 39),
    }
    order = delivery_order()
    assert chosen(order, TWO, record=record).picks["P1"][1].id == "a"
    assert chosen(order, TWO, Wishes("reliable"), record=record).picks["P1"][1].id == "b"
    trusted = chosen(order, TWO, Wishes(min_on_time=0.9), record=record)
    assert (trusted.picks["P1"][1].id, trusted.rule) == ("b", "cheapest of 1, without those that are often late")
    assert trusted.record == tuple(record.values())
    few = {key: replace(each, delivered=10, on_time=1) for key, each in record.items()}
    assert chosen(order, TWO, Wishes(min_on_time=0.9), record=few).picks["P1"][1].id == "a", "ten are no record"


def test_a_service_missing_for_one_package_is_no_choice_and_says_which():
    order = delivery_order(packages=2)
    quotes = (quote("P1", "s1", rate("a", "3.00")), quote("P2", "s2", rate("b", "3.00", service="Other")))
    choice = chosen(order, quotes)
    assert choice.picks == {}
    assert [(each.service, each.text) for each in choice.rejected] == [
        ("Priority", "not offered for P2"),
        ("Other", "not offered for P1"),
    ]


@pytest.mark.parametrize("turn", range(3))
def test_the_choice_does_not_depend_on_the_order_of_quotes(turn):
    quotes = [quote("P1", f"s{i}", rate(f"r{i}", "4.00"), partner=f"carrier{i}") for i in range(3)]
    turned = tuple(quotes[turn:] + quotes[:turn])
    assert chosen(delivery_order(), turned).picks["P1"][1].id == "r0"


@pytest.mark.req("C1", "C12")
@pytest.mark.parametrize(
    ("rule", "left_out"),
    [
        (Constraint("x", partners=("ups",), never=True), [("ups", "never used here")]),
        (Constraint("x", carriers=("usp*",), only_countries=("CA",)), [("easypost", "not to US")]),
        (Constraint("x", not_countries=("US",)), [("easypost", "not to US"), ("ups", "not to US")]),
        (Constraint("x", when_countries=("CA",), never=True), []),
        (Constraint("x", carriers=("UPS",), max_weight=Decimal(1)), [("ups", "2 kg is more than 1 kg")]),
        (
            Constraint("x", services=("Prior*",), partners=("ups",), max_days=1),
            [("ups", "2 days is slower than 1 days")],
        ),
        (Constraint("x", partners=("ups",), when_levels=("express",), never=True), []),
        (Constraint("x", partners=("ups",), max_length=Decimal(10)), []),
    ],
)
def test_an_offer_that_breaks_a_constraint_is_left_out_by_name(rule, left_out):
    assert broken(rule) == [(partner, "x", text) for partner, text in left_out]


def test_sizes_count_where_they_are_known():
    sides = {name: Measure(Decimal(size), "CMT") for name, size in (("length", 50), ("width", 40), ("height", 30))}
    order = delivery_order()
    order = replace(order, packages=(replace(order.packages[0], **sides),))
    only_ups = {"partners": ("ups",)}
    assert broken(Constraint("long", max_length=Decimal(49), **only_ups), order)[0][2] == "50 cm is longer than 49 cm"
    girth = broken(Constraint("wide", max_girth=Decimal(180), **only_ups), order)
    assert girth[0][2] == "length and girth of 190 cm are more than 180 cm"


@pytest.mark.req("C12")
def test_accounts_belong_to_companies():
    rule = Constraint("account", partners=("ups",), only_companies=("Acme BE",))
    assert broken(rule, replace(delivery_order(), company="Acme BE")) == []
    assert broken(rule, replace(delivery_order(), company="Acme US")) == [
        ("ups", "account", "this account is not of Acme US")
    ]


def test_dangerous_goods_are_refused_by_those_who_do_not_carry_them():
    none, limited = Constraint("dg", dangerous_goods="none"), Constraint("dg", dangerous_goods="limited")
    assert len(broken(none, dangers=[LITHIUM])) == 2
    assert broken(none) == []
    assert broken(limited, dangers=[replace(LITHIUM, limited_quantity=True)]) == []
    assert broken(limited, dangers=[LITHIUM])[0][2] == "dangerous goods UN 3481 are not carried"


def test_a_constraint_on_the_window_is_hard():
    order = replace(delivery_order(), deliver_by=stamp("2026-11-23T18:00:00Z"))
    late = (quote("P1", "s1", replace(rate("late", "3.00"), deliver_by=stamp("2026-11-25T12:00:00Z"))),)
    choice = chosen(order, late, Wishes(constraints=(Constraint("window", in_window=True),)))
    assert choice.picks == {}
    assert choice.rejected[0].text == "arrives after the delivery window"
