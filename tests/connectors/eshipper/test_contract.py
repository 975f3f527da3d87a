"""eShipper holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.eshipper.mapping import read
from crossdock.connectors.eshipper.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = json.dumps(
    [
        {
            "trackingNumber": "1Z0000017",
            "carrierName": "UPS",
            "orderId": "80",
            "currentStatus": "IN TRANSIT",
            "event": [
                {
                    "dateTime": "2026-03-16 10:20:44",
                    "description": "Out for delivery",
                    "location": "Toronto, ON, CA",
                    "postalCode": "M5V",
                    "originalEvent": {"name": "OUT FOR DELIVERY", "identifier": "OFD"},
                },
                {"dateTime": "2026-03-15 09:00:00", "description": "Label generated", "location": "Toronto, ON"},
            ],
        }
    ]
).encode()


class TestEShipper(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER,) for one in events_of(body)]
    assert told == [
        ("out_for_delivery", "none", "2026-03-16T10:20:44"),
        ("info_received", "none", "2026-03-15T09:00:00"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": "Invalid token", "code": "401"}', "401 Invalid token"),
        (
            b'[{"event": [{"dateTime": "string", "description": "x", "originalEvent": {"eventDate": "2026-03-16"}}]}]',
            "'string'",
        ),
        (b'{"quotes": []}', "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
