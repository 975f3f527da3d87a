"""Between New Zealand Post's tracking answers (ParcelTrack 3, and the older Tracking API) and canonical scans; pure."""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import NOWHERE, Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, text

CODES = Codes("crossdock.connectors.nzpost")


def read(tree: Tree, scans: Scans) -> None:
    """Results of ParcelTrack, or articles by their numbers; errors are refusals."""
    if isinstance(tree, WebPage) or type(tree) is not dict:
        scans.problem("", "this is none of the shapes New Zealand Post is known to send")
        return
    errors = each(tree, "errors")
    for error in errors:
        said = (any_text(error, "code", "error"), any_text(error, "message", "details", "description"))
        scans.refusal(" ".join(part for part in said if part))
    parcels = [one for one in (*each(tree, "results"), tree) if type(one) is dict and "tracking_events" in one]
    articles = {name: one for name, one in tree.items() if type(one) is dict and _older(one)}
    for parcel in parcels:
        _parcel(parcel, scans)
    for number, article in articles.items():
        _article(number, article, scans)
    if not (errors or parcels or articles):
        scans.problem("", "this is none of the shapes New Zealand Post is known to send")


def _older(article: Tree) -> bool:
    return "short_description" in article or "detail_description" in article or "error_code" in article


def _parcel(parcel: Tree, scans: Scans) -> None:
    number, events = text(parcel, "tracking_reference"), each(parcel, "tracking_events")
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for event in events:
        said, status = text(event, "event_description"), text(event, "status_description")
        depot = any_text(event, "depot_name", "location")
        scans.scan(
            number,
            scans.when("/results/tracking_events/event_datetime", moment, text(event, "event_datetime")),
            CODES.meaning("nzpost.description", "", said or status),
            code=any_text(event, "event_edifact_code", "event_code"),
            text=" | ".join(dict.fromkeys(part for part in (said, status) if part)),
            place=Address(city=depot) if depot else NOWHERE,
            signed_by=text(event, "signed_by"),
        )


def _article(number: str, article: Tree, scans: Scans) -> None:
    """An article of the older API: its events carry a flag, and day and 12-hour clock beside the whole time."""
    events = each(article, "events")
    if not events:
        said = any_text(article, "detail_description", "short_description", "error_code")
        scans.refusal(f"{number}: {said or 'without events'}")
    for event in events:
        flag, said = text(event, "flag"), text(event, "description")
        occurred = scans.when(
            "/events/datetime", _moment, text(event, "datetime"), text(event, "date"), text(event, "time")
        )
        scans.scan(number, occurred, CODES.meaning("nzpost.flag", flag, said), code=flag, text=said)


def _moment(whole: str, day: str, clock: str) -> Stamp:
    return moment(whole) if whole else at(day, clock, "dmy")
