"""Between J&T Express's logistics trace (JSON)  and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.jt_express")


def read(tree: Tree, scans: Scans) -> None:
    """One or several waybills with their details."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = any_text(tree, "msg", "message", "reason")
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes J&T Express is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    data = tree.get("data", tree) if type(tree) is dict else tree
    for waybill in each(data, "traceList") or each(data):
        if type(waybill) is dict and "details" in waybill:
            yield any_text(waybill, "billCode", "waybillCode", "awb"), each(waybill, "details")


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = any_text(event, "scanTypeCode", "scanCode", "code"), any_text(event, "desc", "remark", "scanType")
    kind = text(event, "scanType")
    occurred = scans.when(pointer, moment, any_text(event, "scanTime", "time"))
    place = Address(
        city=any_text(event, "scanNetworkCity", "scanNetworkName"),
        region=text(event, "scanNetworkProvince"),
        country=code_of(text(event, "scanNetworkCountry")),
    )
    meaning = CODES.meaning("jt_express.scan", kind, said)
    both = "/".join(dict.fromkeys(part for part in (code, kind) if part))
    scans.scan(number, occurred, meaning, code=both, text=said, place=place)


def code_of(written: str) -> str:
    """A country's two letters; anything longer is left out."""
    return written.upper() if len(written) == 2 else ""
