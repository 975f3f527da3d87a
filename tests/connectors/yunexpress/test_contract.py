"""YunExpress holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.yunexpress.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""{"Item": {"CountryCode": "US", "WaybillNumber": "YT0001", "TrackingNumber": "", "PackageState": 3,
 "OrderTrackingDetails": [
 {"ProcessDate": "2026-03-01T03:01:00", "ProcessContent": "Shipment information received", "ProcessLocation": ""},
 {"ProcessDate": "2026-03-05T09:00:00", "ProcessContent": "Import clearance success", "ProcessLocation": "CHICAGO"}]},
 "Code": "0000", "Message": "ok"}"""


class TestYunExpress(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, b'{"Item": null, "Code": "1011", "Message": "No data"}', b"{}"]}


@pytest.mark.req("C6", "E3")
def test_texts_decide():
    assert told(SPEC, ANSWER) == [
        ("YT0001", "2026-03-01T03:01:00", "info_received"),
        ("YT0001", "2026-03-05T09:00:00", "customs_cleared"),
    ]
    assert said(SPEC, b'{"Item": null, "Code": "1011", "Message": "No data"}') == {"1011 No data": True}
