"""Spring GDS holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.spring.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

# 1772625600 is noon UTC on 4 March 2026.
ANSWER = b"""{"ErrorLevel": 0, "Error": "", "Shipment": {"TrackingNumber": "LX000000017NL", "Events": [
 {"Timestamp": 1772625600, "DateTime": "2026-03-04 13:00:00", "Country": "NL", "City": "Breda", "Code": 21,
  "Description": "In transit"},
 {"Timestamp": 1772625600, "DateTime": "2025-01-01 13:00:00", "Country": "NL", "Code": 100, "Description": "Delivered"},
 {"DateTime": "2026-03-05 08:00:00", "Country": "NL", "Code": 31, "Description": "Recipient not home"}]}}"""
REFUSAL = b'{"ErrorLevel": 10, "Error": "Tracking number not found"}'
LABEL = b'{"ErrorLevel": 0, "Error": "", "Shipment": {"TrackingNumber": "LX000000017NL", "LabelImage": "x"}}'


class TestSpring(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, REFUSAL, LABEL]}


@pytest.mark.req("C6", "E3")
def test_wall_clock_and_unix_time_together_are_exact():
    assert told(SPEC, ANSWER) == [
        ("LX000000017NL", "2026-03-04T13:00:00+01:00", "in_transit"),
        ("LX000000017NL", "2025-01-01T13:00:00", "delivered"),
        ("LX000000017NL", "2026-03-05T08:00:00", "delivery_attempted recipient/recipient_absent"),
    ]
    assert said(SPEC, REFUSAL) == {"10 Tracking number not found": True}
    assert list(said(SPEC, LABEL).values()) == [False]
