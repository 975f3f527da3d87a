"""Business exceptions: something a person must put right, and what becomes of it.

An exception is named by its subject, kind, ``pointer`` (the JSON pointer of the fault) and ``cause``. Deciders raise
and resolve; the exception desk routes, times, warns and escalates; people assign, wait, comment and resolve.
"""

from typing import Literal

from msgspec import Struct

from crossdock.model.instants import Stamp
from crossdock.model.money import Money

Clock = Literal["acknowledge", "resolve"]
"""Which promise: that somebody takes it, or that it is over."""


class ExceptionRaised(Struct, frozen=True, tag="exception.raised.v1", omit_defaults=True):
    """A business exception. ``partner`` is who it is about (a carrier, a system of record), ``category`` and ``reason``
    the words of the carriers' vocabulary, where they are known. ``proposed`` is a day that can be kept instead of the
    promised one, which somebody has to agree to. ``value`` is what is at stake, where it is not the order's goods.
    """

    kind: str
    text: str
    pointer: str = ""
    cause: str = ""
    partner: str = ""
    category: str = ""
    reason: str = ""
    proposed: Stamp | None = None
    value: Money | None = None

    def identity(self) -> tuple[str, ...]:
        """One exception per kind, place and cause."""
        return (self.kind, self.pointer, self.cause)


class ExceptionResolved(Struct, frozen=True, tag="exception.resolved.v1", omit_defaults=True):
    """The exception no longer stands. ``by`` is the person who ended it and ``reason`` why; by itself without."""

    kind: str
    pointer: str = ""
    cause: str = ""
    by: str = ""
    reason: str = ""

    def identity(self) -> tuple[str, ...]:
        """One resolution per kind, place and cause."""
        return (self.kind, self.pointer, self.cause)


class ExceptionRouted(Struct, frozen=True, tag="exception.routed.v1", omit_defaults=True):
    """Whose it is (a team), how pressing, until when (epoch microseconds, 0 for no promise), and what is at stake: the
    value of the goods it holds up, what was ``promised`` to the customer, and the customer's ``tier``, which weighs
    ``rank`` (0 for none). ``alert`` says that somebody is told of its cause.
    """

    kind: str
    owner: str
    severity: str
    queue: str
    pointer: str = ""
    cause: str = ""
    category: str = ""
    partner: str = ""
    acknowledge_by: int = 0
    resolve_by: int = 0
    value: Money | None = None
    alert: bool = False
    promised: Stamp | None = None
    tier: str = ""
    rank: int = 0

    def identity(self) -> tuple[str, ...]:
        """Routed once; later moves are assignments."""
        return (self.kind, self.pointer, self.cause)


class ExceptionAssigned(Struct, frozen=True, tag="exception.assigned.v1", omit_defaults=True):
    """Somebody takes it, or is given it: ``owner`` is another team ("" leaves it), ``assignee`` a person of it.
    ``id`` names the request.
    """

    kind: str
    id: str
    actor: str
    pointer: str = ""
    cause: str = ""
    owner: str = ""
    assignee: str = ""
    reason: str = ""

    def identity(self) -> tuple[str, ...]:
        """One request, however often it is sent."""
        return (self.kind, self.pointer, self.cause, self.id)


class ExceptionWaiting(Struct, frozen=True, tag="exception.waiting.v1", omit_defaults=True):
    """It waits ``on`` somebody, ``until`` a moment (epoch microseconds, 0: until it goes on); its clock stands."""

    kind: str
    id: str
    actor: str
    on: str
    pointer: str = ""
    cause: str = ""
    until: int = 0
    reason: str = ""

    def identity(self) -> tuple[str, ...]:
        """One request, however often it is sent."""
        return (self.kind, self.pointer, self.cause, self.id)


class ExceptionResumed(Struct, frozen=True, tag="exception.resumed.v1", omit_defaults=True):
    """It waits no longer: somebody says so, or (without ``actor``) its time came."""

    kind: str
    id: str
    pointer: str = ""
    cause: str = ""
    actor: str = ""
    reason: str = ""

    def identity(self) -> tuple[str, ...]:
        """Once per request or waiting."""
        return (self.kind, self.pointer, self.cause, self.id)


class ExceptionCommented(Struct, frozen=True, tag="exception.commented.v1", omit_defaults=True):
    """What somebody has to say about it."""

    kind: str
    id: str
    actor: str
    text: str
    pointer: str = ""
    cause: str = ""

    def identity(self) -> tuple[str, ...]:
        """One request, however often it is sent."""
        return (self.kind, self.pointer, self.cause, self.id)


class ExceptionRescheduled(Struct, frozen=True, tag="exception.rescheduled.v1", omit_defaults=True):
    """Somebody agrees to ``promised`` instead of what the customer was promised before; ``id`` names the request."""

    kind: str
    id: str
    actor: str
    promised: Stamp
    pointer: str = ""
    cause: str = ""
    reason: str = ""

    def identity(self) -> tuple[str, ...]:
        """One request, however often it is sent."""
        return (self.kind, self.pointer, self.cause, self.id)


class ExceptionTimed(Struct, frozen=True, tag="exception.timed.v1", omit_defaults=True):
    """Its promises are due at other times now (epoch microseconds); both 0 while its clock stands. ``id`` is the event
    that changed them.
    """

    kind: str
    id: str
    pointer: str = ""
    cause: str = ""
    acknowledge_by: int = 0
    resolve_by: int = 0

    def identity(self) -> tuple[str, ...]:
        """Once per event that changes them."""
        return (self.kind, self.pointer, self.cause, self.id)


class ExceptionWarned(Struct, frozen=True, tag="exception.warned.v1", omit_defaults=True):
    """A promise is soon broken: due at ``due_at`` (epoch microseconds)."""

    kind: str
    clock: Clock
    due_at: int
    pointer: str = ""
    cause: str = ""

    def identity(self) -> tuple[str, ...]:
        """Once per promise."""
        return (self.kind, self.pointer, self.cause, self.clock)


class ExceptionBreached(Struct, frozen=True, tag="exception.breached.v1", omit_defaults=True):
    """A promise was broken: it was due at ``due_at`` (epoch microseconds)."""

    kind: str
    clock: Clock
    due_at: int
    pointer: str = ""
    cause: str = ""

    def identity(self) -> tuple[str, ...]:
        """Once per promise."""
        return (self.kind, self.pointer, self.cause, self.clock)


class ExceptionEscalated(Struct, frozen=True, tag="exception.escalated.v1", omit_defaults=True):
    """It goes one step up the owner's ladder: ``level`` counts from 1, ``to`` is who is told."""

    kind: str
    level: int
    to: str
    pointer: str = ""
    cause: str = ""

    def identity(self) -> tuple[str, ...]:
        """Each level once."""
        return (self.kind, self.pointer, self.cause, str(self.level))


ExceptionEvent = (
    ExceptionRaised
    | ExceptionResolved
    | ExceptionRouted
    | ExceptionAssigned
    | ExceptionWaiting
    | ExceptionResumed
    | ExceptionCommented
    | ExceptionRescheduled
    | ExceptionTimed
    | ExceptionWarned
    | ExceptionBreached
    | ExceptionEscalated
)
"""Everything that happens to a business exception."""
