"""Reconciliation, the run: asks a partner page by page what it believes, compares with the store, heals by policy.

What is healed goes the ordinary ways (see `healing`), so a run may stop anywhere and be run again; nothing happens
twice. In memory are one page, and 8 bytes for each thing that was seen.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import msgspec
from msgspec import Struct, field, structs
from prometheus_client import Gauge

from crossdock.backbone.asking import Asking, Unanswered
from crossdock.backbone.deliver import Partner
from crossdock.backbone.healing import Healer, Standing
from crossdock.backbone.metrics import Metrics
from crossdock.model.beliefs import LABEL, Statement
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import Reference, digest
from crossdock.ports.clock import Ids, SharedClock
from crossdock.ports.reconcile import MOST_GAPS, Account, Gap, Judge, Reconciling
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_inbound import NewExchange
from crossdock.ports.verdicts import Verdict

T = TypeVar("T")
CHANNEL = "reconciliation"
"""The channel a run is written down in, beside the partner's messages."""

KINDS = ("missing_here", "missing_there", "differs", "orphan")
Progress = Callable[[str, int, int], None]
"""Told after every page: partner, things compared so far, gaps so far."""

_PAGE = 200
_UNSETTLED = ("queued", "sending", "retry", "in_doubt")
_DECODE = msgspec.json.Decoder(FulfilmentState).decode


class Errand(Struct, frozen=True):
    """What a run is asked to do. ``since`` is in epoch microseconds; without ``heal`` nothing at all is written."""

    partner: str
    since: int
    heal: bool
    actor: str


class CannotReconcile(LookupError):
    """There is no such partner, or its connector cannot say what the partner believes."""


class _Tally(Struct):
    """What a run found so far. ``seen`` are hashes of the things the partner spoke of."""

    compared: int = 0
    calls: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    gaps: list[Gap] = field(default_factory=list)
    healed: Counter[str] = field(default_factory=Counter)
    healed_kinds: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    standing: int = 0
    seen: set[int] = field(default_factory=set)
    open_gaps: set[tuple[str, str]] = field(default_factory=set)


class _Means(Struct, frozen=True):
    """What every run works with."""

    store: Store
    clock: SharedClock
    judge: Judge
    asking: Asking
    healer: Healer


class Reconciler:
    """Runs partners; who does it which night is decided by `nightly`."""

    def __init__(
        self,
        store: Store,
        partners: Mapping[str, Partner],
        clock: SharedClock,
        ids: Ids,
        metrics: Metrics,
        judge: Judge,
    ) -> None:
        """``judge`` holds the rules and the policy."""
        self._partners = partners
        self._ids = ids
        self._means = _Means(store, clock, judge, Asking(store, partners, clock, metrics), Healer(store, ids))
        self._gauge = Gauge(
            "crossdock_reconciliation_gaps",
            "Gaps the last run of this worker found and did not heal.",
            ["partner", "kind"],
            registry=metrics.registry,
        )

    def able(self) -> list[str]:
        """The partners that can be reconciled."""
        return [name for name, partner in self._partners.items() if isinstance(partner.connector, Reconciling)]

    async def run(self, errand: Errand, progress: Progress = lambda _partner, _compared, _gaps: None) -> Account:
        """Compare everything, heal if asked to, and then write the run down. Raises `CannotReconcile`."""
        partner = self._partners.get(errand.partner)
        if partner is None or not isinstance(partner.connector, Reconciling):
            raise CannotReconcile(errand.partner)
        started = self._means.clock.now()
        standing = await self._means.healer.standing(errand.partner)
        run = _Run(self._means, partner.connector, errand, standing, progress)
        problem = await run.through()
        now = self._means.clock.now()
        resolved = await self._means.healer.resolve(run.closed(), now) if errand.heal else 0
        tally = run.tally
        account = Account(
            errand.partner, errand.since, started, now, tally.compared, tally.calls, dict(tally.kinds),
            tuple(tally.gaps), dict(tally.healed), tally.standing, tally.in_flight, resolved,
            problem.why.operator if problem else "", problem.why.engineer if problem else "",
        )  # fmt: skip
        if errand.heal:
            await self._means.store.run(partial(self._write_down, errand=errand, account=account))
        for kind in KINDS:
            self._gauge.labels(errand.partner, kind).set(tally.kinds[kind] - tally.healed_kinds[kind])
        return account

    def _write_down(self, tx: Transaction, errand: Errand, account: Account) -> None:
        """The whole account among the partner's messages (its bytes go with their retention), one line in the audit."""
        now = account.finished_at
        row = NewExchange(
            self._ids.fresh(now), errand.partner, CHANNEL, msgspec.json.encode(account), now,
            digest(CHANNEL, errand.partner, str(now)), content_type="application/json", status="hint",
        )  # fmt: skip
        tx.exchanges.accept([row])
        gaps = ", ".join(f"{count} {kind}" for kind, count in sorted(account.kinds.items())) or "no gaps"
        detail = f"{account.compared} compared, {gaps}, {sum(account.healed.values())} healed"
        tx.doors.audit(now, errand.actor, "reconciliation.run", errand.partner, detail)


