"""Between Royal Mail's Tracking API (v2, and the SOAP service before it) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.royalmail")


def read(tree: Tree, scans: Scans) -> None:
    """One item's events, many items' summaries, or errors of the item or of the service."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    pieces = tree.get("mailPieces") if type(tree) is dict else None
    for index, piece in enumerate(each(pieces) if pieces else []):
        _piece(piece, f"/mailPieces/{index}", scans)
    if _history(tree, scans):
        return
    errors = each(tree, "errors")
    for error in errors:
        _error(error, "", scans)
    if pieces or errors:
        return
    said = [any_text(tree, "httpCode", "code", "Code"), any_text(tree, "httpMessage", "message", "Message", "title")]
    more = any_text(tree, "moreInformation", "detail", "Details")
    told = " ".join(part for part in (*said, more) if part)
    sub = [f"{any_text(one, 'Code', 'code')} {any_text(one, 'Message', 'message')}" for one in each(tree, "Errors")]
    if told or sub:
        scans.refusal("; ".join([told, *sub]).strip("; "))
    else:
        scans.problem("", "this is none of the shapes Royal Mail is known to send")


def _history(tree: Tree, scans: Scans) -> bool:
    """The older SOAP service: one item's ``trackDetail`` rows, newest first, local times."""
    rows = find(tree, "trackDetail") if type(tree) is dict and "Envelope" in tree else None
    number = text(find(tree, "trackingNumber")) if rows is not None else ""
    for index, row in enumerate(each(rows)):
        said = any_text(row, "header", "trackHeader", "statusDescription")
        occurred = scans.when(f"/trackDetail/{index}", at, text(row, "trackDate"), text(row, "trackTime"))
        place = _place(any_text(row, "trackPoint", "location"))
        scans.scan(number, occurred, CODES.meaning("royalmail", "", said), text=said, place=place)
    if rows is None and (fault := text(find(tree, "faultstring"))):
        scans.refusal(fault)
        return True
    return rows is not None


def _error(error: Tree, number: str, scans: Scans) -> None:
    code, said = any_text(error, "errorCode", "code"), any_text(error, "errorDescription", "message", "description")
    scans.refusal(f"{number} {code} {said}".strip())


def _piece(piece: Tree, pointer: str, scans: Scans) -> None:
    summary = first(piece, "summary")
    number = any_text(summary, "oneDBarcode", "uniqueItemId") or text(piece, "mailPieceId")
    for error in each(piece, "error"):
        _error(error, text(piece, "mailPieceId"), scans)
    signed = text(piece, "signature", "recipientName")
    events = each(piece, "events")
    for index, event in enumerate(events):
        code, said = text(event, "eventCode"), text(event, "eventName")
        occurred = scans.when(f"{pointer}/events/{index}", moment, text(event, "eventDateTime"))
        meaning = CODES.meaning("royalmail", code, said)
        place = _place(text(event, "locationName"))
        scans.scan(number, occurred, meaning, code=code, text=said, place=place, signed_by=signed)
    if not events and text(summary, "lastEventDateTime"):
        code, said = text(summary, "lastEventCode"), text(summary, "lastEventName")
        occurred = scans.when(f"{pointer}/summary", moment, text(summary, "lastEventDateTime"))
        meaning = CODES.meaning("royalmail", code, said)
        place = _place(text(summary, "lastEventLocationName"))
        scans.scan(number, occurred, meaning, code=code, text=said, place=place, signed_by=signed)


def _place(name: str) -> Address:
    return Address(city=name) if name else NOWHERE
