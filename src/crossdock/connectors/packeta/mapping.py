"""Between Packeta's packetTracking and packetStatus (REST/XML, SOAP) and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.packeta")


def read(tree: Tree, scans: Scans) -> None:
    """Records of one packet, newest or oldest first."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = text(find(tree, "string")) or text(find(tree, "faultstring")) or text(find(tree, "fault"))
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes Packeta is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    result = find(tree, "packetTrackingResult") or find(tree, "packetStatusResult") or find(tree, "result")
    records = each(result, "record") or [one for one in each(result) if text(one, "statusCode")]
    if records:
        yield any_text(result, "barcode", "packetId", "id"), records


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = text(event, "statusCode"), any_text(event, "statusText", "codeText")
    occurred = scans.when(pointer, moment, text(event, "dateTime"))
    meaning = CODES.meaning("packeta.status", code, said)
    scans.scan(number, occurred, meaning, code=code, text=said, place=NOWHERE)
