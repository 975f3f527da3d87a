"""The order-to-ship process, told histories."""

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.instants import stamp
from crossdock.model.party import Address
from crossdock.model.shipment import Booking, Document
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.processes.configured import configured
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.processes.shipping_work import SECOND
from crossdock.settings.sections import Processes
from crossdock.settings.shipping import OrderToShip
from crossdock.views.packages import packages_of
from orders import CUSTOMER, delivery_order, quote, rate
from processes.history import NOON, History

POLICY = OrderToShipPolicy(carriers=("easypost",))
LABEL = Document("ab" * 32, "application/pdf", "label.pdf", 100)


def history(number: int = 7, policy: OrderToShipPolicy = POLICY) -> History:
    return History(order_to_ship(policy), delivery_order(number).id)


def booking(package: str, shipment: str, number: str) -> ev.ShipmentBooked:
    return ev.ShipmentBooked(
        Booking("easypost", package, shipment, number, "USPS", "Priority", label_url="https://x/l")
    )


def scan(number: str, milestone: str, at: str, code: str = "") -> ev.TrackingReported:
    return ev.TrackingReported(TrackingEvent("easypost", number, milestone, stamp(at), raw_code=code or milestone))


def kinds(orders: list) -> list[str]:
    return [type(order.body).__name__ for order in orders]


@pytest.mark.req("A1", "C1", "C2", "H1")
def test_a_good_order_goes_from_rates_to_label_to_the_system_of_record():
    told = history()
    order = delivery_order()
    assert kinds(told.tell(ev.FulfilmentRequested(order))) == ["RequestRates"]
    cheap, dear = rate("r1", "5.10"), rate("r2", "9.90", service="Express")
    bought = told.tell(ev.RatesQuoted(quote("P1", "shp_1", dear, cheap)))
    assert kinds(bought) == ["BuyLabel"]
    assert bought[0].body.rate_id == "r1"
    decision = next(body for body in told.events if isinstance(body, ev.CarrierSelected))
    assert decision.quotes[0].rates == (dear, cheap)
    assert kinds(told.tell(booking("P1", "shp_1", "T1"))) == ["FetchLabel"]
    written = told.tell(ev.LabelReceived("P1", "shp_1", "T1", LABEL))
    assert kinds(written) == ["RecordShipping"]
    assert written[0].body.tracking_numbers == ("T1",)
    assert told.phase == "labelled"


@pytest.mark.req("A3", "L17")
def test_a_bad_order_becomes_business_exceptions_and_heals_when_it_is_corrected():
    told = history()
    nowhere = replace(CUSTOMER, address=Address(("12 Example St",), "Portland", "OR", "", "US"))
    orders = told.tell(ev.FulfilmentRequested(delivery_order(ship_to=nowhere, sku="")))
    assert kinds(orders) == ["RecordNote"]
    assert told.raised() == ["address.incomplete", "sku.unknown"]
    assert told.phase == "rejected"
    orders = told.tell(ev.FulfilmentRequested(delivery_order(changed_at="2026-11-21T07:00:00Z")))
    assert kinds(orders) == ["RequestRates"]
    assert sorted(told.resolved()) == ["address.incomplete", "sku.unknown"]


@pytest.mark.req("C3")
def test_every_package_is_bought_once_at_the_same_service_and_references_stay_in_order():
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order(packages=3)))
    fast = {"service": "Express", "days": 1}
    told.tell(ev.RatesQuoted(quote("P1", "s1", rate("a1", "5.00"), rate("a2", "4.00", **fast))))
    told.tell(ev.RatesQuoted(quote("P3", "s3", rate("c1", "5.00"))))
    bought = told.tell(ev.RatesQuoted(quote("P2", "s2", rate("b1", "5.00"), rate("b2", "4.00", **fast))))
    assert [order.body.rate_id for order in bought] == ["a1", "b1", "c1"]
    told.tell(booking("P2", "s2", "T2"), booking("P3", "s3", "T3"), booking("P1", "s1", "T1"))
    last = told.tell(ev.LabelReceived("P3", "s3", "T3", LABEL))
    assert last[0].body.tracking_numbers == ("T1", "T2", "T3")


