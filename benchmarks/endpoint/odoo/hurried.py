"""A clock for measuring what waiting costs without waiting: its time passes faster than ours."""

import asyncio
from time import monotonic, time

_LOOK = 0.05
"""Seconds of ours between two looks of a sleeper, so that a change of speed reaches it."""


class HurriedClock:
    """Implements `crossdock.ports.clock.Clock`. ``speed`` is its seconds in one of ours, and may be changed."""

    def __init__(self) -> None:
        """Starts now, at ordinary speed."""
        self._speed = 1.0
        self._from, self._at = monotonic(), time()

    @property
    def speed(self) -> float:
        """Its seconds in one of ours."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        now = monotonic()
        self._at += (now - self._from) * self._speed
        self._from, self._speed = now, speed

    def now(self) -> int:
        """Its time in epoch microseconds."""
        return int((self._at + (monotonic() - self._from) * self._speed) * 1_000_000)

    async def sleep(self, seconds: float) -> None:
        """Return when so much of its time has passed."""
        due = self.now() + int(seconds * 1_000_000)
        while (left := due - self.now()) > 0:  # noqa: ASYNC110 - the speed may change meanwhile
            await asyncio.sleep(min(left / 1_000_000 / self._speed, _LOOK))
