"""Locate2u holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.locate2u.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

PLANNED = b"""{"stopId": 4711, "shipmentId": 0, "status": "Pending", "appointmentTime": "13:07",
 "arrivalDate": "2026-03-04T13:07:24+00:00", "lastModifiedDate": "2026-03-03T13:07:24.901Z"}"""
DONE = b"""{"stopId": 4711, "shipmentId": 0, "status": "Complete", "address": "1 Example St, Sydney",
 "lastModifiedDate": "2026-03-04T13:10:00.901Z"}"""
FAILED = b"""[{"stopId": 1, "shipmentId": 99, "status": "Failed", "failedReason": "Nobody home",
 "lastModifiedDate": "2026-03-04T13:10:01Z"}]"""


class TestLocate2u(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [PLANNED, DONE, FAILED, b'{"title": "Not found"}', b"{}"]}


@pytest.mark.req("C6", "E3")
def test_a_planned_stop_is_no_event():
    assert told(SPEC, PLANNED) == []
    assert said(SPEC, PLANNED) == {"4711: the stop is Pending; nothing has happened there yet": True}
    assert told(SPEC, DONE) == [("4711", "2026-03-04T13:10:00Z", "delivered")]
    assert told(SPEC, FAILED) == [("99", "2026-03-04T13:10:01Z", "delivery_attempted recipient/recipient_absent")]
