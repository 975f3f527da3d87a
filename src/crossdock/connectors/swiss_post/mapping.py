"""Between the events of Swiss Post's track and trace page and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.swiss_post")


def read(tree: Tree, scans: Scans) -> None:
    """The page's events: a list of them, or of shipments with ``events``."""
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
        scans.problem("", "this is none of the shapes Swiss Post is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    nodes = each(tree)
    if any(type(node) is dict and "eventCode" in node for node in nodes):
        yield "", nodes
        return
    for node in nodes:
        events = each(node, "events") if type(node) is dict else []
        if any(type(event) is dict and "eventCode" in event for event in events):
            yield any_text(node, "formattedShipmentNumber", "shipmentNumber", "identity", "id"), events


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = text(event, "eventCode"), any_text(event, "description", "eventDescription", "text")
    occurred = scans.when(pointer, moment, any_text(event, "timestamp", "eventTimestamp"))
    place = Address(
        city=any_text(event, "city", "location"), postcode=text(event, "zip"), country=text(event, "country")
    )
    number = number or any_text(event, "shipmentNumber", "identcode")
    last = code.rpartition(".")[2]
    meaning = CODES.meaning("swiss_post.event", last, said)
    scans.scan(number, occurred, meaning, code=code, text=said, place=place)
