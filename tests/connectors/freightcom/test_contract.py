"""Freightcom holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.freightcom.mapping import read
from crossdock.connectors.freightcom.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = json.dumps(
    {
        "events": [
            {
                "type": "delivered",
                "when": "2026-03-03T15:04:05Z",
                "where": {"city": "Laval", "region": "QC", "country": "CA"},
                "message": "Delivered",
            },
            {
                "type": "missed-delivery",
                "when": "2026-03-02T15:04:05Z",
                "where": {"city": "Laval", "region": "QC", "country": "CA"},
                "message": "Business closed",
            },
            {"type": "label-created", "when": "2026-03-01T15:04:05Z", "message": "Label created"},
        ]
    }
).encode()


class TestFreightcom(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER,) for one in events_of(body)]
    assert told == [
        ("delivered", "none", "2026-03-03T15:04:05Z"),
        ("delivery_attempted", "recipient", "2026-03-02T15:04:05Z"),
        ("info_received", "none", "2026-03-01T15:04:05Z"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message": "shipment not found"}', "shipment not found"),
        (b'{"events": []}', "no event"),
        (b"""<Freightcom><QuoteReply/></Freightcom>""", "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
