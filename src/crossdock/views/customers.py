"""What a customer may see of an order: public milestones in the local time of their places, never what we say inside.

The words are the page's (`crossdock.trackpage`); here is what they speak of. Names, streets, prices, carriers' own
texts, signatures and exceptions of ours are no part of it.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from crossdock.model.events import Event, TrackingReported
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.instants import epoch_us
from crossdock.model.journey import Journey
from crossdock.model.milestones import MILESTONES
from crossdock.model.party import Address
from crossdock.model.returning import RedeliveryChosen, ReturnRequested
from crossdock.model.shipment import Document
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.rows import Found
from crossdock.ports.stores import Transaction
from crossdock.tracking.zones import zone_of, zones_in
from crossdock.views.arrival import Arrival, arrival_of
from crossdock.views.local_times import LocalTime, local_time

_MOST_DELIVERIES = 10
_PHASE_STATUS = {"pre": "preparing", "first_mile": "handed_over", "transit": "on_the_way", "last_mile": "near"}
_OWN_STATUS = {
    "unknown": "preparing",
    "customs_processing": "customs",
    "out_for_delivery": "out_for_delivery",
    "available_for_pickup": "pickup",
    "partially_delivered": "partly_delivered",
    "delivered": "delivered",
    "return_initiated": "coming_back",
    "return_in_transit": "coming_back",
    "returned": "returned",
    "cancelled": "cancelled",
    "lost": "lost",
    "destroyed": "destroyed",
}
_CHOSEN = {"again": "again", "collect": "collect", "return": "send_back"}
STATUSES: tuple[str, ...] = (
    "attempted", "pickup", "out_for_delivery", "near", "customs", "on_the_way", "handed_over", "preparing",
    "partly_delivered", "lost", "destroyed", "coming_back", "returned", "cancelled", "delivered",
)  # fmt: skip
"""What may be said of a parcel, the one that needs the customer most first."""

STEPS: Mapping[str, int] = {
    "preparing": 0, "handed_over": 1, "on_the_way": 2, "customs": 2, "near": 2, "attempted": 3,
    "out_for_delivery": 3, "pickup": 3, "partly_delivered": 3, "delivered": 4,
}  # fmt: skip
"""How far along the five steps a parcel is; what goes another way has none."""

ESSENTIAL_SCANS = frozenset({"yes"})
ALL_SCANS = frozenset({"yes", "optional"})
"""What customers are told of, by the column of data/milestones.tsv: what matters, and also what the curious like."""


class Checkpoint(Struct, frozen=True):
    """One public scan: what, when by the clock there, and roughly where."""

    code: str
    category: str
    at: LocalTime
    instant: int
    city: str
    country: str


class Parcel(Struct, frozen=True):
    """One parcel: where it stands, when it should come, and its checkpoints, newest first. ``failed`` is how many
    attempts failed; ``proof`` the document of a delivery, ``proven`` that there is one or a signature.
    """

    subject: str
    number: str
    carrier: str
    status: str
    delayed: bool
    held: bool
    category: str
    arrival: Arrival | None
    checkpoints: tuple[Checkpoint, ...]
    failed: int = 0
    proven: bool = False
    proof: Document | None = None
    signed_by: str = ""
    proof_at: LocalTime | None = None


class Item(Struct, frozen=True):
    """What was ordered: for choosing what comes back."""

    sku: str
    name: str
    quantity: str


class Asked(Struct, frozen=True):
    """Something the customer asked for: ``what`` is return (of goods), again, collect or send_back (of a parcel, whose
    ``number`` it is).
    """

    id: str
    what: str
    at: int
    number: str = ""


class CustomerOrder(Struct, frozen=True):
    """Everything a customer may see of one order, and the address their mail goes to (never shown whole)."""

    subject: str
    name: str
    customer_order: str
    city: str
    country: str
    zone: str
    email: str
    language: str
    parcels: tuple[Parcel, ...]
    items: tuple[Item, ...]
    asked: tuple[Asked, ...]
    delivered_at: int = 0

    @property
    def status(self) -> str:
        """That of the parcel that needs the customer most."""
        found = {parcel.status for parcel in self.parcels} or {"preparing"}
        return next(each for each in STATUSES if each in found)

    def groups(self) -> list[tuple[str, list[Parcel]]]:
        """Parcels by status, those that need the customer most first."""
        by_status = {each: [parcel for parcel in self.parcels if parcel.status == each] for each in STATUSES}
        return [(status, parcels) for status, parcels in by_status.items() if parcels]

    def parcel(self, number: str) -> Parcel | None:
        """The parcel of this number."""
        return next((each for each in self.parcels if each.number == number), None)


def state_of(tx: Transaction, subject: str) -> FulfilmentState | None:
    """What is known of one delivery."""
    row = tx.states.load([subject]).get(subject)
    return msgspec.json.decode(row.state, type=FulfilmentState) if row else None


def customer_order(tx: Transaction, subject: str, now: int, told: frozenset[str] = ALL_SCANS) -> CustomerOrder | None:
    """The order behind a delivery, with the other deliveries of the same order to the same place; of its scans those
    that are ``told``. None where there is no such delivery.
    """
    state = state_of(tx, subject)
    if state is None or state.order is None:
        return None
    states = {subject: state, **_others(tx, subject, state)}
    events = {each: tx.log.of_subject(each) for each in states}
    parcels = [parcel for each, found in states.items() for parcel in _parcels(each, found, events[each], now, told)]
    order = state.order
    place = order.ship_to.address
    return CustomerOrder(
        subject=subject,
        name=order.sales_order or order.customer_order or order.name,
        customer_order=order.customer_order,
        city=place.city,
        country=place.country,
        zone=zone_of(place),
        email=order.ship_to.email,
        language=order.ship_to.language,
        parcels=tuple(parcels),
        items=tuple(Item(line.item.sku, line.item.name, f"{line.quantity.normalize():f}") for line in order.lines),
        asked=tuple(each for told in events.values() for each in _asked(told)),
        delivered_at=max((_delivered_at(found) for found in states.values()), default=0),
    )


def found_by(tx: Transaction, reference: str, postcode: str) -> str | None:
    """The delivery that a number names and that goes to a postcode (the town, where addresses have none). None where
    either does not fit, or where several would.
    """
    wanted = _plain(postcode)
    if not reference.strip() or not wanted:
        return None
    subjects = {hit.subject for text in {reference.strip(), reference.strip().upper()} for hit in _named(tx, text)}
    fitting = []
    for subject in sorted(subjects):
        state = state_of(tx, subject)
        if state is not None and state.order is not None and _place_word(state.order.ship_to.address) == wanted:
            fitting.append((subject, state.order.sales_order_id or state.order.name))
    if len({order for _, order in fitting}) != 1:
        return None
    return fitting[0][0]


def _named(tx: Transaction, text: str) -> list[Found]:
    return [hit for hit in tx.views.search(text) if hit.value == text]


def _place_word(place: Address) -> str:
    return _plain(place.postcode) or _plain(place.city)


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _others(tx: Transaction, subject: str, state: FulfilmentState) -> dict[str, FulfilmentState]:
    """Deliveries of the same order to the same place: numbers alone may be another customer's."""
    mine = state.order
    if mine is None or not mine.sales_order:
        return {}
    found: dict[str, FulfilmentState] = {}
    for name in sorted({hit.subject for hit in _named(tx, mine.sales_order)} - {subject})[:_MOST_DELIVERIES]:
        other = state_of(tx, name)
        theirs = other.order if other else None
        if other is None or theirs is None:
            continue
        same = (theirs.partner, theirs.company, theirs.sales_order, theirs.sales_order_id) == (
            mine.partner, mine.company, mine.sales_order, mine.sales_order_id,
        )  # fmt: skip
        to = (theirs.ship_to.name, theirs.ship_to.address, theirs.ship_to.email)
        if same and to == (mine.ship_to.name, mine.ship_to.address, mine.ship_to.email):
            found[name] = other
    return found


