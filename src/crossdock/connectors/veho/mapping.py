"""Between Veho's tracking answers (JSON) and canonical scans; pure."""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, first, text

CODES = Codes("crossdock.connectors.veho")
_AXIS = "veho.event"


def read(tree: Tree, scans: Scans) -> None:
    """Every package of an answer; errors are refusals."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    holders = [each(tree, "trackingInfo"), each(tree, "packages"), each(tree, "data"), each(tree)]
    packages = next((found for held in holders if (found := [one for one in held if _events(one) is not None])), [])
    errors = each(tree, "errors") + each(tree, "error")
    for error in errors:
        said = f"{text(error, 'code')} {text(error, 'message')}".strip() if type(error) is dict else str(error)
        scans.refusal(said)
    for package in packages:
        _package(package, scans)
    if not packages and not errors and any_text(first(tree), "message"):
        scans.refusal(any_text(first(tree), "message"))
    elif not packages and not errors:
        scans.problem("", "this is none of the shapes Veho is known to send")


def _events(package: Tree) -> Tree:
    if type(package) is not dict:
        return None
    return next((package[name] for name in ("events", "eventLog", "eventHistory") if name in package), None)


def _package(package: Tree, scans: Scans) -> None:
    number = any_text(package, "trackingNumber", "trackingId", "barCode", "packageId")
    events = each(_events(package))
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for index, event in enumerate(events):
        code, said = any_text(event, "code", "eventType", "status"), any_text(event, "description", "message")
        scans.scan(
            number,
            scans.when(f"/events/{index}", _stamp, any_text(event, "date", "timestamp"), text(event, "time")),
            CODES.meaning(_AXIS, code, said),
            code=code,
            text=said,
            place=_place(event),
        )


def _stamp(day: str, clock: str) -> Stamp:
    return at(day, clock, "mdy") if clock else moment(day, "mdy")


def _place(event: Tree) -> Address:
    """``San Francisco, CA``, or the parts by themselves."""
    where = first(event, "location")
    if type(where) is dict:
        return Address(
            city=text(where, "city"), region=text(where, "state"), postcode=any_text(where, "zipCode", "zip")
        )
    city, _, region = text(event, "location").partition(",")
    return Address(city=city.strip(), region=region.strip(), country="US" if len(region.strip()) == 2 else "")
