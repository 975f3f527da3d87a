"""Between Chronopost's SOAP tracking answers and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.chronopost")
_LISTS = ("listEventInfoComp", "listEvents", "listEvent")
_SIGNATORIES = ("Consignee's name", "Nom du réceptionnaire", "Nom du destinataire", "Name of consignee")


def read(tree: Tree, scans: Scans) -> None:
    """Lists of events at any depth; an error code other than 0 is a refusal."""
    _told(tree, scans)
    if scans.silent:
        scans.refusal("the answer holds no events")


def _told(tree: Tree, scans: Scans) -> None:
    answer = find(tree, "return")
    error = text(find(tree, "errorCode"))
    if error not in {"", "0"}:
        scans.refusal(f"{error} {text(find(tree, 'errorMessage'))}".strip())
        return
    lists = next((found for found in (find(tree, name) for name in _LISTS) if found is not None), None)
    parcels = find(tree, "listParcel")
    if lists is None and parcels is None:
        _not_read(tree, answer, scans)
        return
    for node in each(lists) if lists is not None else []:
        _events(node, scans)
    for parcel in each(parcels) if lists is None else []:
        _events(parcel, scans)


def _not_read(tree: Tree, answer: Tree, scans: Scans) -> None:
    fault = text(find(tree, "faultstring"))
    if fault:
        scans.refusal(fault)
    elif type(answer) is dict and "errorCode" in answer and len(answer) <= 2:
        scans.refusal("the answer holds no events")
    else:
        scans.problem("", "this is none of the shapes Chronopost is known to send")


def _events(node: Tree, scans: Scans) -> None:
    number = any_text(node, "skybillNumber", "skybillId")
    for index, event in enumerate(each(node, "events") or each(node, "event")):
        code, said = text(event, "code"), any_text(event, "eventLabel", "label")
        occurred = scans.when(f"/events/{index}/eventDate", moment, text(event, "eventDate"), "dmy")
        more = {text(info, "name"): text(info, "value") for info in each(event, "infoCompList")}
        signed = next((more[name] for name in _SIGNATORIES if more.get(name)), "")
        place = Address(city=text(event, "officeLabel"), postcode=text(event, "zipCode"))
        meaning = CODES.meaning("chronopost", code, said)
        scans.scan(number, occurred, meaning, code=code, text=said, place=place, signed_by=signed)
