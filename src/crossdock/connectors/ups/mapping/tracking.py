"""UPS's tracking answers as facts; pure. Read are Track REST v1, the Track XML tools (also as SOAP), the status data
of ups.com, Track Alert pushes and Quantum View files.

A two-letter code means one thing in an exception (type X) and another in a scan: ``OR`` is an origin scan, as an
exception a battery over the limit. Each has its own list in codes.tsv, beside the three-digit description code and
the type, which says least: D is also a loaded vehicle (UPS, Track Alert questions and answers).
"""

from crossdock.connectors.ups.mapping.quantumview import read_files
from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.party import Address
from crossdock.ports.connector import Translation
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.reading import reading_of
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.ups")
NAME = "UPS"
_PLACELESS = Address()


def translation_of(body: bytes, partner: str, asked: str = "") -> Translation:
    """The facts in ``body``; ``asked`` is the number of which this is the answer."""
    return reading_of(body, partner, NAME, read, "crossdock.connectors.ups", asked=asked)


def read(tree: Tree, scans: Scans) -> None:
    """Any of the shapes; what UPS reports as an error is a refusal."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people; ask UPS's tracking API")
        return
    refusals = _refusals(tree)
    for said in refusals:
        scans.refusal(said)
    answer = first(tree, "trackResponse") or find(tree, "TrackResponse")
    files = None if answer else find(tree, "QuantumViewEvents")
    alerts = [] if answer or files else [each_one for each_one in each(tree) if text(each_one, "trackingNumber")]
    details = each(tree, "trackDetails")
    if answer is not None:
        _shipments(answer, scans)
    elif files is not None:
        read_files(files, scans)
    elif details:
        _web(details, scans)
    elif alerts and any(type(alert.get("activityStatus")) is dict for alert in alerts):
        _alerts(alerts, scans)
    if scans.silent:
        scans.problem("", "this is none of the shapes UPS's tracking is known to send")


def meaning_of(kind: str, code: str, described: str, said: str) -> Meaning:
    """What type, two-letter code, three-digit code and words say together; a code in no list stays unknown."""
    if kind == "X":
        meaning = CODES.meaning("ups.statusCode", code, said)
        if meaning.known:
            return meaning
    else:
        meaning = CODES.meaning("ups.scanCode", code, said)
        if meaning.known and meaning.milestone != "unknown":
            return meaning
    number = described.lstrip("0")
    listed = bool(number) and CODES.has("ups.statusDescriptionCode", number)
    if meaning.milestone != "unknown":
        known = listed or not code or CODES.has("ups.statusCode", code)
        return Meaning(meaning.milestone, meaning.category, meaning.reason, known)
    if listed:
        return CODES.meaning("ups.statusDescriptionCode", number)
    if kind == "X" or not CODES.has("ups.statusCode", code):
        meaning = CODES.meaning("ups.activityType", kind)
        return Meaning(meaning.milestone, meaning.category, meaning.reason, known=False)
    return CODES.meaning("ups.statusCode", code)


def _refusals(tree: Tree) -> list[str]:
    """What UPS says went wrong: REST errors and warnings, the XML tool's Error, a SOAP fault (also as JSON)."""
    errors = (
        each(tree, "response", "errors") + each(tree, "errors") + each(tree, "trackResponse", "shipment", "warnings")
    )
    found = [_words(error, "code", "message") for error in errors]
    if type(tree) is dict and "trackResponse" not in tree:
        response = find(tree, "Response")
        found += [_words(error, "ErrorCode", "ErrorDescription") for error in each(response, "Error")]
    if type(tree) is dict and ("Envelope" in tree or "Fault" in tree):
        fault = find(tree, "Fault")
        causes = each(fault, "detail", "Errors", "ErrorDetail", "PrimaryErrorCode")
        found += [_words(cause, "Code", "Description") for cause in causes] or [
            _words(fault, "faultcode", "faultstring")
        ]
    return [said for said in found if said]


def _words(error: Tree, code: str, said: str) -> str:
    return f"{text(error, code)} {text(error, said)}".strip()


def _shipments(answer: Tree, scans: Scans) -> None:
    """``trackResponse`` (REST) and ``TrackResponse`` (XML) differ in the case of their names only."""
    for shipment in each(answer, "shipment") + each(answer, "Shipment"):
        inquiry = _number(shipment)
        if not _moved(shipment):
            scans.refusal(f"no activity for {inquiry or 'the number'} yet")
        for package in each(shipment, "package") + each(shipment, "Package"):
            number = any_text(package, "trackingNumber", "TrackingNumber") or inquiry
            signed = text(package, "deliveryInformation", "receivedBy")
            for activity in each(package, "activity"):
                _rest(activity, number, signed, scans)
            for activity in each(package, "Activity"):
                _xml(activity, number, scans)
        for activity in each(shipment, "Activity"):
            _xml(activity, inquiry, scans)


def _moved(shipment: Tree) -> bool:
    there = each(shipment, "package", "activity") or each(shipment, "Package", "Activity")
    return bool(there or each(shipment, "Activity") or each(shipment, "warnings"))


def _number(shipment: Tree) -> str:
    found = any_text(shipment, "inquiryNumber", "ShipmentIdentificationNumber")
    return found or text(shipment, "InquiryNumber", "Value")


