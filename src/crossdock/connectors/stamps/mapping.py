"""Between TrackShipmentResponse of Stamps.com's web service (SOAP) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, each, find, text

CODES = Codes("crossdock.connectors.stamps")
_AXIS = "stamps.eventType"


def read(tree: Tree, scans: Scans) -> None:
    """The events of one number, which the answer does not name; a fault is a refusal."""
    if isinstance(tree, WebPage) or type(tree) is not dict:
        scans.problem("", "this is no answer of Stamps.com's web service")
        return
    fault, answer = find(tree, "Fault"), find(tree, "TrackShipmentResponse")
    if fault is not None:
        scans.refusal(text(fault, "faultstring") or text(fault, "Reason", "Text"))
    elif answer is None:
        scans.problem("", "this is none of the shapes Stamps.com's tracking is known to send")
    events = each(answer, "TrackingEvents", "TrackingEvent")
    if answer is not None and not events:
        scans.refusal("no event of this number yet")
    for index, event in enumerate(events):
        kind, said = text(event, "TrackingEventType"), text(event, "Event")
        scans.scan(
            text(answer, "TrackingNumber"),
            scans.when(f"/TrackingEvents/{index}/Timestamp", moment, text(event, "Timestamp")),
            CODES.meaning(_AXIS, kind, said),
            code=kind,
            text=said,
            place=Address(
                city=text(event, "City"),
                region=text(event, "State"),
                postcode=text(event, "Zip"),
                country=text(event, "Country"),
            ),
            signed_by=text(event, "SignedBy"),
        )
