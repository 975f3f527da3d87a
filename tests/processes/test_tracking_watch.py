"""Asking carriers that do not push, letting dead numbers go, and noticing silence."""

import pytest

from crossdock.backbone.quiet_feeds import QuietFeeds
from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.instants import stamp
from crossdock.model.shipment import Booking
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.connector import Received
from crossdock.processes.tracking_watch import WatchPolicy, tracking_watch
from hubs import Scripted, scripted_hub
from processes.history import HOUR, Timed

POLICY = WatchPolicy(("usps",))


class Watching(Timed):
    def __init__(self, policy: WatchPolicy = POLICY) -> None:
        super().__init__(tracking_watch(policy))


def booked(partner: str = "usps") -> ev.ShipmentBooked:
    return ev.ShipmentBooked(Booking(partner, "P1", "s1", "T1", "USPS", "Priority"))


def scan(milestone: str, hour: int) -> ev.TrackingReported:
    at = stamp(f"2026-11-2{2 + hour // 24}T{hour % 24:02}:00:00Z")
    return ev.TrackingReported(TrackingEvent("usps", "T1", milestone, at, raw_code=milestone))


@pytest.mark.req("E14")
def test_questions_come_as_often_as_age_and_milestone_are_worth():
    told = Watching()
    told.tell(booked())
    assert told.pass_time(20) == [6.0, 12.0, 18.0]
    told.tell(scan("out_for_delivery", 1))
    assert told.pass_time(2.5) == [20.0, 21.0, 22.0]
    told.tell(scan("delivered", 3))
    assert (told.pass_time(2000), told.due) == ([], {}), "the end of the road"


@pytest.mark.req("E14")
def test_old_shipments_are_asked_for_seldomer():
    told = Watching(WatchPolicy(("usps",), silent_hours=10_000, dead_days=1000))
    told.tell(booked(), scan("in_transit", 1))
    asked = told.pass_time(24 * 14)
    assert asked[:3] == [6.0, 12.0, 18.0]
    assert [asked[i + 1] - asked[i] for i in range(-3, -1)] == [24.0, 24.0]


@pytest.mark.req("E14")
def test_partners_that_push_are_not_asked():
    told = Watching()
    told.tell(booked("easypost"))
    assert told.pass_time(50) == []


@pytest.mark.req("E14")
def test_a_dead_number_is_said_once_and_let_go():
    told = Watching()
    told.tell(booked())
    asked = told.pass_time(24 * 40)
    assert max(asked) <= 24 * 14
    assert told.raised()[-1] == "tracking.dead"
    assert told.due == {}
    told.tell(scan("in_transit", 30))
    assert told.resolved()[-1] == "tracking.dead"
    assert told.due, "a scan after all: it is watched again"


@pytest.mark.req("E14")
def test_silence_names_the_carrier_and_how_long_and_the_next_scan_ends_it():
    told = Watching(WatchPolicy(silent_hours=48))
    told.tell(booked("easypost"), scan("picked_up", 1))
    told.pass_time(100)
    assert told.raised() == ["shipment.silent"]
    text = next(body.text for body in told.events if isinstance(body, ExceptionRaised))
    assert "USPS has said nothing of T1 for 48 hours" in text
    told.tell(scan("in_transit", 30))
    assert told.resolved() == ["shipment.silent"]
    told.pass_time(100)
    assert told.raised() == ["shipment.silent"] * 2


@pytest.mark.req("E14")
def test_a_carrier_that_is_down_for_days_is_asked_once_when_it_is_back():
    told = Watching()
    told.tell(booked())
    asked = told.pass_time(20)
    assert len(asked) == 3
    assert len(set(told.withdrawn)) == 2, "each question takes the one before back, if that still waits"


@pytest.mark.req("E14")
def test_a_question_a_carrier_refuses_is_an_exception_until_it_speaks():
    told = Watching()
    told.tell(booked())
    told.pass_time(7)
    for attempt in (1, 2):
        told.tell(ev.CommandFailed(f"k#{attempt}", "usps", "tracking.request.v1", "Not your number.", "403", "P1"))
    assert told.raised() == ["tracking.refused"]
    assert told.pass_time(6), "it is asked on"
    told.tell(scan("in_transit", 14))
    assert told.resolved() == ["tracking.refused"]


@pytest.mark.req("E14")
def test_what_stands_when_the_watch_ends_is_ended_by_a_scan():
    told = Watching(WatchPolicy(silent_hours=48, end_days=5))
    told.tell(booked("easypost"), scan("picked_up", 1))
    told.pass_time(24 * 8)
    assert (told.raised(), told.due) == (["shipment.silent"], {})
    told.tell(scan("delivered", 30))
    assert told.resolved() == ["shipment.silent"]


def test_a_voided_label_is_watched_no_longer():
    told = Watching()
    told.tell(booked(), ev.ShipmentVoided("usps", "P1", "s1", "T1"))
    assert (told.pass_time(5000), told.raised()) == ([], [])


@pytest.mark.req("E14")
async def test_a_feed_that_went_quiet_is_an_exception_until_its_next_message():
    carrier = Scripted()
    hub = scripted_hub(carrier)
    await hub.store.migrate()
    quiet = QuietFeeds(hub.store, {"carrier": 12}, hub.clock.now())
    assert await quiet(hub.clock.now() + 11 * HOUR) == 0
    assert await quiet(hub.clock.now() + 13 * HOUR) == 1
    await hub.engine.settle_all()
    [row] = (await hub.store.read(lambda tx: tx.views.exceptions()))[0]
    assert (row.subject, row.kind) == ("feed:carrier", "feed.silent")
    assert "carrier has said nothing for 13 hours" in row.text
    hub.clock.advance(13 * 3600)
    assert await quiet(hub.clock.now() + HOUR) == 0, "it is said once"
    await hub.intake.accept("carrier", Received("news", b"[]", {}, hub.clock.now()))
    assert await quiet(hub.clock.now()) == 1
    await hub.engine.settle_all()
    assert (await hub.store.read(lambda tx: tx.views.exceptions()))[0] == []
    await hub.store.close()
