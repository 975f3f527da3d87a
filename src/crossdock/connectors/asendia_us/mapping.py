"""Between the tracking answers of Asendia USA (JSON) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, text

CODES = Codes("crossdock.connectors.asendia_us")
_AXIS = "asendia_us.event"
_EVENTS = ("trackingMilestoneEvents", "trackingDetailEvents", "trackingEvents")


def read(tree: Tree, scans: Scans) -> None:
    """Every number of an answer; a status that is no success is a refusal."""
    if isinstance(tree, WebPage) or type(tree) is not dict:
        scans.problem("", "this is no answer of Asendia USA")
        return
    items = [item for item in each(tree, "data") if type(item) is dict and any(name in item for name in _EVENTS)]
    said = any_text(tree, "message", "error", "detail") or text(tree, "responseStatus", "responseStatusMessage")
    for item in items:
        _item(item, scans)
    if not items and (said or "responseStatus" in tree):
        scans.refusal(said or "no event of this number")
    elif not items:
        scans.problem("", "this is none of the shapes Asendia USA is known to send")


def _item(item: Tree, scans: Scans) -> None:
    number = any_text(item, "trackingNumberVendor", "trackingNumber", "customerReferenceNumber")
    events = next((found for name in _EVENTS if (found := each(item, name))), [])
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for index, event in enumerate(events):
        code, said = text(event, "eventCode"), text(event, "eventDescription")
        scans.scan(
            number,
            scans.when(f"/trackingMilestoneEvents/{index}/eventOn", moment, text(event, "eventOn")),
            CODES.meaning(_AXIS, code, said),
            code=code,
            text=said,
            place=Address(city=text(event, "eventLocation")),
        )