def _rest(activity: Tree, number: str, signed: str, scans: Scans) -> None:
    status = first(activity, "status")
    kind, code, described = text(status, "type"), text(status, "code"), text(status, "statusCode")
    said = text(status, "description")
    occurred = scans.when(
        "/trackResponse/shipment/package/activity",
        _stamped,
        text(activity, "date"),
        text(activity, "time"),
        text(activity, "gmtDate"),
        text(activity, "gmtTime"),
        text(activity, "gmtOffset"),
    )
    scans.scan(
        number,
        occurred,
        meaning_of(kind, code, described, said),
        code=_joined(kind, code, described),
        text=said,
        place=_place(first(activity, "location", "address")),
        signed_by=signed,
    )


def _xml(activity: Tree, number: str, scans: Scans) -> None:
    """An Activity of the XML tool, or of the SOAP service, whose Status is flat; freight has a Description alone."""
    status = first(activity, "Status")
    kind = text(status, "StatusType", "Code") or text(status, "Type")
    said = text(status, "StatusType", "Description") or any_text(status, "Description")
    said = said or text(activity, "Description")
    code = text(status, "StatusCode", "Code") or text(status, "Code")
    where = first(activity, "ActivityLocation")
    occurred = scans.when(
        "/TrackResponse/Shipment/Package/Activity",
        _stamped,
        text(activity, "Date"),
        text(activity, "Time"),
        text(activity, "GMTDate"),
        text(activity, "GMTTime"),
        text(activity, "GMTOffset"),
    )
    scans.scan(
        number,
        occurred,
        meaning_of(kind, code, "", said),
        code=_joined(kind, code),
        text=said,
        place=_place(first(where, "Address") or where),
        signed_by=text(where, "SignedForByName"),
    )


def _alerts(alerts: list[Tree], scans: Scans) -> None:
    """Track Alert pushes: one activity each; what UPS says in GMT is the exact time."""
    for alert in alerts:
        status = first(alert, "activityStatus")
        kind, code, described = text(status, "type"), text(status, "code"), text(status, "descriptionCode")
        said = text(status, "description")
        occurred = scans.when(
            "/gmtActivityDate",
            _alerted,
            text(alert, "localActivityDate"),
            text(alert, "localActivityTime"),
            text(alert, "gmtActivityDate"),
            text(alert, "gmtActivityTime"),
        )
        scans.scan(
            text(alert, "trackingNumber"),
            occurred,
            meaning_of(kind, code, described, said),
            code=_joined(kind, code, described),
            text=said,
            place=_place(first(alert, "activityLocation")),
            signed_by=text(alert, "receivedBy"),
        )


def _web(details: list[Tree], scans: Scans) -> None:
    """The status data behind ups.com: American dates, 12-hour clocks, and GMT beside them."""
    for detail in details:
        number = any_text(detail, "trackingNumber", "requestedTrackingNumber")
        if text(detail, "errorText"):
            scans.refusal(f"{text(detail, 'errorCode')} {text(detail, 'errorText')}".strip())
        for activity in each(detail, "shipmentProgressActivities"):
            said = text(activity, "activityScan")
            occurred = scans.when(
                "/trackDetails/shipmentProgressActivities",
                _dotted,
                text(activity, "date"),
                text(activity, "time"),
                text(activity, "gmtDate"),
                text(activity, "gmtTime"),
                text(activity, "gmtOffset"),
            )
            if said and text(activity, "date"):
                meaning = meaning_of("", text(activity, "actCode"), "", said)
                place = Address(city=text(activity, "location"))
                code = text(activity, "actCode")
                scans.scan(number, occurred, meaning, code=code, text=said, place=place)


def _stamped(day: str, clock: str, gmt_day: str, gmt_clock: str, offset: str) -> Stamp:
    """Local time with the offset beside it, where both agree with the time in GMT; else the local time alone."""
    local = at(day, clock) if day else None
    if local is None:
        return at(gmt_day, f"{_colons(gmt_clock)}Z")
    if not gmt_day or not gmt_clock or not offset or local.precision == "day":
        return local
    exact = at(day, f"{_colons(clock)} {_colons(offset)}")
    said = at(gmt_day, f"{_colons(gmt_clock)}Z")
    return exact if epoch_us(exact) == epoch_us(said) else local


def _alerted(day: str, clock: str, gmt_day: str, gmt_clock: str) -> Stamp:
    return at(gmt_day, f"{_colons(gmt_clock)}Z") if gmt_day and gmt_clock else at(day, clock)


def _dotted(day: str, clock: str, gmt_day: str, gmt_clock: str, offset: str) -> Stamp:
    local = at(day, clock, "mdy")
    if not offset or local.precision == "day":
        return local
    exact = at(day, f"{clock} {_colons(offset)}", "mdy")
    said = at(gmt_day, f"{_colons(gmt_clock)}Z") if gmt_day and gmt_clock else exact
    return exact if epoch_us(exact) == epoch_us(said) else local


def _colons(clock: str) -> str:
    """``134005`` and ``13.40.05`` as a clock, ``-04.00`` as an offset."""
    if clock.isdigit() and len(clock) in {4, 6}:
        return ":".join(clock[start : start + 2] for start in range(0, len(clock), 2))
    return clock.replace(".", ":")


def _place(address: Tree) -> Address:
    if type(address) is not dict:
        return _PLACELESS
    return Address(
        city=any_text(address, "city", "City"),
        region=any_text(address, "stateProvince", "StateProvinceCode"),
        postcode=any_text(address, "postalCode", "PostalCode"),
        country=any_text(address, "country", "countryCode", "CountryCode"),
    )


def _joined(*codes: str) -> str:
    return "/".join(code for code in codes if code)
