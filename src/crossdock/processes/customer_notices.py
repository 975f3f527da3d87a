"""Customer notices: what a customer is told of an order, at most once per kind of notice, whatever is replayed.

A notice is decided on when its milestone is known. It is told at once, or waits: for an outage to end that somebody
declared (its carrier's or the mail server's), or for quiet hours to end where the customer is. When its turn comes it
is judged anew, and dropped when it is too old, was overtaken by a later milestone, or nobody may be written to. What
quiet events tell (a replay, a back-fill) counts as told: nothing of it is ever sent.
"""

from collections.abc import Callable, Iterator

from msgspec import structs

from crossdock.model import events as ev
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import epoch_us
from crossdock.model.notices import (
    KINDS,
    OVERTAKEN_BY,
    Channel,
    CustomerNotified,
    CustomerUnsubscribed,
    Kind,
    NoticeDecided,
    NotifyCustomer,
    kind_of,
)
from crossdock.ports.process import Decision, Order, Priority, Process, Situation, Timer, command_key
from crossdock.processes.notice_timing import quiet_until
from crossdock.processes.notice_words import arrived, language_of, late, milestone_of, values_of
from crossdock.processes.notices_policy import (
    HOUR,
    NAME,
    Customers,
    NoticesPolicy,
    Waiting,
    decode,
    encode,
)

HELD = "notices/held/"
"""Begins the timers of what waits for an outage to end, which are pulled forward when it does; the partner follows."""
QUIET = "notices/quiet"
FAILED = "notice.failed"


class _Work:
    """One decision under way."""

    def __init__(self, situation: Situation, policy: NoticesPolicy, customers: Customers) -> None:
        self.situation = situation
        self.state = situation.fulfilment
        self.now = situation.now
        self.policy = policy
        self.customers = customers
        self.notices = decode(situation.process)
        self.orders: list[Order] = []
        self.events: list[ev.EventBody] = []
        self.withdrawn: list[str] = []

    def decision(self) -> Decision:
        timers = tuple(self._timers())
        kept = {each.name for each in timers}
        cleared = tuple(name for name in self.notices.timers if name not in kept)
        self.notices.timers = sorted(kept)
        return Decision(
            encode(self.notices),
            orders=tuple(self.orders),
            events=tuple(self.events),
            timers=timers,
            cleared=cleared,
            withdrawn=tuple(self.withdrawn),
        )

    def _timers(self) -> Iterator[Timer]:
        due: dict[str, int] = {}
        work_again = self.now + HOUR  # a net: clocks of two machines differ, and the end may be missed
        for waiting in self.notices.waiting.values():
            name = f"{HELD}{waiting.partner}" if waiting.partner else QUIET
            at = min(waiting.until, work_again) if waiting.partner else waiting.until
            due[name] = min(due.get(name, at), at)
        for name in sorted(due):
            yield Timer(name, max(due[name], self.now + 1))

    def say(self, waiting: Waiting, step: str, reason: str = "", **more: object) -> None:
        self.events.append(
            NoticeDecided(
                waiting.kind,
                step,  # type: ignore[arg-type]
                waiting.milestone,
                waiting.occurred,
                reason,
                self.state.order.name if self.state.order else "",
                **more,  # type: ignore[arg-type]
            )
        )

    def drop(self, waiting: Waiting, reason: str) -> None:
        """It is not told, now or ever."""
        self.notices.waiting.pop(waiting.kind, None)
        self.notices.told[waiting.kind] = ""
        self.say(waiting, "dropped", reason)


def customer_notices(policy: NoticesPolicy, customers: Customers) -> Process:
    """The process under ``policy``. ``customers`` tells what no event of an order says: declared outages, and who wants
    no mail.
    """

    def decide(situation: Situation) -> Decision:
        work = _Work(situation, policy, customers)
        _HANDLERS[ev.type_of(situation.event.body)](work)
        _resume(work)
        return work.decision()

    return Process(NAME, 1, frozenset(_HANDLERS), decide)


def _tracked(work: _Work) -> None:
    body = work.situation.event.body
    if not isinstance(body, ev.TrackingReported):
        return
    milestone, eta = milestone_of(work.state, body.event), body.event.eta
    kind = kind_of(milestone)
    if kind == "delivered" and not arrived(work.state, body.event.tracking_number):
        kind = None  # the customer waits for the other parcels still
    if kind is not None:
        _consider(work, Waiting(kind, milestone, body.event.occurred, body.event.tracking_number, eta))
    if eta and late(work.state, eta, work.policy.grace_hours):
        _consider(work, Waiting("delayed", "eta_updated", body.event.occurred, body.event.tracking_number, eta))


