"""The exception desk: every exception has an owner, a clock and an end.

open ──▶ assigned ◀──▶ waiting ──▶ resolved: by itself, or by a person with a reason. A promise that is soon broken is
warned of, a broken one is said and goes one step up the owner's ladder, each once. The account manager's activity in
the system of record is closed when it is over.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct, field

from crossdock.model import events as ev
from crossdock.model.cases import case_id
from crossdock.model.exception_kinds import kind_of
from crossdock.model.exceptions import (
    ExceptionAssigned,
    ExceptionBreached,
    ExceptionEscalated,
    ExceptionRaised,
    ExceptionRescheduled,
    ExceptionResolved,
    ExceptionResumed,
    ExceptionRouted,
    ExceptionTimed,
    ExceptionWaiting,
    ExceptionWarned,
)
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import digest
from crossdock.model.instants import from_epoch_us
from crossdock.model.money import Money
from crossdock.model.order import DeliveryOrder
from crossdock.model.sales import AmendSalesOrder
from crossdock.model.tasks import CloseActivity, RaiseActivity, RecordKind
from crossdock.ports.process import Decision, Order, Priority, Process, Situation, Timer
from crossdock.processes.exception_clock import Mark, Running, marks
from crossdock.processes.exception_policy import DeskPolicy, Promise, Team

NAME = "exception_desk"
TIMER = "desk/"
LATE = "eta.late"
_REMEMBERED = 50
"""Ended exceptions of a subject that are remembered: what people said of one may come after its end."""


class Activity(Struct, frozen=True):
    """The activity raised for it: where, and on which record."""

    partner: str
    record: RecordKind
    external_id: str


class Item(Struct, omit_defaults=True):
    """One exception that is open. ``until`` is when its waiting ends (0: when somebody says so), ``level`` how far up
    the ladder it went.
    """

    kind: str
    pointer: str
    cause: str
    owner: str
    promise: Promise
    clock: Running
    taken: bool = False
    waiting: bool = False
    until: int = 0
    level: int = 0
    activity: Activity | None = None


class Desk(Struct, omit_defaults=True):
    """The process's own state: the open exceptions of the subject, by id, and the ids of those that ended last, which
    nothing opens again.
    """

    items: dict[str, Item] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)


_DECODE = msgspec.json.Decoder(Desk).decode
_ENCODE = msgspec.json.Encoder().encode


class _Work:
    def __init__(self, situation: Situation, policy: DeskPolicy) -> None:
        self.situation = situation
        self.now = situation.now
        self.policy = policy
        self.desk = _DECODE(situation.process) if situation.process else Desk()
        self.orders: list[Order] = []
        self.events: list[ev.EventBody] = []
        self.timers: list[Timer] = []
        self.cleared: list[str] = []

    def decision(self) -> Decision:
        state = _ENCODE(self.desk) if self.desk != Desk() else b""
        return Decision(
            state, "", tuple(self.orders), tuple(self.events), tuple(self.timers), tuple(self.cleared)
        )  # fmt: skip

    def team(self, item: Item) -> Team:
        return self.policy.team(item.owner)


def exception_desk(policy: DeskPolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        work = _Work(situation, policy)
        _HANDLERS[ev.type_of(situation.event.body)](work)
        return work.decision()

    return Process(NAME, 1, frozenset(_HANDLERS), decide)


def _raised(work: _Work) -> None:
    body = work.situation.event.body
    if isinstance(body, ExceptionRaised):
        name = case_id(work.situation.event.subject, body.kind, body.pointer, body.cause)
        if name not in work.desk.items and name not in work.desk.ended:
            _open(work, name, body)


def _open(work: _Work, name: str, body: ExceptionRaised) -> Item:
    """Give it an owner and promises, start its clock, and tell the account manager where that is wanted."""
    kind = kind_of(body.kind)
    category = body.category or kind.category
    order = work.situation.fulfilment.order
    partner = body.partner or party_of(work.situation, body.pointer)
    tier = work.policy.tier_of(order) if order else ""
    promise = work.policy.promise_of(kind, category, tier)
    owner = work.policy.owner_of(kind, category, partner)
    item = Item(body.kind, body.pointer, body.cause, owner, promise, Running(work.now))
    work.desk.items[name] = item
    acknowledge_by, resolve_by = _dues(work, item)
    routed = ExceptionRouted(
        body.kind, item.owner, promise.severity, kind.queue, body.pointer, body.cause, category,
        partner, acknowledge_by, resolve_by, body.value or value_of(order),
        work.policy.wants_alert(kind, promise.severity), order.deliver_by if order else None, tier,
        work.policy.rank_of(tier),
    )  # fmt: skip
    work.events.append(routed)
    if order is not None and work.policy.wants_activity(kind, promise.severity):
        item.activity = _activity(order)
        text = " ".join(part for part in (body.text, kind.do, _proposal(name, body)) if part)
        due = from_epoch_us(resolve_by) if resolve_by else None
        command = RaiseActivity(item.activity.external_id, kind.title, name, item.activity.record, text, due)
        work.orders.append(Order(f"activity/{name}", item.activity.partner, command, Priority.BATCH))
    _wake(work, name, item)
    return item


def _proposal(name: str, body: ExceptionRaised) -> str:
    if body.proposed is None:
        return ""
    return f"{body.proposed.at} can be kept: crossdock exceptions reschedule {name} --to {body.proposed.at}."


def _activity(order: DeliveryOrder) -> Activity:
    """On the sales order, whose salesperson manages the account; on the delivery where it belongs to none."""
    if order.sales_order_id:
        return Activity(order.partner, "sales_order", order.sales_order_id)
    return Activity(order.partner, "transfer", order.external_id)


def value_of(order: DeliveryOrder | None) -> Money | None:
    """What the goods of an order are sold for, as far as its lines say; None where they say nothing, or in several
    currencies.
    """
    values = [line.value for line in order.lines if line.value] if order else []
    if not values or len({value.currency for value in values}) > 1:
        return None
    return Money(sum(value.amount for value in values), values[0].currency)


def party_of(situation: Situation, pointer: str) -> str:
    """Who it is about, where the exception does not say: the package's carrier, else the partner in the subject's name,
    else the order's system of record.
    """
    state, subject = situation.fulfilment, situation.event.subject
    if carrier := _carrier_of(state, pointer):
        return carrier
    if subject.startswith(("feed:", "desk:")):
        return subject.split(":")[1]
    return state.order.partner if state.order else ""


def _carrier_of(state: FulfilmentState, pointer: str) -> str:
    section, _, name = pointer.removeprefix("/").partition("/")
    for key in sorted(state.bookings):
        booking = state.bookings[key]
        if name and name == {"shipments": booking.tracking_number, "packages": booking.package_id}.get(section):
            return booking.carrier or booking.partner
    return ""


def _dues(work: _Work, item: Item) -> tuple[int, int]:
    """When both promises are due; 0 for one that was kept, is not given, or stands still."""
    calendar, promise = work.team(item).calendar, item.promise
    acknowledge = item.clock.due(calendar, promise.acknowledge) if promise.acknowledge and not item.taken else 0
    return acknowledge, item.clock.due(calendar, promise.resolve) if promise.resolve else 0


def _marks(work: _Work, item: Item) -> list[Mark]:
    """What has not happened yet, the earliest first."""
    found = marks(item.promise, work.policy.warn_at, work.team(item).ladder, taken=item.taken)
    return sorted((each for each in found if each.name not in item.clock.fired), key=lambda each: each.at)


def _wake(work: _Work, name: str, item: Item) -> None:
    """Wait for the next thing that may have to be done about it, or for nothing."""
    moments = [item.until] if item.waiting and item.until else []
    if item.clock.since and (left := _marks(work, item)):
        moments.append(item.clock.due(work.team(item).calendar, left[0].at))
    if moments:
        work.timers.append(Timer(f"{TIMER}{name}", max(min(moments), work.now + 1)))
    else:
        work.cleared.append(f"{TIMER}{name}")


def _due(work: _Work) -> None:
    body = work.situation.event.body
    if not isinstance(body, ev.DeadlinePassed) or not body.timer.startswith(TIMER):
        return
    name = body.timer.removeprefix(TIMER)
    item = work.desk.items.get(name)
    if item is None:
        return
    if item.waiting and item.until and work.now >= item.until:
        resumed = ExceptionResumed(item.kind, work.situation.event.key, item.pointer, item.cause)
        work.events.append(resumed)
        _go_on(work, item)
    _look(work, item)
    _wake(work, name, item)


def _look(work: _Work, item: Item) -> None:
    """Do what is due."""
    if not item.clock.since:
        return
    team = work.team(item)
    spent = item.clock.elapsed(team.calendar, work.now)
    for mark in _marks(work, item):
        if mark.at > spent:
            return
        item.clock.fired.append(mark.name)
        _pass(work, item, mark)


def _pass(work: _Work, item: Item, mark: Mark) -> None:
    named = (item.pointer, item.cause)
    limit = item.promise.acknowledge if mark.clock == "acknowledge" else item.promise.resolve
    due = item.clock.due(work.team(item).calendar, limit)
    if mark.deed == "warn":
        work.events.append(ExceptionWarned(item.kind, mark.clock, due, *named))
        return
    if mark.deed == "breach":
        work.events.append(ExceptionBreached(item.kind, mark.clock, due, *named))
    ladder = work.team(item).ladder
    if item.level < len(ladder):
        item.level += 1
        work.events.append(ExceptionEscalated(item.kind, item.level, ladder[item.level - 1].to, *named))


def _assigned(work: _Work) -> None:
    body = work.situation.event.body
    if not isinstance(body, ExceptionAssigned):
        return
    found = _item(work, body)
    if found is None:
        return
    name, item = found
    if body.owner and body.owner != item.owner:
        running = bool(item.clock.since)
        item.clock.stop(work.team(item).calendar, work.now)
        item.owner = body.owner
        if running:
            item.clock.start(work.now)
    item.taken = item.taken or bool(body.assignee)
    _time(work, item)
    _wake(work, name, item)


def _waiting(work: _Work) -> None:
    body = work.situation.event.body
    if not isinstance(body, ExceptionWaiting):
        return
    found = _item(work, body)
    if found is None:
        return
    name, item = found
    _look(work, item)
    item.clock.stop(work.team(item).calendar, work.now)
    item.taken, item.waiting, item.until = True, True, body.until
    _time(work, item)
    _wake(work, name, item)


def _resumed(work: _Work) -> None:
    body = work.situation.event.body
    if not isinstance(body, ExceptionResumed) or not body.actor:
        return  # its time came: that was decided when the timer fired
    found = _item(work, body)
    if found is not None and found[1].waiting:
        _go_on(work, found[1])
        _wake(work, *found)


def _go_on(work: _Work, item: Item) -> None:
    item.waiting, item.until = False, 0
    item.clock.start(work.now)
    _time(work, item)


def _time(work: _Work, item: Item) -> None:
    """Say when the promises are due now."""
    acknowledge_by, resolve_by = _dues(work, item)
    key = work.situation.event.key
    work.events.append(ExceptionTimed(item.kind, key, item.pointer, item.cause, acknowledge_by, resolve_by))


def _item(work: _Work, body: ExceptionAssigned | ExceptionWaiting | ExceptionResumed) -> tuple[str, Item] | None:
    """The open exception that ``body`` is about; one raised before there was a desk is opened now. None where it ended
    before ``body`` came.
    """
    name = case_id(work.situation.event.subject, body.kind, body.pointer, body.cause)
    if name in work.desk.ended:
        return None
    item = work.desk.items.get(name)
    return name, item or _open(work, name, ExceptionRaised(body.kind, "", body.pointer, body.cause))


def _rescheduled(work: _Work) -> None:
    """Another day was agreed to: the system of record is told, and what was only late is over."""
    body, order = work.situation.event.body, work.situation.fulfilment.order
    if not isinstance(body, ExceptionRescheduled) or order is None or not order.sales_order_id:
        return
    name = case_id(work.situation.event.subject, body.kind, body.pointer, body.cause)
    if name in work.desk.ended:
        return
    marker = digest(NAME, name, body.id)[:16]
    told = f"{order.name} is promised for {body.promised.at}: {body.reason or body.kind} ({body.actor})"
    command = AmendSalesOrder(order.sales_order_id, (), marker, told, body.promised)
    work.orders.append(Order(f"promise/{name}", order.partner, command))
    if body.kind == LATE:
        reason = f"promised for {body.promised.at} instead"
        work.events.append(ExceptionResolved(body.kind, body.pointer, body.cause, body.actor, reason))


def _resolved(work: _Work) -> None:
    body = work.situation.event.body
    if not isinstance(body, ExceptionResolved):
        return
    name = case_id(work.situation.event.subject, body.kind, body.pointer, body.cause)
    item = work.desk.items.pop(name, None)
    if name not in work.desk.ended:
        work.desk.ended = [*work.desk.ended, name][-_REMEMBERED:]
    if item is None:
        return
    work.cleared.append(f"{TIMER}{name}")
    if item.activity is not None:
        told = f"{body.by}: {body.reason}" if body.by else "It no longer stands."
        command = CloseActivity(item.activity.external_id, name, item.activity.record, told)
        work.orders.append(Order(f"activity/{name}/close", item.activity.partner, command, Priority.BATCH))


_HANDLERS: dict[str, Callable[[_Work], None]] = {
    "exception.raised.v1": _raised,
    "exception.assigned.v1": _assigned,
    "exception.waiting.v1": _waiting,
    "exception.resumed.v1": _resumed,
    "exception.rescheduled.v1": _rescheduled,
    "exception.resolved.v1": _resolved,
    "deadline.passed.v1": _due,
}