def _parcels(
    subject: str, state: FulfilmentState, events: Sequence[Event], now: int, told: frozenset[str]
) -> list[Parcel]:
    scans: dict[str, list[TrackingEvent]] = {}
    for event in events:
        if isinstance(event.body, TrackingReported):
            scans.setdefault(event.body.event.tracking_number, []).append(event.body.event)
    live = {each.tracking_number: each.carrier for each in state.live_bookings().values()}
    voided = {each.tracking_number for each in state.bookings.values() if state.is_voided(each)} - set(live)
    back = {each.tracking_number for each in state.bookings.values() if each.package_id.endswith(":return")}
    numbers = dict.fromkeys([*state.tracking_numbers(), *sorted(state.journeys)])
    shown = [each for each in numbers if each and each not in voided and each not in back]
    if not shown:
        return [_parcel(subject, state, "", "", [], now, told)]
    return [_parcel(subject, state, each, live.get(each, ""), scans.get(each, []), now, told) for each in shown]


def _parcel(
    subject: str,
    state: FulfilmentState,
    number: str,
    carrier: str,
    scans: Sequence[TrackingEvent],
    now: int,
    told: frozenset[str],
) -> Parcel:
    journey = state.journeys.get(number) or Journey()
    proof = state.proofs.get(number)
    standing = journey.standing
    status = _status(state, journey)
    checkpoints = _checkpoints(scans, told)
    return Parcel(
        subject=subject,
        number=number,
        carrier=carrier or next((each.carrier for each in reversed(scans) if each.carrier), ""),
        status=status,
        delayed=standing.delayed and STEPS.get(status, 4) < 4,
        held=standing.held and STEPS.get(status, 4) < 4,
        category=standing.category if STEPS.get(status, 4) < 4 else "none",
        arrival=arrival_of(state, status, scans, now),
        checkpoints=checkpoints,
        failed=sum(each.milestone == "delivery_attempted" for each in journey.entries),
        proven=proof is not None,
        proof=proof.document if proof else None,
        signed_by=proof.signed_by if proof else "",
        proof_at=local_time(proof.occurred, zone_of(proof.place)) if proof else None,
    )