def _booked(work: _Work) -> None:
    body, occurred = work.situation.event.body, work.situation.event.occurred
    if not isinstance(body, ev.ShipmentBooked):
        return
    number = body.booking.tracking_number
    _consider(work, Waiting("booked", "booked", occurred, number))
    promised = work.state.quotes.get(f"{body.booking.partner} {body.booking.shipment_id}")
    rates = [each for each in promised.rates if each.service == body.booking.service] if promised else []
    if rates and rates[0].deliver_by and late(work.state, rates[0].deliver_by, work.policy.grace_hours):
        _consider(work, Waiting("delayed", "booked", occurred, number, rates[0].deliver_by))


def _consider(work: _Work, waiting: Waiting) -> None:
    """A milestone calls for a notice: once, and not after a later one."""
    notices, kind = work.notices, waiting.kind
    if kind not in work.policy.kinds or kind in notices.told or kind in notices.waiting or work.state.order is None:
        return
    if work.situation.event.quiet:
        _overtake(work, kind)
        work.drop(waiting, "replayed")
        return
    known = {*notices.told, *notices.waiting}
    if known & OVERTAKEN_BY[kind]:
        work.drop(waiting, "overtaken")
        return
    _overtake(work, kind)
    _turn(work, waiting)


def _overtake(work: _Work, kind: Kind) -> None:
    """What still waits, here or in a lane, and is pointless now."""
    for other in KINDS:
        if kind not in OVERTAKEN_BY[other]:
            continue
        if other in work.notices.waiting:
            work.drop(work.notices.waiting[other], "overtaken")
        elif key := work.notices.unsent.get(other):
            work.withdrawn.append(key)


def _turn(work: _Work, waiting: Waiting) -> None:
    """Its turn: tell it, let it wait, or drop it."""
    notices, policy = work.notices, work.policy
    stale_at = epoch_us(waiting.occurred) + int(policy.max_age_hours * HOUR)
    channels = _channels(work)
    if work.now > stale_at:
        work.drop(waiting, "stale")
    elif work.state.cancelled:
        work.drop(waiting, "cancelled")
    elif isinstance(channels, str):
        work.drop(waiting, channels)
    elif partner := _outage(work, channels):
        _wait(work, waiting, partner, stale_at + 1)
    elif until := _quiet(work):
        _wait(work, waiting, "", until)
    else:
        notices.waiting.pop(waiting.kind, None)
        _tell(work, waiting, channels, stale_at)


def _channels(work: _Work) -> tuple[Channel, ...] | str:
    """How this customer may be told, or why not at all."""
    order, channels = work.state.order, work.policy.channels
    if order is None:
        return "no_order"
    email = order.ship_to.email.strip()
    rest: tuple[Channel, ...] = tuple(each for each in channels if each != "mail")
    if "mail" not in channels:
        return rest or "no_channel"
    if not email:
        return rest or "no_address"
    if work.notices.unsubscribed or work.customers.refuses(email, work.now):
        return rest or "unsubscribed"
    return channels


def _outage(work: _Work, channels: tuple[Channel, ...]) -> str:
    """The partner whose declared outage a notice waits for, "" for none."""
    booked = {each.partner for each in work.state.live_bookings().values()}
    body = work.situation.event.body
    scanned = {body.event.partner} if isinstance(body, ev.TrackingReported) else set()
    mail = {work.policy.partner} if "mail" in channels else set()
    concerned = sorted(booked | scanned | mail)
    return next((each for each in concerned if work.customers.paused(each, work.now)), "")


def _quiet(work: _Work) -> int:
    order = work.state.order
    return quiet_until(work.policy, order.ship_to.address, work.now) if order else 0


def _wait(work: _Work, waiting: Waiting, partner: str, until: int) -> None:
    before = work.notices.waiting.get(waiting.kind)
    now = structs.replace(waiting, partner=partner, until=until)
    work.notices.waiting[waiting.kind] = now
    if before is None or before.partner != partner:
        work.say(now, "held" if partner else "deferred", partner or "quiet_hours", until=until)


