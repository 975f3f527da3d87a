"""Between Evri's and Hermes Germany's tracking answers and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, first, text

CODES = Codes("crossdock.connectors.evri")
_HISTORIES = ("status", "statuses", "history", "statusHistory", "parcelProgress", "events", "parcelEvents")
_NUMBERS = ("barcode", "shipmentID", "shipmentId", "parcelNumber", "trackingNumber", "uniqueId", "urn")


def read(tree: Tree, scans: Scans) -> None:
    """Evri's results, Hermes' shipments, or an error of either."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    nodes = each(tree, "results") or each(tree, "shipmentinfo") or each(tree, "shipments") or each(tree)
    known = False
    for index, node in enumerate(nodes):
        if type(node) is not dict:
            continue
        if "trackingEvents" in node:
            _evri(node, f"/{index}", scans)
        elif "service" not in node and any(type(node.get(name)) in {list, dict} for name in _HISTORIES):
            _hermes(node, f"/{index}", scans)
        elif not _refused(node, scans):
            continue
        known = True
    if not known:
        scans.problem("", "this is none of the shapes Evri or Hermes is known to send")


def _refused(node: Tree, scans: Scans) -> bool:
    result = first(node, "result") or first(node, "error") or node
    said = [any_text(result, "code", "errorCode", "error"), any_text(result, "message", "error_description", "detail")]
    for one in each(node, "listOfResultCodes") or each(node, "errors"):
        said += [text(one, "code"), any_text(one, "message", "description")]
    told = " ".join(part for part in said if part)
    if told:
        scans.refusal(f"{any_text(node, *_NUMBERS)} {told}".strip())
    return bool(told)


def _number(node: Tree) -> str:
    return any_text(node, *_NUMBERS) or any_text(first(node, "parcel"), *_NUMBERS)


def _evri(node: Tree, pointer: str, scans: Scans) -> None:
    """Evri: the point says what happened, the stage in which phase."""
    number = _number(node)
    for index, event in enumerate(each(node, "trackingEvents")):
        point, stage = first(event, "trackingPoint"), first(event, "trackingStage")
        code = any_text(point, "trackingPointId") or any_text(stage, "trackingStageCode")
        said = text(point, "description") or text(point)
        phase = text(stage, "description") or text(stage)
        occurred = scans.when(f"{pointer}/trackingEvents/{index}", moment, any_text(event, "dateTime", "timestamp"))
        meaning = CODES.meaning("evri.point", "", said) if said else CODES.meaning("evri.stage", "", phase)
        if not meaning.known and phase:
            meaning = CODES.meaning("evri.stage", "", phase)
        words = " | ".join(dict.fromkeys(part for part in (phase, said) if part))
        location = first(event, "location")
        place = Address(city=any_text(location, "city", "description")) if type(location) is dict else NOWHERE
        scans.scan(number, occurred, meaning, code=code, text=words, place=place)


def _hermes(node: Tree, pointer: str, scans: Scans) -> None:
    number = _number(node)
    history = next((each(node, name) for name in reversed(_HISTORIES) if type(node.get(name)) in {list, dict}), [])
    for index, event in enumerate(history):
        if type(event) is not dict:
            continue
        words = first(event, "text")
        code = any_text(event, "code", "statusCode", "parcelStatus")
        said = any_text(event, "description", "longText", "statusText") or any_text(words, "longText", "shortText")
        said = said or text(words)
        written = any_text(event, "timestamp", "dateTime", "date")
        if not written:
            # A step of the page's progress bar that has not been reached.
            continue
        occurred = scans.when(f"{pointer}/{index}", moment, written, "dmy")
        unit = first(event, "scanningUnit") or first(event, "location")
        place = Address(
            city=any_text(unit, "city", "name"),
            country=any_text(unit, "countryCode", "country"),
        )
        meaning = CODES.meaning("hermes.de", code, said)
        scans.scan(number, occurred, meaning, code=code, text=said, place=place)
