"""A carrier by configuration holds what every connector holds, and reads what its settings describe."""

import textwrap
from typing import ClassVar

import msgspec
import pytest
from typer.testing import CliRunner

from crossdock import bootstrap
from crossdock.cli.main import app
from crossdock.connectors.generic.config import GenericConfig
from crossdock.connectors.generic.connector import layout_of
from crossdock.connectors.generic.mapping.events import tell
from crossdock.connectors.generic.mapping.records import Layout
from crossdock.connectors.generic.spec import SPEC
from crossdock.devkit.conformance import ConnectorContract
from crossdock.devkit.specimen import InventedSecrets, NoNetwork, StillClock, specimen_config
from crossdock.ports.connector import Received, Rejected, Verified
from crossdock.ports.spec import Surroundings
from crossdock.tracking.scans import Scans
from crossdock.transports.signatures import StaticCredential
from scans_told import events, said, told, translated

CSV = """Sendung;Datum;Uhrzeit;Status;Text;Ort;Land;Empfänger
A1;04.03.2026;07:05;OUT;Zustellfahrzeug;Köln;DE;
A1;04.03.2026;13:30;DLV;Zugestellt;Köln;DE;M. Groß
A2;05/03/26;;XYZ;Empfänger nicht angetroffen;;;
;05.03.2026;08:00;DLV;;;;
A3;31.02.2026;08:00;DLV;;;;
""".encode("cp1252")
CSV_SETTINGS = {
    "title": "Acme",
    "format": "csv",
    "delimiter": ";",
    "encoding": "cp1252",
    "order": "dmy",
    "zone": "Europe/Berlin",
    "fields": {
        "number": "Sendung",
        "time": "Datum",
        "clock": "Uhrzeit",
        "code": "Status",
        "text": "Text",
        "city": "Ort",
        "country": "Land",
        "signed_by": "Empfänger",
    },
    "codes": {"OUT": "out_for_delivery", "DLV": "delivered"},
}
JSON = b"""{"batch": 7, "parcels": [
 {"no": "J1", "track": {"events": [{"at": "2026-03-04T07:05:00+01:00", "st": {"c": 10, "t": "x"},
   "pl": {"zip": "1010"}},
                                   {"at": "2026-03-04T09:00:00", "st": {"c": 99, "t": "Held by customs"}}]}},
 {"no": "J2", "track": {"events": []}}]}"""
JSON_SETTINGS = {
    "format": "json",
    "records": "parcels/track/events",
    "fields": {"number": "../../no", "time": "at", "code": "st/c", "text": "st/t", "postcode": "pl/zip"},
    "codes": {"10": "arrived_at_facility"},
}
XML = b"""<?xml version="1.0"?><T:Report xmlns:T="urn:t"><Shipment no="X1">
<Event code="NH"><When>1772611200</When></Event><Event code="DL"><When>1772697600</When></Event></Shipment>
<Shipment no="X2"><Event code="DL"><When>never</When></Event></Shipment></T:Report>"""
XML_SETTINGS = {
    "format": "xml",
    "records": "Report/Shipment/Event",
    "seconds": True,
    "fields": {"number": "../@no", "time": "When", "code": "@code"},
    "codes": {"nh": "delivery_attempted recipient recipient_absent", "DL": "delivered"},
}


def settings(plain):
    return msgspec.convert(plain, GenericConfig)


class TestGeneric(ConnectorContract):
    spec = SPEC
    samples: ClassVar = {
        "file": [b"tracking_number,event_time,status,status_text\nA1,2026-03-04T07:05:00Z,X,Delivered\n", b"a,b\n1,2\n"]
    }


@pytest.mark.req("C6", "C13", "E1")
def test_csv_with_days_first_and_a_zone():
    config = settings(CSV_SETTINGS)
    assert told(SPEC, CSV, config) == [
        ("A1", "2026-03-04T07:05:00", "out_for_delivery"),
        ("A1", "2026-03-04T13:30:00", "delivered"),
        ("A2", "2026-03-05", "delivery_attempted recipient/recipient_absent"),
    ]
    taken = events(SPEC, CSV, config)[1]
    assert (taken.place.city, taken.place.country, taken.signed_by) == ("Köln", "DE", "M. Groß")
    assert (taken.occurred.zone, taken.occurred.tz_known) == ("Europe/Berlin", False)
    translation = translated(SPEC, CSV, config)
    assert translation.unknown_codes == ("XYZ",)
    assert [each.pointer for each in translation.problems] == ["/5", "/6"]


@pytest.mark.req("C13", "E1")
def test_csv_without_headings_by_the_numbers_of_its_columns():
    config = settings({"format": "csv", "headings": False, "fields": {"number": "2", "time": "1", "text": "9"}})
    assert told(SPEC, b"2026-03-04T07:05:00Z,N1\n\n", config) == [("N1", "2026-03-04T07:05:00Z", "unknown")]


@pytest.mark.req("C6", "C13", "E1")
def test_json_records_in_lists_climb_to_what_holds_them():
    assert told(SPEC, JSON, settings(JSON_SETTINGS)) == [
        ("J1", "2026-03-04T07:05:00+01:00", "arrived_at_facility"),
        ("J1", "2026-03-04T09:00:00", "customs_processing customs/customs_hold"),
    ]
    assert events(SPEC, JSON, settings(JSON_SETTINGS))[0].place.postcode == "1010"


