"""DHL Express's tracking: XML-PI, the SOAP service, the MyDHL API and the tracking page's data."""

import pytest

from crossdock.connectors.dhl_express.mapping.tracking import translation_of
from crossdock.model.events import TrackingReported
from crossdock.model.tracking import TrackingEvent

XML_PI = b"""<req:TrackingResponse xmlns:req="http://www.dhl.com"><AWBInfo><AWBNumber>9000000017</AWBNumber>
<Status><ActionStatus>success</ActionStatus></Status><ShipmentInfo>
<ShipmentEvent><Date>2026-03-04</Date><Time>09:42:00</Time><ServiceEvent><EventCode>NH</EventCode>
<Description>Recipient not home</Description></ServiceEvent><Signatory/><ServiceArea>
<ServiceAreaCode>KIN</ServiceAreaCode><Description>KINGSTON-JAM</Description></ServiceArea></ShipmentEvent>
<ShipmentEvent><Date>2026-03-05</Date><Time>10:00:00</Time><ServiceEvent><EventCode>OK</EventCode>
<Description>Delivered</Description></ServiceEvent><Signatory>SAMPLE</Signatory></ShipmentEvent>
</ShipmentInfo></AWBInfo><AWBInfo><AWBNumber>9000000025</AWBNumber><Status>
<ActionStatus>No Shipments Found</ActionStatus>
<Condition><ConditionCode>209</ConditionCode><ConditionData>No Shipments Found</ConditionData></Condition></Status>
</AWBInfo></req:TrackingResponse>"""
SOAP = b"""<trackShipmentRequestResponse><trackingResponse><TrackingResponse><AWBInfo><ArrayOfAWBInfoItem>
<AWBNumber>9000000033</AWBNumber><ShipmentInfo><ShipmentEvent><ArrayOfShipmentEventItem><Date>2026-03-04</Date>
<Time>07:00:00</Time><ServiceEvent><EventCode>WC</EventCode><Description>With courier</Description></ServiceEvent>
</ArrayOfShipmentEventItem></ShipmentEvent></ShipmentInfo></ArrayOfAWBInfoItem></AWBInfo></TrackingResponse>
</trackingResponse></trackShipmentRequestResponse>"""
MYDHL = b"""{"shipments": [{"shipmentTrackingNumber": "9000000041", "events": [
 {"date": "2026-03-04", "time": "07:00:00", "GMTOffset": "+02:00", "typeCode": "UD", "description": "Clearance delay",
  "serviceArea": [{"code": "ATH", "description": "Athens-GRC"}]}, {"date": "2026-03-03", "time": "07:00:00",
  "typeCode": "PU", "description": "Shipment picked up", "serviceArea": [{"code": "BRU"}]}]},
 {"shipmentTrackingNumber": "9000000058", "events": [], "pieces": [{"trackingNumber": "JD1", "events": [
  {"date": "2026-03-03", "time": "07:00:00", "typeCode": "DF", "description": "x"}]}]}]}"""
PAGE = b"""{"results": [{"id": "9000000066", "signature": {"signatory": "SAMPLE"}, "checkpoints": [
 {"description": "Delivered - Signed for by : SAMPLE", "time": "14:23", "date": "Friday, March 06, 2026 ",
  "location": "Athens   "}, {"description": "Customs status updated", "time": "07:43",
  "date": "Thursday, March 05, 2026 ", "location": "ATHENS - GREECE"}]}],
 "errors": [{"id": "X", "message": "not found"}]}"""
RATES = b'{"products": [{"productName": "EXPRESS"}]}'


def _events(body: bytes) -> list[TrackingEvent]:
    facts = translation_of(body, "dhl_express").facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


def _told(body: bytes) -> list[tuple[str, str, str]]:
    return [(event.tracking_number, event.occurred.at, event.milestone) for event in _events(body)]


def _said(body: bytes) -> list[tuple[str, bool]]:
    return [(each.why.engineer, each.refused) for each in translation_of(body, "dhl_express").problems]


@pytest.mark.req("C6", "E3")
def test_xml_of_either_service():
    assert _told(XML_PI) == [
        ("9000000017", "2026-03-04T09:42:00", "delivery_attempted"),
        ("9000000017", "2026-03-05T10:00:00", "delivered"),
    ]
    assert (_events(XML_PI)[0].reason, _events(XML_PI)[0].place.city) == ("recipient_absent", "KINGSTON")
    assert _events(XML_PI)[1].signed_by == "SAMPLE"
    assert _said(XML_PI) == [("9000000025 209 No Shipments Found", True)]
    assert _told(SOAP) == [("9000000033", "2026-03-04T07:00:00", "out_for_delivery")]


@pytest.mark.req("C6", "E3")
def test_json_of_the_api_and_of_the_page():
    assert _told(MYDHL) == [
        ("9000000041", "2026-03-04T07:00:00+02:00", "customs_processing"),
        ("9000000041", "2026-03-03T07:00:00", "picked_up"),
        ("9000000058", "2026-03-03T07:00:00", "departed_facility"),
    ]
    assert _told(PAGE) == [
        ("9000000066", "2026-03-06T14:23:00", "delivered"),
        ("9000000066", "2026-03-05T07:43:00", "customs_processing"),
    ]
    assert _said(PAGE) == [("X not found", True)]


@pytest.mark.req("C6")
def test_other_answers_hold_no_events():
    assert _told(RATES) == []
    assert [refused for _, refused in _said(RATES)] == [False]
