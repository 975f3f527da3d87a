"""Asendia USA holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.asendia_us.mapping import read
from crossdock.connectors.asendia_us.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = json.dumps(
    {
        "data": [
            {
                "trackingNumberVendor": "RL000000017CH",
                "customerReferenceNumber": "9400",
                "trackingMilestoneEvents": [
                    {
                        "eventCode": "s10",
                        "eventDescription": "Delivered",
                        "eventLocation": "",
                        "eventOn": "2026-03-09T11:13:00+00:00",
                    },
                    {
                        "eventCode": "s7",
                        "eventDescription": "Out of Customs",
                        "eventLocation": "",
                        "eventOn": "2026-03-07T13:17:00.5+00:00",
                    },
                    {
                        "eventCode": "s4",
                        "eventDescription": "Departed from USA",
                        "eventLocation": "Philadelphia",
                        "eventOn": "2026-03-01T08:08:16+00:00",
                    },
                ],
            }
        ],
        "responseStatus": {"responseStatusCode": 200, "responseStatusMessage": ""},
    }
).encode()


class TestAsendiaUs(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER,) for one in events_of(body)]
    assert told == [
        ("delivered", "none", "2026-03-09T11:13:00+00:00"),
        ("customs_cleared", "none", "2026-03-07T13:17:00+00:00"),
        ("departed_origin_country", "none", "2026-03-01T08:08:16+00:00"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b'{"data": [], "responseStatus": {"responseStatusCode": 404, "responseStatusMessage": "Not found"}}',
            "Not found",
        ),
        (b'{"rates": []}', "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
