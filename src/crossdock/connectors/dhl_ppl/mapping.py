"""Between PPL's tracking (CPL API, MyAPI2) and canonical scans; pure."""

from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.dhl_ppl")


def read(tree: Tree, scans: Scans) -> None:
    """Shipments with ``trackAndTrace``, packages with ``PackageStatuses``, or an error."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    known = False
    for index, node in enumerate(each(tree, "items") or each(tree, "shipments") or each(tree)):
        track = first(node, "trackAndTrace")
        if type(track) is dict:
            known = True
            number = any_text(node, "shipmentNumber", "number")
            for count, event in enumerate(each(track, "events")):
                _event(event, number, f"/{index}/events/{count}", scans)
    packages = [] if known else each(find(tree, "MyApiPackageOut"))
    for index, package in enumerate(packages):
        if type(package) is not dict:
            continue
        known = True
        for count, event in enumerate(each(package, "PackageStatuses", "MyApiPackageOutStatus")):
            _event(event, text(package, "PackNumber"), f"/{index}/PackageStatuses/{count}", scans)
    if not known:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    said = any_text(tree, "title", "message", "detail", "error") or text(find(tree, "faultstring"))
    if said:
        scans.refusal(said)
    else:
        scans.problem("", "this is none of the shapes PPL is known to send")


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code = any_text(event, "statusId", "StaID", "code", "eventCode")
    said = any_text(event, "name", "eventName", "StatusName", "StaName", "description")
    occurred = scans.when(pointer, moment, any_text(event, "eventDate", "StatusDate", "date"), "dmy")
    scans.scan(number, occurred, CODES.meaning("dhl.ppl", code, said), code=code, text=said)
