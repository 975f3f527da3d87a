"""GLS's tracking in each of the forms it answers in."""

import pytest

from crossdock.connectors.gls.mapping.tracking import translation_of
from crossdock.model.events import TrackingReported
from crossdock.model.tracking import TrackingEvent

PORTAL = b"""{"parcels": [
 {"requested": "1", "unitno": "50000000017", "events": [
  {"code": "NOTDELIVERED.X", "city": "Essen", "postalCode": "45127", "country": "DE",
   "description": "The parcel could not be delivered as the consignee was absent.",
   "eventDateTime": "2026-03-04T10:46:14+0100"},
  {"code": "INTIAL.NORMAL", "country": "DE", "description": "x", "eventDateTime": "2026-03-03T10:46:14+0100"}]},
 {"requested": "2", "errorCode": "E_404_01", "errorMessage": "Not found"}]}"""
PAGE = """{"tuStatus": [{"tuNo": "50000000025", "signature": {"value": "MUSTER(1)"}, "history": [
 {"date": "2026-03-04", "time": "13:22:00", "address": {"city": "Essen", "countryCode": "DE"},
  "evtDscr": "Das Paket wurde beim Empfänger zugestellt."},
 {"date": "2026-03-03", "time": "13:22:00", "address": {"city": "Essen", "countryCode": "DE"},
  "evtDscr": "Das Paket wurde im GLS PaketShop zugestellt (siehe Sendungsinformationen)"}]}]}""".encode()
MYGLS = b"""{"ParcelNumber": 90000000017, "GetParcelStatusErrors": [], "ParcelStatusList": [
 {"StatusCode": "5", "StatusDate": "/Date(1772625600000+0100)/", "StatusDescription": "x", "StatusInfo": "",
  "DepotCity": "Budapest"}]}"""
SHIPIT = b"""{"UnitDetail": {"ParcelNumber": "50000000033", "History": [{"Date": "2026-03-04T08:00:00+01:00",
 "StatusCode": "11.0", "Description": "y", "Location": "Essen", "Country": "DE"}]}}"""
SOAP = b"""<Envelope><Body><GetTuDetailResponse><ExitCode><ErrorCode>0</ErrorCode></ExitCode><TuNo>50000000041</TuNo>
<History><Date><Year>2026</Year><Month>3</Month><Day>4</Day><Hour>8</Hour><Minut>5</Minut></Date><Code>1.0</Code>
<LocationName>Essen</LocationName></History></GetTuDetailResponse></Body></Envelope>"""
SPAIN = b"""<expediciones><exp><codbar>60000000017</codbar><tracking_list><tracking><fecha>04/03/2026 09:10:11</fecha>
<tipo>ESTADO</tipo><codigo>6</codigo><evento>EN REPARTO</evento></tracking></tracking_list></exp></expediciones>"""
LABEL = b'{"parcels": [{"trackId": "Z1", "parcelNumber": "50000000058"}]}'


def _told(body: bytes) -> list[tuple[str, str, str]]:
    return [(event.tracking_number, event.occurred.at, event.milestone) for event in _events(body)]


def _events(body: bytes) -> list[TrackingEvent]:
    facts = translation_of(body, "gls").facts
    return [fact.body.event for fact in facts if isinstance(fact.body, TrackingReported)]


@pytest.mark.req("C6", "E3")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            PORTAL,
            [
                ("50000000017", "2026-03-04T10:46:14+01:00", "delivery_attempted"),
                ("50000000017", "2026-03-03T10:46:14+01:00", "picked_up"),
            ],
        ),
        (
            PAGE,
            [
                ("50000000025", "2026-03-04T13:22:00", "delivered"),
                ("50000000025", "2026-03-03T13:22:00", "available_for_pickup"),
            ],
        ),
        (MYGLS, [("90000000017", "2026-03-04T13:00:00+01:00", "delivered")]),
        (SHIPIT, [("50000000033", "2026-03-04T08:00:00+01:00", "out_for_delivery")]),
        (SOAP, [("50000000041", "2026-03-04T08:05:00", "departed_facility")]),
        (SPAIN, [("60000000017", "2026-03-04T09:10:11", "out_for_delivery")]),
    ],
)
def test_every_form_is_read(body, expected):
    assert _told(body) == expected


@pytest.mark.req("C6")
def test_reasons_signatures_and_refusals():
    assert _events(PORTAL)[0].reason == "recipient_absent"
    assert _events(PAGE)[0].signed_by == "MUSTER"
    assert _events(PAGE)[0].occurred.zone == "Europe/Berlin"
    problems = translation_of(PORTAL, "gls").problems
    assert [(each.why.engineer, each.refused) for each in problems] == [("2 E_404_01 Not found", True)]
    assert [each.refused for each in translation_of(LABEL, "gls").problems] == [False]
    assert translation_of(b'{"parcels": []}', "gls").problems[0].refused
