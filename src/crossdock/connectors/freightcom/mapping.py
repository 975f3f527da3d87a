"""Between Freightcom's tracking answers (JSON; shipping reply in XML) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.freightcom")
_AXIS = "freightcom.event"
_EXAMPLE = "string"
"""What generated documentation fills its examples with."""


def read(tree: Tree, scans: Scans) -> None:
    """The events of one shipment; errors are refusals."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    held = each(tree, "events") + each(tree, "tracking_events") + each(tree, "shipment", "events") + each(tree)
    events = [event for event in held if type(event) is dict and "type" in event and "when" in event]
    history = each(find(tree, "StatusHistory"), "Status") if type(tree) is dict and "Freightcom" in tree else []
    errors = [any_text(error, "@Message", "@message", "Message") for error in each(find(tree, "ErrorReply"), "Error")]
    errors += [text(tree, "message")] if type(tree) is dict and not events and text(tree, "message") else []
    for said in errors:
        scans.refusal(said)
    for index, event in enumerate(events):
        _event(event, index, tree, scans)
    for index, status in enumerate(history):
        _history(status, index, tree, scans)
    if type(tree) is dict and tree.get("events") == []:
        scans.refusal("no event of this shipment yet")
    elif not (events or history or errors):
        scans.problem("", "this is none of the shapes Freightcom's tracking is known to send")


def _event(event: Tree, index: int, tree: Tree, scans: Scans) -> None:
    code, said = text(event, "type"), any_text(event, "message", "description")
    if _EXAMPLE in {code, said}:
        scans.problem(f"/events/{index}", "an example of the documentation and no event")
        return
    where = first(event, "where")
    scans.scan(
        any_text(event, "tracking_number") or any_text(first(tree), "tracking_number", "primary_tracking_number"),
        scans.when(f"/events/{index}/when", moment, text(event, "when")),
        CODES.meaning(_AXIS, code, said),
        code=code,
        text=said,
        place=Address(city=text(where, "city"), region=text(where, "region"), country=text(where, "country")),
    )


def _history(status: Tree, index: int, tree: Tree, scans: Scans) -> None:
    said, remark = any_text(status, "Name", "@name"), any_text(status, "Comments", "@comments")
    scans.scan(
        text(find(tree, "Package"), "@trackingNumber"),
        scans.when(f"/StatusHistory/{index}/Date", moment, any_text(status, "Date", "@date")),
        CODES.meaning(_AXIS, "", said),
        text=f"{said} | {remark}" if remark else said,
    )
