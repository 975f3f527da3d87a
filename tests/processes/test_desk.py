"""What people ask for at the carriers' desk, decided."""

import pytest

from crossdock.model import events as ev
from crossdock.model.collecting import AddressChecked
from crossdock.model.commands import CheckAddress
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.desk import Book, DeskRequested, Relay, Return, Void
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.instants import stamp
from crossdock.model.releasing import OrderStopped
from crossdock.model.shipment import Booking, Document
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.process import command_key
from crossdock.processes.carriers_desk import carriers_desk
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from orders import CUSTOMER, WAREHOUSE, delivery_order, quote, rate
from processes.history import History

LABEL = Document("ab" * 32, "application/pdf", "label.pdf", 100)


def booked(package: str = "P1", shipment: str = "s1", number: str = "T1") -> ev.ShipmentBooked:
    return ev.ShipmentBooked(Booking("easypost", package, shipment, number, "USPS", "Priority"))


def labelled(*carriers: str) -> History:
    policy = OrderToShipPolicy(carriers or ("easypost",))
    told = History(order_to_ship(policy), delivery_order().id)
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    for other in policy.carriers[1:]:
        told.tell(ev.RatesQuoted(quote("P1", f"{other}1", partner=other)))
    told.tell(booked(), ev.LabelReceived("P1", "s1", "T1", LABEL))
    assert told.phase == "labelled"
    return told


def ask(told: History, wish, name: str = "j1") -> list:
    return told.tell(DeskRequested(name, "cli:ann", wish))


def kinds(orders: list) -> list[str]:
    return [type(order.body).__name__ for order in orders]


@pytest.mark.req("C11", "C4")
def test_a_voided_label_is_booked_again_under_another_reference():
    told = labelled()
    assert kinds(ask(told, Void("P1", again=True))) == ["VoidLabel"]
    [asked] = told.tell(ev.ShipmentVoided("easypost", "P1", "s1", "T1"))
    assert asked.body.consignment.reference == "do:odoo:7/P1/2"
    [bought] = told.tell(ev.RatesQuoted(quote("P1", "s2", rate("r", "5.00"), reference="do:odoo:7/P1/2")))
    assert bought.body.consignment.reference == "do:odoo:7/P1/2"
    told.tell(booked("P1", "s2", "T2"), ev.LabelReceived("P1", "s2", "T2", LABEL))
    assert told.phase == "labelled"
    assert told.orders[-1].body.tracking_numbers == ("T2",)


@pytest.mark.req("C11")
def test_a_label_may_be_voided_for_good_and_booked_by_hand_later():
    told = labelled()
    ask(told, Void("P1"))
    assert told.tell(ev.ShipmentVoided("easypost", "P1", "s1", "T1")) == []
    assert told.phase == "attention"
    assert kinds(ask(told, Book(), "j2")) == ["RequestRates"]
    assert ask(told, Book(), "j3") == [], "a second click while it is under way"


def test_booking_what_is_booked_does_nothing():
    assert ask(labelled(), Book()) == []


@pytest.mark.req("C4")
def test_booking_again_after_a_refusal_takes_the_refused_purchase_back_first():
    told = History(order_to_ship(OrderToShipPolicy(("easypost",))), delivery_order().id)
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    told.tell(ev.CommandFailed("k#1", "easypost", "label.buy.v1", "Top up.", "402", "P1"))
    assert ask(told, Book()) == []
    [taken_back] = told.withdrawn
    [again] = told.tell(CommandWithdrawn(taken_back, "easypost", "label.buy.v1", "P1"))
    assert again.body.consignment.reference == "do:odoo:7/P1/2"
    assert told.resolved() == ["booking.failed"]


