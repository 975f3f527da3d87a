"""USPS's ways of saying where a piece is, each in its documented shape."""

import json
from typing import Any

import pytest

from crossdock.connectors.usps.mapping.tracking import meaning_of, translation_of
from crossdock.model.events import TrackingReported
from crossdock.model.tracking import TrackingEvent

pytestmark = pytest.mark.req("C6", "E3")


def events_of(body: Any) -> list[TrackingEvent]:
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    facts = translation_of(written, "usps").facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


def told(code: str, said: str, at: str = "2026-03-02T14:00:00", **more: str) -> Any:
    return {"eventCode": code, "eventType": said, "eventTimestamp": at, **more}


@pytest.mark.parametrize(
    ("code", "said", "milestone", "category"),
    [
        ("10", "Arrived at USPS Regional Origin Facility", "received_at_origin", "none"),
        ("10", "Arrived at USPS Facility", "arrived_at_facility", "none"),
        ("OA", "Accepted at USPS Origin Facility", "picked_up", "none"),
        ("T1", "Departed USPS Regional Origin Facility", "departed_origin", "none"),
        ("NT", "In Transit, Arriving Late", "delayed", "delay_carrier"),
        ("01", "Delivered, Parcel Locker", "delivered", "none"),
        ("01", "Delivered, To Original Sender", "returned", "return"),
        ("04", "Refused", "delivery_attempted", "refused"),
        ("27", "Unclaimed/Being Returned to Sender", "return_initiated", "recipient"),
        ("", "Inbound Out of Customs", "customs_cleared", "none"),
        ("", "Processed Through Facility, ISC NEW YORK NY(USPS)", "arrived_at_facility", "none"),
    ],
)
def test_code_and_words_together(code: str, said: str, milestone: str, category: str) -> None:
    meaning = meaning_of(code, said)
    assert (meaning.milestone, meaning.category) == (milestone, category)


def test_the_offset_that_stands_beside_is_kept() -> None:
    events = events_of(
        {
            "trackingNumber": "9400100000000000000017",
            "trackingEvents": [
                told("01", "Delivered", GMTTimestamp="2026-03-02T20:00:00Z", GMTOffset="-06:00"),
                told("OF", "Out for Delivery", eventState="TX", eventCity="EL PASO"),
                told("07", "Arrived at Post Office", eventState="NY", eventCity="ALBANY"),
            ],
        }
    )
    assert [(event.occurred.at, event.occurred.zone) for event in events] == [
        ("2026-03-02T14:00:00-06:00", ""),
        ("2026-03-02T14:00:00", ""),
        ("2026-03-02T14:00:00", "America/New_York"),
    ]


@pytest.mark.parametrize("wrap", [lambda one: [one], lambda one: {"payload": one}, lambda one: one])
def test_batches_and_pushes_are_read_alike(wrap: Any) -> None:
    (event,) = events_of(wrap({"trackingNumber": "9400", "trackingEvents": [told("GX", "Shipping Label Created")]}))
    assert (event.tracking_number, event.milestone) == ("9400", "info_received")


def test_events_as_sentences() -> None:
    events = events_of(
        b"""<TrackResponse><TrackInfo ID="EJ000000017US">
        <TrackSummary>Your item was delivered at 8:10 am on June 1, 2026 in WILMINGTON, DE 19801.</TrackSummary>
        <TrackDetail>May 30, 2026 11:07 pm NOTICE LEFT WILMINGTON DE 19801.</TrackDetail>
        </TrackInfo></TrackResponse>"""
    )
    assert [(event.milestone, event.occurred.at, event.place.region) for event in events] == [
        ("delivered", "2026-06-01T08:10:00", "DE"),
        ("delivery_attempted", "2026-05-30T23:07:00", "DE"),
    ]


def test_several_pieces_and_one_refused() -> None:
    body = b"""<TrackResponse>
    <TrackInfo ID="9400A"><TrackSummary><EventTime>12:15 am</EventTime><EventDate>March 2, 2026</EventDate>
    <Event>Delivered, In/At Mailbox</Event><EventCity>AUSTIN</EventCity><EventState>TX</EventState><EventZIPCode/>
    <EventCountry/><Name>M OSEI</Name><EventCode>01</EventCode></TrackSummary></TrackInfo>
    <TrackInfo ID="9400B"><Error><Number>-2147219302</Number><Description>Not found</Description></Error></TrackInfo>
    </TrackResponse>"""
    (event,) = events_of(body)
    assert (event.tracking_number, event.occurred.at, event.signed_by) == ("9400A", "2026-03-02T00:15:00", "M OSEI")
    assert "-2147219302" in translation_of(body, "usps").problems[0].why.engineer


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"code": "401", "message": "Unauthorized"}}, "401 Unauthorized"),
        ({"error": "invalid_client", "error_description": "Client authentication failed."}, "invalid_client"),
        ({"trackingNumber": "9400", "trackingEvents": []}, "no event of 9400"),
        ({"trackingNumber": "string", "trackingEvents": [told("string", "string", "string")]}, "'string'"),
        ({"totalBasePrice": 4.2}, "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: Any, said: str) -> None:
    translation = translation_of(json.dumps(body).encode(), "usps")
    assert translation.facts == ()
    assert said in translation.problems[0].why.engineer
