"""TrackingMore holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.trackingmore.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

V4 = b"""{"meta": {"code": 200, "message": "ok"}, "data": [{"id": "x", "tracking_number": "TM1", "courier_code": "dpd",
 "delivery_status": "transit", "origin_info": {"trackinfo": [
  {"checkpoint_date": "2026-03-04 08:34:00", "checkpoint_delivery_status": "transit", "location": "Bonn",
   "checkpoint_delivery_substatus": "transit001", "tracking_detail": "Out for delivery", "country_iso2": "DE"}]},
 "destination_info": {"trackinfo": [
  {"checkpoint_date": "2026-03-05T08:34:00+01:00", "checkpoint_delivery_status": "undelivered",
   "checkpoint_delivery_substatus": "undelivered099", "tracking_detail": "x"}]}},
 {"tracking_number": "TM2", "delivery_status": "notfound"}]}"""
V2 = b"""{"meta": {"code": 200}, "data": {"items": [{"tracking_number": "TM3", "carrier_code": "usps",
 "status": "delivered",
 "origin_info": {"trackinfo": [{"Date": "2026-03-04 08:34", "StatusDescription": "Delivered", "Details": "BEND, OR",
 "checkpoint_status": "delivered"}]}, "destination_info": null}]}}"""


class TestTrackingMore(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [V4, V2, b'{"meta": {"code": 4101, "message": "no key"}, "data": []}', b"{}"]}


@pytest.mark.req("C6", "E3")
def test_both_ends_and_both_versions():
    assert told(SPEC, V4) == [
        ("TM1", "2026-03-04T08:34:00", "out_for_delivery"),
        ("TM1", "2026-03-05T08:34:00+01:00", "delivery_attempted other/unspecified"),
    ]
    assert said(SPEC, V4) == {"TM2: notfound, without events": True}
    assert told(SPEC, V2) == [("TM3", "2026-03-04T08:34:00", "delivered")]
    assert [(each.carrier, each.place.city) for each in events(SPEC, V2)] == [("usps", "BEND, OR")]
