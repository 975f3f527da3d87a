"""Evri and Hermes hold what every connector holds, and read their own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.evri.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

EVRI = b"""{"results": [{"barcode": "H00000000000017", "trackingEvents": [
 {"dateTime": "2026-07-02T10:04:00+01:00", "trackingPoint": {"trackingPointId": "4", "description": "Hidden"},
  "trackingStage": {"description": "Out for delivery"}},
 {"dateTime": "2026-07-01T10:04:00+01:00", "trackingPoint": {"description": "At your local depot"},
  "trackingStage": {"description": "On its way"}}]}]}"""
PAGE = b"""[{"barcode": "01000000000017", "status": {"parcelStatus": "ZUGESTELLT"}, "parcelProgress": [
 {"parcelStatus": "DELIVERED_HOMEDELIVERY", "timestamp": null},
 {"parcelStatus": "DELIVERY_TOUR_STARTED", "timestamp": "2026-03-03T08:00:00+01:00"}]}]"""
HISTORY = b"""{"barcode": "01000000000025", "statusHistory": [{"dateTime": "03.02.2026 09:23",
 "text": {"longText": "Die Sendung wurde zugestellt.", "shortText": "x"}}]}"""
INFO = b"""{"shipmentinfo": [{"shipmentID": "H1000000000000000017", "status": [{"timestamp": "2026-03-03T08:00:00",
 "code": "1910", "description": "Die Sendung konnte nicht zugestellt werden.",
 "scanningUnit": {"name": "Depot", "city": "Kiel", "countryCode": "DE"}}]},
 {"shipmentID": "H2", "result": {"code": "e001", "message": "There is no information."}}]}"""
NOTHING = b'{"pickupOrderID": "7"}'


class TestEvri(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [EVRI, PAGE, HISTORY, INFO, NOTHING]}


@pytest.mark.req("C6", "E3")
def test_britain_and_germany():
    assert told(SPEC, EVRI) == [
        ("H00000000000017", "2026-07-02T10:04:00+01:00", "out_for_delivery"),
        ("H00000000000017", "2026-07-01T10:04:00+01:00", "arrived_at_destination_facility"),
    ]
    assert told(SPEC, PAGE) == [("01000000000017", "2026-03-03T08:00:00+01:00", "out_for_delivery")]
    assert told(SPEC, HISTORY) == [("01000000000025", "2026-02-03T09:23:00", "delivered")]
    assert told(SPEC, INFO) == [("H1000000000000000017", "2026-03-03T08:00:00", "delivery_attempted other/unspecified")]
    assert events(SPEC, INFO)[0].occurred.zone == "Europe/Berlin"


@pytest.mark.req("C6")
def test_what_is_no_answer_is_a_problem():
    assert said(SPEC, INFO) == {"H2 e001 There is no information.": True}
    assert list(said(SPEC, NOTHING).values()) == [False]
