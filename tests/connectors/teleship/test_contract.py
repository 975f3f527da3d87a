"""Teleship holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.teleship.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = b"""{"trackingNumber": "TELESHIP0001", "shipmentId": "SHP-1", "status": "in_transit", "events": [
 {"timestamp": "2026-03-01T09:15:00Z", "code": "collected", "description": "Collected", "location": "Leeds, GB"},
 {"timestamp": "2026-03-02T09:15:00+01:00", "code": "in_transit", "description": "Held by customs",
  "location": "Los Angeles, CA, US"},
 {"timestamp": "2026-03-03T09:15:00Z", "code": "in_transit", "description": "Out for delivery", "location": ""}]}"""
PUSHED = b"""{"event": "tracking.updated", "data": {"trackingNumber": "TELESHIP0002", "events": [
 {"timestamp": "2026-03-03T11:00:00Z", "code": "delivered", "description": "Delivered", "location": "Paris, FR"}]}}"""
REFUSAL = b'{"messages": [{"code": 400, "message": "Not registered", "details": ["Invalid URL"]}]}'
RATE = b'{"rates": [{"price": "1"}]}'


class TestTeleship(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, PUSHED, REFUSAL, RATE]}


@pytest.mark.req("C6", "E3")
def test_coarse_codes_are_refined_by_their_words():
    assert told(SPEC, ANSWER) == [
        ("TELESHIP0001", "2026-03-01T09:15:00Z", "picked_up"),
        ("TELESHIP0001", "2026-03-02T09:15:00+01:00", "customs_processing customs/customs_hold"),
        ("TELESHIP0001", "2026-03-03T09:15:00Z", "out_for_delivery"),
    ]
    assert [(each.place.city, each.place.region, each.place.country) for each in events(SPEC, ANSWER)] == [
        ("Leeds", "", "GB"),
        ("Los Angeles", "CA", "US"),
        ("", "", ""),
    ]


@pytest.mark.req("C6")
def test_envelopes_are_opened_and_errors_told():
    assert told(SPEC, PUSHED) == [("TELESHIP0002", "2026-03-03T11:00:00Z", "delivered")]
    assert said(SPEC, REFUSAL) == {"400 Not registered Invalid URL": True}
    assert list(said(SPEC, RATE).values()) == [False]
