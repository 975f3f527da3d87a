"""HayPost holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.hay_post.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

ANSWER = b"""{"error": false, "message": null, "data": {"isEMS": false, "delivered": true, "result": [
 {"local_Date": "03.04.2026 09:30", "country": "China", "location": "BEIJING",
  "event": "Send item abroad (EDI-received)",
  "category": "", "nextOffice": "EVN", "extraInformation": "", "eventDate": "2026-04-03"},
 {"local_Date": "12.04.2026 10:05:30", "country": "Armenia", "location": "YEREVAN 10",
  "event": "Unsuccessful item delivery attempt (Inb)", "extraInformation": "Addressee not available"},
 {"local_Date": "13.04.2026", "country": "Armenia", "location": "YEREVAN 10", "event": "Deliver item (Inb)"}]}}"""
REFUSAL = b'{"error": true, "message": "Not found"}'
ORDER = b'{"id": 1, "barcode": "PAS000000001AM"}'


class TestHayPost(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [ANSWER, REFUSAL, ORDER]}


@pytest.mark.req("C6", "E3")
def test_the_postal_unions_events_with_days_first():
    assert told(SPEC, ANSWER) == [
        ("", "2026-04-03T09:30:00", "departed_origin_country"),
        ("", "2026-04-12T10:05:30", "delivery_attempted other/unspecified"),
        ("", "2026-04-13", "delivered"),
    ]
    assert [each.occurred.zone for each in events(SPEC, ANSWER)] == ["", "Asia/Yerevan", ""]
    assert said(SPEC, REFUSAL) == {"Not found": True}
    assert list(said(SPEC, ORDER).values()) == [False]
