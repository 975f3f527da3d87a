"""Between HayPost's public tracking and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.hay_post")
_COUNTRIES = {"armenia": "AM", "republic of armenia": "AM"}


def read(tree: Tree, scans: Scans) -> None:
    """An answer with ``data.result``, or ``error`` with a message."""
    if type(tree) is not dict or ("data" not in tree and "error" not in tree):
        scans.problem("", "this is no tracking answer of HayPost")
        return
    if tree.get("error") is True or text(tree, "error") == "true":
        scans.refusal(text(tree, "message") or "an error without a message")
        return
    events = each(tree, "data", "result")
    number = any_text(tree["data"], "trackingNumber", "barcode") if "data" in tree else ""
    for event in events:
        said = text(event, "event")
        more = text(event, "extraInformation")
        occurred = scans.when("/data/result/local_Date", moment, any_text(event, "local_Date", "eventDate"), "dmy")
        country = text(event, "country")
        place = Address(city=text(event, "location"), country=_country(country))
        words = " | ".join(filter(None, (said, more)))
        scans.scan(number, occurred, CODES.meaning("hay_post.event", "", said), text=words, place=place)
    if not events:
        scans.refusal(text(tree, "message") or "the answer names no events")


def _country(said: str) -> str:
    return said.upper() if len(said) == 2 else _COUNTRIES.get(said.casefold(), "")