@pytest.mark.req("E8")
def test_only_listed_milestones_are_written_and_each_once():
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    told.tell(booking("P1", "s1", "T1"))
    written = []
    for hour in range(10, 20):
        written += told.tell(scan("T1", "arrived_at_facility", f"2026-11-21T{hour}:00:00Z"))
        written += told.tell(scan("T1", "in_transit", f"2026-11-21T{hour}:30:00Z"))
    written += told.tell(scan("T1", "delivered", "2026-11-22T09:00:00Z"))
    assert [order.body.milestone for order in written] == ["in_transit", "delivered"]
    assert told.phase == "delivered"


@pytest.mark.req("F1")
def test_a_proof_of_delivery_is_written():
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order()))
    proof = ProofOfDelivery("easypost", "T1", stamp("2026-11-22T09:00:00Z"), "J. Doe")
    assert kinds(told.tell(ev.ProofCaptured(proof))) == ["RequestRates", "RecordProof"][1:]


def test_late_quotes_do_not_hold_an_order_for_ever():
    told = history(policy=OrderToShipPolicy(carriers=("easypost", "slowpost")))
    told.tell(ev.FulfilmentRequested(delivery_order()))
    assert told.tell(ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00")))) == []
    assert kinds(told.tell(ev.DeadlinePassed("quotes", NOON))) == ["BuyLabel"]


@pytest.mark.req("C1", "C9", "K12")
@pytest.mark.parametrize(("method", "seconds"), [("", 90), ("UPS Express", 15), ("Saver", 600)])
def test_an_express_order_does_not_wait_as_long_for_a_carrier_that_is_down(method, seconds):
    levels = {"express": ("*express*",), "economy": ("saver",)}
    given = OrderToShip("odoo", ("easypost",), quote_deadline_seconds=90, quote_deadlines={"economy": 600})
    [process, _] = configured(Processes(order_to_ship=replace(given, service_levels=levels)))
    told = History(process, delivery_order().id)
    told.tell(ev.FulfilmentRequested(replace(delivery_order(), service_level=method)))
    assert told.waits == {"quotes": seconds * SECOND}


def test_a_short_deadline_for_all_is_one_for_express_orders_too():
    given = OrderToShip("odoo", ("easypost",), quote_deadline_seconds=5, service_levels={"express": ("*",)})
    [process, _] = configured(Processes(order_to_ship=given))
    told = History(process, delivery_order().id)
    told.tell(ev.FulfilmentRequested(delivery_order()))
    assert told.waits == {"quotes": 5 * SECOND}


def test_a_quote_after_the_deadline_heals_the_order_that_had_none():
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order()))
    assert told.tell(ev.DeadlinePassed("quotes", NOON)) == []
    assert (told.phase, told.raised()) == ("attention", ["rates.none"])
    assert kinds(told.tell(ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))) == ["BuyLabel"]
    assert (told.phase, told.resolved()) == ("booking", ["rates.none"])


@pytest.mark.req("L2")
def test_a_carrier_that_does_not_answer_is_named_and_the_order_is_not_blamed():
    told = history(policy=OrderToShipPolicy(carriers=("easypost", "ups")))
    told.tell(ev.FulfilmentRequested(delivery_order()))
    told.tell(ev.RatesQuoted(quote("P1", "s1")))
    told.tell(ev.DeadlinePassed("quotes", NOON))
    [said] = [each for each in told.events if isinstance(each, ExceptionRaised)]
    assert (said.kind, said.partner) == ("rates.none", "ups")
    assert said.text.startswith("ups has not answered")
    assert "Check" not in said.text


def test_a_failed_booking_raises_one_exception_that_a_later_booking_resolves():
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    for attempt in (1, 2):
        told.tell(ev.CommandFailed(f"k#{attempt}", "easypost", "label.buy.v1", "Top up.", "402", "P1"))
    assert told.raised() == ["booking.failed"]
    told.tell(booking("P1", "s1", "T1"))
    assert told.resolved() == ["booking.failed"]


