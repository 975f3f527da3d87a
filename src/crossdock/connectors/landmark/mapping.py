"""Between the TrackResponse of Landmark Global's API (XML) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, text

CODES = Codes("crossdock.connectors.landmark")
_AXIS = "landmark.event"


def read(tree: Tree, scans: Scans) -> None:
    """Every package of an answer; Errors are refusals."""
    response = None if isinstance(tree, WebPage) else find(tree, "TrackResponse")
    if response is None:
        scans.problem("", "this is no TrackResponse of Landmark Global")
        return
    errors = each(response, "Errors", "Error")
    for error in errors:
        scans.refusal(f"{text(error, 'ErrorCode')} {text(error, 'ErrorMessage')}".strip())
    packages = each(response, "Result", "Packages", "Package")
    for package in packages:
        _package(package, text(response, "Result", "ShipmentDetails", "EndDeliveryCarrier"), scans)
    if not packages and not errors:
        scans.refusal(text(response, "Result", "ResultMessage") or "no package in the answer")


def _package(package: Tree, carrier: str, scans: Scans) -> None:
    number = any_text(package, "TrackingNumber", "LandmarkTrackingNumber", "PackageReference")
    events = each(package, "Events", "Event")
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for index, event in enumerate(events):
        code, said = text(event, "EventCode"), text(event, "Status")
        scans.scan(
            number,
            scans.when(f"/Events/{index}/DateTime", moment, text(event, "DateTime"), "mdy"),
            CODES.meaning(_AXIS, code, said),
            code=code,
            text=said,
            place=_place(text(event, "Location")),
            carrier=carrier,
        )


def _place(location: str) -> Address:
    """``Quebec City, QC, CA``; of two parts the second may be a region or a country, so it is left out."""
    parts = [part.strip() for part in location.split(",")]
    if len(parts) == 3 and len(parts[2]) == 2:
        return Address(city=parts[0], region=parts[1], country=parts[2])
    return Address(city=parts[0])
