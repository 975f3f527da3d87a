"""When a message that comes every working day is late: each is waited for once, from one due time to the next. Pure.

What comes between two due times is the later one's. One that comes late ends the waiting, and the next due time after
it is waited for: a partner that was away for days owes one message, not one for each day.
"""

from msgspec import Struct

from crossdock.model.calendars import ALWAYS, Calendar, next_local

_FIRST_LOOK = 15 * 86_400_000_000
"""How far back (microseconds) the due time before the first look is searched; holidays are seldom longer."""


class Arrival(Struct, frozen=True):
    """What a partner promised of a channel: a message by each of ``minutes`` (of the local day) on every working day of
    ``calendar``; ``grace`` microseconds later is not late yet.
    """

    partner: str
    channel: str
    minutes: tuple[int, ...]
    calendar: Calendar = ALWAYS
    grace: int = 0


class Waited(Struct, frozen=True):
    """What is waited for: a message received behind ``after``, due at ``due`` (epoch microseconds); ``raised`` once it
    was said to be late.
    """

    after: int
    due: int
    raised: bool = False


def begin(promise: Arrival, now: int) -> Waited:
    """At the first look: what came since the due time before counts for the next."""
    before, after = now - _FIRST_LOOK, now
    while (before := next_due(promise, before)) <= now:
        after = before
    return Waited(after, before)


def heard(promise: Arrival, waited: Waited, at: int) -> Waited:
    """A message was received at ``at``: the next one is waited for. Further ones before the due time are the same."""
    after = max(at, waited.due)
    return Waited(after, next_due(promise, after))


def is_late(promise: Arrival, waited: Waited, now: int) -> bool:
    """Whether it is late and nobody was told."""
    return not waited.raised and now >= waited.due + promise.grace


def next_due(promise: Arrival, moment: int) -> int:
    """The first due time after ``moment``."""
    return min(next_local(promise.calendar, moment, minute) for minute in promise.minutes)
