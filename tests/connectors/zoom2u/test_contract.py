"""Zoom2u holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.zoom2u.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

STATUS = b"""{"reference": "Z20260101000001", "status": "Tried to deliver",
 "statusChangeDateTime": "2026-03-04T01:23:45.000Z", "trackingCode": "A1B2C3D4E"}"""
DASHES = b'{"reference": "Z2", "status": "On Route to Dropoff", "status-change-date-time": "2026-03-04T11:23:45+10:00"}'
BARE = b'{"reference": "Z3", "status": "Accepted"}'
BOOKED = b'{"reference": "Z4", "price": 42.0, "tracking-link": "https://track.example", "trackingCode": "A"}'
REFUSAL = b'{"error-code": "TOOLATE", "message": "The booking cannot be changed."}'


class TestZoom2u(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [STATUS, DASHES, BARE, BOOKED, REFUSAL]}


@pytest.mark.req("C6", "E3")
def test_keys_are_written_in_several_ways():
    assert told(SPEC, STATUS) == [
        ("A1B2C3D4E", "2026-03-04T01:23:45Z", "delivery_attempted recipient/recipient_absent")
    ]
    assert told(SPEC, DASHES) == [("Z2", "2026-03-04T11:23:45+10:00", "out_for_delivery")]


@pytest.mark.req("C6")
def test_no_moment_no_event():
    assert said(SPEC, BARE) == {"Z3: Accepted, without the moment it changed": True}
    assert list(said(SPEC, BOOKED).values()) == [False]
    assert said(SPEC, REFUSAL) == {"TOOLATE The booking cannot be changed.": True}
