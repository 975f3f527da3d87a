"""InPost holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.inpost.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told, translated

SHIPX = b"""{"tracking_number": "600000000000000000000017", "service": "inpost_locker_standard", "tracking_details": [
 {"status": "ready_to_pickup", "origin_status": null, "agency": null, "datetime": "2026-03-04T09:00:00.000+01:00"},
 {"status": "avizo", "datetime": "2026-03-03T09:00:00.000+01:00"}]}"""
WEBHOOK = b"""{"event": "shipment_status_changed", "event_ts": "2026-03-04 15:08:42 +0100", "organization_id": 1,
 "payload": {"shipment_id": 49, "status": "delivered", "tracking_number": "600000000000000000000025"}}"""
GROUP = b"""{"parcels": [{"trackingNumber": "600000000000000000000033", "events": [
 {"timestamp": "2026-03-04T09:00:00Z", "eventCode": "MMD.7777", "eventTitle": "?"}]}]}"""
REFUSAL = b'{"status": 404, "error": "resource_not_found", "message": "Not found"}'


class TestInPost(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [SHIPX, WEBHOOK, GROUP, REFUSAL]}


@pytest.mark.req("C6", "E3")
def test_shipx_and_the_group():
    assert told(SPEC, SHIPX) == [
        ("600000000000000000000017", "2026-03-04T09:00:00+01:00", "available_for_pickup"),
        ("600000000000000000000017", "2026-03-03T09:00:00+01:00", "delivery_attempted recipient/recipient_absent"),
    ]
    assert told(SPEC, WEBHOOK) == [("600000000000000000000025", "2026-03-04T15:08:42+01:00", "delivered")]
    assert told(SPEC, GROUP) == [("600000000000000000000033", "2026-03-04T09:00:00Z", "in_transit")]
    assert translated(SPEC, GROUP).unknown_codes == ("MMD.7777",)
    assert said(SPEC, REFUSAL) == {"resource_not_found Not found": True}
