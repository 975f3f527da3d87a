"""Between DHL Express's tracking answers and canonical scans; pure.

Three shapes: XML-PI and its SOAP sister (``AWBInfo`` with ``ShipmentEvent``), the MyDHL API (``shipments`` with
``events``), and the data of the tracking page (``results`` with ``checkpoints``). Times are local to the service area;
MyDHL may add their GMT offset.
"""

import re

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.ports.connector import Translation
from crossdock.tracking.codes import Codes
from crossdock.tracking.reading import reading_of
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, any_text, each, find, first, text

NAME = "DHL Express"
CODES = Codes("crossdock.connectors.dhl_express")

_BLANKS = re.compile(r"\s+")
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-]\d\d:?\d\d|Z)$", re.IGNORECASE)


def translation_of(body: bytes, partner: str) -> Translation:
    """Scans and proofs as facts; see `crossdock.tracking.reading.reading_of`."""
    return reading_of(body, partner, NAME, read, "crossdock.connectors.dhl_express")


def read(tree: Tree, scans: Scans) -> None:
    """Any of the answers; an error of DHL's own is a refusal, anything else a problem."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    shipments = tree.get("shipments") if type(tree) is dict else None
    if shipments is not None:
        _my_dhl(tree, scans)
        return
    results = tree.get("results") if type(tree) is dict else None
    if results is not None:
        _page(tree, scans)
        return
    awbs = find(tree, "AWBInfo")
    if awbs is not None:
        for awb in each(awbs, "ArrayOfAWBInfoItem") or each(awbs):
            _awb(awb, scans)
        return
    _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    conditions = find(tree, "Condition")
    if conditions is not None:
        _conditions(conditions, "", scans)
        return
    status = text(find(tree, "ActionStatus"))
    fault = text(find(tree, "faultstring")) or ("" if status.casefold() == "success" else status)
    said = [any_text(tree, "title"), any_text(tree, "detail", "message", "reasons"), fault]
    for error in each(tree, "errors"):
        said += [any_text(error, "code", "label"), text(error, "message")]
    told = " | ".join(part for part in said if part)
    if told:
        scans.refusal(told)
    else:
        scans.problem("", "this is none of the shapes DHL Express is known to send")


def _conditions(conditions: Tree, number: str, scans: Scans) -> None:
    for condition in each(conditions, "ArrayOfConditionItem") or each(conditions):
        said = f"{number} {text(condition, 'ConditionCode')} {text(condition, 'ConditionData')}"
        scans.refusal(_BLANKS.sub(" ", said).strip())


def _awb(awb: Tree, scans: Scans) -> None:
    """One waybill of XML-PI or the SOAP service."""
    number = text(awb, "AWBNumber")
    if "," in number:
        # The SOAP service wraps what was asked for as «AWBNumber, piece».
        number = number.partition(",")[0]
    conditions = first(awb, "Status", "Condition")
    if conditions is not None:
        _conditions(conditions, number, scans)
    for info in each(awb, "ShipmentInfo"):
        events = each(info, "ShipmentEvent")
        events = each(events, "ArrayOfShipmentEventItem") or events
        for index, event in enumerate(events):
            _event(event, number, f"/AWBInfo/ShipmentEvent/{index}", scans)
        if not events:
            _pieces(awb, number, scans)


def _pieces(awb: Tree, number: str, scans: Scans) -> None:
    """Events of pieces, where the waybill itself has none."""
    for piece in each(awb, "PieceInfo", "ArrayOfPieceInfoItem") or each(awb, "Pieces", "PieceInfo"):
        events = each(piece, "PieceEvent")
        for index, event in enumerate(each(events, "ArrayOfPieceEventItem") or events):
            _event(event, number, f"/AWBInfo/PieceEvent/{index}", scans)


def _event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = text(event, "ServiceEvent", "EventCode"), text(event, "ServiceEvent", "Description")
    area = first(event, "ServiceArea")
    occurred = scans.when(f"{pointer}/Date", at, text(event, "Date"), text(event, "Time"))
    words = " | ".join(part for part in (said, text(event, "EventRemarks", "FurtherDetails")) if part)
    meaning = CODES.meaning("dhl.express", code, said)
    signed = text(event, "Signatory")
    place = _area(text(area, "Description"), text(area, "ServiceAreaCode"))
    scans.scan(number, occurred, meaning, code=code, text=words, place=place, signed_by=signed)


def _my_dhl(answer: Tree, scans: Scans) -> None:
    for index, shipment in enumerate(each(answer, "shipments")):
        pointer = f"/shipments/{index}"
        number = any_text(shipment, "shipmentTrackingNumber", "id", "trackingNumber")
        events = each(shipment, "events")
        for count, event in enumerate(events):
            _my_event(event, number, f"{pointer}/events/{count}", scans)
        for piece in [] if events else each(shipment, "pieces"):
            for count, event in enumerate(each(piece, "events")):
                _my_event(event, number or text(piece, "trackingNumber"), f"{pointer}/pieces/{count}", scans)
        if "events" not in shipment and "pieces" not in shipment:
            scans.problem(pointer, "this shipment comes without its events: it is no tracking answer")


def _my_event(event: Tree, number: str, pointer: str, scans: Scans) -> None:
    code, said = any_text(event, "typeCode", "eventCode"), text(event, "description")
    offset = any_text(event, "GMTOffset", "gmtOffset", "timeZone")
    day, clock = text(event, "date"), text(event, "time")
    if not day:
        day = any_text(event, "timestamp", "dateTime")
    occurred = scans.when(f"{pointer}/date", _with_offset, day, clock, offset)
    area = first(event, "serviceArea")
    place = _area(text(area, "description"), text(area, "code"))
    meaning = CODES.meaning("dhl.express", code, said)
    scans.scan(number, occurred, meaning, code=code, text=said, place=place, signed_by=text(event, "signedBy"))


def _with_offset(day: str, clock: str, offset: str) -> Stamp:
    if not clock:
        return moment(f"{day}{offset}" if "T" in day and offset and not _OFFSET.search(day) else day)
    found = _OFFSET.search(offset) if offset else None
    return at(day, f"{clock}{found.group(1) if found and not _OFFSET.search(clock) else ''}")


def _page(answer: Tree, scans: Scans) -> None:
    for error in each(answer, "errors"):
        scans.refusal(f"{any_text(error, 'id', 'code')} {any_text(error, 'message', 'label')}".strip())
    for index, result in enumerate(each(answer, "results")):
        number = text(result, "id")
        signed = text(result, "signature", "signatory")
        for count, event in enumerate(each(result, "checkpoints")):
            said = _BLANKS.sub(" ", text(event, "description"))
            pointer = f"/results/{index}/checkpoints/{count}"
            day = _day_alone(text(event, "date"))
            occurred = scans.when(f"{pointer}/date", at, day, text(event, "time"), "mdy")
            place = Address(city=_BLANKS.sub(" ", text(event, "location")))
            meaning = CODES.meaning("dhl.express.text", "", said)
            scans.scan(number, occurred, meaning, text=said, place=place, signed_by=signed)


def _day_alone(day: str) -> str:
    """«Friday, May 26, 2017» without the name of the day, which months of some languages look like."""
    head, comma, tail = day.partition(",")
    return tail if comma and not any(sign.isdigit() for sign in head) else day


def _area(description: str, code: str) -> Address:
    """«KINGSTON-JAM», «NEW YORK,NY-USA»: the city with whatever region it is written with; else the area's code."""
    city = description.rpartition("-")[0] if description[-4:-3] == "-" else description
    return Address(city=city or code)
