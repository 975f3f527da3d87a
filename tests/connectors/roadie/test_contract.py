"""Roadie holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.roadie.mapping import read
from crossdock.connectors.roadie.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

SHIPMENT = json.dumps(
    {
        "id": 17,
        "tracking_number": "RETDAZ17",
        "state": "delivery_confirmed",
        "events": [
            {
                "name": "pickup_confirmed",
                "occurred_at": "2026-03-02T15:10:00Z",
                "location": {"latitude": 33.7, "longitude": -84.4},
            },
            {"name": "delivery_confirmed", "occurred_at": "2026-03-02T16:20:00Z", "location": {}},
        ],
    }
).encode()

PUSH = json.dumps({"event": "en_route_to_delivery", "shipment_id": 17, "occurred_at": "2026-03-02T15:30:00Z"}).encode()


class TestRoadie(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [SHIPMENT, PUSH]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [
        (one.milestone, one.exception_category, one.occurred.at) for body in (SHIPMENT, PUSH) for one in events_of(body)
    ]
    assert told == [
        ("picked_up", "none", "2026-03-02T15:10:00Z"),
        ("delivered", "none", "2026-03-02T16:20:00Z"),
        ("out_for_delivery", "none", "2026-03-02T15:30:00Z"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"errors": [{"code": 3, "parameter": "id", "message": "Resource not found"}]}', "Resource not found"),
        (b'{"id": 17, "state": "scheduled"}', "without a time"),
        (b'{"price": 12.0, "size": "large"}', "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
