"""Between Roadie's shipments and webhooks (JSON) and canonical scans; pure."""

from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, first, text

CODES = Codes("crossdock.connectors.roadie")
_AXIS = "roadie.event"


def read(tree: Tree, scans: Scans) -> None:
    """Every shipment of an answer, or one pushed event; errors are refusals."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    held = [one for one in (*each(tree), *each(tree, "shipments"), *each(tree, "data")) if type(one) is dict]
    shipments = [one for one in held if "events" in one or "state" in one]
    pushed = [one for one in held if ("event" in one or "name" in one) and "occurred_at" in one]
    errors = each(tree, "errors") + each(tree, "error")
    for error in errors:
        said = any_text(error, "message", "parameter", "code") if type(error) is dict else str(error)
        scans.refusal(said)
    for shipment in shipments:
        _shipment(shipment, scans)
    for event in pushed:
        _event(event, any_text(event, "tracking_number", "shipment_id", "reference_id"), scans)
    if not (shipments or pushed or errors):
        scans.problem("", "this is none of the shapes Roadie is known to send")


def _shipment(shipment: Tree, scans: Scans) -> None:
    number = any_text(shipment, "tracking_number", "id", "reference_id")
    events = each(shipment, "events")
    if not events:
        scans.refusal(f"state '{text(shipment, 'state')}' of {number or 'the shipment'} without a time")
    for event in events:
        _event(event, number, scans)


def _event(event: Tree, number: str, scans: Scans) -> None:
    code = any_text(event, "name", "event", "state")
    where = first(event, "location")
    city = text(where, "city") or text(where, "address", "city")
    scans.scan(
        number,
        scans.when("/events/occurred_at", moment, any_text(event, "occurred_at", "timestamp")),
        CODES.meaning(_AXIS, code, any_text(event, "description", "message")),
        code=code,
        text=any_text(event, "description", "message"),
        place=Address(city=city, region=text(where, "state") or text(where, "address", "state")),
    )
