"""Between bpost's tracking answers and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.bpost")
_LANGUAGES = ("EN", "NL", "FR", "DE")


def read(tree: Tree, scans: Scans) -> None:
    """The Shipping Manager's XML, the parcel page's data, or an error of either."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    items = find(tree, "itemTracking")
    if items is not None:
        for index, item in enumerate(each(items)):
            _item(item, f"/itemTracking/{index}", scans)
        return
    parcels = tree.get("items") if type(tree) is dict else None
    if parcels:
        for index, parcel in enumerate(each(parcels)):
            _parcel(parcel, f"/items/{index}", scans)
        return
    _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    failure = (
        first(tree, "systemException") or first(tree, "businessException") or first(tree, "invalidSelection") or tree
    )
    code = any_text(failure, "code", "error", "errorCode")
    said = any_text(failure, "message", "ns2:message", "description") or text(find(failure, "message"))
    said = " ".join(said.split())
    if code or said:
        scans.refusal(f"{code} {said}".strip())
    else:
        scans.problem("", "this is none of the shapes bpost is known to send")


def _item(item: Tree, pointer: str, scans: Scans) -> None:
    number = any_text(item, "itemCode", "barcode")
    for index, state in enumerate(each(item, "stateInfo")):
        code, said = text(state, "stateCode"), text(state, "stateDescription")
        occurred = scans.when(f"{pointer}/stateInfo/{index}/time", moment, text(state, "time"))
        scans.scan(number, occurred, _state(code, said), code=code, text=said)


def _state(code: str, said: str) -> Meaning:
    """The code; else the name before the dash, which names a family of codes; else the words."""
    if CODES.has("bpost.state", code):
        return CODES.meaning("bpost.state", code, said)
    family, _, detail = said.partition(" - ")
    for words in (detail.replace("_", " "), family):
        found = CODES.meaning("bpost.text", "", words) if words else None
        if found is not None and found.known:
            return Meaning(found.milestone, found.category, found.reason, known=not code)
    return CODES.meaning("bpost.state", code, said)


def _parcel(parcel: Tree, pointer: str, scans: Scans) -> None:
    number = any_text(parcel, "itemCode", "barcode", "itemIdentifier")
    for index, event in enumerate(each(parcel, "events")):
        key = first(event, "key")
        said = next((found for found in (text(key, one, "description") for one in _LANGUAGES) if found), "")
        said = said or any_text(event, "description")
        occurred = scans.when(f"{pointer}/events/{index}", at, text(event, "date"), text(event, "time"))
        where = first(event, "location")
        city = any_text(where, "locationName", "city") if type(where) is dict else text(where)
        place = Address(city=city) if city else NOWHERE
        scans.scan(number, occurred, CODES.meaning("bpost.text", "", said), text=said, place=place)
