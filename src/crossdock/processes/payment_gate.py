"""Payment gate: an order that is paid in advance waits until its payment is authorized.

watching ──▶ waiting ──▶ paid | failed ──▶ paid, when another payment comes through
"""

from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.releasing import OrderFreed, OrderHeld, ReviewDecided
from crossdock.ports.process import Chart, Decision, Move, Process, Situation, Stage

NAME = "payment_gate"
GATE = "payment"
FAILED = "payment.failed"


class PaymentPolicy(Struct, frozen=True):
    """What configuration decides. ``require`` a payment of every order, or hold those only of which one was
    ``reported`` pending. ``enough`` are the states that let an order go.
    """

    require: Literal["all", "reported"] = "reported"
    enough: tuple[str, ...] = ("authorized", "captured")


class Paying(Struct, omit_defaults=True):
    """The process's own state: where it stands, its hold, and the exception it holds open."""

    stage: str = "watching"
    hold: str = ""
    raised: str = ""


def is_to_speak(state: FulfilmentState, policy: PaymentPolicy) -> bool:
    """Whether the gate has to hold an order by what is known of its payments, and has never done so: its hold is on the
    way. A payment reported before its order is folded before the hold that follows from it.
    """
    standings = {standing for _, standing in state.payments.values()}
    if state.cancelled or standings & set(policy.enough):
        return False
    return (bool(standings) or policy.require == "all") and not any(each.startswith(f"{GATE} ") for each in state.held)


_DECODE = msgspec.json.Decoder(Paying).decode
_ENCODE = msgspec.json.Encoder().encode


def payment_gate(policy: PaymentPolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        paying = _DECODE(situation.process) if situation.process else Paying()
        before = paying.stage if situation.process else ""
        events = _HANDLERS[ev.type_of(situation.event.body)](situation, policy, paying)
        return Decision(_ENCODE(paying), events=tuple(events), before=before, stage=paying.stage)

    return Process(NAME, 1, frozenset(_HANDLERS), decide, CHART, of=("do:",))


def _looked(situation: Situation, policy: PaymentPolicy, paying: Paying) -> list[ev.EventBody]:
    """The order, or a word about its payment: the best of all payments counts."""
    state = situation.fulfilment
    standings = {standing for _, standing in state.payments.values()}
    if state.cancelled:
        return _free(paying, "watching", "the system of record", "the order was cancelled")
    if standings & set(policy.enough):
        return _free(paying, "paid", "the payment", "it came through")
    if not (standings or policy.require == "all") or paying.stage == "paid":
        return []
    events: list[ev.EventBody] = []
    if not paying.hold:
        paying.hold = situation.event.key[:16]
        events.append(OrderHeld(GATE, paying.hold, "it is paid in advance, and the payment has not come through"))
    failed = bool(standings) and "pending" not in standings
    paying.stage = "failed" if failed else "waiting"
    if failed and not paying.raised:
        paying.raised = situation.event.key
        text = "The payment failed or was taken back: ask the customer for another, or cancel the order."
        events.append(ExceptionRaised(FAILED, text, "/payment", paying.raised))
    if not failed:
        events += _settled(paying)
    return events


def _decided(situation: Situation, _policy: PaymentPolicy, paying: Paying) -> list[ev.EventBody]:
    """A person lets it go without payment."""
    body = situation.event.body
    if isinstance(body, ReviewDecided) and body.gate == GATE and body.verdict == "approve" and paying.hold:
        return _free(paying, "paid", body.by, body.reason)
    return []


def _free(paying: Paying, stage: str, by: str, reason: str) -> list[ev.EventBody]:
    paying.stage = stage
    if not paying.hold:
        return []
    freed = OrderFreed(GATE, paying.hold, by, reason)
    paying.hold = ""
    return [freed, *_settled(paying)]


def _settled(paying: Paying) -> list[ev.EventBody]:
    if not paying.raised:
        return []
    resolved = ExceptionResolved(FAILED, "/payment", paying.raised)
    paying.raised = ""
    return [resolved]


_HANDLERS: dict[str, Callable[[Situation, PaymentPolicy, Paying], list[ev.EventBody]]] = {
    "fulfilment.requested.v1": _looked,
    "fulfilment.cancelled.v1": _looked,
    "payment.reported.v1": _looked,
    "review.decided.v1": _decided,
}
_TAGS = ("fulfilment.requested.v1", "fulfilment.cancelled.v1", "payment.reported.v1")
CHART = Chart(
    "An order that is paid in advance waits for its payment.",
    (
        Stage("watching", "Nobody has to pay in advance, or it is cancelled.", final=True),
        Stage("waiting", "The payment is pending.", "the customer", hours=24.0),
        Stage("paid", "The payment is enough to let it go, or a person let it go.", final=True),
        Stage("failed", "The payment failed.", "a person", hours=8.0),
    ),
    (
        *(Move(before, "waiting", on, "hold the order") for before in ("watching", "failed") for on in _TAGS),
        *(Move(before, "failed", on, "an exception") for before in ("watching", "waiting") for on in _TAGS),
        *(
            Move(before, "paid", on, "the order is free")
            for before in ("watching", "waiting", "failed")
            for on in _TAGS
        ),
        *(
            Move(before, "watching", on, "the order is free")
            for before in ("waiting", "failed", "paid")
            for on in _TAGS
        ),
        *(Move(before, "paid", "review.decided.v1", "a person lets it go") for before in ("waiting", "failed")),
    ),
)
