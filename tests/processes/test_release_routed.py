"""Orders go to the warehouse their rule names, and the decision is a fact with its reasons."""

import pytest
from msgspec import structs

from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.routing import Conditions, Effect, OrderRouted, Rule, RuleBook
from crossdock.ports.process import Priority
from crossdock.processes.order_release import order_release
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.release_work import ReleasePolicy
from crossdock.processes.routing import Router
from crossdock.processes.shipping_policy import OrderToShipPolicy
from orders import delivery_order
from processes.household import Household

REGIONS = {"OR": "west3pl", "NY": "east3pl", "TX": "south3pl"}
BOOK = RuleBook(
    (
        Rule("bulk", Conditions(only_skus=("BULK-*",)), Effect("", ("ups",))),
        *(Rule(f"to {partner}", Conditions(regions=(region,)), Effect(partner, priority="batch", service_level="saver"))
          for region, partner in REGIONS.items()),
    )
)  # fmt: skip


def house(book: RuleBook = BOOK) -> Household:
    return Household(
        order_release(ReleasePolicy(rules=Router(book).decided)),
        order_to_ship(OrderToShipPolicy(("easypost", "ups"), on_clearance=True)),
    )


def order(region: str, number: int = 7, sku: str = "SKU-1"):
    made = delivery_order(number, sku=sku)
    place = structs.replace(made.ship_to.address, region=region)
    return structs.replace(made, ship_to=structs.replace(made.ship_to, address=place))


def decisions(home: Household) -> list[OrderRouted]:
    return [each.body for each in home.log if isinstance(each.body, OrderRouted)]


@pytest.mark.req("A7", "D6")
def test_a_hundred_orders_are_released_each_to_the_3pl_of_its_region_once():
    got: dict[str, list[int]] = {}
    for number in range(100):
        home = house()
        [release] = home.tell(ev.FulfilmentRequested(order((*REGIONS, "OR")[number % 4], number)))
        got.setdefault(release.partner, []).append(number)
        assert (release.kind, release.priority) == ("warehouse_order.release.v1", Priority.BATCH)
        [decided] = decisions(home)
        assert (decided.routed.partner, decided.routed.rule) == (release.partner, f"to {release.partner}")
        assert home.state.routed == decided
    assert {partner: len(numbers) for partner, numbers in got.items()} == {
        "west3pl": 50, "east3pl": 25, "south3pl": 25,
    }  # fmt: skip


@pytest.mark.req("A7")
def test_the_warehouse_is_told_the_service_level_of_the_rule():
    [release] = house().tell(ev.FulfilmentRequested(order("NY")))
    assert b'"service_level":"saver"' in release.body


@pytest.mark.req("A7")
def test_without_a_warehouse_only_the_carriers_of_the_rule_are_asked():
    home = house()
    given = home.tell(ev.FulfilmentRequested(order("OR", sku="BULK-1")))
    assert [(each.kind, each.partner) for each in given] == [("rates.request.v1", "ups")]
    assert home.stages["order_release"] == "cleared"


@pytest.mark.req("A7")
def test_an_order_that_no_rule_fits_goes_nowhere_until_one_does():
    home = house()
    home.tell(ev.FulfilmentRequested(order("CA")))
    assert home.stages["order_release"] == "rejected"
    raised = [each.body for each in home.log if isinstance(each.body, ExceptionRaised)]
    assert [each.kind for each in raised] == ["route.none"]
    assert BOOK.version in raised[0].text
    assert decisions(home) == []
    touched = structs.replace(
        order("CA"), changed_at=structs.replace(order("CA").changed_at, at="2026-11-21T06:30:00Z")
    )
    again = house(RuleBook((Rule("all", Conditions(), Effect("west3pl")),)))
    again.effects, again.log, again.position = home.effects, home.log, home.position
    [release] = again.tell(ev.FulfilmentRequested(touched))
    assert (release.partner, again.open_exceptions()) == ("west3pl", [])
