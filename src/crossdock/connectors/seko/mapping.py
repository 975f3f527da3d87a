"""Between OmniParcel's tracking and returns messages and canonical scans; pure."""

import re

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.seko")
_TAKEN_OVER = re.compile(r"handed over to |accepted by |in the possession of ", re.IGNORECASE)


def read(tree: Tree, scans: Scans) -> None:
    """A list of consignments with Events, of single events of returns, or Errors."""
    for message in tree if type(tree) is list else [tree]:
        if type(message) is not dict:
            scans.problem("", "this is none of the shapes OmniParcel is known to send")
        elif "Events" in message or ("ConsignmentNo" in message and "EventDT" not in message):
            _consignment(message, scans)
        elif "EventDT" in message:
            _return(message, scans)
        elif "Errors" in message:
            for error in each(message, "Errors"):
                scans.refusal(" ".join(filter(None, (text(error, "Property"), text(error, "Message")))))
        else:
            scans.problem("", "this is none of the shapes OmniParcel is known to send")


def _consignment(message: Tree, scans: Scans) -> None:
    number = text(message, "ConsignmentNo")
    events = each(message, "Events")
    for event in events:
        code, words = text(event, "OmniCode"), text(event, "Description")
        said = " | ".join(filter(None, (text(event, "Code"), words)))
        occurred = scans.when("/Events/EventDT", moment, text(event, "EventDT"))
        place = _place(text(event, "Location"))
        scans.scan(number, occurred, _meaning(code, words), code=code, text=said, place=place)
    if not events:
        scans.refusal(f"{number}: {text(message, 'Status') or 'no status'}, without events")


def _meaning(code: str, words: str) -> Meaning:
    """A last-mile carrier that takes a parcel over takes it from SEKO, not from its sender."""
    meaning = CODES.meaning("seko.omni", code, words)
    if meaning.milestone == "picked_up" and _TAKEN_OVER.search(words):
        return Meaning("handed_to_partner", known=meaning.known)
    return meaning


def _return(event: Tree, scans: Scans) -> None:
    number = any_text(event, "ConsignmentNo", "OmniRPSTrackingNo")
    code, said = text(event, "Code"), text(event, "Status")
    occurred = scans.when("/EventDT", moment, text(event, "EventDT"))
    place = _place(text(event, "SourceLocation"))
    scans.scan(number, occurred, CODES.meaning("seko.return", code, said), code=code, text=said, place=place)


def _place(location: str) -> Address:
    """``Essen, DE``, ``NL`` or ``Auckland, New Zealand-NZ``: the country comes last."""
    if not location:
        return NOWHERE
    head, _, last = location.replace("-", ",").rpartition(",")
    last = last.strip()
    if len(last) == 2 and last.isalpha():
        return Address(city=head.strip(" ,"), country=last.upper())
    return Address(city=location)
