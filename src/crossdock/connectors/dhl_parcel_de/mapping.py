"""Between DHL Paket (Germany) and canonical scans; pure.

Three shapes: the XML of Parcel DE Tracking (``d-get-piece-detail`` and its sisters: elements named ``data`` whose
attributes hold everything), the tracking page (its state as JSON, older ones as a table), and events as plain JSON.
An event is told by three codes: ICE (what), RIC (why), standard event code (phase).
"""

import re
from functools import lru_cache
from html import unescape

import msgspec

from crossdock.model.party import Address
from crossdock.tracking.codes import UNKNOWN, Codes, Meaning
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.dhl_parcel_de")

_TAG = re.compile(r"<[^<>]*>")
_STATE = re.compile(r'initialState:\s*JSON\.parse\(("(?:[^"\\]|\\.)*")\)')
_NUMBER = re.compile(r"(?:Shipment number|Sendungsnummer|piececode=|pieceCode\W+)\D{0,4}(\d{8,20})", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")

_TROUBLE = frozenset(
    "delivery_attempted pickup_attempted held return_initiated destroyed delayed exception redirected".split()  # noqa: SIM905 - reads better as text
)
_PARTS = (
    (("konnte nicht zugestellt",), ""),
    (("could not be delivered",), ""),
    (("zum absender zurück",), "return"),
    (("an den absender zurück",), "return"),
    (("nachverpack",), "damage"),
    (("repackag",), "damage"),
    (("aus der packstation", "abgeholt"), "delivered"),
    (("in der filiale", "abgeholt"), "delivered"),
    (("in der filiale", "übergeben"), "delivered"),
    (("has picked up the shipment",), "delivered"),
    (("zielland transportiert",), "exported"),
    (("zoll freigegeben",), "cleared"),
    (("on its way to the p",), "out"),
    (("in eine filiale gebracht",), "out"),
    (("in die filiale", "gebracht"), "out"),
    (("zur packstation", "gebracht"), "out"),
)
"""Parts of texts that hold names of places, which no row can: the first whose parts are all in a text decides, an empty
kind leaves it to the rows and the phrases.
"""
_IN_BETWEEN = frozenset({"departed_facility", "arrived_at_facility", "unloaded", "in_transit"})
_GERMANY = frozenset({"deutschland", "germany", "allemagne", "de"})


def read(tree: Tree, scans: Scans) -> None:
    """Any of the shapes; an error of DHL's own is a refusal, anything else a problem."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    if isinstance(tree, WebPage):
        _page(tree.html, scans)
        return
    shipments = tree.get("sendungen") if type(tree) is dict else None
    if shipments is not None:
        _page_state(shipments, scans)
    elif type(tree) is dict and type(tree.get("data")) is dict:
        _piece_list(tree["data"], scans)
    else:
        _plain(tree, scans)


# ---- XML: everything is an element named data, told apart by the attribute name


def _piece_list(data: Tree, scans: Scans) -> None:
    code = text(data, "@code") or "0"
    if code != "0" or text(data, "@error"):
        scans.refusal(f"{code} {any_text(data, '@error', '@status')}".strip())
        return
    pieces = each(data, "data") if text(data, "@name").endswith("list") else [data]
    for index, piece in enumerate(pieces):
        _piece(piece, f"/data/{index}", scans)
    if not pieces:
        scans.refusal("the answer holds no pieces")


def _piece(piece: Tree, pointer: str, scans: Scans) -> None:
    error = any_text(piece, "@error-status", "@piece-status")
    number = any_text(
        piece,
        "@piece-code",
        "@searched-piece-code",
        "@piece-identifier",
        "@leitcode",
        "@international-piece-identifier",
    )
    if error not in {"", "0"}:
        said = any_text(piece, "@piece-status-desc", "@status", "@short-status", "@error")
        scans.refusal(f"{number} {error} {said}".strip())
        return
    events = [event for inner in each(piece, "data") for event in each(inner, "data") or each(inner)]
    events = [event for event in events if text(event, "@event-timestamp")]
    signed = any_text(piece, "@recipient-name", "@pan-recipient-name")
    for index, event in enumerate(events or [piece]):
        written = any_text(event, "@event-timestamp", "@status-timestamp", "@delivery-date")
        if not written and not events:
            scans.refusal(f"{number} {text(piece, '@status')}".strip() or "a piece without events")
            return
        said = any_text(event, "@event-status", "@event-text", "@status", "@event-short-status", "@short-status")
        country = any_text(event, "@event-country").casefold()
        _scan(
            number,
            (written, f"{pointer}/data/{index}"),
            (text(event, "@standard-event-code"), text(event, "@ice"), text(event, "@ric")),
            _clean(said),
            Address(city=text(event, "@event-location"), country="DE" if country in _GERMANY else ""),
            scans,
            signed=signed,
        )


# ---- JSON


def _plain(tree: Tree, scans: Scans) -> None:
    """Events with their codes as plain JSON, of one shipment, a list or ``shipments``."""
    shipments = each(tree, "shipments") or each(tree)
    known = False
    for count, shipment in enumerate(shipments):
        if type(shipment) is not dict or "events" not in shipment:
            continue
        known = True
        number = any_text(shipment, "tracking_number", "trackingNumber", "piece-code", "shipmentNumber", "id")
        for index, event in enumerate(each(shipment, "events")):
            codes = (
                any_text(event, "standard_event_code", "standardEventCode", "standard-event-code"),
                text(event, "ice"),
                text(event, "ric"),
            )
            written = any_text(event, "timestamp", "event-timestamp", "datum", "date")
            said = _clean(any_text(event, "text", "status", "event-status", "description"))
            where = first(event, "location", "address") or event
            place = Address(
                city=any_text(where, "addressLocality", "location", "ort", "city"),
                postcode=text(where, "postalCode"),
                country=any_text(where, "countryCode", "country"),
            )
            phase = text(event, "statusCode") if not any(codes) else ""
            _scan(number, (written, f"/{count}/events/{index}"), codes, said, place, scans, phase=phase)
    if not known:
        _not_read(tree, scans)


def _not_read(tree: Tree, scans: Scans) -> None:
    said = [any_text(tree, "title", "status", "code"), any_text(tree, "detail", "message", "faultstring")]
    fault = text(find(tree, "faultstring")) or text(find(tree, "statusText"))
    told = " | ".join(part for part in (*said, fault) if part)
    if told:
        scans.refusal(told)
    else:
        scans.problem("", "this is none of the shapes DHL Paket is known to send")


# ---- the tracking page


def _page(html: str, scans: Scans) -> None:
    state = _STATE.search(html)
    if state is not None:
        inner: str = msgspec.json.decode(state.group(1).replace("\\'", "'"))
        _page_state(msgspec.json.decode(inner.replace("\\u0000", "\\ufffd")).get("sendungen"), scans)
        return
    number = _NUMBER.search(html)
    found = False
    for index, row in enumerate(html.split("<tr")[1:]):
        cells = [_clean(_inside(cell, "</td>")) for cell in row.split("<td")[1:] if "data-label=" in cell]
        if len(cells) < 3 or number is None:
            continue
        found = True
        place = NOWHERE if cells[1] in {"", "--"} else Address(city=cells[1])
        at_row = (cells[0], f"/tr/{index}")
        _scan(number.group(1), at_row, ("", "", ""), cells[2], place, scans)
    if not found:
        title = _clean(_inside(html.partition("<title")[2], "</title>"))
        scans.refusal(f"a page instead of an answer: {title or 'without a title'}")


def _inside(element: str, end: str) -> str:
    """What stands between the first «>» and ``end``: without a pattern, which hostile pages would make slow."""
    return element.partition(">")[2].partition(end)[0]


def _page_state(shipments: Tree, scans: Scans) -> None:
    for count, shipment in enumerate(each(shipments)):
        details = first(shipment, "sendungsdetails")
        number = text(details, "sendungsnummern", "sendungsnummer") or text(shipment, "id")
        if shipment.get("sendungNichtGefunden"):
            scans.refusal(f"{number} is not found")
            continue
        events = each(details, "sendungsverlauf", "events")
        for index, event in enumerate(events):
            place = Address(city=text(event, "ort"), country=text(event, "land"))
            pointer = f"/sendungen/{count}/events/{index}"
            codes = (text(event, "standardEventCode"), text(event, "ice"), text(event, "ric"))
            _scan(number, (text(event, "datum"), pointer), codes, _clean(text(event, "status")), place, scans)


# ---- one scan


def _scan(
    number: str,
    when: tuple[str, str],
    codes: tuple[str, str, str],
    said: str,
    place: Address,
    scans: Scans,
    *,
    signed: str = "",
    phase: str = "",
) -> None:
    """``phase`` is the status code of DHL's unified tracking, where a message has that form."""
    written, pointer = when
    occurred = scans.when(pointer, moment, written, "dmy")
    code = "/".join(part for part in codes if part) or phase
    meaning = _meaning(codes, said)
    if phase and not meaning.known:
        meaning = CODES.meaning("dhl.unified", phase)
    scans.scan(number, occurred, meaning, code=code, text=said, place=place, signed_by=signed)


def _meaning(codes: tuple[str, str, str], said: str) -> Meaning:
    """The combination; else ICE with the reason RIC gives; else the phase refined by the text; else the text."""
    phase, ice, ric = codes
    if not ice:
        worded = _worded(said)
        if worded.known or not phase:
            return worded
        return CODES.meaning("dhl.parcelDE.ttpro", phase, said)
    meaning = CODES.meaning("dhl.parcelDE.ice", f"{ice}/{ric}/{phase}", said)
    if not CODES.has("dhl.parcelDE.ice", f"{ice}/{ric}/{phase}"):
        meaning = _composed(codes, said)
    return _placed(meaning, said) if meaning.milestone in _IN_BETWEEN else meaning


@lru_cache(maxsize=4096)
def _worded(said: str) -> Meaning:
    """What a text says by itself."""
    lowered = said.casefold()
    part = next((kind for parts, kind in _PARTS if all(part in lowered for part in parts)), "")
    return CODES.meaning("dhl.parcelDE.part", part) if part else CODES.meaning("dhl.parcelDE.text", "", said)


def _composed(codes: tuple[str, str, str], said: str) -> Meaning:
    """A combination that is not on the public list: to be confirmed by a person, so it is not known."""
    phase, ice, ric = codes
    alone = CODES.meaning("dhl.parcelDE.ice.alone", ice)
    if not alone.known:
        alone = CODES.meaning("dhl.parcelDE.ttpro", phase, said) if phase else UNKNOWN
    why = CODES.meaning("dhl.parcelDE.ric", ric) if ric else UNKNOWN
    if why.known and alone.milestone in _TROUBLE:
        return Meaning(alone.milestone, why.category, why.reason, known=False)
    return Meaning(alone.milestone, alone.category, alone.reason, known=False)


def _placed(meaning: Meaning, said: str) -> Meaning:
    """A movement between facilities, where the text says that the facility is the first or the last."""
    lowered = said.casefold()
    if "start-paketzentrum" in lowered or "center of origin" in lowered or "origin parcel center" in lowered:
        return Meaning("received_at_origin", meaning.category, meaning.reason, known=meaning.known)
    if "ziel-paketzentrum" in lowered or "destination parcel center" in lowered:
        return Meaning("arrived_at_destination_facility", meaning.category, meaning.reason, known=meaning.known)
    return meaning


def _clean(said: str) -> str:
    """Without tags and entities."""
    if "<" not in said and "&" not in said:
        return said
    return _BLANKS.sub(" ", unescape(_TAG.sub("", said))).strip()
