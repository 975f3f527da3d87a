"""Between the answers of Allied Express's getShipmentsStatus and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, find, text

CODES = Codes("crossdock.connectors.allied_express")
_TIMES = ("scannnedTimestamp", "scannedTimestamp", "timestamp", "scannedDateTime", "scannedDate")


def read(tree: Tree, scans: Scans) -> None:
    """The scans of every consignment note in the answer; the envelope may be XML or JSON with prefixes."""
    statuses = find(tree, "statusBarcodesList")
    errors = find(tree, "errors") or find(tree, "faultstring")
    if errors:
        scans.refusal(str(errors))
    elif statuses is None and not _answers(tree):
        scans.problem("", "this is no answer of getShipmentsStatus")
    elif not statuses:
        scans.refusal("the answer names no scans")
    for status in statuses if type(statuses) is list else [statuses] if statuses else []:
        _status(status, scans)


def _answers(tree: Tree) -> bool:
    """Whether it is the answer asked for, under whatever prefix."""
    names = ("getShipmentsStatusResponse", "ns1:getShipmentsStatusResponse", "ns2:getShipmentsStatusResponse")
    return any(find(tree, name) is not None for name in names)


def _status(status: Tree, scans: Scans) -> None:
    number = any_text(status, "consignmentNote", "scannedBarcode")
    words, depot = text(status, "scannedStatus"), text(status, "depotLocation")
    written = any_text(status, *_TIMES)
    occurred = scans.when("/statusBarcodesList/scannnedTimestamp", moment, written)
    said = " | ".join(filter(None, (words, depot)))
    meaning = CODES.meaning("allied.status", "", words)
    scans.scan(number, occurred, meaning, text=said, place=Address(city=depot, country="AU" if depot else ""))
