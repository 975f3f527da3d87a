"""Between messages of MyTeamGE and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.tge")
_LISTS = ("ConsignmentEvents", "TrackingEvents", "ShipmentEvents", "Events")


def read(tree: Tree, scans: Scans) -> None:
    """A TollMessage: its errors, and its events where it names some."""
    message = find(tree, "TollMessage")
    if type(message) is not dict:
        scans.problem("", "this is no TollMessage of MyTeamGE")
        return
    errors = each(message, "ErrorMessages", "ErrorMessage")
    for error in errors:
        scans.refusal(f"{text(error, 'ErrorNumber', 'Value')} {text(error, 'ErrorMessage')}".strip())
    events = next((found for name in _LISTS if (found := _events(message, name))), [])
    number = str(find(message, "ShipmentID") or find(message, "ConsignmentNumber") or "")
    for event in events:
        _event(event, number if number[:1] not in {"{", "["} else "", scans)
    if not events and not errors:
        kind = text(message, "Header", "DocumentType") or "message"
        scans.problem("", f"a {kind} without events is no tracking message of MyTeamGE")


def _events(message: Tree, name: str) -> list[Tree]:
    """The list under ``name``: the items themselves, or under the singular of their name."""
    inner = find(message, name)
    items = inner if type(inner) is list else each(inner, name.removesuffix("s")) or [inner]
    return [item for item in items if type(item) is dict]


def _event(event: Tree, number: str, scans: Scans) -> None:
    code = any_text(event, "EventCode", "StatusCode", "Code")
    said = any_text(event, "EventDescription", "StatusDescription", "Description", "Status")
    whole = any_text(event, "EventDateTime", "StatusDateTime", "DateTime", "Timestamp")
    if whole:
        occurred = scans.when("/EventDateTime", moment, whole)
    else:
        day, clock = any_text(event, "EventDate", "Date"), any_text(event, "EventTime", "Time")
        occurred = scans.when("/EventDate", at, day, clock)
    where = first(event, "Location")
    inner = where if type(where) is dict else {}
    place = Address(
        city=any_text(inner, "Suburb", "Name", "City") or any_text(event, "Location", "Suburb", "Depot"),
        region=any_text(inner, "State", "StateCode"),
        postcode=any_text(inner, "PostCode", "Postcode"),
    )
    name = any_text(event, "ConsignmentNumber", "ShipmentID", "SSCC") or number
    scans.scan(name, occurred, CODES.meaning("tge.status", code, said), code=code, text=said, place=place)
