"""Between Canada Post's Tracking answers and canonical scans; pure. Read are tracking-detail and tracking-summary (XML)
and the data behind the tracking page (JSON).
"""

from crossdock.model.instants import InvalidInstant, Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, text

CODES = Codes("crossdock.connectors.canadapost")
_AXIS = "canadapost.event"


def read(tree: Tree, scans: Scans) -> None:
    """Details or summaries, alone or several in one envelope; ``messages`` are what Canada Post refuses."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    details = each(tree, "tracking-detail") or each(tree, "wrapper", "tracking-detail")
    summaries = each(find(tree, "tracking-summary"), "pin-summary")
    pages = [one for one in each(tree) if type(one) is dict and "pin" in one and "events" in one]
    messages = each(find(tree, "messages"), "message")
    for message in messages:
        scans.refusal(f"{text(message, 'code')} {text(message, 'description')}".strip())
    for detail in details:
        _detail(detail, scans)
    for summary in summaries:
        _summary(summary, scans)
    for page in pages:
        _page(page, scans)
    if not (details or summaries or pages or messages):
        scans.problem("", "this is none of the shapes Canada Post's tracking is known to send")


def _detail(detail: Tree, scans: Scans) -> None:
    number = any_text(detail, "pin", "dnc")
    events = each(detail, "significant-events", "occurrence")
    signed = {(_when(event)): text(event, "signatory-name") for event in events if text(event, "signatory-name")}
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for index, event in enumerate(events):
        code, said = text(event, "event-identifier"), text(event, "event-description")
        place = Address(city=text(event, "event-site"), region=text(event, "event-province"))
        scans.scan(
            number,
            scans.when(f"/significant-events/{index}/event-date", _stamp, *_when(event)),
            CODES.meaning(_AXIS, code, said),
            code=code,
            text=said,
            place=place,
            signed_by=signed.get(_when(event), ""),
        )


def _when(event: Tree) -> tuple[str, str, str]:
    return text(event, "event-date"), text(event, "event-time"), text(event, "event-time-zone")


def _stamp(day: str, clock: str, zone: str) -> Stamp:
    """With the offset its zone word means; the local time alone where the word means none."""
    try:
        return at(day, f"{clock} {zone}".strip())
    except InvalidInstant:
        return at(day, clock)


def _summary(summary: Tree, scans: Scans) -> None:
    """The latest event of an item: ``20260302:141505`` without a zone."""
    day, _, clock = text(summary, "event-date-time").partition(":")
    code, said = text(summary, "event-type"), text(summary, "event-description")
    number = text(summary, "pin")
    if not day:
        scans.refusal(f"no event of {number or 'the number'} yet")
        return
    scans.scan(
        number,
        scans.when("/pin-summary/event-date-time", at, day, clock),
        CODES.meaning(_AXIS, "", said) if said else CODES.meaning(_AXIS, "", code),
        code=code,
        text=said,
        place=Address(city=text(summary, "event-location")),
        signed_by=text(summary, "signatory-name"),
    )


def _page(item: Tree, scans: Scans) -> None:
    """The data behind the tracking page: day, clock and offset apart, texts in both languages."""
    number, events = text(item, "pin"), each(item, "events")
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for index, event in enumerate(events):
        code, said = text(event, "cd"), any_text(event, "descEn", "descFr")
        when, where = event.get("datetime"), event.get("locationAddr")
        parts = text(when, "date"), text(when, "time"), text(when, "zoneOffset")
        scans.scan(
            number,
            scans.when(f"/events/{index}/datetime", _stamp, *parts),
            CODES.meaning(_AXIS, code, said),
            code=code,
            text=said,
            place=Address(
                city=text(where, "city"), region=text(where, "regionCd"), country=text(where, "countryCd")[:2]
            ),
        )
