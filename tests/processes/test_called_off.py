"""What stands of an order that is called off: what only kept it from leaving is over, what may still cost is not."""

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.desk import Book, DeskRequested, Return, Void
from crossdock.model.instants import stamp
from crossdock.model.shipment import Document
from crossdock.model.tracking import TrackingEvent
from orders import delivery_order
from processes.calling import (
    BOOKED,
    OFF,
    VOIDED,
    again,
    asked,
    bought,
    failure,
    key_of_last,
    kinds,
    quoted,
    scan,
    settled,
    standing,
)
from processes.history import NOON


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
    assert told.tell(again()) == []
    assert (told.phase, standing(told)) == ("settling", ["label.maybe_bought"]), "nobody has looked for it yet"


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
    told.tell(quoted("b1", package="P1:return"))
    key = key_of_last(told)
    told.tell(failure("label.buy.v1", "P1:return"), OFF)
    assert (told.phase, standing(told)) == ("cancelled", ["booking.failed"])
    told.tell(replace(settled(key), package_id="P1:return"))
    assert standing(told) == []


@pytest.mark.req("A9", "C3")
def test_a_label_that_comes_after_it_is_void_is_not_written_and_settles_nothing_of_the_next_one():
    told, _ = bought()
    told.tell(BOOKED, OFF, VOIDED, again(), quoted("s2"), failure("label.buy.v1"))
    assert standing(told) == ["booking.failed"]
    assert told.tell(ev.LabelReceived("P1", "s1", "T1", Document("a" * 64, "application/pdf", "l.pdf", 3))) == []
    assert standing(told) == ["booking.failed"]


@pytest.mark.parametrize("void", [(), (VOIDED,)])
@pytest.mark.req("A9")
def test_a_package_that_leaves_though_its_order_is_off_is_said_once(void):
    told, _ = bought()
    told.tell(BOOKED, OFF, *void, scan())
    assert (told.phase, standing(told)) == ("cancelled", ["order.cancelled_after_pickup"])
    told.tell(scan("out_for_delivery"))
    assert standing(told) == ["order.cancelled_after_pickup"]


@pytest.mark.req("A9")
def test_a_way_back_may_move_though_its_order_is_off():
    told, _ = bought()
    told.tell(BOOKED, DeskRequested("j1", "cli:ann", Return("P1")), quoted("b1", package="P1:return"))
    back = replace(BOOKED.booking, package_id="P1:return", shipment_id="b1", tracking_number="B1")
    told.tell(replace(BOOKED, booking=back), OFF)
    moved = TrackingEvent("easypost", "B1", "picked_up", stamp("2026-11-22T13:00:00Z"), raw_code="x")
    told.tell(ev.TrackingReported(moved))
    assert standing(told) == []


@pytest.mark.req("A9")
def test_void_and_moving_stands_when_it_is_reopened_until_it_is_booked_anew():
    told, _ = bought()
    told.tell(BOOKED, OFF, VOIDED, scan(), again())
    assert (told.phase, standing(told)) == ("attention", ["order.cancelled_after_pickup"])
    assert kinds(told.tell(DeskRequested("j1", "cli:ann", Book()))) == ["RequestRates"]
    assert standing(told) == []


@pytest.mark.req("A9", "C11")
def test_a_label_that_could_not_be_voided_can_be_voided_from_the_desk_though_its_order_is_off():
    told, _ = bought()
    [asked_for] = told.tell(BOOKED, OFF)[-1:]
    told.tell(replace(failure("label.void.v1"), command_key=key_of_last(told)))
    assert (kinds([asked_for]), standing(told)) == (["VoidLabel"], ["void.failed"])
    assert told.tell(DeskRequested("j1", "cli:ann", Book())) == []
    assert kinds(told.tell(DeskRequested("j2", "cli:ann", Void("P1", again=True)))) == ["VoidLabel"]
    told.tell(VOIDED)
    assert (told.phase, standing(told)) == ("cancelled", []), "and no other label is asked for"


@pytest.mark.req("A9")
def test_a_label_on_its_way_is_not_voided_from_the_desk_when_its_order_is_off():
    told, _ = bought()
    told.tell(BOOKED, scan(), OFF)
    assert (told.phase, standing(told)) == ("shipped", ["order.cancelled_after_pickup"])
    assert told.tell(DeskRequested("j1", "cli:ann", Void("P1"))) == []


@pytest.mark.req("A9")
def test_what_was_void_and_moving_once_is_not_asked_for_again():
    told, _ = bought()
    told.tell(BOOKED, OFF, VOIDED, scan(), again(), DeskRequested("j1", "cli:ann", Book()))
    told.tell(replace(OFF, changed_at=stamp("2026-11-22T14:00:00Z")), again("15:00"))
    assert (told.phase, standing(told)) == ("rating", [])
