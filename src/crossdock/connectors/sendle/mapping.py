"""Between Sendle's tracking answers and webhook events and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.sendle")


def read(tree: Tree, scans: Scans) -> None:
    """An answer with its tracking_events, one pushed event, or a list of either."""
    for message in tree if type(tree) is list else [tree]:
        if type(message) is not dict:
            scans.problem("", "this is none of the shapes Sendle is known to send")
        elif "tracking_events" in message:
            _answer(message, scans)
        elif "event_type" in message:
            _event(message, text(message, "sendle_reference"), "", scans)
        elif "error" in message:
            scans.refusal(f"{text(message, 'error')} {any_text(message, 'error_description', 'messages')}".strip())
        else:
            scans.problem("", "this is none of the shapes Sendle is known to send")


def _answer(message: Tree, scans: Scans) -> None:
    number = any_text(message, "sendle_reference", "ref")
    origin, destination = text(message, "origin", "country"), text(message, "destination", "country")
    country = origin if origin == destination else ""
    events = each(message, "tracking_events")
    for event in events:
        _event(event, number, country, scans)
    if not events:
        scans.refusal(f"{text(message, 'state') or 'no state'}, without events")


def _event(event: Tree, number: str, country: str, scans: Scans) -> None:
    code = text(event, "event_type")
    said = " | ".join(filter(None, (text(event, "description"), text(event, "reason"))))
    occurred = scans.when(
        "/tracking_events/scan_time", moment, any_text(event, "scan_time", "display_time", "local_scan_time")
    )
    place = _place(event, country)
    scans.scan(number, occurred, CODES.meaning("sendle.event_type", code, said), code=code, text=said, place=place)


def _place(event: Tree, country: str) -> Address:
    parts = event.get("location_data")
    if type(parts) is dict:
        return Address(
            city=text(parts, "suburb"),
            region=text(parts, "state"),
            postcode=text(parts, "postcode"),
            country=text(parts, "country"),
        )
    location = text(event, "location")
    if not location:
        return NOWHERE
    city, comma, region = location.rpartition(",")
    region = region.strip()
    if comma and 2 <= len(region) <= 3 and region.isupper():
        return Address(city=city.strip(), region=region, country=country)
    return Address(city=location, country=country)
