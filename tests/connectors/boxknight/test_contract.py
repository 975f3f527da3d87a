"""BoxKnight holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.boxknight.mapping import read
from crossdock.connectors.boxknight.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ORDER = json.dumps(
    {"id": "00000000-0000-4000-8000-000000000017", "createdAt": "2026-03-01T22:56:06.000Z", "orderStatus": "GEOCODED"}
).encode()

HISTORY = json.dumps(
    {
        "id": "00000000-0000-4000-8000-000000000028",
        "orderStatus": "DELIVERY_COMPLETED",
        "createdAt": "2026-03-01T22:56:06.000Z",
        "statusHistory": [
            {"status": "DELIVERY_COMPLETED", "updatedAt": "2026-03-02T18:00:00.000Z"},
            {"status": "PICKUP_COMPLETED", "updatedAt": "2026-03-02T09:00:00.000Z"},
        ],
    }
).encode()


class TestBoxKnight(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ORDER, HISTORY]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [
        (one.milestone, one.exception_category, one.occurred.at) for body in (ORDER, HISTORY) for one in events_of(body)
    ]
    assert told == [
        ("info_received", "none", "2026-03-01T22:56:06Z"),
        ("delivered", "none", "2026-03-02T18:00:00Z"),
        ("picked_up", "none", "2026-03-02T09:00:00Z"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "Order not found"}', "Order not found"),
        (
            b'{"id": "17", "orderStatus": "DELIVERY_COMPLETED", "createdAt": "2026-03-01T22:56:06.000Z"}',
            "without a time",
        ),
        (b'[{"price": 10, "service": "NEXTDAY"}]', "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)
