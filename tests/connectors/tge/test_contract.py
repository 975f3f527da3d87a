"""Team Global Express holds what every connector holds."""

from typing import ClassVar

import pytest

from crossdock.connectors.tge.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

REFUSAL = b"""{"TollMessage": {"Header": {"DocumentType": "ErrorMessage"}, "ErrorMessages": {"ErrorMessage": [
 {"ErrorMessage": "The number was invalid.", "ErrorNumber": {"Value": "PRINT00400"}}]}}}"""
LABEL = b"""{"TollMessage": {"Header": {"DocumentType": "ResponseMessage", "CreateTimestamp": "2026-03-14 17:20:37.0"},
 "ResponseMessages": {"ResponseMessage": [{"ResponseID": {"Value": "200"}, "ResponseMessage": "JVBERi0"}]}}}"""
EVENTS = b"""{"TollMessage": {"Header": {}, "ShipmentID": "8899", "Events": {"Event": [
 {"EventCode": "OBD", "EventDescription": "On board for delivery", "EventDateTime": "2026-03-14T07:10:00+11:00",
  "Location": "Botany"}]}}}"""


class TestTeamGlobalExpress(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [REFUSAL, LABEL, EVENTS, b"{}"]}


@pytest.mark.req("C6")
def test_errors_and_labels_hold_no_events():
    assert told(SPEC, REFUSAL) + told(SPEC, LABEL) == []
    assert said(SPEC, REFUSAL) == {"PRINT00400 The number was invalid.": True}
    assert list(said(SPEC, LABEL).values()) == [False]
    assert told(SPEC, EVENTS) == [("8899", "2026-03-14T07:10:00+11:00", "out_for_delivery")]
