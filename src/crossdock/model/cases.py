"""A business exception as people work on it: a fold over its events, the same for any order of arrival.

Of what several events say the latest holds (by the time each was recorded); of what happens once, the earliest or the
highest. So nothing depends on which came first.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct, structs

from crossdock.model.exceptions import (
    ExceptionAssigned,
    ExceptionBreached,
    ExceptionCommented,
    ExceptionEscalated,
    ExceptionEvent,
    ExceptionRaised,
    ExceptionRescheduled,
    ExceptionResolved,
    ExceptionResumed,
    ExceptionRouted,
    ExceptionTimed,
    ExceptionWaiting,
    ExceptionWarned,
)
from crossdock.model.identifiers import digest
from crossdock.model.instants import last_moment


class Case(Struct, frozen=True):
    """One exception. All times are epoch microseconds, 0 for never; ``owner`` is a team, ``assignee`` a person;
    ``value`` is in minor units of ``currency``; ``promised_at`` is the last moment of what the customer was promised,
    ``tier`` the customer's, which weighs ``rank``. ``proposed`` is a day that could be promised instead, ``agreed`` the
    one somebody agreed to (as said: RFC 3339 or a day). ``…_moved_at`` are the times by which the latest word is told.
    """

    subject: str
    kind: str
    pointer: str = ""
    cause: str = ""
    text: str = ""
    raised_at: int = 0
    resolved_at: int = 0
    state: str = "open"
    owner: str = ""
    assignee: str = ""
    severity: str = "normal"
    queue: str = "business"
    category: str = ""
    partner: str = ""
    acknowledge_by: int = 0
    resolve_by: int = 0
    acknowledged_at: int = 0
    warned_at: int = 0
    breached_at: int = 0
    level: int = 0
    escalated_to: str = ""
    value: int = 0
    currency: str = ""
    waiting_on: str = ""
    waiting_until: int = 0
    resolved_by: str = ""
    reason: str = ""
    comments: int = 0
    owner_moved_at: int = 0
    assignee_moved_at: int = 0
    waiting_moved_at: int = 0
    due_moved_at: int = 0
    promised_at: int = 0
    tier: str = ""
    rank: int = 0
    proposed: str = ""
    agreed: str = ""
    agreed_moved_at: int = 0

    @property
    def id(self) -> str:
        """What it is called in lists and by the doors."""
        return case_id(self.subject, self.kind, self.pointer, self.cause)

    @property
    def cause_group(self) -> str:
        """What it has in common with others of the same cause: kind, partner and category."""
        return digest(self.kind, self.partner, self.category)[:16]


def case_id(subject: str, kind: str, pointer: str, cause: str) -> str:
    """24 hex characters that name one exception."""
    return digest("exception", subject, kind, plain(pointer), plain(cause))[:24]


def plain(text: str) -> str:
    """``text`` as every database keeps it: U+0000 becomes U+2400."""
    return text.replace("\x00", "\u2400") if "\x00" in text else text


def opened(subject: str, body: ExceptionEvent) -> Case:
    """The case an event is of, before anything happened to it."""
    return Case(subject, body.kind, plain(body.pointer), plain(body.cause))


def fold(case: Case, body: ExceptionEvent, at: int) -> Case:
    """What ``case`` is after ``body``, recorded at ``at`` (epoch microseconds)."""
    changes = _changes(case, body, at)
    changed = structs.replace(case, **{name: _kept(value) for name, value in changes.items()})
    return structs.replace(changed, state=_state(changed))


def _kept(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def _state(case: Case) -> str:
    if case.resolved_at:
        return "resolved"
    if case.waiting_on:
        return "waiting"
    return "assigned" if case.assignee else "open"


Changes = dict[str, Any]


def _changes(case: Case, body: ExceptionEvent, at: int) -> Changes:
    return _FOLDS[type(body)](case, body, at)


def _raised(case: Case, body: ExceptionRaised, at: int) -> Changes:
    known = {"partner": case.partner or body.partner, "category": case.category or body.category}
    return {"text": body.text, "raised_at": at, "proposed": body.proposed.at if body.proposed else "", **known}


def _resolved(case: Case, body: ExceptionResolved, at: int) -> Changes:
    if case.resolved_at and case.resolved_at <= at:
        return {}
    return {"resolved_at": at, "resolved_by": body.by, "reason": body.reason}


def _routed(case: Case, body: ExceptionRouted, at: int) -> Changes:
    """What the desk found when it was raised; who was assigned since, and newer times, stay."""
    found: Changes = {
        "severity": body.severity, "queue": body.queue, "category": body.category or case.category,
        "partner": body.partner or case.partner,
        "value": body.value.amount if body.value else 0, "currency": body.value.currency if body.value else "",
        "owner": case.owner or body.owner, "tier": body.tier, "rank": body.rank,
        "promised_at": last_moment(body.promised) if body.promised else 0,
    }  # fmt: skip
    if at > case.due_moved_at:
        found |= {"acknowledge_by": body.acknowledge_by, "resolve_by": body.resolve_by, "due_moved_at": at}
    return found


def _assigned(case: Case, body: ExceptionAssigned, at: int) -> Changes:
    """The latest word holds for team and person each: who is named without a team stays with the team there is."""
    moved: Changes = {"acknowledged_at": _earlier(case.acknowledged_at, at)} if body.assignee else {}
    if body.owner and at >= case.owner_moved_at:
        moved |= {"owner": body.owner, "owner_moved_at": at}
    if at >= case.assignee_moved_at:
        moved |= {"assignee": body.assignee, "assignee_moved_at": at}
    return moved


def _waiting(case: Case, body: ExceptionWaiting, at: int) -> Changes:
    taken = {"acknowledged_at": _earlier(case.acknowledged_at, at)}
    if at < case.waiting_moved_at:
        return taken
    return {**taken, "waiting_on": body.on, "waiting_until": body.until, "waiting_moved_at": at}


def _resumed(case: Case, _body: ExceptionResumed, at: int) -> Changes:
    return {"waiting_on": "", "waiting_until": 0, "waiting_moved_at": at} if at >= case.waiting_moved_at else {}


def _timed(case: Case, body: ExceptionTimed, at: int) -> Changes:
    if at < case.due_moved_at:
        return {}
    return {"acknowledge_by": body.acknowledge_by, "resolve_by": body.resolve_by, "due_moved_at": at}


def _rescheduled(case: Case, body: ExceptionRescheduled, at: int) -> Changes:
    taken = {"acknowledged_at": _earlier(case.acknowledged_at, at)}
    if at < case.agreed_moved_at:
        return taken
    return {**taken, "agreed": body.promised.at, "agreed_moved_at": at}


def _commented(case: Case, _body: ExceptionCommented, _at: int) -> Changes:
    return {"comments": case.comments + 1}


def _warned(case: Case, _body: ExceptionWarned, at: int) -> Changes:
    return {"warned_at": _earlier(case.warned_at, at)}


def _breached(case: Case, _body: ExceptionBreached, at: int) -> Changes:
    return {"breached_at": _earlier(case.breached_at, at)}


def _escalated(case: Case, body: ExceptionEscalated, _at: int) -> Changes:
    return {"level": body.level, "escalated_to": body.to} if body.level > case.level else {}


def _earlier(known: int, at: int) -> int:
    return min(known, at) if known else at


_FOLDS: dict[type[Any], Callable[[Case, Any, int], Changes]] = {
    ExceptionRaised: _raised,
    ExceptionResolved: _resolved,
    ExceptionRouted: _routed,
    ExceptionAssigned: _assigned,
    ExceptionWaiting: _waiting,
    ExceptionResumed: _resumed,
    ExceptionCommented: _commented,
    ExceptionRescheduled: _rescheduled,
    ExceptionTimed: _timed,
    ExceptionWarned: _warned,
    ExceptionBreached: _breached,
    ExceptionEscalated: _escalated,
}
