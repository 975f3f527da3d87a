"""Between the answers of Allied Express's getShipmentsStatus and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, find, text

CODES = Codes("crossdock.connectors.allied_express")


def read(tree: Tree, scans: Scans) -> None:
    """The scans of every consignment note in the answer; the envelope may be XML or JSON with prefixes."""
    answer = find(tree, "getShipmentsStatusResponse") or find(tree, "ns1:getShipmentsStatusResponse")
    errors = find(tree, "errors") or find(tree, "faultstring")
    if errors:
        scans.refusal(str(errors))
    elif answer is None:
        scans.problem("", "this is no answer of getShipmentsStatus")
    if answer is None:
        return
    statuses = find(answer, "statusBarcodesList")
    for status in statuses if type(statuses) is list else [statuses] if statuses else []:
        _status(status, scans)
    if not statuses and not errors:
        scans.refusal("the answer names no scans")


def _status(status: Tree, scans: Scans) -> None:
    number = any_text(status, "consignmentNote", "scannedBarcode")
    words, depot = text(status, "scannedStatus"), text(status, "depotLocation")
    written = any_text(status, "scannnedTimestamp", "scannedTimestamp", "timestamp")
    occurred = scans.when("/statusBarcodesList/scannnedTimestamp", moment, written)
    said = " | ".join(filter(None, (words, depot)))
    meaning = CODES.meaning("allied.status", "", words)
    scans.scan(number, occurred, meaning, text=said, place=Address(city=depot, country="AU" if depot else ""))
