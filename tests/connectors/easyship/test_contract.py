"""Easyship holds what every connector holds, and reads its own format."""

import base64
import hashlib
import hmac
import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.easyship.mapping import read
from crossdock.connectors.easyship.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.ports.connector import Received
from crossdock.tracking.reading import reading_of
from crossdock.transports.signatures import JwtHs256

PUSH = json.dumps(
    {
        "event_type": "shipment.tracking.checkpoints.created",
        "resource_type": "shipment",
        "resource_id": "ESCA00000017",
        "data": {
            "easyship_shipment_id": "ESCA00000017",
            "status": "Delivered",
            "tracking_number": "940000000017",
            "checkpoints": [
                {
                    "order_number": 1,
                    "handler": "Usps",
                    "message": "Arrived at Regional Facility",
                    "city": "AUSTIN",
                    "state": "TX",
                    "postal_code": "78701",
                    "country_name": "United States",
                    "checkpoint_time": "2026-03-01T12:00:00.000Z",
                    "primary_status": "In Transit to Customer",
                },
                {
                    "order_number": 2,
                    "handler": "Usps",
                    "message": "Delivered, Front Door/Porch",
                    "city": "AUSTIN",
                    "state": "TX",
                    "checkpoint_time": "2026-03-02T10:00:00.000Z",
                    "primary_status": "Delivered",
                },
            ],
        },
    }
).encode()

SHIPMENTS = json.dumps(
    {
        "shipments": [
            {
                "easyship_shipment_id": "ESCA00000028",
                "trackings": [
                    {
                        "tracking_number": "1Z28",
                        "checkpoints": [
                            {
                                "message": "Customer not available",
                                "checkpoint_time": "2026-03-02T09:00:00",
                                "primary_status": "Failed Attempt",
                            }
                        ],
                    }
                ],
            }
        ]
    }
).encode()


class TestEasyship(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [PUSH, SHIPMENTS]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [
        (one.milestone, one.exception_category, one.occurred.at)
        for body in (PUSH, SHIPMENTS)
        for one in events_of(body)
    ]
    assert told == [
        ("arrived_at_facility", "none", "2026-03-01T12:00:00Z"),
        ("delivered", "none", "2026-03-02T10:00:00Z"),
        ("delivery_attempted", "recipient", "2026-03-02T09:00:00"),
    ]


@pytest.mark.req("E1")
def test_a_push_is_believed_with_a_token_signed_by_the_secret_alone() -> None:
    signature = JwtHs256("x-easyship-signature")
    head = "eyJhbGciOiJIUzI1NiJ9.eyJjb21wYW55X2lkIjoiMTcifQ"
    mac = hmac.new(b"webh_17", head.encode(), hashlib.sha256).digest()
    token = f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    message = Received("events", PUSH, {"x-easyship-signature": token}, 0)
    assert signature.refusal(message, ["webh_17"], 0) == ""
    assert signature.refusal(message, ["webh_28"], 0) != ""


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": {"code": "over_limit", "message": "You have reached your plan limit."}}', "over_limit"),
        (
            b'{"tracking_status": {"tracking_number": "1", "status": "Delivered"}}',
            "without a time",
        ),
        (b'{"rates": []}', "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
