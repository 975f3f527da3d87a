"""Ninja Van holds what every connector holds, reads its webhooks and judges their signature."""

import base64
import hmac
from typing import ClassVar

import pytest

from crossdock.connectors.ninjavan.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.devkit.specimen import specimen_connector
from crossdock.ports.connector import Received, Rejected, Verified
from crossdock.tracking.connector import TrackingConfig
from scans_told import events, said, told

DONE = b"""{"shipper_id": 1, "status": "Completed", "tracking_id": "NV0001", "shipper_order_ref_no": "S1",
 "timestamp": "2026-03-04T20:29:05+0800", "previous_status": "On Vehicle for Delivery", "pod": {"name": "A. Tan"}}"""
FAILED = b"""{"event": "Delivery Exception, Pending Reschedule", "tracking_id": "NV0002",
 "timestamp": "2026-03-04T20:29:05+0800", "delivery_exception": {"failure_reason": "Nobody at home"}}"""
BACK = b"""{"event": "Delivered, Received by Customer", "tracking_id": "NV0003", "is_parcel_on_rts_leg": true,
 "timestamp": "2026-03-04T20:29:05+0800"}"""


class TestNinjaVan(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"events": [DONE, FAILED, BACK], "file": [b'{"error": {"message": "no"}}', b"{}"]}


@pytest.mark.req("C6", "E3")
def test_old_and_new_words_and_the_leg_back():
    at = "2026-03-04T20:29:05+08:00"
    assert told(SPEC, DONE) == [("NV0001", at, "delivered")]
    assert events(SPEC, DONE)[0].signed_by == "A. Tan"
    assert told(SPEC, FAILED) == [("NV0002", at, "delivery_attempted recipient/recipient_absent")]
    assert told(SPEC, BACK) == [("NV0003", at, "returned return/undeliverable")]
    assert said(SPEC, b'{"error": {"message": "no"}}') == {"no": True}


@pytest.mark.req("E1")
def test_the_signature_is_over_the_raw_body():
    connector = specimen_connector(SPEC, "ninjavan", TrackingConfig(webhook_secrets=("secret://env/NV",)))
    good = base64.b64encode(hmac.digest(b"invented value of secret://env/NV", DONE, "sha256")).decode()
    assert connector.verify(Received("events", DONE, {"x-ninjavan-hmac-sha256": good}, 0), 0) == Verified()
    assert isinstance(connector.verify(Received("events", BACK, {"x-ninjavan-hmac-sha256": good}, 0), 0), Rejected)
