"""An order that is reopened after it was called off: one label, whatever became of the first, and nobody forgets it."""

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.commands import RequestRates
from crossdock.model.desk import Book, DeskRequested, Return, Void
from crossdock.model.exceptions import ExceptionResolved
from crossdock.model.shipment import Document
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from orders import delivery_order
from processes.calling import (
    BOOKED,
    OFF,
    ORDER,
    VOIDED,
    again,
    asked,
    bought,
    failure,
    key_of_last,
    kinds,
    off,
    quoted,
    scan,
    settled,
    standing,
)  # fmt: skip
from processes.history import NOON, History


@pytest.mark.req("A9", "C4")
def test_reopened_before_its_label_is_void_it_gets_another_once_it_is():
    told, _ = bought()
    told.tell(BOOKED, OFF)
    assert (told.tell(again()), told.phase) == ([], "settling")
    [asked] = told.tell(VOIDED)
    assert (asked.body.consignment.reference, told.phase) == ("do:odoo:7/P1/2", "rating")
    assert kinds(told.tell(quoted("s2", "do:odoo:7/P1/2"))) == ["BuyLabel"]
    assert standing(told) == []


@pytest.mark.req("A9", "C4")
def test_reopened_while_its_purchase_is_taken_back_never_two_labels_live():
    told, _ = bought()
    told.tell(OFF)
    assert told.tell(again()) == []
    assert kinds(told.tell(BOOKED)) == ["VoidLabel"], "it was made for what was called off"
    assert kinds(told.tell(VOIDED)) == ["RequestRates"]


@pytest.mark.req("A9", "C4")
def test_reopened_while_its_purchase_is_taken_back_it_begins_once_that_is_settled():
    told, key = bought()
    told.tell(OFF)
    assert told.tell(again()) == []
    assert (told.tell(failure("label.buy.v1")), standing(told)) == ([], [])
    assert kinds(told.tell(settled(key))) == ["RequestRates"]
    assert standing(told) == []


@pytest.mark.req("A9")
def test_reopened_and_called_off_again_nothing_is_asked_for():
    told, key = bought()
    told.tell(OFF)
    told.tell(again(), off("12:00"))
    assert (told.tell(settled(key)), told.phase) == ([], "cancelled")


@pytest.mark.req("A9")
def test_reopened_and_yet_on_its_way_it_is_followed():
    told, _ = bought()
    told.tell(BOOKED, OFF, again())
    told.tell(scan())
    assert told.phase == "shipped"
    assert (told.tell(VOIDED), told.phase) == ([], "attention"), "void and moving: a person decides"


@pytest.mark.req("A9", "C1")
def test_a_quote_that_was_asked_for_before_it_was_called_off_buys_nothing():
    told = asked()
    told.tell(OFF, again())
    assert told.tell(quoted("s1", "do:odoo:7/P1")) == [], "for another address, perhaps"
    [purchase] = told.tell(quoted("s2", "do:odoo:7/P1/2"))
    assert purchase.body.shipment_id == "s2"


@pytest.mark.req("A9")
def test_what_stops_for_a_label_that_is_being_voided_needs_nobody_after_it_is_reopened():
    told, _ = bought()
    told.tell(BOOKED, OFF, again(), failure("label.fetch.v1"))
    assert (told.phase, standing(told)) == ("settling", [])


@pytest.mark.req("A9", "C9")
def test_once_it_goes_on_what_stops_is_said_as_ever():
    told, _ = bought()
    told.tell(BOOKED, OFF, again(), scan(), VOIDED, DeskRequested("j1", "cli:ann", Book()), failure("rates.request.v1"))
    assert standing(told) == ["rates.failed", "rates.none"]


def doubted() -> History:
    """Called off, reopened, and its purchase ended by a person while its carrier could not say."""
    told, key = bought()
    told.tell(OFF, again(), failure("label.buy.v1"), failure("label.buy.v1", attempt=2))
    assert told.tell(settled(key, doubtful=True)) == []
    assert (told.phase, standing(told)) == ("settling", ["label.maybe_bought"])
    return told


@pytest.mark.req("A9", "C4")
@pytest.mark.parametrize("wish", [Book(), Void("P1")])
def test_a_label_that_may_exist_is_looked_for_before_another_is_bought(wish):
    told = doubted()
    assert kinds(told.tell(DeskRequested("j1", "cli:ann", wish))) == ["RequestRates"]
    assert standing(told) == []


@pytest.mark.req("A9", "C4")
def test_a_person_who_closes_that_exception_has_looked():
    told = doubted()
    [said] = [each for each in told.events if getattr(each, "kind", "") == "label.maybe_bought"]
    assert kinds(told.tell(ExceptionResolved(said.kind, said.pointer, said.cause, "ann"))) == ["RequestRates"]


