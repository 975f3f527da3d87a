"""Between Nationex's tracking answers (JSON) and canonical scans; pure.

The format is not published and no answer was at hand. Nationex's other answers name what is said twice, with ``En`` and
``Fr`` at the end, and times with ``Date``: whatever list of such entries a shipment has is its history. Many carriers
have dated lists, so a message has to hold at least one name that is Nationex's own.
"""

import re

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, text

CODES = Codes("crossdock.connectors.nationex")
_AXIS = "nationex.status"
_SAYS = ("status", "description", "event", "message", "name", "state", "statut", "comment")
_PLACES = ("LastLocationUpdateEn", "LocationEn", "Location", "City", "Terminal", "Depot", "Location_En")
_NUMBERS = ("ShipmentId", "TrackingNumber", "ParcelId", "ConsolId", "shipmentId", "trackingNumber", "parcelId")
_ERRORS = ("Message", "message", "ErrorMessage", "errorMessage", "Error", "error")
_LISTS_DEEP = 4
_OWN = re.compile(
    r"ShipmentId|ConsolId|ParcelIds?|BillingAccount|StatusHistories|ShipmentStatus\w*|StatusUpdateDate"
    r"|LastLocationUpdate\w*|[A-Z]\w*[a-z](En|Fr)"
)
"""Names its rate and shipment answers use, and words said in one of its two languages."""


def read(tree: Tree, scans: Scans) -> None:
    """Every shipment of an answer; ``Message`` and errors are refusals."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    before = _histories(tree, "", scans, _LISTS_DEEP) if _is_own(tree, _LISTS_DEEP) else 0
    errors = [any_text(one, *_ERRORS) for one in (*each(tree), *each(tree, "Errors")) if type(one) is dict]
    said = [error for error in errors if error] if not before else []
    for error in said:
        scans.refusal(error)
    if not before and not said:
        scans.problem("", "this is none of the shapes Nationex is known to send")


def _is_own(node: Tree, depth: int) -> bool:
    """Whether a name that is Nationex's own is anywhere in ``node``."""
    if type(node) is list:
        return any(_is_own(one, depth) for one in node)
    if type(node) is not dict or depth == 0:
        return False
    return any(_OWN.fullmatch(name) for name in node) or any(_is_own(value, depth - 1) for value in node.values())


def _histories(node: Tree, number: str, scans: Scans, depth: int) -> int:
    """How many lists of events there were in ``node``; each was read."""
    if depth == 0:
        return 0
    if type(node) is list:
        if node and all(type(one) is dict and _day(one) and _said(one) for one in node):
            _events(number, node, scans)
            return 1
        return sum(_histories(one, number, scans, depth) for one in node if type(one) is dict)
    if type(node) is not dict:
        return 0
    own = any_text(node, *_NUMBERS) or number
    return sum(_histories(value, own, scans, depth - 1) for value in node.values() if type(value) in {list, dict})


def _events(number: str, events: list[Tree], scans: Scans) -> None:
    for index, event in enumerate(events):
        said = _said(event)
        scans.scan(
            number or any_text(event, *_NUMBERS),
            scans.when(f"/{index}", _stamp, _day(event), any_text(event, "Time", "EventTime", "StatusTime")),
            CODES.meaning(_AXIS, "", said),
            code=any_text(event, "StatusCode", "EventCode", "Code", "StatusId"),
            text=said,
            place=Address(city=any_text(event, *_PLACES)),
            signed_by=text(event, "SignedBy"),
        )


def _day(event: Tree) -> str:
    """The first field named as a date or a time stamp."""
    for name, value in event.items():
        lowered = name.casefold()
        if type(value) is str and value[:1].isdigit() and ("date" in lowered or "stamp" in lowered):
            return value
    return ""


def _said(event: Tree) -> str:
    """What is said in English, else without a language, else in French."""
    found = ["", "", ""]
    for name, value in event.items():
        lowered = name.casefold()
        if type(value) is not str or not any(word in lowered for word in _SAYS) or "date" in lowered:
            continue
        rank = 0 if lowered.endswith("en") else 2 if lowered.endswith("fr") else 1
        found[rank] = found[rank] or value.strip()
    return found[0] or found[1] or found[2]


def _stamp(day: str, clock: str) -> Stamp:
    return at(day, clock) if clock else moment(day)
