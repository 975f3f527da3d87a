"""Reconciliation by night: one worker does one partner's night, under a lease that is a row like a feed's cursor."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec import Struct

from crossdock.backbone.reconcile import Errand, Reconciler
from crossdock.ports.clock import Clock
from crossdock.ports.stores import Store, Transaction

_LOG = structlog.get_logger("crossdock.reconciliation")
_ROW = "reconciliation"
_SECOND = 1_000_000
T = TypeVar("T")
_DAY = 86_400 * _SECOND
_HELD = 3600 * _SECOND
"""A night whose worker fell silent is taken up by another after this long; two at once would do no harm, only work."""


class Plan(Struct, frozen=True):
    """When, and how far back. ``at`` is local time in ``timezone``."""

    at: time
    timezone: str
    window_days: int


class _Night(Struct, frozen=True, omit_defaults=True):
    """Where a nightly work stands: the night it was begun for, by whom, until when; ``done`` at its end."""

    night: str
    owner: str = ""
    until: int = 0
    done: bool = False


class NightWork(ABC, Generic[T]):
    """A sweep of the engine: starts what is due and returns at once, so that other sweeps go on meanwhile."""

    def __init__(self, store: Store, clock: Clock, owner: str, plan: Plan) -> None:
        """``owner`` names this worker."""
        self._store = store
        self._clock = clock
        self._owner = owner
        self._plan = plan
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, now: int) -> None:
        """Start the night's run in the background, if one is due and nobody has it."""
        if self._running is not None and not self._running.done():
            return
        mine = await self.claim(now)
        if mine:
            self._running = asyncio.create_task(self.run(mine))

    @abstractmethod
    async def claim(self, now: int) -> T:
        """What this worker has to do of the night that began; nothing where others have it."""

    @abstractmethod
    async def run(self, mine: T) -> None:
        """Do it. What fails is said and tried again next night."""


class Nightly(NightWork[list[str]]):
    """Reconciliation, partner by partner."""

    def __init__(self, reconciler: Reconciler, store: Store, clock: Clock, owner: str, plan: Plan) -> None:
        super().__init__(store, clock, owner, plan)
        self._reconciler = reconciler

    async def claim(self, now: int) -> list[str]:
        """The partners whose night this worker has to do. The first night of all is only noted: nothing is old yet."""
        night = night_of(now, self._plan)
        return [
            partner
            for partner in self._reconciler.able()
            if await self._store.run(partial(claim, row=(partner, _ROW), night=night, owner=self._owner, now=now))
        ]

    async def run(self, mine: list[str]) -> None:
        """One partner after the other; what fails is said and tried again next night."""
        for partner in mine:
            now = self._clock.now()
            errand = Errand(partner, now - self._plan.window_days * _DAY, heal=True, actor="nightly")
            try:
                account = await self._reconciler.run(errand)
            except Exception:  # noqa: BLE001 - the engine goes on whatever it is, and the next night tries again
                _LOG.exception("reconciliation failed", partner=partner)
                continue
            night = night_of(now, self._plan)
            await self._store.run(partial(finish, row=(partner, _ROW), night=night, now=self._clock.now()))
            _LOG.info(
                "reconciled",
                partner=partner,
                compared=account.compared,
                gaps=account.kinds,
                healed=account.healed,
                problem=account.problem,
            )


def night_of(now: int, plan: Plan) -> str:
    """The night that began last at ``now`` (epoch microseconds), by its local date.

    >>> night_of(7_200_000_000, Plan(time(2, 30), "UTC", 30))
    '1969-12-31'
    """
    local = datetime.fromtimestamp(now / _SECOND, UTC).astimezone(ZoneInfo(plan.timezone))
    day = local.date() if local.time() >= plan.at else local.date() - timedelta(days=1)
    return day.isoformat()


def claim(tx: Transaction, row: tuple[str, str], night: str, owner: str, now: int) -> bool:
    """Whether ``owner`` has to do this night's work, which is kept as the cursor ``row``. The first night of all is
    only noted.
    """
    text, _ = tx.partners.cursor(*row)
    if not text:
        tx.partners.move_cursor(*row, "", _encode(_Night(night, done=True)), now)
        return False
    standing = msgspec.json.decode(text, type=_Night)
    if standing.night >= night and (standing.done or standing.until > now):
        return False
    return tx.partners.move_cursor(*row, text, _encode(_Night(night, owner, now + _HELD)), now)


def finish(tx: Transaction, row: tuple[str, str], night: str, now: int) -> None:
    """The night's work is done."""
    text, _ = tx.partners.cursor(*row)
    tx.partners.move_cursor(*row, text, _encode(_Night(night, done=True)), now)


def _encode(night: _Night) -> str:
    return msgspec.json.encode(night).decode()
