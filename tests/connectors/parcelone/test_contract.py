"""Parcel.One holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.parcelone.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{"success": 1, "results": {"TrackingID": "P017", "StatusCode": "TRANSIT", "Events": [
 {"TrackingStatusCode": "TRANSIT", "TrackingStatus": "Sendung im Verteilzentrum eingetroffen",
  "TrackingDateTime": "04.03.2026 09:15", "Location": "Kiel", "Country": "DE"}]}}"""
EMPTY = b'{"success": 1, "results": {"StatusCode": "UNKNOWN", "Events": []}}'
REFUSAL = b'{"success": 1, "results": {"ActionResult": {"Errors": [{"ErrorNo": "E1", "Message": "Unknown number"}]}}}'
LABEL = b'{"success": 1, "results": {"ShipmentID": "S", "TrackingID": "P017"}}'


class TestParcelOne(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, EMPTY, REFUSAL, LABEL]}


@pytest.mark.req("C6", "E3")
def test_words_decide():
    assert told(SPEC, ANSWER) == [("P017", "2026-03-04T09:15:00", "arrived_at_facility")]
    assert said(SPEC, EMPTY) == {"UNKNOWN: no events yet": True}
    assert said(SPEC, REFUSAL) == {"E1 Unknown number": True}
    assert list(said(SPEC, LABEL).values()) == [False]
