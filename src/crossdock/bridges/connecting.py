"""One connection at a time, made when it is first needed and thrown away when it fails. Knows no broker."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from crossdock.ports.outbox import Unreachable
from crossdock.ports.verdicts import Explanation

T = TypeVar("T")

CONNECT_SECONDS = 10.0
"""How long a broker may take to let us in."""
CONFIRM_SECONDS = 10.0
"""How long a broker may take to confirm an event; after that it is sent again under the same id."""


class Connected(Generic[T]):
    """Shares one connection among many senders."""

    def __init__(self, opens: Callable[[], Awaitable[T]], closes: Callable[[T], Awaitable[None]]) -> None:
        """``opens`` connects and raises what it likes; ``closes`` may raise, nobody minds."""
        self._opens = opens
        self._closes = closes
        self._current: T | None = None
        self._opening: asyncio.Future[T] | None = None

    async def get(self) -> T:
        """The connection there is, or a new one; whoever asks meanwhile shares its making, and its failure. Raises what
        connecting raises, or `TimeoutError`.
        """
        if self._current is not None:
            return self._current
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._open())
        return await asyncio.shield(self._opening)

    async def drop(self, failed: T | None = None) -> None:
        """Close it; with ``failed`` only if that is still the one in use, for many senders see one loss."""
        current = self._current
        if current is None or (failed is not None and failed is not current):
            return
        self._current = None
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._closes(current), CONNECT_SECONDS)

    async def _open(self) -> T:
        try:
            self._current = await asyncio.wait_for(self._opens(), CONNECT_SECONDS)
            return self._current
        finally:
            self._opening = None


def unreachable(broker: str, problem: BaseException) -> Unreachable:
    """The broker takes nothing now; the events wait in the log."""
    operator = (
        f"{broker} takes no events now: see that it runs, and that address and credentials are right. Events wait."
    )
    return Unreachable(Explanation(operator, f"{broker}: {type(problem).__name__} {problem}"[:500]))
