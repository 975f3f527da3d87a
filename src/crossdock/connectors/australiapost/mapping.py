"""Between the answers of Australia Post's Track Items and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, text

CODES = Codes("crossdock.connectors.australiapost")
STATES = frozenset({"ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"})


def read(tree: Tree, scans: Scans) -> None:
    """An answer of Track Items: results by number, each with errors of its own, articles, or a consignment of them."""
    errors, results = each(tree, "errors"), each(tree, "tracking_results")
    for error in errors:
        scans.refusal(_error(error))
    if not results and not errors:
        scans.problem("", "this holds neither tracking_results nor errors of Track Items")
    for index, result in enumerate(results):
        number, pointer = text(result, "tracking_id"), f"/tracking_results/{index}"
        for error in each(result, "errors"):
            scans.refusal(f"{number}: {_error(error)}")
        found = _scans_of(result, number, pointer, scans)
        for item in (*each(result, "trackable_items"), *each(result, "consignment")):
            found += _scans_of(item, number, pointer, scans)
            for article in each(item, "items"):
                found += _scans_of(article, number, pointer, scans)
        if not found and not each(result, "errors"):
            scans.refusal(f"{number}: {text(result, 'status') or 'no status'}, without events")


def _scans_of(item: Tree, number: str, pointer: str, scans: Scans) -> int:
    """The events of one article, or of a consignment as a whole. How many there were."""
    events = each(item, "events")
    name = any_text(item, "article_id", "consignment_id") or number
    for event in events:
        said = text(event, "description")
        occurred = scans.when(f"{pointer}/events/date", moment, text(event, "date"))
        meaning = CODES.meaning("australiapost.description", "", said)
        scans.scan(name, occurred, meaning, text=said, place=_place(text(event, "location")))
    return len(events)


def _error(error: Tree) -> str:
    return " ".join(filter(None, (text(error, "code"), text(error, "name"), text(error, "message"))))


def _place(location: str) -> Address:
    """``KEW VIC``, ``NZ`` or ``CHICAGO (US)``; what else is said is kept as the city."""
    if not location or location == "Transit Scan":
        return NOWHERE
    if len(location) == 2 and location.isupper():
        return Address(country=location)
    city, _, last = location.rpartition(" ")
    if last in STATES:
        return Address(city=city, region=last, country="AU")
    if len(last) == 4 and last[0] == "(" and last[3] == ")":
        return Address(city=city, country=last[1:3].upper())
    return Address(city=location)