@pytest.mark.req("A9", "C4")
def test_a_label_that_may_exist_and_shows_up_is_voided_before_another_is_bought():
    told = doubted()
    assert kinds(told.tell(BOOKED)) == ["VoidLabel"]
    assert standing(told) == []
    assert kinds(told.tell(VOIDED)) == ["RequestRates"]


@pytest.mark.req("A9", "C4")
def test_a_void_that_is_told_before_its_booking_settles_it_too():
    told, _ = bought()
    told.tell(OFF, again())
    assert told.tell(VOIDED) == []
    assert kinds(told.tell(BOOKED))[-1] == "RequestRates"


@pytest.mark.req("A9", "C11")
def test_a_void_that_failed_is_asked_for_again_when_it_is_reopened():
    told, _ = bought()
    told.tell(BOOKED, OFF)
    void = key_of_last(told)
    told.tell(failure("label.void.v1"))
    assert told.tell(again("10:30"), off("10:40")) == [], "another label's failed, not this one's"
    told.tell(replace(failure("label.void.v1"), command_key=f"{void}#1"))
    assert kinds(told.tell(again())) == ["VoidLabel"]
    assert kinds(told.tell(VOIDED)) == ["RequestRates"]
    assert standing(told) == []


@pytest.mark.req("A9", "C4")
@pytest.mark.parametrize(("milestone", "phase"), [("picked_up", "shipped"), ("delivered", "delivered")])
def test_what_its_carrier_has_is_not_bought_a_second_label_when_it_is_reopened(milestone, phase):
    told, _ = bought()
    told.tell(BOOKED, OFF, scan(milestone))
    assert (told.tell(again()), told.phase) == ([], phase)
    assert standing(told) == [], "nothing of it was changed"
    moved = replace(ORDER.ship_to, name="Somebody else")
    told.tell(again("11:30", ship_to=moved))
    assert standing(told) == ["order.changed_after_release"]


@pytest.mark.req("A9", "C4")
def test_another_package_of_what_is_on_its_way_gets_its_label_once_its_own_is_settled():
    told = asked(delivery_order(packages=2))
    told.tell(quoted("s1"), quoted("s2", package="P2"))
    key = key_of_last(told)
    two = ev.FulfilmentRequested(delivery_order(packages=2, changed_at="2026-11-22T11:00:00Z"))
    told.tell(BOOKED, OFF, two, scan())
    assert told.phase == "shipped"
    again_p2 = told.tell(replace(settled(key), package_id="P2"))
    assert [each.body.consignment.package.id for each in again_p2] == ["P2"]


@pytest.mark.req("A9", "C4")
def test_a_late_label_of_another_package_of_what_is_on_its_way_is_voided():
    told = asked(delivery_order(packages=2))
    told.tell(quoted("s1"), quoted("s2", package="P2"))
    two = ev.FulfilmentRequested(delivery_order(packages=2, changed_at="2026-11-22T11:00:00Z"))
    told.tell(BOOKED, OFF, two, scan())
    other = replace(BOOKED, booking=replace(BOOKED.booking, package_id="P2", shipment_id="s2", tracking_number="T2"))
    assert [each.body.shipment_id for each in told.tell(other)] == ["s2"]
    assert kinds(told.orders[-1:]) == ["VoidLabel"], "it was bought before it was called off"


@pytest.mark.req("A9", "C9")
def test_once_it_goes_on_its_purchases_are_looked_after_as_ever():
    told, _ = bought()
    told.tell(BOOKED, OFF, again(), scan(), VOIDED, DeskRequested("j1", "cli:ann", Book()))
    told.tell(quoted("s9", "do:odoo:7/P1/2"))
    key = key_of_last(told)
    told.tell(failure("label.buy.v1"), settled(key))
    assert (told.phase, standing(told)) == ("attention", ["booking.failed"])


@pytest.mark.req("A9", "C11")
def test_a_way_back_that_was_taken_back_is_asked_for_again_and_its_failure_stands_until_then():
    told, _ = bought()
    told.tell(BOOKED, DeskRequested("j1", "cli:ann", Return("P1")), quoted("b1", package="P1:return"))
    key = key_of_last(told)
    told.tell(failure("label.buy.v1", "P1:return"), OFF, VOIDED, again())
    assert standing(told) == ["booking.failed"], "whether it was made is not known yet"
    told.tell(DeskRequested("j2", "cli:ann", Return("P1")))
    [rates] = told.tell(replace(settled(key), package_id="P1:return"))
    assert rates.body.consignment.package.id == "P1:return"
    assert standing(told) == []


