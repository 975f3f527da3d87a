"""DPD holds what every connector holds, and reads its own formats."""

import json
from typing import ClassVar

import pytest

from crossdock.connectors.dpd.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told


def _status(code: str, words: str, when: str, place: str, *, reached: bool = True) -> str:
    return (
        f"<statusInfo><status>{code}</status><label><content>L</content></label>"
        f"<description><content><content>{words}</content></content></description>"
        f"<statusHasBeenReached>{str(reached).lower()}</statusHasBeenReached>"
        f"<location><content>{place}</content></location><date><content>{when}</content></date></statusInfo>"
    )


LIFE_CYCLE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><getTrackingDataResponse>'
    "<trackingresult><shipmentInfo><status>SHIPMENT</status></shipmentInfo>"
    + _status("BetweenDepots", "In transit", "3/12/2026 12:05:00 AM", "Gent (BE)")
    + _status("DeliveryFailure", "The consignee was not at home.", "3/12/2026 2:05:00 PM", "Gent (BE)")
    + _status("DeliveryFailure", "The consignee was not at home.", "3/12/2026 2:05:00 PM", "Aalst (BE)")
    + _status("Delivered", "The parcel has been delivered.", "13.03.2026, 09:30", "Gent (BE)")
    + _status("Planned", "x", "", "", reached=False)
    + "</trackingresult></getTrackingDataResponse></soap:Body></soap:Envelope>"
).encode()
PAGE = b"""{"parcellifecycleResponse": {"parcelLifeCycleData": {"shipmentInfo": {"parcelLabelNumber": "01000000000017"},
 "statusInfo": [{"status": "ACCEPTED", "statusHasBeenReached": true}],
 "scanInfo": {"scan": [
  {"date": "2026-03-02T17:20:11", "scanData": {"location": "Neum\\u00fcnster", "country": "DE"},
   "scanDescription": {"label": "d", "content": ["In transit."]}, "scanType": {"code": "02", "name": "SC_02_Inbound"}},
  {"date": "2026-03-03T10:00:00", "scanData": {"location": "Bonn (DE)"}, "scanDescription": {"content": ["Hm"]},
   "scanType": {"code": "13"}}]}}}}"""
POLAND = b"""<Envelope><Body><getEventsForWaybillV1Response><return><eventsList><businessCode>190101</businessCode>
<country>PL</country><depotName>Warszawa</depotName>
<description>Przesy\xc5\x82ka dor\xc4\x99czona</description>
<eventTime>2026-03-03T10:00:00.000+01:00</eventTime><waybill>0000000000017Q</waybill></eventsList></return>
</getEventsForWaybillV1Response></Body></Envelope>"""
GROUP = b"""{"trackingNumber": "05000000000017", "events": [{"timestamp": "2026-03-02T08:00:00Z",
 "status": "IN_TRANSIT", "description": "Arrived at delivery depot", "location": {"city": "Graz", "country": "AT"}}]}"""
FAULT = b"<Envelope><Fault><faultcode>1</faultcode><faultstring>No such parcel</faultstring></Fault></Envelope>"


class TestDpd(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [LIFE_CYCLE, PAGE, POLAND, GROUP, FAULT]}


@pytest.mark.req("C6", "E3")
def test_steps_reached_are_told_once_with_their_own_clock():
    assert told(SPEC, LIFE_CYCLE) == [
        ("", "2026-03-12T00:05:00", "in_transit"),
        ("", "2026-03-12T14:05:00", "delivery_attempted recipient/recipient_absent"),
        ("", "2026-03-13T09:30:00", "delivered"),
    ]
    assert events(SPEC, LIFE_CYCLE)[0].place.country == "BE"


@pytest.mark.req("C6", "E3")
def test_the_other_forms():
    assert told(SPEC, PAGE) == [
        ("01000000000017", "2026-03-02T17:20:11", "arrived_at_facility"),
        ("01000000000017", "2026-03-03T10:00:00", "delivered"),
    ]
    assert told(SPEC, POLAND) == [("0000000000017Q", "2026-03-03T10:00:00+01:00", "delivered")]
    assert told(SPEC, GROUP) == [("05000000000017", "2026-03-02T08:00:00Z", "arrived_at_destination_facility")]
    assert said(SPEC, FAULT) == {"1 No such parcel": True}


UK = {"error": None, "data": {"parcelNumber": "15500000000001", "trackingEvent": [
    {"trackingEventCode": "001", "trackingEventDate": "2026-03-05T12:13:00.000", "trackingEventLocation": "Testham",
     "trackingEventStatus": "Your parcel has been delivered"},
    {"trackingEventCode": "000", "trackingEventDate": "2026-03-04T17:13:00.000", "trackingEventLocation": "Internet",
     "trackingEventStatus": "We have received the details of your order but not the parcel"},
]}}  # fmt: skip
BALTIC = [{"parcelNumber": "05800000000001", "error": None, "details": [
    {"status": "Parcel delivered to the Pickup point", "dateTime": "2026-03-05 08:13:14", "country": "EE"},
]}]  # fmt: skip
FRANCE = """<getShipmentTraceResult><ShipmentNumber>250000000001</ShipmentNumber><Traces><clsTrace>
<StatusNumber>30</StatusNumber><StatusDescription>En cours de livraison</StatusDescription>
<ScanDate>05.04.2026</ScanDate><ScanTime>08:13</ScanTime></clsTrace></Traces></getShipmentTraceResult>"""


@pytest.mark.req("C6")
def test_national_companies_are_read_by_their_words():
    assert told(SPEC, json.dumps(UK).encode()) == [
        ("15500000000001", "2026-03-05T12:13:00", "delivered"),
        ("15500000000001", "2026-03-04T17:13:00", "info_received"),
    ]
    assert told(SPEC, json.dumps(BALTIC).encode()) == [
        ("05800000000001", "2026-03-05T08:13:14", "available_for_pickup")
    ]
    assert told(SPEC, FRANCE.encode()) == [("250000000001", "2026-04-05T08:13:00", "out_for_delivery")]
