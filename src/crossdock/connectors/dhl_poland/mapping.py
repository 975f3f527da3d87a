"""Between DHL24's getTrackAndTraceInfo (SOAP) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, each, find, text

CODES = Codes("crossdock.connectors.dhl_poland")
_PLACEHOLDER = "string"


def read(tree: Tree, scans: Scans) -> None:
    """One shipment's events, or a SOAP fault."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    result = find(tree, "getTrackAndTraceInfoResult")
    if type(result) is not dict:
        fault = text(find(tree, "faultstring"))
        if fault:
            scans.refusal(f"{text(find(tree, 'faultcode'))} {fault}".strip())
        else:
            scans.problem("", "this is none of the shapes DHL24 is known to send")
        return
    number, signed = text(result, "shipmentId"), text(result, "receivedBy")
    events = each(result, "events", "item")
    for index, event in enumerate(events):
        _event(event, number, signed, f"/events/{index}", scans)
    if not events:
        scans.refusal(f"{number} has no events".strip())


def _event(event: Tree, number: str, signed: str, pointer: str, scans: Scans) -> None:
    code, said = text(event, "status"), text(event, "description")
    if code == _PLACEHOLDER and said == _PLACEHOLDER:
        scans.problem(pointer, "the event holds the placeholders of DHL24's example, not a status")
        return
    occurred = scans.when(f"{pointer}/timestamp", moment, text(event, "timestamp"))
    terminal = text(event, "terminal")
    place = Address(city=terminal) if terminal else NOWHERE
    meaning = CODES.meaning("dhl24", code, said)
    scans.scan(number, occurred, meaning, code=code, text=said, place=place, signed_by=signed)
