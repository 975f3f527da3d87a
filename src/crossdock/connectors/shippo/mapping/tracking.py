"""What Shippo's Track objects say, in canonical words; pure.

They come alone (GET /tracks), in webhooks (``{"event": "track_updated", "data": {...}}``), and whole each time: every
scan so far, the oldest first, in UTC.
"""

from msgspec import structs

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.ports.connector import Translation
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.reading import reading_of
from crossdock.tracking.refining import refined
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, each, first, text

NAME = "Shippo"
_PACKAGE = "crossdock.connectors.shippo"
CODES = Codes(_PACKAGE)
_TRACK_EVENT = "track_updated"
_OTHER_EVENTS = frozenset({"transaction_created", "transaction_updated", "batch_created", "batch_purchased"})
_SAYS_NOTHING = frozenset({"", "other"})


def translation_of(
    body: bytes, partner: str, mode: str = "any", asked: str = "", *, by_hand: bool = False
) -> Translation:
    """The facts in a webhook, a Track, or a list of them. Events about labels and batches hold no facts; what comes
    from the other mode is kept back. That a Track holds no scan is a problem only where somebody gave it ``by_hand``:
    from Shippo it is a number just begun to be followed. Never raises.
    """
    told = reading_of(body, partner, NAME, lambda tree, scans: _read(tree, scans, mode, by_hand), _PACKAGE, asked)
    # Of what is not read (labels, batches) no field is new.
    return told if told.facts or told.problems else structs.replace(told, new_fields=())


def _read(tree: Tree, scans: Scans, mode: str, by_hand: bool) -> None:  # noqa: FBT001 - told on by reading_of
    _tracks(tree, scans, mode)
    if by_hand and text(tree, "event") not in _OTHER_EVENTS and scans.silent:
        scans.refusal("the answer holds no events: tracking_history is empty")


def _tracks(tree: Tree, scans: Scans, mode: str) -> None:
    if type(tree) is list:
        for index, inner in enumerate(tree):
            _track(inner, scans, mode, f"/{index}")
        return
    event = text(tree, "event")
    if event in _OTHER_EVENTS:
        return
    if event and event != _TRACK_EVENT:
        scans.problem("/event", f"'{event[:60]}' is no event of Shippo's that is known")
        return
    inside = first(tree, "data") if event else tree
    if event and text(tree, "test"):
        inside = {**inside, "test": tree["test"]} if type(inside) is dict else inside
    _track(inside, scans, mode, "/data" if event else "")


def _track(track: Tree, scans: Scans, mode: str, pointer: str) -> None:
    if type(track) is not dict or not ("tracking_history" in track or "tracking_status" in track):
        scans.problem(pointer, "this is no Track object: it has neither tracking_history nor tracking_status")
        return
    told = text(track, "test")
    if mode != "any" and told and (told == "true") != (mode == "test"):
        scans.problem(f"{pointer}/test", f"the parcel is of {'test' if told == 'true' else 'live'} mode, not '{mode}'")
        return
    if not text(track, "tracking_number") and not scans.asked:
        scans.problem(f"{pointer}/tracking_number", "the track names no tracking number")
        return
    history = each(track, "tracking_history")
    latest = [] if history else each(track, "tracking_status")
    where = "tracking_history" if history else "tracking_status"
    eta = text(track, "eta")
    expected = scans.when(f"{pointer}/eta", moment, eta) if eta else None
    for index, status in enumerate(history or latest):
        is_last = index == len(history or latest) - 1
        place = f"{pointer}/{where}/{index}" if history else f"{pointer}/{where}"
        _scan(status, track, scans, place, expected if is_last else None)


def _scan(status: Tree, track: Tree, scans: Scans, pointer: str, eta: Stamp | None) -> None:
    word, code = text(status, "status"), text(status, "substatus", "code")
    said = text(status, "status_details") or text(status, "substatus", "text")
    if word in {"", "UNKNOWN"} and not text(status, "status_date"):
        # A number Shippo has just begun to follow: a placeholder, not a scan.
        return
    scans.scan(
        text(track, "tracking_number"),
        scans.when(f"{pointer}/status_date", moment, text(status, "status_date")),
        refined(meaning_of(word, code), said),
        code=f"{word}/{code}" if code else word,
        text=said,
        place=_place(first(status, "location")),
        carrier=text(track, "carrier"),
        eta=eta,
    )


def meaning_of(status: str, substatus: str) -> Meaning:
    """What a status and its substatus say. The substatus refines the status unless it says nothing; a parcel that is
    delivered or returned stays so whatever movement the substatus names, and trouble in it is taken beside.
    """
    general = CODES.meaning("shippo.status", status)
    if substatus in _SAYS_NOTHING:
        return general
    fine = CODES.meaning("shippo.substatus", substatus)
    if not fine.known:
        return Meaning(general.milestone, general.category, general.reason, known=False)
    if not general.known:
        return Meaning(fine.milestone, fine.category, fine.reason, known=False)
    if status == "DELIVERED":
        return Meaning("delivered", fine.category, fine.reason)
    if status == "RETURNED" and fine.category == "none":
        return general
    return fine


def _place(location: Tree) -> Address:
    return Address(
        city=text(location, "city"),
        region=text(location, "state"),
        postcode=text(location, "zip"),
        country=text(location, "country"),
    )
