"""PostNL holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.postnl.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

COMPLETE = b"""{"CompleteStatus": {"Shipment": {"MainBarcode": "3SSAMP0000017", "Barcode": "3SSAMP0000017", "Event": [
 {"Code": "I01", "Description": "Pakket is bezorgd", "TimeStamp": "04-03-2026 13:43:26", "LocationCode": "888888"},
 {"Code": "A01", "Description": "", "TimeStamp": "03-03-2026 19:46:16"}],
 "Status": {"StatusCode": "11", "TimeStamp": "04-03-2026 13:43:26"}}}}"""
CURRENT = b"""{"CurrentStatus": {"Shipment": {"Barcode": "3SSAMP0000025", "Status": {"TimeStamp": "04-03-2026 09:00:00",
 "StatusCode": "7", "StatusDescription": "Zending in distributie", "PhaseCode": "3"}}}}"""
PAGE = b"""{"colli": {"3SSAMP0000033": {"barcode": "3SSAMP0000033", "observations": [
 {"observationDate": "2026-03-04T09:00:00+01:00", "observationCode": "J05",
  "description": "Bezorger is onderweg"}]}}}"""
WARNING = b'{"Warnings": [{"Code": "2", "Description": "No shipment found"}]}'


class TestPostNl(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [COMPLETE, CURRENT, PAGE, WARNING]}


@pytest.mark.req("C6", "E3")
def test_statuses_events_and_the_page():
    assert told(SPEC, COMPLETE) == [
        ("3SSAMP0000017", "2026-03-04T13:43:26", "delivered"),
        ("3SSAMP0000017", "2026-03-03T19:46:16", "info_received"),
    ]
    assert told(SPEC, CURRENT) == [("3SSAMP0000025", "2026-03-04T09:00:00", "out_for_delivery")]
    assert told(SPEC, PAGE) == [("3SSAMP0000033", "2026-03-04T09:00:00+01:00", "out_for_delivery")]
    assert said(SPEC, WARNING) == {"2 No shipment found": True}
