"""Between DPD's tracking answers and canonical scans; pure.

Four shapes: ParcelLifeCycleService (SOAP), the parcel page's data (``parcelLifeCycleData``), DPDInfoServices of DPD
Poland (``eventsList``) and a parcel with its ``events``; those of other national companies are in
`national`. Times are local and without an offset except in the last.
"""

from crossdock.connectors.dpd.mapping.national import read_national
from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.dpd")
_NOT_YET = ("false", False)


def read(tree: Tree, scans: Scans) -> None:
    """Any of DPD's answers; an error of its own is a refusal, anything else a problem."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    if type(tree) is list and read_national(tree, scans):
        return
    if type(tree) is list or (type(tree) is dict and "events" in tree):
        for index, parcel in enumerate(each(tree)):
            _parcel(parcel, f"/{index}", scans)
        return
    results = find(tree, "trackingresult")
    if results is None:
        results = find(tree, "parcelLifeCycleData")
    if results is not None:
        for index, result in enumerate(each(results)):
            _life_cycle(result, f"/{index}", scans)
        return
    events = find(tree, "eventsList")
    if events is not None:
        for index, event in enumerate(each(events)):
            _info_service(event, f"/eventsList/{index}", scans)
        return
    if not read_national(tree, scans):
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    fault = find(tree, "faultstring") or find(tree, "errorMessage") or find(tree, "message") or find(tree, "statusText")
    code = text(find(tree, "errorCode")) or text(find(tree, "faultcode")) or text(find(tree, "code"))
    if text(fault):
        scans.refusal(f"{code} {text(fault)}".strip())
    elif first(tree, "errors"):
        errors = [f"{any_text(error, 'code')} {any_text(error, 'message', 'title')}" for error in each(tree, "errors")]
        scans.refusal("; ".join(error.strip() for error in errors))
    else:
        scans.problem("", "this is none of the shapes DPD is known to send")


def _life_cycle(result: Tree, pointer: str, scans: Scans) -> None:
    """``scanInfo`` tells every scan, ``statusInfo`` the steps; with both, the scans."""
    info = first(result, "shipmentInfo")
    number = any_text(info, "parcelLabelNumber", "parcelNumber", "parcellabelnumber")
    signed = text(info, "receiver") if type(first(info, "receiver")) is str else ""
    found = each(result, "scanInfo", "scan")
    for index, scan in enumerate(found):
        _scan(scan, number, f"{pointer}/scanInfo/{index}", scans)
    told: set[tuple[str, str, str]] = set()
    for index, status in enumerate([] if found else each(result, "statusInfo")):
        code, label = text(status, "status"), _content(status.get("label"))
        said, written = _content(status.get("description")), _content(status.get("date"))
        # One step of one second is told once for each depot that knows of it: the first is it.
        if status.get("statusHasBeenReached") in _NOT_YET or (code, said, written) in told:
            continue
        told.add((code, said, written))
        occurred = scans.when(f"{pointer}/statusInfo/{index}", _moment, written)
        place = _place(_content(status.get("location")))
        meaning = CODES.meaning("dpd.status", code, said or label)
        words = " | ".join(part for part in (label, said) if part)
        scans.scan(number, occurred, meaning, code=code, text=words, place=place, signed_by=signed)


def _scan(scan: Tree, number: str, pointer: str, scans: Scans) -> None:
    kind = first(scan, "scanType")
    code = any_text(kind, "code", "name") or text(kind)
    said = _content(first(scan, "scanDescription"))
    data = first(scan, "scanData") or scan
    written = text(scan, "date")
    if written:
        occurred = scans.when(f"{pointer}/date", _moment, written)
    else:
        occurred = scans.when(f"{pointer}/scanData", at, text(data, "scanDate"), text(data, "scanTime"), "dmy")
    location = any_text(scan, "location") or _content(first(data, "location"))
    country = text(data, "country")
    place = _place(location, country if len(country) == 2 else "")
    # «In transit» is what the page says of every scan under way; the type says which.
    meaning = CODES.meaning("dpd.scan", code, "" if said.casefold().startswith("in transit") else said)
    scans.scan(number, occurred, meaning, code=code, text=said, place=place)


def _info_service(event: Tree, pointer: str, scans: Scans) -> None:
    code, said = text(event, "businessCode"), text(event, "description")
    occurred = scans.when(f"{pointer}/eventTime", moment, text(event, "eventTime"))
    place = Address(city=any_text(event, "depotName", "depot"), country=text(event, "country"))
    meaning = CODES.meaning("dpd.pl", code, said)
    scans.scan(text(event, "waybill"), occurred, meaning, code=code, text=said, place=place)


def _parcel(parcel: Tree, pointer: str, scans: Scans) -> None:
    """A parcel with its events, of DPD Group's JSON."""
    number = any_text(parcel, "trackingNumber", "parcelNumber", "parcelLabelNumber", "shipmentId")
    if type(parcel) is not dict or "events" not in parcel:
        _not_read(parcel, scans)
        return
    for index, event in enumerate(each(parcel, "events")):
        code, said = any_text(event, "status", "code", "statusCode"), any_text(event, "description", "text", "label")
        written = any_text(event, "timestamp", "dateTime", "date")
        occurred = scans.when(f"{pointer}/events/{index}", _moment, written)
        place = first(event, "location")
        where = (
            Address(
                city=text(place, "city"),
                postcode=any_text(place, "postalCode", "zipCode"),
                country=any_text(place, "countryCode", "country"),
            )
            if type(place) is dict
            else _place(text(place))
        )
        meaning = CODES.meaning("dpd.group", code, said)
        signed = text(event, "signedBy")
        scans.scan(number, occurred, meaning, code=code, text=said, place=where, signed_by=signed)


def _moment(written: str) -> Stamp:
    """Month first only with slashes and a 12-hour clock, which is how the service writes American culture."""
    american = "/" in written and written[-1:] in "Mm"
    return moment(written, "mdy" if american else "dmy")


def _content(node: Tree) -> str:
    """The words in DPD's ``content``, which may be nested and repeated."""
    while type(node) is dict:
        node = node.get("content")
    if type(node) is list:
        return " ".join(part for part in (_content(inner) for inner in node) if part)
    return node.strip() if type(node) is str else ""


def _place(written: str, country: str = "") -> Address:
    """«Puurs (BE)»: city and country."""
    if not written:
        return Address(country=country) if country else NOWHERE
    if written.endswith(")") and written[-4:-3] == "(":
        return Address(city=written[:-4].strip(), country=written[-3:-1].upper())
    return Address(city=written, country=country)
