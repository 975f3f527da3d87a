"""Veho holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.veho.mapping import read
from crossdock.connectors.veho.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = json.dumps(
    {
        "trackingInfo": [
            {
                "trackingNumber": "VH0000017",
                "status": "in_transit",
                "events": [
                    {
                        "date": "2026-03-12",
                        "time": "14:30:00",
                        "code": "PU",
                        "description": "Package picked up",
                        "location": "San Francisco, CA",
                    },
                    {
                        "date": "2026-03-13",
                        "time": "08:10:00",
                        "code": "EX",
                        "description": "Delivery attempted, customer not available",
                        "location": "Oakland, CA",
                    },
                ],
            }
        ]
    }
).encode()

LOG = json.dumps(
    {
        "packages": [
            {
                "trackingId": "VH0000028",
                "eventLog": [
                    {"eventType": "delivered", "timestamp": "2026-03-14T18:00:00.000Z", "message": "Delivered"}
                ],
            }
        ]
    }
).encode()


class TestVeho(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER, LOG]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [
        (one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER, LOG) for one in events_of(body)
    ]
    assert told == [
        ("picked_up", "none", "2026-03-12T14:30:00"),
        ("delivery_attempted", "recipient", "2026-03-13T08:10:00"),
        ("delivered", "none", "2026-03-14T18:00:00Z"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"errors": [{"code": "NOT_FOUND", "message": "No such package"}]}', "NOT_FOUND"),
        (b'{"quotes": []}', "none of the shapes"),
        (b'{"trackingInfo": [{"trackingNumber": "VH", "events": []}]}', "no event of VH"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
