"""Between TNT's ExpressConnect Tracking answers (TrackResponse, version 3.1) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, each, find, text

CODES = Codes("crossdock.connectors.tnt")


def read(tree: Tree, scans: Scans) -> None:
    """A TrackResponse with its consignments; local times at the depots, without an offset."""
    response = find(tree, "TrackResponse")
    if response is None:
        scans.problem("", "this is no TrackResponse of ExpressConnect")
        return
    for error in each(response, "Error"):
        scans.refusal(f"{text(error, 'Code')} {text(error, 'Message')}".strip())
    for consignment in each(response, "Consignment"):
        number = text(consignment, "ConsignmentNumber")
        for index, status in enumerate(each(consignment, "StatusData")):
            _status(status, number, text(consignment, "Signatory"), f"/Consignment/StatusData/{index}", scans)
    if scans.silent:
        scans.problem("", "this TrackResponse has no consignment with a status, and no error")


def _status(status: Tree, number: str, signatory: str, pointer: str, scans: Scans) -> None:
    code, said = text(status, "StatusCode"), text(status, "StatusDescription")
    occurred = scans.when(
        f"{pointer}/LocalEventDate", at, text(status, "LocalEventDate"), text(status, "LocalEventTime")
    )
    place = Address(city=text(status, "DepotName"))
    meaning = CODES.meaning("tnt.status", code, said)
    scans.scan(number, occurred, meaning, code=code, text=said, place=place, signed_by=signatory)
