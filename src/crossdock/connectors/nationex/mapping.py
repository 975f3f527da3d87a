"""Between Nationex's tracking answers (JSON) and canonical scans; pure.

The format is not published: lists and fields are taken in the spellings of Nationex's other answers.
"""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, text

CODES = Codes("crossdock.connectors.nationex")
_AXIS = "nationex.status"
_LISTS = (
    "StatusHistories",
    "StatusHistory",
    "TrackingHistory",
    "TrackingEvents",
    "Events",
    "History",
    "Histories",
    "Tracking",
)
_WORDS = (
    "ShipmentStatusEn",
    "StatusEn",
    "DescriptionEn",
    "NameEn",
    "EventEn",
    "MessageEn",
    "ShipmentStatus",
    "Status",
    "Description",
    "ShipmentStatusFr",
    "StatusFr",
    "DescriptionFr",
    "NameFr",
)
_DAYS = ("StatusUpdateDate", "StatusDate", "EventDate", "DateTime", "UpdateDate", "CreationDate", "Date", "Timestamp")
_CODES = ("StatusCode", "StatusId", "ShipmentStatusId", "EventCode", "Code", "Id")
_PLACES = ("LastLocationUpdateEn", "Location", "LocationEn", "City", "Terminal", "Depot")
_NUMBERS = ("ShipmentId", "TrackingNumber", "ParcelId", "ConsolId")


def read(tree: Tree, scans: Scans) -> None:
    """Every shipment of an answer; ``Message`` and errors are refusals."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    held = [one for one in (*each(tree), *each(tree, "Shipments"), *each(tree, "Data")) if type(one) is dict]
    shipments = [(one, each(one, name)) for one in held for name in _LISTS if type(one.get(name)) is list]
    alone = [one for one in each(tree) if type(one) is dict and any_text(one, *_WORDS) and any_text(one, *_DAYS)]
    errors = [any_text(one, "Message", "message", "ErrorMessage", "Error") for one in (*held, *each(tree, "Errors"))]
    for said in errors:
        if said:
            scans.refusal(said)
    for shipment, events in shipments:
        _events(any_text(shipment, *_NUMBERS), events, scans)
    if not shipments and alone:
        _events("", alone, scans)
    elif not shipments and not any(errors):
        scans.problem("", "this is none of the shapes Nationex is known to send")


def _events(number: str, events: list[Tree], scans: Scans) -> None:
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for index, event in enumerate(events):
        said, day = any_text(event, *_WORDS), any_text(event, *_DAYS)
        scans.scan(
            number or any_text(event, *_NUMBERS),
            scans.when(f"/{index}", _stamp, day, any_text(event, "Time", "EventTime")),
            CODES.meaning(_AXIS, "", said),
            code=any_text(event, *_CODES),
            text=said,
            place=Address(city=any_text(event, *_PLACES)),
            signed_by=text(event, "SignedBy"),
        )


def _stamp(day: str, clock: str) -> Stamp:
    return at(day, clock) if clock else moment(day)
