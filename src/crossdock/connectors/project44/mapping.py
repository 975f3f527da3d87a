"""Between project44's tracking history and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.project44")
_NAMES = ("TRACKING_NUMBER", "PRO", "BILL_OF_LADING", "BOOKING_NUMBER", "CONTAINER_ID", "ORDER", "SYSTEM")
_AT_STOP = {
    ("arrived_at_facility", "ORIGIN"): "pickup_scheduled",
    ("departed_facility", "ORIGIN"): "picked_up",
    ("arrived_at_facility", "DESTINATION"): "arrived_at_destination_facility",
    ("departed_facility", "DESTINATION"): "delivered",
}
"""What arriving and leaving mean at the two ends of the way."""


def read(tree: Tree, scans: Scans) -> None:
    """A tracking history, or the status updates of LTL."""
    if type(tree) is not dict:
        scans.problem("", "this is none of the shapes project44 is known to send")
        return
    shipment = tree.get("shipment") if type(tree.get("shipment")) is dict else tree
    number, stops = _number(shipment), _stops(shipment)
    events = each(tree, "events")
    updates = each(tree, "statusUpdates")
    for event in events:
        if text(event, "dateTime"):
            _event(event, number, stops, scans)
    for update in updates:
        _update(update, number, scans)
    if not events and not updates:
        said = [text(error, "message") for error in each(tree, "errors")] or [text(tree, "errorMessage")]
        if any(said):
            scans.refusal("; ".join(filter(None, said)))
        elif "events" in tree or "statusUpdates" in tree:
            scans.refusal(f"{number or 'the shipment'}: no events")
        else:
            scans.problem("", "this is none of the shapes project44 is known to send")


def _number(shipment: Tree) -> str:
    identifiers = each(shipment, "identifiers") or each(shipment, "shipmentIdentifiers")
    by_type = {text(each_one, "type"): text(each_one, "value") for each_one in identifiers}
    return next((by_type[name] for name in _NAMES if by_type.get(name)), "") or text(shipment, "id")


def _stops(shipment: Tree) -> dict[str, tuple[str, Address]]:
    """Type and place by the id of the stop."""
    found = {}
    for stop in each(shipment, "shipmentStops") or each(shipment, "stops"):
        where = stop.get("location") if type(stop) is dict else None
        name = any_text(stop, "id", "stopId")
        found[name] = (any_text(stop, "type", "stopType").upper(), _place(where))
    return found


def _place(location: Tree) -> Address:
    where = location.get("address", location) if type(location) is dict else None
    country = text(where, "country")
    return Address(
        city=text(where, "city"),
        region=text(where, "state"),
        postcode=text(where, "postalCode"),
        country=country if len(country) == 2 else "",
    )


def _event(event: Tree, number: str, stops: dict[str, tuple[str, Address]], scans: Scans) -> None:
    code, said = text(event, "type"), text(event, "description")
    kind, place = stops.get(text(event, "stopId"), ("", NOWHERE))
    meaning = CODES.meaning("project44.event", code, said)
    ending = _AT_STOP.get((meaning.milestone, kind))
    if ending and meaning.known and "STOP" in code:
        meaning = Meaning(ending)
    occurred = scans.when("/events/dateTime", moment, text(event, "dateTime"))
    scans.scan(number, occurred, meaning, code=code, text=said, place=place)


def _update(update: Tree, number: str, scans: Scans) -> None:
    code = text(update, "statusCode")
    reason = text(update, "statusReason", "description")
    detail = text(update, "statusReason", "code")
    occurred = scans.when("/statusUpdates/timestamp", moment, text(update, "timestamp"))
    meaning = CODES.meaning("project44.event", code, reason)
    name = "/".join(filter(None, (code, detail)))
    scans.scan(number, occurred, meaning, code=name, text=reason, place=_place(update.get("address")))
