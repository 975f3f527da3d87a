"""Credit hold: an order of a customer over the limit waits for finance, who approve, reject, or let it expire.

watching ──▶ held ──▶ approved | rejected | expired ──▶ held again, when a later version of the order costs more
"""

from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from crossdock.model import events as ev
from crossdock.model.commands import CommandBody
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.identifiers import digest
from crossdock.model.instants import from_epoch_us
from crossdock.model.order import DeliveryOrder
from crossdock.model.releasing import CreditStanding, OrderFreed, OrderHeld, ReviewDecided
from crossdock.model.tasks import CloseActivity, RaiseActivity
from crossdock.ports.process import Chart, Decision, Move, Order, Process, Situation, Stage, Timer

NAME = "credit_hold"
GATE = "credit"
HELD = "credit.hold"
_TIMER = "credit/expiry"
_HOUR = 3_600_000_000


class CreditPolicy(Struct, frozen=True):
    """What configuration decides. An order over the limit by more than ``tolerance`` percent of it waits ``hours`` for
    finance; then ``on_expiry`` holds: it goes, or stays back for good. ``assignee`` is whose task it is.
    """

    tolerance: float = 0.0
    hours: float = 72.0
    on_expiry: Literal["release", "keep"] = "keep"
    assignee: str = ""


class Credit(Struct, omit_defaults=True):
    """The process's own state: where it stands, its hold, and the exposure (minor units) a person approved."""

    stage: str = "watching"
    hold: str = ""
    since: int = 0
    approved: int = 0


_DECODE = msgspec.json.Decoder(Credit).decode
_ENCODE = msgspec.json.Encoder().encode


class _Work:
    def __init__(self, situation: Situation, policy: CreditPolicy) -> None:
        self.situation, self.policy = situation, policy
        self.credit = _DECODE(situation.process) if situation.process else Credit()
        self.before = self.credit.stage if situation.process else ""
        self.orders: list[Order] = []
        self.events: list[ev.EventBody] = []
        self.timers: list[Timer] = []
        self.cleared: list[str] = []

    def give(self, name: str, partner: str, body: CommandBody) -> None:
        self.orders.append(Order(name, partner, body))

    def decision(self) -> Decision:
        return Decision(
            _ENCODE(self.credit), "", tuple(self.orders), tuple(self.events), tuple(self.timers), tuple(self.cleared),
            before=self.before, stage=self.credit.stage,
        )  # fmt: skip


def credit_hold(policy: CreditPolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        work = _Work(situation, policy)
        _HANDLERS[ev.type_of(situation.event.body)](work)
        return work.decision()

    return Process(NAME, 1, frozenset(_HANDLERS), decide, CHART, of=("do:",))


def excess(order: DeliveryOrder, tolerance: float) -> int:
    """By how many minor units the customer is over the limit and its tolerance; 0 for not, or where nobody watches."""
    standing = order.credit
    if standing is None or standing.exposure.currency != standing.limit.currency:
        return 0
    allowed = int(standing.limit.amount * (1 + tolerance / 100))
    return max(0, standing.exposure.amount - allowed)


def _requested(work: _Work) -> None:
    order, credit = work.situation.fulfilment.order, work.credit
    if order is None or order.credit is None or credit.hold or work.situation.fulfilment.cancelled:
        return
    if excess(order, work.policy.tolerance) and order.credit.exposure.amount > credit.approved:
        _hold(work, order, order.credit)


def _hold(work: _Work, order: DeliveryOrder, standing: CreditStanding) -> None:
    credit, now = work.credit, work.situation.now
    credit.stage, credit.hold, credit.since = "held", work.situation.event.key[:16], now
    text = f"{order.ship_to.name} owes {standing.exposure} of {standing.limit}: finance decides whether it may go."
    work.events.append(OrderHeld(GATE, credit.hold, text))
    work.events.append(ExceptionRaised(HELD, text, "/credit", credit.hold))
    until = now + int(work.policy.hours * _HOUR)
    work.timers.append(Timer(_TIMER, until, "a decision about its credit", "finance", now))
    task = RaiseActivity(
        order.external_id, "Credit review", _marker(order, credit), note=text, due=from_epoch_us(until),
        assignee=work.policy.assignee,
    )  # fmt: skip
    work.give("review", order.partner, task)


def _decided(work: _Work) -> None:
    body = work.situation.event.body
    if isinstance(body, ReviewDecided) and body.gate == GATE and work.credit.hold:
        approved = body.verdict == "approve"
        if work.credit.stage == "held" or approved:
            _end(work, "approved" if approved else "rejected", body.by, body.reason)


def _expired(work: _Work) -> None:
    body = work.situation.event.body
    if isinstance(body, ev.DeadlinePassed) and body.timer == _TIMER and work.credit.stage == "held":
        _end(work, "expired", "nobody", f"nobody decided within {work.policy.hours:g} hours")


def _end(work: _Work, stage: str, by: str, reason: str) -> None:
    """The review is over. Approved (or expired under a policy that lets it go) frees the order."""
    credit, order = work.credit, work.situation.fulfilment.order
    if credit.stage == "held":
        work.cleared.append(_TIMER)
        if order is not None:
            close = CloseActivity(order.external_id, _marker(order, credit), feedback=f"{stage} by {by}: {reason}")
            work.give("reviewed", order.partner, close)
    credit.stage = stage
    if stage in {"rejected", "expired"} and (stage == "rejected" or work.policy.on_expiry == "keep"):
        return
    work.events.append(OrderFreed(GATE, credit.hold, by, reason))
    work.events.append(ExceptionResolved(HELD, "/credit", credit.hold))
    credit.hold = ""
    if stage != "watching":
        credit.approved = order.credit.exposure.amount if order and order.credit else credit.approved


def _cancelled(work: _Work) -> None:
    """Nothing is left to review."""
    if work.credit.hold and work.situation.fulfilment.cancelled:
        _end(work, "watching", "the system of record", "the order was cancelled")


def _marker(order: DeliveryOrder, credit: Credit) -> str:
    return digest(NAME, order.id, credit.hold)[:16]


_HANDLERS: dict[str, Callable[[_Work], None]] = {
    "fulfilment.requested.v1": _requested,
    "fulfilment.cancelled.v1": _cancelled,
    "review.decided.v1": _decided,
    "deadline.passed.v1": _expired,
}
_FREED = "the order is free, the task in the system of record closed"
CHART = Chart(
    "An order of a customer over the credit limit waits for finance.",
    (
        Stage("watching", "Within the limit, or nobody watches it.", final=True),
        Stage("held", "Over the limit: finance has to decide.", "finance"),
        Stage("approved", "Finance let it go.", final=True),
        Stage("rejected", "Finance keeps it back; approving it later is still possible.", final=True),
        Stage("expired", "Nobody decided in time; policy says whether it goes.", final=True),
    ),
    (
        *(
            Move(before, "held", "fulfilment.requested.v1", "hold the order, a task for finance, an exception")
            for before in ("watching", "approved", "expired")
        ),
        *(
            Move(before, "watching", "fulfilment.cancelled.v1", "close the task")
            for before in ("held", "rejected", "expired")
        ),
        *(Move(before, "approved", "review.decided.v1", _FREED) for before in ("held", "rejected", "expired")),
        Move("held", "rejected", "review.decided.v1", "close the task; the order stays back"),
        Move("held", "expired", "deadline.passed.v1", "as policy says: the order is free, or stays back"),
    ),
)
