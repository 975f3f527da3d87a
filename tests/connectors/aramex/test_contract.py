"""Aramex holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.aramex.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

SOAP = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<ShipmentTrackingResponse xmlns="http://ws.aramex.net/ShippingAPI/v1/">
<Notifications xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/><HasErrors>false</HasErrors>
<TrackingResults xmlns:a="http://schemas.microsoft.com/2003/10/Serialization/Arrays">
<a:KeyValueOfstringArrayOfTrackingResultmFAkxlpY><a:Key>30000000001</a:Key><a:Value>
<TrackingResult><WaybillNumber>30000000001</WaybillNumber><UpdateCode>SH005</UpdateCode>
<UpdateDescription>Delivered</UpdateDescription><UpdateDateTime>2026-03-04T13:12:00</UpdateDateTime>
<UpdateLocation>Dubai, United Arab Emirates</UpdateLocation><Comments>Mona</Comments><ProblemCode/></TrackingResult>
<TrackingResult><WaybillNumber>30000000001</WaybillNumber><UpdateCode>SH033</UpdateCode>
<UpdateDescription>Attempted Delivery - Awaiting Correct Delivery Address</UpdateDescription>
<UpdateDateTime>2026-03-03T13:12:00</UpdateDateTime><UpdateLocation>Sharjah</UpdateLocation><Comments/>
<ProblemCode>A16</ProblemCode></TrackingResult>
</a:Value></a:KeyValueOfstringArrayOfTrackingResultmFAkxlpY></TrackingResults>
<NonExistingWaybills xmlns:a="http://schemas.microsoft.com/2003/10/Serialization/Arrays"><a:string>1Z9</a:string>
</NonExistingWaybills></ShipmentTrackingResponse></s:Body></s:Envelope>"""
JSON = b"""{"Transaction": null, "Notifications": [], "HasErrors": false, "TrackingResults": [
 {"Key": "30000000002", "Value": [{"WaybillNumber": "30000000002", "UpdateCode": "SH069", "ProblemCode": "",
  "UpdateDescription": "Returned to Shipper", "UpdateDateTime": "/Date(1772624700000+0200)/",
  "UpdateLocation": "Tunis, Tunisia", "Comments": "Rtn HAWB 1"}]}], "NonExistingWaybills": []}"""
SOUTH_AFRICA = b"""{"status_code": 0, "status_description": "Success", "tracking_information": [
 {"action_date": "2026-03-04 09:10:00", "tracking_code": "T1", "description": "POD",
  "location": "Durban", "update_country": "South Africa", "customer_description": "Out for delivery"}]}"""
REFUSAL = b'{"HasErrors": true, "Notifications": [{"Code": "ERR01", "Message": "Invalid password"}]}'


class TestAramex(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [SOAP, JSON, SOUTH_AFRICA, REFUSAL, b"<other/>"]}


@pytest.mark.req("C6", "E3")
def test_soap_tells_local_times_and_kinds_of_attempts():
    assert told(SPEC, SOAP) == [
        ("30000000001", "2026-03-04T13:12:00", "delivered"),
        ("30000000001", "2026-03-03T13:12:00", "delivery_attempted address/address_bad"),
    ]
    assert [(each.raw_code, each.place.country, each.occurred.zone) for each in events(SPEC, SOAP)] == [
        ("SH005", "AE", "Asia/Dubai"),
        ("SH033/A16", "", ""),
    ]
    assert said(SPEC, SOAP) == {"Aramex does not know the waybill 1Z9": True}


@pytest.mark.req("C6", "E3")
def test_json_tells_instants_with_their_offset():
    assert told(SPEC, JSON) == [("30000000002", "2026-03-04T13:45:00+02:00", "returned return/undeliverable")]
    assert told(SPEC, SOUTH_AFRICA) == [("", "2026-03-04T09:10:00", "out_for_delivery")]
    assert said(SPEC, REFUSAL) == {"ERR01 Invalid password": True}