@pytest.mark.req("C6", "C13", "E1")
def test_xml_attributes_and_seconds():
    config = settings(XML_SETTINGS)
    assert told(SPEC, XML, config) == [
        ("X1", "2026-03-04T08:00:00Z", "delivery_attempted recipient/recipient_absent"),
        ("X1", "2026-03-05T08:00:00Z", "delivered"),
    ]
    assert len(translated(SPEC, XML, config).problems) == 1


@pytest.mark.req("C13")
@pytest.mark.parametrize(
    ("plain", "body", "expected"),
    [
        (CSV_SETTINGS, b"Sendung;Datum\n", "the first line does not name Empf"),
        (CSV_SETTINGS | {"encoding": "utf-8"}, b"\xff\xfe;", "this is no text in utf-8"),
        (
            JSON_SETTINGS,
            b'{"other": [1]}',
            "there is nothing at records 'parcels/track/events'; the message holds other",
        ),
        (JSON_SETTINGS, b"<a/>", "this is no JSON; correct the setting format"),
        (JSON_SETTINGS, b"{", "this is neither JSON nor XML"),
        (XML_SETTINGS, b'{"a": 1}', "this is no XML; correct the setting format"),
        (XML_SETTINGS, b"<!DOCTYPE html><html></html>", "this is no XML; correct the setting format"),
    ],
)
def test_a_message_that_does_not_fit_says_why(plain, body, expected):
    scans = Scans("acme", "Acme")
    tell(body, layout_of(settings(plain)), scans)
    (problem,) = scans.done().problems
    assert problem.why.engineer.startswith(expected)
    assert scans.done().facts == ()


@pytest.mark.req("C13")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"delimiter": ";;"}, "delimiter must be one character"),
        ({"encoding": "latin-99"}, "encoding 'latin-99' is unknown"),
        ({"zone": "Mars/Base"}, "zone 'Mars/Base' is unknown"),
        ({"codes": {"A": "arrived"}}, "codes.A: milestone 'arrived' is not in the vocabulary"),
        ({"codes": {"A": "delivered b c d"}}, "codes.A must be a milestone"),
        ({"headings": False}, "fields.number must be the number of a column"),
        ({"seconds": True}, "fields.clock makes no sense beside seconds"),
        ({"signature": "token"}, "signature and signature_header go together"),
        ({"order": "ydm"}, "Invalid enum value 'ydm'"),
        ({"column": "x"}, "Object contains unknown field `column`"),
        ({"fields": {"time": "a"}}, "Object missing required field `number`"),
    ],
)
def test_each_mistake_in_the_settings_is_told(change, expected):
    with pytest.raises(msgspec.ValidationError, match=expected):
        settings(CSV_SETTINGS | change)


PARTNER = """
project: {name: test}
store: {url: "sqlite:///:memory:"}
partners:
  acme:
    connector: generic
    config:
      format: csv
      fields: {number: no, time: at, code: st}
      codes_file: CODES
"""


@pytest.mark.req("C13", "E1")
def test_translate_with_codes_in_a_file_beside_the_configuration(tmp_path):
    (tmp_path / "crossdock.yaml").write_text(textwrap.dedent(PARTNER).replace("CODES", "acme.csv"), encoding="utf-8")
    (tmp_path / "acme.csv").write_text("code;milestone;category;reason\nAA;held;hold;\n", encoding="utf-8")
    (tmp_path / "m.csv").write_text("no,at,st\nN1,2026-03-04T07:05:00Z,aa\n", encoding="utf-8")
    call = ["translate", "acme", str(tmp_path / "m.csv"), "--json", "--config", str(tmp_path / "crossdock.yaml")]
    answer = CliRunner().invoke(app, call)
    (event,) = msgspec.json.decode(answer.stdout)["events"]
    assert (event["milestone"], event["exception_category"], event["tracking_number"]) == ("held", "hold", "N1")


@pytest.mark.req("C13")
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, "cannot be read: No such file"),
        ("", "is empty"),
        ("a,b\n", "has no column code and milestone"),
        ("code,milestone\nAA,here\n", "codes.AA: milestone 'here' is not in the vocabulary"),
        ("code,milestone\n,delivered\n", "the code is empty"),
    ],
)
def test_each_mistake_in_the_codes_file_is_told_with_the_configuration(tmp_path, written, expected):
    (tmp_path / "crossdock.yaml").write_text(textwrap.dedent(PARTNER).replace("CODES", "acme.csv"), encoding="utf-8")
    if written is not None:
        (tmp_path / "acme.csv").write_text(written, encoding="utf-8")
    _, faults = bootstrap.load(tmp_path / "crossdock.yaml")
    assert any(expected in fault.text for fault in faults), faults


@pytest.mark.req("C13")
def test_the_webhook_is_authenticated_as_configured():
    plain = CSV_SETTINGS | {"signature": "token", "signature_header": "X-Token", "webhook_secrets": ["secret://env/A"]}
    config = settings(plain)
    connector = TestGeneric().make().__class__(_surroundings(config))
    secret = "invented value of secret://env/A"
    good = Received("events", b"x", {"x-token": secret}, 0)
    assert connector.verify(good, 0) == Verified()
    assert isinstance(connector.verify(Received("events", b"x", {"x-token": "other"}, 0), 0), Rejected)
    assert StaticCredential("x-token").says


def _surroundings(config):
    return Surroundings("acme", config, NoNetwork(), StillClock(), InventedSecrets())


def test_the_example_settings_are_a_layout():
    assert isinstance(layout_of(specimen_config(GenericConfig)), Layout)
    assert said(SPEC, b"") == {
        "the first line does not name event_time, status, status_text, tracking_number; it names nothing": False
    }
