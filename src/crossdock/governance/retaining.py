"""Retention carried out, every night by one worker and by hand, in many small transactions: nobody waits for it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import structlog
from msgspec import Struct, field
from prometheus_client import CollectorRegistry, Counter

from crossdock.backbone.nightly import NightWork, Plan, claim, finish, night_of
from crossdock.governance.ending import Page, end_page, foresee_page
from crossdock.governance.retention import Cutoffs, Retention, cutoffs, purge
from crossdock.ports.clock import SharedClock
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_ageing import Dropped

_LOG = structlog.get_logger("crossdock.retention")
_ROW = ("retention:", "night")
"""No partner's id has a colon."""
_ROWS = 1000
_SUBJECTS = 100
_FOR_THE_OTHERS = 0.02
"""Seconds between two batches: intake and workers have the database meanwhile."""
Progress = Callable[[str, int], None]
"""Told of which class how many went so far."""


class Account(Struct):
    """What a run did, or would do: rows by class (``gone``), the months that went as a whole, and by what stood in the
    way how many quiet subjects stayed (``kept``).
    """

    gone: dict[str, int] = field(default_factory=dict)
    months: list[str] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, number: int) -> None:
        """Count."""
        if number:
            self.gone[what] = self.gone.get(what, 0) + number

    def text(self) -> str:
        """One line for the audit."""
        rows = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in sorted(self.gone.items()))
        return f"{rows or 'nothing'}; months: {', '.join(self.months) or 'none'}"


class RetentionMetrics:
    """What retention took, by class."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register on ``registry``."""
        self.gone = Counter(
            "crossdock_retention_rows_total", "Rows and bytes retention let go of, by class.", ["of"], registry=registry
        )


class Retainer:
    """Carries a policy out."""

    def __init__(
        self, store: Store, clock: SharedClock, keep: Retention, metrics: RetentionMetrics | None = None
    ) -> None:
        """``clock`` says what is old."""
        self._store = store
        self._clock = clock
        self._keep = keep
        self._metrics = metrics

    async def run(self, actor: str, progress: Progress = lambda _what, _number: None) -> Account:
        """Let go of everything whose time is up; a run that is interrupted has done what it has done, and the next goes
        on from there.
        """
        now = self._clock.now()
        limits, account = cutoffs(self._keep, now), Account()
        await self._store.run(lambda tx: tx.ageing.prepare(now))
        await self._bytes(limits, now, account, progress)
        await self._months(limits, account, progress)
        await self._rows(limits, account, progress)
        if limits.ended_before:
            await self._subjects(limits.ended_before, account, progress)
        if account.gone:
            await self._store.run(lambda tx: tx.doors.audit(now, actor, "retention.run", "", account.text()))
        for what, number in account.gone.items():
            if self._metrics:
                self._metrics.gone.labels(what).inc(number)
        return account

    async def foresee(self) -> Account:
        """What `run` would do now. Nothing is written; bytes alone are not counted."""
        limits, account = cutoffs(self._keep, self._clock.now()), Account()
        for what, number in (await self._store.read(lambda tx: tx.ageing.due(_by_class(limits)))).items():
            account.add(what, number)
        after: tuple[int, str] | None = (0, "") if limits.ended_before else None
        while after is not None:
            page = await self._store.read(
                partial(foresee_page, before=limits.ended_before, after=after, limit=_SUBJECTS)
            )
            _count(account, page)
            after = page.after
        return account

    async def _bytes(self, limits: Cutoffs, now: int, account: Account, progress: Progress) -> None:
        more = True
        while more:
            purged = await self._store.run(lambda tx: purge(tx, limits, now))
            await asyncio.to_thread(_remove, purged.locations)
            for what, number in (("bodies", purged.bodies), ("proofs", purged.proofs), ("labels", purged.labels)):
                account.add(what, number)
                progress(what, account.gone.get(what, 0))
            more = purged.more
            if more:
                await self._clock.sleep(_FOR_THE_OTHERS)

    async def _months(self, limits: Cutoffs, account: Account, progress: Progress) -> None:
        """Whole months first: what goes with them need not go row by row."""
        for table, (what, before) in _tables(limits).items():
            while before:
                dropped = await self._store.run(partial(_dropping, table=table, before=before))
                if dropped is None:
                    break
                account.months.append(dropped.name)
                account.add(what, dropped.rows - dropped.kept)
                progress(what, account.gone.get(what, 0))

    async def _rows(self, limits: Cutoffs, account: Account, progress: Progress) -> None:
        for what, before in _by_class(limits).items():
            number = _ROWS if before else 0
            while number >= _ROWS:
                number = await self._store.run(partial(_deleting, what=what, before=before))
                account.add(what, number)
                progress(what, account.gone.get(what, 0))
                await self._clock.sleep(_FOR_THE_OTHERS)

    async def _subjects(self, before: int, account: Account, progress: Progress) -> None:
        after: tuple[int, str] | None = (0, "")
        while after is not None:
            page = await self._store.run(
                partial(end_page, before=before, after=after, clock=self._clock, limit=_SUBJECTS)
            )
            _count(account, page)
            progress("subjects", account.gone.get("subjects", 0))
            after = page.after
            await self._clock.sleep(_FOR_THE_OTHERS)


class NightlyRetention(NightWork[str]):
    """Retention, once a night for all workers together."""

    def __init__(self, retainer: Retainer, store: Store, clock: SharedClock, owner: str, plan: Plan) -> None:
        """``owner`` names this worker; of ``plan`` the time of day counts."""
        super().__init__(store, clock, owner, plan)
        self._retainer = retainer

    async def claim(self, now: int) -> str:
        """The night to be done, or none."""
        night = night_of(now, self._plan)
        is_ours = await self._store.run(partial(claim, row=_ROW, night=night, owner=self._owner, now=now))
        return night if is_ours else ""

    async def run(self, mine: str) -> None:
        """What fails is said and tried again next night."""
        try:
            account = await self._retainer.run("nightly")
        except Exception:  # noqa: BLE001 - the engine goes on whatever it is, and the next night tries again
            _LOG.exception("retention failed")
            return
        _LOG.info("retention", gone=account.gone, months=account.months, kept=account.kept)
        await self._store.run(partial(finish, row=_ROW, night=mine, now=self._clock.now()))


def _tables(limits: Cutoffs) -> Mapping[str, tuple[str, int]]:
    return {
        "exchange": ("exchanges", limits.exchange_before),
        "attempt": ("attempts", limits.exchange_before),
        "delivery": ("delivery_ids", limits.delivery_id_before),
    }


def _by_class(limits: Cutoffs) -> dict[str, int]:
    return dict(_tables(limits).values()) | {"refused": limits.refused_before}


def _dropping(tx: Transaction, table: str, before: int) -> Dropped | None:
    return tx.ageing.drop_month(table, before)


def _deleting(tx: Transaction, what: str, before: int) -> int:
    ageing = tx.ageing
    steps = {
        "exchanges": ageing.exchanges,
        "attempts": ageing.attempts,
        "delivery_ids": ageing.deliveries,
        "refused": ageing.refused,
    }
    return steps[what](before, _ROWS)


def _count(account: Account, page: Page) -> None:
    account.add("subjects", page.ended)
    account.add("events", page.events)
    for way, number in page.kept.items():
        account.kept[way] = account.kept.get(way, 0) + number


def _remove(locations: Sequence[str]) -> None:
    for location in locations:
        Path(location).unlink(missing_ok=True)
