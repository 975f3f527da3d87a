"""Between Ninja Van's webhooks and canonical scans; pure."""

from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, text

CODES = Codes("crossdock.connectors.ninjavan")


def read(tree: Tree, scans: Scans) -> None:
    """One pushed status, or a list of them."""
    for message in tree if type(tree) is list else [tree]:
        if type(message) is dict and ("status" in message or "event" in message) and "timestamp" in message:
            _status(message, scans)
        elif type(message) is dict and "error" in message:
            scans.refusal(text(message, "error", "message") or text(message, "error"))
        else:
            scans.problem("", "this is no webhook of Ninja Van")


def _status(message: Tree, scans: Scans) -> None:
    number = any_text(message, "tracking_id", "tracking_ref_no", "order_id", "shipper_order_ref_no")
    code = any_text(message, "status", "event")
    why = text(message, "delivery_exception", "failure_reason") or text(message, "pickup_exception", "failure_reason")
    why = why or text(message, "comments")
    said = " | ".join(filter(None, (code, why)))
    meaning = CODES.meaning("ninjavan.status", code, why or code)
    if meaning.milestone == "delivered" and text(message, "is_parcel_on_rts_leg") == "true":
        meaning = Meaning("returned", "return", "undeliverable", meaning.known)
    occurred = scans.when("/timestamp", moment, text(message, "timestamp"))
    signed_by = text(message, "pod", "name") or text(message, "delivery_information", "proof", "signed_by", "name")
    scans.scan(number, occurred, meaning, code=code, text=said, signed_by=signed_by)
