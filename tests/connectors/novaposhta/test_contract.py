"""Nova Poshta holds what every connector holds, and reads its own formats."""

from typing import ClassVar

import pytest

from crossdock.connectors.novaposhta.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told

DOCUMENTS = """{"success": true, "data": [
 {"Number": "59000000000001", "StatusCode": "9", "Status": "Відправлення отримано",
  "RecipientDateTime": "08.03.2026 15:16:47", "ActualDeliveryDate": "2026-03-07 09:00:00",
  "TrackingUpdateDate": "2026-03-08 15:16:53", "CityRecipient": "Львів", "RecipientFullName": "Ірина"},
 {"Number": "59000000000002", "StatusCode": "7", "Status": "Прибув на відділення",
  "RecipientDateTime": "", "ActualDeliveryDate": "2026-03-07 09:00:00", "TrackingUpdateDate": "2026-03-07 09:01:00",
  "ScheduledDeliveryDate": "07-03-2026 12:00:00"},
 {"Number": "59000000000003", "StatusCode": "1", "Status": "Відправник самостійно створив цю накладну",
  "ActualDeliveryDate": "0001-01-01 00:00:00", "DateCreated": "06-03-2026 11:08:03"},
 {"Number": "59000000000004", "StatusCode": 111, "Status": "Невдала спроба доставки",
  "UndeliveryReasons": "Немає зв'язку", "UndeliveryReasonsDate": "", "DateScan": "15:16 08.03.2026"},
 {"Number": "59000000000005", "StatusCode": "3", "Status": "Номер не знайдено"},
 {"Number": "59000000000006", "StatusCode": "5", "Status": "Прямує", "TrackingUpdateDate": "0000-00-00 00:00:00"}],
 "errors": [], "warnings": [{"ID_1": "x"}], "errorCodes": []}""".encode()
XML = """<?xml version="1.0"?><root><success>true</success><data><item><Number>59000000000007</Number>
<StatusCode>101</StatusCode><Status>Доставляється</Status>
<TrackingUpdateDate>2026-03-08 08:00:00</TrackingUpdateDate></item></data><errors/></root>""".encode()
SHOPPING = b"""{"waybill_number": "EV0001NPI", "state": "Closed", "tracking_history": [
 {"code": "400", "description": "In the process of customs declaration", "date": "1772611200", "country": "UA"},
 {"code": "77-7", "description": "Out for delivery", "date": 1772697600, "country": "UA"}]}"""
REFUSAL = b'{"success": false, "data": [], "errors": ["Document number is not correct"], "errorCodes": ["20001"]}'


class TestNovaPoshta(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [DOCUMENTS, XML, REFUSAL]}


@pytest.mark.req("C6", "E3")
def test_each_status_happened_at_a_date_of_its_own():
    assert told(SPEC, DOCUMENTS) == [
        ("59000000000001", "2026-03-08T15:16:47", "delivered"),
        ("59000000000002", "2026-03-07T09:00:00", "available_for_pickup"),
        ("59000000000003", "2026-03-06T11:08:03", "info_received"),
        ("59000000000004", "2026-03-08T15:16:00", "delivery_attempted recipient/recipient_absent"),
    ]
    first = events(SPEC, DOCUMENTS)[0]
    assert (first.occurred.zone, first.occurred.tz_known, first.signed_by) == ("Europe/Kyiv", False, "Ірина")
    assert said(SPEC, DOCUMENTS) == {
        "59000000000005: Номер не знайдено": True,
        "none of the document's dates can be read for status 5": False,
    }
    assert told(SPEC, XML) == [("59000000000007", "2026-03-08T08:00:00", "out_for_delivery")]


@pytest.mark.req("C6", "E3")
def test_the_history_of_shopping_is_in_seconds():
    assert told(SPEC, SHOPPING) == [
        ("EV0001NPI", "2026-03-04T08:00:00Z", "customs_processing customs"),
        ("EV0001NPI", "2026-03-05T08:00:00Z", "out_for_delivery"),
    ]


@pytest.mark.req("C6")
def test_errors_hold_no_events():
    assert told(SPEC, REFUSAL) == []
    assert said(SPEC, REFUSAL) == {"20001 Document number is not correct": True}
