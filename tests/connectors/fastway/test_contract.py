"""Fastway holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.fastway.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = b"""{"result": {"LabelNumber": "BD0000000017", "Scans": [
 {"Type": "P", "Courier": 21, "Description": "Picked up from sender", "Date": "03/02/2026 11:30:00", "Name": "Hobart",
  "Franchise": "HBT", "Status": "", "StatusDescription": "", "Signature": ""},
 {"Type": "T", "Description": "In transit at destination depot", "Date": "04/02/2026 05:10:00", "Name": "Perth"},
 {"Type": "D", "Description": "Delivered by courier", "Date": "04/02/2026 10:02:00",
  "StatusDescription": "Calling card left"},
 {"Type": "D", "Description": "Delivered by courier", "Date": "05/02/2026 10:02:00", "Status": "YES",
  "StatusDescription": "Signature obtained", "Signature": "OSEI"}]}, "generated_in": "12ms"}"""
REFUSAL = b'{"error": "Invalid label number", "generated_in": "1ms"}'
OTHER = b'{"result": {"services": []}}'


class TestFastway(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, REFUSAL, OTHER]}


@pytest.mark.req("C6", "E3")
def test_days_come_first_and_a_delivery_scan_is_what_came_of_it():
    assert told(SPEC, ANSWER) == [
        ("BD0000000017", "2026-02-03T11:30:00", "picked_up"),
        ("BD0000000017", "2026-02-04T05:10:00", "arrived_at_destination_facility"),
        ("BD0000000017", "2026-02-04T10:02:00", "delivery_attempted recipient/recipient_absent"),
        ("BD0000000017", "2026-02-05T10:02:00", "delivered"),
    ]
    assert events(SPEC, ANSWER)[3].signed_by == "OSEI"


@pytest.mark.req("C6")
def test_errors_are_refusals():
    assert said(SPEC, REFUSAL) == {"Invalid label number": True}
    assert list(said(SPEC, OTHER).values()) == [False]
