"""Between Easyship's checkpoints (tracking answers, shipments, webhooks) and canonical scans; pure."""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, first, text

CODES = Codes("crossdock.connectors.easyship")
_AXIS = "easyship.status"
_DEPTH = 8
_EXAMPLE = "string"
"""What generated documentation fills its examples with."""
_NUMBERS = ("tracking_number", "trackingNumber", "local_tracking_number", "alternate_tracking_number")


def read(tree: Tree, scans: Scans) -> None:
    """Every list of checkpoints; errors are refusals, and so is a status that tells no time."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    holders = list(_holders(tree, "", _DEPTH))
    errors = each(tree, "error") + each(tree, "errors")
    for error in errors:
        scans.refusal(f"{text(error, 'code')} {text(error, 'message')}".strip() if type(error) is dict else str(error))
    for holder, number in holders:
        _checkpoints(holder, number, scans)
    told = first(tree, "tracking_status") or first(tree, "data") if type(tree) is dict else None
    if not holders and type(told) is dict and "tracking_number" in told and "status" in told:
        scans.refusal(f"status '{text(told, 'status')}' without a time: ask for the checkpoints")
    elif not holders and not errors:
        scans.problem("", "this is none of the shapes Easyship is known to send")


def _holders(node: Tree, number: str, depth: int) -> Iterator[tuple[Tree, str]]:
    """Whatever holds checkpoints, with its number or that of what it is in."""
    if depth == 0:
        return
    if type(node) is list:
        for inner in node:
            yield from _holders(inner, number, depth - 1)
    elif type(node) is dict:
        legs = [any_text(leg, *_NUMBERS) for leg in each(node, "trackings")]
        only = legs[0] if len(legs) == 1 else ""
        own = any_text(node, *_NUMBERS) or only or number or text(node, "easyship_shipment_id")
        if type(node.get("checkpoints")) is list:
            yield node, own
        for name, inner in node.items():
            if name != "checkpoints" and type(inner) in {dict, list}:
                yield from _holders(inner, own, depth - 1)


def _checkpoints(holder: Tree, number: str, scans: Scans) -> None:
    events = each(holder, "checkpoints")
    if not events:
        scans.refusal(f"no checkpoint of {number or 'the number'} yet")
    for index, event in enumerate(events):
        status, said = any_text(event, "primary_status", "status"), any_text(event, "message", "description")
        if said == _EXAMPLE:
            scans.problem(f"/checkpoints/{index}", "an example of the documentation and no event")
            continue
        scans.scan(
            number,
            scans.when(f"/checkpoints/{index}/checkpoint_time", moment, text(event, "checkpoint_time")),
            _meaning(status, said),
            code=status,
            text=said,
            place=_place(event),
            carrier=text(event, "handler"),
        )


def _meaning(status: str, said: str) -> Meaning:
    """The words first; an unknown status with words that can be read is still reported."""
    return CODES.meaning(_AXIS, status, said)


def _place(event: Tree) -> Address:
    country = any_text(event, "country_alpha2", "country_iso2")
    return Address(
        city=any_text(event, "city", "location"),
        region=text(event, "state"),
        postcode=text(event, "postal_code"),
        country=country if len(country) == 2 else "",
    )
