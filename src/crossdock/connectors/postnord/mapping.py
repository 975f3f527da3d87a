"""Between PostNord's track and trace (v5, v7; JSON or XML) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.postnord")


def read(tree: Tree, scans: Scans) -> None:
    """Shipments with their items, or faults."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    for fault in each(find(tree, "faults")):
        if type(fault) is dict:
            inner = first(fault, "fault") or fault
            scans.refusal(f"{text(inner, 'faultCode')} {text(inner, 'explanationText')}".strip())
    answer = find(tree, "TrackingInformationResponse")
    shipments = find(answer, "shipments") if answer is not None else (tree.get("shipments") if _is(tree) else None)
    rows = [one for node in each(shipments) if _is(node) for one in each(node, "shipment") or [node]]
    for index, shipment in enumerate(rows):
        _shipment(shipment, f"/shipments/{index}", scans)
    if not rows:
        _without(tree, answer, scans)


def _without(tree: Tree, answer: Tree, scans: Scans) -> None:
    said = any_text(tree, "message", "error", "title", "detail")
    if answer is not None and find(tree, "faults") is None:
        scans.refusal("the answer holds no shipments")
    elif said:
        scans.refusal(said)
    elif find(tree, "faults") is None:
        scans.problem("", "this is none of the shapes PostNord is known to send")


def _is(node: Tree) -> bool:
    return type(node) is dict


def _shipment(shipment: Tree, pointer: str, scans: Scans) -> None:
    number = text(shipment, "shipmentId")
    items = each(shipment, "items", "item") or each(shipment, "items")
    for index, item in enumerate(items):
        own = any_text(item, "itemId") or number
        events = each(item, "events", "event") or each(item, "events")
        for count, event in enumerate(events):
            _event(event, own, f"{pointer}/items/{index}/events/{count}", scans)


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    status, code, said = text(event, "status"), text(event, "eventCode"), text(event, "eventDescription")
    occurred = scans.when(f"{pointer}/eventTime", moment, text(event, "eventTime"))
    location = first(event, "location")
    place = Address(
        city=any_text(location, "city", "displayName", "name"),
        postcode=any_text(location, "postcode", "postalCode"),
        country=text(location, "countryCode"),
    )
    meaning = CODES.meaning("postnord", status, said)
    both = "/".join(part for part in (status, code) if part)
    scans.scan(number, occurred, meaning, code=both, text=said, place=place)
