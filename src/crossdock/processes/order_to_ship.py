"""Order to ship: from a delivery order to labels in the system of record, and its milestones until delivery.

new ──▶ rejected ◀──▶ rating ──▶ booking ──▶ labelled ──▶ shipped ──▶ delivered
└───── attention (a person must look) ─────┘        cancelled
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct, field

from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import digest
from crossdock.model.milestones import MILESTONES, NOTEWORTHY
from crossdock.model.order import DeliveryOrder, Package
from crossdock.model.rules import Problem, problems_of
from crossdock.model.shipment import Consignment, Quote
from crossdock.ports.process import Decision, Order, Priority, Process, Situation, Timer
from crossdock.processes.selection import Preference, select

NAME = "order_to_ship"
_QUOTES = "quotes"
_ENCODE = msgspec.json.Encoder().encode
_SECOND = 1_000_000


class OrderToShipPolicy(Struct, frozen=True):
    """What configuration decides. ``milestones`` are those written into the system of record; the rest stays in
    Crossdock's own history. ``quote_seconds`` is how long to wait for carriers before choosing among those there are.
    """

    carriers: tuple[str, ...]
    milestones: frozenset[str] = frozenset(NOTEWORTHY)
    label_format: str = "PDF"
    quote_seconds: float = 120.0
    prefer: Preference = "cheapest"
    max_delivery_days: int | None = None


class Raised(Struct, frozen=True):
    """An exception this process holds open."""

    kind: str
    pointer: str
    cause: str


class Progress(Struct, omit_defaults=True):
    """The process's own state. ``failed`` are quotes that will not come, as ``package/carrier``."""

    phase: str = "new"
    version: str = ""
    failed: list[str] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    raised: list[Raised] = field(default_factory=list)


class Work:
    """One decision in the making."""

    def __init__(self, situation: Situation, policy: OrderToShipPolicy, progress: Progress) -> None:
        """Start from the process's state as it was."""
        self.now = situation.now
        self.event = situation.event
        self.state: FulfilmentState = situation.fulfilment
        self.policy = policy
        self.progress = progress
        self.orders: list[Order] = []
        self.events: list[ev.EventBody] = []
        self.timers: list[Timer] = []
        self.cleared: list[str] = []

    @property
    def order(self) -> DeliveryOrder | None:
        """The order in force; None while only other facts of it have arrived."""
        return self.state.order

    def raise_exception(self, kind: str, text: str, pointer: str = "") -> None:
        """Open an exception unless the same one stands."""
        if any(each.kind == kind and each.pointer == pointer for each in self.progress.raised):
            return
        cause = self.event.key
        self.progress.raised.append(Raised(kind, pointer, cause))
        self.events.append(ev.ExceptionRaised(kind, text, pointer, cause))

    def resolve(self, which: Callable[[Raised], bool]) -> None:
        """Close those this process holds open and ``which`` picks."""
        for each in [each for each in self.progress.raised if which(each)]:
            self.progress.raised.remove(each)
            self.events.append(ev.ExceptionResolved(each.kind, each.pointer, each.cause))

    def decision(self) -> Decision:
        """The finished decision."""
        progress = self.progress
        return Decision(
            state=_ENCODE(progress),
            phase=progress.phase,
            orders=tuple(self.orders),
            events=tuple(self.events),
            timers=tuple(self.timers),
            cleared=tuple(self.cleared),
        )


_DECODE = msgspec.json.Decoder(Progress).decode


