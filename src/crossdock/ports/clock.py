"""Time, sleep and randomness enter through these; nothing inside reads a clock of its own."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct


class Clock(Protocol):
    """The time of day and the passing of time."""

    def now(self) -> int:
        """Microseconds since 1970-01-01T00:00Z."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a virtual clock may return at once and move on."""
        ...


class SharedClock(Clock, Protocol):
    """The clock of one of several processes on one store. Clocks of machines differ, and are set forward and back."""

    def steady(self) -> int:
        """Microseconds of a clock that nobody sets: what lies between two readings of one process has passed."""
        ...

    def agreed(self, shown: Callable[[], int | None]) -> int:
        """The time that all processes of one store agree on, in epoch microseconds. ``shown`` asks what the clock of
        the store's server shows; None where the store is a file, and all share a machine.
        """
        ...


class Reading(Struct, frozen=True):
    """What a process's two clocks showed at one moment."""

    now: int
    steady: int


def read(clock: SharedClock) -> Reading:
    """Both clocks as they stand."""
    return Reading(clock.now(), clock.steady())


def passed(since: Reading, clock: SharedClock) -> int:
    """Microseconds since then, by whichever clock more have: one may have been set back, and a machine that was stopped
    as a whole may know it by the other alone.
    """
    return max(clock.now() - since.now, clock.steady() - since.steady)


class Ids(Protocol):
    """Fresh identifiers and jitter."""

    def fresh(self, now: int) -> str:
        """A new id that sorts by ``now`` (epoch microseconds) and never repeats: 26 characters."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1)."""
        ...
