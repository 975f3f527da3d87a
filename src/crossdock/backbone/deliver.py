"""A command becomes a call, at most one at a time per lane, and its verdict becomes a fact.

The claim is committed before the call; a crash between call and answer leaves the command doubtful, and the partner
is asked (`Connector.settle`) before anything is sent again.
"""

import asyncio
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct, field, structs

from crossdock.backbone.breaker import SECOND, Limits, allow, failed, spend, succeeded
from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.lanes import DEFAULT_SCHEDULES, Schedule, next_try
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.model.commands import CommandBody
from crossdock.model.events import CommandFailed, Event, Fact, type_of
from crossdock.model.instants import from_epoch_us
from crossdock.ports.clock import Clock, Ids
from crossdock.ports.connector import Command, Connector, Documents
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_delivery import Attempt, BreakerMove, Claimed, Health, Outcome
from crossdock.ports.verdicts import (
    AlreadyDone,
    Done,
    ErrorClass,
    Explanation,
    InDoubt,
    Park,
    Reauthenticate,
    Refuse,
    Retry,
    Verdict,
)
from crossdock.ports.wire import Journal

_DECODE: Callable[[bytes], CommandBody] = msgspec.json.Decoder(CommandBody).decode
_NOT_THE_PARTNERS_FAULT = frozenset({ErrorClass.CONFLICT, ErrorClass.THROTTLED})


class Partner(Struct, frozen=True):
    """A partner as the courier sees it. Where calls are scarce, a smaller ``priority`` is served first."""

    connector: Connector
    journal: Journal
    limits: Limits = Limits()
    schedules: Mapping[str, Schedule] = field(default_factory=lambda: DEFAULT_SCHEDULES)
    priority: int = 50


