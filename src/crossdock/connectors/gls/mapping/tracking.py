"""Between GLS's tracking answers and canonical scans; pure.

Six shapes: Track & Trace v1 of the developer portal (``parcels``), one parcel with its ``events``, the data of the
parcel page (``tuStatus``), ShipIT (``UnitDetail``), MyGLS (``ParcelStatusList``), GLS Spain (``tracking_list``).
"""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.ports.connector import Translation
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.reading import reading_of
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import at, epoch, moment
from crossdock.tracking.trees import Tree, any_text, each, find, first, text

NAME = "GLS"
CODES = Codes("crossdock.connectors.gls")


def translation_of(body: bytes, partner: str) -> Translation:
    """Scans and proofs as facts; see `crossdock.tracking.reading.reading_of`."""
    return reading_of(body, partner, NAME, read, "crossdock.connectors.gls")


def read(tree: Tree, scans: Scans) -> None:
    """Any of GLS's answers; an error of its own is a refusal, anything else a problem."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    known = False
    for node in tree if type(tree) is list else [tree]:
        known |= _node(node, scans)
    if not known:
        _not_read(tree, scans)


def _node(node: Tree, scans: Scans) -> bool:
    """Whether ``node`` is one of the shapes."""
    for key, read_one in _BY_KEY:
        found = node.get(key) if type(node) is dict else None
        if found is not None:
            for index, parcel in enumerate(found if type(found) is list else [found]):
                read_one(parcel, f"/{key}/{index}", scans)
            return True
    if type(node) is dict and "events" in node:
        _parcel(node, "", scans)
        return True
    return _enveloped(node, scans)


def _enveloped(node: Tree, scans: Scans) -> bool:
    """SOAP and XML answers, whose envelopes differ."""
    for name, read_one in (("GetTuDetailResponse", _tu_detail), ("expediciones", _expeditions)):
        found = find(node, name)
        if found is not None:
            read_one(found, f"/{name}", scans)
            return True
    statuses = find(node, "ParcelStatusList")
    if statuses is not None or find(node, "GetParcelStatusErrors"):
        _my_gls(node, statuses, scans)
        return True
    return False


def _not_read(tree: Tree, scans: Scans) -> None:
    said = any_text(tree, "exceptionText", "errorMessage", "message", "Message", "ErrorDescription")
    errors = find(tree, "errors") or find(tree, "faultstring")
    if said or errors:
        code = any_text(tree, "lastError", "errorCode", "code", "ErrorCode")
        scans.refusal(f"{code} {said or errors}".strip())
    else:
        scans.problem("", "this is none of the shapes GLS is known to send")


def _parcel(parcel: Tree, pointer: str, scans: Scans) -> None:
    """One parcel of Track & Trace v1 (``unitno``, ``eventDateTime``) or of the group's API (``timestamp``)."""
    number = any_text(parcel, "unitno", "trackingNumber", "parcelNumber", "trackId", "requested")
    if text(parcel, "errorCode"):
        scans.refusal(f"{number} {text(parcel, 'errorCode')} {text(parcel, 'errorMessage')}".strip())
        return
    if "events" not in parcel:
        scans.problem(pointer, "this parcel comes without its events: it is no tracking answer")
        return
    for index, event in enumerate(each(parcel, "events")):
        written = any_text(event, "eventDateTime", "timestamp", "dateTime", "date")
        occurred = scans.when(f"{pointer}/events/{index}", moment, written)
        code, said = any_text(event, "code", "eventCode", "status"), any_text(event, "description", "text")
        place = first(event, "location") or event
        meaning = _event_meaning(code, said)
        scans.scan(
            number,
            occurred,
            meaning,
            code=code,
            text=said,
            place=Address(
                city=text(place, "city"),
                postcode=any_text(place, "postalCode", "zipCode"),
                country=any_text(place, "countryCode", "country"),
            ),
            signed_by=any_text(parcel, "signedBy", "receiver") or text(event, "signedBy"),
        )


def _event_meaning(code: str, said: str) -> Meaning:
    """By the code, else by the words, else by what stands before the code's dot (``INBOUND.REGULAR``)."""
    meaning = CODES.meaning("gls.event", code, said)
    family = code.partition(".")[0]
    if meaning.milestone != "unknown" or family == code:
        return meaning
    coarse = CODES.meaning("gls.event", family)
    return Meaning(coarse.milestone, coarse.category, coarse.reason, known=False)