def _tell(work: _Work, waiting: Waiting, channels: tuple[Channel, ...], stale_at: int) -> None:
    order = work.state.order
    if order is None:
        return
    language = language_of(work.policy, order.ship_to)
    values = values_of(work.state, waiting.tracking_number, waiting.expected)
    kind = waiting.kind
    # a customer's own system knows its customer: no name leaves by webhook
    told = {name: value for name, value in values.items() if name != "name"}
    work.say(waiting, "due", language=language, channels=channels, values=told)
    work.notices.told[kind] = ""
    if "mail" not in channels:
        return
    name = f"notify/{kind}"
    key = command_key(NAME, work.situation.event.key, name)
    work.notices.told[kind] = work.notices.unsent[kind] = key
    body = NotifyCustomer(
        recipient=order.ship_to.email.strip(),
        language=language,
        template=kind,
        milestone=waiting.milestone,
        order_id=order.id,
        order_name=order.name,
        marker=key,
        values=values,
        expires_at=stale_at,
    )
    work.orders.append(Order(name, work.policy.partner, body, Priority.BATCH))


def _due(work: _Work) -> None:
    """Quiet hours or an outage ended, or something waited for too long: everything that waits is judged anew."""
    body = work.situation.event.body
    if isinstance(body, ev.DeadlinePassed) and body.timer.startswith("notices/"):
        for kind in KINDS:
            if kind in work.notices.waiting:
                _turn(work, work.notices.waiting[kind])


def _resume(work: _Work) -> None:
    """What waits for an outage that is over need not wait for its timer; a quiet event starts nothing."""
    if work.situation.event.quiet:
        return
    for kind in KINDS:
        waiting = work.notices.waiting.get(kind)
        if waiting and waiting.partner and not work.customers.paused(waiting.partner, work.now):
            _turn(work, waiting)


def _sent(work: _Work) -> None:
    body = work.situation.event.body
    if isinstance(body, CustomerNotified):
        _settled(work, body.kind)


def _settled(work: _Work, kind: Kind) -> None:
    """Nothing of this mail is open any more."""
    work.notices.unsent.pop(kind, None)
    cause = work.notices.failed.pop(kind, "")
    if cause:
        work.events.append(ExceptionResolved(FAILED, f"/notices/{kind}", cause))


def _failed(work: _Work) -> None:
    """The mail server will not have it: somebody has to look, once."""
    body, cause = work.situation.event.body, work.situation.event.key
    if not isinstance(body, ev.CommandFailed) or body.what != "customer.notify.v1":
        return
    failed = body.command_key.partition("#")[0]  # the attempt stands behind the key
    for kind, key in work.notices.unsent.items():
        if key == failed and kind not in work.notices.failed:
            work.notices.failed[kind] = cause
            work.events.append(ExceptionRaised(FAILED, body.operator, f"/notices/{kind}", cause))


def _unsubscribed(work: _Work) -> None:
    """A link in one of this order's mails was followed."""
    if isinstance(work.situation.event.body, CustomerUnsubscribed):
        work.notices.unsubscribed = True
        _take_back(work)
        for kind in KINDS:
            if kind in work.notices.waiting and isinstance(reason := _channels(work), str):
                work.drop(work.notices.waiting[kind], reason)


def _cancelled(work: _Work) -> None:
    if work.state.cancelled:
        _take_back(work)
        for kind in KINDS:
            if kind in work.notices.waiting:
                work.drop(work.notices.waiting[kind], "cancelled")


def _take_back(work: _Work) -> None:
    """What still stands in a lane is not sent any more."""
    work.withdrawn += [work.notices.unsent[kind] for kind in KINDS if kind in work.notices.unsent]


def _taken_back(work: _Work) -> None:
    """A mail that was overtaken in its lane, or ended by a person."""
    body = work.situation.event.body
    for kind in KINDS:
        if isinstance(body, CommandWithdrawn) and body.command_key == work.notices.told.get(kind):
            _settled(work, kind)
            work.say(Waiting(kind, kind, work.situation.event.occurred, ""), "dropped", "taken_back")


_HANDLERS: dict[str, Callable[[_Work], None]] = {
    "tracking.reported.v1": _tracked,
    "shipment.booked.v1": _booked,
    "deadline.passed.v1": _due,
    "customer.notified.v1": _sent,
    "command.failed.v1": _failed,
    "customer.unsubscribed.v1": _unsubscribed,
    "fulfilment.cancelled.v1": _cancelled,
    "command.withdrawn.v1": _taken_back,
}
