"""Between Teleship's tracking answers and webhooks and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.teleship")
_ENVELOPES = ("data", "payload", "tracking", "shipment", "resource")


def read(tree: Tree, scans: Scans) -> None:
    """A tracking object, a list of them, or a webhook with one inside."""
    for message in tree if type(tree) is list else [tree]:
        tracking = _inside(message)
        if tracking is not None:
            _tracking(tracking, scans)
        elif type(message) is dict and message.get("messages"):
            for each_one in each(message, "messages"):
                details = " ".join(str(detail) for detail in each(each_one, "details"))
                scans.refusal(f"{text(each_one, 'code')} {text(each_one, 'message')} {details}".strip())
        else:
            scans.problem("", "this is none of the shapes Teleship is known to send")


def _inside(message: Tree) -> Tree:
    """The object with the events: the message, or what its envelope holds; None where there is none."""
    for _ in range(len(_ENVELOPES)):
        if type(message) is not dict:
            return None
        if type(message.get("events")) is list or ("timestamp" in message and "trackingNumber" in message):
            return message
        message = next((message[name] for name in _ENVELOPES if type(message.get(name)) is dict), None)
    return None


def _tracking(tracking: Tree, scans: Scans) -> None:
    number = any_text(tracking, "trackingNumber", "shipmentId")
    events = each(tracking, "events") or ([tracking] if "timestamp" in tracking else [])
    for event in events:
        code, said = any_text(event, "code", "status"), any_text(event, "description", "message")
        occurred = scans.when("/events/timestamp", moment, text(event, "timestamp"))
        place = _place(text(event, "location"))
        scans.scan(number, occurred, CODES.meaning("teleship.code", code, said), code=code, text=said, place=place)
    if not events:
        scans.refusal(f"{number}: {text(tracking, 'status') or 'no status'}, without events")


def _place(location: str) -> Address:
    """``Los Angeles, CA, US``: the country comes last; a text without one is kept as the city."""
    if not location:
        return NOWHERE
    parts = [part.strip() for part in location.split(",")]
    if len(parts) > 1 and len(parts[-1]) == 2 and parts[-1].isupper():
        region = parts[-2] if len(parts) > 2 else ""
        return Address(city=parts[0], region=region, country=parts[-1])
    return Address(city=location)
