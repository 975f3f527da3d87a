"""Which way the server allows: the addon, the server action of ``crossdock odoo setup``, or stock methods alone."""

from collections.abc import Mapping, Sequence
from typing import Literal

from crossdock.connectors.odoo.client.dialects import Call
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import OdooSession
from crossdock.connectors.odoo.client.together.applying import EVENTS, ActionWay, AddonWay
from crossdock.connectors.odoo.client.together.gathering import Gathering
from crossdock.connectors.odoo.client.together.stock import StockWay
from crossdock.connectors.odoo.client.together.way import Applied, Way
from crossdock.connectors.odoo.mapping.applying import Entry
from crossdock.ports.verdicts import ErrorClass, Explanation, Park, Reauthenticate, Refuse, Retry

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


_LOST = Explanation(
    "The addon or server action is gone from Odoo; what the server still allows is used from here on.",
    "a batch was declined as a whole, and the tier in use cannot be used any more",
)


class Watched:
    """A `Way` that was chosen: when it declines a whole batch, it may be that it was taken away meanwhile."""

    def __init__(self, way: Way, tiers: "Tiers") -> None:
        """``tiers`` chose it."""
        self.largest = way.largest
        self._way = way
        self._tiers = tiers

    async def apply(self, entries: Sequence[Entry], files: Mapping[str, bytes], *, again: bool) -> Sequence[Applied]:
        """See `Way.apply`. Nothing was written by a way that is gone, so the batch is tried again by another."""
        try:
            return await self._way.apply(entries, files, again=again)
        except Failed as failed:
            if isinstance(failed.verdict, Park | Refuse) and await self._tiers.is_lost():
                raise Failed(Retry(_LOST, ErrorClass.CONFLICT)) from failed
            raise


class Tiers:
    """Chooses once and looks again now and then, so that an addon installed later is used without a restart."""

    def __init__(self, session: OdooSession) -> None:
        """Asks nothing yet."""
        self._session = session
        self._way: Way | None = None
        self._until = 0
        self.tier: Tier = "stock"

    async def way(self, now: int) -> Way:
        """The way to use at ``now`` (epoch microseconds). Raises `Failed` when the configured one is not there."""
        if self._way is None or now >= self._until:
            self.tier, chosen = await self._choose()
            self._way = Gathering(Watched(chosen, self))
            self._until = now + LOOK_AGAIN
        return self._way

    async def has_addon(self, now: int) -> bool:
        """Whether the addon is in use at ``now``; what the configured tier lacks is not asked about here."""
        try:
            await self.way(now)
        except Failed as failed:
            return _absent(failed)
        return self.tier == "addon"

    async def is_lost(self) -> bool:
        """Whether the addon or action in use is no longer there; then the next batch looks again what is."""
        there = {"addon": self._has_addon, "action": self._action}.get(self.tier)
        if there is None or await there():
            return False
        self._way = None
        return True

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
        """Whether this user may use it: its events can also be read by people who may not write them."""
        try:
            await self._session.call(Call(EVENTS, "apply", None, {"events": []}))
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
