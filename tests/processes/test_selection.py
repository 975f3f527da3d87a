"""Choosing between carriers."""

import pytest
from msgspec.structs import replace

from crossdock.model.instants import stamp
from crossdock.processes.selection import select
from orders import delivery_order, quote, rate


@pytest.mark.req("C1")
def test_the_cheapest_that_meets_the_window_wins():
    order = replace(delivery_order(), deliver_by=stamp("2026-11-23T18:00:00Z"))
    late = replace(rate("late", "3.00", service="Ground"), deliver_by=stamp("2026-11-25T12:00:00Z"))
    good = replace(rate("good", "5.00"), deliver_by=stamp("2026-11-23T12:00:00Z"))
    dear = replace(rate("dear", "9.00", carrier="UPS"), deliver_by=stamp("2026-11-22T12:00:00Z"))
    choice = select(order, (quote("P1", "s1", late, good), quote("P1", "s2", dear, partner="other")), "cheapest")
    assert choice.picks["P1"][1].id == "good"
    assert "meets the delivery date" in choice.rule


def test_nothing_in_time_still_ships_and_says_so():
    order = delivery_order()
    choice = select(order, (quote("P1", "s1", rate("slow", "3.00", days=9)),), "cheapest", max_days=2)
    assert choice.picks["P1"][1].id == "slow"
    assert "none meets" in choice.rule


def test_fastest_prefers_days_over_cost():
    choice = select(
        delivery_order(), (quote("P1", "s1", rate("a", "3.00", days=5), rate("b", "8.00", service="X", days=1)),),
        "fastest",
    )  # fmt: skip
    assert choice.picks["P1"][1].id == "b"


def test_a_service_missing_for_one_package_is_no_choice():
    order = delivery_order(packages=2)
    quotes = (quote("P1", "s1", rate("a", "3.00")), quote("P2", "s2", rate("b", "3.00", service="Other")))
    assert select(order, quotes, "cheapest") is None


@pytest.mark.parametrize("turn", range(3))
def test_the_choice_does_not_depend_on_the_order_of_quotes(turn):
    quotes = [quote("P1", f"s{i}", rate(f"r{i}", "4.00"), partner=f"carrier{i}") for i in range(3)]
    turned = tuple(quotes[turn:] + quotes[:turn])
    assert select(delivery_order(), turned, "cheapest").picks["P1"][1].id == "r0"
