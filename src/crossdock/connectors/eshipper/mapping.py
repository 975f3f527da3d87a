"""Between eShipper's tracking answers (JSON; order information in XML) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.eshipper")
_AXIS = "eshipper.event"
_EXAMPLE = "string"
"""What generated documentation fills its examples with."""


def read(tree: Tree, scans: Scans) -> None:
    """Every order of an answer; errors are refusals."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    orders = [order for order in (*each(tree), *each(tree, "data")) if type(order) is dict and "event" in order]
    history = each(find(tree, "StatusHistory"), "Status") if find(tree, "OrderInformationReply") is not None else []
    refusals = _refusals(tree)
    for said in refusals:
        scans.refusal(said)
    for order in orders:
        _order(order, scans)
    for index, status in enumerate(history):
        _history(status, index, find(tree, "OrderInformationReply"), scans)
    if not (orders or history or refusals):
        scans.problem("", "this is none of the shapes eShipper's tracking is known to send")


def _refusals(tree: Tree) -> list[str]:
    found = []
    for one in each(tree):
        if type(one) is dict and "event" not in one and ("fieldErrors" in one or "message" in one):
            found.append(f"{text(one, 'code')} {text(one, 'message')}".strip())
        found += [any_text(error, "@Message", "Message") for error in each(find(one, "ErrorReply"), "Error")]
    return [said for said in found if said]


def _order(order: Tree, scans: Scans) -> None:
    number = any_text(order, "trackingNumber", "orderId")
    events = each(order, "event")
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for index, event in enumerate(events):
        original = first(event, "originalEvent")
        said = any_text(event, "description", "name") or text(original, "name")
        code = text(original, "identifier")
        if said == _EXAMPLE:
            scans.problem(f"/event/{index}", "an example of the documentation and no event: 'string'")
            continue
        scans.scan(
            number,
            scans.when(f"/event/{index}/dateTime", moment, text(event, "dateTime") or text(original, "eventDate")),
            CODES.meaning(_AXIS, "", said),
            code=code,
            text=said,
            place=_place(text(event, "location") or text(original, "eventLocation"), text(event, "postalCode")),
            carrier=text(order, "carrierName"),
        )


def _history(status: Tree, index: int, reply: Tree, scans: Scans) -> None:
    said, remark = any_text(status, "Name", "@name"), any_text(status, "Comments", "@comments")
    scans.scan(
        text(find(reply, "Package"), "@trackingNumber"),
        scans.when(f"/StatusHistory/{index}/Date", moment, any_text(status, "Date", "@date")),
        CODES.meaning(_AXIS, "", said),
        text=f"{said} | {remark}" if remark else said,
    )


def _place(written: str, postcode: str) -> Address:
    """``Toronto, ON, CA``, with or without the last part."""
    parts = [part.strip() for part in written.split(",")]
    country = parts[2] if len(parts) == 3 and len(parts[2]) == 2 else ""
    return Address(city=parts[0], region=parts[1] if len(parts) > 1 else "", postcode=postcode, country=country)
