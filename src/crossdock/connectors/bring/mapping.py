"""Between Bring's tracking (Posten Norge, JSON and XML) and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.bring")


def read(tree: Tree, scans: Scans) -> None:
    """Consignments with their packages and events."""
    for number, events in _parcels(tree):
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    if scans.silent:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    known = any(True for _ in _parcels(tree))
    said = text(find(tree, "error"), "message") or any_text(tree, "message", "title")
    if known or said:
        scans.refusal(said or "the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes Bring is known to send")


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    for consignment in each(find(tree, "consignmentSet")) or each(find(tree, "Consignment")):
        packages = each(consignment, "packageSet") or each(consignment, "PackageSet", "Package")
        for package in packages:
            number = any_text(package, "packageNumber", "@packageId") or text(consignment, "consignmentId")
            yield number, each(package, "eventSet") or each(package, "EventSet", "Event")


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = any_text(event, "status", "Status"), any_text(event, "description", "Description")
    occurred = scans.when(pointer, moment, any_text(event, "dateIso", "OccuredAtIsoDateTime"))
    place = Address(
        city=any_text(event, "city", "City"),
        postcode=any_text(event, "postalCode", "PostalCode"),
        country=text(event, "countryCode"),
    )
    signed = text(event, "recipientSignature", "name")
    meaning = CODES.meaning("bring.status", code, said)
    scans.scan(number, occurred, meaning, code=code, text=said, place=place, signed_by=signed)
