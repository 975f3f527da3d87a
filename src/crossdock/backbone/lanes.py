"""When to try a command again: a schedule for each class of error, with jitter, and an end."""

from collections.abc import Mapping

from msgspec import Struct

from crossdock.backbone.breaker import SECOND
from crossdock.ports.verdicts import ErrorClass


class Schedule(Struct, frozen=True):
    """Pauses in seconds after the first, second… failure (the last one repeats), and when to give up and park."""

    pauses: tuple[float, ...]
    park_after: int
    jitter: float = 0.2


DEFAULT_SCHEDULES: Mapping[str, Schedule] = {
    ErrorClass.UNREACHABLE: Schedule((2, 5, 15, 30, 60, 120, 300), park_after=200),
    ErrorClass.TIMEOUT: Schedule((5, 15, 30, 60, 120, 300), park_after=50),
    ErrorClass.THROTTLED: Schedule((5, 15, 30, 60), park_after=200),
    ErrorClass.SERVER: Schedule((2, 5, 15, 30, 60, 120, 300), park_after=50),
    ErrorClass.CONFLICT: Schedule((0.2, 0.5, 1, 2, 5), park_after=30),
    ErrorClass.CREDENTIAL: Schedule((60, 300, 900), park_after=300),
    ErrorClass.PENDING: Schedule((2, 5, 15, 30, 60, 120, 300), park_after=50),
}
"""Unreachable, throttled and credential errors are the partner's state and not the message's, so they are given
hours; a message the partner itself fails on is parked sooner, for a person to look."""


def next_try(
    schedule: Schedule, attempt: int, now: int, jitter: float, after: float | None, within: float | None = None
) -> int | None:
    """When to try again after attempt number ``attempt`` failed at ``now``; None when it is time to park.

    ``after`` (seconds) is what the partner asked for and is never undercut, ``within`` (seconds) is when the answer is
    there and is not slept through; ``jitter`` is in [0, 1) and spreads the rest by ± the schedule's share.
    """
    if attempt >= schedule.park_after:
        return None
    pause = schedule.pauses[min(attempt, len(schedule.pauses)) - 1]
    spread = pause * (1 + schedule.jitter * (2 * jitter - 1))
    wanted = spread if within is None else min(spread, within)
    return now + int(max(wanted, after or 0.0) * SECOND)
