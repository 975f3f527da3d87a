"""SEKO holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.seko.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = b"""[{"ConsignmentNo": "7770001", "Status": "In transit", "Picked": "", "Delivered": "", "Reference1": "S1",
 "Events": [
 {"EventDT": "2026-03-01T09:00:00.043", "Code": null, "OmniCode": "OP-1",
  "Description": "Tracking number allocated & order ready", "Location": "LONDON,EGHAM,GB", "Part": 1},
 {"EventDT": "2026-03-03T15:29:00", "Code": "0.0", "OmniCode": "OP-4",
  "Description": "The parcel was handed over to DPD.", "Location": "Essen, DE", "Part": 1},
 {"EventDT": "2026-03-04T08:00:00", "Code": "X", "OmniCode": "OP-999", "Description": "Out for delivery",
  "Location": "NL", "Part": "2"}]},
 {"ConsignmentNo": "7770002", "Status": "Not picked", "Events": []}]"""
RETURNS = b"""[{"ConsignmentNo": "", "OmniRPSTrackingNo": "BE00000099", "OrderNo": "9", "Code": "RDBTC",
 "Status": "Return Delivered Back To Customer", "EventDT": "2026-03-07 11:20:05",
 "SourceLocation": "Auckland, New Zealand-NZ"}]"""
REFUSAL = b'{"Errors": [{"Property": "Token", "Message": "is required"}]}'
DELETED = b'{"7770001": "Deleted"}'


class TestSeko(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, RETURNS, REFUSAL, DELETED]}


@pytest.mark.req("C6", "E3")
def test_the_words_of_the_last_mile_decide():
    assert told(SPEC, ANSWER) == [
        ("7770001", "2026-03-01T09:00:00", "info_received"),
        ("7770001", "2026-03-03T15:29:00", "handed_to_partner"),
        ("7770001", "2026-03-04T08:00:00", "out_for_delivery"),
    ]
    assert [(each.raw_code, each.raw_text, each.place.country) for each in events(SPEC, ANSWER)][1:] == [
        ("OP-4", "0.0 | The parcel was handed over to DPD.", "DE"),
        ("OP-999", "X | Out for delivery", "NL"),
    ]
    assert said(SPEC, ANSWER) == {"7770002: Not picked, without events": True}


@pytest.mark.req("C6", "E3")
def test_returns_are_read_from_their_own_list():
    assert told(SPEC, RETURNS) == [("BE00000099", "2026-03-07T11:20:05", "returned return")]


@pytest.mark.req("C6")
def test_other_answers_hold_no_events():
    assert said(SPEC, REFUSAL) == {"Token is required": True}
    assert list(said(SPEC, DELETED).values()) == [False]
