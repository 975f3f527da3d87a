"""Asendia holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.asendia.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{"trackingNumber": "AS000000017", "trackingEvents": [
 {"id": 1, "code": "EMD", "time": "2026-03-04T09:15:00Z", "locationName": "Wien", "locationCountry": "AT",
  "carrierEventDescription": "Arrival at inward OE"},
 {"id": 2, "code": "EX", "time": "2026-03-05T09:15:00Z", "carrierEventDescription": "Recipient refused the parcel"}]}"""
REFUSAL = b'{"title": "Not Found", "status": 404, "detail": "Tracking number not found"}'
LABEL = b'{"id": "x", "trackingNumber": "AS000000017", "labelLocation": "/l"}'


class TestAsendia(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, REFUSAL, LABEL]}


@pytest.mark.req("C6", "E3")
def test_codes_and_words():
    assert told(SPEC, ANSWER) == [
        ("AS000000017", "2026-03-04T09:15:00Z", "arrived_destination_country"),
        ("AS000000017", "2026-03-05T09:15:00Z", "delivery_attempted refused/refused_by_recipient"),
    ]
    assert said(SPEC, REFUSAL) == {"Not Found | Tracking number not found": True}
    assert list(said(SPEC, LABEL).values()) == [False]
