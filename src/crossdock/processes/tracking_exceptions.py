"""What carriers say is wrong becomes an exception of the right kind, and ends by later progress.

What stands is read from the whole journey of a number, so it is the same for any order in which scans arrive. Besides:
an estimate after the promise, and a delivery of which no proof came.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct, field

from crossdock.model import events as ev
from crossdock.model.exception_kinds import kind_of, kind_of_scan
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import epoch_us, last_moment
from crossdock.model.journey import Entry, Journey
from crossdock.model.milestones import MILESTONES
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.process import Decision, Process, Situation, Timer

NAME = "tracking_exceptions"
PROOF, LATE = "proof.missing", "eta.late"
_TIMER = "proof/"
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR

_CLEARING = frozenset({"shipment.customs", "shipment.documents", "shipment.payment"})
_AT_THE_DOOR = frozenset({"shipment.address", "shipment.recipient", "shipment.attempted", "shipment.refused"})
_LASTING = frozenset({"shipment.damage", "shipment.partial", "shipment.returning"})
_NEXT_TRY = frozenset({
    "resumed", "out_for_delivery", "available_for_pickup", "delivery_scheduled", "redirected", "return_initiated",
    "return_in_transit",
})  # fmt: skip
"""What follows an attempt that failed: another one, or the way back."""
_ENDS = frozenset({"delivered", "returned", "cancelled"})
_ELSEWHERE = frozenset({"pickup_attempted", "unknown"})
"""Milestones that order-to-ship raises: a failed pickup, and a code that no mapping knows."""
_CLEARED_RANK = MILESTONES["customs_cleared"].rank
_MOVED_RANK = MILESTONES["dropped_off"].rank


class TrackingExceptionsPolicy(Struct, frozen=True):
    """What configuration decides: ``ignore`` are kinds nobody wants to hear of; ``proof_hours`` after a delivery its
    proof is missed (0: never); ``late`` says whether an estimate after the promise is an exception.
    """

    ignore: frozenset[str] = frozenset({"shipment.delayed_outside", "shipment.data"})
    proof_hours: float = 0.0
    late: bool = True


class Numbered(Struct, omit_defaults=True):
    """One tracking number: causes of the exceptions that stand, by kind; the time of the latest estimate."""

    raised: dict[str, str] = field(default_factory=dict)
    estimated_at: int = 0
    proof_due: bool = False


class Known(Struct, omit_defaults=True):
    """The process's own state, by tracking number."""

    numbers: dict[str, Numbered] = field(default_factory=dict)


_NOTHING = Decision(b"")
_DECODE = msgspec.json.Decoder(Known).decode
_ENCODE = msgspec.json.Encoder().encode


class _Work:
    def __init__(self, situation: Situation, policy: TrackingExceptionsPolicy) -> None:
        self.situation = situation
        self.policy = policy
        self.known = _DECODE(situation.process) if situation.process else Known()
        self.events: list[ev.EventBody] = []
        self.timers: list[Timer] = []
        self.cleared: list[str] = []

    def number(self, number: str) -> Numbered:
        return self.known.numbers.setdefault(number, Numbered())

    def raise_exception(self, number: str, raised: ExceptionRaised) -> None:
        self.number(number).raised[raised.kind] = raised.cause
        self.events.append(raised)

    def resolve(self, number: str, kind: str) -> None:
        cause = self.number(number).raised.pop(kind)
        self.events.append(ExceptionResolved(kind, f"/shipments/{number}", cause))

    def decision(self) -> Decision:
        idle = Numbered()
        self.known.numbers = {name: each for name, each in self.known.numbers.items() if each != idle}
        state = _ENCODE(self.known) if self.known.numbers else b""
        return Decision(state, "", (), tuple(self.events), tuple(self.timers), tuple(self.cleared))


