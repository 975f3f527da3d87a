"""Dicom (GLS Canada) holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.dicom.mapping import read
from crossdock.connectors.dicom.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = json.dumps(
    {
        "ID": 1,
        "trackingNumber": "W0000017",
        "activities": [
            {
                "activityDate": "2026-03-03T12:21:45.943Z",
                "code": "DEL",
                "codeDetail": "Delivered",
                "status": "DELIVERED",
                "terminal": "MTL",
            },
            {"activityDate": "2026-03-02T08:00:00", "code": "OFD", "codeDetail": "Out for delivery", "terminal": "MTL"},
            {"activityDate": "2026-03-01T08:00:00", "code": "PUP", "codeDetail": "Ramassé", "terminal": "QC"},
        ],
    }
).encode()


class TestDicom(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER,) for one in events_of(body)]
    assert told == [
        ("delivered", "none", "2026-03-03T12:21:45Z"),
        ("out_for_delivery", "none", "2026-03-02T08:00:00"),
        ("picked_up", "none", "2026-03-01T08:00:00"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"Message": "Authorization has been denied for this request."}', "Authorization has been denied"),
        (b'{"rates": []}', "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
