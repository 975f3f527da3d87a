"""Between Posti's tracking (JSON) and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.posti")
_TEXTS = ("description", "eventDescription", "eventShortName", "text")


def read(tree: Tree, scans: Scans) -> None:
    """Shipments with their events."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = any_text(tree, "message", "error", "title")
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes Posti is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    for shipment in each(find(tree, "shipments")):
        if type(shipment) is dict and any(_is_event(event) for event in each(shipment, "events")):
            yield any_text(shipment, "trackingCode", "trackingNumber", "shipmentNumber", "id"), each(shipment, "events")


def _is_event(node: Tree) -> bool:
    """Posti's own: a place by name, or words in several languages."""
    return type(node) is dict and ("locationName" in node or "eventCode" in node or type(_first(node)) is dict)


def _first(event: Tree) -> Tree:
    return next((event[name] for name in _TEXTS if name in event), None)


def _words(node: Tree) -> str:
    """English, else Finnish or Swedish, of a text in several languages; or the one text."""
    return any_text(node, "en", "fi", "sv") if type(node) is dict else text(node)


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code = any_text(event, "eventCode", "code")
    said = next((said for name in _TEXTS if (said := _words(event.get(name)))), "")
    occurred = scans.when(pointer, moment, any_text(event, "timestamp", "eventTime", "time"))
    place = Address(city=any_text(event, "locationName", "city", "location"), postcode=text(event, "locationCode"))
    scans.scan(number, occurred, CODES.meaning("posti.event", code, said), code=code, text=said, place=place)