class _Run:
    """One run through one partner."""

    def __init__(
        self,
        means: _Means,
        connector: Reconciling,
        errand: Errand,
        standing: Sequence[Standing],
        progress: Progress,
    ) -> None:
        self.tally = _Tally()
        self._means = means
        self._connector = connector
        self._errand = errand
        self._standing = standing
        self._progress = progress

    async def through(self) -> Unanswered | None:
        """What the partner speaks of, then what only we speak of, then what a person was asked about before."""
        try:
            await self._theirs()
            await self._ours()
            await self._asked_before()
        except Unanswered as problem:
            return problem
        return None

    def closed(self) -> list[Standing]:
        """Gaps a person was asked about that are gone: the thing was compared, and nothing was found."""
        tally = self.tally
        return [
            each
            for each in self._standing
            if hash(each.thing) in tally.seen and (each.subject, each.pointer) not in tally.open_gaps
        ]

    async def _theirs(self) -> None:
        since, cursor, more = self._errand.since, "", True
        while more:
            page = await self._ask(partial(self._connector.statements, since, cursor))
            ours, theirs = await self._means.store.read(partial(self._matched, theirs=page.statements))
            await self._compare(ours, theirs)
            cursor, more = page.cursor, page.more

    async def _ours(self) -> None:
        """Things of ours that were changed since, and that the partner did not speak of by itself."""
        after, more = "", True
        while more:
            unseen, after = await self._means.store.read(partial(self._unseen, after=after))
            for kind in sorted({each.kind for each in unseen}):
                ours = [each for each in unseen if each.kind == kind]
                await self._compare(ours, await self._about(kind, [each.id for each in ours]))
            more = bool(after)

    async def _asked_before(self) -> None:
        left = [each.thing for each in self._standing if hash(each.thing) not in self.tally.seen]
        for kind in sorted({thing[1] for thing in left}):
            told = await self._about(kind, sorted({thing[2] for thing in left if thing[1] == kind}))
            ours, theirs = await self._means.store.read(partial(self._matched, theirs=told))
            await self._compare(ours, theirs)

    async def _about(self, kind: str, ids: list[str]) -> Sequence[Statement]:
        return await self._ask(partial(self._connector.statements_about, kind, ids))

    async def _ask(self, question: Callable[[], Awaitable[T | Verdict]]) -> T:
        self.tally.calls += 1
        return await self._means.asking.ask(self._errand.partner, question)

    async def _compare(self, ours: Sequence[Statement], theirs: Sequence[Statement]) -> None:
        tally, now = self.tally, self._means.clock.now()
        keys = {each.key for each in theirs}
        tally.seen |= {hash(key) for key in keys}
        tally.compared += len(keys & {each.key for each in ours})
        found = self._means.judge.compare(ours, theirs, now)
        if found:
            gaps = await self._means.store.read(lambda tx: [gap for gap in found if not _in_flight(tx, gap)])
            tally.in_flight += len(found) - len(gaps)
            await self._take(gaps, theirs, now)
        self._progress(self._errand.partner, tally.compared, sum(tally.kinds.values()))

    async def _take(self, gaps: Sequence[Gap], theirs: Sequence[Statement], now: int) -> None:
        tally = self.tally
        tally.kinds.update(gap.kind for gap in gaps)
        tally.gaps += gaps[: max(0, MOST_GAPS - len(tally.gaps))]
        tally.open_gaps |= {(gap.subject, gap.pointer) for gap in gaps}
        if self._errand.heal and gaps:
            healed = await self._means.healer.heal(self._connector, gaps, theirs, self._standing, now)
            tally.healed += healed.done
            tally.healed_kinds += healed.kinds
            tally.standing += healed.standing
            tally.in_flight += healed.in_flight

    def _matched(self, tx: Transaction, theirs: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
        """Our side of a page, and the page with the subjects that its references name."""
        owners = tx.references.lookup({name for each in theirs if not each.subject for name in each.references})
        placed = [_placed(each, owners) for each in theirs]
        rows = tx.states.load({each.subject for each in placed if each.subject})
        keys = {each.key for each in placed}
        ours = [
            belief
            for subject, row in rows.items()
            for belief in self._means.judge.beliefs(subject, _DECODE(row.state), self._errand.partner)
            if belief.key in keys
        ]
        return ours, [each if each.subject in rows else structs.replace(each, subject="") for each in placed]

    def _unseen(self, tx: Transaction, after: str) -> tuple[list[Statement], str]:
        rows, following = tx.views.shipments(after=after, limit=_PAGE)
        recent = [row.subject for row in rows if row.updated_at >= self._errand.since]
        found = [
            each
            for row in tx.states.load(recent).values()
            for each in self._means.judge.beliefs(row.subject, _DECODE(row.state), self._errand.partner)
            if each.live and hash(each.key) not in self.tally.seen
        ]
        return found, following if len(recent) == len(rows) else ""


def _placed(statement: Statement, owners: Mapping[Reference, list[str]]) -> Statement:
    """With the one subject its references name, if they name one."""
    if statement.subject:
        return statement
    subjects = {subject for name in statement.references for subject in owners.get(name, ())}
    return structs.replace(statement, subject=subjects.pop()) if len(subjects) == 1 else statement


def _in_flight(tx: Transaction, gap: Gap) -> bool:
    """Whether a command that may close the gap is still under way."""
    if not gap.subject or not (gap.owner == "crossdock" or gap.thing == LABEL):
        return False
    rows, _ = tx.views.exchanges(
        subject=gap.subject, partner=gap.partner, direction="outbound", statuses=_UNSETTLED, limit=1
    )
    return bool(rows)