def test_cancelling_voids_the_label_before_pickup_and_raises_after():
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    told.tell(booking("P1", "s1", "T1"))
    assert kinds(told.tell(ev.FulfilmentCancelled("do:odoo:7"))) == ["VoidLabel"]
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    told.tell(booking("P1", "s1", "T1"), scan("T1", "picked_up", "2026-11-21T10:00:00Z"))
    assert told.tell(ev.FulfilmentCancelled("do:odoo:7")) == []
    assert told.raised() == ["order.cancelled_after_pickup"]


@pytest.mark.req("A9")
def test_a_reopened_order_starts_anew_and_an_old_cancellation_changes_nothing():
    told = history()
    first = delivery_order()
    told.tell(ev.FulfilmentRequested(first), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    told.tell(booking("P1", "s1", "T1"))
    cancelled = ev.FulfilmentCancelled("do:odoo:7", "", stamp("2026-11-22T10:00:00Z"))
    assert kinds(told.tell(cancelled)) == ["VoidLabel"]
    told.tell(ev.ShipmentVoided("easypost", "P1", "s1", "T1"))
    assert told.tell(ev.FulfilmentRequested(first)) == [], "the version that was cancelled"
    again = replace(first, changed_at=stamp("2026-11-22T11:00:00Z"))
    assert kinds(told.tell(ev.FulfilmentRequested(again))) == ["RequestRates"]
    late = ev.FulfilmentCancelled("do:odoo:7", "late", stamp("2026-11-22T10:30:00Z"))
    assert told.tell(late) == []
    offered = quote("P1", "s2", rate("r", "5.00"), reference="do:odoo:7/P1/2")
    assert kinds(told.tell(ev.RatesQuoted(offered))) == ["BuyLabel"]


def test_a_label_bought_while_the_order_was_being_cancelled_is_voided():
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    told.tell(ev.FulfilmentCancelled("do:odoo:7"))
    assert kinds(told.tell(booking("P1", "s1", "T1"))) == ["VoidLabel"]


def test_a_change_after_release_is_an_exception_and_an_echo_is_not():
    told = history()
    order = delivery_order()
    told.tell(ev.FulfilmentRequested(order))
    assert told.tell(ev.FulfilmentRequested(replace(order, changed_at=stamp("2026-11-21T08:00:00Z")))) == []
    assert told.raised() == []
    moved = replace(CUSTOMER, address=Address(("1 New St",), "Salem", "OR", "97301", "US"))
    told.tell(ev.FulfilmentRequested(delivery_order(ship_to=moved, changed_at="2026-11-21T09:00:00Z")))
    assert told.raised() == ["order.changed_after_release"]


@pytest.mark.req("C6")
def test_an_unknown_code_is_kept_and_asked_about_once():
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order()))
    told.tell(
        scan("T1", "unknown", "2026-11-21T10:00:00Z", "ZZ9"), scan("T1", "unknown", "2026-11-21T11:00:00Z", "ZZ9")
    )
    assert told.raised() == ["mapping.unknown_code"]
    told.tell(scan("T1", "in_transit", "2026-11-21T10:00:00Z", "ZZ8"))
    assert told.resolved() == [], "another code"
    told.tell(scan("T1", "in_transit", "2026-11-21T10:00:00Z", "ZZ9"))
    assert told.resolved() == ["mapping.unknown_code"], "it was settled, and the message read again"


PAPER = ev.DocumentReceived("P1", "s1", "T1", Document("cd" * 32, "application/pdf", "i.pdf", 9, "customs_invoice"))


@pytest.mark.req("C3", "A1")
def test_papers_that_go_with_a_package_are_attached_to_its_order():
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.RatesQuoted(quote("P1", "s1", rate("r", "5.00"))))
    told.tell(booking("P1", "s1", "T1"))
    [record] = told.tell(PAPER)
    assert (record.partner, kinds([record]), record.body.document) == ("odoo", ["RecordDocument"], PAPER.document)
    [line] = packages_of(told.state)
    assert line.papers == (PAPER.document,)


def test_papers_of_a_cancelled_order_are_not_attached():
    told = history()
    told.tell(ev.FulfilmentRequested(delivery_order()), ev.FulfilmentCancelled(delivery_order().id))
    assert told.tell(PAPER) == []
