"""FedEx's tracking answers as facts; pure. Read are Track REST v1, its visibility pushes, the Track web service
(versions 5 to 20, also in SOAP), and the data behind fedex.com.

An exception's code is not one list (Express and Ground number theirs apart): its words count first. A scan at
midnight without an offset is a day alone: Ground sends pickups so.
"""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.ports.connector import Translation
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.reading import reading_of
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.fedex")
NAME = "FedEx"
_BAD = frozenset({"ERROR", "FAILURE"})
_LAST_MILE = frozenset({"DL", "OD", "HP", "OC", "AO", "AE"})
"""Types whose scan is what they say, whatever remark comes with it."""
_MOVES = frozenset({"PU", "AR", "DP"})
"""Types that a remark changes only where it says that the package waits for customs."""
_AT_CUSTOMS = frozenset({"customs", "documents"})
_RETURNS = frozenset({"RS", "RT"})
"""Types that say where the package goes; the remark says why."""
_SAYS_LITTLE = frozenset({"unknown", "info_update"})
_NOWHERE = Address()


def translation_of(body: bytes, partner: str, asked: str = "") -> Translation:
    """The facts in ``body``; ``asked`` is the number of which this is the answer."""
    return reading_of(body, partner, NAME, read, "crossdock.connectors.fedex", asked=asked)


