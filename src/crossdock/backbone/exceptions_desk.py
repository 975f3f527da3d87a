"""What people do about exceptions, as steps of a transaction: they commit together with their audit."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from crossdock.model.cases import Case
from crossdock.model.events import Fact
from crossdock.model.exceptions import (
    ExceptionAssigned,
    ExceptionCommented,
    ExceptionEvent,
    ExceptionRescheduled,
    ExceptionResolved,
    ExceptionResumed,
    ExceptionWaiting,
)
from crossdock.model.identifiers import partition_of, trace_id_of
from crossdock.model.instants import Stamp, from_epoch_us
from crossdock.ports.rows import Chosen
from crossdock.ports.stores import NewEvent, Transaction

MOST = 5000
"""Exceptions that one request may change at most."""
_PAGE = 500


class Assign(Struct, frozen=True, tag="assign"):
    """Give it to a person, or to another team, or both."""

    owner: str = ""
    assignee: str = ""


class Wait(Struct, frozen=True, tag="wait"):
    """Wait on somebody; ``until`` is epoch microseconds, 0 until somebody says so."""

    on: str
    until: int = 0


class Resume(Struct, frozen=True, tag="resume"):
    """Wait no longer."""


class Comment(Struct, frozen=True, tag="comment"):
    """Say something about it."""

    text: str


class Reschedule(Struct, frozen=True, tag="reschedule"):
    """Promise the customer another day; the system of record is told."""

    promised: Stamp


class Resolve(Struct, frozen=True, tag="resolve"):
    """End it."""


Deed = Assign | Wait | Resume | Comment | Reschedule | Resolve


class Asked(Struct, frozen=True):
    """Who asks for what and why; ``id`` names the request: sent again under the same it is the same one."""

    id: str
    actor: str
    reason: str
    deed: Deed


class TooMany(Exception):
    """A filter fits more exceptions than one request may change."""


def find(tx: Transaction, chosen: Chosen) -> list[Case]:
    """Open exceptions that fit, newest first. Raises `TooMany`."""
    found = list(_pages(tx, chosen))
    if len(found) > MOST:
        raise TooMany(f"more than {MOST} exceptions fit: narrow the filter")
    return found


def _pages(tx: Transaction, chosen: Chosen) -> Iterator[Case]:
    after, seen = "", 0
    while seen <= MOST:
        rows, after = tx.views.exceptions(chosen=chosen, after=after, limit=_PAGE)
        yield from (row.case for row in rows)
        seen += len(rows)
        if not after:
            return


def act(tx: Transaction, cases: Sequence[Case], asked: Asked, now: int) -> int:
    """Write down what somebody does about open exceptions; how many of these are new. Resolved ones are left alone."""
    wanted = sorted((each for each in cases if not each.resolved_at), key=lambda each: partition_of(each.subject))
    events = [_event(each, _body(each, asked), now) for each in wanted]
    fresh = len(tx.log.append(events, now)) if events else 0
    name = str(asked.deed.__struct_config__.tag)
    if fresh:
        subjects = sorted({each.subject for each in wanted})
        target = subjects[0] if len(subjects) == 1 else f"{len(subjects)} orders"
        kinds = ", ".join(sorted({each.kind for each in wanted})[:5])
        tx.doors.audit(now, asked.actor, f"exception.{name}", target, f"{len(wanted)} ({kinds}): {asked.reason}")
    return fresh


def _event(case: Case, body: ExceptionEvent, now: int) -> NewEvent:
    fact = Fact(body, from_epoch_us(now), subject=case.subject)
    return NewEvent(fact.key(case.subject), case.subject, fact, now, "", "", trace_id_of(case.subject))


def _body(case: Case, asked: Asked) -> ExceptionEvent:
    pointer, cause = case.pointer, case.cause
    match asked.deed:
        case Assign(owner, assignee):
            return ExceptionAssigned(
                case.kind, asked.id, asked.actor, pointer, cause, owner, assignee, asked.reason
            )  # fmt: skip
        case Wait(on, until):
            return ExceptionWaiting(case.kind, asked.id, asked.actor, on, pointer, cause, until, asked.reason)
        case Resume():
            return ExceptionResumed(case.kind, asked.id, pointer, cause, asked.actor, asked.reason)
        case Comment(text):
            return ExceptionCommented(case.kind, asked.id, asked.actor, text, pointer, cause)
        case Reschedule(promised):
            return ExceptionRescheduled(case.kind, asked.id, asked.actor, promised, pointer, cause, asked.reason)
        case Resolve():
            return ExceptionResolved(case.kind, pointer, cause, asked.actor, asked.reason)
