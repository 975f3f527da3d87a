"""Which way the server allows: the addon, the server action of ``crossdock odoo setup``, or stock methods alone."""

from typing import Literal

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.client.together.applying import EVENTS, ActionWay, AddonWay
from crossdock.connectors.odoo.client.together.gathering import Gathering
from crossdock.connectors.odoo.client.together.stock import StockWay
from crossdock.connectors.odoo.client.together.way import Way
from crossdock.ports.verdicts import Explanation, Park, Reauthenticate, Retry

Tier = Literal["stock", "action", "addon"]

MANUAL_EVENTS = "x_crossdock_event"
"""The manual model of tier 2."""
ACTION_MARK = "crossdock:apply_events"
"""The key of the row in it that names the server action (``x_rank``): its users may not read server actions."""
LOOK_AGAIN = 15 * 60 * 1_000_000
"""Microseconds after which a server without addon and action is looked at again."""

_MISSING = Explanation(
    "Odoo has not what the configured tier needs: run crossdock odoo setup, or set tier to auto.",
    "neither the model crossdock.event nor a row crossdock:apply_events of x_crossdock_event can be read",
)


class Tiers:
    """Chooses once and looks again now and then, so that an addon installed later is used without a restart."""

    def __init__(self, session: OdooSession) -> None:
        """Asks nothing yet."""
        self._session = session
        self._way: Way | None = None
        self._until = 0
        self.tier: Tier = "stock"

    def forget(self) -> None:
        """Look again before the next batch: what was chosen does not work any more."""
        self._way = None

    async def way(self, now: int) -> Way:
        """The way to use at ``now`` (epoch microseconds). Raises `Failed` when the configured one is not there."""
        if self._way is None or now >= self._until:
            self.tier, chosen = await self._choose()
            self._way = Gathering(chosen)
            self._until = now + LOOK_AGAIN
        return self._way

    async def _choose(self) -> tuple[Tier, Way]:
        wanted = self._session.config.tier
        if wanted in {"auto", "addon"} and await self._has_addon():
            return "addon", AddonWay(self._session)
        if wanted in {"auto", "action"} and (action := await self._action()):
            return "action", ActionWay(self._session, action)
        if wanted not in {"auto", "stock"}:
            raise Failed(Park(_MISSING))
        return "stock", StockWay(self._session)

    async def _has_addon(self) -> bool:
        try:
            await self._session.search(EVENTS, [], limit=1)
        except Failed as failed:
            return _absent(failed)
        return True

    async def _action(self) -> int:
        try:
            rows = await self._session.find(MANUAL_EVENTS, [("x_key", "=", ACTION_MARK)], ["x_rank"], limit=1)
        except Failed as failed:
            return int(_absent(failed))
        return int(rows[0]["x_rank"]) if rows else 0


def _absent(failed: Failed) -> bool:
    """False for a model that is not there or not ours to use; a server that does not answer decides nothing."""
    if isinstance(failed.verdict, Retry | Reauthenticate):
        raise failed
    return False
