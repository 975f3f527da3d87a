"""Delhivery holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.delhivery.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = b"""{"ShipmentData": [{"Shipment": {"AWB": "DV0001", "Status": {"Status": "Delivered", "StatusType": "DL"},
 "Scans": [{"ScanDetail": {"ScanDateTime": "2026-03-03T12:02:27.005", "ScanType": "UD", "Scan": "Manifested",
  "StatusCode": "X-UCI", "Instructions": "Consignment Manifested", "ScannedLocation": "Noida_X (Uttar Pradesh)"}},
 {"ScanDetail": {"ScanDateTime": "2026-03-05T10:00:00", "ScanType": "UD", "Scan": "Pending", "StatusCode": "EOD-74",
  "Instructions": "Consignee refused to accept/order cancelled", "ScannedLocation": ""}},
 {"ScanDetail": {"ScanDateTime": "2026-03-09T10:00:00", "ScanType": "DL", "Scan": "RTO",
  "Instructions": "RETURN Accepted"}}]}}]}"""
PUSHED = b"""{"Shipment": {"AWB": "DV0002", "NSLCode": "X-DDD3FD",
 "Status": {"Status": "Dispatched", "StatusType": "UD",
 "StatusDateTime": "2026-03-05T08:00:00.000", "StatusLocation": "Pune_W (Maharashtra)", "Instructions": "Out"}}}"""


class TestDelhivery(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, PUSHED, b'{"Error": "No such waybill"}', b"{}"]}


@pytest.mark.req("C6", "E3")
def test_type_and_status_decide_together():
    assert told(SPEC, ANSWER) == [
        ("DV0001", "2026-03-03T12:02:27", "info_received"),
        ("DV0001", "2026-03-05T10:00:00", "delivery_attempted refused/refused_by_recipient"),
        ("DV0001", "2026-03-09T10:00:00", "returned return/undeliverable"),
    ]
    first = events(SPEC, ANSWER)[0]
    assert (first.raw_code, first.occurred.zone, first.place.city) == ("UD/Manifested/X-UCI", "Asia/Kolkata", "Noida_X")
    assert told(SPEC, PUSHED) == [("DV0002", "2026-03-05T08:00:00", "out_for_delivery")]
    assert said(SPEC, b'{"Error": "No such waybill"}') == {"No such waybill": True}
