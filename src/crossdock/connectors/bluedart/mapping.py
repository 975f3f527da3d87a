"""Between Blue Dart's tracking (XML)  and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.bluedart")


def read(tree: Tree, scans: Scans) -> None:
    """Shipments with their scans."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = text(find(tree, "Status")) or text(find(tree, "StatusInformation")) or any_text(tree, "error", "message")
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes Blue Dart is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    data = find(tree, "ShipmentData")
    for shipment in each(data, "Shipment"):
        scans = each(shipment, "Scans", "ScanDetail")
        if scans:
            yield any_text(shipment, "@WaybillNo", "WaybillNo"), scans


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = text(event, "ScanCode"), text(event, "Scan")
    kind = text(event, "ScanType")
    occurred = scans.when(pointer, at, text(event, "ScanDate"), text(event, "ScanTime"), "dmy", "Asia/Kolkata")
    place = Address(city=text(event, "ScannedLocation"), country="IN")
    meaning = CODES.meaning("bluedart.type", kind, said)
    both = "/".join(part for part in (kind, code) if part)
    signed = text(event, "ReceivedBy")
    scans.scan(number, occurred, meaning, code=both, text=said, place=place, signed_by=signed)
