"""USPS's tracking answers as facts; pure. Read are Web Tools TrackV2 (events as fields or as sentences) and Tracking v3
(one number, several, or pushed).

Times are those of the clock on the wall where the scan was; v3 says the offset beside them. Sentences without a year
say no exact time and are reported.
"""

import re

from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.party import Address
from crossdock.ports.connector import Translation
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.reading import reading_of
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.usps")
NAME = "USPS"
_AXIS = "usps.eventCode"
_DAY = re.compile(r"\b([A-Z][a-z]+ \d{1,2}, ?\d{4})\b")
_CLOCK = re.compile(r"\b(\d{1,2}:\d{2} ?[ap]\.?m\.?)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,.]+")
_PLACE = re.compile(r"(?:(?:\bin |,\s*)([A-Z][A-Z .'-]+),)? ([A-Z]{2}) (\d{5})(?:-\d{4})?\W*$")


def translation_of(body: bytes, partner: str, asked: str = "") -> Translation:
    """The facts in ``body``; ``asked`` is the number of which this is the answer."""
    return reading_of(body, partner, NAME, read, "crossdock.connectors.usps", asked=asked)


def read(tree: Tree, scans: Scans) -> None:
    """Any of the shapes; what USPS reports as an error is a refusal."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people; ask USPS's tracking API")
        return
    infos = each(tree, "TrackResponse", "TrackInfo")
    answers = [] if infos else _answers(tree)
    refusals = _refusals(tree)
    for said in refusals:
        scans.refusal(said)
    for info in infos:
        _info(info, scans)
    for answer in answers:
        _answer(answer, scans)
    if not (infos or answers or refusals):
        scans.problem("", "this is none of the shapes USPS's tracking is known to send")


def meaning_of(code: str, said: str) -> Meaning:
    """What an event's code and words say together; a delivery to the sender is a return."""
    if code == "01" and "original sender" in said.casefold():
        code = "01/23"
    meaning = CODES.meaning(_AXIS, code, said)
    if meaning.known or meaning.milestone != "unknown":
        return meaning
    return CODES.meaning(_AXIS, code, said.split(",", maxsplit=1)[0])


def _answers(tree: Tree) -> list[Tree]:
    """Answers of v3: alone, in a list, or inside the envelope of a push."""
    if type(tree) is list:
        return [one for one in tree if type(one) is dict and "trackingEvents" in one]
    for holder in (tree, first(tree, "payload"), first(tree, "data")):
        if type(holder) is dict and "trackingEvents" in holder:
            return [holder]
    nested = find(tree, "trackingInformation") or find(tree, "trackResults")
    return [one for one in each(nested) if type(one) is dict and "trackingEvents" in one]


def _refusals(tree: Tree) -> list[str]:
    found = []
    for one in each(tree):
        error = first(one, "error")
        if type(error) is dict:
            found.append(f"{text(error, 'code')} {text(error, 'message')}".strip() or "an error without a text")
        elif error:
            found.append(f"{error} {text(one, 'error_description')}".strip())
        bad = first(one, "Error")
        if bad is not None:
            found.append(f"{text(bad, 'Number')} {text(bad, 'Description')}".strip())
    return found


def _info(info: Tree, scans: Scans) -> None:
    number = text(info, "@ID")
    error = first(info, "Error")
    if error is not None:
        scans.refusal(f"{text(error, 'Number')} {text(error, 'Description')}".strip())
    events = each(info, "TrackSummary") + each(info, "TrackDetail")
    if not events and error is None:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for event in events:
        if type(event) is str:
            _sentence(event, number, scans)
        else:
            _fields(event, number, scans)


def _fields(event: Tree, number: str, scans: Scans) -> None:
    code, said, day = text(event, "EventCode"), text(event, "Event"), text(event, "EventDate")
    if not day:
        scans.problem("/TrackInfo/EventDate", f"'{said[:80]}' tells no time")
        return
    state, country = text(event, "EventState"), text(event, "EventCountry")
    scans.scan(
        number,
        scans.when("/TrackInfo/EventDate", at, day, text(event, "EventTime"), "mdy"),
        meaning_of(code, said),
        code=code,
        text=said,
        place=_place(text(event, "EventCity"), state, text(event, "EventZIPCode"), country),
        signed_by=text(event, "Name"),
    )


def _sentence(written: str, number: str, scans: Scans) -> None:
    """``Your item was delivered at 8:10 am on June 1, 2026 in WILMINGTON, DE 19801.`` and what is like it."""
    day, clock = _DAY.search(written), _CLOCK.search(written)
    if day is None:
        scans.refusal(written)
        return
    where = _PLACE.search(written)
    words = written[: where.start()] if where else written
    for found in (clock, day):
        if found:
            words = words.replace(found.group(1), " ")
    scans.scan(
        number,
        scans.when("/TrackInfo/TrackDetail", at, day.group(1), clock.group(1) if clock else "", "mdy"),
        _told([word for word in _BETWEEN.split(words) if word]),
        text=written,
        place=_place(where.group(1) or "", where.group(2), where.group(3), "") if where else Address(),
    )


def _told(words: list[str]) -> Meaning:
    """What words say that may end in the name of a city, which nothing parts from them."""
    meaning = CODES.meaning(_AXIS, "", " ".join(words))
    for kept in range(len(words) - 1, 0, -1):
        if meaning.known:
            break
        meaning = CODES.meaning(_AXIS, "", " ".join(words[:kept]))
    return meaning


def _answer(answer: Tree, scans: Scans) -> None:
    number = text(answer, "trackingNumber")
    events = each(answer, "trackingEvents")
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for event in events:
        code, said = text(event, "eventCode"), any_text(event, "eventType", "event")
        occurred = scans.when(
            "/trackingEvents/eventTimestamp",
            _offset,
            text(event, "eventTimestamp"),
            text(event, "GMTTimestamp"),
            text(event, "GMTOffset"),
        )
        state, country = text(event, "eventState"), text(event, "eventCountry")
        scans.scan(
            number,
            occurred,
            meaning_of(code, said),
            code=code,
            text=said,
            place=_place(text(event, "eventCity"), state, any_text(event, "eventZIP", "eventZIPCode"), country),
            signed_by=any_text(event, "name", "recipientName"),
        )


def _offset(local: str, gmt: str, offset: str) -> Stamp:
    """Local time with the offset that stands beside it, also where it is written as if it were UTC and the time in GMT
    shows that it is not; the time in GMT where there is no other.
    """
    if not local:
        return moment(gmt)
    found = moment(local, "mdy")
    if found.precision == "day" or offset[:1] not in {"+", "-"}:
        return found
    exact = moment(f"{found.at[:19]}{offset}")
    if not found.tz_known or (gmt and epoch_us(exact) == epoch_us(moment(gmt))):
        return exact
    return found


def _place(city: str, state: str, postcode: str, country: str) -> Address:
    """USPS leaves its own country out, and writes others' names."""
    code = country.upper() if len(country) == 2 else "US" if state and not country else ""
    return Address(city=city, region=state, postcode=postcode, country=code)
