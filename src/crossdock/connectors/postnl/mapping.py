"""Between PostNL's tracking answers and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, first, text

CODES = Codes("crossdock.connectors.postnl")


def read(tree: Tree, scans: Scans) -> None:
    """ShippingStatus, the page's data, or an error."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    known = False
    for index, answer in enumerate(tree if type(tree) is list else [tree]):
        for name in ("CompleteStatus", "CurrentStatus"):
            for shipment in each(answer, name, "Shipment"):
                known = True
                _shipment(shipment, f"/{index}/{name}", scans)
        colli = first(answer, "colli")
        if type(colli) is dict:
            for barcode, parcel in colli.items():
                known = True
                _page(parcel, str(barcode), scans)
        for warning in each(answer, "Warnings"):
            known = True
            scans.refusal(f"{text(warning, 'Code')} {any_text(warning, 'Description', 'Message')}".strip())
    if not known:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    fault = first(tree, "fault")
    said = any_text(fault, "faultstring") or any_text(tree, "message", "title", "error", "Message")
    errors = each(tree, "Errors") or each(tree, "errors")
    told = [f"{any_text(one, 'Code', 'ErrorNumber')} {any_text(one, 'Description', 'ErrorMsg')}" for one in errors]
    if said or told:
        scans.refusal("; ".join(part.strip() for part in (said, *told) if part.strip()))
    else:
        scans.problem("", "this is none of the shapes PostNL is known to send")


def _shipment(shipment: Tree, pointer: str, scans: Scans) -> None:
    """Its events where they are told, else its old statuses and its status."""
    number = any_text(shipment, "Barcode", "MainBarcode")
    events = each(shipment, "Event") or each(shipment, "Events", "Event") or each(shipment, "Events")
    for index, event in enumerate(events):
        code, said = text(event, "Code"), text(event, "Description")
        occurred = scans.when(f"{pointer}/Event/{index}", moment, text(event, "TimeStamp"), "dmy")
        location = text(event, "LocationCode")
        place = Address(city=location) if location else NOWHERE
        scans.scan(number, occurred, CODES.meaning("postnl.event", code, said), code=code, text=said, place=place)
    statuses = [] if events else [*each(shipment, "OldStatus"), *each(shipment, "Status")]
    for index, status in enumerate(statuses):
        code, said = any_text(status, "StatusCode", "Code"), any_text(status, "StatusDescription", "Description")
        occurred = scans.when(f"{pointer}/Status/{index}", moment, text(status, "TimeStamp"), "dmy")
        scans.scan(number, occurred, CODES.meaning("postnl.status", code, said), code=code, text=said)


def _page(parcel: Tree, barcode: str, scans: Scans) -> None:
    observations = each(parcel, "observations") or each(parcel, "analyticsInfo", "allObservations")
    for index, event in enumerate(observations):
        code, said = text(event, "observationCode"), text(event, "description")
        occurred = scans.when(f"/colli/{barcode}/{index}", moment, text(event, "observationDate"), "dmy")
        meaning = CODES.meaning("postnl.event", code, said)
        scans.scan(barcode, occurred, meaning, code=code, text=said)
