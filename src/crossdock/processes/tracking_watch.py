"""Tracking watch: carriers that do not push are asked, numbers that are dead are let go, and silence is noticed.

Per tracking number, from booking to the end of its road: asked as often as its age and milestone are worth; nothing
ever seen for too long is a dead number, nothing new for too long is a silent shipment; the next scan ends both. A
question that still waits when the next one is due is taken back, so that a carrier that was down for days is asked once
about each number.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct, field

from crossdock.model import events as ev
from crossdock.model.commands import RequestTracking
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.milestones import MILESTONES
from crossdock.ports.process import Decision, Order, Priority, Process, Situation, Timer, command_key

NAME = "tracking_watch"
_TIMER = "track/"
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


class WatchPolicy(Struct, frozen=True):
    """What configuration decides. ``ask`` are partners without push; ``hours`` between two questions, by phase of the
    journey (pre, first_mile, transit, last_mile), and ``old_hours`` once a shipment is older than ``old_days``. A
    number of which nothing was ever seen is dead after ``dead_days``; a shipment is silent after ``silent_hours``
    without a scan; everything ends after ``end_days``.
    """

    ask: tuple[str, ...] = ()
    hours: dict[str, float] = field(
        default_factory=lambda: {"pre": 6.0, "first_mile": 6.0, "transit": 6.0, "last_mile": 1.0}
    )
    old_hours: float = 24.0
    old_days: float = 10.0
    dead_days: float = 14.0
    silent_hours: float = 96.0
    end_days: float = 90.0


class Watched(Struct, omit_defaults=True):
    """One tracking number. Times are epoch microseconds; ``raised`` is the open exception as (kind, cause), ``asked``
    the key of the latest question.
    """

    partner: str
    carrier: str
    package_id: str
    since: int
    heard_at: int = 0
    asked_at: int = 0
    asked: str = ""
    raised: tuple[str, str] = ("", "")


class Watch(Struct, omit_defaults=True):
    """The process's own state: what is watched, by tracking number."""

    numbers: dict[str, Watched] = field(default_factory=dict)


_DECODE = msgspec.json.Decoder(Watch).decode
_ENCODE = msgspec.json.Encoder().encode


class _Work:
    def __init__(self, situation: Situation, policy: WatchPolicy) -> None:
        self.situation = situation
        self.now = situation.now
        self.policy = policy
        self.watch = _DECODE(situation.process) if situation.process else Watch()
        self.orders: list[Order] = []
        self.events: list[ev.EventBody] = []
        self.timers: list[Timer] = []
        self.cleared: list[str] = []
        self.withdrawn: list[str] = []

    def decision(self) -> Decision:
        return Decision(
            _ENCODE(self.watch),
            "",
            tuple(self.orders),
            tuple(self.events),
            tuple(self.timers),
            tuple(self.cleared),
            tuple(self.withdrawn),
        )

    def phase(self, number: str) -> str:
        journey = self.situation.fulfilment.journeys.get(number)
        return MILESTONES[journey.standing.milestone].phase if journey else "pre"

    def raise_exception(self, number: str, watched: Watched, kind: str, text: str) -> None:
        cause = self.situation.event.key
        watched.raised = (kind, cause)
        about = watched.carrier or watched.partner
        self.events.append(ExceptionRaised(kind, text, f"/shipments/{number}", cause, about))

    def resolve(self, number: str, watched: Watched) -> None:
        kind, cause = watched.raised
        if kind:
            watched.raised = ("", "")
            self.events.append(ExceptionResolved(kind, f"/shipments/{number}", cause))

    def forget(self, number: str) -> None:
        if number in self.watch.numbers:
            self.watch.numbers.pop(number)
            self.timers = [each for each in self.timers if each.name != f"{_TIMER}{number}"]
            self.cleared.append(f"{_TIMER}{number}")


