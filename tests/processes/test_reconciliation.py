"""Comparing beliefs: nothing is said of equal ones, every difference once, and the order of words does not matter."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from crossdock.model import beliefs
from crossdock.model import events as ev
from crossdock.model.beliefs import Aspect, Statement
from crossdock.model.fulfilment import FulfilmentState, apply
from crossdock.model.instants import stamp
from crossdock.model.journey import Journey, add, entry_of
from crossdock.model.shipment import Booking, Document
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.ports.reconcile import Healing, Rewrite
from crossdock.processes.reconciliation import RULES, Policy, Reconciliation, beliefs_of, compare
from orders import CUSTOMER, delivery_order

NOW = 1_795_262_400_000_000
MINUTE = 60_000_000
ASPECTS = {
    kind: sorted(aspect for of, aspect in RULES if of == kind and aspect != "exists")
    for kind in (beliefs.DELIVERY_ORDER, beliefs.LABEL, beliefs.JOURNEY)
}


@st.composite
def statement(draw, ids=st.sampled_from(["1", "2", "3"])):
    kind = draw(st.sampled_from(sorted(ASPECTS)))
    values = st.frozensets(st.sampled_from("abc"), max_size=3).map(lambda found: Aspect(tuple(sorted(found))))
    aspects = draw(st.dictionaries(st.sampled_from(ASPECTS[kind]), values))
    return Statement(
        "p", kind, draw(ids), "do:p:1", aspects=aspects, at=draw(st.integers(0, 3)), live=draw(st.booleans()),
        gone=draw(st.booleans()),
    )  # fmt: skip


sides = st.lists(statement(), max_size=6)


@pytest.mark.req("L12")
@given(sides, sides, st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(ours, theirs, random):
    expected = compare(ours, theirs)
    random.shuffle(ours)
    random.shuffle(theirs)
    assert compare(ours, theirs) == expected


@pytest.mark.req("L12")
@given(sides)
def test_equal_beliefs_have_no_gap(ours):
    same = [structs.replace(each, gone=False) for each in ours]
    assert compare(same, list(same)) == []


@pytest.mark.req("L12")
@given(sides, sides)
def test_every_difference_is_told_once(ours, theirs):
    gaps = compare(ours, theirs)
    named = [(gap.partner, gap.thing, gap.id, gap.aspect) for gap in gaps]
    assert len(named) == len(set(named))


@pytest.mark.req("L12")
@given(statement(), st.data())
def test_a_changed_aspect_is_one_gap_of_that_aspect(ours, data):
    aspect = data.draw(st.sampled_from(ASPECTS[ours.kind]))
    ours = structs.replace(ours, gone=False, aspects={**ours.aspects, aspect: beliefs.one("here")})
    theirs = structs.replace(ours, aspects={**ours.aspects, aspect: beliefs.one("there")})
    [gap] = compare([ours], [theirs])
    assert (gap.kind, gap.aspect, gap.ours, gap.theirs) == ("differs", aspect, "here", "there")


def _order(**changes):
    return structs.replace(delivery_order(), **changes)


def _state(*bodies):
    state = FulfilmentState()
    for number, body in enumerate(bodies):
        apply(state, body, str(number))
    return state


def _shipped():
    """An order whose label, one note and proof Odoo confirmed."""
    order = delivery_order()
    event = TrackingEvent("easypost", "1Z1", "delivered", stamp("2026-11-22T10:00:00Z"))
    return _state(
        ev.FulfilmentRequested(order),
        ev.ShipmentBooked(Booking("easypost", "P1", "shp_1", "1Z1", "USPS", "Priority")),
        ev.LabelReceived("P1", "shp_1", "1Z1", Document("0" * 64, "application/pdf", "1Z1.pdf", 3)),
        ev.TrackingReported(event),
        ev.ProofCaptured(ProofOfDelivery("easypost", "1Z1", event.occurred, "A. Smith")),
        ev.RecordWritten("odoo", "shipping.record.v1", "1Z1"),
        ev.RecordWritten("odoo", "milestone.record.v1", "abc123"),
        ev.RecordWritten("odoo", "proof.record.v1", "def456"),
    )


@pytest.mark.req("L12")
def test_what_the_store_believes_of_each_partner():
    state = _shipped()
    [order] = beliefs_of("do:odoo:7", state, "odoo")
    assert order.key == ("odoo", beliefs.DELIVERY_ORDER, "7")
    assert order.aspects[beliefs.DEMAND].told() == "2 H87 SKU-1; package P1 2 KGM"
    assert order.aspects[beliefs.SHIP_TO].told() == "Ann Example, 12 Example St, 97201 Portland, OR, US"
    assert order.aspects[beliefs.TRACKING_NUMBERS].values == ("1Z1",)
    assert order.aspects[beliefs.ATTACHMENTS].values == ("label/1Z1", "proof/1Z1")
    assert set(order.aspects[beliefs.NOTES].values) == {"abc123", "def456"}
    label, journey = beliefs_of("do:odoo:7", state, "easypost")
    assert label.aspects[beliefs.LIFE].told() == "live"
    assert journey.aspects[beliefs.SCANS].told() == "delivered since 2026-11-22T10:00:00Z (1 scan)"
    assert beliefs_of("do:odoo:7", state, "somebody") == []


@pytest.mark.req("L12")
def test_only_what_was_confirmed_can_be_missed():
    [order] = beliefs_of("do:odoo:7", _state(ev.FulfilmentRequested(delivery_order())), "odoo")
    assert order.aspects[beliefs.TRACKING_NUMBERS].values == ()
    assert order.aspects[beliefs.ATTACHMENTS].values == ()


@pytest.mark.req("L12")
def test_a_cancelled_order_is_missed_by_nobody():
    state = _shipped()
    apply(state, ev.FulfilmentCancelled("do:odoo:7"), "x")
    ours = beliefs_of("do:odoo:7", state, "odoo")
    assert compare(ours, []) == []
    assert compare(ours, [_theirs(ours[0], gone=True, aspects={})]) == []


def _theirs(of, **changes):
    return structs.replace(of, **changes)


@pytest.mark.req("L12")
@pytest.mark.parametrize(
    ("aspect", "value", "healing", "rewrites"),
    [
        (beliefs.TRACKING_NUMBERS, Aspect(), Healing.RESEND, (Rewrite("shipping.record.v1", "1Z1"),)),
        (beliefs.ATTACHMENTS, Aspect(("label/1Z1",)), Healing.RESEND, (Rewrite("proof.record.v1", "1Z1"),)),
        (beliefs.CANCELLED, beliefs.one("yes"), Healing.FETCH, ()),
        (beliefs.SHIP_TO, beliefs.one("elsewhere"), Healing.FETCH, ()),
    ],
)
def test_whose_word_counts_decides_the_healing(aspect, value, healing, rewrites):
    [ours] = beliefs_of("do:odoo:7", _shipped(), "odoo")
    [gap] = compare([ours], [_theirs(ours, aspects={**ours.aspects, aspect: value})])
    assert (gap.aspect, gap.healing, gap.rewrites) == (aspect, healing, rewrites)


@pytest.mark.req("L12")
def test_who_owns_a_thing_may_have_more_of_it():
    [ours] = beliefs_of("do:odoo:7", _shipped(), "odoo")
    more = {**ours.aspects, beliefs.TRACKING_NUMBERS: Aspect(("1Z1", "BY-HAND"))}
    assert compare([ours], [_theirs(ours, aspects=more)]) == []
    _, journey = beliefs_of("do:odoo:7", _shipped(), "easypost")
    assert compare([journey], [_theirs(journey, aspects={beliefs.SCANS: Aspect()})]) == []


@pytest.mark.req("L12")
def test_what_is_young_is_on_its_way_and_no_gap():
    judge = Reconciliation(Policy(grace=15))
    theirs = Statement("easypost", beliefs.LABEL, "shp_9", aspects={beliefs.LIFE: beliefs.one("live")}, at=NOW)
    assert judge.compare([], [theirs], NOW + 14 * MINUTE) == []
    [gap] = judge.compare([], [theirs], NOW + 16 * MINUTE)
    assert (gap.kind, gap.ours, gap.theirs) == ("orphan", "unknown", "life live")


@pytest.mark.req("L12")
def test_what_the_policy_does_not_allow_is_only_reported():
    theirs = Statement("odoo", beliefs.DELIVERY_ORDER, "9", "do:odoo:9")
    [gap] = Reconciliation(Policy(heal=frozenset())).compare([], [theirs], NOW)
    assert (gap.kind, gap.healing) == ("missing_here", Healing.REPORT)


@pytest.mark.req("L12")
def test_what_is_hidden_is_asked_about_and_what_is_deleted_is_taken_in():
    [ours] = beliefs_of("do:odoo:7", _shipped(), "odoo")
    [hidden] = compare([ours], [])
    [deleted] = compare([ours], [_theirs(ours, gone=True, aspects={})])
    assert (hidden.kind, hidden.theirs, hidden.healing) == ("missing_there", "unknown", Healing.ASK)
    assert (deleted.kind, deleted.theirs, deleted.healing) == ("missing_there", "deleted", Healing.FETCH)


@pytest.mark.req("L12")
def test_equal_demands_have_equal_words_whatever_their_form():
    order = delivery_order()
    line = structs.replace(order.lines[0], quantity=Decimal("2.00"))
    moved = structs.replace(order.lines[0], id="2", quantity=Decimal(1))
    first, second = _order(lines=(line, moved)), _order(lines=(moved, structs.replace(line, quantity=Decimal(2))))
    assert beliefs.of_order(first) == beliefs.of_order(second)
    other = _order(ship_to=structs.replace(CUSTOMER, phone="+1 555"))
    assert beliefs.of_order(other) == beliefs.of_order(order), "a telephone number is no address"


@pytest.mark.req("L12")
def test_a_journey_is_told_by_where_it_leads():
    journey = Journey(entries=[])
    assert beliefs.of_journey(journey).told() == "unknown (0 scans)"
    event = TrackingEvent("easypost", "1Z1", "in_transit", stamp("2026-11-22T10:00:00Z"))
    add(journey, entry_of(event, "k"))
    assert beliefs.of_journey(journey) == Aspect(("k",), "in_transit since 2026-11-22T10:00:00Z (1 scan)")