def tracking_exceptions(policy: TrackingExceptionsPolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        if not situation.process and _is_plain(situation.event.body, policy):
            return _NOTHING
        work = _Work(situation, policy)
        _HANDLERS[ev.type_of(situation.event.body)](work)
        return work.decision()

    return Process(NAME, 1, frozenset(_HANDLERS), decide)


def _is_plain(body: ev.EventBody, policy: TrackingExceptionsPolicy) -> bool:
    """A scan that leads to nothing here, where nothing stands: nearly all are, so they cost next to nothing."""
    if not isinstance(body, ev.TrackingReported):
        return False
    scan = body.event
    if scan.eta is not None or (policy.proof_hours and scan.milestone == "delivered"):
        return False
    return not kind_of_scan(scan.milestone, scan.exception_category, scan.reason)


def standing(journey: Journey) -> dict[str, Entry]:
    """The exceptions that stand at the end of a journey, by kind, with the scan that began each."""
    found: dict[str, Entry] = {}
    for entry in journey.entries:
        for kind in [kind for kind in found if _ends(entry, kind)]:
            del found[kind]
        kind = "" if entry.milestone in _ELSEWHERE else kind_of_scan(entry.milestone, entry.category, entry.reason)
        if kind:
            found.setdefault(kind, entry)
    return found


def _ends(entry: Entry, kind: str) -> bool:
    """Whether ``entry`` is progress that ends an exception of ``kind``."""
    row = MILESTONES[entry.milestone]
    if kind == "shipment.damage":
        return False  # a claim is a person's to end, wherever the goods are
    if entry.milestone in _ENDS or kind in _LASTING:
        return entry.milestone in _ENDS
    if entry.milestone == "resumed" or kind in _AT_THE_DOOR:
        return entry.milestone in _NEXT_TRY
    moves = row.advances and row.rank >= _MOVED_RANK and entry.milestone not in {"lost", "destroyed"}
    clean = entry.category in {"none", ""} and not entry.reason
    if kind in _CLEARING:
        return moves and clean and row.rank >= _CLEARED_RANK
    return moves and clean


def _scanned(work: _Work) -> None:
    body = work.situation.event.body
    if not isinstance(body, ev.TrackingReported):
        return
    scan, number = body.event, body.event.tracking_number
    journey = work.situation.fulfilment.journeys.get(number)
    if journey is None or _is_void(work, number):
        return
    troubled = kind_of_scan(scan.milestone, scan.exception_category, scan.reason)
    if troubled or number in work.known.numbers:
        _compare(work, number, scan, standing(journey))
    if scan.eta is not None or (number in work.known.numbers and journey.standing.milestone == "delivered"):
        _estimate(work, number, scan, journey)
    if journey.standing.milestone == "delivered":
        _expect_proof(work, number)


def _is_void(work: _Work, number: str) -> bool:
    """Whether every label of this number was voided: what its carrier says of it does not matter."""
    state = work.situation.fulfilment
    bookings = [each for each in state.bookings.values() if each.tracking_number == number]
    return bool(bookings) and all(map(state.is_voided, bookings))


def _compare(work: _Work, number: str, scan: TrackingEvent, stands: dict[str, Entry]) -> None:
    """Raise what stands and was not raised, end what was and no longer does."""
    raised = work.number(number).raised
    for kind in [kind for kind in raised if kind not in stands and kind not in {PROOF, LATE}]:
        work.resolve(number, kind)
    for kind in sorted(stands):
        if kind not in raised and kind not in work.policy.ignore:
            entry = stands[kind]
            text = _words(kind, number, scan, entry)
            category = kind_of(kind).category
            key, about = work.situation.event.key, scan.carrier or scan.partner
            named = ExceptionRaised(kind, text, f"/shipments/{number}", key, about, category, entry.reason)
            work.raise_exception(number, named)


def _words(kind: str, number: str, scan: TrackingEvent, entry: Entry) -> str:
    said = f": {scan.raw_text}" if scan.raw_text and entry.key == _key(scan, entry) else ""
    reason = f" ({entry.reason.replace('_', ' ')})" if entry.reason else ""
    return f"{scan.carrier or scan.partner} {number}: {kind_of(kind).title.lower()}{reason}{said}. {kind_of(kind).do}"


def _key(scan: TrackingEvent, entry: Entry) -> str:
    """The key of ``entry`` where ``scan`` is it."""
    same = (scan.milestone, scan.exception_category, scan.reason) == (entry.milestone, entry.category, entry.reason)
    return entry.key if same and epoch_us(scan.occurred) == entry.instant else ""


def _estimate(work: _Work, number: str, scan: TrackingEvent, journey: Journey) -> None:
    """The latest estimate against the promised day of the order; a delivery ends the question."""
    known, order = work.number(number), work.situation.fulfilment.order
    if journey.standing.milestone in {"delivered", "returned"}:
        known.estimated_at = 0
        if LATE in known.raised:
            work.resolve(number, LATE)
        return
    told = epoch_us(scan.occurred)
    if scan.eta is None or order is None or order.deliver_by is None or told < known.estimated_at:
        return
    known.estimated_at = told
    late = epoch_us(scan.eta) > last_moment(order.deliver_by)
    if late and LATE not in known.raised and work.policy.late:
        level = f", service level {order.service_level}" if order.service_level else ""
        text = (
            f"{scan.carrier or scan.partner} expects {number} at {scan.eta.at}; {order.name} was promised by "
            f"{order.deliver_by.at}{level}. {kind_of(LATE).do}"
        )
        about = scan.carrier or scan.partner
        raised = ExceptionRaised(
            LATE, text, f"/shipments/{number}", work.situation.event.key, about, "delay_carrier", proposed=scan.eta
        )
        work.raise_exception(number, raised)
    elif not late and LATE in known.raised:
        work.resolve(number, LATE)


def _resolved(work: _Work) -> None:
    """What a person ended (by agreeing to another day, say) is raised again when it is late for that, too."""
    body = work.situation.event.body
    if isinstance(body, ExceptionResolved) and body.by and body.kind == LATE:
        known = work.known.numbers.get(body.pointer.removeprefix("/shipments/"))
        if known is not None and known.raised.get(LATE) == body.cause:
            del known.raised[LATE]


def _expect_proof(work: _Work, number: str) -> None:
    """From the first word of a delivery its proof is waited for, once."""
    if not work.policy.proof_hours or number in work.situation.fulfilment.proofs:
        return
    known = work.number(number)
    if not known.proof_due and PROOF not in known.raised:
        known.proof_due = True
        work.timers.append(Timer(f"{_TIMER}{number}", work.situation.now + int(work.policy.proof_hours * _HOUR)))


def _due(work: _Work) -> None:
    body = work.situation.event.body
    if not isinstance(body, ev.DeadlinePassed) or not body.timer.startswith(_TIMER):
        return
    number = body.timer.removeprefix(_TIMER)
    known = work.known.numbers.get(number)
    if known is None or not known.proof_due or number in work.situation.fulfilment.proofs:
        return
    known.proof_due = False
    hours = f"{work.policy.proof_hours:g}"
    text = f"{number} was delivered {hours} hours ago and there is no proof of it. {kind_of(PROOF).do}"
    work.raise_exception(number, ExceptionRaised(PROOF, text, f"/shipments/{number}", work.situation.event.key))


def _proved(work: _Work) -> None:
    body = work.situation.event.body
    if isinstance(body, ev.ProofCaptured) and (known := work.known.numbers.get(body.proof.tracking_number)):
        number = body.proof.tracking_number
        if known.proof_due:
            known.proof_due = False
            work.cleared.append(f"{_TIMER}{number}")
        if PROOF in known.raised:
            work.resolve(number, PROOF)


def _voided(work: _Work) -> None:
    body = work.situation.event.body
    if isinstance(body, ev.ShipmentVoided) and _is_void(work, body.tracking_number):
        known = work.known.numbers.get(body.tracking_number)
        for kind in sorted(known.raised) if known else ():
            work.resolve(body.tracking_number, kind)
        work.known.numbers.pop(body.tracking_number, None)
        work.cleared.append(f"{_TIMER}{body.tracking_number}")


_HANDLERS: dict[str, Callable[[_Work], None]] = {
    "tracking.reported.v1": _scanned,
    "proof.captured.v1": _proved,
    "shipment.voided.v1": _voided,
    "deadline.passed.v1": _due,
    "exception.resolved.v1": _resolved,
}
