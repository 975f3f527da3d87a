"""The one shape of a way to apply entries: stock methods, server action, addon."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.mapping.applying import Entry
from crossdock.ports.verdicts import Explanation


class Applied(Struct, frozen=True):
    """What became of one entry. ``before``: an earlier attempt had done it; ``error`` is Odoo's error class of a
    refusal, with its texts in ``why``.
    """

    before: bool = False
    error: str = ""
    why: Explanation | None = None


class Way(Protocol):
    """Applies a batch; entries are about any number of transfers, those of one transfer stand in their order."""

    largest: int
    """Entries in one go."""

    async def apply(self, entries: Sequence[Entry], files: Mapping[str, bytes], *, again: bool) -> Sequence[Applied]:
        """Apply all; one result each. ``files`` are the bytes by key of the entry. ``again``: an earlier attempt may
        have applied some. Raises `Failed` when the batch as a whole was not applied; parts of it may be.
        """
        ...


class InTurn:
    """Large calls one after the other, the next one waiting at the door: two at a time in one process of Odoo wait for
    each other's interpreter and cost it 30 to 60 % more processor time for the same events.
    """

    def __init__(self, session: OdooSession) -> None:
        """Calls through ``session``."""
        self._session = session
        self._turn = asyncio.Lock()

    async def call(self, call: Call) -> Any:
        """The result, as `OdooSession.call` gives it."""
        async with self._turn:
            return await self._session.call(call)