def order_to_ship(policy: OrderToShipPolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        progress = _DECODE(situation.process) if situation.process else Progress()
        work = Work(situation, policy, progress)
        _HANDLERS[ev.type_of(situation.event.body)](work)
        return work.decision()

    return Process(NAME, 1, frozenset(_HANDLERS), decide)


def _requested(work: Work) -> None:
    order, progress = work.order, work.progress
    if order is None or work.state.cancelled:
        return
    if progress.phase == "cancelled":  # reopened: it starts anew, its labels were voided
        progress = work.progress = Progress(noted=progress.noted, raised=progress.raised)
    version = _essence(order)
    if progress.phase not in {"new", "rejected"}:
        if version != progress.version:
            text = "The order was changed after it was released to the carrier. Compare, then void and book again."
            work.raise_exception("order.changed_after_release", text)
        return
    problems = problems_of(order)
    work.resolve(lambda each: all((each.kind, each.pointer) != (p.kind, p.pointer) for p in problems))
    if problems:
        progress.phase = "rejected"
        _reject(work, order, problems)
        return
    progress.phase, progress.version = "rating", version
    for package in order.packages:
        for carrier in work.policy.carriers:
            body = cmd.RequestRates(_consignment(order, package, work.policy.label_format))
            work.orders.append(Order(f"rates/{package.id}/{carrier}", carrier, body))
    work.timers.append(Timer(_QUOTES, work.now + int(work.policy.quote_seconds * _SECOND)))


def _consignment(order: DeliveryOrder, package: Package, label_format: str) -> Consignment:
    return Consignment(
        f"{order.id}/{package.id}",
        order.id,
        order.name,
        package,
        order.ship_from,
        order.ship_to,
        label_format,
        company=order.company,
        deliver_by=order.deliver_by,
    )


def _reject(work: Work, order: DeliveryOrder, problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        work.raise_exception(problem.kind, problem.text, problem.pointer)
    texts = "; ".join(problem.text for problem in problems)
    marker = digest(order.id, texts)[:16]
    if marker not in work.progress.noted:
        work.progress.noted.append(marker)
        text = f"This delivery cannot be released: {texts}. Correct it here; it will be checked again by itself."
        work.orders.append(Order("note/rejected", order.partner, cmd.RecordNote(order.external_id, text, marker)))


def _essence(order: DeliveryOrder) -> str:
    """What a label depends on: a change of anything else does not matter to the carrier."""
    return digest(_ENCODE((order.ship_to, order.packages)).decode())


def _quoted(work: Work) -> None:
    """A quote that comes after the deadline still counts, as long as nothing was chosen."""
    progress = work.progress
    undecided = progress.phase == "rating" or (progress.phase == "attention" and not progress.selected)
    if undecided and not _outstanding(work):
        _select(work)


def _outstanding(work: Work) -> bool:
    """Whether a quote may still come."""
    if work.order is None:
        return True
    there = {f"{quote.package_id}/{quote.partner}" for quote in work.state.quotes.values()} | set(work.progress.failed)
    wanted = {f"{package.id}/{carrier}" for package in work.order.packages for carrier in work.policy.carriers}
    return not wanted <= there


def _deadline(work: Work) -> None:
    body = work.event.body
    if isinstance(body, ev.DeadlinePassed) and body.timer == _QUOTES and work.progress.phase == "rating":
        _select(work)


def _select(work: Work) -> None:
    order, policy = work.order, work.policy
    if order is None:
        return
    quotes = tuple(work.state.quotes[shipment] for shipment in sorted(work.state.quotes))
    choice = select(order, quotes, policy.prefer, policy.max_delivery_days)
    work.cleared.append(_QUOTES)
    if choice is None:
        if work.progress.phase == "rating":
            text = (
                "No carrier offers a rate that every package of this order can use. Check weights, address and account."
            )
            work.raise_exception("rates.none", text)
        work.progress.phase = "attention"
        return
    work.resolve(lambda each: each.kind in {"rates.none", "rates.failed"})
    work.progress.phase = "booking"
    for package in order.packages:
        quote, rate = choice.picks[package.id]
        offers: tuple[Quote, ...] = tuple(each for each in quotes if each.package_id == package.id)
        work.progress.selected.append(quote.shipment_id)
        work.events.append(
            ev.CarrierSelected(
                package.id, quote.partner, quote.shipment_id, rate.id, rate.carrier, rate.service, choice.rule, offers
            )
        )
        consignment = _consignment(order, package, policy.label_format)
        body = cmd.BuyLabel(consignment, quote.shipment_id, rate.id, rate.carrier, rate.service)
        work.orders.append(Order(f"buy/{package.id}", quote.partner, body, Priority.EXPRESS))


def _booked(work: Work) -> None:
    body = work.event.body
    if not isinstance(body, ev.ShipmentBooked):
        return
    booking = body.booking
    work.resolve(lambda each: each.kind == "booking.failed" and each.pointer == f"/packages/{booking.package_id}")
    if work.progress.phase == "cancelled":
        _void(work)
        return
    fetch = cmd.FetchLabel(
        booking.package_id, booking.shipment_id, booking.tracking_number, booking.label_url, booking.label_media_type
    )
    work.orders.append(Order(f"label/{booking.package_id}", booking.partner, fetch, Priority.EXPRESS))


def _labelled(work: Work) -> None:
    body, order = work.event.body, work.order
    if not isinstance(body, ev.LabelReceived) or order is None:
        return
    work.resolve(lambda each: each.kind == "label.failed" and each.pointer == f"/packages/{body.package_id}")
    booking = work.state.bookings.get(body.shipment_id)
    carrier = booking.carrier if booking else ""
    numbers = work.state.tracking_numbers() or (body.tracking_number,)
    record = cmd.RecordShipping(order.external_id, body.tracking_number, numbers, carrier, body.document)
    work.orders.append(Order(f"shipping/{body.tracking_number}", order.partner, record))
    live = work.state.live_bookings()
    complete = all(p.id in live and live[p.id].tracking_number in work.state.labels for p in order.packages)
    if complete and work.progress.phase in {"booking", "attention"}:
        work.progress.phase = "labelled"


def _tracked(work: Work) -> None:
    body, order = work.event.body, work.order
    if not isinstance(body, ev.TrackingReported) or order is None:
        return
    scan = body.event
    _follow(work, order)
    if scan.milestone == "unknown" and scan.raw_code:
        text = f"{scan.partner} used the code '{scan.raw_code}' ({scan.raw_text}), which no mapping knows."
        work.raise_exception("mapping.unknown_code", text, f"/{scan.partner}/{scan.raw_code}")
    once = f"{scan.tracking_number}/{scan.milestone}"
    if scan.milestone not in work.policy.milestones or once in work.progress.noted:
        return
    work.progress.noted.append(once)
    name = MILESTONES[scan.milestone].name
    place = ", ".join(part for part in (scan.place.city, scan.place.country) if part)
    detail = f": {scan.raw_text}" if scan.raw_text and scan.exception_category != "none" else ""
    text = f"{name}{detail} - {scan.carrier or scan.partner} {scan.tracking_number}{f', {place}' if place else ''}"
    marker = digest(order.id, once)[:16]
    record = cmd.RecordMilestone(order.external_id, scan.tracking_number, scan.milestone, text, scan.occurred, marker)
    work.orders.append(Order(f"milestone/{once}", order.partner, record))


def _follow(work: Work, order: DeliveryOrder) -> None:
    """Move the phase with the packages: shipped when one moves, delivered when all are."""
    live = work.state.live_bookings()
    standings = [
        work.state.journeys[live[package.id].tracking_number].standing
        for package in order.packages
        if package.id in live and live[package.id].tracking_number in work.state.journeys
    ]
    if work.progress.phase in {"cancelled", "delivered"}:
        return
    if len(standings) == len(order.packages) and all(each.milestone == "delivered" for each in standings):
        work.progress.phase = "delivered"
    elif any(each.moved for each in standings):
        work.progress.phase = "shipped"


def _proved(work: Work) -> None:
    body, order = work.event.body, work.order
    if not isinstance(body, ev.ProofCaptured) or order is None:
        return
    proof = body.proof
    place = ", ".join(part for part in (proof.place.city, proof.place.country) if part)
    text = f"Proof of delivery {proof.tracking_number}: signed by {proof.signed_by or 'nobody named'}"
    marker = digest(order.id, "proof", proof.tracking_number, proof.signed_by)[:16]
    record = cmd.RecordProof(
        order.external_id,
        proof.tracking_number,
        f"{text}{f', {place}' if place else ''}",
        proof.occurred,
        marker,
        proof.signed_by,
        proof.document,
    )
    work.orders.append(Order(f"proof/{proof.tracking_number}", order.partner, record))


_FAILURES = {
    "rates.request.v1": "rates.failed",
    "label.buy.v1": "booking.failed",
    "label.fetch.v1": "label.failed",
    "label.void.v1": "void.failed",
}


def _failed(work: Work) -> None:
    body = work.event.body
    if not isinstance(body, ev.CommandFailed):
        return
    pointer = f"/packages/{body.package_id}" if body.package_id else f"/{body.what}"
    work.raise_exception(_FAILURES.get(body.what, "record.failed"), body.operator, pointer)
    if body.what == "rates.request.v1" and work.progress.phase == "rating":
        work.progress.failed.append(f"{body.package_id}/{body.partner}")
        if not _outstanding(work):
            _select(work)


def _cancelled(work: Work) -> None:
    if work.progress.phase == "cancelled" or not work.state.cancelled:
        return
    if any(journey.standing.moved for journey in work.state.journeys.values()):
        text = "The order was cancelled after the carrier had picked it up. Recall it or open a return."
        work.raise_exception("order.cancelled_after_pickup", text)
        return
    work.progress.phase = "cancelled"
    work.cleared.append(_QUOTES)
    _void(work)


def _void(work: Work) -> None:
    for booking in work.state.live_bookings().values():
        body = cmd.VoidLabel(booking.package_id, booking.shipment_id, booking.tracking_number)
        work.orders.append(Order(f"void/{booking.shipment_id}", booking.partner, body))


def _written(work: Work) -> None:
    work.resolve(lambda each: each.kind == "record.failed")


_HANDLERS: dict[str, Callable[[Work], None]] = {
    "fulfilment.requested.v1": _requested,
    "fulfilment.cancelled.v1": _cancelled,
    "rates.quoted.v1": _quoted,
    "deadline.passed.v1": _deadline,
    "shipment.booked.v1": _booked,
    "label.received.v1": _labelled,
    "tracking.reported.v1": _tracked,
    "proof.captured.v1": _proved,
    "command.failed.v1": _failed,
    "record.written.v1": _written,
}
