"""Royal Mail holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.royalmail.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told, translated

EVENTS = b"""{"mailPieces": {"mailPieceId": "M1", "summary": {"oneDBarcode": "FQ000000017GB", "lastEventCode": "EVKSP"},
 "signature": {"recipientName": "Sample"}, "events": [
 {"eventCode": "EVKSP", "eventName": "Delivered and Signed", "eventDateTime": "2026-07-02T10:04:00+01:00",
  "locationName": "Stafford DO"},
 {"eventCode": "EVGPD", "eventName": "x", "eventDateTime": "2026-07-02T06:04:00+01:00"},
 {"eventCode": "EVXXX", "eventName": "Nobody home", "eventDateTime": "2026-07-01T10:04:00+01:00"}
 ]}}"""
SUMMARIES = b"""{"mailPieces": [{"mailPieceId": "M2", "summary": {"oneDBarcode": "FQ000000025GB",
 "lastEventCode": "EVNDA", "lastEventName": "Available", "lastEventDateTime": "2026-07-01T10:04:00+01:00",
  "lastEventLocationName": "Leek DO"}},
 {"mailPieceId": "M3", "error": {"errorCode": "E1142", "errorDescription": "not recognised"}}]}"""
REFUSAL = b"""{"httpCode": "401", "httpMessage": "Unauthorized", "moreInformation": "Invalid client id",
 "errors": [{"errorCode": "E0010", "errorDescription": "Invalid"}]}"""
NOTHING = b'{"Packages": []}'


class TestRoyalMail(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [EVENTS, SUMMARIES, REFUSAL, NOTHING]}


@pytest.mark.req("C6", "E3")
def test_events_and_summaries():
    assert told(SPEC, EVENTS) == [
        ("FQ000000017GB", "2026-07-02T10:04:00+01:00", "delivered"),
        ("FQ000000017GB", "2026-07-02T06:04:00+01:00", "out_for_delivery"),
        ("FQ000000017GB", "2026-07-01T10:04:00+01:00", "delivery_attempted recipient/recipient_absent"),
    ]
    assert events(SPEC, EVENTS)[0].signed_by == "Sample"
    assert translated(SPEC, EVENTS).unknown_codes == ("EVXXX",)
    assert told(SPEC, SUMMARIES) == [("FQ000000025GB", "2026-07-01T10:04:00+01:00", "available_for_pickup")]
    assert said(SPEC, SUMMARIES) == {"M3 E1142 not recognised": True}


@pytest.mark.req("C6")
def test_what_is_no_answer_is_a_problem():
    assert said(SPEC, REFUSAL) == {"E0010 Invalid": True}
    assert list(said(SPEC, NOTHING).values()) == [False]


HISTORY = b"""<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
<getSingleItemHistoryResponse><trackDetail><trackDate>2026-01-20</trackDate><trackTime>10:11:00</trackTime>
<trackPoint>Testham DO</trackPoint><header>Delivered</header></trackDetail></getSingleItemHistoryResponse>
</soapenv:Body></soapenv:Envelope>"""


@pytest.mark.req("C6")
def test_the_older_service_tells_rows_without_a_number():
    assert told(SPEC, HISTORY) == [("", "2026-01-20T10:11:00", "delivered")]
