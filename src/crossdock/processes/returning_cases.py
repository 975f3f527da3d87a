"""What of an order is expected back: cases, each under a reference of its own that the warehouse knows it by.

A case is opened by whatever is heard of first: a request, a label for the way back, a parcel that its carrier returns,
or goods that stand at the dock. What is heard of later joins the case that has none of its kind yet.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

from crossdock.model.desk import RETURN
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.instants import epoch_us
from crossdock.model.order import DeliveryOrder
from crossdock.model.returning import Goods, ReturnedToSender, ReturnRequested
from crossdock.model.shipment import Booking
from crossdock.model.transfers import MovedLine
from crossdock.model.warehouse_state import Receipt
from crossdock.processes.stepping import Course, Kept

_COMING = {"return_initiated", "return_in_transit"}
_BACK = {"returned"}


class ReturnPolicy(Struct, frozen=True):
    """What configuration decides. ``warehouse`` is the partner returns are announced to ("": none); ``refund`` a credit
    note where Crossdock knows of an invoice, ``always`` or ``never``; ``damaged`` goods are taken into stock, taken
    in and scrapped at ``place`` (the warehouse's code), or not taken in. ``leave`` finishes the delivery first,
    ``open`` opens the return in the system of record once goods are under way, ``label`` asks for one on request.
    """

    warehouse: str = ""
    refund: Literal["invoiced", "always", "never"] = "invoiced"
    damaged: Literal["restock", "scrap", "reject"] = "scrap"
    place: str = "WH"
    leave: bool = True
    open: bool = True
    post: bool = True
    label: bool = False


class Case(Struct, omit_defaults=True):
    """One thing expected back. ``lines`` empty: what is in it is not known. ``parcel`` is the tracking number it comes
    under, ``request`` who asked; ``over_since`` is when what ended it happened (epoch microseconds).
    """

    number: int
    request: str = ""
    parcel: str = ""
    lines: tuple[MovedLine, ...] = ()
    reason: str = ""
    refused: Goods | Literal[""] = ""
    closed: bool = False
    over_since: int = 0
    wants_label: bool = False


class Found(Struct, omit_defaults=True):
    """One goods receipt of the warehouse that was taken into account: for which case, and what is done about it."""

    place: str
    receipt: str
    case: int
    accepted: tuple[MovedLine, ...] = ()
    scrapped: tuple[MovedLine, ...] = ()
    final: bool = True
    content: str = ""
    credit: bool | None = None


class Returning(Kept, omit_defaults=True, kw_only=True):
    """The process's own state. ``left`` says that the delivery is done in the system of record; ``told`` are parcels
    that were said to come back, ``refusals`` requests that were taken back before anybody heard of them.
    """

    cases: list[Case] = field(default_factory=list)
    receipts: dict[str, Found] = field(default_factory=dict)
    left: bool = False
    told: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def open_for(own: Returning, name: str, request: ReturnRequested, at: int) -> Case:
    """The case of a request made ``at`` that time: that of the parcel it is named by, one that nobody asked for yet and
    was not over before that, or a new one.
    """
    unasked = [each for each in own.cases if not each.request]
    case = next((each for each in unasked if each.parcel == request.id), None)
    case = case or next((each for each in unasked if not each.closed or at <= each.over_since), None) or _new(own)
    case.request, case.lines = name, request.lines or case.lines
    return case


def refuse(own: Returning, goods: Goods, request: str) -> None:
    """Somebody will not take back what was requested under a name; without a name, all that is open."""
    if request and request not in own.refusals:
        own.refusals.append(request)
    for case in own.cases:
        if not case.closed and request in {"", case.request}:
            case.refused, case.closed = goods, True


def follow_parcels(course: Course, own: Returning) -> None:
    """Parcels that come back: each belongs to one case."""
    state = course.state
    known = {each.parcel for each in own.cases}
    for booking in _on_the_way_back(state):
        number = booking.tracking_number
        if number not in known:
            lines = contents_of(state, booking.package_id.removesuffix(RETURN))
            case = _for_parcel(course, own)
            case.parcel, case.lines = number, case.lines or lines
        _tell(course, own, booking)
    for case in own.cases:
        if not case.lines and not case.closed:
            case.lines = _all_of(state, case)


def _for_parcel(course: Course, own: Returning) -> Case:
    """One that waits for a parcel; one that was over when nobody had heard of this parcel yet; or a new one."""
    at, free = epoch_us(course.event.occurred), [each for each in own.cases if _is_free(course.state, each)]
    waiting = next((each for each in free if not each.closed), None)
    return waiting or next((each for each in free if not each.refused and at <= each.over_since), None) or _new(own)


def _all_of(state: FulfilmentState, case: Case) -> tuple[MovedLine, ...]:
    """What a case without lines is about, now that the order may be known."""
    if case.parcel:
        names = [each.package_id for each in state.bookings.values() if each.tracking_number == case.parcel]
        return contents_of(state, names[0].removesuffix(RETURN)) if names else ()
    return lines_of(state.order) if case.request else ()


def _on_the_way_back(state: FulfilmentState) -> Iterator[Booking]:
    """Labels for the way back, and parcels their carrier returns."""
    live = state.live_bookings()
    for key in sorted(live):
        booking = live[key]
        journey = state.journeys.get(booking.tracking_number)
        if key.endswith(RETURN) or (journey and journey.standing.leg == "return"):
            yield booking


def _is_free(state: FulfilmentState, case: Case) -> bool:
    """No parcel belongs to the case, or only one whose label was voided."""
    live = {each.tracking_number for each in state.live_bookings().values()}
    return case.parcel not in live


def _tell(course: Course, own: Returning, booking: Booking) -> None:
    """A parcel its carrier returns is told of once: to customer service, and to whoever tells the customer."""
    number = booking.tracking_number
    if booking.package_id.endswith(RETURN) or number in own.told:
        return
    own.told.append(number)
    standing = course.state.journeys[number].standing
    course.events.append(ReturnedToSender(number, booking.package_id, standing.category, standing.reason))
    text = (
        f"{booking.carrier or booking.partner} brings {number} back undelivered"
        f"{f' ({standing.reason or standing.category})' if standing.category != 'none' else ''}. "
        "Ask the customer whether to send it again."
    )
    course.raise_exception("delivery.returned", text, f"/shipments/{number}")


def follow_receipts(course: Course, own: Returning) -> None:
    """Find the case of every goods receipt; goods nobody announced open one."""
    for place in sorted(course.state.inbound):
        announcement = course.state.inbound[place]
        for receipt in sorted(announcement.receipts):
            name = f"{place} {receipt}"
            if name not in own.receipts:
                case = _case_of(course, own, announcement.reference)
                own.receipts[name] = Found(place, receipt, case.number)


def _case_of(course: Course, own: Returning, reference: str) -> Case:
    order = course.state.order
    named = next((each for each in own.cases if order and reference_of(order, each) == reference), None)
    refused = (each for each in own.cases if each.refused)
    return named or next((each for each in own.cases if not each.closed), None) or next(refused, None) or _new(own)


def receipt_of(state: FulfilmentState, found: Found) -> Receipt:
    """What the warehouse said in a receipt."""
    return state.inbound[found.place].receipts[found.receipt]


def reference_of(order: DeliveryOrder, case: Case) -> str:
    """What the warehouse knows a case by: the first return of WH/OUT/00007 is WH/OUT/00007-R1."""
    return f"{order.name}-R{case.number}"


def whereabouts(state: FulfilmentState, own: Returning, case: Case) -> str:
    """How far the goods of an open case are."""
    if any(each.case == case.number for each in own.receipts.values()):
        return "inspecting"
    journey = state.journeys.get(case.parcel)
    standing = journey.standing if journey else None
    if standing and (standing.milestone in _BACK or (standing.leg == "forward" and standing.milestone == "delivered")):
        return "arrived"
    if standing and (standing.moved or standing.milestone in _COMING):
        return "under_way"
    return "requested" if _is_free(state, case) else "labelled"


def lines_of(order: DeliveryOrder | None) -> tuple[MovedLine, ...]:
    """Everything of an order."""
    return tuple(MovedLine(each.item, each.quantity, each.unit) for each in order.lines) if order else ()


def contents_of(state: FulfilmentState, package_id: str) -> tuple[MovedLine, ...]:
    """What is in a package; nothing where that is not known. One package alone holds everything."""
    order, parcels = state.order, state.parcels
    package = next((each for each in parcels if each.id == package_id), None)
    if order is None or package is None:
        return ()
    if not package.contents:
        return lines_of(order) if len(parcels) == 1 else ()
    lines = {each.id: each for each in order.lines}
    held: dict[str, Decimal] = {}
    for part in package.contents:
        held[part.line_id] = held.get(part.line_id, Decimal(0)) + part.quantity
    return tuple(
        MovedLine(lines[name].item, quantity, lines[name].unit) for name, quantity in held.items() if name in lines
    )


def packages_with(state: FulfilmentState, lines: tuple[MovedLine, ...]) -> list[str]:
    """The packages that hold any of these goods; the first where nobody knows."""
    wanted = {each.item.sku for each in lines}
    found = [
        package.id
        for package in state.parcels
        if not wanted or wanted & {each.item.sku for each in contents_of(state, package.id)}
    ]
    return found or [each.id for each in state.parcels[:1]]


def _new(own: Returning) -> Case:
    case = Case(len(own.cases) + 1)
    own.cases.append(case)
    return case
