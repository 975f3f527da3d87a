"""Between Yanwen's tracking (JSON)  and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.yanwen")


def read(tree: Tree, scans: Scans) -> None:
    """Parcels with their checkpoints."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = any_text(tree, "message", "msg")
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes Yanwen is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    for parcel in each(tree, "result"):
        if type(parcel) is dict and "checkpoints" in parcel:
            yield any_text(parcel, "tracking_number", "waybill_number"), each(parcel, "checkpoints")


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = text(event, "tracking_status"), text(event, "message")
    wall, zone = text(event, "time_stamp"), text(event, "time_zone")
    offset = zone if zone[:1] in {"+", "-"} and "T" in wall else ""
    occurred = scans.when(pointer, moment, f"{wall}{offset}")
    place = Address(city=text(event, "location"))
    scans.scan(number, occurred, _meaning(code, said), code=code, text=said, place=place)


def _meaning(code: str, said: str) -> Meaning:
    """By the whole code, else by the words, else by the code's two letters."""
    if CODES.has("yanwen.status", code):
        return CODES.meaning("yanwen.status", code, said)
    worded = CODES.meaning("yanwen.status", "", said)
    return worded if worded.milestone != "unknown" else CODES.meaning("yanwen.phase", code[:2])
