"""Between InPost's tracking (ShipX, the group's API) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, first, text

CODES = Codes("crossdock.connectors.inpost")


def read(tree: Tree, scans: Scans) -> None:
    """ShipX tracking, a ShipX webhook, the group's parcels, or an error."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    known = False
    for index, node in enumerate(each(tree, "parcels") or each(tree, "trackings") or each(tree)):
        if type(node) is not dict:
            continue
        if "tracking_details" in node and "object" not in node:  # EasyPost's trackers have an object's name
            _shipx(node, f"/{index}", scans)
        elif text(node, "event") and type(node.get("payload")) is dict:
            _webhook(node, scans)
        elif "events" in node:
            _group(node, f"/{index}", scans)
        else:
            continue
        known = True
    if known:
        return
    said = any_text(tree, "message", "description", "detail", "title")
    code = any_text(tree, "error", "key", "type")
    if said or code:
        scans.refusal(f"{code} {said}".strip())
    else:
        scans.problem("", "this is none of the shapes InPost is known to send")


def _shipx(node: Tree, pointer: str, scans: Scans) -> None:
    number = text(node, "tracking_number")
    for index, event in enumerate(each(node, "tracking_details")):
        code = text(event, "status")
        occurred = scans.when(f"{pointer}/tracking_details/{index}", moment, text(event, "datetime"))
        agency = any_text(event, "location", "agency")
        place = Address(city=agency) if agency else NOWHERE
        said = text(event, "origin_status")
        scans.scan(number, occurred, CODES.meaning("inpost.shipx", code), code=code, text=said, place=place)


def _webhook(node: Tree, scans: Scans) -> None:
    payload = first(node, "payload")
    code = text(payload, "status")
    if not code:
        scans.problem("/payload/status", f"the webhook '{text(node, 'event')}' tells no status")
        return
    occurred = scans.when("/event_ts", moment, text(node, "event_ts"))
    number = text(payload, "tracking_number")
    scans.scan(number, occurred, CODES.meaning("inpost.shipx", code), code=code)


def _group(node: Tree, pointer: str, scans: Scans) -> None:
    number = any_text(node, "trackingNumber", "tracking_number")
    for index, event in enumerate(each(node, "events")):
        code = any_text(event, "eventCode", "code")
        said = any_text(event, "eventTitle", "title", "description", "eventDescription")
        written = any_text(event, "timestamp", "eventTimestamp", "dateTime")
        occurred = scans.when(f"{pointer}/events/{index}", moment, written)
        where = first(event, "location")
        place = Address(
            city=any_text(where, "city", "name"),
            postcode=text(where, "postalCode"),
            country=any_text(where, "country", "countryCode"),
        )
        scans.scan(number, occurred, _phase(code, said), code=code, text=said, place=place)


def _phase(code: str, said: str) -> Meaning:
    """The code; else its words; else what the phase before the dot says."""
    if CODES.has("inpost.group", code):
        return CODES.meaning("inpost.group", code, said)
    worded = CODES.meaning("inpost.group", code, said)
    if worded.milestone != "unknown":
        return worded
    coarse = CODES.meaning("inpost.group", code.partition(".")[0])
    return Meaning(coarse.milestone, coarse.category, coarse.reason, known=False)
