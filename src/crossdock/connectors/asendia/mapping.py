"""Between Asendia Sync's tracking and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.asendia")


def read(tree: Tree, scans: Scans) -> None:
    """One parcel, a list of them, or a problem document (RFC 7807)."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    for index, parcel in enumerate(tree if type(tree) is list else [tree]):
        if type(parcel) is dict and "trackingEvents" in parcel:
            _parcel(parcel, f"/{index}", scans)
        else:
            _not_read(parcel, scans)


def _not_read(node: Tree, scans: Scans) -> None:
    said = [any_text(node, "title", "error"), any_text(node, "detail", "message", "error_description")]
    fields = [f"{text(one, 'field')}: {text(one, 'message')}" for one in each(node, "fieldErrors")]
    told = " | ".join(part for part in (*said, *fields) if part)
    if told:
        scans.refusal(told)
    else:
        scans.problem("", "this is none of the shapes Asendia is known to send")


def _parcel(parcel: Tree, pointer: str, scans: Scans) -> None:
    number = any_text(parcel, "trackingNumber", "externalTrackingNumber")
    for index, event in enumerate(each(parcel, "trackingEvents")):
        code = any_text(event, "code", "eventCode")
        said = any_text(event, "carrierEventDescription", "description", "eventDescription")
        occurred = scans.when(f"{pointer}/trackingEvents/{index}/time", moment, any_text(event, "time", "eventDate"))
        place = Address(
            city=any_text(event, "locationName", "location"),
            postcode=text(event, "locationPostalCode"),
            country=any_text(event, "locationCountry", "country"),
        )
        meaning = CODES.meaning("asendia", code, said)
        scans.scan(number, occurred, meaning, code=code, text=said, place=place)
