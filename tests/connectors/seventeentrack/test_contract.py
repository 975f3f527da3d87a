"""17TRACK holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.seventeentrack.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = b"""{"code": 0, "data": {"accepted": [{"number": "RR000000001CN", "carrier": 3011, "track_info": {
 "latest_status": {"status": "InTransit", "sub_status": "InTransit_Other"}, "tracking": {"providers": [
 {"provider": {"key": 3011, "name": "China Post"}, "events": [
  {"time_iso": "2026-03-04T11:21:00+08:00", "time_utc": "2026-03-04T03:21:00Z",
   "time_raw": {"date": "2026-03-04", "time": "11:21:00", "timezone": null}, "description": "Held by customs",
   "location": "Shanghai", "stage": null, "sub_status": "InTransit_Other", "address": {"country": "CN", "city": null}},
  {"time_iso": "2026-03-03T00:00:00+08:00", "time_raw": {"date": "2026-03-03", "time": null, "timezone": null},
   "description": "Posting", "stage": "PickedUp", "sub_status": ""}]},
 {"provider": {"key": 21051, "name": "USPS"}, "events": [
  {"time_iso": "2026-03-09T11:21:00-05:00", "time_raw": {"date": "2026-03-09", "time": "11:21", "timezone": "-05:00"},
   "description": "Delivered", "location": "Bend, OR", "stage": "Delivered", "sub_status": "Delivered_Other"}]}]}}}],
 "rejected": [{"number": "X", "error": {"code": -18019902, "message": "not registered"}}]}}"""
PUSHED = b"""{"event": "TRACKING_UPDATED", "data": {"number": "RR2", "track_info": {
 "latest_status": {"status": "NotFound"},
 "tracking": {"providers": [{"events": []}]}}}}"""


REFUSAL = b'{"code": 401, "data": {"errors": [{"code": 1, "message": "key"}]}}'


class TestSeventeenTrack(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, PUSHED, REFUSAL, b"{}"]}


@pytest.mark.req("C6", "E3")
def test_times_are_the_iso_ones_and_days_alone_stay_days():
    assert told(SPEC, ANSWER) == [
        ("RR000000001CN", "2026-03-04T11:21:00+08:00", "customs_processing customs/customs_hold"),
        ("RR000000001CN", "2026-03-03", "picked_up"),
        ("RR000000001CN", "2026-03-09T11:21:00-05:00", "delivered"),
    ]
    assert [each.carrier for each in events(SPEC, ANSWER)] == ["China Post", "China Post", "USPS"]
    assert said(SPEC, ANSWER) == {"X: not registered": True}
    assert said(SPEC, PUSHED) == {"RR2: NotFound, without events": True}
