"""Ukrposhta holds what every connector holds, and reads its own format."""

from typing import ClassVar

import pytest

from crossdock.connectors.ukrposhta.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

MANY = """{"found": {"0500000000001": [
 {"barcode": "0500000000001", "step": 1, "date": "2026-03-01T10:39:58", "index": "05300", "name": "КИЇВ 5",
  "event": "20700", "eventName": "Надходження на сортувальний центр", "country": "Україна", "eventReason": null},
 {"barcode": "0500000000001", "step": 2, "date": "2026-03-02T14:13:00", "index": "05300", "name": "КИЇВ 5",
  "event": "41000", "eventName": "Відправлення вручено", "country": "Україна", "eventReason": "відправнику"}],
 "0500000000002": []}, "notFound": ["0500000000003"]}""".encode()
LAST = """{"barcode": "RB000000003UA", "date": "2026-03-02T14:13:00", "event": "99901", "name": "",
 "eventName": "Відправлення не вручено: відмова адресата", "country": "Польща"}""".encode()
REFUSAL = b'{"code": "404", "message": "Barcode not found"}'


class TestUkrposhta(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [MANY, LAST, REFUSAL, b"[]", b'{"uuid": "x"}']}


@pytest.mark.req("C6", "E3")
def test_handed_over_to_the_sender_is_a_return():
    assert told(SPEC, MANY) == [
        ("0500000000001", "2026-03-01T10:39:58", "arrived_at_facility"),
        ("0500000000001", "2026-03-02T14:13:00", "returned return/undeliverable"),
    ]
    assert {(each.occurred.zone, each.place.country, each.place.postcode) for each in events(SPEC, MANY)} == {
        ("Europe/Kyiv", "UA", "05300")
    }
    assert said(SPEC, MANY) == {"0500000000002 has no statuses": True, "not found: 0500000000003": True}


@pytest.mark.req("C6", "E3")
def test_an_unknown_code_is_read_by_its_text_and_asked_about():
    assert told(SPEC, LAST) == [
        ("RB000000003UA", "2026-03-02T14:13:00", "delivery_attempted refused/refused_by_recipient")
    ]
    assert said(SPEC, REFUSAL) == {"404 Barcode not found": True}
