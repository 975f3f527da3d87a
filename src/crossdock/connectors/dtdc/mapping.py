"""Between DTDC's tracking (REST, JSON)  and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.dtdc")


def read(tree: Tree, scans: Scans) -> None:
    """One consignment with its actions."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = any_text(find(tree, "errorDetails"), "value", "name") or any_text(tree, "message", "error")
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes DTDC is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    details = find(tree, "trackDetails")
    if details is not None:
        yield any_text(find(tree, "trackHeader"), "strShipmentNo", "strCNProduct"), each(details)


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, action, remark = text(event, "strCode"), text(event, "strAction"), any_text(event, "sTrRemarks", "strRemarks")
    day = text(event, "strActionDate")
    day = f"{day[:2]}/{day[2:4]}/{day[4:]}" if len(day) == 8 and day.isdigit() else day
    occurred = scans.when(pointer, at, day, text(event, "strActionTime"), "dmy", "Asia/Kolkata")
    city = any_text(event, "strOrigin", "strDestination")
    said = " | ".join(part for part in (action, remark) if part)
    meaning = CODES.meaning("dtdc.action", code, remark or action)
    scans.scan(number, occurred, meaning, code=code, text=said, place=Address(city=city, country="IN" if city else ""))
