"""The clock of one exception: working time spent on it, what is due when so much is spent, and each of that once.

It runs in its team's working time and stands while the exception waits on somebody.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field

from crossdock.model.calendars import MINUTE, Calendar, add_working, working_between
from crossdock.model.exceptions import Clock
from crossdock.processes.exception_policy import Promise, Step


class Running(Struct, omit_defaults=True):
    """``since`` is when it was last started (epoch microseconds, 0 while it stands), ``spent`` the working time before
    that; ``fired`` are the marks that were passed.
    """

    since: int = 0
    spent: int = 0
    fired: list[str] = field(default_factory=list)

    def elapsed(self, calendar: Calendar, now: int) -> int:
        """Working time spent until ``now``."""
        return self.spent + (working_between(calendar, self.since, now) if self.since else 0)

    def stop(self, calendar: Calendar, now: int) -> None:
        """Stand still from ``now`` on."""
        self.spent, self.since = self.elapsed(calendar, now), 0

    def start(self, now: int) -> None:
        """Go on from ``now``."""
        self.since = self.since or now

    def due(self, calendar: Calendar, at: int) -> int:
        """When so much is spent; 0 while it stands."""
        return add_working(calendar, self.since, max(at - self.spent, 0)) if self.since else 0


class Mark(Struct, frozen=True):
    """Something that happens once ``at`` (working time) is spent: warn, breach or a step up, of one promise."""

    name: str
    at: int
    deed: Literal["warn", "breach", "up"]
    clock: Clock


def marks(promise: Promise, warn_at: float, ladder: tuple[Step, ...], *, taken: bool) -> Iterator[Mark]:
    """All marks of an exception, the earliest first of each promise. Once ``taken``, taking it is late no more."""
    if promise.acknowledge and not taken:
        yield Mark("acknowledge/warn", int(promise.acknowledge * warn_at), "warn", "acknowledge")
        yield Mark("acknowledge/breach", promise.acknowledge, "breach", "acknowledge")
    if not promise.resolve:
        return
    yield Mark("resolve/warn", int(promise.resolve * warn_at), "warn", "resolve")
    yield Mark("resolve/breach", promise.resolve, "breach", "resolve")
    at = promise.resolve
    for number, step in enumerate(ladder[1:], 2):
        at += promise.resolve if step.after_minutes is None else step.after_minutes * MINUTE
        yield Mark(f"resolve/up-{number}", at, "up", "resolve")
