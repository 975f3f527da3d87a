"""Between 17TRACK's trackings and canonical scans; pure."""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, each, text

CODES = Codes("crossdock.connectors.seventeentrack")


def read(tree: Tree, scans: Scans) -> None:
    """An answer of gettrackinfo, or a webhook with one number."""
    data = tree.get("data") if type(tree) is dict else None
    if type(data) is not dict:
        scans.problem("", "this is none of the shapes 17TRACK is known to send")
        return
    numbers = [data] if "track_info" in data else each(data, "accepted")
    for number in numbers:
        _number(number, scans)
    for rejected in each(data, "rejected"):
        scans.refusal(f"{text(rejected, 'number')}: {text(rejected, 'error', 'message')}")
    for error in each(data, "errors"):
        scans.refusal(f"{text(error, 'code')} {text(error, 'message')}".strip())
    if not numbers and not each(data, "rejected") and not each(data, "errors"):
        scans.problem("", "this is none of the shapes 17TRACK is known to send")


def _number(node: Tree, scans: Scans) -> None:
    number = text(node, "number")
    providers = each(node, "track_info", "tracking", "providers")
    told = 0
    for provider in providers:
        carrier = text(provider, "provider", "name")
        for event in each(provider, "events"):
            told += 1
            _event(event, number, carrier, scans)
    if not told:
        status = text(node, "track_info", "latest_status", "status") or "no status"
        scans.refusal(f"{number}: {status}, without events")


def _event(event: Tree, number: str, carrier: str, scans: Scans) -> None:
    sub_status, stage, said = text(event, "sub_status"), text(event, "stage"), text(event, "description")
    occurred = scans.when("/events/time_iso", _moment, event)
    where = event.get("address")
    place = Address(
        city=text(where, "city") or text(event, "location"),
        region=text(where, "state"),
        postcode=text(where, "postal_code"),
        country=text(where, "country") if len(text(where, "country")) == 2 else "",
    )
    meaning = _meaning(sub_status, stage, said)
    scans.scan(number, occurred, meaning, code=sub_status or stage, text=said, place=place, carrier=carrier)


def _meaning(sub_status: str, stage: str, said: str) -> Meaning:
    if sub_status:
        return CODES.meaning("17track.sub_status", sub_status, said)
    return CODES.meaning("17track.stage", stage, said)


def _moment(event: Tree) -> Stamp:
    """The time in ISO with its offset; a day alone where the carrier gave no clock. Raises `InvalidInstant`."""
    raw = event.get("time_raw")
    day, clock = text(raw, "date"), text(raw, "time")
    told = text(event, "time_iso") or text(event, "time_utc")
    if told and (clock or not day):
        return moment(told)
    return at(day, f"{clock} {text(raw, 'timezone')}".strip())
