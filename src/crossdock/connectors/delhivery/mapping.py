"""Between Delhivery's packages and pushes and canonical scans; pure."""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.delhivery")
ZONE = "Asia/Kolkata"


def read(tree: Tree, scans: Scans) -> None:
    """An answer with ShipmentData, or one pushed Shipment."""
    if type(tree) is dict and "ShipmentData" in tree:
        for item in each(tree, "ShipmentData"):
            for shipment in each(item, "Shipment"):
                _shipment(shipment, scans)
    elif type(tree) is dict and type(tree.get("Shipment")) is dict:
        shipment = tree["Shipment"]
        for status in each(shipment, "Status"):
            _scan(status, _number(shipment), "StatusType", "Status", text(shipment, "NSLCode"), scans)
    elif type(tree) is dict and any_text(tree, "Error", "rmk", "detail", "message"):
        scans.refusal(any_text(tree, "Error", "rmk", "detail", "message"))
    else:
        scans.problem("", "this is none of the shapes Delhivery is known to send")


def _number(shipment: Tree) -> str:
    return any_text(shipment, "AWB", "Waybill", "ReferenceNo")


def _shipment(shipment: Tree, scans: Scans) -> None:
    details = each(shipment, "Scans", "ScanDetail")
    for detail in details:
        _scan(detail, _number(shipment), "ScanType", "Scan", text(detail, "StatusCode"), scans)
    for status in each(shipment, "Status") if not details else ():
        _scan(status, _number(shipment), "StatusType", "Status", text(status, "StatusCode"), scans)


def _scan(node: Tree, number: str, type_key: str, status_key: str, reason_code: str, scans: Scans) -> None:
    kind = f"{text(node, type_key)}/{text(node, status_key)}"
    said = text(node, "Instructions") or text(node, status_key)
    occurred = scans.when("/ScanDateTime", _moment, any_text(node, "ScanDateTime", "StatusDateTime"))
    city, _, state = any_text(node, "ScannedLocation", "StatusLocation").partition(" (")
    place = Address(city=city, region="", country="IN" if city and state else "")
    scans.scan(
        number,
        occurred,
        CODES.meaning("delhivery.scan", kind, said),
        code="/".join(filter(None, (kind, reason_code))),
        text=said,
        place=place,
        signed_by=any_text(node, "RecievedBy", "ReceivedBy"),
    )


def _moment(written: str) -> Stamp:
    """Raises `InvalidInstant`."""
    return moment(written, zone=ZONE)
