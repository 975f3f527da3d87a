"""Between Australia Post's tracking answers and canonical scans; pure. Read are Track Items of the Shipping and
Tracking API, the older Track Events of the Delivery APIs, and the data behind the tracking page.
"""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, each, find, text

CODES = Codes("crossdock.connectors.australiapost")
STATES = frozenset({"ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"})


def read(tree: Tree, scans: Scans) -> None:
    """Any of the shapes. Track Items: results by number, each with errors of its own, articles, or a consignment of
    them.
    """
    if _older(tree, scans) or _page(tree, scans):
        return
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


def _older(tree: Tree, scans: Scans) -> bool:
    """An answer of Track Events, JSON or XML. Whether it was one."""
    if type(tree) is not dict or ("QueryTrackEventsResponse" not in tree and "Envelope" not in tree):
        return False
    answer = find(tree, "QueryTrackEventsResponse")
    if answer is None:
        return False
    for result in each(answer, "TrackingResults") + each(answer, "TrackingResult"):
        refused = find(result, "BusinessException") or find(result, "BusinessExceptions")
        if refused:
            scans.refusal(str(find(refused, "Description") or find(refused, "Message") or "a business exception"))
        for article in each(result, "ArticleDetails"):
            number = any_text(article, "ArticleId", "ConsignmentId")
            for event in each(article, "Events"):
                _told(event, number, ("EventDescription", "EventDateTime", "Location"), scans)
    if scans.silent:
        scans.refusal("no events")
    return True


def _page(tree: Tree, scans: Scans) -> bool:
    """The data behind the tracking page: articles with details with events. Whether it was that."""
    articles = [one for one in each(tree, "articles") if type(one) is dict and "details" in one]
    for article in articles:
        for detail in each(article, "details"):
            number = any_text(detail, "articleId", "consignmentId") or text(article, "articleId")
            for event in each(detail, "events"):
                _told(event, number, ("description", "localeDateTime", "location"), scans)
    if articles and scans.silent:
        scans.refusal("no events")
    return bool(articles)


def _told(event: Tree, number: str, names: tuple[str, str, str], scans: Scans) -> None:
    said, written, where = (text(event, name) for name in names)
    meaning = CODES.meaning("australiapost.description", "", said)
    occurred = scans.when(f"/{names[1]}", moment, written)
    signed = text(event, "SignerName")
    scans.scan(number, occurred, meaning, text=said, place=_place(where), signed_by=signed)


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
