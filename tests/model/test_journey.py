"""The fold of one package: the same standing for any order of arrival and any repetition."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.identifiers import digest
from crossdock.model.instants import stamp_of
from crossdock.model.journey import Journey, Standing, add, entry_of
from crossdock.model.milestones import CATEGORIES, MILESTONES
from crossdock.model.tracking import TrackingEvent

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def _entry(milestone, hours, category="none", reason=""):
    event = TrackingEvent(
        partner="easypost",
        tracking_number="EZ1",
        milestone=milestone,
        occurred=stamp_of(START + timedelta(hours=hours)),
        exception_category=category,
        reason=reason,
    )
    return entry_of(event, digest(milestone, str(hours), category, reason))


def _fold(entries) -> Journey:
    journey = Journey()
    for entry in entries:
        add(journey, entry)
    return journey


entries = st.builds(
    _entry,
    st.sampled_from(sorted(MILESTONES)),
    st.integers(0, 6),
    st.sampled_from(sorted(CATEGORIES)),
)


@given(st.lists(entries, max_size=12).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some + some[:4]))))
@pytest.mark.req("E5", "E7", "K2")
def test_any_order_of_arrival_and_any_repetition_gives_the_same_journey(case):
    once, shuffled = case
    assert _fold(once) == _fold(shuffled)


@given(st.lists(entries, max_size=8), entries)
def test_an_entry_is_added_once(some, entry):
    journey = _fold(some)
    add(journey, entry)
    before = (list(journey.entries), journey.standing)
    assert not add(journey, entry)
    assert (journey.entries, journey.standing) == before


@given(st.lists(entries, max_size=12))
def test_a_journey_is_sorted_and_never_unknown_after_a_move(some):
    journey = _fold(some)
    assert journey.entries == sorted(journey.entries)
    if any(MILESTONES[entry.milestone].advances for entry in some):
        assert journey.standing.milestone != "unknown"


def _stands(*facts) -> Standing:
    return _fold(
        [
            _entry(fact, hours) if isinstance(fact, str) else _entry(fact[0], hours, *fact[1:])
            for hours, fact in enumerate(facts)
        ]
    ).standing


EXAMPLES = {
    "straight": (["info_received", "picked_up", "in_transit", "out_for_delivery", "delivered"], "delivered", "forward"),
    "label after the parcel": (["picked_up", "info_received"], "picked_up", "forward"),
    "hubs repeat": (
        ["arrived_at_facility", "departed_facility", "arrived_at_facility"],
        "arrived_at_facility",
        "forward",
    ),
    "a second day": (["out_for_delivery", "delivery_attempted", "out_for_delivery"], "out_for_delivery", "forward"),
    "collected at a shop": (["out_for_delivery", "available_for_pickup", "delivered"], "delivered", "forward"),
    "delivered between two tours": (["out_for_delivery", "delivered", "out_for_delivery"], "delivered", "forward"),
    "no way back to the network": (["out_for_delivery", "in_transit"], "out_for_delivery", "forward"),
    "customs twice": (["customs_cleared", "customs_processing"], "customs_processing", "forward"),
    "part, then all": (["partially_delivered", "delivered"], "delivered", "forward"),
    "proof changes nothing": (["delivered", "pod_available"], "delivered", "forward"),
    "lost": (["picked_up", "lost"], "lost", "forward"),
    "lost then found": (["picked_up", "lost", "arrived_at_facility"], "arrived_at_facility", "forward"),
    "lost, paper only": (["picked_up", "lost", "info_received"], "lost", "forward"),
    "turned round": (["out_for_delivery", "return_initiated", "in_transit"], "return_in_transit", "return"),
    "back with the sender": (["return_initiated", "in_transit", "delivered"], "returned", "return"),
    "sent back after delivery": (["delivered", "return_initiated", "picked_up"], "return_in_transit", "return"),
    "lost on the way back": (["return_initiated", "in_transit", "lost"], "lost", "return"),
    "destroyed on the way back": (["return_initiated", "destroyed"], "destroyed", "return"),
    "found on the way back": (["return_initiated", "lost", "arrived_at_facility"], "return_in_transit", "return"),
    "voided": (["info_received", "cancelled"], "cancelled", "forward"),
    "not mapped": (["unknown", "info_update"], "unknown", "forward"),
}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.req("E3", "E7")
def test_examples(name):
    facts, milestone, leg = EXAMPLES[name]
    standing = _stands(*facts)
    assert (standing.milestone, standing.leg) == (milestone, leg)


@pytest.mark.req("E7")
def test_delivered_before_in_transit_stays_delivered_and_keeps_its_time():
    journey = _fold([_entry("delivered", 9), _entry("in_transit", 3)])
    assert journey.standing.milestone == "delivered"
    assert journey.standing.since == _entry("delivered", 9).instant
    assert [entry.milestone for entry in journey.entries] == ["in_transit", "delivered"]


def test_equal_times_are_ordered_by_rank():
    journey = _fold([_entry("delivered", 5), _entry("out_for_delivery", 5)])
    assert [entry.milestone for entry in journey.entries] == ["out_for_delivery", "delivered"]


def test_a_cancellation_after_pickup_is_a_conflict_and_no_move():
    standing = _stands("picked_up", "cancelled")
    assert standing.milestone == "picked_up"
    assert standing.conflict == "cancelled after pick-up"


def test_a_parcel_that_moves_after_its_cancellation_is_a_conflict():
    standing = _stands("info_received", "cancelled", "picked_up")
    assert standing.milestone == "cancelled"
    assert standing.conflict == "moved after cancellation"


def test_cancelling_or_losing_a_parcel_does_not_move_it():
    assert not _stands("info_received", "cancelled").moved
    assert not _stands("info_received", "lost").moved


def test_a_delay_is_a_flag_that_the_next_move_clears():
    assert _stands("in_transit", ("delayed", "delay_external", "weather")) == Standing(
        milestone="in_transit",
        since=_entry("in_transit", 0).instant,
        delayed=True,
        category="delay_external",
        reason="weather",
        moved=True,
    )
    cleared = _stands("in_transit", ("delayed", "delay_external", "weather"), "arrived_at_facility")
    assert (cleared.delayed, cleared.category, cleared.reason) == (False, "none", "")


def test_resumed_clears_hold_and_delay_where_it_stands():
    standing = _stands("in_transit", ("held", "customs", "customs_hold"), ("delayed", "customs"), "resumed")
    assert (standing.milestone, standing.held, standing.delayed, standing.category) == (
        "in_transit",
        False,
        False,
        "none",
    )


@pytest.mark.req("E4")
def test_a_failed_attempt_keeps_the_milestone_and_says_why():
    standing = _stands("out_for_delivery", ("delivery_attempted", "recipient", "recipient_absent"))
    assert (standing.milestone, standing.category, standing.reason) == (
        "out_for_delivery",
        "recipient",
        "recipient_absent",
    )
