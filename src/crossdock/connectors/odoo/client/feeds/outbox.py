"""The addon's outbox: changes and deletions as Odoo's own transactions wrote them down, taken as hints.

They say where to look first, deletions included. The feeds' cursors and sweeps stay the truth, so a row that is
acknowledged and then forgotten by a crash costs latency, never a change.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.feeds.hints import MOST_HINTS, Hint
from crossdock.connectors.odoo.client.session import OdooSession

OUTBOX = "crossdock.outbox"
MOST_ROWS = 5_000
"""Rows of one call while a backlog is passed over: the most the addon gives."""
_MOST_PAGES = 100
"""Pages passed over in one pull; what is left then waits for the next."""


class Pulled(Struct, frozen=True):
    """What a pull brought. ``lost`` says that rows were passed over, here or in Odoo: look at everything once."""

    hints: Sequence[Hint] = ()
    lost: bool = False


class Outbox:
    """One reader of the outbox."""

    def __init__(self, session: OdooSession) -> None:
        """Reads nothing yet."""
        self._session = session
        self._after = ""
        self._acknowledged = ""

    async def pull(self) -> Pulled:
        """What was written down since the last pull. Raises `Failed`.

        Rows are acknowledged by the next pull, so that a failure between leaves them. A backlog longer than hints are
        kept for (the addon fills its outbox from its installation on) is not followed row by row: it is passed over.
        """
        page = await self._page(MOST_HINTS)
        if not page.get("more"):
            return Pulled([Hint(str(row["model"]), int(row["res_id"])) for row in page["rows"]], bool(page["reset"]))
        for _ in range(_MOST_PAGES):
            page = await self._page(MOST_ROWS)
            if not page.get("more"):
                break
        return Pulled(lost=True)

    async def _page(self, limit: int) -> Mapping[str, Any]:
        if self._after != self._acknowledged:
            # Carried out twice it deletes nothing more, so a lost answer leaves nothing in doubt.
            await self._session.call(Call(OUTBOX, "ack", None, {"upto": self._after}))
            self._acknowledged = self._after
        page = await self._session.call(Call(OUTBOX, "pull", None, {"after": self._after, "limit": limit}))
        if not isinstance(page, dict):
            return {"rows": (), "reset": False}
        if page["rows"]:
            self._after = str(page["cursor"])
        return page
