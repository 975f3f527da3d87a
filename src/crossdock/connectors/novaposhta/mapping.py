"""Between Nova Poshta's status documents and Shopping's history and canonical scans; pure."""

from crossdock.model.instants import InvalidInstant, Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import Order, epoch, moment
from crossdock.tracking.trees import Tree, each, text

CODES = Codes("crossdock.connectors.novaposhta")
ZONE = "Europe/Kyiv"
UNKNOWN_NUMBER = "3"

_Dates = tuple[tuple[str, Order], ...]

_RECEIVED: _Dates = (("RecipientDateTime", "dmy"), ("ActualDeliveryDate", "ymd"), ("TrackingUpdateDate", "ymd"))
_WAITING: _Dates = (("ActualDeliveryDate", "ymd"), ("TrackingUpdateDate", "ymd"), ("DateScan", "dmy"))
_ANNOUNCED: _Dates = (("DateCreated", "dmy"), ("TrackingUpdateDate", "ymd"))
_TRIED: _Dates = (("UndeliveryReasonsDate", "ymd"), ("TrackingUpdateDate", "ymd"), ("DateScan", "dmy"))
_ELSE: _Dates = (("TrackingUpdateDate", "ymd"), ("DateScan", "dmy"), ("DateMoving", "ymd"))
_DATES: dict[str, _Dates] = {
    "1": _ANNOUNCED,
    **dict.fromkeys(("7", "8"), _WAITING),
    **dict.fromkeys(("9", "10", "11", "106"), _RECEIVED),
    "111": _TRIED,
}
"""Which dates a status happened at, best first, and the order each is written in."""
_AT_SENDER = frozenset({"1", "4", "41"})


def read(tree: Tree, scans: Scans) -> None:
    """An answer of API 2.0 (a root element in XML), or one or several histories of Shopping."""
    if type(tree) is dict and type(tree.get("root")) is dict:
        tree = tree["root"]
    known = False
    for message in tree if type(tree) is list else [tree]:
        if type(message) is dict and "tracking_history" in message:
            _history(message, scans)
        elif type(message) is dict and ("data" in message or "errors" in message):
            _answer(message, scans)
        else:
            continue
        known = True
    if not known:
        scans.problem("", "this is none of the shapes Nova Poshta is known to send")


def _answer(message: Tree, scans: Scans) -> None:
    codes = [text(code) for code in _items(message, "errorCodes")]
    for index, error in enumerate(_items(message, "errors")):
        code = codes[index] if index < len(codes) else ""
        scans.refusal(f"{code} {text(error)}".strip())
    for index, document in enumerate(_items(message, "data")):
        if type(document) is dict:
            _document(document, f"/data/{index}", scans)


def _items(message: Tree, name: str) -> list[Tree]:
    """The list under ``name``; in XML it is made of ``item`` elements."""
    return [inner for node in each(message, name) for inner in (each(node, "item") or [node]) if inner != ""]


def _document(document: Tree, pointer: str, scans: Scans) -> None:
    number, code, said = text(document, "Number"), text(document, "StatusCode"), text(document, "Status")
    if code == UNKNOWN_NUMBER:
        scans.refusal(f"{number}: {said}")
        return
    if not code:
        scans.problem(f"{pointer}/StatusCode", "this is no status document of getStatusDocuments")
        return
    occurred = _occurred(document, code)
    if occurred is None:
        scans.problem(pointer, f"none of the document's dates can be read for status {code}")
        return
    reason = text(document, "UndeliveryReasons") or text(document, "UndeliveryReasonsSubtypeDescription")
    city = text(document, "CitySender" if code in _AT_SENDER else "CityRecipient")
    scans.scan(
        number,
        occurred,
        CODES.meaning("novaposhta.status", code, said),
        code=code,
        text=" | ".join(filter(None, (said, reason))),
        place=Address(city=city, country="UA" if city else ""),
        signed_by=text(document, "RecipientFullName"),
        eta=_stamp(text(document, "ScheduledDeliveryDate"), "dmy"),
    )


def _occurred(document: Tree, code: str) -> Stamp | None:
    dates = (_stamp(text(document, name), order) for name, order in _DATES.get(code, _ELSE))
    return next(filter(None, dates), None)


def _stamp(written: str, order: Order) -> Stamp | None:
    """None for what is no date: empty, or one of the API's two zeros."""
    if not written or "0000" in written[:10] or "0001" in written[:10]:
        return None
    try:
        return moment(written, order, ZONE)
    except InvalidInstant:
        return None


def _history(message: Tree, scans: Scans) -> None:
    number = text(message, "waybill_number")
    entries = each(message, "tracking_history")
    for index, entry in enumerate(entries):
        code, said = text(entry, "code"), text(entry, "description")
        occurred = scans.when(f"/tracking_history/{index}/date", epoch, text(entry, "date"))
        place = Address(country=text(entry, "country"))
        meaning = CODES.meaning("novaposhta.shopping", code, said)
        scans.scan(number, occurred, meaning, code=code, text=said, place=place)
    if not entries:
        scans.refusal(f"{number}: {text(message, 'state') or 'no state'}, without history")
