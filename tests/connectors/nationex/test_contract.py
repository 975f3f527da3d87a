"""Nationex holds what every connector holds, and reads its own format."""

import json
from typing import Any, ClassVar

import pytest

from crossdock.connectors.nationex.mapping import read
from crossdock.connectors.nationex.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.model.events import TrackingReported
from crossdock.tracking.reading import reading_of

ANSWER = json.dumps(
    {
        "ShipmentId": 500000017,
        "StatusHistories": [
            {
                "ShipmentStatusEn": "Recipient absent",
                "ShipmentStatusFr": "Destinataire absent",
                "StatusUpdateDate": "2026-03-03T10:15:00",
            },
            {"ShipmentStatusFr": "En livraison", "StatusUpdateDate": "2026-03-03T07:00:00"},
            {"ShipmentStatusEn": "Picked up", "StatusUpdateDate": "2026-03-02T16:20:30"},
        ],
    }
).encode()


class TestNationex(ConnectorContract):
    spec = SPEC
    samples: ClassVar[dict[str, list[bytes]]] = {"file": [ANSWER]}


def events_of(body: bytes) -> list[Any]:
    facts = reading_of(body, SPEC.id, SPEC.title, read).facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
def test_milestones_instants_and_categories() -> None:
    told = [(one.milestone, one.exception_category, one.occurred.at) for body in (ANSWER,) for one in events_of(body)]
    assert told == [
        ("delivery_attempted", "recipient", "2026-03-03T10:15:00"),
        ("out_for_delivery", "none", "2026-03-03T07:00:00"),
        ("picked_up", "none", "2026-03-02T16:20:30"),
    ]


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"Message": "Shipment not found"}', "Shipment not found"),
        (b'{"BasePrice": 47.22}', "none of the shapes"),
        (b'{"trackingNumber": "1", "events": [{"date": "2026-03-03", "description": "Delivered"}]}', "none of the"),
        (b'[{"history": [{"Date": "2026-03-03", "Status": "Delivered", "Location": "Gent"}]}]', "none of the shapes"),
    ],
)
def test_errors_and_other_answers_are_no_events(body: bytes, said: str) -> None:
    translation = reading_of(body, SPEC.id, SPEC.title, read)
    assert translation.facts == ()
    assert said in " ".join(problem.why.engineer for problem in translation.problems)


@pytest.mark.req("C6")
@pytest.mark.parametrize(
    "body",
    [
        b'{"ShipmentId": 5, "History": [{"Date": "2026-03-03T10:00:00", "Status": "Picked up"}]}',
        b'[{"Date": "2026-03-03T10:00:00", "StatusFr": "Ramasse", "StatusEn": "Picked up"}]',
        b'{"Parcels": [{"ParcelId": 5, "Events": [{"EventDate": "2026-03-03T10:00:00", "Description": "Picked up"}]}]}',
    ],
)
def test_one_name_of_its_own_is_enough(body: bytes) -> None:
    assert [one.milestone for one in events_of(body)] == ["picked_up"]
