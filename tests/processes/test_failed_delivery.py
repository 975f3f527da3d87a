"""The failed-delivery process, told histories."""

import pytest

from crossdock.model import events as ev
from crossdock.model.instants import stamp
from crossdock.model.progress import ExpectationExpired
from crossdock.model.returning import RedeliveryChosen, RedeliveryOffered, ReturnRefused, ReturnRequested
from crossdock.model.shipment import Booking
from crossdock.model.tracking import TrackingEvent
from crossdock.processes.failed_delivery import FailedDeliveryPolicy, failed_delivery
from orders import delivery_order
from processes.history import NOON, Timed


def history(policy: FailedDeliveryPolicy | None = None, packages=1) -> Timed:
    told = Timed(failed_delivery(policy or FailedDeliveryPolicy()))
    order = delivery_order(packages=packages)
    told.tell(ev.FulfilmentRequested(order))
    for number, package in enumerate(order.packages, 1):
        told.tell(ev.ShipmentBooked(Booking("easypost", package.id, f"s{number}", f"T{number}", "USPS", "Priority")))
    return told


def scan(milestone: str, day=0, number="T1", minute=0) -> ev.TrackingReported:
    at = stamp(f"2026-12-{day + 1:02}T10:{minute:02}:00Z")
    return ev.TrackingReported(TrackingEvent("easypost", number, milestone, at, raw_code=milestone))


def tried(times: int, number="T1", start=0) -> list[ev.TrackingReported]:
    return [scan("delivery_attempted", start + day, number) for day in range(times)]


def of(told: Timed, kind: type) -> list:
    return [body for body in told.events if isinstance(body, kind)]


@pytest.mark.req("F4")
def test_after_two_failed_attempts_the_customer_is_asked_once():
    told = history()
    told.tell(*tried(1), *tried(1))
    assert told.stage == ""
    told.tell(*tried(2), *tried(2))
    [offered] = of(told, RedeliveryOffered)
    assert offered == RedeliveryOffered("T1", "P1", 2, 1, NOON + 48 * 3_600_000_000)
    assert told.stage == "offered"
    assert told.due == {"redelivery/T1": offered.answer_by}


@pytest.mark.req("F4")
@pytest.mark.parametrize(
    ("choice", "words"),
    [("again", "another attempt on 2026-11-24"), ("collect", "to collect it at Shop 4")],
)
def test_another_attempt_or_a_collection_point_is_arranged_until_a_scan_shows_it(choice, words):
    told = history()
    told.tell(*tried(2), RedeliveryChosen("a1", "api:shop", choice, "T1", "2026-11-24", "Shop 4"))
    assert told.stage == "arranging"
    assert told.raised() == [f"redelivery.{choice}"]
    assert words in next(body.text for body in told.events if getattr(body, "kind", "") == f"redelivery.{choice}")
    assert told.due == {}
    told.tell(scan("delivered", 30))
    assert told.stage == "delivered"
    assert told.resolved() == [f"redelivery.{choice}"]


@pytest.mark.req("F4", "H2", "F8")
def test_the_goods_come_back_when_that_is_chosen_or_nobody_answers():
    told = history()
    told.tell(*tried(2), RedeliveryChosen("a1", "cli:ann", "return"))
    [handed] = of(told, ReturnRequested)
    assert (handed.id, handed.source, handed.reason) == ("T1", "failed_delivery", "undeliverable")
    assert [line.item.sku for line in handed.lines] == ["SKU-1"]
    assert told.stage == "returning"
    told.tell(RedeliveryChosen("a2", "cli:ann", "again", "T1"))
    assert told.stage == "returning", "it is on its way"
    silent = history()
    silent.tell(*tried(2))
    silent.pass_time(47.9)
    assert of(silent, ReturnRequested) == []
    silent.pass_time(0.2)
    assert len(of(silent, ReturnRequested)) == 1
    assert [body.who for body in of(silent, ExpectationExpired)] == ["the customer"]


@pytest.mark.req("F4")
def test_a_parcel_that_fails_again_is_offered_again_and_then_comes_back():
    told = history()
    told.tell(*tried(2), RedeliveryChosen("a1", "cli:ann", "again", "T1"))
    told.tell(*tried(1, start=10))
    assert [each.offer for each in of(told, RedeliveryOffered)] == [1, 2]
    told.tell(RedeliveryChosen("a2", "cli:ann", "again", "T1"), *tried(1, start=20))
    assert len(of(told, RedeliveryOffered)) == 2
    assert len(of(told, ReturnRequested)) == 1


@pytest.mark.req("F4", "H8")
def test_a_return_that_is_delivered_after_all_is_taken_back():
    told = history()
    told.tell(*tried(2), RedeliveryChosen("a1", "cli:ann", "return", "T1"), scan("delivered", 30))
    [refused] = of(told, ReturnRefused)
    assert refused.request == "failed_delivery/T1"
    assert told.stage == "delivered"


@pytest.mark.req("F4")
def test_several_scans_of_one_attempt_are_one():
    told = history()
    told.tell(*(scan("delivery_attempted", 0, minute=minute) for minute in (0, 7, 40)))
    assert told.stage == ""
    told.tell(scan("delivery_attempted", 1))
    assert [each.attempts for each in of(told, RedeliveryOffered)] == [2]


@pytest.mark.req("F4")
def test_an_answer_that_is_here_before_the_question_counts():
    told = history()
    told.tell(RedeliveryChosen("a1", "api:shop", "collect", "T1"), *tried(2))
    assert of(told, RedeliveryOffered) == []
    assert told.stage == "arranging"


@pytest.mark.req("F4", "F5")
def test_each_parcel_is_looked_after_for_itself():
    told = history(packages=2)
    told.tell(*tried(2), *tried(2, "T2"), scan("delivered", 29, "T2"))
    assert told.stage == "offered"
    told.tell(RedeliveryChosen("a1", "api:shop", "again"))
    assert told.stage == "arranging"
    told.tell(scan("return_initiated", 30))
    assert told.stage == "returning"
    assert of(told, ReturnRequested) == [], "the carrier's own return is return_to_refund's"
