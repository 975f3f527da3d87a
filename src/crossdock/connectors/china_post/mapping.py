"""Between China Post's and EMS's traces (JSON)  and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each

CODES = Codes("crossdock.connectors.china_post")


def read(tree: Tree, scans: Scans) -> None:
    """The traces of one item, or of several."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = any_text(tree, "errorDesc", "errorMsg", "message", "retMsg")
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes China Post is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    for item in each(tree, "traces"):
        if type(item) is dict and "traces" in item:
            yield any_text(item, "mailNo", "waybillNo"), each(item, "traces")
    flat = [one for name in ("traces", "responseItems") for one in each(tree, name) if _is_trace(one)]
    if flat:
        yield any_text(tree, "mailNo", "waybillNo", "mailnum"), flat


def _is_trace(node: Tree) -> bool:
    return bool(any_text(node, "acceptTime", "opTime", "time"))


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = any_text(event, "opCode", "code"), any_text(event, "remark", "opDesc", "context", "opName")
    occurred = scans.when(pointer, moment, any_text(event, "acceptTime", "opTime", "time"))
    number = number or any_text(event, "waybillNo", "traceNo", "mailNo")
    place = Address(city=any_text(event, "acceptAddress", "opOrgCity", "opOrgName"))
    scans.scan(number, occurred, CODES.meaning("china_post.op", code, said), code=code, text=said, place=place)
