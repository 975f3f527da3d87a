"""What an exception puts at stake: the promised day, the customer's tier, the order's value; and another day agreed."""

import pytest
from msgspec import structs

from crossdock.model import events as ev
from crossdock.model import exceptions as exc
from crossdock.model.enrichment import Knowledge, Preference, Wishes
from crossdock.model.exception_kinds import kind_of
from crossdock.model.fulfilment import apply
from crossdock.model.instants import last_moment, stamp
from crossdock.model.sales import AmendSalesOrder
from crossdock.model.tasks import CloseActivity, RaiseActivity
from crossdock.model.tracking import TrackingEvent
from crossdock.processes.exceptions_configured import desk_policy, exception_processes
from crossdock.settings.exceptions import ActivitySettings, ExceptionSettings, TierSettings
from crossdock.settings.sections import PartnerSettings
from orders import delivery_order
from processes.desk_world import World

NUMBER = "1Z1"
PROMISED = stamp("2026-11-23")
SETTINGS = ExceptionSettings(
    tiers=(TierSettings("gold", "critical"), TierSettings("silver")), activities=ActivitySettings("low")
)
KNOWN = Knowledge((Preference(Wishes(customer_group="gold"), "the list", reference="C7"),))


def world(known=KNOWN, settings=SETTINGS):
    made = World(*exception_processes(settings, known=known))
    base = delivery_order()
    order = structs.replace(
        base, deliver_by=PROMISED, sales_order_id="7", ship_to=structs.replace(base.ship_to, reference="C7")
    )
    requested = ev.FulfilmentRequested(order)
    apply(made.state, requested, "o1")
    return made


def expected(eta, at="2026-11-21T12:00:00Z"):
    scan = TrackingEvent("ups", NUMBER, "in_transit", stamp(at), eta=stamp(eta), raw_code="T")
    return ev.TrackingReported(scan)


@pytest.mark.req("E17", "E16")
def test_an_estimate_after_the_promise_is_alerted_with_tier_promise_and_value():
    made = world()
    made.tell(expected("2026-11-25"))
    [case] = made.cases.values()
    assert (case.kind, case.severity, case.tier, case.rank) == ("eta.late", "critical", "gold", 2)
    assert case.promised_at == last_moment(PROMISED)
    assert case.proposed == "2026-11-25"
    [routed] = [body for _, body in made.said if isinstance(body, exc.ExceptionRouted)]
    assert routed.alert
    assert routed.promised == PROMISED
    [activity] = [order.body for order in made.orders if isinstance(order.body, RaiseActivity)]
    assert f"2026-11-25 can be kept: crossdock exceptions reschedule {case.id} --to 2026-11-25" in activity.note


@pytest.mark.req("E17")
def test_a_customer_of_no_tier_keeps_the_kinds_severity_and_is_alerted_all_the_same():
    made = world(known=Knowledge())
    made.tell(expected("2026-11-25"))
    [case] = made.cases.values()
    assert (case.severity, case.tier, case.rank) == ("normal", "", 0)
    assert [body.alert for _, body in made.said if isinstance(body, exc.ExceptionRouted)] == [True]


def agreed(made, day, name="r1"):
    [case] = [each for each in made.cases.values() if not each.resolved_at]
    made.tell(exc.ExceptionRescheduled(case.kind, name, "api:ann", stamp(day), case.pointer, case.cause, "told them"))
    return case


@pytest.mark.req("E16")
def test_another_day_is_written_once_it_is_agreed_and_ends_what_was_only_late():
    made = world()
    made.tell(expected("2026-11-25"))
    case = agreed(made, "2026-11-25")
    [written] = [order for order in made.orders if isinstance(order.body, AmendSalesOrder)]
    assert (written.partner, written.body.external_id, written.body.changes) == ("odoo", "7", ())
    assert written.body.promised_for == stamp("2026-11-25")
    assert [type(order.body) for order in made.orders if isinstance(order.body, CloseActivity)] == [CloseActivity]
    ended = made.cases[case.id]
    assert (ended.state, ended.resolved_by, ended.agreed) == ("resolved", "api:ann", "2026-11-25")


@pytest.mark.req("E16", "E17")
def test_late_for_the_new_day_too_is_an_exception_again():
    made = world()
    made.tell(expected("2026-11-25"))
    agreed(made, "2026-11-25")
    order = structs.replace(made.state.order, deliver_by=stamp("2026-11-25"), changed_at=stamp("2026-11-22T00:00:00Z"))
    apply(made.state, ev.FulfilmentRequested(order), "o2")
    made.tell(expected("2026-11-25", "2026-11-22T13:00:00Z"))
    assert [each.state for each in made.cases.values()] == ["resolved"]
    made.tell(expected("2026-11-27", "2026-11-23T13:00:00Z"))
    assert sorted(each.state for each in made.cases.values()) == ["open", "resolved"]


@pytest.mark.req("I8", "H9")
def test_a_partners_team_gets_what_nobody_else_was_named_for():
    settings = structs.replace(SETTINGS, owners={"damage": "claims"})
    policy = desk_policy(settings, {}, {"ups": PartnerSettings("ups", owner="carriers")})
    late, damage = kind_of("eta.late"), kind_of("shipment.damage")
    assert policy.owner_of(late, late.category, "ups") == "carriers"
    assert policy.owner_of(late, late.category, "dhl") == "operations"
    assert policy.owner_of(damage, damage.category, "ups") == "claims"
