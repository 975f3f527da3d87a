"""Between ShipEngine's tracking (GET /tracking, webhook API_TRACK) and canonical scans; pure.

``status_detail_code`` says what happened; where it is missing the coarse ``status_code`` does, refined by the carrier's
own words.
"""

from crossdock.model.instants import InvalidInstant, Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

PACKAGE = "crossdock.connectors.shipengine"
CODES = Codes(PACKAGE)
_TRACK = "API_TRACK"


def read(tree: Tree, scans: Scans) -> None:
    """A tracking answer, a list of them, or a webhook that carries one; webhooks about other things hold no scan."""
    for index, node in enumerate(tree if isinstance(tree, list) else [tree]):
        pointer = f"/{index}" if isinstance(tree, list) else ""
        kind = text(node, "resource_type")
        if kind and kind != _TRACK:
            continue
        if kind:
            _tracking(node.get("data"), f"{pointer}/data", scans)
        elif each(node, "errors") and not text(node, "tracking_number"):
            scans.refusal("; ".join(text(error, "message") for error in each(node, "errors")))
        else:
            _tracking(node, pointer, scans)


def _tracking(node: Tree, pointer: str, scans: Scans) -> None:
    number = text(node, "tracking_number")
    if not number:
        scans.problem(f"{pointer}/tracking_number", "this names no tracking number")
        return
    carrier, eta = text(node, "carrier_code"), _eta(node)
    events = each(node, "events")
    newest = max((text(event, "occurred_at") for event in events), default="")
    for index, event in enumerate(events):
        told = eta if text(event, "occurred_at") == newest else None
        _event(event, number, carrier, told, f"{pointer}/events/{index}", scans)
    if not events and text(node, "status_code") == "DE" and text(node, "actual_delivery_date"):
        occurred = scans.when(f"{pointer}/actual_delivery_date", moment, text(node, "actual_delivery_date"))
        said = any_text(node, "carrier_status_description", "status_description")
        meaning = _meaning(node, said)
        scans.scan(number, occurred, meaning, code=_code(node), text=said, carrier=carrier)


def _event(event: Tree, number: str, carrier: str, eta: Stamp | None, pointer: str, scans: Scans) -> None:
    # occurred_at is the instant; carrier_occurred_at is the same on the wall of the place, without its offset.
    written = any_text(event, "occurred_at", "carrier_occurred_at")
    occurred = scans.when(f"{pointer}/occurred_at", moment, written)
    said = any_text(event, "description", "carrier_status_description", "status_description")
    scans.scan(
        number,
        occurred,
        _meaning(event, said),
        code=_code(event),
        text=said,
        place=_place(event),
        carrier=carrier,
        signed_by=text(event, "signer"),
        eta=eta,
    )


def _meaning(node: Tree, said: str) -> Meaning:
    detail, status = text(node, "status_detail_code"), text(node, "status_code")
    if detail and detail != "CARRIER_STATUS_NOT_MAPPED":
        by_detail = CODES.meaning("shipstation.status_detail", detail, said)
        if by_detail.known or not status:
            return by_detail
        coarse = CODES.meaning("shipengine.status_code", status, said)
        return Meaning(coarse.milestone, coarse.category, coarse.reason, known=False)
    if status:
        return CODES.meaning("shipengine.status_code", status, said)
    return CODES.meaning("shipengine.event_code", text(node, "event_code"), said)


def _code(node: Tree) -> str:
    parts = [text(node, "status_code"), text(node, "status_detail_code")]
    return "/".join(part for part in parts if part) or text(node, "event_code")


def _eta(node: Tree) -> Stamp | None:
    written = text(node, "estimated_delivery_date")
    try:
        return moment(written) if written else None
    except InvalidInstant:
        return None  # a promise nobody can read is no reason to lose a scan


def _place(event: Tree) -> Address:
    return Address(
        city=text(event, "city_locality"),
        region=text(event, "state_province"),
        postcode=text(event, "postal_code"),
        country=text(event, "country_code"),
    )
