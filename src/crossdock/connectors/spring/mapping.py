"""Between Spring GDS's TrackShipment answers (XBS API) and canonical scans; pure."""

from datetime import UTC, datetime, timedelta

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import epoch, moment
from crossdock.tracking.trees import Tree, any_text, each, first, text

CODES = Codes("crossdock.connectors.spring")
_QUARTER = timedelta(minutes=15)
_FARTHEST = timedelta(hours=14)


def read(tree: Tree, scans: Scans) -> None:
    """A shipment with its events; an ``ErrorLevel`` other than 0 is told, 10 without a shipment."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    if text(tree, "Error") and text(tree, "ErrorLevel") != "0":
        scans.refusal(f"{text(tree, 'ErrorLevel')} {text(tree, 'Error')}".strip())
    shipments = [one for one in each(tree, "Shipment") if type(one) is dict and "Events" in one]
    for shipment in shipments:
        _shipment(shipment, scans)
    if not shipments and not text(tree, "Error"):
        scans.problem("", "this is none of the shapes Spring GDS is known to send")


def _shipment(shipment: Tree, scans: Scans) -> None:
    number = any_text(shipment, "TrackingNumber", "DisplayId", "CarrierTrackingNumber")
    carrier = text(shipment, "Carrier")
    for index, event in enumerate(each(shipment, "Events")):
        code, said = text(event, "Code"), any_text(event, "Description", "CarrierDescription")
        occurred = scans.when(f"/Events/{index}", _moment, text(event, "DateTime"), text(event, "Timestamp"))
        more = text(event, "CarrierDescription")
        words = " | ".join(dict.fromkeys(part for part in (said, more) if part))
        place = Address(
            city=text(event, "City"),
            region=text(event, "State"),
            postcode=text(event, "Zip"),
            country=text(event, "Country"),
        )
        meaning = CODES.meaning("spring", code, said)
        scans.scan(number, occurred, meaning, code=code, text=words, place=place, carrier=carrier)
    if not first(shipment, "Events"):
        scans.refusal(f"{number} has no events yet")


def _moment(wall: str, unix: str) -> Stamp:
    """Both together are exact where their difference is an offset; a wall clock alone stays local."""
    if not unix.isdigit():
        return moment(wall or unix)
    exact = epoch(unix)
    if not wall:
        return exact
    local = moment(wall)
    if local.tz_known or local.precision == "day":
        return local
    shift = datetime.fromisoformat(f"{local.at}+00:00") - datetime.fromtimestamp(int(unix), UTC)
    if abs(shift) > _FARTHEST or shift % _QUARTER:
        return local
    return moment(f"{local.at}{_offset(shift)}")


def _offset(shift: timedelta) -> str:
    minutes = int(shift.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
