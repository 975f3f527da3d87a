"""A carrier by configuration holds what every connector holds, and reads what its settings describe."""

import textwrap
from decimal import Decimal
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
from crossdock.model.freight import FreightCharged
from crossdock.model.identifiers import Reference
from crossdock.model.money import Money
from crossdock.model.units import Measure
from crossdock.ports.connector import Received, Rejected, Verified
from crossdock.ports.spec import Surroundings
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
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
        "file": [
            b"tracking_number,event_time,status,status_text\nA1,2026-03-04T07:05:00Z,X,Delivered\n",
            b"a,b\n1,2\n",
        ],
        "charges": [b"nothing is configured for charges here"],
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


CHARGES = """Rechnung;Pos;Datum;Sendung;Art;Text;Gewicht;Betrag;Währung
4711;1;04.03.2026;A1;FRT;Paket bis 5 kg;4,5;1.012,50;EUR
4711;2;04.03.2026;A1;TREIB;Dieselzuschlag;;-0,35;eur
4711;3;04.03.2026;;MIET;Rollcontainer;;12;CHF
4711;4;04.03.2026;A2;FRT;Paket;;12.50;EUR
4711;5;31.02.2026;A2;FRT;Paket;;1,00;EUR
;6;04.03.2026;A2;FRT;Paket;;1,00;EUR
4711;7;04.03.2026;A2;FRT;Paket;;1,005;EUR
4711;8;04.03.2026;A2;FRT;Paket;;1,00;Euro
""".encode("cp1252")
CHARGE_FIELDS = {
    "number": "Sendung",
    "amount": "Betrag",
    "currency": "Währung",
    "invoice": "Rechnung",
    "line": "Pos",
    "billed_on": "Datum",
    "code": "Art",
    "text": "Text",
    "weight": "Gewicht",
}
BILLED = CSV_SETTINGS | {"charges": {"decimal": ",", "fields": CHARGE_FIELDS}}


def billed(body, plain, channel="charges"):
    connector = SPEC.build(_surroundings(settings(plain)))
    return connector.translate(Received(channel, body, {}, 0))


def charges(translation):
    return [fact.body for fact in translation.facts]


@pytest.mark.req("G3", "L9")
def test_charges_are_read_line_by_line_and_what_is_wrong_is_told_with_its_line():
    translation = billed(CHARGES, BILLED)
    first, credit, rent = charges(translation)
    assert first == FreightCharged(
        "acme", "4711", "1", Money(101250, "EUR"), moment("04.03.2026", "dmy", "Europe/Berlin"), "A1", "Paket bis 5 kg",
        "FRT", Measure(Decimal("4.5"), "KGM"),
    )  # fmt: skip
    assert (str(credit.amount), credit.weight) == ("-0.35 EUR", None)
    assert (str(rent.amount), rent.tracking_number) == ("12.00 CHF", "")
    assert [fact.lookups for fact in translation.facts[1:]] == [
        (Reference("tracking_number", "A1"), Reference("freight_charge", "4711/2", "acme")),
        (Reference("freight_charge", "4711/3", "acme"),),
    ]
    assert [(each.pointer, each.why.engineer[:38]) for each in translation.problems] == [
        ("/5", "'12.50' is no number with ',' before i"),
        ("/6", "'31.02.2026' is not a date and time of"),
        ("/7", "there is no invoice at 'Rechnung'"),
        ("/8", "'1.005' EUR is not a whole number of m"),
        ("/9", "'EURO' is not an ISO 4217 currency cod"),
    ]


@pytest.mark.req("G3")
@pytest.mark.parametrize(
    ("decimal", "written", "expected"),
    [
        (".", "1,012.50", 101250),
        (".", "1012.50", 101250),
        (".", "1'012.50", 101250),
        (",", "1.012.500,50", 101250050),
        (",", "+7", 700),
        (".", "12,50", None),
        (".", "1.012,50", None),
        (",", "1012.50", None),
        (",", "10,12,50", None),
        (".", "12.50 EUR", None),
        (".", "", None),
        (".", "1e3", None),
        (".", "٣", None),
        (".", "9" * 30, None),
    ],
)
def test_an_amount_is_read_as_the_settings_say_or_not_at_all(decimal, written, expected):
    plain = BILLED | {"delimiter": "|", "encoding": "utf-8", "charges": {
        "decimal": decimal, "currency": "EUR",
        "fields": {"number": "n", "amount": "a", "invoice": "i", "billed_on": "d"},
    }}  # fmt: skip
    translation = billed(f"n|a|i|d\nA1|{written}|7|04.03.2026\n".encode(), plain)
    assert [each.amount.amount for each in charges(translation)] == ([] if expected is None else [expected])
    assert len(translation.problems) == (expected is None)


@pytest.mark.req("G3")
def test_lines_without_numbers_are_told_apart_by_what_they_say_and_the_same_file_says_the_same():
    fields = {"number": "n", "amount": "a", "invoice": "i", "billed_on": "d"}
    plain = BILLED | {"delimiter": ",", "encoding": "utf-8", "charges": {"currency": "EUR", "fields": fields}}
    row = "A1,1.00,7,04.03.2026\n"
    once, twice = (billed(f"n,a,i,d\n{row * count}".encode(), plain) for count in (1, 2))
    assert {each.key() for each in once.facts} < {each.key() for each in twice.facts}
    assert len({each.line for each in charges(twice)}) == 2
    reordered = billed(f"n,a,i,d\nA2,1.00,7,04.03.2026\n{row}".encode(), plain)
    assert {each.key() for each in once.facts} < {each.key() for each in reordered.facts}


@pytest.mark.req("G3")
def test_charges_in_json_stand_where_the_settings_say():
    body = b'{"bill": {"no": 9, "on": "2026-03-04", "rows": [{"p": "J1", "eur": 1.5}, {"p": "J2", "eur": "2"}]}}'
    fields = {"number": "p", "amount": "eur", "invoice": "../no", "billed_on": "../on"}
    plain = JSON_SETTINGS | {"charges": {"records": "bill/rows", "currency": "EUR", "fields": fields}}
    assert [(each.tracking_number, str(each.amount), each.invoice) for each in charges(billed(body, plain))] == [
        ("J1", "1.50 EUR", "9"), ("J2", "2.00 EUR", "9")
    ]  # fmt: skip


def test_charges_of_a_carrier_without_settings_for_them_stop_with_what_to_set():
    [problem] = billed(CHARGES, CSV_SETTINGS).problems
    assert "set config.charges" in problem.why.engineer
    assert not billed(CSV, BILLED, "events").problems[2:], "its events are read as ever"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"fields": {**CHARGE_FIELDS, "currency": ""}}, "charges needs a currency"),
        ({"currency": "Euro"}, "Expected `str` matching regex"),
        ({"fields": {"number": "a"}}, "missing required field"),
        ({"decimal": ";"}, "Invalid enum value ';'"),
    ],
)
def test_each_mistake_in_the_settings_of_charges_is_told(change, expected):
    with pytest.raises(msgspec.ValidationError, match=expected):
        settings(BILLED | {"charges": BILLED["charges"] | change})
