"""Between Meest's tracking answers (XML and JSON) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.meest")
NO_ERROR = frozenset({"", "0", "00", "000"})
_COUNTRIES = {"україна": "UA", "украина": "UA", "ukraine": "UA", "польща": "PL", "poland": "PL", "польша": "PL"}


def read(tree: Tree, scans: Scans) -> None:
    """A ``return`` of the XML service, or a ``result`` of the JSON API."""
    answer = tree.get("return") if type(tree) is dict else None
    if type(answer) is dict:
        _answer(answer, scans)
    elif type(tree) is dict and ("result" in tree or "info" in tree):
        _result(tree, scans)
    else:
        scans.problem("", "this is none of the shapes Meest is known to send")


def _answer(answer: Tree, scans: Scans) -> None:
    failed = False
    for error in each(answer, "errors"):
        code = text(error, "code")
        if code not in NO_ERROR:
            failed = True
            scans.refusal(f"{code} {text(error, 'name')}".strip())
    items = each(answer, "result_table", "items")
    for item in items:
        _item(item, scans)
    if not items and not failed:
        scans.refusal("the answer names no events")


def _item(item: Tree, scans: Scans) -> None:
    number = any_text(item, "ShipmentNumberSender", "ShipmentNumberTransit", "ShipmentClientID")
    code = any_text(item, "StatusCode", "ActionId")
    said = any_text(item, "ActionMessages_EN", "ActionMessages_UA", "ActionMessages_RU")
    occurred = scans.when("/return/result_table/items/DateTimeAction", moment, text(item, "DateTimeAction"))
    place = Address(city=text(item, "City"), country=_country(text(item, "Country")))
    scans.scan(number, occurred, CODES.meaning("meest.status", code, said), code=code, text=said, place=place)


def _result(tree: Tree, scans: Scans) -> None:
    events = each(tree, "result")
    for event in events:
        number = any_text(event, "parcelNumber", "barCode", "trackNumber", "shipmentNumber")
        code = any_text(event, "eventCode", "statusCode")
        said = _english(event, "eventDescr") or text(event, "event")
        occurred = scans.when("/result/eventDateTime", moment, any_text(event, "eventDateTime", "dateTime"))
        city, country = _english(event, "eventCityDescr"), _english(event, "eventCountryDescr")
        place = Address(city=city, country=_country(country))
        scans.scan(number, occurred, CODES.meaning("meest.status", code, said), code=code, text=said, place=place)
    if not events:
        scans.refusal(any_text(tree.get("info"), "message", "messageDetails") or "the answer names no events")


def _english(event: Tree, name: str) -> str:
    """A text in three languages, or in one."""
    words = event.get(name)
    return any_text(words, "descrEN", "descrUA", "descrRU") if type(words) is dict else text(event, name)


def _country(said: str) -> str:
    return said.upper() if len(said) == 2 else _COUNTRIES.get(said.casefold(), "")
