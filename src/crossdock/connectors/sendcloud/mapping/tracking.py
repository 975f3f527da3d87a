"""Between Sendcloud's tracking and canonical scans; pure. Three shapes: GET /parcels/tracking of API v3 (events), the
older GET /tracking of v2 (statuses), and the webhook parcel_status_changed (one status with an id).
"""

from crossdock.model.instants import Stamp
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import epoch, moment
from crossdock.tracking.trees import Tree, any_text, each, first, text

PACKAGE = "crossdock.connectors.sendcloud"
CODES = Codes(PACKAGE)
_CHANGED = "parcel_status_changed"
_NOTHING = "none"


def read(tree: Tree, scans: Scans) -> None:
    """Any of the three; webhooks about other things hold no scan."""
    action = text(tree, "action")
    if action and action != _CHANGED:
        return
    if action:
        _webhook(tree, scans)
    elif each(tree, "tracking_numbers") or each(tree, "events"):
        _events(tree, scans)
    elif each(tree, "statuses"):
        _statuses(tree, scans)
    elif each(tree, "errors") or first(tree, "error") is not None:
        said = [*each(tree, "errors"), *each(tree, "error")]
        scans.refusal("; ".join(any_text(problem, "detail", "message") for problem in said))
    elif not text(tree, "parcel_id"):
        scans.problem("", "this is no tracking of Sendcloud's")


def _events(tree: Tree, scans: Scans) -> None:
    number = text(tree, "tracking_numbers", "tracking_number")
    carrier = text(tree, "tracking_numbers", "carrier_code")
    eta = _day(tree, scans)
    events = each(tree, "events")
    newest = max((text(event, "event_at") for event in events), default="")
    for index, event in enumerate(events):
        written, said = text(event, "event_at"), text(event, "status_description")
        status, finer = text(event, "status_code"), text(event, "sub_status_code")
        finer = "" if finer == _NOTHING else finer
        occurred = scans.when(f"/events/{index}/event_at", moment, written)
        code = f"{status}/{finer}" if finer else status
        told = eta if written == newest else None
        scans.scan(number, occurred, _meaning(status, finer, said), code=code, text=said, carrier=carrier, eta=told)


def _day(tree: Tree, scans: Scans) -> Stamp | None:
    written = text(tree, "details", "expected_delivery_date")
    return scans.when("/details/expected_delivery_date", moment, written) if written else None


def _meaning(status: str, finer: str, said: str) -> Meaning:
    """The finer status where it is known, else the coarse one; words help where neither says enough."""
    if finer and CODES.has("sendcloud.parent_status", plain(finer)):
        return CODES.meaning("sendcloud.parent_status", plain(finer), said)
    return CODES.meaning("sendcloud.parent_status", plain(status), said)


def plain(status: str) -> str:
    """A status in the table's spelling: Sendcloud writes capitals, hyphens or blanks."""
    return status.strip().lower().replace("-", "_").replace(" ", "_")


def _statuses(tree: Tree, scans: Scans) -> None:
    # The older answer names no number but in the address of the carrier's page; whoever asked by it knows it.
    number = _in_address(any_text(tree, "tracking_number", "carrier_tracking_url", "sendcloud_tracking_url"))
    for index, status in enumerate(each(tree, "statuses")):
        occurred = scans.when(
            f"/statuses/{index}/carrier_update_timestamp", moment, text(status, "carrier_update_timestamp")
        )
        code, said = text(status, "parent_status"), text(status, "carrier_message")
        carrier = any_text(status, "carrier_code") or text(tree, "carrier_code")
        meaning = CODES.meaning("sendcloud.parent_status", plain(code), said)
        scans.scan(number, occurred, meaning, code=code, text=said, carrier=carrier)


def _in_address(written: str) -> str:
    for name in ("code=", "tracking_number="):
        found = written.partition(name)[2].partition("&")[0]
        if found:
            return found
    return "" if "/" in written else written


def _webhook(tree: Tree, scans: Scans) -> None:
    parcel = first(tree, "parcel")
    number = text(parcel, "tracking_number")
    if parcel is None or not number:
        return  # a parcel that was not announced has no number yet
    written = any_text(tree, "carrier_status_change_timestamp", "timestamp")
    occurred = scans.when("/timestamp", epoch, written.partition(".")[0])
    code, said = text(parcel, "status", "id"), text(parcel, "status", "message")
    meaning = CODES.meaning("sendcloud.status_id", code, said)
    scans.scan(number, occurred, meaning, code=code, text=said, carrier=text(parcel, "carrier", "code"))
