"""The state of one delivery order does not depend on the order in which its events arrive."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import SUBJECT, bodies, order

from crossdock.model import events as ev
from crossdock.model.fulfilment import FulfilmentState, apply, state_hash
from crossdock.model.instants import Stamp
from crossdock.model.shipment import Booking


def _fold(some) -> FulfilmentState:
    state = FulfilmentState()
    for body in some:
        apply(state, body, ev.Fact(body, Stamp("2026-03-01"), subject=SUBJECT).key())
    return state


@given(st.lists(bodies, max_size=14).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some + some[:5]))))
@pytest.mark.req("E5", "E7", "K2")
def test_any_order_of_arrival_and_any_repetition_gives_the_same_state(case):
    once, shuffled = case
    assert state_hash(_fold(once)) == state_hash(_fold(shuffled))


@given(st.lists(bodies, max_size=14))
def test_a_stored_state_goes_on_where_it_was(some):
    half = _fold(some[: len(some) // 2])
    stored = msgspec.json.decode(msgspec.json.encode(half), type=FulfilmentState)
    for body in some[len(some) // 2 :]:
        apply(stored, body, ev.Fact(body, Stamp("2026-03-01"), subject=SUBJECT).key())
    assert state_hash(stored) == state_hash(_fold(some))


def test_the_latest_version_of_an_order_holds():
    early, late = order("early", Stamp("2026-03-01T08:00:00Z")), order("late", Stamp("2026-03-01T10:00:00+01:00"))
    for some in ([early, late], [late, early]):
        state = _fold([ev.FulfilmentRequested(each) for each in some])
        assert state.order is not None
        assert state.order.note == "late"


@pytest.mark.req("C3", "C11")
def test_tracking_numbers_follow_the_packages_and_leave_voided_labels_out():
    def booked(package: str, shipment: str, number: str) -> ev.ShipmentBooked:
        return ev.ShipmentBooked(Booking("easypost", package, shipment, number, "USPS", "Priority"))

    state = _fold(
        [
            booked("2", "shp_b", "EZ2"),
            booked("1", "shp_a", "EZ1"),
            ev.FulfilmentRequested(order()),
            ev.ShipmentVoided("easypost", "1", "shp_a", "EZ1"),
            booked("1", "shp_c", "EZ3"),
        ]
    )
    assert state.tracking_numbers() == ("EZ3", "EZ2")
