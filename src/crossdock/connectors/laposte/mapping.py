"""Between La Poste's tracking answers (letters, Colissimo) and canonical scans; pure.

Suivi v2 answers one number with an object, several with a list. Colissimo's service answers with a ``parcel``, or in
SOAP with the last event only.
"""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes, Meaning
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, find, first, text

CODES = Codes("crossdock.connectors.laposte")
_UNDELIVERED = frozenset({"PC1", "EP1", "PB1", "MD2", "ND1", "DI3", "ID0"})
"""Codes whose words may refine them, but not to a delivery."""
_FINE = frozenset({"", "0", "200", "207"})


def read(tree: Tree, scans: Scans) -> None:
    """Any of the shapes; an answer that is no success is a refusal, anything else a problem."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    for index, answer in enumerate(tree if type(tree) is list else [tree]):
        if type(answer) is dict and first(answer, "shipment") is not None:
            for shipment in each(answer, "shipment"):
                _shipment(shipment, f"/{index}/shipment", scans)
        elif type(answer) is dict and first(answer, "parcel") is not None:
            _parcels(answer, f"/{index}/parcel", scans)
        else:
            _other(answer, scans)


def _other(answer: Tree, scans: Scans) -> None:
    event = find(answer, "eventCode")
    if event is not None:
        _last(answer, scans)
        return
    code = any_text(answer, "returnCode", "code") or text(find(answer, "errorCode"))
    said = any_text(answer, "returnMessage", "message", "error_description")
    said = said or text(find(answer, "errorMessage")) or text(find(answer, "faultstring"))
    error = first(answer, "error")
    if type(error) is dict:
        code, said = code or text(error, "code"), said or any_text(error, "message", "messageContent")
    for message in each(answer, "messages"):
        said = said or any_text(message, "messageContent")
    if said or code not in _FINE:
        scans.refusal(f"{any_text(answer, 'idShip')} {code} {said}".strip())
    else:
        scans.problem("", "this is none of the shapes La Poste is known to send")


def _shipment(shipment: Tree, pointer: str, scans: Scans) -> None:
    """Suivi v2. Places are not told, but for the country of an event from abroad."""
    number = text(shipment, "idShip")
    for index, event in enumerate(each(shipment, "event")):
        code, said = text(event, "code"), any_text(event, "label", "labelLong", "labelShort")
        occurred = scans.when(f"{pointer}/event/{index}/date", moment, text(event, "date"))
        meaning = CODES.meaning("laposte.suivi", code, said)
        if meaning.milestone == "delivered" and code in _UNDELIVERED:
            # «prêt à être distribué» sounds like «distribué».
            meaning = CODES.meaning("laposte.suivi", code)
        place = Address(country=text(event, "country"))
        scans.scan(number, occurred, meaning, code=code, text=said, place=place)


def _parcels(answer: Tree, pointer: str, scans: Scans) -> None:
    """Colissimo's tracking service."""
    for parcel in each(answer, "parcel"):
        number = any_text(parcel, "parcelNumber", "idShip")
        for index, event in enumerate(each(parcel, "event")):
            code, said = any_text(event, "code", "eventCode"), any_text(event, "labelLong", "labelShort", "label")
            occurred = scans.when(f"{pointer}/event/{index}/date", moment, text(event, "date"))
            place = Address(
                city=any_text(event, "siteName", "site"),
                postcode=text(event, "siteZipCode"),
                country=any_text(event, "countryCode", "country"),
            )
            scans.scan(number, occurred, _colissimo(code, said), code=code, text=said, place=place)


def _last(answer: Tree, scans: Scans) -> None:
    """The SOAP answer: the last event of one parcel."""
    node = find(answer, "return") or answer
    error = text(node, "errorCode")
    if error not in _FINE:
        scans.refusal(f"{error} {text(node, 'errorMessage')}".strip())
        return
    code, said = text(node, "eventCode"), text(node, "eventLibelle")
    if not code:
        scans.refusal(f"{text(node, 'skybillNumber')} has no event".strip())
        return
    occurred = scans.when("/eventDate", moment, text(node, "eventDate"), "dmy")
    place = Address(city=text(node, "eventSite"))
    number = text(node, "skybillNumber")
    scans.scan(number, occurred, _colissimo(code, said), code=code, text=said, place=place)


def _colissimo(code: str, said: str) -> Meaning:
    axis = "laposte.suivi" if CODES.has("laposte.suivi", code) else "colissimo"
    return CODES.meaning(axis, code, said)
