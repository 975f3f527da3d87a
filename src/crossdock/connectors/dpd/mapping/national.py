"""Between the tracking answers of DPD's national companies and canonical scans; pure.

DPD UK (``trackingEvent`` in JSON, ``trackingdetails`` in XML), DPD Baltics and Croatia (``details`` of a parcel), DPD
France (``clsTrace`` of its web service). Their codes differ from one country to the next; words tell what happened.
"""

from collections.abc import Iterator

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, any_text, each, find

CODES = Codes("crossdock.connectors.dpd")
_LISTS = (("trackingEvents", "trackingEvent"), ("trackingevents", "trackingevent"), ("Traces", "clsTrace"))
_NUMBERS = ("parcelnumber", "parcelNumber", "parcelCode", "parcel_number", "ShipmentNumber", "consignmentnumber")
_CODES = ("trackingEventCode", "code", "StatusNumber", "statusCode", "serviceCode", "status_code")
_WORDS = ("trackingEventStatus", "description", "StatusDescription", "status", "status_description", "statusName")
_TIMES = ("trackingEventDate", "dateTime", "date", "ScanDate", "scan_date", "eventDate")
_PLACES = ("trackingEventLocation", "locality", "DepotCity", "city", "depot", "location")


def read_national(tree: Tree, scans: Scans) -> bool:
    """Whether ``tree`` is an answer of one of them; if it is, its scans are told."""
    known = False
    for number, events in _parcels(tree):
        known = True
        for index, event in enumerate(events):
            if type(event) is dict:
                _event(event, number, f"/{index}", scans)
    return known


def _parcels(tree: Tree) -> Iterator[tuple[str, list[Tree]]]:
    details = find(tree, "trackingdetail")
    if details is not None:
        for detail in each(details):
            yield any_text(detail, *_NUMBERS), each(detail, "trackingevents", "trackingevent")
        return
    for outer, inner in _LISTS:
        found = find(tree, inner)
        if found is not None:
            holder = find(tree, outer)
            events = each(holder, inner) if type(holder) is dict else each(found)
            yield next((text for name in _NUMBERS if (text := _text(find(tree, name)))), ""), events
            return
    for parcel in each(tree):
        if type(parcel) is dict and type(parcel.get("details")) is list:
            yield any_text(parcel, *_NUMBERS), parcel["details"]


def _text(node: Tree) -> str:
    return str(node) if type(node) in {str, int} else ""


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = any_text(event, *_CODES), any_text(event, *_WORDS)
    occurred = scans.when(
        pointer, at, any_text(event, *_TIMES), any_text(event, "ScanTime", "time", "scan_time"), "dmy"
    )
    city, country = any_text(event, *_PLACES), any_text(event, "country", "countryCode")
    place = Address(city=city, country=country if len(country) == 2 else "") if city or country else NOWHERE
    scans.scan(number, occurred, CODES.meaning("dpd.words", "", said), code=code, text=said, place=place)