def tracking_watch(policy: WatchPolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        work = _Work(situation, policy)
        _HANDLERS[ev.type_of(situation.event.body)](work)
        return work.decision()

    return Process(NAME, 1, frozenset(_HANDLERS), decide)


def _booked(work: _Work) -> None:
    body = work.situation.event.body
    if isinstance(body, ev.ShipmentBooked):
        booking = body.booking
        if booking.tracking_number not in work.watch.numbers:
            watched = Watched(booking.partner, booking.carrier, booking.package_id, work.now)
            work.watch.numbers[booking.tracking_number] = watched
            _wake(work, booking.tracking_number, watched)


def _voided(work: _Work) -> None:
    body = work.situation.event.body
    if isinstance(body, ev.ShipmentVoided) and (watched := work.watch.numbers.get(body.tracking_number)):
        work.resolve(body.tracking_number, watched)
        work.forget(body.tracking_number)


def _scanned(work: _Work) -> None:
    body = work.situation.event.body
    if not isinstance(body, ev.TrackingReported):
        return
    number = body.event.tracking_number
    watched = work.watch.numbers.get(number)
    if watched is None:
        return
    watched.heard_at = work.now
    work.resolve(number, watched)
    journey = work.situation.fulfilment.journeys.get(number)
    if journey is not None and MILESTONES[journey.standing.milestone].terminal:
        work.forget(number)
        return
    _wake(work, number, watched)


def _due(work: _Work) -> None:
    body = work.situation.event.body
    if not isinstance(body, ev.DeadlinePassed) or not body.timer.startswith(_TIMER):
        return
    number = body.timer.removeprefix(_TIMER)
    watched = work.watch.numbers.get(number)
    if watched is None:
        return
    policy = work.policy
    if not watched.heard_at and work.now >= watched.since + _span(policy.dead_days, _DAY):
        days = (work.now - watched.since) // _DAY
        text = (
            f"{watched.carrier or watched.partner} has never said anything of {number} in {days} days. Nobody asks on."
        )
        work.resolve(number, watched)
        work.raise_exception(number, watched, "tracking.dead", text)
        return  # no timer: only a scan brings it back
    if work.now >= watched.since + _span(policy.end_days, _DAY):
        if not watched.raised[0]:  # else only a scan ends it, and with it what stands
            work.forget(number)
        return
    _say_silence(work, number, watched)
    if watched.partner in policy.ask and work.now >= _next_question(work, number, watched):
        _ask(work, number, watched)
    _wake(work, number, watched)


def _ask(work: _Work, number: str, watched: Watched) -> None:
    """Ask its carrier, once: a question it has not taken yet makes way for this one."""
    if watched.asked:
        work.withdrawn.append(watched.asked)
    name = f"ask/{number}"
    watched.asked_at, watched.asked = work.now, command_key(NAME, work.situation.event.key, name)
    question = RequestTracking(number, watched.carrier, watched.package_id)
    work.orders.append(Order(name, watched.partner, question, Priority.BATCH))


def _refused(work: _Work) -> None:
    """A carrier does not answer for a number: said once, and it is asked on."""
    body = work.situation.event.body
    if not isinstance(body, ev.CommandFailed) or body.what != "tracking.request.v1":
        return
    for number, watched in work.watch.numbers.items():
        mine = (watched.partner, watched.package_id) == (body.partner, body.package_id)
        if mine and watched.asked and not watched.raised[0]:
            work.raise_exception(number, watched, "tracking.refused", body.operator)


def _say_silence(work: _Work, number: str, watched: Watched) -> None:
    """A shipment of which nothing is heard for longer than it may be silent, said once until it speaks."""
    last = watched.heard_at or watched.since
    if watched.raised[0] or work.now < last + _span(work.policy.silent_hours, _HOUR):
        return
    hours = (work.now - last) // _HOUR
    since = "its last scan" if watched.heard_at else "it was booked"
    who = watched.carrier or watched.partner
    text = f"{who} has said nothing of {number} for {hours} hours, since {since}. Ask there."
    work.raise_exception(number, watched, "shipment.silent", text)


def _next_question(work: _Work, number: str, watched: Watched) -> int:
    """When to ask again: the older and the further from people, the seldomer."""
    policy = work.policy
    old = work.now - watched.since >= _span(policy.old_days, _DAY)
    hours = policy.old_hours if old else policy.hours.get(work.phase(number), policy.old_hours)
    return max(watched.asked_at, watched.since) + _span(hours, _HOUR)


def _wake(work: _Work, number: str, watched: Watched) -> None:
    """The next moment something may have to be done for this number."""
    policy, moments = work.policy, [watched.since + _span(work.policy.end_days, _DAY)]
    if watched.partner in policy.ask:
        moments.append(_next_question(work, number, watched))
    if not watched.heard_at:
        moments.append(watched.since + _span(policy.dead_days, _DAY))
    if not watched.raised[0]:
        moments.append((watched.heard_at or watched.since) + _span(policy.silent_hours, _HOUR))
    work.timers.append(Timer(f"{_TIMER}{number}", max(min(moments), work.now + 1)))


def _span(count: float, unit: int) -> int:
    return int(count * unit)


_HANDLERS: dict[str, Callable[[_Work], None]] = {
    "shipment.booked.v1": _booked,
    "shipment.voided.v1": _voided,
    "tracking.reported.v1": _scanned,
    "deadline.passed.v1": _due,
    "command.failed.v1": _refused,
}
