"""Time, sleep and randomness enter through these; nothing inside reads a clock of its own."""

from typing import Protocol


class Clock(Protocol):
    """The time of day and the passing of time."""

    def now(self) -> int:
        """Microseconds since 1970-01-01T00:00Z."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a virtual clock may return at once and move on."""
        ...


class Ids(Protocol):
    """Fresh identifiers and jitter."""

    def fresh(self, now: int) -> str:
        """A new id that sorts by ``now`` (epoch microseconds) and never repeats: 26 characters."""
        ...

    def jitter(self) -> float:
        """A number in [0, 1)."""
        ...