def read(tree: Tree, scans: Scans) -> None:
    """Any of the shapes; what FedEx reports as an error is a refusal."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people; ask FedEx's tracking API")
        return
    results, details, packages = _results(tree), _details(tree), _packages(tree)
    refusals = _refusals(tree)
    for said in refusals:
        scans.refusal(said)
    for result in results:
        _rest(result, scans)
    for detail in details:
        _service(detail, scans)
    for package in packages:
        _web(package, scans)
    if not (results or details or packages or refusals):
        scans.problem("", "this is none of the shapes FedEx's tracking is known to send")


def meaning_of(kind: str, said: str, exception: str, remark: str) -> Meaning:
    """What a scan's type and words, and its exception's code and words, say together."""
    scan = CODES.meaning("fedex.eventType", kind, said)
    if not (exception or remark) or kind in _LAST_MILE:
        return scan
    finer = CODES.meaning("fedex.exceptionCode", exception, remark)
    if kind in _RETURNS and finer.category != "none":
        return Meaning(scan.milestone, finer.category, finer.reason, known=scan.known)
    if finer.milestone in _SAYS_LITTLE or (kind in _MOVES and finer.category not in _AT_CUSTOMS):
        return scan
    return Meaning(finer.milestone, finer.category, finer.reason, known=scan.known or finer.known)


def _results(tree: Tree) -> list[Tree]:
    """Track results: of an answer, or pushed alone or several in a list."""
    found = each(tree, "output", "completeTrackResults", "trackResults")
    if found or _is_service(tree):
        return found
    pushed = find(tree, "trackResults")
    if pushed is not None:
        return each(pushed)
    if type(tree) is list:
        return [result for result in tree if type(result) is dict and "scanEvents" in result]
    return [
        node for node in (tree, first(tree, "output"), first(tree, "data")) if first(node, "scanEvents") is not None
    ]


def _is_service(tree: Tree) -> bool:
    return type(tree) is dict and ("TrackReply" in tree or "Envelope" in tree)


def _details(tree: Tree) -> list[Tree]:
    if not _is_service(tree):
        return []
    reply = find(tree, "TrackReply")
    return each(reply, "CompletedTrackDetails", "TrackDetails") or each(reply, "TrackDetails")


def _packages(tree: Tree) -> list[Tree]:
    found = each(tree, "TrackPackagesResponse", "packageList")
    return found or [node for node in each(tree, "output", "packages") if "scanEventList" in node]


def _refusals(tree: Tree) -> list[str]:
    found = [_words(error, "code", "message") for error in each(tree, "errors") + each(tree, "output", "errors")]
    if type(tree) is dict and ("Envelope" in tree or any(name.endswith("Reply") for name in tree)):
        replies = find(tree, "TrackReply") or find(tree, "Body") or tree
        notes = each(replies, "Notifications") + each(replies, "CompletedTrackDetails", "Notifications")
        found += [_words(note, "Code", "Message") for note in notes if text(note, "Severity") in _BAD]
        found.append(_words(find(tree, "Fault") if "Envelope" in tree else None, "faultcode", "faultstring"))
    return [said for said in found if said]


def _words(error: Tree, code: str, said: str) -> str:
    return f"{text(error, code)} {text(error, said)}".strip()


def _rest(result: Tree, scans: Scans) -> None:
    info = first(result, "trackingNumberInfo")
    number = text(info, "trackingNumber") or text(result, "trackingNumber")
    refused = _words(first(result, "error"), "code", "message")
    events = each(result, "scanEvents")
    if not events:
        scans.refusal(refused or f"no scan of {number or 'the number'} yet")
    signed = _signed(text(result, "deliveryDetails", "receivedByName"))
    for event in events:
        kind, said = text(event, "eventType"), text(event, "eventDescription")
        exception, remark = text(event, "exceptionCode"), text(event, "exceptionDescription")
        scans.scan(
            number,
            scans.when("/scanEvents/date", _stamp, text(event, "date")),
            meaning_of(kind, said, exception, remark),
            code=_joined("/", kind, exception),
            text=_joined(" | ", said, remark),
            place=_place(first(event, "scanLocation")),
            signed_by=signed,
        )


def _service(detail: Tree, scans: Scans) -> None:
    """TrackDetails of the web service; without Events its status is what there is."""
    number = text(detail, "TrackingNumber")
    notes = each(detail, "Notification")
    events = each(detail, "Events")
    refused = [_words(note, "Code", "Message") for note in notes if text(note, "Severity") in _BAD]
    for said in refused:
        scans.refusal(said)
    signed = _signed(text(detail, "DeliverySignatureName"))
    for event in events:
        kind, said = text(event, "EventType"), text(event, "EventDescription")
        exception, remark = text(event, "StatusExceptionCode"), text(event, "StatusExceptionDescription")
        scans.scan(
            number,
            scans.when("/TrackDetails/Events/Timestamp", _stamp, text(event, "Timestamp")),
            meaning_of(kind, said, exception, remark),
            code=_joined("/", kind, exception),
            text=_joined(" | ", said, remark),
            place=_place(first(event, "Address")),
            signed_by=signed,
        )
    if not events and not refused:
        _status(detail, number, signed, scans)


def _status(detail: Tree, number: str, signed: str, scans: Scans) -> None:
    status = first(detail, "StatusDetail")
    kind, said, made = text(status, "Code"), text(status, "Description"), text(status, "CreationTime")
    if not kind or not made:
        scans.refusal(f"no scan of {number or 'the number'} yet")
        return
    cause = first(status, "AncillaryDetails")
    exception, remark = text(cause, "Reason"), text(cause, "ReasonDescription")
    scans.scan(
        number,
        scans.when("/TrackDetails/StatusDetail/CreationTime", _stamp, made),
        meaning_of(kind, said, exception, remark),
        code=_joined("/", kind, exception),
        text=_joined(" | ", said, remark),
        place=_place(first(status, "Location")),
        signed_by=signed,
    )


def _web(package: Tree, scans: Scans) -> None:
    number = any_text(package, "trackingNbr", "displayTrackingNbr")
    for error in each(package, "errorList"):
        if text(error, "code") not in {"", "0"}:
            scans.refusal(_words(error, "code", "message"))
    signed = _signed(text(package, "receivedByNm"))
    for event in each(package, "scanEventList"):
        kind, said, remark = text(event, "statusCD"), text(event, "status"), text(event, "scanDetails")
        day = text(event, "date")
        if not day:
            continue
        clock, offset = text(event, "time"), text(event, "gmtOffset")
        city, _, region = text(event, "scanLocation").partition(",")
        scans.scan(
            number,
            scans.when("/packageList/scanEventList", _beside, day, clock, offset),
            meaning_of(kind, said, "", remark),
            code=kind,
            text=_joined(" | ", said, remark),
            place=Address(city=city.strip(), region=region.strip()),
            signed_by=signed,
        )


def _stamp(written: str) -> Stamp:
    return moment(written[:10]) if written[10:].startswith("T00:00:00") and len(written) == 19 else moment(written)


def _beside(day: str, clock: str, offset: str) -> Stamp:
    return at(day, f"{clock} {offset}".strip()) if offset or clock != "00:00:00" else at(day, "")


def _signed(name: str) -> str:
    """A name, and not FedEx's words for that none was needed."""
    lowered = name.casefold()
    return "" if "signature" in lowered or "not required" in lowered else name


def _place(address: Tree) -> Address:
    if type(address) is not dict:
        return _NOWHERE
    return Address(
        city=any_text(address, "city", "City"),
        region=any_text(address, "stateOrProvinceCode", "StateOrProvinceCode"),
        postcode=any_text(address, "postalCode", "PostalCode"),
        country=any_text(address, "countryCode", "CountryCode"),
    )


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)
