"""Between DHL's Shipment Tracking - Unified (v1, answers and pushes) and canonical scans; pure.

The five status codes are the same for all divisions and say little; what a division's own code or words say goes first.
"""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, first, text

CODES = Codes("crossdock.connectors.dhl_universal")

_AXIS = {
    "express": "dhl.express",
    "freight": "dhl.freight",
    "dgf": "dhl.globalforwarding",
    "ecommerce-ppl": "dhl.ppl",
    "parcel-de": "dhl.parcelDE.ttpro",
}
"""Code lists by the ``service`` of a shipment; the others answer with words."""


def read(tree: Tree, scans: Scans) -> None:
    """An answer, a pushed shipment or a list of them; a problem document (RFC 7807) is a refusal."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    for index, node in enumerate(tree if type(tree) is list else [tree]):
        shipments = node.get("shipments") if type(node) is dict else None
        if shipments is not None:
            for count, shipment in enumerate(shipments):
                _shipment(shipment, f"/{index}/shipments/{count}", scans)
            if not shipments:
                scans.refusal("the answer holds no shipments")
        elif type(node) is dict and _is_shipment(node):
            _shipment(node, f"/{index}", scans)
        else:
            _not_read(node, scans)


def _is_shipment(node: Tree) -> bool:
    """Whether a shipment stands alone: others' parcels have ``events`` too, but no status code or category in them."""
    if first(node, "status", "timestamp"):
        return True
    return any(type(event) is dict and ("statusCode" in event or "category" in event) for event in each(node, "events"))


def _not_read(node: Tree, scans: Scans) -> None:
    said = [
        any_text(node, "title", "error", "code"),
        any_text(node, "detail", "message", "error_description", "reason"),
    ]
    told = " | ".join(part for part in said if part)
    if told:
        scans.refusal(told)
    else:
        scans.problem("", "this is none of the shapes DHL's unified tracking is known to send")


def _shipment(shipment: Tree, pointer: str, scans: Scans) -> None:
    number = any_text(shipment, "id", "trackingNumber", "barcode")
    service = text(shipment, "service").casefold()
    details = first(shipment, "details")
    proof = first(details, "proofOfDelivery")
    signed = any_text(first(proof, "signed"), "name", "familyName")
    events = each(shipment, "events")
    status = first(shipment, "status")
    for index, event in enumerate(events or each(status)):
        if type(event) is not dict:
            scans.problem(pointer, "this shipment comes without its events: it is no tracking answer")
            return
        _event(event, number, service, signed, f"{pointer}/events/{index}", scans)


def _event(event: Tree, number: str, service: str, signed: str, pointer: str, scans: Scans) -> None:
    code, status, said = text(event, "statusCode"), text(event, "status"), text(event, "description")
    if "category" in event and not code:
        _benelux(event, number, pointer, scans)
        return
    detailed, remark = text(event, "statusDetailed"), text(event, "remark")
    occurred = scans.when(f"{pointer}/timestamp", moment, text(event, "timestamp"))
    address = first(event, "location", "address")
    meaning = _meaning(service, code, (detailed, status), said, remark)
    words = dict.fromkeys(part for part in (detailed, status, said, remark) if part)
    scans.scan(
        number,
        occurred,
        meaning,
        code=code or status,
        text=" | ".join(words),
        place=Address(
            city=text(address, "addressLocality"),
            postcode=text(address, "postalCode"),
            country=text(address, "countryCode"),
        ),
        signed_by=signed,
    )


def _benelux(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    """DHL Parcel Benelux (and Connect): a category, and a status in capitals below it."""
    category, status = text(event, "category"), text(event, "status")
    occurred = scans.when(f"{pointer}/timestamp", moment, any_text(event, "timestamp", "localTimestamp"))
    meaning = CODES.meaning("dhl.benelux", status, status.replace("_", " "))
    if not CODES.has("dhl.benelux", status) and meaning.milestone in {"unknown", "in_transit", "info_update"}:
        coarse = CODES.meaning("dhl.benelux.category", category)
        meaning = Meaning(coarse.milestone, coarse.category, coarse.reason, known=False)
    code = "/".join(part for part in (category, status) if part)
    scans.scan(number, occurred, meaning, code=code, text=status, place=Address(city=text(event, "facility")))


def _meaning(service: str, code: str, own: tuple[str, str], said: str, remark: str) -> Meaning:
    """The remark where it tells of trouble, else the division's code, its words, the status code."""
    told = CODES.meaning("dhl.unified.text", "", remark) if remark else None
    if told is not None and told.known and told.category != "none":
        delivered = code.casefold() == "delivered" and told.milestone == "exception"
        return Meaning("delivered", told.category, told.reason) if delivered else told
    axis = _AXIS.get(service, "")
    coded = [CODES.meaning(axis, one, said) for one in own if one and axis and CODES.has(axis, one)]
    worded = [CODES.meaning("dhl.unified.text", "", one) for one in (said, *own) if one]
    coarse = CODES.meaning("dhl.unified", code)
    for meaning in (*coded, *worded):
        if meaning.known and not _weaker(meaning, coarse):
            return meaning
    return coarse


def _weaker(meaning: Meaning, coarse: Meaning) -> bool:
    """Whether words say less than the status code: mere transit or information of a shipment that is delivered."""
    return coarse.milestone == "delivered" and meaning.milestone in {"in_transit", "info_update", "pod_available"}
