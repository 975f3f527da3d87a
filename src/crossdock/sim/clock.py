"""A clock for simulations: time passes when somebody sleeps, or when a scheduler says so."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count

MICROSECONDS = 1_000_000


class VirtualClock:
    """Implements `crossdock.ports.clock.SharedClock` without waiting.

    With ``auto`` a sleeper moves the clock on by itself and returns at once; without it sleepers wait until
    `advance` or `advance_to` reaches their time, so that a seeded scheduler owns every interleaving.
    ``start`` is in microseconds since 1970-01-01T00:00Z.
    """

    def __init__(self, start: int = 1_767_225_600_000_000, *, auto: bool = True) -> None:
        self._now = start
        self._auto = auto
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now(self) -> int:
        """Microseconds since 1970-01-01T00:00Z, as far as this clock was moved."""
        return self._now

    def steady(self) -> int:
        """The same."""
        return self._now

    def agreed(self, _shown: Callable[[], int | None]) -> int:
        """The same: no database knows of this time."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Move on by ``seconds`` (auto), or wait until somebody else moves the clock that far."""
        due = self._now + max(0, round(seconds * MICROSECONDS))
        if self._auto:
            self._now = max(self._now, due)
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (due, next(self._order), woken))
        await woken

    def next_due(self) -> int | None:
        """When the first sleeper wants to wake (epoch microseconds); None when nobody sleeps."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def advance(self, seconds: float) -> int:
        """Move on by ``seconds`` and wake who is due; how many that were."""
        return self.advance_to(self._now + round(seconds * MICROSECONDS))

    def advance_to(self, moment: int) -> int:
        """Move to ``moment`` (epoch microseconds, never back) and wake who is due, in order of their times."""
        self._now = max(self._now, moment)
        woken = 0
        while (due := self.next_due()) is not None and due <= self._now:
            heapq.heappop(self._sleepers)[2].set_result(None)
            woken += 1
        return woken
