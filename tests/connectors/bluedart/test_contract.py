"""Blue Dart holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.bluedart.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

ANSWER = b"""<ShipmentData><Shipment WaybillNo="10000000017"><Scans><ScanDetail>
<Scan>Shipment Delivered</Scan><ScanCode>000</ScanCode>
<ScanType>DL</ScanType><ScanDate>02-Mar-2026</ScanDate><ScanTime>14:30</ScanTime>
<ScannedLocation>Mumbai</ScannedLocation></ScanDetail></Scans></Shipment></ShipmentData>"""


class TestBluedart(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER]}


@pytest.mark.req("C6", "E3")
def test_scans_are_read_with_their_own_time():
    assert told(SPEC, ANSWER) == [
        ("10000000017", "2026-03-02T14:30:00", "delivered"),
    ]


@pytest.mark.req("C6")
def test_something_else_is_a_problem():
    assert len(said(SPEC, b'{"rates": []}')) == 1
    assert told(SPEC, b'{"rates": []}') == []
