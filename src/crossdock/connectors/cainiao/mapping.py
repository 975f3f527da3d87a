"""Between Cainiao's global tracking (JSON)  and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import epoch, moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.cainiao")


def read(tree: Tree, scans: Scans) -> None:
    """Mail items with their details."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = any_text(tree, "errorMsg", "errorCode", "message")
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes Cainiao is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    for item in each(tree, "module") or each(tree, "data"):
        if type(item) is dict and ("detailList" in item or "detail_list" in item):
            yield any_text(item, "mailNo", "mail_no"), each(item, "detailList") or each(item, "detail_list")


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = any_text(event, "actionCode", "action_code"), any_text(event, "standerdDesc", "desc", "descTitle")
    wall, zone = any_text(event, "timeStr", "time_str"), any_text(event, "timeZone", "time_zone")
    millis = text(event, "time")
    written = f"{wall} {zone}".strip() if wall else millis
    occurred = scans.when(pointer, moment if wall or not millis.isdigit() else epoch, written)
    scans.scan(number, occurred, CODES.meaning("cainiao.action", code, said), code=code, text=said, place=NOWHERE)
