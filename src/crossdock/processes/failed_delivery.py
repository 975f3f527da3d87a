"""Failed delivery: after so many failed attempts the customer chooses what happens next, within a time.

offered ──▶ arranging (another attempt, a collection point) ──▶ delivered
   └──▶ returning: handed over to return-to-refund

Each parcel is looked after for itself; the stage is that of the parcel that needs somebody most.
"""

from typing import Literal

import msgspec
from msgspec import Struct, field

from crossdock.model import events as ev
from crossdock.model.journey import Journey
from crossdock.model.milestones import MILESTONES
from crossdock.model.progress import ExpectationExpired
from crossdock.model.returning import Choice, RedeliveryChosen, RedeliveryOffered, ReturnRefused, ReturnRequested
from crossdock.model.shipment import Booking
from crossdock.ports.process import Chart, Decision, Move, Process, Situation, Stage, Timer
from crossdock.processes.returning_cases import contents_of
from crossdock.processes.stepping import Course, Kept

NAME = "failed_delivery"
_TIMER = "redelivery/"
_HOUR = 3_600_000_000
_APART = 4 * _HOUR
_CUSTOMER = "the customer"
_KIND = "redelivery.unanswered"

Standing = Literal["watched", "offered", "arranging", "returning", "ended"]


class FailedDeliveryPolicy(Struct, frozen=True):
    """What configuration decides. After ``attempts`` failed attempts the customer is asked and has ``answer_hours``;
    ``silence`` is what is done without an answer. After ``offers`` offers a parcel that fails again comes back.
    """

    attempts: int = 2
    answer_hours: float = 48.0
    offers: int = 2
    silence: Choice = "return"


class Parcel(Struct, omit_defaults=True):
    """One parcel: ``seen`` are the failed attempts that were answered for."""

    package_id: str
    standing: Standing = "watched"
    seen: int = 0
    offers: int = 0
    due: int = 0


class Parcels(Kept, omit_defaults=True, kw_only=True):
    """The process's own state: parcels by tracking number, and answers nobody waited for yet, by number ("": all)."""

    parcels: dict[str, Parcel] = field(default_factory=dict)
    early: dict[str, RedeliveryChosen] = field(default_factory=dict)


_ARRANGED = {"again": "redelivery.again", "collect": "redelivery.collect", "return": "redelivery.return"}
_DECODE = msgspec.json.Decoder(Parcels).decode
_STAGES = (
    Stage("offered", "The customer was asked what is to happen with a parcel.", _CUSTOMER, hours=72.0),
    Stage("arranging", "The carrier is to be told what the customer wants.", "customer service", hours=24.0),
    Stage("returning", "A parcel comes back; return_to_refund looks after it.", final=True),
    Stage("delivered", "It came to an end after all.", final=True),
)
_LEADS = {
    "tracking.reported.v1": ("offered", "returning", "delivered", "arranging"),
    "shipment.booked.v1": ("offered", "returning", "delivered", "arranging"),
    "shipment.voided.v1": ("offered", "returning", "delivered", "arranging"),
    "redelivery.chosen.v1": ("arranging", "returning"),
    "deadline.passed.v1": ("arranging", "returning", "offered"),
}


