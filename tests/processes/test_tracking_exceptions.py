"""What carriers say is wrong: the right kind, owner and promise, and its end by later progress."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model import events as ev
from crossdock.model import exceptions as exc
from crossdock.model.exception_kinds import CARRIERS, KINDS
from crossdock.model.instants import stamp
from crossdock.model.milestones import CATEGORIES, MILESTONES, REASONS
from crossdock.model.money import money
from crossdock.model.shipment import Booking
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.processes.exception_desk import exception_desk
from crossdock.processes.exception_policy import DeskPolicy, Team
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.processes.tracking_exceptions import TrackingExceptionsPolicy, tracking_exceptions
from orders import delivery_order
from processes.desk_world import HOUR, MINUTE, World

ROLES = {name: Team() for name in ("customer-service", "claims", "customs", "warehouse", "carriers-desk")}
NUMBER = "1Z1"


def world(policy: TrackingExceptionsPolicy = TrackingExceptionsPolicy(proof_hours=24), *others) -> World:
    return World(*others, tracking_exceptions(policy), exception_desk(DeskPolicy(ROLES)))


def scan(
    milestone: str, category: str = "none", reason: str = "", *, at: int = 0, eta: str = ""
) -> ev.TrackingReported:
    occurred = stamp(f"2026-11-{21 + at // 24:02}T{at % 24:02}:00:00Z")
    return ev.TrackingReported(
        TrackingEvent("ups", NUMBER, milestone, occurred, category, reason, carrier="UPS", raw_code=f"{milestone}{at}",
                      eta=stamp(eta) if eta else None)
    )  # fmt: skip


def standing(of: World) -> list[str]:
    return sorted(case.kind for case in of.cases.values() if not case.resolved_at)


@pytest.mark.req("E4")
@pytest.mark.parametrize(
    ("trouble", "kind", "owner", "severity", "end"),
    [
        (scan("customs_processing", "customs", "customs_hold", at=2), "shipment.customs", "customs", "high",
         scan("customs_cleared", at=3)),
        (scan("exception", "address", "address_bad", at=2), "shipment.address", "customer-service", "high",
         scan("out_for_delivery", at=3)),
        (scan("partially_delivered", "loss", "missing_pieces", at=2), "shipment.partial", "customer-service", "high",
         scan("delivered", at=3)),
        (scan("delivery_attempted", "recipient", "recipient_absent", at=2), "shipment.recipient", "customer-service",
         "normal", scan("available_for_pickup", at=3)),
        (scan("delivery_attempted", at=2), "shipment.attempted", "customer-service", "normal", scan("delivered", at=3)),
        (scan("exception", "damage", "damaged", at=2), "shipment.damage", "claims", "high", None),
        (scan("return_initiated", "refused", "refused_by_recipient", at=2), "shipment.returning", "customer-service",
         "normal", scan("returned", at=3)),
        (scan("lost", "loss", "lost", at=2), "shipment.loss", "claims", "high", scan("in_transit", at=3)),
        (scan("delayed", "delay_carrier", "missort", at=2), "shipment.delayed", "carriers-desk", "low",
         scan("arrived_at_facility", at=3)),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_each_type_has_its_kind_owner_and_promise_and_ends_by_progress(trouble, kind, owner, severity, end):
    desk = world()
    desk.tell(ev.FulfilmentRequested(delivery_order()), scan("in_transit", at=1), trouble)
    [case] = desk.cases.values()
    assert (case.kind, case.owner, case.severity, case.partner) == (kind, owner, severity, "UPS")
    assert case.resolve_by == case.raised_at + KINDS[kind].resolve_minutes * MINUTE
    if end is not None:
        desk.tell(end)
        assert standing(desk) == []
    else:
        desk.tell(scan("out_for_delivery", at=3), scan("delivered", at=4))
        assert standing(desk) == [kind]  # a claim is a person's to end


@pytest.mark.req("E4")
def test_a_failed_pickup_is_raised_once_by_the_process_that_ships():
    desk = world(TrackingExceptionsPolicy(), order_to_ship(OrderToShipPolicy(carriers=("ups",))))
    desk.tell(ev.FulfilmentRequested(delivery_order()), scan("pickup_attempted", "shipper", "not_ready", at=2))
    [case] = desk.cases.values()
    assert (case.kind, case.owner, case.severity, case.partner) == ("pickup.failed", "warehouse", "high", "UPS")
    desk.tell(scan("picked_up", at=3))
    assert standing(desk) == []


@pytest.mark.req("E4")
def test_every_category_and_reason_of_the_carriers_has_a_kind_in_the_catalogue():
    assert set(CARRIERS) == set(CATEGORIES) - {"none"}
    assert {CARRIERS[category] for category in REASONS.values()} <= set(KINDS)


def test_what_nobody_has_to_work_on_is_not_raised():
    desk = world()
    desk.tell(scan("delayed", "delay_external", "weather", at=1), scan("unknown", "data", "no_data", at=2))
    assert desk.cases == {}


def test_a_voided_label_ends_what_its_carrier_says():
    booking = Booking("ups", "P1", "shp_1", NUMBER, "UPS", "Ground")
    desk = world()
    desk.tell(ev.ShipmentBooked(booking), scan("exception", "damage", "damaged", at=1))
    assert standing(desk) == ["shipment.damage"]
    desk.tell(ev.ShipmentVoided("ups", "P1", "shp_1", NUMBER))
    assert standing(desk) == []
    desk.tell(scan("exception", "address", "address_bad", at=2))
    assert standing(desk) == []


def test_one_ended_by_a_person_comes_again_only_when_it_happens_again():
    desk = world()
    desk.tell(scan("delivery_attempted", "recipient", at=1))
    [case] = desk.cases.values()
    desk.tell(exc.ExceptionResolved(case.kind, case.pointer, case.cause, "ann", "she is at home tomorrow"))
    desk.tell(scan("delivery_attempted", "recipient", at=2))
    assert standing(desk) == []
    desk.tell(scan("out_for_delivery", at=3), scan("delivery_attempted", "recipient", at=4))
    assert standing(desk) == ["shipment.recipient"]
    assert len(desk.cases) == 2


scans = st.lists(
    st.tuples(st.sampled_from(sorted(MILESTONES)), st.sampled_from(sorted(CATEGORIES))), min_size=1, max_size=8
).map(lambda told: [scan(*each, at=at) for at, each in enumerate(told)])


@pytest.mark.req("E4")
@given(st.data())
def test_what_stands_in_the_end_does_not_depend_on_the_order_of_arrival(data):
    told = data.draw(scans)
    shuffled = data.draw(st.permutations(told))
    one, other = world(), world()
    one.tell(*told)
    other.tell(*shuffled)
    assert standing(one) == standing(other)


@given(scans)
def test_every_exception_that_is_raised_and_over_was_resolved_once(told):
    desk = world()
    desk.tell(*told, *told)
    raised = [body.identity() for body in desk.all(exc.ExceptionRaised)]
    resolved = [body.identity() for body in desk.all(exc.ExceptionResolved)]
    assert len(raised) == len(set(raised))
    assert len(resolved) == len(set(resolved))
    assert set(resolved) <= set(raised)


@pytest.mark.req("F3")
def test_a_delivery_without_proof_is_missed_after_a_day_and_found_by_its_proof():
    desk = world()
    desk.tell(scan("delivered", at=1))
    desk.pass_time(23 * HOUR)
    assert standing(desk) == []
    desk.pass_time(2 * HOUR)
    assert standing(desk) == ["proof.missing"]
    desk.tell(ev.ProofCaptured(ProofOfDelivery("ups", NUMBER, stamp("2026-11-22T15:00:00Z"), "A. B.")))
    assert standing(desk) == []


@pytest.mark.req("F3")
def test_a_proof_in_time_is_not_missed():
    desk = world()
    desk.tell(scan("delivered", at=1), ev.ProofCaptured(ProofOfDelivery("ups", NUMBER, stamp("2026-11-21T15:00:00Z"))))
    desk.pass_time(48 * HOUR)
    assert (desk.cases, desk.timers) == ({}, {})


@pytest.mark.req("E17")
def test_an_estimate_after_the_promise_names_both_and_what_is_at_stake():
    base = delivery_order()
    order = msgspec.structs.replace(
        base, deliver_by=stamp("2026-11-23"), service_level="express",
        lines=(msgspec.structs.replace(base.lines[0], value=money("99", "EUR")),),
    )  # fmt: skip
    desk = world()
    desk.tell(ev.FulfilmentRequested(order), scan("in_transit", at=1, eta="2026-11-23T18:00:00Z"))
    assert desk.cases == {}
    desk.tell(scan("eta_updated", at=2, eta="2026-11-25T12:00:00Z"))
    [case] = desk.cases.values()
    assert (case.kind, case.value, case.currency) == ("eta.late", 9900, "EUR")
    assert "2026-11-25T12:00:00Z" in case.text
    assert "promised by 2026-11-23, service level express" in case.text
    desk.tell(scan("eta_updated", at=3, eta="2026-11-23T12:00:00Z"))
    assert standing(desk) == []
    desk.tell(scan("eta_updated", at=4, eta="2026-11-24T12:00:00Z"), scan("delivered", at=5))
    assert standing(desk) == []
