"""DHL's unified tracking holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.dhl_universal.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.devkit.specimen import specimen_connector
from crossdock.ports.connector import Received, Rejected
from scans_told import events, said, told

ANSWER = b"""{"shipments": [
 {"id": "2200000017", "service": "express", "status": {"statusCode": "delivered"},
  "details": {"proofOfDelivery": {"signed": {"@type": "Person", "name": "A. Sample"}}}, "events": [
  {"timestamp": "2026-03-05T10:12:00+01:00", "statusCode": "delivered", "status": "OK",
   "description": "Delivered - Signed for by : A. Sample",
   "location": {"address": {"addressLocality": "GENT - BELGIUM", "countryCode": "BE"}}},
  {"timestamp": "2026-03-04T23:00:00", "statusCode": "transit", "status": "transit",
   "description": "Processed at LEIPZIG - GERMANY"},
  {"timestamp": "2026-03-04T20:00:00", "statusCode": "transit", "status": "UD", "description": "Clearance delay"},
  {"timestamp": "2026-03-03T11:00:00", "statusCode": "transit", "status": "Waiting",
   "description": "Shipment has arrived", "remark": "The shipment is held by customs."}]},
 {"id": "00340434000000000017", "service": "parcel-de", "events": [
  {"timestamp": "2026-03-02T08:10:00", "statusCode": "failure", "status": "The recipient could not be reached",
   "description": "The recipient has refused to accept the shipment."},
  {"timestamp": "2026-03-01T08:10:00", "statusCode": "pre-transit", "status": "x", "description": "y"}]},
 {"id": "FR1", "service": "freight", "events": [
  {"timestamp": "2026-03-02T09:00:00Z", "statusCode": "transit", "status": "24-501", "description": "Out"}]},
 {"id": "FR2", "service": "freight", "status": {"timestamp": "2026-03-02T09:00:00Z", "statusCode": "delivered",
  "status": "Delivered"}}]}"""
PUSHED = b"""{"id": "2200000025", "service": "express", "events": [
 {"timestamp": "2026-03-05T10:12:00Z", "statusCode": "transit", "description": "Shipment picked up"}]}"""
NOT_FOUND = b'{"title": "No result found", "detail": "No shipment with given tracking number found.", "status": 404}'
ACTIVATION = b'{"subscription": "7", "secret": "invented"}'


class TestDhlUniversal(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, NOT_FOUND, ACTIVATION], "events": [PUSHED]}


@pytest.mark.req("C6", "E3")
def test_a_divisions_own_words_go_before_the_status_code():
    assert told(SPEC, ANSWER) == [
        ("2200000017", "2026-03-05T10:12:00+01:00", "delivered"),
        ("2200000017", "2026-03-04T23:00:00", "arrived_at_facility"),
        ("2200000017", "2026-03-04T20:00:00", "customs_processing customs/customs_hold"),
        ("2200000017", "2026-03-03T11:00:00", "customs_processing customs/customs_hold"),
        ("00340434000000000017", "2026-03-02T08:10:00", "delivery_attempted refused/refused_by_recipient"),
        ("00340434000000000017", "2026-03-01T08:10:00", "info_received"),
        ("FR1", "2026-03-02T09:00:00Z", "out_for_delivery"),
        ("FR2", "2026-03-02T09:00:00Z", "delivered"),
    ]
    assert events(SPEC, ANSWER)[0].signed_by == "A. Sample"


@pytest.mark.req("C6")
def test_what_is_no_answer_is_a_problem():
    assert said(SPEC, NOT_FOUND) == {"No result found | No shipment with given tracking number found.": True}
    assert list(said(SPEC, ACTIVATION).values()) == [False]
    assert said(SPEC, b'{"shipments": []}') == {"the answer holds no shipments": True}


@pytest.mark.req("E3")
def test_a_push_shows_the_token_we_gave():
    message = Received("events", PUSHED, {"x-crossdock-token": "not ours"}, 0)
    assert isinstance(specimen_connector(SPEC, "dhl").verify(message, 0), Rejected)


BENELUX = b"""[{"barcode": "3SBLC0000000000017", "events": [
 {"category": "PROBLEM", "status": "NOT_HOME", "timestamp": "2026-03-02T12:05:11.000Z"},
 {"category": "UNDERWAY", "status": "SOMETHING_NEW", "timestamp": "2026-03-02T08:00:00.000Z"}]}]"""


@pytest.mark.req("C6")
def test_benelux_tells_categories_and_statuses():
    assert told(SPEC, BENELUX) == [
        ("3SBLC0000000000017", "2026-03-02T12:05:11Z", "delivery_attempted recipient/recipient_absent"),
        ("3SBLC0000000000017", "2026-03-02T08:00:00Z", "in_transit"),
    ]


@pytest.mark.req("C6")
def test_a_remark_of_damage_does_not_undo_a_delivery():
    body = (
        b'{"shipments": [{"id": "17", "service": "freight", "events": [{"timestamp": "2026-03-02T12:05:11Z",'
        b' "statusCode": "delivered", "status": "Delivered with remarks", "remark": "1 colli damaged"}]}]}'
    )
    assert told(SPEC, body) == [("17", "2026-03-02T12:05:11Z", "delivered damage/damaged")]
