"""Between SmartKargo's tracking answers (JSON) and canonical scans; pure."""

from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment, ticks
from crossdock.tracking.trees import Tree, WebPage, any_text, each, first, text

CODES = Codes("crossdock.connectors.smartkargo")
_AXIS = "smartkargo.event"


def read(tree: Tree, scans: Scans) -> None:
    """A list of events, alone or under a name; errors are refusals."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    held = [*each(tree), *each(tree, "events"), *each(tree, "tracking"), *each(tree, "data")]
    events = [event for event in held if type(event) is dict and "eventType" in event]
    errors = each(tree, "error") + each(tree, "errors")
    for error in errors:
        said = f"{text(error, 'code')} {text(error, 'message')}".strip() if type(error) is dict else str(error)
        scans.refusal(said)
    for index, event in enumerate(events):
        _event(event, index, scans)
    if tree == []:
        scans.refusal("no event of this number yet")
    elif not events and not errors:
        scans.problem("", "this is none of the shapes SmartKargo is known to send")


def _event(event: Tree, index: int, scans: Scans) -> None:
    code, said = text(event, "eventType"), any_text(event, "description", "eventDescription")
    waybill = text(event, "airWaybill")
    where = first(event, "location")
    scans.scan(
        f"{text(event, 'prefix')}{waybill}" if waybill else any_text(event, "packageReference", "headerReference"),
        scans.when(f"/{index}/eventDate", _stamp, text(event, "eventDate"), text(where, "timezone")),
        CODES.meaning(_AXIS, code, said),
        code=code,
        text=said,
        place=Address(
            city=text(where, "city") or text(event, "eventLocation"),
            region=text(where, "state"),
            postcode=text(where, "zip"),
            country=text(where, "countryId"),
        ),
    )


def _stamp(written: str, zone: str) -> Stamp:
    """ISO, or .NET ticks where there are digits alone."""
    return ticks(written) if len(written) == 18 and written.isdigit() else moment(written, "ymd", zone)
