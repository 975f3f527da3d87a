"""Silence is an event: found once, with who is late, and over when what was missing comes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.model.progress import ExpectationExpired, ExpectationFulfilled, ProcessMoved
from crossdock.model.shipment import Booking, Document
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.processes.configured import configured
from crossdock.processes.expectations import Patience, StageLimit, expectations
from crossdock.processes.outstanding import hours_of
from crossdock.processes.owed_by_carriers import CARRIERS_OWE
from crossdock.processes.owed_by_warehouses import WAREHOUSES_OWE
from crossdock.settings.sections import Processes
from crossdock.settings.watching import Expectations
from model.invented import bodies
from orders import delivery_order
from processes.history import HOUR, NOON, Timed

STAGES = {("order_to_ship", "rating"): StageLimit(0.5, "the carriers")}
RULES = (*WAREHOUSES_OWE, *CARRIERS_OWE)
PATIENCE = Patience(RULES, hours_of(RULES, {}), STAGES)
ORDER = ev.FulfilmentRequested(delivery_order())
BOOKED = ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority"))
LABEL = ev.LabelReceived("P1", "s1", "T1", Document("a" * 64, "application/pdf", "T1.pdf", 10))


def later(hours: float):
    return from_epoch_us(NOON + int(hours * HOUR))


def scan(milestone: str, hours: float) -> ev.TrackingReported:
    return ev.TrackingReported(
        TrackingEvent("easypost", "T1", milestone, later(hours), carrier="USPS", raw_code=milestone)
    )


def told(*facts, patience: Patience = PATIENCE) -> Timed:
    history = Timed(expectations(patience))
    history.tell(*facts)
    return history


def expired(history: Timed) -> list[tuple[str, str, float]]:
    return [
        (body.kind, body.who, (body.due_at - NOON) / HOUR)
        for body in history.events
        if isinstance(body, ExpectationExpired)
    ]


@pytest.mark.req("E14", "L10")
def test_a_first_scan_that_does_not_come_is_said_once_with_who_owes_it():
    history = told(ORDER, BOOKED, LABEL)
    history.pass_time(23.9)
    assert not history.raised()
    history.pass_time(20)
    assert expired(history) == [("first_scan", "USPS", 24.0)]
    assert history.raised() == ["scan.missing"]
    (said,) = [body for body in history.events if isinstance(body, ExceptionRaised)]
    assert "USPS has owed it for 1 d" in said.text
    assert said.partner == "USPS"  # and not whose order it is


@pytest.mark.req("E14")
def test_what_comes_after_all_ends_its_exception_and_says_how_late_it_was():
    history = told(ORDER, BOOKED, LABEL)
    history.pass_time(30)
    history.tell(scan("picked_up", 30))
    late = [body for body in history.events if isinstance(body, ExpectationFulfilled)]
    assert [(each.kind, each.late_by) for each in late] == [("first_scan", 6 * HOUR)]
    raised = [(body.kind, body.pointer, body.cause) for body in history.events if isinstance(body, ExceptionRaised)]
    ended = [(body.kind, body.pointer, body.cause) for body in history.events if isinstance(body, ExceptionResolved)]
    assert raised == ended
    assert "expect/collection/T1" not in history.due


@pytest.mark.req("F3", "L6")
def test_a_delivery_without_proof_for_a_day_is_missing_its_proof():
    history = told(ORDER, BOOKED, LABEL, scan("delivered", 0))
    history.pass_time(24)
    assert history.raised() == ["proof.missing"]
    history.tell(ev.ProofCaptured(ProofOfDelivery("easypost", "T1", later(25), "Ann")))
    assert history.resolved() == ["proof.missing"]
    assert not history.due


@pytest.mark.req("E14", "H7")
def test_a_stage_that_is_not_left_in_time_says_whom_it_waits_for():
    history = told(ProcessMoved("order_to_ship", 1, "", "rating", "fulfilment.requested.v1", "c1"))
    history.pass_time(1)
    assert expired(history) == [("stage", "the carriers", 0.5)]
    history.tell(ProcessMoved("order_to_ship", 1, "rating", "booking", "rates.quoted.v1", "c2"))
    assert history.resolved() == ["stage.overdue"]


@pytest.mark.req("E14")
def test_nothing_is_owed_by_anybody_of_an_order_that_is_off():
    history = told(ORDER, BOOKED, LABEL)
    history.pass_time(30)
    history.tell(ev.FulfilmentCancelled(delivery_order().id))
    assert history.resolved() == ["scan.missing"]
    assert not [body for body in history.events if isinstance(body, ExpectationFulfilled)]
    assert not history.due


def promised(day: str) -> ev.FulfilmentRequested:
    return ev.FulfilmentRequested(structs.replace(delivery_order(), deliver_by=Stamp(day, precision="day")))


@pytest.mark.req("E14", "L10")
@pytest.mark.parametrize("hours", [0.0, 12.0])
@pytest.mark.parametrize("scans", [(), (scan("in_transit", 0),)], ids=["unseen", "travelling"])
def test_a_promise_that_was_broken_before_the_parcel_left_is_said_once(hours, scans):
    """It is due at once; said again with every deadline, it would go round for ever."""
    patience = Patience(RULES, hours_of(RULES, {"delivery": hours}))
    history = told(promised("2026-11-19"), BOOKED, LABEL, *scans, patience=patience)
    history.pass_time(13)
    assert history.raised() == ["delivery.overdue"]
    assert history.resolved() == []
    history.tell(scan("out_for_delivery", 13))
    assert history.raised() == ["delivery.overdue"]
    assert history.resolved() == []
    history.tell(scan("delivered", 14))
    assert history.resolved() == ["delivery.overdue"]


@pytest.mark.req("E14")
def test_what_was_waited_for_before_promises_were_kept_is_the_same_expectation():
    history = told(promised("2026-11-19"), BOOKED, LABEL)
    history.pass_time(1)
    history.own = re.sub(rb',"promised":\d+', b"", history.own)
    history.tell(scan("in_transit", 2))
    assert history.raised() == ["delivery.overdue"]
    assert history.resolved() == []


@pytest.mark.req("E14")
def test_another_promise_is_another_expectation():
    history = told(promised("2026-11-19"), BOOKED, LABEL)
    history.pass_time(1)
    assert history.raised() == ["delivery.overdue"]
    history.tell(promised("2026-11-23"))
    assert history.resolved() == ["delivery.overdue"]
    history.pass_time(20)
    assert history.raised() == ["delivery.overdue"]
    history.pass_time(60)
    assert history.raised().count("delivery.overdue") == 2


@pytest.mark.req("E14")
@given(st.lists(bodies, max_size=12))
@settings(deadline=None)
def test_what_changes_nothing_says_nothing(story):
    """The same state read twice is the same: whatever is due now is said once, and waited for no more."""
    history = Timed(expectations(PATIENCE))
    history.tell(promised("2026-11-19"), BOOKED, LABEL)
    history.tell(*(body for body in story if not isinstance(body, ev.DeadlinePassed)))
    history.pass_time(0.001)
    before, waited = len(history.events), dict(history.due)
    history.tell(ev.DeadlinePassed("expect/nobody/knows", history.now))
    assert history.events[before:] == []
    assert history.due == waited


@pytest.mark.req("E14")
def test_a_kind_that_configuration_sets_to_nothing_is_not_expected():
    (process,) = configured(Processes(expectations=Expectations(hours={"first_scan": 2, "collection": 0})))
    history = Timed(process)
    history.tell(ORDER, BOOKED, LABEL)
    assert {name: (due - NOON) / HOUR for name, due in history.due.items()} == {"expect/first_scan/T1": 2.0}
    history.tell(scan("picked_up", 0))
    assert "expect/collection/T1" not in history.due


@pytest.mark.req("E14")
@given(st.lists(st.tuples(bodies, st.floats(0, 200)), max_size=25))
@settings(deadline=None)
def test_whatever_happens_each_expectation_ends_once_and_every_exception_it_raised_ends_with_it(story):
    history = Timed(expectations(PATIENCE))
    for body, hours in story:
        if not isinstance(body, ev.DeadlinePassed):
            history.tell(body)
        history.pass_time(hours)
    said = [(body.name, body.since, body.due_at) for body in history.events if isinstance(body, ExpectationExpired)]
    assert len(said) == len(set(said))
    raised = [(body.kind, body.pointer, body.cause) for body in history.events if isinstance(body, ExceptionRaised)]
    ended = [(body.kind, body.pointer, body.cause) for body in history.events if isinstance(body, ExceptionResolved)]
    assert len(set(ended)) == len(ended)
    assert set(ended) <= set(raised)
    history.tell(ev.FulfilmentCancelled("do:odoo:7"))
    ended = [(body.kind, body.pointer, body.cause) for body in history.events if isinstance(body, ExceptionResolved)]
    of_stages = {each for each in raised if each[0] == "stage.overdue"}
    assert set(raised) - of_stages == set(ended) - of_stages
