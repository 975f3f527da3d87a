"""UPS's ways of saying where a package is, each in its documented shape."""

import json
from typing import Any

import pytest

from crossdock.connectors.ups.mapping.tracking import meaning_of, translation_of
from crossdock.model.events import TrackingReported
from crossdock.model.tracking import TrackingEvent

pytestmark = pytest.mark.req("C6", "E3")


def events_of(body: Any) -> list[TrackingEvent]:
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    facts = translation_of(written, "ups").facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


def rest(*activities: Any) -> Any:
    packages = [{"trackingNumber": "1ZA", "activity": list(activities)}]
    return {"trackResponse": {"shipment": [{"inquiryNumber": "1ZA", "package": packages}]}}


def activity(kind: str, code: str, described: str, said: str, **more: str) -> Any:
    where = {"address": {"city": "Louisville", "stateProvince": "KY", "countryCode": "US"}}
    status = {"type": kind, "code": code, "statusCode": described, "description": said}
    return {"location": where, "status": status, "date": "20260302", "time": "101500", **more}


@pytest.mark.parametrize(
    ("kind", "code", "described", "said", "milestone", "category"),
    [
        ("I", "OR", "005", "Origin Scan", "received_at_origin", "none"),
        ("X", "OR", "", "", "delayed", "delay_carrier"),
        ("I", "DS", "005", "Destination Scan", "arrived_at_destination_facility", "none"),
        ("I", "YP", "071", "Processing at UPS Facility", "arrived_at_facility", "none"),
        ("D", "", "072", "Loaded on Delivery Vehicle", "out_for_delivery", "none"),
        ("D", "2W", "161", "Delivered to UPS Access Point", "available_for_pickup", "none"),
        ("X", "SR", "014", "Your package was released by the customs agency.", "customs_cleared", "none"),
        ("X", "KR", "064", "The receiver does not want the product and refused.", "delivery_attempted", "refused"),
        ("MV", "VP", "007", "Shipment Information Voided", "cancelled", "none"),
        ("X", "N0NE", "", "Something new", "exception", "other"),
    ],
)
def test_a_code_means_what_its_type_makes_it(
    kind: str, code: str, described: str, said: str, milestone: str, category: str
) -> None:
    meaning = meaning_of(kind, code, described, said)
    assert (meaning.milestone, meaning.category) == (milestone, category)


def test_a_type_alone_is_never_a_delivery() -> None:
    assert meaning_of("D", "", "", "").milestone == "out_for_delivery"
    assert not meaning_of("D", "", "", "").known


def test_offset_counts_where_it_agrees_with_gmt() -> None:
    agreeing = activity("I", "AR", "005", "Arrived", gmtDate="20260302", gmtTime="15:15:00", gmtOffset="-05:00")
    torn = activity("I", "DP", "005", "Departed", gmtDate="20190415", gmtTime="15:40:17", gmtOffset="-04:00")
    assert [event.occurred.at for event in events_of(rest(agreeing, torn))] == [
        "2026-03-02T10:15:00-05:00",
        "2026-03-02T10:15:00",
    ]


def test_an_alert_is_exact_in_gmt() -> None:
    alert = {
        "trackingNumber": "1ZB",
        "localActivityDate": "20260302",
        "localActivityTime": "095004",
        "gmtActivityDate": "20260302",
        "gmtActivityTime": "145004",
        "activityLocation": {"city": "CHARLOTTE", "stateProvince": "NC", "country": "US"},
        "activityStatus": {"type": "D", "code": "FS", "description": "Delivered", "descriptionCode": "011"},
        "receivedBy": "OSEI",
    }
    (event,) = events_of(alert)
    assert (event.occurred.at, event.milestone, event.signed_by) == ("2026-03-02T14:50:04Z", "delivered", "OSEI")


def test_soap_and_the_xml_tool_are_one_shape() -> None:
    soap = b"""<s:Envelope xmlns:s="s"><s:Body><t:TrackResponse xmlns:t="t"><t:Shipment>
    <t:InquiryNumber><t:Value>1ZC</t:Value></t:InquiryNumber><t:Package><t:TrackingNumber>1ZC</t:TrackingNumber>
    <t:Activity><t:ActivityLocation><t:Address><t:City>Bern</t:City><t:CountryCode>CH</t:CountryCode></t:Address>
    </t:ActivityLocation><t:Status><t:Type>X</t:Type><t:Description>Closed</t:Description><t:Code>AY</t:Code></t:Status>
    <t:Date>20260302</t:Date><t:Time>093055</t:Time></t:Activity></t:Package></t:Shipment></t:TrackResponse>
    </s:Body></s:Envelope>"""
    (event,) = events_of(soap)
    assert (event.tracking_number, event.reason, event.occurred.zone) == ("1ZC", "recipient_closed", "Europe/Zurich")


def test_quantum_view_files_hold_many_packages() -> None:
    files = b"""<QuantumViewResponse><QuantumViewEvents><SubscriptionEvents><SubscriptionFile>
    <Manifest><PickupDate>20260301</PickupDate><Package><TrackingNumber>1ZD</TrackingNumber></Package></Manifest>
    <Origin><TrackingNumber>1ZD</TrackingNumber><Date>20260302</Date><Time>080000</Time></Origin>
    <Exception><TrackingNumber>1ZE</TrackingNumber><Date>20260302</Date><Time>090000</Time>
    <ReasonCode>48</ReasonCode><ReasonDescription>NOT IN</ReasonDescription></Exception>
    <Generic><ActivityType>VM</ActivityType><TrackingNumber>1ZF</TrackingNumber>
    <Activity><Date>20260302</Date><Time>100000</Time></Activity></Generic>
    </SubscriptionFile></SubscriptionEvents></QuantumViewEvents></QuantumViewResponse>"""
    assert [(event.tracking_number, event.milestone, event.occurred.at) for event in events_of(files)] == [
        ("1ZD", "info_received", "2026-03-01"),
        ("1ZD", "received_at_origin", "2026-03-02T08:00:00"),
        ("1ZE", "delivery_attempted", "2026-03-02T09:00:00"),
        ("1ZF", "cancelled", "2026-03-02T10:00:00"),
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"response": {"errors": [{"code": "TV1002", "message": "Invalid inquiry number"}]}}, "TV1002"),
        ({"trackResponse": {"shipment": [{"warnings": [{"code": "TW0001", "message": "Not Found"}]}]}}, "TW0001"),
        (rest(), "no activity"),
        ({"RateResponse": {"RatedShipment": []}}, "none of the shapes"),
        ({"TrackResponse": {"TrackInfo": {"TrackDetail": "of another carrier"}}}, "none of the shapes"),
        ({"Fault": {"detail": {"Errors": {"ErrorDetail": {"PrimaryErrorCode": {"Code": "151018"}}}}}}, "151018"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: Any, said: str) -> None:
    translation = translation_of(json.dumps(body).encode(), "ups")
    assert translation.facts == ()
    assert said in translation.problems[0].why.engineer
