"""PostNord holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.postnord.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

JSON = b"""{"TrackingInformationResponse": {"shipments": [{"shipmentId": "00370000000000000017SE", "items": [
 {"itemId": "00370000000000000025SE", "events": [
  {"eventTime": "2026-03-04T09:00:00", "eventCode": "31", "status": "DELIVERED",
   "eventDescription": "The shipment item has been delivered",
   "location": {"displayName": "Lund", "countryCode": "SE"}},
  {"eventTime": "2026-03-03T09:00:00", "eventCode": "9", "status": "OTHER",
   "eventDescription": "The consignee was not at home"}]}]}]}}"""
XML = b"""<TrackingInformationResponse><shipments><shipment><shipmentId>1</shipmentId><items><item><itemId>2</itemId>
<events><event><eventTime>2026-03-04T09:00:00</eventTime><status>INFORMED</status></event></events></item></items>
</shipment></shipments></TrackingInformationResponse>"""
EMPTY = b'{"TrackingInformationResponse": {"shipments": []}}'
FAULT = b'{"compositeFault": {"faults": [{"faultCode": "E1", "explanationText": "Invalid id"}]}}'


class TestPostNord(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [JSON, XML, EMPTY, FAULT]}


@pytest.mark.req("C6", "E3")
def test_items_and_their_events():
    assert told(SPEC, JSON) == [
        ("00370000000000000025SE", "2026-03-04T09:00:00", "delivered"),
        ("00370000000000000025SE", "2026-03-03T09:00:00", "delivery_attempted recipient/recipient_absent"),
    ]
    assert events(SPEC, JSON)[0].occurred.zone == "Europe/Stockholm"
    assert told(SPEC, XML) == [("2", "2026-03-04T09:00:00", "info_received")]
    assert said(SPEC, EMPTY) == {"the answer holds no shipments": True}
    assert said(SPEC, FAULT) == {"E1 Invalid id": True}
