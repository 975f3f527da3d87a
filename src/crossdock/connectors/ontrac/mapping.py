"""Between OnTrac's tracking results (XML), LaserShip's tracking data (JSON) and canonical scans; pure.

The two have been one carrier since 2021; OnTrac's words of a status are coarser than its code, so the code counts.
"""

from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.party import Address
from crossdock.tracking.codes import Codes
from crossdock.tracking.scans import Scans
from crossdock.tracking.times import at, moment
from crossdock.tracking.trees import Tree, WebPage, any_text, each, first, text

CODES = Codes("crossdock.connectors.ontrac")
_FURTHEST = 14 * 60
"""Minutes: no clock is further from UTC."""


def read(tree: Tree, scans: Scans) -> None:
    """OnTrac's shipments, or one or several orders of LaserShip; what either reports as an error is a refusal."""
    if isinstance(tree, WebPage):
        scans.problem("", "this is a page for people")
        return
    result = first(tree, "OnTracTrackingResult") or first(tree, "OnTracUpdateResponse")
    orders = [one for one in each(tree) if type(one) is dict and "Events" in one]
    if type(result) is dict:
        _result(result, scans)
    elif orders:
        for order in orders:
            _order(order, scans)
    elif any_text(first(tree), "ErrorMessage", "Message", "Error"):
        scans.refusal(any_text(first(tree), "ErrorMessage", "Message", "Error"))
    else:
        scans.problem("", "this is none of the shapes OnTrac or LaserShip are known to send")


def _result(result: Tree, scans: Scans) -> None:
    if text(result, "Error"):
        scans.refusal(text(result, "Error"))
    for shipment in each(result, "Shipments", "Shipment"):
        number, signed = text(shipment, "Tracking"), text(shipment, "POD")
        events = each(shipment, "Events", "Event")
        if not events:
            scans.refusal(text(shipment, "Error") or f"no event of {number or 'the number'} yet")
        for event in events:
            code, said = text(event, "Status"), text(event, "Description")
            scans.scan(
                number,
                scans.when("/Shipment/Events/Event/EventTime", moment, text(event, "EventTime")),
                CODES.meaning("ontrac.status", code, said),
                code=code,
                text=said,
                place=_place(event, "Zip", "US"),
                signed_by=signed,
            )
    if scans.silent:
        scans.refusal("no shipments")


def _order(order: Tree, scans: Scans) -> None:
    number, events = any_text(order, "OrderNumber", "TrackingNumber"), each(order, "Events")
    if not events:
        scans.refusal(f"no event of {number or 'the number'} yet")
    for event in events:
        kind = text(event, "EventType")
        said = any_text(event, "EventLabel", "EventShortText", "EventLongText")
        reason = text(event, "Reason")
        scans.scan(
            number,
            scans.when("/Events/DateTime", _moment, text(event, "DateTime"), text(event, "UTCDateTime")),
            CODES.meaning("lasership.type", kind, f"{said} {reason}".strip()),
            code=kind,
            text=" | ".join(part for part in (said, reason) if part),
            place=_place(event, "PostalCode", ""),
            signed_by=text(event, "Signature"),
        )


def _moment(local: str, utc: str) -> Stamp:
    """The local time with the offset that UTC beside it makes; the local time alone where the two make none. Raises
    `InvalidInstant`.
    """
    here = moment(local)
    if not utc or here.precision == "day":
        return here
    minutes = (epoch_us(here) - epoch_us(at(utc[:10], utc[11:19]))) // 60_000_000
    if minutes % 15 or abs(minutes) > _FURTHEST:
        return here
    hours, rest = divmod(abs(minutes), 60)
    return moment(f"{here.at}{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}")


def _place(event: Tree, postcode: str, country: str) -> Address:
    city = any_text(event, "City", "Facility")
    return Address(
        city=city,
        region=text(event, "State"),
        postcode=text(event, postcode),
        country=(country if city else "") or text(event, "Country")[:2],
    )