def _status(state: FulfilmentState, journey: Journey) -> str:
    if state.cancelled and not journey.standing.moved:
        return "cancelled"
    code = journey.standing.milestone
    status = _OWN_STATUS.get(code) or _PHASE_STATUS.get(MILESTONES[code].phase, "on_the_way")
    last = journey.entries[-1].milestone if journey.entries else ""
    if last == "delivery_attempted" and STEPS.get(status, 4) < 4:
        return "attempted"
    return status


def _checkpoints(scans: Sequence[TrackingEvent], told: frozenset[str]) -> tuple[Checkpoint, ...]:
    """Public ones, newest first; what two sources say of the same moment stands once."""
    found: dict[tuple[object, ...], Checkpoint] = {}
    for scan in scans:
        if MILESTONES[scan.milestone].told not in told:
            continue
        zone = scan.occurred.zone or zone_of(scan.place)
        at = local_time(scan.occurred, zone, zones_in(scan.place.country))
        point = Checkpoint(
            scan.milestone, scan.exception_category, at, epoch_us(scan.occurred), scan.place.city, scan.place.country
        )
        found.setdefault((point.code, point.instant), point)
    ordered = sorted(found.values(), key=lambda each: (each.instant, MILESTONES[each.code].rank), reverse=True)
    return tuple(ordered)


def _delivered_at(state: FulfilmentState) -> int:
    arrived = [each.standing for each in state.journeys.values() if each.standing.milestone == "delivered"]
    return max((each.since for each in arrived), default=0)


def _asked(events: Sequence[Event]) -> list[Asked]:
    """What was asked for of this order, once each: by the customer here, or told to somebody."""
    found: dict[tuple[str, str], Asked] = {}
    for event in events:
        body = event.body
        if isinstance(body, ReturnRequested) and body.source != "failed_delivery":
            found[body.id, ""] = Asked(body.id, "return", event.recorded_at)
        elif isinstance(body, RedeliveryChosen):
            found[body.id, body.tracking_number] = Asked(
                body.id, _CHOSEN[body.choice], event.recorded_at, body.tracking_number
            )
    return list(found.values())