@pytest.mark.req("A9")
def test_reopened_without_packages_it_waits_for_its_void_once_it_has_them():
    told, _ = bought()
    told.tell(BOOKED, OFF, again(packages=()))
    assert told.phase == "rejected"
    assert (told.tell(again("11:30")), told.phase) == ([], "settling")
    assert kinds(told.tell(VOIDED)) == ["RequestRates"]


@pytest.mark.req("A9")
def test_reopened_it_has_not_to_be_recalled():
    told, _ = bought()
    told.tell(BOOKED, scan(), OFF)
    assert standing(told) == ["order.cancelled_after_pickup"]
    told.tell(again())
    assert standing(told) == []


def two() -> tuple[History, str]:
    """An order of two packages, the first labelled, called off and reopened; and the key of the second's purchase."""
    told = asked(delivery_order(packages=2))
    told.tell(quoted("s1"), quoted("s2", package="P2"))
    key = key_of_last(told)
    told.tell(BOOKED, OFF)
    return told, key


TWO = ev.FulfilmentRequested(delivery_order(packages=2, changed_at="2026-11-22T11:00:00Z"))
SECOND = replace(BOOKED, booking=replace(BOOKED.booking, package_id="P2", shipment_id="s2", tracking_number="T2"))
SECOND_VOIDED = ev.ShipmentVoided("easypost", "P2", "s2", "T2")


@pytest.mark.req("A9", "C4")
def test_what_was_quoted_for_a_label_that_is_void_buys_nothing_more():
    told, key = two()
    told.tell(TWO, scan(), replace(settled(key), package_id="P2"), VOIDED)
    given = told.tell(quoted("s9", "do:odoo:7/P2/2", package="P2"))
    assert [each.body.shipment_id for each in given] == ["s9"], "the first is void and moving: a person decides"
    label = Document("a" * 64, "application/pdf", "l.pdf", 3)
    again_booked = replace(SECOND, booking=replace(SECOND.booking, shipment_id="s9", tracking_number="T9"))
    told.tell(again_booked, ev.LabelReceived("P2", "s9", "T9", label))
    assert (told.phase, standing(told)) == ("attention", [])
    told = History(order_to_ship(OrderToShipPolicy(("easypost", "dhl"))), ORDER.id)
    told.tell(ev.FulfilmentRequested(ORDER), quoted("s1"), ev.DeadlinePassed("quotes", NOON))
    told.tell(BOOKED, OFF, scan(), again(), VOIDED)
    late = replace(quoted("d1").quote, partner="dhl")
    assert (told.tell(ev.RatesQuoted(late)), told.phase) == ([], "attention")


@pytest.mark.req("A9", "C4")
def test_void_and_moving_a_person_decides_in_whatever_order_it_is_told():
    told, _ = bought()
    told.tell(BOOKED, OFF, scan(), VOIDED)
    assert (told.tell(again()), told.phase) == ([], "attention")


@pytest.mark.req("A9")
def test_called_off_on_its_way_and_void_a_person_decides_once_it_is_wanted_again():
    told, _ = bought()
    told.tell(BOOKED, OFF, again(), scan(), off("12:00"), VOIDED, again("13:00"))
    assert (told.phase, standing(told)) == ("attention", ["order.cancelled_after_pickup"])


@pytest.mark.req("A9", "C9")
def test_a_scan_of_one_package_does_not_forget_that_another_is_being_rated():
    told, key = two()
    told.tell(TWO, scan(), replace(settled(key), package_id="P2"), scan("in_transit"))
    assert told.phase == "rating"
    assert kinds(told.tell(quoted("s9", "do:odoo:7/P2/2", package="P2"))) == ["BuyLabel"]


@pytest.mark.req("A9", "C4")
@pytest.mark.parametrize("told_last", [scan(), TWO])
def test_a_package_that_is_void_already_gets_another_label_when_its_order_is_on_its_way_after_all(told_last):
    told, _ = two()
    told.tell(SECOND, SECOND_VOIDED, TWO if told_last is not TWO else scan())
    given = told.tell(told_last)
    rates = [each.body for each in given if isinstance(each.body, RequestRates)]
    assert [each.consignment.package.id for each in rates] == ["P2"]


@pytest.mark.req("A9")
def test_on_its_way_to_the_address_it_had_before_it_was_called_off_is_said():
    told, _ = bought()
    told.tell(BOOKED, OFF, again(ship_to=replace(ORDER.ship_to, name="Somebody else")))
    told.tell(scan())
    assert standing(told) == ["order.changed_after_release"]
