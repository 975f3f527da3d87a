"""Small batches that come while a call is under way go together in the next one: Odoo pays for a call what it pays for
dozens of entries, and each of them is there sooner than if the batches queued.
"""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.together.way import Applied, Way
from crossdock.connectors.odoo.mapping.applying import Entry
from crossdock.ports.verdicts import Explanation, InDoubt, Reauthenticate, Retry

_STOPPED = Explanation("Crossdock stopped during a call to Odoo.", "the call was cancelled")


class Waiting(Struct, eq=False):
    """A batch whose turn has not come, and then what came of it."""

    entries: Sequence[Entry]
    files: Mapping[str, bytes]
    again: bool
    outcome: Sequence[Applied] | BaseException | None = None


class Gathering:
    """A `Way` through another one. Full batches pass straight on: they prepare while others are under way."""

    def __init__(self, way: Way) -> None:
        """``way`` does the work."""
        self.largest = way.largest
        self.way = way
        self._waiting: list[Waiting] = []
        self._turn = asyncio.Lock()

    async def apply(self, entries: Sequence[Entry], files: Mapping[str, bytes], *, again: bool) -> Sequence[Applied]:
        """See `Way.apply`. Batches of several callers never concern the same transfer: a lane is one caller's."""
        if len(entries) * 2 > self.largest:
            return await self.way.apply(entries, files, again=again)
        mine = Waiting(entries, files, again)
        self._waiting.append(mine)
        try:
            async with self._turn:
                while mine.outcome is None:
                    await self._next()
        finally:
            if mine in self._waiting:
                self._waiting.remove(mine)
        if isinstance(mine.outcome, BaseException):
            raise mine.outcome
        return mine.outcome

    async def _next(self) -> None:
        """One call with as many of the waiting batches as fit, first come first served."""
        group: list[Waiting] = []
        room = self.largest
        while self._waiting and len(self._waiting[0].entries) <= room:
            group.append(self._waiting.pop(0))
            room -= len(group[-1].entries)
        try:
            await self._apply(group)
        except asyncio.CancelledError:
            for each in group:
                each.outcome = each.outcome or Failed(InDoubt(_STOPPED))
            raise

    async def _apply(self, group: list[Waiting]) -> None:
        entries = [entry for each in group for entry in each.entries]
        files = {name: data for each in group for name, data in each.files.items()}
        try:
            applied = await self.way.apply(entries, files, again=any(each.again for each in group))
        except Failed as failed:
            if len(group) == 1 or isinstance(failed.verdict, Retry | InDoubt | Reauthenticate):
                _fail(group, failed)
                return
            for each in group:  # what Odoo declines is in one of them only
                each.again = True
                await self._apply([each])
        except Exception as error:  # noqa: BLE001 - a defect is raised to every caller it concerns
            _fail(group, error)
        else:
            rest = iter(applied)
            for each in group:
                each.outcome = [next(rest) for _ in each.entries]


def _fail(group: list[Waiting], error: Exception) -> None:
    for each in group:
        each.outcome = error
