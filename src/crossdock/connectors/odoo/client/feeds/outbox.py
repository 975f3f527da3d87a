"""The addon's outbox: changes and deletions as Odoo's own transactions wrote them down, taken as hints.

They say where to look first, deletions included. The feeds' cursors and sweeps stay the truth, so a row that is
acknowledged and then forgotten by a crash costs latency, never a change.
"""

from collections.abc import Sequence

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.feeds.hints import MOST_HINTS, Hint
from crossdock.connectors.odoo.client.session import OdooSession

OUTBOX = "crossdock.outbox"


class Outbox:
    """One reader of the outbox."""

    def __init__(self, session: OdooSession) -> None:
        """Reads nothing yet."""
        self._session = session
        self._after = ""

    async def pull(self) -> Sequence[Hint]:
        """What was written down since the last pull, at most as much as hints are kept for. Raises `Failed`."""
        arguments = {"after": self._after, "limit": MOST_HINTS}
        found = await self._session.call(Call(OUTBOX, "pull", None, arguments))
        rows = found.get("rows") if isinstance(found, dict) else None
        if not rows:
            return ()
        self._after = str(found["cursor"])
        await self._session.call(Call(OUTBOX, "ack", None, {"upto": self._after}, writes=True))
        return [Hint(str(row["model"]), int(row["res_id"])) for row in rows]
