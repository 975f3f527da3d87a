"""DHL Paket holds what every connector holds, and reads its own formats."""

import csv
import json
from importlib import resources
from typing import ClassVar

import pytest

from crossdock.connectors.dhl_parcel_de.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from scans_told import events, said, told, translated

XML = """<?xml version="1.0" encoding="UTF-8"?>
<data name="piece-shipment-list" code="0" request-id="r">
 <data name="piece-shipment" error-status="0" piece-code="00340434000000000025" recipient-name="Muster"
   pan-recipient-name="Muster">
  <data name="piece-event-list">
   <data name="piece-event" event-timestamp="02.03.2026 18:10" event-status="Die Sendung wurde abgeholt." ice="PCKDU"
     ric="PUBCR" standard-event-code="AE" event-location="Hürth" event-country="Deutschland"/>
   <data name="piece-event" event-timestamp="02.03.2026 21:40" ice="LDTMV" ric="MVMTV" standard-event-code="AA"
     event-status="Die Sendung wurde im Start-Paketzentrum bearbeitet." event-location="" event-country="Deutschland"/>
   <data name="piece-event" event-timestamp="03.03.2026 08:15" ice="SRTED" ric="NRQRD" standard-event-code="PO"
     event-status="Die Sendung wurde in das Zustellfahrzeug geladen."/>
   <data name="piece-event" event-timestamp="03.03.2026 11:00" ice="NTDEL" ric="RFUSD" standard-event-code="ZN"
     event-status="Die Annahme wurde verweigert."/>
   <data name="piece-event" event-timestamp="03.03.2026 12:00" ice="EXPHD" ric="VHARU" standard-event-code="BV"
     event-status="Die Sendung liegt fest."/>
   <data name="piece-event" event-timestamp="04.03.2026 11:00" ice="DLVRD" ric="NGHBR" standard-event-code="ZU"
     event-status="Die Sendung wurde zugestellt."/>
  </data></data>
 <data name="piece-shipment" error-status="100" searched-piece-code="123" status="No data found"/>
</data>""".encode()
STATUS_ONLY = b"""<data name="piece-shipment-list" code="0"><data name="piece-shipment" error-status="0"
 piece-code="00340434000000000033" status="The shipment has been successfully delivered"
 status-timestamp="04.03.2026 11:00" ice="DLVRD" ric="OTHER" standard-event-code="ZU"/></data>"""
REFUSAL = b'<data name="piece-shipment-list" code="5" error="login failed"/>'
_STATE = {
    "sendungen": [
        {
            "id": "00340434000000000041",
            "sendungsdetails": {
                "sendungsnummern": {"sendungsnummer": "00340434000000000041"},
                "sendungsverlauf": {
                    "events": [
                        {
                            "datum": "2026-03-02T09:00:00+01:00",
                            "ort": "Börnicke",
                            "status": "Die Sendung liegt in der <a href='x'>PACKSTATION 7</a> zur Abholung bereit.",
                        }
                    ]
                },
            },
        }
    ]
}
PAGE = f"""<!DOCTYPE html><html><body><script>window.__INITIAL_APP_STATE__ = {{
 initialState: JSON.parse({json.dumps(json.dumps(_STATE))}), config: {{}} }};</script></body></html>""".encode()
TABLE = b"""<!DOCTYPE html><html><body><h2>Shipment number 00340434000000000058</h2><table>
<tr><th>Date/Time</th><th>City</th><th>Status</th></tr>
<tr><td data-label="Date/Time">Mon, 02.03.26 15:43</td><td data-label="City">--</td>
<td data-label="Status">The shipment has been loaded onto the delivery vehicle</td></tr></table></body></html>"""
PLAIN = b"""{"tracking_number": "T1", "events": [{"timestamp": "2026-03-03T05:02:00+01:00", "standard_event_code": "BV",
 "ice": "DMGDS", "ric": "DMGED", "text": "Damage"}]}"""
LOGIN = b"<html><head><title>401 Unauthorized</title></head><body/></html>"


class TestDhlParcelDe(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {"file": [XML, STATUS_ONLY, REFUSAL, PAGE, TABLE, PLAIN, LOGIN]}


@pytest.mark.req("C6", "E3")
def test_three_codes_tell_an_event():
    number = "00340434000000000025"
    assert told(SPEC, XML) == [
        (number, "2026-03-02T18:10:00", "picked_up"),
        (number, "2026-03-02T21:40:00", "received_at_origin"),
        (number, "2026-03-03T08:15:00", "out_for_delivery"),
        (number, "2026-03-03T11:00:00", "delivery_attempted refused/refused_by_recipient"),
        (number, "2026-03-03T12:00:00", "held delay_carrier/vehicle_unavailable"),
        (number, "2026-03-04T11:00:00", "delivered"),
    ]
    first = events(SPEC, XML)[0]
    assert (first.raw_code, first.place.country, first.occurred.zone) == ("AE/PCKDU/PUBCR", "DE", "Europe/Berlin")
    assert translated(SPEC, XML).unknown_codes == ("BV/EXPHD/VHARU",), "a combination nobody published is a task"
    assert said(SPEC, XML) == {"123 100 No data found": True}


@pytest.mark.req("C6", "E3")
def test_every_form_is_read():
    assert told(SPEC, STATUS_ONLY) == [("00340434000000000033", "2026-03-04T11:00:00", "delivered")]
    assert told(SPEC, PAGE) == [("00340434000000000041", "2026-03-02T09:00:00+01:00", "available_for_pickup")]
    assert events(SPEC, PAGE)[0].raw_text == "Die Sendung liegt in der PACKSTATION 7 zur Abholung bereit."
    assert told(SPEC, TABLE) == [("00340434000000000058", "2026-03-02T15:43:00", "out_for_delivery")]
    assert told(SPEC, PLAIN) == [("T1", "2026-03-03T05:02:00+01:00", "exception damage/damaged")]


@pytest.mark.req("C6")
def test_refusals_hold_no_events():
    assert said(SPEC, REFUSAL) == {"5 login failed": True}
    assert said(SPEC, LOGIN) == {"a page instead of an answer: 401 Unauthorized": True}


@pytest.mark.req("C6")
def test_the_published_combinations_are_all_there():
    table = resources.files("crossdock.connectors.dhl_parcel_de").joinpath("codes.tsv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(table.splitlines(), delimiter="\t") if row["source"] == "dhl.parcelDE.ice"]
    assert len({row["source_code"] for row in rows}) == 338


UNIFIED = """{"shipments": [{"id": "00340434000000000066", "service": "parcel-de", "events": [
 {"timestamp": "2026-03-03T05:02:00", "statusCode": "transit", "status": "Xyz", "description": "Xyz",
  "location": {"address": {"addressLocality": "Hagen", "countryCode": "DE"}}},
 {"timestamp": "2026-03-02T05:02:00", "statusCode": "transit", "status":
  "Die Sendung wurde aus der PACKSTATION 7 abgeholt."},
 {"timestamp": "2026-03-02T04:02:00", "statusCode": "delivered",
  "status": "Der Empfänger hat die Sendung aus der PACKSTATION abgeholt."}]}]}""".encode()


@pytest.mark.req("C6", "E3")
def test_the_unified_form_is_read_as_well():
    assert told(SPEC, UNIFIED) == [
        ("00340434000000000066", "2026-03-03T05:02:00", "in_transit"),
        ("00340434000000000066", "2026-03-02T05:02:00", "delivered"),
        ("00340434000000000066", "2026-03-02T04:02:00", "delivered"),
    ]
    assert events(SPEC, UNIFIED)[0].place.city == "Hagen"
