"""project44 holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.project44.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

HISTORY = b"""{"shipment": {"id": "s-1", "identifiers": [{"type": "BILL_OF_LADING", "value": "BOL1"}],
 "shipmentStops": [
 {"id": "a", "type": "ORIGIN", "location": {"address": {"city": "Gary", "state": "IN", "country": "US"}}},
 {"id": "b", "type": "DESTINATION", "location": {"address": {"city": "Bend", "state": "OR", "country": "US"}}}]},
 "events": [
 {"type": "DEPARTED_STOP", "dateTime": "2026-03-03T08:00:00-0600", "stopId": "a"},
 {"type": "HOLD", "dateTime": "2026-03-04T08:00:00Z", "description": "Weather"},
 {"type": "ARRIVED_AT_STOP", "estimateDateTime": "2026-03-06T08:00:00Z", "stopId": "b"},
 {"type": "ARRIVED_AT_STOP", "dateTime": "2026-03-06T09:00:00-08:00", "stopId": "b"}]}"""
LTL = b"""{"shipmentIdentifiers": [{"type": "PRO", "value": "PRO1"}], "statusUpdates": [
 {"timestamp": "2026-03-04T08:00:00", "statusCode": "EXCEPTION", "address": {"city": "Reno", "state": "NV",
  "country": "US"}, "statusReason": {"code": "X", "description": "Refused by consignee"}}]}"""


class TestProject44(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [HISTORY, LTL, b'{"errors": [{"message": "not found"}]}', b'{"events": []}', b"{}"]}


@pytest.mark.req("C6", "E3")
def test_stops_say_what_leaving_and_arriving_mean():
    assert told(SPEC, HISTORY) == [
        ("BOL1", "2026-03-03T08:00:00-06:00", "picked_up"),
        ("BOL1", "2026-03-04T08:00:00Z", "held hold"),
        ("BOL1", "2026-03-06T09:00:00-08:00", "arrived_at_destination_facility"),
    ]
    assert [each.place.city for each in events(SPEC, HISTORY)] == ["Gary", "", "Bend"]


@pytest.mark.req("C6", "E3")
def test_reasons_refine_the_updates_of_ltl():
    assert told(SPEC, LTL) == [("PRO1", "2026-03-04T08:00:00", "delivery_attempted refused/refused_by_recipient")]
    assert said(SPEC, b'{"errors": [{"message": "not found"}]}') == {"not found": True}