def _page(unit: Tree, pointer: str, scans: Scans) -> None:
    """One parcel of the page's data: texts without codes; ``progressBar`` tells of a return."""
    number = text(unit, "tuNo")
    signed = text(unit, "signature", "value").partition("(")[0].strip()
    for index, event in enumerate(each(unit, "history")):
        said = text(event, "evtDscr")
        occurred = scans.when(f"{pointer}/history/{index}", at, text(event, "date"), text(event, "time"))
        place = first(event, "address")
        meaning = CODES.meaning("gls.text", "", said)
        scans.scan(
            number,
            occurred,
            meaning,
            text=said,
            place=Address(city=text(place, "city"), country=text(place, "countryCode")),
            signed_by="" if signed in {"true", "false"} else signed,
        )


def _unit_detail(unit: Tree, pointer: str, scans: Scans) -> None:
    """ShipIT's parcel details."""
    number = any_text(unit, "ParcelNumber", "TrackID")
    for index, event in enumerate(each(unit, "History")):
        code, said = any_text(event, "StatusCode", "Code"), any_text(event, "Description", "StatusDescription")
        occurred = scans.when(f"{pointer}/History/{index}", moment, text(event, "Date"))
        place = Address(city=any_text(event, "Location", "LocationCode"), country=text(event, "Country"))
        meaning = CODES.meaning("gls.event", code, said)
        scans.scan(number, occurred, meaning, code=code, text=said, place=place)


def _tu_detail(answer: Tree, pointer: str, scans: Scans) -> None:
    """The older SOAP answer: dates in parts."""
    error = text(answer, "ExitCode", "ErrorCode")
    if error not in {"", "0"}:
        scans.refusal(f"{error} {text(answer, 'ExitCode', 'ErrorDscr')}".strip())
        return
    number = text(answer, "TuNo")
    for index, event in enumerate(each(answer, "History")):
        occurred = scans.when(f"{pointer}/History/{index}", _parts, *(text(event, "Date", part) for part in _PARTS))
        code, said = text(event, "Code"), any_text(event, "Desc", "ReasonName")
        place = Address(city=text(event, "LocationName"), country=text(event, "CountryName"))
        meaning = CODES.meaning("gls.event", code, said)
        scans.scan(number, occurred, meaning, code=code, text=said, place=place)


_PARTS = ("Year", "Month", "Day", "Hour", "Minut")


def _parts(year: str, month: str, day: str, hour: str, minute: str) -> Stamp:
    clock = f"{hour.zfill(2)}:{minute.zfill(2)}" if hour else ""
    return at(f"{year}-{month.zfill(2)}-{day.zfill(2)}", clock)


def _my_gls(answer: Tree, statuses: Tree, scans: Scans) -> None:
    """MyGLS (Hungary and its neighbours): two-digit codes, .NET dates."""
    for error in each(answer, "GetParcelStatusErrors"):
        scans.refusal(f"{text(error, 'ErrorCode')} {text(error, 'ErrorDescription')}".strip())
    number = text(find(answer, "ParcelNumber"))
    inner = first(statuses, "ParcelStatus")
    for index, event in enumerate(each(statuses, "ParcelStatus") if inner else each(statuses)):
        if type(event) is not dict:
            continue
        code, said = text(event, "StatusCode"), text(event, "StatusDescription")
        written = text(event, "StatusDate")
        occurred = scans.when(f"/ParcelStatusList/{index}", epoch if written.startswith("/Date") else moment, written)
        words = " | ".join(part for part in (said, text(event, "StatusInfo")) if part)
        place = Address(city=text(event, "DepotCity"))
        meaning = CODES.meaning("gls.mygls", code.zfill(2), said)
        scans.scan(number, occurred, meaning, code=code, text=words, place=place)


def _expeditions(answer: Tree, pointer: str, scans: Scans) -> None:
    """GLS Spain (ASM): consignments with a tracking list, dates day first."""
    for one in each(answer, "exp"):
        number = any_text(one, "codbarrasexp", "codbar", "codexp", "expedicion")
        for index, event in enumerate(each(one, "tracking_list", "tracking")):
            code, said = text(event, "codigo"), text(event, "evento")
            kind = text(event, "tipo")
            if not said or said.startswith("http"):
                continue  # the address of a page, or a proof without words
            occurred = scans.when(f"{pointer}/tracking/{index}", moment, text(event, "fecha"), "dmy")
            city = text(event, "nombreplaza")
            place = Address(city=city, country="ES") if city else NOWHERE
            meaning = CODES.meaning(f"gls.es.{kind.casefold()}", code, said)
            scans.scan(number, occurred, meaning, code=code, text=said, place=place)


_BY_KEY = (("parcels", _parcel), ("tuStatus", _page), ("UnitDetail", _unit_detail))
