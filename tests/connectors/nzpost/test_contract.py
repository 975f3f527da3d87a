"""New Zealand Post holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.nzpost.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{"success": true, "results": {"tracking_reference": "00794210000000017", "tracking_events": [
 {"event_datetime": "2026-03-05T09:54:36+13:00", "event_description": "Delivered - Parcel left in a safe place",
  "status_description": "Delivered", "depot_name": "Napier"},
 {"event_datetime": "2026-03-05T07:01:00+13:00", "event_description": "With courier for delivery"},
 {"event_datetime": "2026-03-04T07:01:00+13:00", "event_description": "Held by Customs"}]}}"""
OLDER = b"""{"CP000000017NZ": {"short_description": "Delivered", "detail_description": "Delivered", "events": [
 {"flag": "complete", "description": "Delivered", "datetime": "2015-05-13T16:24:00+12:00"},
 {"flag": "transit", "description": "International arrival", "date": "12/05/2015", "time": "04:24 PM"}]},
 "XX1": {"error_code": "N", "detail_description": "This tracking number is not known"}}"""
REFUSAL = b'{"success": false, "errors": [{"code": "404001", "message": "No parcel found"}]}'
OTHER = b'{"services": []}'


class TestNewZealandPost(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, OLDER, REFUSAL, OTHER]}


@pytest.mark.req("C6", "E3")
def test_both_apis_are_read():
    assert told(SPEC, ANSWER) == [
        ("00794210000000017", "2026-03-05T09:54:36+13:00", "delivered"),
        ("00794210000000017", "2026-03-05T07:01:00+13:00", "out_for_delivery"),
        ("00794210000000017", "2026-03-04T07:01:00+13:00", "customs_processing customs/customs_hold"),
    ]
    assert told(SPEC, OLDER) == [
        ("CP000000017NZ", "2015-05-13T16:24:00+12:00", "delivered"),
        ("CP000000017NZ", "2015-05-12T16:24:00", "arrived_destination_country"),
    ]


@pytest.mark.req("C6")
def test_errors_are_refusals():
    assert said(SPEC, OLDER) == {"XX1: This tracking number is not known": True}
    assert said(SPEC, REFUSAL) == {"404001 No parcel found": True}
    assert list(said(SPEC, OTHER).values()) == [False]
