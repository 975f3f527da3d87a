"""FedEx's ways of saying where a package is, each in its documented shape."""

import json
from typing import Any

import pytest

from crossdock.connectors.fedex.mapping.tracking import meaning_of, translation_of
from crossdock.model.events import TrackingReported
from crossdock.model.tracking import TrackingEvent

pytestmark = pytest.mark.req("C6", "E3")


def events_of(body: Any) -> list[TrackingEvent]:
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    facts = translation_of(written, "fedex").facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


def scan(kind: str, said: str, when: str, exception: str = "", remark: str = "") -> Any:
    where = {"city": "MEMPHIS", "stateOrProvinceCode": "TN", "postalCode": "38118", "countryCode": "US"}
    told = {"eventType": kind, "eventDescription": said, "exceptionCode": exception, "exceptionDescription": remark}
    return {**told, "date": when, "scanLocation": where}


def result(number: str, *scans: Any, by: str = "") -> Any:
    info = {"trackingNumber": number, "trackingNumberUniqueId": f"12~{number}~FX"}
    return {"trackingNumberInfo": info, "scanEvents": list(scans), "deliveryDetails": {"receivedByName": by}}


def answer(*results: Any) -> Any:
    return {"output": {"completeTrackResults": [{"trackResults": list(results)}]}}


@pytest.mark.parametrize(
    ("kind", "said", "exception", "remark", "milestone", "category"),
    [
        ("AR", "At FedEx origin facility", "", "", "received_at_origin", "none"),
        ("AR", "At destination sort facility", "", "", "arrived_at_destination_facility", "none"),
        ("DP", "Left FedEx origin facility", "", "", "departed_origin", "none"),
        ("CC", "International shipment release - Import", "", "", "customs_cleared", "none"),
        ("CD", "Clearance delay - Import", "", "", "customs_processing", "customs"),
        ("PU", "Picked up", "084", "Package received after FedEx cutoff", "picked_up", "none"),
        ("PU", "Picked up", "A25", "Package available for clearance", "customs_processing", "customs"),
        ("DL", "Delivered", "014", "Left at front door. Signature Service not requested.", "delivered", "none"),
        ("DE", "Delivery exception", "07", "Shipment Refused by Recipient", "delivery_attempted", "refused"),
        ("DE", "Delivery exception", "03", "Incorrect address", "exception", "address"),
        ("DE", "Delivery exception", "", "", "delivery_attempted", "other"),
        ("SE", "Shipment exception", "015", "Damaged - Delivery not completed", "exception", "damage"),
        ("DY", "Delay", "A52", "Weather delay", "delayed", "delay_external"),
        ("IT", "Tendered to U.S. Postal Service", "", "", "handed_to_partner", "none"),
        ("RS", "Returning package to shipper", "", "", "return_initiated", "return"),
        ("RS", "Returning package to shipper", "07", "Refused by recipient", "return_initiated", "refused"),
    ],
)
def test_words_of_the_exception_refine_the_scan(
    kind: str, said: str, exception: str, remark: str, milestone: str, category: str
) -> None:
    meaning = meaning_of(kind, said, exception, remark)
    assert (meaning.milestone, meaning.category) == (milestone, category)


def test_several_packages_keep_their_numbers_offsets_and_names() -> None:
    both = answer(
        result("700000000017", scan("DL", "Delivered", "2026-03-02T12:41:57-06:00"), by="M.OSEI"),
        result("700000000028", scan("PU", "Picked up", "2026-03-01T00:00:00"), by="Signature not required"),
    )
    told = [(one.tracking_number, one.occurred.at, one.occurred.precision, one.signed_by) for one in events_of(both)]
    assert told == [
        ("700000000017", "2026-03-02T12:41:57-06:00", "second", "M.OSEI"),
        ("700000000028", "2026-03-01", "day", ""),
    ]


def test_a_push_is_one_result() -> None:
    (event,) = events_of(
        result("700000000039", scan("OD", "On FedEx vehicle for delivery", "2026-03-02T06:47:00-05:00"))
    )
    assert (event.tracking_number, event.milestone) == ("700000000039", "out_for_delivery")


@pytest.mark.parametrize("nested", [True, False])
def test_the_web_service_in_old_and_new_versions(*, nested: bool) -> None:
    details = """<TrackDetails><Notification><Severity>SUCCESS</Severity></Notification>
    <TrackingNumber>700000000040</TrackingNumber><Events><Timestamp>2026-03-02T20:23:00-06:00</Timestamp>
    <EventType>IP</EventType><EventDescription>In FedEx possession</EventDescription>
    <StatusExceptionCode>084</StatusExceptionCode>
    <StatusExceptionDescription>Tendered at FedEx location</StatusExceptionDescription>
    <Address><City>AUSTIN</City><CountryCode>US</CountryCode></Address></Events></TrackDetails>"""
    inner = f"<CompletedTrackDetails>{details}</CompletedTrackDetails>" if nested else details
    soap = f'<e:Envelope xmlns:e="e"><e:Body><TrackReply xmlns="t">{inner}</TrackReply></e:Body></e:Envelope>'
    (event,) = events_of(soap.encode())
    assert (event.milestone, event.raw_code, event.occurred.at) == (
        "dropped_off",
        "IP/084",
        "2026-03-02T20:23:00-06:00",
    )


def test_the_data_behind_the_page() -> None:
    scans = [
        {"date": "2026-03-02", "time": "11:41:04", "gmtOffset": "-05:00", "status": "Delivered", "statusCD": "DL"},
        {"date": "2026-03-01", "time": "00:00:00", "gmtOffset": "", "status": "Picked up", "statusCD": "PU"},
        {"date": "", "time": "", "gmtOffset": "", "status": "", "statusCD": ""},
    ]
    page = {"TrackPackagesResponse": {"packageList": [{"trackingNbr": "700000000051", "scanEventList": scans}]}}
    assert [event.occurred.at for event in events_of(page)] == ["2026-03-02T11:41:04-05:00", "2026-03-01"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": [{"code": "NOT.AUTHORIZED.ERROR", "message": "Access token expired"}]}, "NOT.AUTHORIZED"),
        (answer({"trackingNumberInfo": {}, "error": {"code": "NOTFOUND", "message": "not found"}}), "NOTFOUND"),
        (answer(result("700000000062")), "no scan of 700000000062"),
        ({"output": {"documents": ["JVBERi0="]}}, "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: Any, said: str) -> None:
    translation = translation_of(json.dumps(body).encode(), "fedex")
    assert translation.facts == ()
    assert said in translation.problems[0].why.engineer
