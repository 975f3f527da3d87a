"""Between Austrian Post's tracking and canonical scans; pure.

The page for people has a list of «Datum: 19.12.2018 08:00:09» and «Sendung in Zustellung; PLZ 5700»; the newer page's
data are JSON (``sendungsEvents``); the web service answers with XML events.
"""

import re
from html import unescape

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, text

CODES = Codes("crossdock.connectors.postat")

_NUMBER = re.compile(r"Sendungsnummer:\s*(?:<[^<>]{0,99}>\s*){0,5}([A-Z0-9]{8,30})")
_ENTRY = re.compile(r"<b>\s*Datum:\s*([^<]{10,60})</b>.{0,200}?<b>([^<]{1,300})</b>", re.DOTALL)
_POSTCODE = re.compile(r"(.*?);?\s*PLZ\s+(\S+)$", re.DOTALL)
_BLANKS = re.compile(r"[\s\u00a0]+")
_LISTS = ("ParcelEvent", "ParcelEventRow", "TrackingEvent", "SendungsEvent", "Event")

_WORDS = ("EventDescription", "Description", "Text", "StatusText", "EventText")
"""One of them stands in every event of Austrian Post's; others' events are told apart by it."""


def read(tree: Tree, scans: Scans) -> None:
    """A page, the data of one, or an answer of the web service."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    if isinstance(tree, WebPage):
        _page(tree.html, scans)
        return
    events = find(tree, "sendungsEvents")
    if events is not None:
        number = text(find(tree, "sendungsnummer"))
        for index, event in enumerate(each(events)):
            _data(event, number, f"/sendungsEvents/{index}", scans)
        return
    _service(tree, scans)


def _page(html: str, scans: Scans) -> None:
    start = html.find("Sendungsnummer:")
    number = _NUMBER.search(html, max(start, 0))
    entries = _ENTRY.findall(html, max(html.find("Sendungsverlauf"), 0)) if number else []
    for index, (written, words) in enumerate(entries):
        occurred = scans.when(f"/{index}", moment, _BLANKS.sub(" ", unescape(written)).strip(), "dmy")
        told = _BLANKS.sub(" ", unescape(words)).strip()
        said, place = _parts(told)
        meaning = CODES.meaning("postat", "", said)
        scans.scan(number.group(1) if number else "", occurred, meaning, text=told, place=place)
    if not entries:
        scans.refusal("a page instead of an answer, without a list of events")


def _parts(told: str) -> tuple[str, Address]:
    """Words and place of «Sendung in Zustellung; PLZ 5700»."""
    found = _POSTCODE.fullmatch(told)
    if found is None:
        return told, NOWHERE
    where = found.group(2)
    return found.group(1), Address(postcode=where, country="AT") if where.isdigit() else Address(country=where)


def _data(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code = any_text(event, "reasontypecode", "status", "textKey")
    said = any_text(event, "text", "textEn", "textDe")
    occurred = scans.when(pointer, moment, any_text(event, "timestamp", "eventTimestamp"))
    place = Address(postcode=text(event, "eventpostalcode"), country=text(event, "eventcountry"))
    meaning = CODES.meaning("postat", "", said) if said else CODES.meaning("postat", code)
    scans.scan(number, occurred, meaning, code=code, text=said, place=place)


def _service(tree: Tree, scans: Scans) -> None:
    events = next((found for found in (find(tree, name) for name in _LISTS) if found is not None), None)
    rows = [event for event in each(events) if any_text(event, *_WORDS)] if events is not None else []
    number = text(find(tree, "TrackingNumber")) or text(find(tree, "Identcode")) or text(find(tree, "ParcelNumber"))
    for index, event in enumerate(rows):
        code = any_text(event, "EventCode", "Code", "StatusCode", "ReasonCode")
        said = any_text(event, *_WORDS)
        written = any_text(event, "EventTimestamp", "Timestamp", "EventDateTime", "DateTime", "EventDate", "Date")
        occurred = scans.when(f"/{index}", at, written, any_text(event, "EventTime", "Time"), "dmy")
        place = Address(
            city=any_text(event, "City", "EventCity", "Location"),
            postcode=any_text(event, "PostalCode", "EventPostalCode"),
            country=any_text(event, "CountryID", "EventCountry", "Country"),
        )
        meaning = CODES.meaning("postat", code, said)
        scans.scan(number, occurred, meaning, code=code, text=said, place=place)
    if rows:
        return
    said = text(find(tree, "ErrorMessage")) or text(find(tree, "faultstring")) or any_text(tree, "message", "error")
    if said:
        scans.refusal(f"{text(find(tree, 'ErrorCode'))} {said}".strip())
    else:
        scans.problem("", "this is none of the shapes Austrian Post is known to send")
