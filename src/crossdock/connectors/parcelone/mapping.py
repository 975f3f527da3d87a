"""Between Parcel.One's tracking answers and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.parcelone")
_MOMENTS = ("TrackingDateTime", "EventDateTime", "DateTime", "Timestamp", "EventTimestamp", "StatusDateTime")
_WORDS = ("TrackingStatus", "Description", "EventDescription", "StatusText", "StatusDescription", "Message", "Status")
_CODES = ("TrackingStatusCode", "EventCode", "StatusCode", "Code", "CarrierStatusCode")


def read(tree: Tree, scans: Scans) -> None:
    """``results`` with events; errors of the action and ``success`` other than 1 are refusals."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    results = each(tree, "results")
    errors = find(tree, "Errors") or find(tree, "errors")
    known = False
    for index, result in enumerate(results):
        events = next((result[name] for name in ("Events", "Trackings", "TrackingEvents") if name in result), None)
        if events is None:
            continue
        known = True
        number = any_text(result, "TrackingID", "TrackingId", "TrackingNumber", "LMCTrackingID")
        for count, event in enumerate(each(events)):
            _event(event, number, f"/results/{index}/Events/{count}", scans)
        if not events:
            scans.refusal(f"{number} {any_text(result, 'StatusCode')}: no events yet".strip())
    if known:
        return
    rows = [error for error in each(errors) if type(error) is dict]
    told = [f"{any_text(one, 'ErrorNo', 'Code')} {any_text(one, 'Message', 'message')}".strip() for one in rows]
    said = any_text(tree, "message", "error", "Message")
    if told or said:
        scans.refusal("; ".join(part for part in (said, *told) if part))
    else:
        scans.problem("", "this is none of the shapes Parcel.One is known to send")


def _named(event: Tree, *parts: str) -> str:
    """The first field whose name holds one of ``parts``: names vary, and no description of the events is public."""
    for name in event:
        if any(part in name.casefold() for part in parts):
            found = text(event, name)
            if found:
                return found
    return ""


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = any_text(event, *_CODES), any_text(event, *_WORDS) or _named(event, "desc", "text", "message")
    written = any_text(event, *_MOMENTS)
    if not written and not any_text(event, "Date", "EventDate"):
        written = _named(event, "date", "time")
    if written:
        occurred = scans.when(pointer, moment, written, "dmy")
    else:
        day, clock = any_text(event, "Date", "EventDate"), any_text(event, "Time", "EventTime")
        occurred = scans.when(pointer, at, day, clock, "dmy")
    place = Address(
        city=any_text(event, "Location", "City", "Place", "TrackingLocation", "EventLocation"),
        postcode=any_text(event, "PostalCode", "Zip"),
        country=any_text(event, "Country", "CountryCode", "EventCountry", "TrackingCountry"),
    )
    meaning = CODES.meaning("parcelone", code, said)
    number = text(event, "TrackingID") or number
    scans.scan(number, occurred, meaning, code=code, text=said, place=place)
