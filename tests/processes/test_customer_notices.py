"""Whatever happens in whatever order: a customer is told once, never against their will, never at night."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from crossdock.model import events as ev
from crossdock.model.fulfilment import FulfilmentState, apply
from crossdock.model.identifiers import partition_of, trace_id_of
from crossdock.model.instants import epoch_us, from_epoch_us, stamp
from crossdock.model.milestones import MILESTONES
from crossdock.model.notices import (
    KINDS,
    OVERTAKEN_BY,
    CustomerNotified,
    CustomerUnsubscribed,
    NoticeDecided,
    NotifyCustomer,
    kind_of,
)
from crossdock.model.party import Address
from crossdock.ports.process import Decision, Situation
from crossdock.processes.customer_notices import customer_notices
from crossdock.processes.notice_timing import quiet_until, zone_of_customer
from crossdock.processes.notices_policy import NoticesPolicy
from mailing import ADA, HOUR, LANGUAGES, MONDAY, SUBJECT, booked, order, scanned

QUIET = (21 * 60, 8 * 60)
POLICY = NoticesPolicy(kinds=KINDS, languages=LANGUAGES, quiet=QUIET)
ZONE = ZoneInfo("Europe/Berlin")


class Town:
    """One order under the process, with its timers, outages and clock; keeps what was told, and when."""

    def __init__(self, policy: NoticesPolicy = POLICY, found=None) -> None:
        self.policy = policy
        self.now = MONDAY
        self.down: dict[str, list[tuple[int, bool]]] = {}
        self.refused_at = 1 << 62
        self.process = customer_notices(policy, self)
        self.state = FulfilmentState()
        self.own = b""
        self.timers: dict[str, int] = {}
        self.told: list[tuple[int, NotifyCustomer]] = []
        self.steps: list[NoticeDecided] = []
        self.position = 0
        self.tell(ev.FulfilmentRequested(found or order()))
        self.tell(booked())

    # what the process knows beside the events
    def paused(self, partner: str, at: int) -> bool:
        moves = [on for since, on in self.down.get(partner, []) if since <= at]
        return bool(moves) and moves[-1]

    def refuses(self, address: str, at: int) -> bool:
        return address == ADA and at >= self.refused_at

    def tell(self, body: ev.EventBody, *, quiet: bool = False) -> Decision | None:
        self.position += 1
        fact = ev.Fact(body, from_epoch_us(self.now), subject=SUBJECT)
        event = ev.Event(
            fact.key(SUBJECT), SUBJECT, partition_of(SUBJECT), self.position, body, fact.occurred, self.now, self.now,
            "test", "x", trace_id_of(SUBJECT), quiet,
        )  # fmt: skip
        apply(self.state, body, event.key)
        if ev.type_of(body) not in self.process.handles:
            return None
        decision = self.process.decide(Situation(self.state, self.own, event, self.now))
        self.own = decision.state
        for name in decision.cleared:
            self.timers.pop(name, None)
        self.timers |= {timer.name: timer.due_at for timer in decision.timers}
        self.steps += [each for each in decision.events if isinstance(each, NoticeDecided)]
        if not quiet:
            self.told += [(self.now, each.body) for each in decision.orders]
        return decision

    def wait(self, until: int) -> None:
        """Time passes; timers fire when they are due."""
        while self.timers and min(self.timers.values()) <= until:
            name = min(self.timers, key=lambda each: (self.timers[each], each))
            due = self.timers.pop(name)
            self.now = max(self.now, due)
            self.tell(ev.DeadlinePassed(name, due))
        self.now = max(self.now, until)

    def pause(self, partner: str, *, on: bool) -> None:
        self.down.setdefault(partner, []).append((self.now, on))
        if not on:
            name = f"notices/held/{partner}"
            self.timers |= {name: self.now} if name in self.timers else {}
            self.wait(self.now)


USUAL = ["in_transit", "delayed", "delivered"]
HAPPENINGS = st.one_of(
    st.tuples(st.just("scan"), st.sampled_from(sorted(MILESTONES)), st.integers(0, 40), st.booleans()),
    st.tuples(
        st.just("scan"), st.sampled_from(["in_transit", "delayed", "delivered"]), st.integers(0, 2), st.just(False)
    ),
    st.tuples(st.just("wait"), st.integers(1, 30 * 60)),
    st.tuples(st.just("pause"), st.sampled_from(["carrier", "mail"])),
    st.tuples(st.just("resume"), st.sampled_from(["carrier", "mail"])),
    st.tuples(st.just("sent"), st.sampled_from(KINDS)),
    st.tuples(st.just("unsubscribe"), st.booleans()),
)


def _happen(town: Town, what: tuple) -> None:
    town.now += 1
    match what:
        case ("scan", milestone, hours_ago, quiet):
            town.tell(scanned(milestone, town.now - hours_ago * HOUR), quiet=quiet)
        case ("wait", minutes):
            town.wait(town.now + minutes * 60_000_000)
        case ("pause", partner):
            town.pause(partner, on=True)
        case ("resume", partner):
            town.pause(partner, on=False)
        case ("sent", kind):
            town.tell(CustomerNotified("mail", kind, "h", "<1@x>"))
        case ("unsubscribe", by_link):
            town.refused_at = min(town.refused_at, town.now)
            if by_link:
                town.tell(CustomerUnsubscribed("h"))


@pytest.mark.req("E12", "E13", "K5")
@settings(max_examples=400, deadline=None)
@given(st.lists(HAPPENINGS, max_size=25))
def test_once_per_kind_never_after_unsubscribing_never_at_night_never_in_an_outage(happenings):
    town = Town()
    for what in happenings:
        _happen(town, what)
        for at, body in town.told:
            local = datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(ZONE)
            assert 8 <= local.hour < 21, f"{body.template} at {local}"
            assert not town.paused("carrier", at)
            assert not town.paused("mail", at)
            assert at < town.refused_at
            assert at <= body.expires_at
    kinds = [body.template for _, body in town.told]
    assert len(kinds) == len(set(kinds))
    for number, kind in enumerate(kinds):
        assert not OVERTAKEN_BY[kind] & set(kinds[:number]), f"{kind} after {kinds[:number]}"


@pytest.mark.req("E13")
@settings(max_examples=200, deadline=None)
@given(st.lists(HAPPENINGS, max_size=20))
def test_nothing_waits_for_ever_and_everything_that_waited_is_accounted_for(happenings):
    town = Town()
    for what in happenings:
        _happen(town, what)
    town.pause("carrier", on=False)
    town.pause("mail", on=False)
    town.wait(town.now + 48 * HOUR)
    assert town.timers == {}
    ended = {each.kind for each in town.steps if each.step in {"due", "dropped"}}
    waited = {each.kind for each in town.steps if each.step in {"held", "deferred"}}
    assert waited <= ended
    assert {body.template for _, body in town.told} <= ended


@pytest.mark.req("E12", "K5")
@settings(max_examples=100, deadline=None)
@given(st.lists(HAPPENINGS, max_size=15))
def test_what_quiet_events_tell_is_never_told_later(happenings):
    town = Town()
    for what in happenings:
        if what[0] == "scan":
            town.tell(scanned(what[1], town.now), quiet=True)
        else:
            _happen(town, what)
    town.wait(town.now + 48 * HOUR)
    assert [body for _, body in town.told if body.template != "booked"] == []


@pytest.mark.req("E12")
def test_a_second_package_is_waited_for_before_delivered_is_told():
    found = structs.replace(order(), packages=(*order().packages, structs.replace(order().packages[0], id="2")))
    town = Town(structs.replace(POLICY, quiet=None), found)
    second = structs.replace(booked("EZ2").booking, package_id="2", shipment_id="shp_2")
    town.tell(ev.ShipmentBooked(second))
    town.tell(scanned("delivered", town.now, "EZ1"))
    assert "delivered" not in [body.template for _, body in town.told]
    town.tell(scanned("delivered", town.now, "EZ2"))
    assert [body.template for _, body in town.told][-1] == "delivered"


def test_what_is_delivered_on_its_way_back_is_returned():
    town = Town(structs.replace(POLICY, quiet=None))
    town.tell(scanned("return_initiated", town.now))
    town.tell(scanned("delivered", town.now + HOUR))
    assert [body.template for _, body in town.told][1:] == ["returned"]


@pytest.mark.req("E12")
def test_an_order_that_was_cancelled_tells_nobody_any_more():
    town = Town()
    town.wait(MONDAY + 10 * HOUR)  # 23:00 in Berlin
    town.tell(scanned("in_transit", town.now))
    town.tell(ev.FulfilmentCancelled(SUBJECT))
    town.wait(town.now + 48 * HOUR)
    assert [body.template for _, body in town.told] == ["booked"]
    assert town.steps[-1].reason == "cancelled"


def test_a_delay_without_a_promise_is_told_only_when_the_carrier_says_so():
    town = Town(structs.replace(POLICY, quiet=None))
    town.tell(scanned("in_transit", town.now, eta=stamp("2027-01-01")))
    assert "delayed" not in [body.template for _, body in town.told]


@pytest.mark.parametrize(
    ("address", "zone"),
    [
        (Address(country="US", region="CA"), "America/Los_Angeles"), (Address(country="US"), "America/New_York"),
        (Address(country="JP"), "Asia/Tokyo"), (Address(), "Europe/Brussels"),
        (Address(country="XX"), "Europe/Brussels"),
    ],
)  # fmt: skip
def test_the_zone_is_the_regions_else_the_countrys_else_the_default(address, zone):
    assert zone_of_customer(address, "Europe/Brussels") == zone


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("2026-11-21T20:59:00+01:00", ""), ("2026-11-21T21:00:00+01:00", "2026-11-22T08:00:00+01:00"),
        ("2026-11-22T07:59:59+01:00", "2026-11-22T08:00:00+01:00"), ("2026-11-22T08:00:00+01:00", ""),
        ("2026-03-28T23:00:00+01:00", "2026-03-29T08:00:00+02:00"),
        ("2026-10-24T23:00:00+02:00", "2026-10-25T08:00:00+01:00"),
    ],
)  # fmt: skip
def test_quiet_hours_end_in_the_morning_also_when_the_clock_is_changed(said, until):
    found = quiet_until(POLICY, Address(country="DE"), epoch_us(stamp(said)))
    assert found == (epoch_us(stamp(until)) if until else 0)


def test_every_milestone_customers_may_see_has_a_notice_or_none_on_purpose():
    silent = {code for code, row in MILESTONES.items() if row.customer_visible and kind_of(code) is None}
    assert silent == {
        "info_received", "pickup_scheduled", "delivery_scheduled", "arrived_at_destination_facility",
        "partially_delivered", "pod_available", "return_in_transit", "cancelled", "redirected", "eta_updated",
    }  # fmt: skip


@pytest.mark.req("E13")
def test_of_what_waited_for_the_morning_only_the_latest_is_told():
    town = Town()
    town.wait(MONDAY + 10 * HOUR)
    for milestone in ("in_transit", "out_for_delivery", "delivered"):
        town.wait(town.now + 1)
        town.tell(scanned(milestone, town.now))
    town.wait(town.now + 48 * HOUR)
    assert [body.template for _, body in town.told] == ["booked", "delivered"]
    assert [each.reason for each in town.steps if each.step == "dropped"] == ["overtaken", "overtaken"]


@pytest.mark.req("E13", "K5")
def test_a_quiet_event_does_not_swallow_what_waited_for_an_outage_to_end():
    town = Town(structs.replace(POLICY, quiet=None))
    town.pause("carrier", on=True)
    town.wait(town.now + 1)
    town.tell(scanned("in_transit", town.now))
    town.down["carrier"].append((town.now + 1, False))  # the end is known, the timers have not fired yet
    town.now += 2
    town.tell(scanned("info_update", town.now), quiet=True)
    town.wait(town.now + 2 * HOUR)
    assert [body.template for _, body in town.told] == ["booked", "in_transit"]
