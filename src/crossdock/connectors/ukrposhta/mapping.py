"""Between the statuses of Ukrposhta's tracking API and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, any_text, text

CODES = Codes("crossdock.connectors.ukrposhta")
ZONE = "Europe/Kyiv"
_HOME = frozenset({"україна", "украина", "ukraine", "ua"})


def read(tree: Tree, scans: Scans) -> None:
    """The statuses of one number (a list, or the last alone) or of many (``found`` by number)."""
    found = tree.get("found") if type(tree) is dict else None
    if type(found) is dict:
        for number, statuses in found.items():
            _statuses(statuses, number, scans)
        missing = tree.get("notFound")
        if missing:
            scans.refusal(f"not found: {', '.join(str(each) for each in missing)}")
    elif type(tree) is list or (type(tree) is dict and "event" in tree):
        _statuses(tree, "", scans)
    elif type(tree) is dict and ("code" in tree or "message" in tree):
        scans.refusal(f"{text(tree, 'code')} {any_text(tree, 'message', 'description')}".strip())
    else:
        scans.problem("", "this is none of the shapes Ukrposhta is known to send")


def _statuses(statuses: Tree, number: str, scans: Scans) -> None:
    rows = statuses if type(statuses) is list else [statuses]
    for status in rows:
        if type(status) is dict:
            _status(status, number, scans)
        else:
            scans.problem("", "a status is no object")
    if not rows:
        scans.refusal(f"{number or 'the number'} has no statuses")


def _status(status: Tree, number: str, scans: Scans) -> None:
    name, reason, code = text(status, "eventName"), text(status, "eventReason"), text(status, "event")
    more = reason if reason and reason.casefold() not in name.casefold() else ""
    meaning = CODES.meaning("ukrposhta.event", code, f"{name}: {more}" if more else name)
    said = " | ".join(filter(None, (name, more)))
    occurred = scans.when("/date", moment, text(status, "date"))
    if occurred is not None and not occurred.tz_known and occurred.precision != "day":
        occurred = moment(text(status, "date"), zone=ZONE)
    country = text(status, "country")
    place = Address(
        city=text(status, "name"),
        postcode=text(status, "index"),
        country="UA" if country.casefold() in _HOME else country if len(country) == 2 else "",
    )
    scans.scan(text(status, "barcode") or number, occurred, meaning, code=code, text=said, place=place)
