"""SmartKargo holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.smartkargo.mapping import read
from crossdock.connectors.smartkargo.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = json.dumps(
    [
        {
            "prefix": "XIA",
            "airWaybill": "12000017",
            "eventType": "DEP",
            "eventDate": "2026-03-15T10:30:00",
            "eventLocation": "JFK",
            "description": "Shipment has departed from origin facility.",
            "location": {"city": "New York", "state": "NY", "countryId": "US", "timezone": "America/New_York"},
        },
        {
            "prefix": "XIA",
            "airWaybill": "12000017",
            "eventType": "RCS",
            "eventDate": "2026-03-14T08:00:00.1234567",
            "eventLocation": "BOS",
            "description": "Shipment received at origin facility.",
        },
        {
            "prefix": "XIA",
            "airWaybill": "12000017",
            "eventType": "DLV",
            "eventDate": "2026-03-17T08:00:00",
            "eventLocation": "LAX",
            "description": "Shipment delivered",
        },
    ]
).encode()


class TestSmartKargo(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER,) for one in events_of(body)]
    assert told == [
        ("departed_origin", "none", "2026-03-15T10:30:00"),
        ("received_at_origin", "none", "2026-03-14T08:00:00"),
        ("delivered", "none", "2026-03-17T08:00:00"),
    ]


@pytest.mark.req("E3")
def test_the_zone_of_the_place_stands_beside_the_local_time() -> None:
    (first, *_) = events_of(ANSWER)
    assert (first.occurred.zone, first.tracking_number) == ("America/New_York", "XIA12000017")


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": {"code": "NOT_FOUND", "message": "Tracking information not found"}}', "NOT_FOUND"),
        (b"[]", "no event"),
        (b'{"rates": []}', "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
