"""The exception desk: owners by the matrix, clocks by calendars, one step up at a time, an end for everything."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model import events as ev
from crossdock.model import exceptions as exc
from crossdock.model.calendars import calendar
from crossdock.model.exception_kinds import KINDS
from crossdock.model.money import money
from crossdock.model.tasks import CloseActivity, RaiseActivity
from crossdock.processes.exception_desk import Desk, exception_desk
from crossdock.processes.exception_policy import DeskPolicy, Step, Team, Terms
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from orders import delivery_order
from processes.desk_world import HOUR, MINUTE, NOON, World

OFFICE = calendar("UTC", (((9 * 60, 17 * 60),),) * 5 + ((), ()))
LADDER = (Step("lead"), Step("head", 60), Step("director", 120))
POLICY = DeskPolicy(
    teams={"desk": Team(("ann",), ladder=LADDER), "office": Team(calendar=OFFICE), "claims": Team()},
    owners={"address": "desk", "customs": "office", "shipment.damage": "claims", "sku.unknown": "desk"},
    terms={"sku.unknown": Terms("high", 10, 30)},
)
NAMED = {"kind": "sku.unknown", "pointer": "/lines/0", "cause": "c1"}
RAISED = exc.ExceptionRaised(text="no SKU", **NAMED)


def world(policy: DeskPolicy = POLICY) -> World:
    return World(exception_desk(policy))


def said(of: World, kind: type) -> list[tuple]:
    return [msgspec.structs.astuple(body) for body in of.all(kind)]


@pytest.mark.req("H9")
def test_eight_kinds_go_to_eight_owners_and_what_nobody_owns_to_the_default_queue():
    kinds = ["address.incomplete", "booking.failed", "customs.incomplete", "feed.silent", "manifest.failed",
             "order.changed_after_release", "shipment.damage", "shipment.payment"]  # fmt: skip
    owners = {kind: f"team-{number}" for number, kind in enumerate(kinds)}
    desk = world(DeskPolicy(owners=owners))
    for kind in [*kinds, "label.failed", "nobody.knows"]:
        desk.tell(exc.ExceptionRaised(kind, "text"))
    routed = {body.kind: body.owner for body in desk.all(exc.ExceptionRouted)}
    assert routed == {**owners, "label.failed": "operations", "nobody.knows": "operations"}


@pytest.mark.req("H9")
def test_a_kind_goes_before_its_category_and_the_catalogues_role_is_a_team_where_there_is_one():
    policy = DeskPolicy(
        teams={"finance": Team()}, owners={"damage": "returns", "shipment.damage": "claims", "loss": "claims"}
    )
    owners = [policy.owner_of(KINDS[kind], KINDS[kind].category) for kind in
              ("shipment.damage", "shipment.loss", "shipment.payment", "shipment.customs")]  # fmt: skip
    assert owners == ["claims", "claims", "finance", "operations"]


@pytest.mark.req("L18")
def test_a_promise_of_half_an_hour_is_warned_of_at_24_minutes_broken_at_30_and_goes_up_one_level():
    desk = world()
    desk.tell(RAISED, exc.ExceptionAssigned(id="r1", actor="ann", assignee="ann", **NAMED))
    desk.pass_time(29 * MINUTE)
    assert desk.when(exc.ExceptionWarned) == [24]
    assert desk.when(exc.ExceptionBreached) == []
    desk.pass_time(MINUTE)
    assert desk.when(exc.ExceptionBreached) == [30]
    assert [(body.level, body.to) for body in desk.all(exc.ExceptionEscalated)] == [(1, "lead")]
    desk.pass_time(24 * HOUR)
    assert desk.when(exc.ExceptionEscalated) == [30, 90, 210]
    assert [body.to for body in desk.all(exc.ExceptionEscalated)] == ["lead", "head", "director"]
    [case] = desk.cases.values()
    assert (case.level, case.escalated_to, case.state) == (3, "director", "assigned")
    assert desk.timers == {}


@pytest.mark.req("L18")
def test_taking_it_late_is_a_broken_promise_of_its_own():
    desk = world()
    desk.tell(RAISED)
    desk.pass_time(11 * MINUTE)
    assert [(body.clock, at) for body, at in zip(desk.all(exc.ExceptionWarned), desk.when(exc.ExceptionWarned),
            strict=True)] == [("acknowledge", 8)]  # fmt: skip
    assert [body.clock for body in desk.all(exc.ExceptionBreached)] == ["acknowledge"]
    assert [body.level for body in desk.all(exc.ExceptionEscalated)] == [1]
    desk.pass_time(HOUR)
    assert [body.level for body in desk.all(exc.ExceptionEscalated)] == [1, 2]


@pytest.mark.req("H9", "L18")
def test_the_clock_stands_while_it_waits_and_goes_on_by_itself():
    desk = world()
    desk.tell(RAISED)
    desk.pass_time(9 * MINUTE)
    until = NOON + 5 * HOUR
    desk.tell(exc.ExceptionWaiting(id="r1", actor="ann", on="customer", until=until, **NAMED))
    [case] = desk.cases.values()
    assert (case.state, case.waiting_on, case.resolve_by, case.acknowledge_by) == ("waiting", "customer", 0, 0)
    desk.pass_time(5 * HOUR - 9 * MINUTE)
    [case] = desk.cases.values()
    assert case.state == "open"
    assert round((case.resolve_by - until) / MINUTE) == 21
    assert desk.all(exc.ExceptionBreached) == []
    desk.pass_time(22 * MINUTE)
    assert [(body.clock, at) for body, at in zip(desk.all(exc.ExceptionBreached), desk.when(exc.ExceptionBreached),
            strict=True)] == [("resolve", 321)]  # fmt: skip


def test_a_person_ends_the_waiting():
    desk = world()
    desk.tell(RAISED, exc.ExceptionWaiting(id="r1", actor="ann", on="customer", **NAMED))
    assert desk.timers == {}
    desk.pass_time(24 * HOUR)
    desk.tell(exc.ExceptionResumed(id="r2", actor="ann", **NAMED))
    [case] = desk.cases.values()
    assert round((case.resolve_by - desk.now) / MINUTE) == 30


@pytest.mark.req("L18")
def test_working_time_counts_and_another_team_counts_in_its_own():
    desk = world(POLICY)
    customs = {"kind": "shipment.customs", "pointer": "/shipments/1", "cause": "c"}
    desk.tell(exc.ExceptionRaised(text="held", category="customs", **customs))
    [case] = desk.cases.values()
    monday = NOON + 45 * HOUR
    assert (case.owner, case.acknowledge_by, case.resolve_by) == ("office", monday + HOUR, monday + 8 * HOUR)
    desk.tell(exc.ExceptionAssigned(id="r1", actor="ann", owner="claims", **customs))
    [case] = desk.cases.values()
    assert case.owner == "claims"
    assert round((case.resolve_by - NOON) / HOUR) == 8


@pytest.mark.req("E16")
def test_the_account_manager_has_an_activity_until_it_is_over():
    policy = msgspec.structs.replace(POLICY, activity_from="high")
    desk = world(policy)
    order = msgspec.structs.replace(delivery_order(), sales_order_id="41")
    desk.tell(ev.FulfilmentRequested(order), RAISED)
    desk.tell(exc.ExceptionRaised("address.unchecked", "low"), exc.ExceptionRaised("record.failed", "technical"))
    [activity] = [each.body for each in desk.orders]
    assert isinstance(activity, RaiseActivity)
    assert (activity.record, activity.external_id, activity.summary) == ("sales_order", "41", "Item without a SKU")
    desk.tell(exc.ExceptionResolved(by="ann", reason="the item has its SKU", **NAMED))
    close = desk.orders[-1].body
    assert isinstance(close, CloseActivity)
    assert (close.marker, close.record, close.feedback) == (
        activity.marker, "sales_order", "ann: the item has its SKU"
    )  # fmt: skip


def test_without_a_sales_order_the_activity_is_on_the_delivery_and_a_kind_may_ask_for_one():
    desk = world(DeskPolicy(activity_kinds=frozenset({"sku.unknown"})))
    desk.tell(ev.FulfilmentRequested(delivery_order()), RAISED, exc.ExceptionRaised("booking.failed", "no"))
    assert [(each.partner, each.body.record, each.body.external_id) for each in desk.orders] == [
        ("odoo", "transfer", "7")
    ]


@pytest.mark.req("L13")
def test_the_value_at_stake_is_what_the_order_is_worth():
    order = delivery_order()
    line = msgspec.structs.replace(order.lines[0], value=money("12.50", "EUR"))
    for lines, wanted in (((line, line), (2500, "EUR")), ((line, order.lines[0]), (1250, "EUR")),
                          ((line, msgspec.structs.replace(line, value=money("1", "USD"))), (0, ""))):  # fmt: skip
        desk = world()
        desk.tell(ev.FulfilmentRequested(msgspec.structs.replace(order, lines=lines)), RAISED)
        [case] = desk.cases.values()
        assert (case.value, case.currency) == wanted


def test_what_ended_is_not_opened_again_by_a_word_that_came_late():
    desk = world()
    desk.tell(RAISED, exc.ExceptionResolved(**NAMED))
    desk.tell(exc.ExceptionAssigned(id="r1", actor="ann", assignee="ann", **NAMED))
    desk.tell(exc.ExceptionWaiting(id="r2", actor="ann", on="customer", until=desk.now + HOUR, **NAMED))
    assert (desk.open_cases(), desk.timers) == (set(), {})


def test_one_raised_before_there_was_a_desk_is_taken_up_when_somebody_touches_it():
    desk = world()
    desk.tell(exc.ExceptionAssigned(id="r1", actor="ann", assignee="ann", **NAMED))
    [case] = desk.cases.values()
    assert (case.owner, case.assignee, case.severity) == ("desk", "ann", "high")
    assert desk.timers


def test_what_a_person_ended_is_raised_again_when_it_happens_again():
    shipping = order_to_ship(OrderToShipPolicy(carriers=("ups",)))
    desk = World(shipping, exception_desk(POLICY))
    desk.tell(ev.FulfilmentRequested(delivery_order()))
    for number in (1, 2):
        desk.tell(ev.CommandFailed(f"k{number}", "ups", "label.fetch.v1", "Look.", f"HTTP 50{number}", "P1"))
        [case] = [each for each in desk.cases.values() if not each.resolved_at]
        assert (case.kind, case.partner) == ("label.failed", "ups")
        desk.tell(exc.ExceptionResolved(case.kind, case.pointer, case.cause, "ann", "printed at the counter"))
    assert len(desk.cases) == 2
    assert desk.open_cases() == set()


KINDS_TOLD = ["sku.unknown", "address.incomplete", "shipment.customs", "feed.silent"]
named = st.builds(
    lambda kind, cause: {"kind": kind, "pointer": "/x", "cause": cause},
    st.sampled_from(KINDS_TOLD),
    st.sampled_from(["c1", "c2"]),
)
steps = st.lists(
    st.tuples(
        st.sampled_from(["raise", "raise", "assign", "move", "wait", "resume", "comment", "resolve", "pass", "pass"]),
        named,
        st.integers(1, 3000),
    ),
    min_size=1,
    max_size=25,
)


def carried_out(story) -> World:
    """What a story of people, deciders and time makes of the desk."""
    desk = world(msgspec.structs.replace(POLICY, activity_from="normal"))
    desk.tell(ev.FulfilmentRequested(delivery_order()))
    for number, (deed, about, minutes) in enumerate(story):
        asked = {**about, "id": f"r{number}", "actor": "ann"}
        match deed:
            case "raise":
                desk.tell(exc.ExceptionRaised(text="t", **about))
            case "assign":
                desk.tell(exc.ExceptionAssigned(assignee="ann", **asked))
            case "move":
                desk.tell(exc.ExceptionAssigned(owner=("office", "claims")[minutes % 2], **asked))
            case "wait":
                until = desk.now + minutes * MINUTE if minutes % 2 else 0
                desk.tell(exc.ExceptionWaiting(on="customer", until=until, **asked))
            case "resume":
                desk.tell(exc.ExceptionResumed(**asked))
            case "comment":
                desk.tell(exc.ExceptionCommented(text="t", **asked))
            case "resolve":
                desk.tell(exc.ExceptionResolved(**about))
            case "pass":
                desk.pass_time(minutes * MINUTE)
    return desk


def items_of(desk: World) -> Desk:
    own = desk.own.get("exception_desk", b"")
    return msgspec.json.decode(own, type=Desk) if own else Desk()


@pytest.mark.req("H9", "L18")
@given(steps)
def test_nothing_is_stuck_lost_or_escalated_twice(story):
    desk = carried_out(story)
    desk.pass_time(400 * 24 * HOUR)
    items = items_of(desk).items
    touched = {name for name in desk.open_cases() if desk.cases[name].owner}
    assert set(items) == touched  # nothing lost, nothing kept that is over
    for name, item in items.items():
        stands = item.waiting and not item.until
        assert item.clock.since or stands
        assert stands or "resolve/breach" in item.clock.fired
        assert stands or item.level >= min(1, len(POLICY.team(item.owner).ladder))
        assert desk.cases[name].level == item.level
    assert desk.timers == {}
    for kind in (exc.ExceptionWarned, exc.ExceptionBreached, exc.ExceptionEscalated):
        names = [body.identity() for body in desk.all(kind)]
        assert len(names) == len(set(names))
    assert desk.fired <= 12 * len(desk.cases) + len(story)


@pytest.mark.req("E16")
@given(steps)
def test_every_activity_is_closed_once_when_its_exception_is_over(story):
    desk = carried_out(story)
    raised = [each.body.marker for each in desk.orders if isinstance(each.body, RaiseActivity)]
    closed = [each.body.marker for each in desk.orders if isinstance(each.body, CloseActivity)]
    assert len(raised) == len(set(raised))
    assert sorted(closed) == sorted(name for name in raised if name not in desk.open_cases())


@given(steps)
def test_a_story_told_again_is_decided_the_same(story):
    first, second = carried_out(story), carried_out(story)
    assert (first.said, first.own, first.timers) == (second.said, second.own, second.timers)
