"""Between a stop of Locate2u and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, text

CODES = Codes("crossdock.connectors.locate2u")
_ONLY_PLANNED = frozenset({"pending", "planned", "created", "unassigned", "scheduled", ""})


def read(tree: Tree, scans: Scans) -> None:
    """One stop, or a list of them."""
    for stop in tree if type(tree) is list else [tree]:
        if type(stop) is dict and "stopId" in stop:
            _stop(stop, scans)
        elif type(stop) is dict and ("errors" in stop or "message" in stop or "title" in stop):
            scans.refusal(text(stop, "message") or text(stop, "title") or str(stop.get("errors")))
        else:
            scans.problem("", "this is no stop of Locate2u")


def _stop(stop: Tree, scans: Scans) -> None:
    code, number = text(stop, "status"), text(stop, "shipmentId")
    number = text(stop, "stopId") if number in {"", "0"} else number
    if code.casefold() in _ONLY_PLANNED:
        scans.refusal(f"{number}: the stop is {code or 'without a status'}; nothing has happened there yet")
        return
    occurred = scans.when("/lastModifiedDate", moment, text(stop, "lastModifiedDate"))
    said = text(stop, "failedReason") or text(stop, "notesFromDriver") or code
    place = Address(lines=(text(stop, "address"),)) if text(stop, "address") else Address()
    scans.scan(number, occurred, CODES.meaning("locate2u.status", code, said), code=code, text=said, place=place)