class Courier:
    """Claims due commands of all partners and carries them out."""

    def __init__(
        self,
        store: Store,
        partners: Mapping[str, Partner],
        documents: Documents,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        spans: Spans,
        owner: str,
        lease_seconds: float = 120.0,
        *,
        concurrency: int = 16,
    ) -> None:
        """``owner`` fences the claims of this worker; a claim runs out after ``lease_seconds``. ``concurrency`` is how
        many commands of all partners together may be under way.
        """
        self._store = store
        self._partners = partners
        self._documents = documents
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._spans = spans
        self._owner = owner
        self._lease = int(lease_seconds * SECOND)
        self._concurrency = concurrency
        self._flying: dict[str, int] = dict.fromkeys(partners, 0)
        self._turn = 0

    async def claim(self) -> list[Claimed]:
        """Commands that may be sent now, within every partner's allowance."""
        now = self._clock.now()
        free = {name: partner.limits.concurrency - self._flying[name] for name, partner in self._partners.items()}
        wanted = {name: count for name, count in free.items() if count > 0}
        slots = self._concurrency - sum(self._flying.values())
        if not wanted or slots <= 0:
            return []
        claims = await self._store.run(lambda tx: self._claim(tx, wanted, slots, now))
        for claim in claims:
            self._flying[claim.partner] += 1
        return claims

    def _claim(self, tx: Transaction, wanted: Mapping[str, int], slots: int, now: int) -> list[Claimed]:
        claims: list[Claimed] = []
        healths = {name: tx.partners.health(name) for name in sorted(wanted)}  # rows are locked in one order by all
        for name in self._in_turn(wanted):
            limits = self._partners[name].limits
            allowance = allow(healths[name], limits, now, min(wanted[name], slots - len(claims)))
            if not allowance.calls:
                continue
            found = tx.lanes.claim(self._owner, now, now + self._lease, allowance.calls, [name])
            if found:
                tx.partners.save_health(name, spend(allowance.health, limits, len(found)))
                claims.extend(found)
            if len(claims) >= slots:
                break
        return claims

    def _in_turn(self, names: Iterable[str]) -> list[str]:
        """Partners by priority; those of one priority take turns at being first."""
        self._turn += 1
        ordered = sorted(names)
        first = self._turn % len(ordered)
        return sorted(ordered[first:] + ordered[:first], key=lambda name: self._partners[name].priority)

    async def step(self) -> int:
        """Claim and carry out one round; how many commands."""
        claims = await self.claim()
        await asyncio.gather(*(self.carry(claim) for claim in claims))
        return len(claims)

    async def carry(self, claim: Claimed) -> None:
        """One attempt, and its outcome in one transaction."""
        partner = self._partners[claim.partner]
        try:
            started = self._clock.now()
            partner.journal.start()
            verdict = await self._judge(partner, claim)
            finished = self._clock.now()
            calls = partner.journal.take()
            attempt = Attempt(claim.id, claim.attempt, started, finished, type(verdict).__name__, calls=calls)
            appended = await self._store.run(lambda tx: self._settle(tx, claim, verdict, attempt, finished))
            self._count(claim, verdict, started, finished)
            self._spans.attempt(claim, attempt)
            for event in appended:
                self._metrics.events.labels(type_of(event.body)).inc()
                self._spans.event(event)
            if appended:
                self._store.wake("log")
        finally:
            self._flying[claim.partner] -= 1

    def _count(self, claim: Claimed, verdict: Verdict, started: int, finished: int) -> None:
        self._metrics.delivered.labels(claim.partner, type(verdict).__name__).inc()
        self._metrics.call.labels(claim.partner).observe((finished - started) / SECOND)
        if isinstance(verdict, Done | AlreadyDone):
            self._metrics.lag.labels(claim.partner).observe((finished - claim.created_at) / SECOND)

    async def _judge(self, partner: Partner, claim: Claimed) -> Verdict:
        body = _DECODE(claim.body)
        command = Command(claim.key, claim.partner, claim.subject, body, claim.trace_id, claim.attempt)
        try:
            if claim.doubtful:
                verdict = await partner.connector.settle(command, self._documents)
                if isinstance(verdict, Done):
                    return AlreadyDone(verdict.facts)
                if not isinstance(verdict, Retry):
                    return verdict
            return await partner.connector.send(command, self._documents)
        except Exception as error:  # noqa: BLE001 - a defect parks this message alone, with all there is to know
            engineer = "".join(traceback.format_exception(error))[-8000:]
            return Park(Explanation("A defect in Crossdock stopped this message; it is kept. Report it.", engineer))

    def _settle(self, tx: Transaction, claim: Claimed, verdict: Verdict, attempt: Attempt, now: int) -> list[Event]:
        partner = self._partners[claim.partner]
        outcome = self._outcome(partner, claim, verdict, attempt, now)
        if not tx.lanes.settle(claim, outcome):
            return []
        self._note_health(tx, partner, claim.partner, verdict, now)
        facts = self._facts(claim, verdict, outcome, now)
        if not facts:
            return []
        return place(tx, [(Origin(claim.id, claim.partner, now, claim.trace_id), facts)], now).appended

    def _outcome(self, partner: Partner, claim: Claimed, verdict: Verdict, attempt: Attempt, now: int) -> Outcome:
        match verdict:
            case Done() | AlreadyDone():
                return Outcome("done", attempt)
            case Park(why):
                return Outcome("parked", _explained(attempt, why))
            case Refuse(why):
                return Outcome("refused", _explained(attempt, why))
            case Retry(why, error_class, after):
                status = "retry"
            case Reauthenticate(why):
                status, error_class, after = "retry", ErrorClass.CREDENTIAL, None
            case InDoubt(why, error_class):
                status, after = "in_doubt", None
        schedule = partner.schedules.get(error_class, DEFAULT_SCHEDULES[error_class])
        due_at = next_try(schedule, claim.attempt, now, self._ids.jitter(), after)
        if due_at is None:
            return Outcome("parked", _explained(attempt, why))
        return Outcome(status, _explained(attempt, why), due_at)

    def _note_health(self, tx: Transaction, partner: Partner, name: str, verdict: Verdict, now: int) -> None:
        health = tx.partners.health(name)
        changed, move = judge_health(health, partner.limits, name, verdict, now)
        if changed != health:
            tx.partners.save_health(name, changed)
        if move is not None:
            tx.partners.note_breaker(move)
            self._metrics.breaker.labels(name).set(1 if move.state == "open" else 0)

    def _facts(self, claim: Claimed, verdict: Verdict, outcome: Outcome, now: int) -> Sequence[Fact]:
        if isinstance(verdict, Done | AlreadyDone):
            return verdict.facts
        if outcome.status not in {"parked", "refused"}:
            return ()
        body = _DECODE(claim.body)
        package_id = getattr(body, "package_id", "") or getattr(getattr(body, "package", None), "id", "")
        why = outcome.attempt
        failure = CommandFailed(
            f"{claim.key}#{claim.attempt}", claim.partner, claim.kind, why.operator, why.engineer, package_id
        )
        return (Fact(failure, from_epoch_us(now), subject=claim.subject),)


def judge_health(
    health: Health, limits: Limits, name: str, verdict: Verdict, now: int
) -> tuple[Health, BreakerMove | None]:
    """The partner's row after ``verdict``, and the breaker's move if it made one."""
    match verdict:
        case Done() | AlreadyDone() | Park() | Refuse():
            return succeeded(health, name, now)
        case Reauthenticate(why):
            return structs.replace(health, attention=why.operator), None
        case Retry(_, ErrorClass.THROTTLED, after):
            return structs.replace(health, not_before=now + int((after or 5.0) * SECOND)), None
        case Retry(_, error_class) if error_class in _NOT_THE_PARTNERS_FAULT:
            return health, None
        case Retry(why) | InDoubt(why):
            return failed(health, limits, name, why.engineer[:200], now)


def _explained(attempt: Attempt, why: Explanation) -> Attempt:
    return structs.replace(attempt, operator=why.operator, engineer=why.engineer)
