"""Shipwire holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.shipwire.mapping import read
from crossdock.connectors.shipwire.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

UPDATE = b"""<TrackingUpdateResponse><Status>0</Status><Order id="17" shipped="YES" shipDate="2026-03-02">
<TrackingNumber carrier="UPS" delivered="YES" deliveryDate="2026-03-05">1Z17</TrackingNumber></Order>
</TrackingUpdateResponse>"""

ANSWER = json.dumps(
    {
        "status": 200,
        "resource": {
            "items": [
                {
                    "resource": {
                        "tracking": "1Z28",
                        "carrier": "UPS",
                        "summary": "On the way",
                        "labelCreatedDate": "2026-03-01T10:00:00-08:00",
                        "firstScanDate": "2026-03-01T18:30:00-08:00",
                        "deliveredDate": None,
                    }
                }
            ]
        },
    }
).encode()


class TestShipwire(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [UPDATE, ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [
        (one.milestone, one.exception_category, one.occurred.at) for body in (UPDATE, ANSWER) for one in events_of(body)
    ]
    assert told == [
        ("picked_up", "none", "2026-03-02"),
        ("delivered", "none", "2026-03-05"),
        ("info_received", "none", "2026-03-01T10:00:00-08:00"),
        ("picked_up", "none", "2026-03-01T18:30:00-08:00"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"status": 401, "message": "Please include a valid Authorization header"}', "valid Authorization"),
        (b"""<RateResponse><Status>OK</Status></RateResponse>""", "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
