"""Sendle holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.sendle.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = b"""{"state": "Delivered", "status": {"description": "x", "last_changed_at": "2026-03-03 05:10:00 UTC"},
 "origin": {"country": "AU"}, "destination": {"country": "AU"}, "tracking_events": [
 {"event_type": "Drop Off", "scan_time": "2026-03-01T22:00:00Z", "description": "Parcel dropped off"},
 {"event_type": "Info", "scan_time": "2026-03-02T02:00:00Z", "description": "Your parcel is delayed by a storm"},
 {"event_type": "Delivery Attempted", "scan_time": "2026-03-02T05:00:00Z", "description": "Attempted delivery",
  "reason": "Nobody home", "location": "GEELONG, VIC", "local_scan_time": "2026-03-02T16:00:00",
  "display_time": "2026-03-02T16:00:00+11:00"},
 {"event_type": "Card Left", "scan_time": "2026-03-02T05:00:10Z", "description": "A card was left"}]}"""
PUSHED = b"""{"sendle_reference": "SXAMPL", "event_id": "2c", "event_type": "Dropped off", "description": "Dropped off",
 "location_data": {"suburb": "Bend", "state": "OR", "postcode": "97701", "country": "US"},
 "scan_time": "2026-03-01T21:21:05Z"}"""
REFUSAL = b'{"error": "not_found", "error_description": "There is no such resource."}'
ORDER = b'{"order_id": "x", "state": "Pickup", "sendle_reference": "SXAMPL"}'


class TestSendle(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, PUSHED, REFUSAL, ORDER]}


@pytest.mark.req("C6", "E3")
def test_types_are_refined_by_their_words():
    assert told(SPEC, ANSWER) == [
        ("", "2026-03-01T22:00:00Z", "dropped_off"),
        ("", "2026-03-02T02:00:00Z", "delayed delay_external/weather"),
        ("", "2026-03-02T05:00:00Z", "delivery_attempted recipient/recipient_absent"),
        ("", "2026-03-02T05:00:10Z", "delivery_attempted recipient/recipient_absent"),
    ]
    tried = events(SPEC, ANSWER)[2]
    assert (tried.raw_text, tried.place.city, tried.place.region, tried.place.country) == (
        "Attempted delivery | Nobody home",
        "GEELONG",
        "VIC",
        "AU",
    )


@pytest.mark.req("C6", "E3")
def test_a_pushed_event_names_its_parcel():
    assert told(SPEC, PUSHED) == [("SXAMPL", "2026-03-01T21:21:05Z", "dropped_off")]


@pytest.mark.req("C6")
def test_orders_and_errors_hold_no_events():
    assert said(SPEC, REFUSAL) == {"not_found There is no such resource.": True}
    assert told(SPEC, ORDER) == []
    assert list(said(SPEC, ORDER).values()) == [False]
