"""What stands of an order that is called off: what only kept it from leaving is over, what may still cost is not."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model import warehouse as wh
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.desk import DeskRequested, Return
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.order import Package
from crossdock.model.shipment import Booking
from crossdock.model.tracking import TrackingEvent
from crossdock.model.transfers import LotQuantity, MovedLine
from crossdock.model.units import Measure
from crossdock.ports.process import command_key
from crossdock.processes.order_release import order_release
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.release_work import ReleasePolicy
from crossdock.processes.shipping_policy import OrderToShipPolicy
from orders import delivery_order, quote, rate
from processes.history import NOON, History
from processes.household import Household

ORDER = delivery_order()
OFF = ev.FulfilmentCancelled(ORDER.id, "", stamp("2026-11-22T10:00:00Z"))
BOOKED = ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority", label_url="https://x/l"))
VOIDED = ev.ShipmentVoided("easypost", "P1", "s1", "T1")


def failure(what: str, package: str = "P1", attempt: int = 1) -> ev.CommandFailed:
    return ev.CommandFailed(f"{what}#{attempt}", "easypost", what, "No.", f"4{attempt}", package)


def asked(order=ORDER) -> History:
    told = History(order_to_ship(OrderToShipPolicy(("easypost",))), ORDER.id)
    told.tell(ev.FulfilmentRequested(order))
    return told


def bought() -> tuple[History, str]:
    """An order whose label is being bought, and the key of that command."""
    told = asked()
    [order] = told.tell(ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    return told, command_key("order_to_ship", told.told[-1], order.name)


def settled(key: str, *, doubtful: bool = False) -> CommandWithdrawn:
    return CommandWithdrawn(key, "easypost", "label.buy.v1", "P1", "402", by_person=doubtful, doubtful=doubtful)


def standing(told: History) -> list[str]:
    """The kinds of the exceptions that were raised and not resolved."""
    there: list[ExceptionRaised] = []
    for body in told.events:
        if isinstance(body, ExceptionRaised):
            there.append(body)
        elif isinstance(body, ExceptionResolved):
            there = [each for each in there if (each.kind, each.pointer) != (body.kind, body.pointer)]
    return [each.kind for each in there]


@pytest.mark.req("A9", "C11")
def test_an_order_that_nobody_offered_to_take_needs_nobody_once_it_is_off():
    told = asked()
    told.tell(ev.DeadlinePassed("quotes", NOON))
    assert standing(told) == ["rates.none"]
    told.tell(OFF)
    assert (told.phase, standing(told)) == ("cancelled", [])


@pytest.mark.req("A9")
def test_faults_of_an_order_that_is_off_need_not_be_put_right():
    told = asked(delivery_order(sku=""))
    assert standing(told)
    told.tell(OFF)
    assert (told.phase, standing(told)) == ("cancelled", [])


@pytest.mark.req("A9", "C4")
def test_a_purchase_that_stopped_stands_until_it_certainly_was_not_made():
    told, key = bought()
    told.tell(failure("label.buy.v1"))
    told.tell(OFF)
    assert (told.withdrawn, standing(told)) == ([key], ["booking.failed"])
    told.tell(settled(key))
    assert standing(told) == []


@pytest.mark.req("A9", "C4")
def test_a_purchase_that_stops_while_it_is_taken_back_is_taken_back_once_more():
    told, key = bought()
    told.tell(OFF)
    told.tell(failure("label.buy.v1"))
    assert (told.withdrawn, standing(told)) == ([key, key], []), "refused for good ends it: nobody has to look"
    told.tell(failure("label.buy.v1", attempt=2))
    assert (told.withdrawn, standing(told)) == ([key, key], ["booking.failed"]), "the carrier cannot say: a person's"
    told.tell(settled(key, doubtful=True))
    assert standing(told) == ["label.maybe_bought"]
    again = replace(ORDER, changed_at=stamp("2026-11-22T11:00:00Z"))
    told.tell(ev.FulfilmentRequested(again))
    assert (told.phase, standing(told)) == ("rating", ["label.maybe_bought"]), "nobody has looked for it yet"


@pytest.mark.parametrize("what", ["rates.request.v1", "label.fetch.v1"])
@pytest.mark.req("A9")
def test_what_stops_after_it_was_called_off_and_was_only_for_leaving_needs_nobody(what):
    told, _ = bought()
    told.tell(BOOKED, OFF, failure(what))
    assert standing(told) == []


@pytest.mark.req("A9", "C4")
def test_a_label_that_cannot_be_voided_stands_until_it_is_void():
    told, _ = bought()
    told.tell(BOOKED, failure("label.fetch.v1"))
    told.tell(OFF, failure("label.void.v1"))
    assert standing(told) == ["void.failed"]
    told.tell(VOIDED)
    assert standing(told) == []


@pytest.mark.req("C11")
def test_nobody_looks_after_what_stopped_for_a_label_that_is_void():
    told, _ = bought()
    attempted = TrackingEvent("easypost", "T1", "pickup_attempted", stamp("2026-11-22T09:00:00Z"), raw_code="x")
    told.tell(BOOKED, failure("label.fetch.v1"), failure("label.void.v1"), ev.TrackingReported(attempted))
    assert standing(told) == ["label.failed", "void.failed", "pickup.failed"]
    told.tell(replace(VOIDED, package_id="P2", tracking_number="T2"))
    assert standing(told) == ["label.failed", "void.failed", "pickup.failed"], "another package's"
    told.tell(VOIDED)
    assert standing(told) == []


@pytest.mark.req("A9", "C11")
def test_a_way_back_of_an_order_that_is_off_needs_nobody_either():
    told, _ = bought()
    told.tell(BOOKED, DeskRequested("j1", "cli:ann", Return("P1")))
    [purchase] = told.tell(ev.RatesQuoted(quote("P1:return", "b1", rate("r", "5.00"))))
    key = command_key("order_to_ship", told.told[-1], purchase.name)
    told.tell(failure("label.buy.v1", "P1:return"), OFF)
    assert (told.phase, standing(told)) == ("cancelled", ["booking.failed"])
    told.tell(replace(settled(key), package_id="P1:return"))
    assert standing(told) == []


AGAIN = ev.FulfilmentRequested(replace(ORDER, changed_at=stamp("2026-11-22T11:00:00Z")))
SECOND = ev.RatesQuoted(quote("P1", "s2", rate("r", "5.00")))


def kinds(orders: list) -> list[str]:
    return [type(order.body).__name__ for order in orders]


@pytest.mark.req("A9", "C4")
def test_reopened_before_its_label_is_void_it_gets_another_once_it_is():
    told, _ = bought()
    told.tell(BOOKED, OFF)
    assert (told.tell(AGAIN), told.phase) == ([], "waiting")
    [asked] = told.tell(VOIDED)
    assert (asked.body.consignment.reference, told.phase) == ("do:odoo:7/P1/2", "rating")
    assert kinds(told.tell(SECOND)) == ["BuyLabel"]
    assert standing(told) == []


@pytest.mark.req("A9", "C4")
def test_reopened_while_its_purchase_is_taken_back_never_two_labels_live():
    told, _ = bought()
    told.tell(OFF)
    assert told.tell(AGAIN) == []
    assert kinds(told.tell(BOOKED)) == ["VoidLabel"], "it was made for what was called off"
    assert kinds(told.tell(VOIDED)) == ["RequestRates"]


@pytest.mark.req("A9", "C4")
@pytest.mark.parametrize("doubtful", [False, True])
def test_reopened_while_its_purchase_is_taken_back_it_begins_once_that_is_settled(doubtful):
    told, key = bought()
    told.tell(OFF)
    assert told.tell(AGAIN) == []
    assert (told.tell(failure("label.buy.v1")), standing(told)) == ([], [])
    assert kinds(told.tell(settled(key, doubtful=doubtful))) == ["RequestRates"]
    assert standing(told) == (["label.maybe_bought"] if doubtful else [])


@pytest.mark.req("A9")
def test_reopened_and_called_off_again_nothing_is_asked_for():
    told, key = bought()
    told.tell(OFF)
    told.tell(AGAIN, replace(OFF, changed_at=stamp("2026-11-22T12:00:00Z")))
    assert (told.tell(settled(key)), told.phase) == ([], "cancelled")


@pytest.mark.req("A9")
def test_reopened_and_yet_on_its_way_it_is_followed():
    told, _ = bought()
    told.tell(BOOKED, OFF, AGAIN)
    taken = TrackingEvent("easypost", "T1", "picked_up", stamp("2026-11-22T13:00:00Z"), raw_code="x")
    told.tell(ev.TrackingReported(taken))
    assert told.phase == "shipped"
    assert (told.tell(VOIDED), told.phase) == ([], "attention"), "void and moving: a person decides"


@pytest.mark.req("A9", "C1")
def test_a_quote_that_was_asked_for_before_it_was_called_off_buys_nothing():
    told = asked()
    told.tell(OFF, AGAIN)
    late = quote("P1", "s1", rate("r", "1.00"))
    assert told.tell(ev.RatesQuoted(replace(late, reference="do:odoo:7/P1"))) == []
    now = replace(SECOND.quote, reference="do:odoo:7/P1/2")
    [purchase] = told.tell(ev.RatesQuoted(now))
    assert purchase.body.shipment_id == "s2", "the cheaper one was for another address, perhaps"


WMS = "north3pl"
UNPACKED = replace(ORDER, packages=())
MOVED = MovedLine(Item("SKU-1"), Decimal(2), lots=(LotQuantity("L1", Decimal(2)),), line_id="1")
TO_PICKED = (wh.WarehouseOrderReleased(WMS, ORDER.id), wh.WarehouseOrderAcknowledged(WMS, ORDER.id))


def packed(reference: str) -> wh.PackagesPacked:
    return wh.PackagesPacked(WMS, reference, (Package("P1", Measure(Decimal(2), "KGM")),))


def house() -> Household:
    """An order at a warehouse that has acknowledged it and packs it."""
    home = Household(
        order_release(ReleasePolicy(lambda _: WMS)), order_to_ship(OrderToShipPolicy(("easypost",), on_clearance=True))
    )
    home.tell(ev.FulfilmentRequested(UNPACKED), *TO_PICKED, packed(ORDER.id))
    return home


def reopened(**changes) -> ev.FulfilmentRequested:
    return ev.FulfilmentRequested(replace(UNPACKED, changed_at=stamp("2026-11-22T11:00:00Z"), **changes))


@pytest.mark.req("A9", "C4")
def test_reopened_while_the_warehouse_stops_it_it_is_released_anew_and_labelled_once_its_label_is_void():
    home = house()
    home.tell(ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))), BOOKED, OFF)
    assert home.tell(reopened()) == []
    assert home.stages["order_release"] == "cancelling"
    void, again = home.tell(wh.WarehouseOrderCancelled(WMS, ORDER.id))
    assert (void.kind, again.kind) == ("label.void.v1", "warehouse_order.release.v1")
    assert home.tell(packed(f"{ORDER.id}/2")) == [], "the first label may still live"
    assert [each.kind for each in home.tell(VOIDED)] == ["rates.request.v1"]
    assert home.open_exceptions() == []


@pytest.mark.req("A9")
def test_reopened_and_not_stopped_in_time_it_goes_on_and_the_warehouse_is_told_what_changed():
    home = house()
    home.tell(OFF)
    more = replace(ORDER.lines[0], quantity=Decimal(9))
    assert home.tell(reopened(lines=(more,))) == []
    given = home.tell(wh.CancellationRefused(WMS, ORDER.id, "packed"))
    assert [each.kind for each in given] == ["warehouse_order.amend.v1"]
    assert home.open_exceptions() == [], "it is wanted again: nothing has to come back"
