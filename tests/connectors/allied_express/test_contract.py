"""Allied Express holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.allied_express.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import said, told

JSON = b"""{"soapenv:Envelope": {"soapenv:Body": {"ns1:getShipmentsStatusResponse": {"result": {"statusBarcodesList": [
 {"consignmentNote": "AOE1", "depotLocation": "NOWRA", "scannedBarcode": "AOE1-01",
  "scannedStatus": "Freight has been delivered", "scannnedTimestamp": "2026-03-02T14:03:55.000+11:00"},
 {"consignmentNote": "AOE1", "depotLocation": "", "scannedBarcode": "AOE1-01",
  "scannedStatus": "Freight is onboard for delivery", "scannnedTimestamp": "2026-03-02T07:00:00.000+11:00"}]}}}}}"""
XML = b"""<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
<ns1:getShipmentsStatusResponse xmlns:ns1="urn:ttws"><result><statusBarcodesList><consignmentNote>AOE2</consignmentNote>
<depotLocation>BOTANY</depotLocation><scannedStatus>Freight has been picked up</scannedStatus>
<scannnedTimestamp>2026-03-01T14:03:55.000+11:00</scannnedTimestamp></statusBarcodesList></result>
</ns1:getShipmentsStatusResponse></soapenv:Body></soapenv:Envelope>"""
REFUSAL = b'{"soapenv:Body": {"ns1:getShipmentsStatusResponse": {"result": {"errors": "Validation failed"}}}}'
PRICE = b'{"soapenv:Body": {"ns1:calculatePriceResponse": {"result": {"jobCharge": "14.18"}}}}'


class TestAlliedExpress(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [JSON, XML, REFUSAL, PRICE]}


@pytest.mark.req("C6", "E3")
def test_xml_and_json_are_one_format():
    assert told(SPEC, JSON) == [
        ("AOE1", "2026-03-02T14:03:55+11:00", "delivered"),
        ("AOE1", "2026-03-02T07:00:00+11:00", "out_for_delivery"),
    ]
    assert told(SPEC, XML) == [("AOE2", "2026-03-01T14:03:55+11:00", "picked_up")]


@pytest.mark.req("C6")
def test_other_answers_hold_no_events():
    assert said(SPEC, REFUSAL) == {"Validation failed": True}
    assert list(said(SPEC, PRICE).values()) == [False]
