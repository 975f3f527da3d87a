"""Between TrackingMore's trackings and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.trackingmore")
_FINE = frozenset({"", "200", "0"})


def read(tree: Tree, scans: Scans) -> None:
    """An answer or a webhook: one tracking, a list of them, or a list in ``items``."""
    if type(tree) is not dict:
        scans.problem("", "this is none of the shapes TrackingMore is known to send")
        return
    data = tree.get("data", tree)
    trackings = each(data, "items") or each(data, "success") or (data if type(data) is list else [data])
    trackings = [node for node in trackings if type(node) is dict and "tracking_number" in node]
    for tracking in trackings:
        _tracking(tracking, scans)
    code = any_text(tree.get("meta"), "code") or text(tree, "code")
    if code not in _FINE:
        scans.refusal(f"{code} {any_text(tree.get('meta'), 'message') or text(tree, 'message')}".strip())
    elif not trackings:
        scans.problem("", "this is none of the shapes TrackingMore is known to send")


def _tracking(tracking: Tree, scans: Scans) -> None:
    number, carrier = text(tracking, "tracking_number"), any_text(tracking, "courier_code", "carrier_code")
    told = 0
    for part in ("origin_info", "destination_info"):
        for event in each(tracking, part, "trackinfo"):
            told += 1
            _event(event, number, carrier, scans)
    if not told:
        status = any_text(tracking, "delivery_status", "status") or "no status"
        scans.refusal(f"{number}: {status}, without events")


def _event(event: Tree, number: str, carrier: str, scans: Scans) -> None:
    status = any_text(event, "checkpoint_delivery_status", "checkpoint_status")
    substatus = any_text(event, "checkpoint_delivery_substatus", "substatus")
    said = any_text(event, "tracking_detail", "StatusDescription", "Details")
    occurred = scans.when("/trackinfo/checkpoint_date", moment, any_text(event, "checkpoint_date", "Date"))
    country = any_text(event, "country_iso2", "country")
    place = Address(
        city=any_text(event, "city", "location", "Details") if said != text(event, "Details") else text(event, "city"),
        region=text(event, "state"),
        postcode=text(event, "zip"),
        country=country.upper() if len(country) == 2 else "",
    )
    meaning = _meaning(status, substatus, said)
    scans.scan(number, occurred, meaning, code=substatus or status, text=said, place=place, carrier=carrier)


def _meaning(status: str, substatus: str, said: str) -> Meaning:
    if substatus and CODES.has("trackingmore.substatus", substatus):
        return CODES.meaning("trackingmore.substatus", substatus, said)
    coarse = CODES.meaning("trackingmore.status", status, said)
    return Meaning(coarse.milestone, coarse.category, coarse.reason, known=coarse.known and not substatus)