@pytest.mark.req("C4", "C9")
def test_a_purchase_that_a_person_ended_is_booked_again_by_hand():
    told = History(order_to_ship(OrderToShipPolicy(("easypost",))), delivery_order().id)
    told.tell(ev.FulfilmentRequested(delivery_order()))
    [bought] = told.tell(ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    key = command_key("order_to_ship", told.told[-1], f"buy/{bought.body.consignment.package.id}")
    told.tell(ev.CommandFailed("k#1", "easypost", "label.buy.v1", "Look there.", "in doubt", "P1"))
    assert told.tell(CommandWithdrawn(key, "easypost", "label.buy.v1", "P1", "a person ended it")) == []
    assert told.phase == "attention"
    assert kinds(ask(told, Book())) == ["RequestRates"]
    assert told.withdrawn == []


def buying() -> tuple[History, str]:
    """An order whose label is being bought, and the key of that command."""
    told = History(order_to_ship(OrderToShipPolicy(("easypost",))), delivery_order().id)
    told.tell(ev.FulfilmentRequested(delivery_order()))
    told.tell(ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    return told, command_key("order_to_ship", told.told[-1], "buy/P1")


def ended_in_doubt(key: str, package: str = "P1") -> CommandWithdrawn:
    return CommandWithdrawn(key, "easypost", "label.buy.v1", package, "ended", by_person=True, doubtful=True)


@pytest.mark.req("C4", "C9")
@pytest.mark.parametrize("settling", [Book(), Void("P1")])
def test_a_purchase_ended_in_doubt_is_somebodys_to_look_for_until_they_decided(settling):
    told, key = buying()
    assert told.tell(ended_in_doubt(key)) == [], "nothing is bought anew by itself"
    assert (told.phase, told.raised()) == ("attention", ["label.maybe_bought"])
    [raised] = [each for each in told.events if isinstance(each, ExceptionRaised)]
    assert "do:odoo:7/P1" in raised.text
    ask(told, settling)
    assert told.resolved() == ["label.maybe_bought"]


@pytest.mark.req("C4")
def test_a_label_that_shows_up_after_its_purchase_was_ended_is_the_orders():
    told, key = buying()
    told.tell(ended_in_doubt(key))
    assert kinds(told.tell(booked())) == ["FetchLabel"]
    assert told.resolved() == ["label.maybe_bought"]


@pytest.mark.req("C4")
def test_what_was_ended_in_doubt_is_not_booked_again_because_it_was_asked_for_before():
    told, key = buying()
    told.tell(ev.CommandFailed("k#1", "easypost", "label.buy.v1", "Look there.", "in doubt", "P1"))
    assert ask(told, Book()) == []
    assert told.tell(ended_in_doubt(key)) == []
    assert kinds(ask(told, Book(), "j2")) == ["RequestRates"]


@pytest.mark.req("C4", "C11")
def test_a_cancelled_orders_purchase_ended_in_doubt_is_looked_for_too():
    told, key = buying()
    told.tell(ev.FulfilmentCancelled(delivery_order().id))
    told.tell(ended_in_doubt(key))
    assert (told.phase, told.raised()) == ("cancelled", ["label.maybe_bought"])
    ask(told, Void("P1"))
    assert told.resolved() == ["label.maybe_bought"]


@pytest.mark.req("C3")
def test_a_label_for_the_way_back_is_bought_once_and_leaves_the_first_one_alone():
    told = labelled()
    [asked] = ask(told, Return("P1"))
    consignment = asked.body.consignment
    assert (consignment.is_return, consignment.reference) == (True, "do:odoo:7/P1:return")
    assert (consignment.ship_from, consignment.ship_to) == (CUSTOMER, WAREHOUSE)
    assert ask(told, Return("P1"), "j2") == [], "a second click"
    [bought] = told.tell(ev.RatesQuoted(quote("P1:return", "s9", rate("r", "4.00"))))
    assert bought.body.consignment.is_return
    told.tell(booked("P1:return", "s9", "R1"), ev.LabelReceived("P1:return", "s9", "R1", LABEL))
    assert ask(told, Return("P1"), "j3") == [], "there is one"
    assert told.state.tracking_numbers() == ("T1",)
    assert told.phase == "labelled"


BACK = "P1:return"


def return_asked(*carriers: str) -> History:
    """A way back whose rates were asked for."""
    told = labelled(*carriers)
    assert kinds(ask(told, Return("P1"))) == ["RequestRates"] * len(carriers)
    return told


@pytest.mark.req("C4", "C3")
def test_clicks_while_a_return_label_is_under_way_buy_no_second_one():
    told = return_asked("easypost")
    told.tell(ev.RatesQuoted(quote(BACK, "s9", rate("r", "4.00"))))
    assert ask(told, Return("P1"), "j2") == []
    told.tell(ev.CommandFailed("k#1", "easypost", "label.buy.v1", "Top up.", "402", BACK))
    assert ask(told, Return("P1"), "j3") == [], "what became of the first is settled before"
    [taken_back] = told.withdrawn
    [again] = told.tell(CommandWithdrawn(taken_back, "easypost", "label.buy.v1", BACK))
    assert again.body.consignment.reference == "do:odoo:7/P1:return/2"
    assert told.resolved() == ["booking.failed"]
    assert told.phase == "labelled"


@pytest.mark.req("C1", "C3")
def test_a_return_goes_with_the_best_of_all_carriers_asked():
    told = return_asked("easypost", "ups")
    assert told.tell(ev.RatesQuoted(quote(BACK, "s9", rate("dear", "9.00")))) == []
    [bought] = told.tell(ev.RatesQuoted(quote(BACK, "u9", rate("cheap", "4.00"), partner="ups")))
    assert (bought.partner, bought.body.rate_id) == ("ups", "cheap")


@pytest.mark.req("C3", "C9")
def test_a_carrier_that_does_not_answer_holds_no_return_up():
    told = return_asked("easypost", "ups")
    told.tell(ev.RatesQuoted(quote(BACK, "s9", rate("dear", "9.00"))))
    [bought] = told.tell(ev.DeadlinePassed(f"quotes/{BACK}", 1))
    assert bought.partner == "easypost"
    told = return_asked("easypost", "ups")
    told.tell(ev.CommandFailed("k#1", "ups", "rates.request.v1", "No.", "400", BACK))
    [bought] = told.tell(ev.RatesQuoted(quote(BACK, "s9", rate("dear", "9.00"))))
    assert bought.partner == "easypost"


@pytest.mark.req("C3")
def test_a_return_nobody_offers_is_said_and_may_be_asked_for_again():
    told = return_asked("easypost")
    told.tell(ev.RatesQuoted(quote(BACK, "s9")))
    assert told.raised() == ["rates.none"]
    [asked] = ask(told, Return("P1"), "j2")
    assert asked.body.consignment.reference == "do:odoo:7/P1:return/2"
    assert kinds(
        told.tell(ev.RatesQuoted(quote(BACK, "s10", rate("r", "4.00"), reference="do:odoo:7/P1:return/2")))
    ) == ["BuyLabel"]
    assert told.resolved() == ["rates.none"]


@pytest.mark.req("C3", "C11")
def test_a_return_label_is_voided_and_bought_anew_by_itself():
    told = return_asked("easypost")
    told.tell(ev.RatesQuoted(quote(BACK, "s9", rate("r", "4.00"))), booked(BACK, "s9", "R1"))
    told.tell(ev.LabelReceived(BACK, "s9", "R1", LABEL))
    assert kinds(ask(told, Void(BACK, again=True), "j2")) == ["VoidLabel"]
    [again] = told.tell(ev.ShipmentVoided("easypost", BACK, "s9", "R1"))
    assert again.body.consignment.reference == "do:odoo:7/P1:return/2"
    assert told.phase == "labelled"


@pytest.mark.req("C11")
def test_a_pickup_that_failed_is_an_exception_until_the_goods_move():
    told = labelled()
    scan = TrackingEvent("easypost", "T1", "pickup_attempted", stamp("2026-11-23T15:00:00Z"), raw_code="PA")
    told.tell(ev.TrackingReported(scan))
    assert told.raised() == ["pickup.failed"]
    moved = TrackingEvent("easypost", "T1", "picked_up", stamp("2026-11-24T15:00:00Z"), raw_code="PU")
    told.tell(ev.TrackingReported(moved))
    assert told.resolved() == ["pickup.failed"]


@pytest.mark.req("C11")
def test_a_carrier_is_asked_on_behalf_of_the_desk_and_a_refusal_is_an_exception():
    told = History(carriers_desk(), "desk:ups:ad-1")
    [order] = ask(told, Relay("ups", CheckAddress("ad-1", CUSTOMER)))
    assert (order.partner, order.body.party) == ("ups", CUSTOMER)
    told.tell(ev.CommandFailed("k#1", "ups", "address.check.v1", "Not now.", "500"))
    assert (told.phase, told.raised()) == ("attention", ["address.unchecked"])
    told.tell(AddressChecked("ups", "ad-1", "valid"))
    assert (told.phase, told.resolved()) == ("checked", ["address.unchecked"])


@pytest.mark.req("C11", "H6")
def test_a_command_that_fails_again_is_one_exception_which_its_answer_ends():
    told = History(carriers_desk(), "desk:ups:ad-1")
    ask(told, Relay("ups", CheckAddress("ad-1", CUSTOMER)))
    for attempt in (1, 2):
        told.tell(ev.CommandFailed(f"k#{attempt}", "ups", "address.check.v1", "Not now.", f"500 {attempt}"))
    assert told.raised() == ["address.unchecked"]
    told.tell(AddressChecked("ups", "ad-1", "valid"))
    assert (told.phase, told.resolved()) == ("checked", ["address.unchecked"])


@pytest.mark.req("C4", "H8")
def test_a_label_is_voided_once_however_often_it_is_wanted_and_again_once_that_failed():
    told = labelled()
    assert kinds(ask(told, Void("P1"))) == ["VoidLabel"]
    assert ask(told, Void("P1", again=True), "j2") == []
    assert told.tell(ev.FulfilmentCancelled("do:odoo:7", "", stamp("2026-11-22T10:00:00Z"))) == []
    again = labelled()
    [void] = ask(again, Void("P1"))
    key = command_key("order_to_ship", again.told[-1], void.name)
    again.tell(ev.CommandFailed(f"{key}#1", "easypost", "label.void.v1", "Not now.", "500", "P1"))
    assert kinds(ask(again, Void("P1"), "j2")) == ["VoidLabel"]


@pytest.mark.req("C3", "H8")
def test_labels_that_come_after_the_order_is_off_are_voided_each_once():
    told = History(order_to_ship(OrderToShipPolicy(("easypost",))), "do:odoo:7")
    told.tell(ev.FulfilmentRequested(delivery_order(packages=2)))
    told.tell(
        ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))), ev.RatesQuoted(quote("P2", "s2", rate("r", "5.00")))
    )
    told.tell(ev.FulfilmentCancelled("do:odoo:7"))
    assert [each.body.shipment_id for each in told.tell(booked())] == ["s1"]
    assert [each.body.shipment_id for each in told.tell(booked("P2", "s2", "T2"))] == ["s2"]


@pytest.mark.req("A9", "H8")
def test_what_was_stopped_or_has_faults_is_not_booked_at_the_desk():
    told = labelled()
    told.tell(OrderStopped("do:odoo:7", 1), ev.ShipmentVoided("easypost", "P1", "s1", "T1"))
    assert ask(told, Book()) == []
    assert told.phase == "cancelled"
    faulty = History(order_to_ship(OrderToShipPolicy(("easypost",))), "do:odoo:7")
    faulty.tell(ev.FulfilmentRequested(delivery_order(sku="")), booked())
    assert kinds(ask(faulty, Void("P1", again=True))) == ["VoidLabel"]
    assert faulty.tell(ev.ShipmentVoided("easypost", "P1", "s1", "T1")) == []
    assert faulty.phase == "rejected"
