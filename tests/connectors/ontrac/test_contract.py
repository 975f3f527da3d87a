"""OnTrac holds what every connector holds, and reads its own format and LaserShip's."""

from typing import ClassVar

import pytest

from crossdock.connectors.ontrac.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = b"""<?xml version="1.0"?><OnTracTrackingResult><Shipments><Shipment><Events>
<Event><Status>OK</Status><Description>DELIVERED</Description><EventTime>2026-03-05T14:01:21.45</EventTime>
<Facility>Reno</Facility><City>RENO</City><State>NV</State><Zip>89502</Zip></Event>
<Event><Status>NH</Status><Description>Delayed. Delivery date updated.</Description>
<EventTime>2026-03-04T15:10:00</EventTime><Facility>Reno</Facility></Event>
<Event><Status>XX</Status><Description>DATA ENTRY</Description><EventTime>2026-03-03T09:00:00</EventTime></Event>
</Events><Tracking>D10000000000017</Tracking><POD>OSEI</POD><Error/></Shipment>
<Shipment><Events/><Tracking>D10000000000028</Tracking><Error>Invalid Tracking Number</Error></Shipment>
</Shipments><Error/></OnTracTrackingResult>"""
LASERSHIP = b"""{"OrderNumber": "LX00000017", "Events": [
 {"DateTime": "2026-03-05T14:01:00", "UTCDateTime": "2026-03-05T19:01:00", "City": "Bronx", "State": "NY",
  "PostalCode": "10451", "Country": "US", "EventType": "Released", "EventLabel": "Delivered to front door"},
 {"DateTime": "2026-03-05T08:00:00", "UTCDateTime": "2026-03-05T13:00:00", "EventType": "Exception",
  "EventLabel": "Exception", "Reason": "Business closed"},
 {"DateTime": "2026-03-04T20:00:00", "EventType": "Received", "EventLabel": "Arrived at LaserShip facility"}]}"""
REFUSAL = b"<OnTracTrackingResult><Shipments/><Error>Invalid Username or Password</Error></OnTracTrackingResult>"
RATES = b"<OnTracRateResponse><Shipments/></OnTracRateResponse>"


class TestOnTrac(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, LASERSHIP, REFUSAL, RATES]}


@pytest.mark.req("C6", "E3")
def test_shipments_and_orders_are_scans():
    assert told(SPEC, ANSWER) == [
        ("D10000000000017", "2026-03-05T14:01:21", "delivered"),
        ("D10000000000017", "2026-03-04T15:10:00", "delayed delay_carrier"),
        ("D10000000000017", "2026-03-03T09:00:00", "info_received"),
    ]
    assert events(SPEC, ANSWER)[0].signed_by == "OSEI"
    assert told(SPEC, LASERSHIP) == [
        ("LX00000017", "2026-03-05T14:01:00-05:00", "delivered"),
        ("LX00000017", "2026-03-05T08:00:00-05:00", "delivery_attempted recipient/recipient_closed"),
        ("LX00000017", "2026-03-04T20:00:00", "arrived_at_facility"),
    ]


@pytest.mark.req("C6")
def test_errors_are_refusals_and_rates_no_shape():
    assert said(SPEC, ANSWER) == {"Invalid Tracking Number": True}
    assert said(SPEC, REFUSAL) == {"Invalid Username or Password": True}
    assert list(said(SPEC, RATES).values()) == [False]
