"""AfterShip holds what every connector holds, reads its own formats and judges its signature."""

import base64
import hmac
from typing import ClassVar

import pytest

from crossdock.connectors.aftership.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.devkit.specimen import specimen_config, specimen_connector
from crossdock.ports.connector import Received, Rejected, Verified
from crossdock.tracking.connector import TrackingConfig
from scans_told import events, said, told, translated

PUSHED = b"""{"ts": 1772697600, "event": "tracking_update", "event_id": "e1", "is_tracking_first_tag": true, "msg": {
 "id": "t1", "tracking_number": "AS0001", "slug": "fedex", "tag": "Delivered", "subtag": "Delivered_001",
 "signed_by": "K. Ito", "expected_delivery": "2026-03-05", "checkpoints": [
 {"slug": "fedex", "city": "Osaka", "created_at": "2026-03-05T00:00:00+00:00", "country_iso3": "JPN", "state": null,
  "message": "Picked up", "tag": "InTransit", "subtag": "InTransit_002", "zip": null,
  "checkpoint_time": "2026-03-03T09:15:00+09:00"},
 {"slug": "fedex", "city": null, "location": "Anchorage, AK", "country_iso3": "USA", "message": "Departed facility",
  "tag": "InTransit", "subtag": "InTransit_001", "checkpoint_time": "2026-03-03T19:15:00"},
 {"slug": "usps", "message": "Weather delay", "tag": "Exception", "subtag": "Exception_099",
  "checkpoint_time": "2026-03-04"},
 {"slug": "usps", "message": "Delivered", "tag": "Delivered", "subtag": "Delivered_001",
  "checkpoint_time": "2026-03-05T10:00:00-05:00"}]}}"""
ANSWER = b"""{"meta": {"code": 200}, "data": {"trackings": [
 {"tracking_number": "AS0002", "slug": "dhl", "tag": "Pending", "checkpoints": []},
 {"tracking_number": "AS0003", "slug": "dhl", "tag": "InTransit", "checkpoints": [
  {"tag": "InTransit", "subtag": "InTransit_006", "message": "x", "checkpoint_time": "2026-03-05T10:00:00Z"}]}]}}"""
LAST = b"""{"meta": {"code": 200}, "data": {"id": "t", "tracking_number": "AS0004", "tag": "AttemptFail", "checkpoint":
 {"tag": "AttemptFail", "subtag": "AttemptFail_002", "message": "x", "checkpoint_time": "2026-03-05T10:00:00Z"}}}"""
REFUSAL = b'{"meta": {"code": 4004, "message": "Tracking does not exist.", "type": "NotFound"}, "data": {}}'


class TestAfterShip(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"events": [PUSHED], "file": [ANSWER, LAST, REFUSAL, b"[]", b"{}"]}


@pytest.mark.req("C6", "E3", "E4")
def test_subtags_decide_and_general_ones_are_refined():
    assert told(SPEC, PUSHED) == [
        ("AS0001", "2026-03-03T09:15:00+09:00", "picked_up"),
        ("AS0001", "2026-03-03T19:15:00", "departed_facility"),
        ("AS0001", "2026-03-04", "delayed delay_external/weather"),
        ("AS0001", "2026-03-05T10:00:00-05:00", "delivered"),
    ]
    assert translated(SPEC, PUSHED).unknown_codes == ("Exception_099",)
    assert [(each.carrier, each.place.country, each.signed_by) for each in events(SPEC, PUSHED)] == [
        ("fedex", "JP", ""),
        ("fedex", "US", ""),
        ("usps", "", ""),
        ("usps", "", "K. Ito"),
    ]


@pytest.mark.req("C6", "E3")
def test_answers_of_one_or_many():
    assert told(SPEC, ANSWER) == [("AS0003", "2026-03-05T10:00:00Z", "customs_processing customs")]
    assert said(SPEC, ANSWER) == {"AS0002: Pending, without checkpoints": True}
    assert told(SPEC, LAST) == [("AS0004", "2026-03-05T10:00:00Z", "delivery_attempted recipient/recipient_absent")]
    assert said(SPEC, REFUSAL) == {"4004 Tracking does not exist.": True}


@pytest.mark.req("E1")
def test_the_signature_is_base64_of_the_hmac_over_the_raw_body():
    config = TrackingConfig(webhook_secrets=("secret://env/AFTERSHIP",))
    connector = specimen_connector(SPEC, "aftership", config)
    secret = b"invented value of secret://env/AFTERSHIP"
    good = base64.b64encode(hmac.digest(secret, PUSHED, "sha256")).decode()
    assert connector.verify(Received("events", PUSHED, {"aftership-hmac-sha256": good}, 0), 0) == Verified()
    for body, given in ((PUSHED + b" ", good), (PUSHED, good[:-4] + "AAA="), (PUSHED, "")):
        answer = connector.verify(Received("events", body, {"aftership-hmac-sha256": given}, 0), 0)
        assert isinstance(answer, Rejected)
    assert specimen_config(TrackingConfig) == TrackingConfig()