def failed_delivery(policy: FailedDeliveryPolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        own = _DECODE(situation.process) if situation.process else Parcels()
        course = Course(NAME, situation, own)
        _follow(course, own, policy)
        body = situation.event.body
        if isinstance(body, RedeliveryChosen):
            _chosen(course, own, body)
        if isinstance(body, ev.DeadlinePassed) and body.timer.startswith(_TIMER):
            _silent(course, own, body, policy)
        if not own.parcels:
            return Decision(msgspec.json.encode(own) if own.early else situation.process)
        own.stage = _stage(own)
        return course.decision()

    return Process(NAME, 1, frozenset(_LEADS), decide, CHART, of=("do:",))


def _stage(own: Parcels) -> str:
    standings = {each.standing for each in own.parcels.values()}
    if "offered" in standings:
        return "offered"
    return next((each for each in ("arranging", "returning") if each in standings), "delivered")


def _follow(course: Course, own: Parcels, policy: FailedDeliveryPolicy) -> None:
    """Look at every parcel that is out: what failed, what ended."""
    for booking in course.state.live_bookings().values():
        number = booking.tracking_number
        journey = course.state.journeys.get(number)
        if journey is None:
            continue
        failed = attempts(journey)
        standing, parcel = journey.standing, own.parcels.get(number)
        over = MILESTONES[standing.milestone].terminal or standing.leg == "return"
        if parcel is not None and over:
            _end(course, own, number, "returning" if standing.leg == "return" else "ended")
        elif not over and failed - (parcel.seen if parcel else 0) >= (policy.attempts if not parcel else 1):
            _failed(course, own, booking, failed, policy)


def attempts(journey: Journey) -> int:
    """How often somebody stood at the door in vain. Carriers tell one attempt by several scans: what lies less than
    `_APART` after the first of them is the same.
    """
    counted, last = 0, -_APART
    for entry in journey.entries:
        if entry.milestone == "delivery_attempted" and entry.instant - last >= _APART:
            counted, last = counted + 1, entry.instant
    return counted


def _failed(course: Course, own: Parcels, booking: Booking, failed: int, policy: FailedDeliveryPolicy) -> None:
    """Ask the customer, unless an answer is here or being waited for, or there were offers enough."""
    number = booking.tracking_number
    parcel = own.parcels.setdefault(number, Parcel(booking.package_id))
    if parcel.standing in {"offered", "returning"}:
        return
    parcel.seen = failed
    early = own.early.pop(number, None) or own.early.pop("", None)
    if early is not None:
        _act(course, own, number, early.choice, (early.day, early.place))
    elif parcel.offers >= policy.offers:
        _act(course, own, number, "return", ("", ""))
    else:
        _offer(course, number, parcel, policy)


def _offer(course: Course, number: str, parcel: Parcel, policy: FailedDeliveryPolicy) -> None:
    course.resolve(lambda each: each.pointer == f"/shipments/{number}")
    parcel.offers += 1
    parcel.standing, parcel.due = "offered", course.now + int(policy.answer_hours * _HOUR)
    offered = RedeliveryOffered(number, parcel.package_id, parcel.seen, parcel.offers, parcel.due)
    course.events.append(offered)
    what = f"what is to happen with {number}"
    course.wait(Timer(f"{_TIMER}{number}", parcel.due, what, _CUSTOMER, course.now))


def _chosen(course: Course, own: Parcels, answer: RedeliveryChosen) -> None:
    """The customer answers: for one parcel, or for all that wait. One nobody asked about yet is kept."""
    waiting = [number for number, each in own.parcels.items() if each.standing in {"offered", "arranging"}]
    about = [answer.tracking_number] if answer.tracking_number else waiting
    heard = [number for number in about if number in waiting]
    for number in heard:
        _act(course, own, number, answer.choice, (answer.day, answer.place))
    over = answer.tracking_number in own.parcels
    if not heard and not over and (answer.tracking_number or not own.parcels):
        own.early[answer.tracking_number] = answer


def _silent(course: Course, own: Parcels, body: ev.DeadlinePassed, policy: FailedDeliveryPolicy) -> None:
    """No answer in time: what the policy says, as if it had been chosen."""
    number = body.timer.removeprefix(_TIMER)
    parcel = own.parcels.get(number)
    if parcel is None or parcel.standing != "offered" or course.now < parcel.due:
        return
    since = parcel.due - int(policy.answer_hours * _HOUR)
    what = f"what is to happen with {number}"
    course.events.append(ExpectationExpired(body.timer, _KIND, what, _CUSTOMER, since, parcel.due))
    _act(course, own, number, policy.silence, ("", ""))


def _act(course: Course, own: Parcels, number: str, choice: Choice, detail: tuple[str, str]) -> None:
    """Do what was chosen. Carriers have no common way of being told: a person arranges it, and the scans show it."""
    parcel = own.parcels[number]
    course.clear(f"{_TIMER}{number}")
    course.resolve(lambda each: each.pointer == f"/shipments/{number}")
    if choice == "return":
        parcel.standing = "returning"
        lines = contents_of(course.state, parcel.package_id)
        comment = f"after {parcel.seen} failed attempts"
        course.events.append(ReturnRequested(number, NAME, lines, "undeliverable", comment=comment))
        text = f"{number} is not to be tried again: have the carrier bring it back."
    else:
        parcel.standing = "arranging"
        day, place = detail
        wish = f"another attempt{f' on {day}' if day else ''}"
        if choice == "collect":
            wish = f"to collect it{f' at {place}' if place else ''}"
        text = f"The customer wants {wish} for {number}. Arrange it with the carrier."
    course.raise_exception(_ARRANGED.get(choice, "redelivery.again"), text, f"/shipments/{number}")


def _end(course: Course, own: Parcels, number: str, standing: Standing) -> None:
    """It arrived, is lost, or comes back: nothing is waited for any more."""
    parcel = own.parcels[number]
    if parcel.standing == standing and not any(each.pointer == f"/shipments/{number}" for each in own.raised):
        return
    if parcel.standing == "offered":
        course.clear(f"{_TIMER}{number}")
    if parcel.standing == "returning" and standing == "ended":
        course.events.append(ReturnRefused(number, NAME, "it came to another end", request=f"{NAME}/{number}"))
    parcel.standing = standing
    course.resolve(lambda each: each.pointer == f"/shipments/{number}")


CHART = Chart(
    "After failed attempts the customer chooses what happens with a parcel, within a time.",
    _STAGES,
    tuple(
        Move(before.name, after, on, "hand the parcel over to return_to_refund" if after == "returning" else "")
        for on, afters in _LEADS.items()
        for after in afters
        for before in _STAGES
        if before.name != after
    ),
)
