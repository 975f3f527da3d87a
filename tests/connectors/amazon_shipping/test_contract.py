"""Amazon Shipping holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.amazon_shipping.mapping import read
from crossdock.connectors.amazon_shipping.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

SHIPPING = json.dumps(
    {
        "payload": {
            "trackingId": "89000000000017",
            "eventHistory": [
                {
                    "eventCode": "Delivered",
                    "location": {"city": "Seattle", "stateOrRegion": "WA", "countryCode": "US", "postalCode": "98101"},
                    "eventTime": "2026-03-17T14:30:00Z",
                    "shipmentType": "FORWARD",
                },
                {
                    "eventCode": "Delivered",
                    "location": {"city": "Kent", "countryCode": "US"},
                    "eventTime": "2026-03-20T14:30:00Z",
                    "shipmentType": "RETURNS",
                },
                {"eventCode": "Rejected", "eventTime": "2026-03-16T10:00:00Z"},
            ],
            "summary": {"status": "Delivered", "proofOfDelivery": {"receivedBy": "Osei"}},
        }
    }
).encode()

FULFILMENT = b"""<GetPackageTrackingDetailsResponse><GetPackageTrackingDetailsResult>
<PackageNumber>1</PackageNumber>
<TrackingNumber>9361000000028</TrackingNumber><CarrierCode>USPS</CarrierCode><TrackingEvents>
<member><EventDate>2026-03-02T11:01:00Z</EventDate><EventAddress><City>Philadelphia</City><State>PA</State>
<Country>US</Country></EventAddress>
<EventCode>EVENT_302</EventCode></member></TrackingEvents></GetPackageTrackingDetailsResult>
</GetPackageTrackingDetailsResponse>"""


class TestAmazonShipping(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [SHIPPING, FULFILMENT]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [
        (one.milestone, one.exception_category, one.occurred.at)
        for body in (SHIPPING, FULFILMENT)
        for one in events_of(body)
    ]
    assert told == [
        ("delivered", "none", "2026-03-17T14:30:00Z"),
        ("returned", "return", "2026-03-20T14:30:00Z"),
        ("delivery_attempted", "refused", "2026-03-16T10:00:00Z"),
        ("out_for_delivery", "none", "2026-03-02T11:01:00Z"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b'{"errors": [{"code": "InvalidTrackingId", "message": "The tracking ID is not valid"}]}',
            "InvalidTrackingId",
        ),
        (b'{"payload": {"rates": []}}', "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
