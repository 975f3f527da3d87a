"""Live numbers: one look at the store for all who watch, told as server-sent events.

A page is never changed by what comes in: it learns that there is something new, and asks when its reader wants it.
"""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from crossdock.ports.clock import Clock
from crossdock.ports.rows import Counts
from crossdock.ports.stores import Store, Transaction

_SECOND = 1_000_000
_FRESH = 2 * _SECOND
_HEARTBEAT = 15 * _SECOND


class Live:
    """The latest counts, read at most every two seconds however many watch."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Nothing is read before somebody asks."""
        self._store = store
        self._clock = clock
        self._reading = asyncio.Lock()
        self._read_at = 0
        self._ended = False
        self.counts: Counts | None = None

    def note(self, counts: Counts) -> None:
        """Somebody has just read them."""
        self.counts, self._read_at = counts, self._clock.now()

    def stale(self) -> bool:
        """Whether the latest counts are older than two seconds."""
        return self.counts is None or self._clock.now() - self._read_at >= _FRESH

    def stop(self) -> None:
        """End every stream, so that the server can."""
        self._ended = True

    async def stream(self) -> AsyncIterator[dict[str, str]]:
        """The counts now and whenever they change, as events; a heartbeat where nothing does."""
        told, told_at = "", 0
        while not self._ended:
            await self._refresh()
            text = msgspec.json.encode(self.counts).decode()
            now = self._clock.now()
            if text != told:
                told, told_at = text, now
                yield {"event": "counts", "data": text}
            elif now - told_at >= _HEARTBEAT:
                told_at = now
                yield {"comment": "still here"}
            await asyncio.sleep(0.5)

    async def _refresh(self) -> None:
        async with self._reading:
            if self.stale():
                self.note(await self._store.read(_counts))


def _counts(tx: Transaction) -> Counts:
    return tx.views.counts()
