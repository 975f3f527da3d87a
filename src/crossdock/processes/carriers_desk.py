"""The carriers' desk: pickups, manifests and address checks, each a small business of its own.

Its subject is the request itself (``desk:<partner>:<reference>``); the carrier's answer, or what went wrong, is a fact
of it. What is asked for a single order (book, void, return) is decided by order-to-ship.
"""

import msgspec
from msgspec import Struct

from crossdock.model import events as ev
from crossdock.model.desk import DeskRequested, Relay
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.ports.process import Chart, Decision, Move, Order, Priority, Process, Situation, Stage

NAME = "carriers_desk"
_FAILURES = {
    "pickup.schedule.v1": "pickup.failed",
    "pickup.cancel.v1": "pickup.failed",
    "manifest.close.v1": "manifest.failed",
    "address.check.v1": "address.unchecked",
}
_DONE = {
    "pickup.scheduled.v1": "scheduled",
    "pickup.cancelled.v1": "cancelled",
    "manifest.closed.v1": "closed",
    "address.checked.v1": "checked",
}


class Desk(Struct, omit_defaults=True):
    """The process's own state: where it stands, and the exception it holds open as (kind, cause)."""

    phase: str = "asked"
    raised: tuple[str, str] = ("", "")


_DECODE = msgspec.json.Decoder(Desk).decode
_ENCODE = msgspec.json.Encoder().encode


_ENDS = (
    Stage("scheduled", "The carrier will collect.", final=True),
    Stage("cancelled", "The carrier will not come.", final=True),
    Stage("closed", "The carrier knows what it gets today.", final=True),
    Stage("checked", "The carrier has said what it thinks of the address.", final=True),
)
_CHART = Chart(
    "A pickup, a manifest or an address check asked for at the carriers' desk.",
    (
        Stage("asked", "The carrier was asked.", "the carrier", hours=1.0),
        Stage("attention", "The carrier refused, or could not.", "a person", hours=4.0),
        *_ENDS,
    ),
    (
        *(
            Move(before, after, tag, "the exception is resolved" if before == "attention" else "")
            for tag, after in _DONE.items()
            for before in ("asked", "attention", *(each.name for each in _ENDS))
            if before != after
        ),
        *(
            Move(before, "attention", "command.failed.v1", "an exception is raised")
            for before in ("asked", *(each.name for each in _ENDS))
        ),
    ),
)


def carriers_desk() -> Process:
    """The process; it has no policy."""
    handled = frozenset({"desk.requested.v1", "command.failed.v1", *_DONE})
    return Process(NAME, 1, handled, _decide, _CHART, of=("desk:",))


def _decide(situation: Situation) -> Decision:
    desk = _DECODE(situation.process) if situation.process else Desk()
    body, cause = situation.event.body, situation.event.key
    before = desk.phase if situation.process else ""
    if isinstance(body, DeskRequested) and isinstance(body.wish, Relay):
        wish = body.wish
        order = Order(f"relay/{body.id}", wish.partner, wish.command, Priority.EXPRESS)
        return Decision(_ENCODE(desk), desk.phase, (order,), before=before, stage=desk.phase)
    if isinstance(body, ev.CommandFailed) and body.what in _FAILURES:
        events = _fail(desk, body, cause)
        return Decision(_ENCODE(desk), desk.phase, events=events, before=before, stage=desk.phase)
    tag = ev.type_of(body)
    if tag not in _DONE:
        return Decision(situation.process)
    kind, began = desk.raised
    desk.phase, desk.raised = _DONE[tag], ("", "")
    resolved = (ExceptionResolved(kind, "", began),) if kind else ()
    return Decision(_ENCODE(desk), desk.phase, events=resolved, before=before, stage=desk.phase)


def _fail(desk: Desk, body: ev.CommandFailed, cause: str) -> tuple[ev.EventBody, ...]:
    """One exception stands at a time: a second failure of the same kind is no second one, which nothing would end."""
    desk.phase = "attention"
    (stood, began), kind = desk.raised, _FAILURES[body.what]
    if stood == kind:
        return ()
    desk.raised = (kind, cause)
    raised = ExceptionRaised(kind, body.operator, "", cause, body.partner)
    return (ExceptionResolved(stood, "", began), raised) if stood else (raised,)
