"""Australia Post holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.australiapost.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = b"""{"tracking_results": [
 {"tracking_id": "33XYZ000001", "status": "Delivered", "trackable_items": [{"article_id": "33XYZ00000101",
   "product_type": "eParcel", "status": "Delivered", "events": [
    {"location": "FITZROY VIC", "description": "Delivered - Left in a safe place", "date": "2026-03-04T11:02:09+11:00"},
    {"location": "Transit Scan", "description": "Onboard for delivery", "date": "2026-03-04T07:40:00+11:00"}]}]},
 {"tracking_id": "33XYZ000002", "trackable_items": [{"consignment_id": "33XYZ000002", "number_of_items": 2, "items": [
   {"article_id": "33XYZ00000201", "events": [
     {"location": "OSAKA (JP)", "description": "Item is in Customs", "date": "2026-03-04T09:00:00+11:00"}]},
   {"article_id": "33XYZ00000202", "events": [
     {"location": "NZ", "description": "Article damaged - see sender", "date": "2026-03-04T09:00:00+11:00"}]}]}]},
 {"tracking_id": "33XYZ000003", "errors": [{"code": "ESB-10001", "name": "Invalid tracking ID"}]},
 {"tracking_id": "33XYZ000004", "status": "Created", "trackable_items": []}]}"""
REFUSAL = b'{"errors": [{"code": "51101", "name": "TOO_MANY_IDS", "message": "At most 10."}]}'
OTHER = b'{"shipments": [{"shipment_id": "x", "items": []}]}'
OLDER = b"""{"QueryTrackEventsResponse": {"TrackingResults": [{"ArticleDetails": [
 {"ArticleId": "CZ000000017AU", "Events": [
 {"EventDescription": "Delivered", "EventDateTime": "2016-05-30T14:43:09+10:00", "Location": "KEW VIC",
  "SignerName": "N OSEI"},
 {"EventDescription": "Left Australia", "EventDateTime": "2016-05-27T04:43:09+10:00", "Location": ""}]}]},
 {"BusinessException": {"Code": "ESB-20010", "Description": "Invalid tracking ID"}}]}}"""
PAGE = b"""{"articles": [{"articleId": "33XYZ000009", "details": [{"articleId": "33XYZ00000901", "events": [
 {"dateTime": 1772582529000, "localeDateTime": "2026-03-04T11:02:09+11:00", "description": "Collected",
  "location": "FITZROY VIC", "eventCode": "DD-ER6"}]}]}]}"""


class TestAustraliaPost(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, REFUSAL, OTHER, OLDER, PAGE]}


@pytest.mark.req("C6", "E3")
def test_articles_of_several_consignments_are_scans_of_their_own():
    assert told(SPEC, ANSWER) == [
        ("33XYZ00000101", "2026-03-04T11:02:09+11:00", "delivered"),
        ("33XYZ00000101", "2026-03-04T07:40:00+11:00", "out_for_delivery"),
        ("33XYZ00000201", "2026-03-04T09:00:00+11:00", "customs_processing customs"),
        ("33XYZ00000202", "2026-03-04T09:00:00+11:00", "exception damage/damaged"),
    ]
    assert [(each.place.city, each.place.region, each.place.country) for each in events(SPEC, ANSWER)] == [
        ("FITZROY", "VIC", "AU"),
        ("", "", ""),
        ("OSAKA", "", "JP"),
        ("", "", "NZ"),
    ]


@pytest.mark.req("C6")
def test_each_number_has_its_own_errors():
    assert said(SPEC, ANSWER) == {
        "33XYZ000003: ESB-10001 Invalid tracking ID": True,
        "33XYZ000004: Created, without events": True,
    }
    assert said(SPEC, REFUSAL) == {"51101 TOO_MANY_IDS At most 10.": True}
    assert list(said(SPEC, OTHER).values()) == [False]


@pytest.mark.req("C6", "E3")
def test_the_older_answer_and_the_page_are_read_as_well():
    assert told(SPEC, OLDER) == [
        ("CZ000000017AU", "2016-05-30T14:43:09+10:00", "delivered"),
        ("CZ000000017AU", "2016-05-27T04:43:09+10:00", "departed_origin_country"),
    ]
    assert events(SPEC, OLDER)[0].signed_by == "N OSEI"
    assert said(SPEC, OLDER) == {"Invalid tracking ID": True}
    assert told(SPEC, PAGE) == [("33XYZ00000901", "2026-03-04T11:02:09+11:00", "delivered")]
