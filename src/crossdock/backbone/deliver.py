"""A command becomes a call, at most one at a time per lane, and its verdict becomes a fact.

The claim is committed before the call; a crash between call and answer leaves the command doubtful, and the partner
is asked (`Connector.settle`) before anything is sent again.
"""

import asyncio
import itertools
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct, field, structs

from crossdock.backbone.breaker import SECOND, Limits, allow, free_slots, occupy, spend
from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.grouping import Grouped
from crossdock.backbone.judging import Broken, Judged, TakenBack, facts_of, judge_health, outcome_of, read_command
from crossdock.backbone.lanes import DEFAULT_SCHEDULES, Schedule
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.model.events import Event, type_of
from crossdock.ports.clock import Ids, Reading, SharedClock, passed, read
from crossdock.ports.connector import Batching, Command, Connector, Documents
from crossdock.ports.stores import Store, StoreFull, StoreUnavailable, Transaction
from crossdock.ports.stores_delivery import Attempt, BreakerMove, Claimed, Outcome, Term
from crossdock.ports.verdicts import (
    AlreadyDone,
    Done,
    Explanation,
    InDoubt,
    Reauthenticate,
    Retry,
)
from crossdock.ports.wire import Journal

RELEASE = "warehouse_order.release.v1"
"""The kind of command whose latency is an objective of its own (A8)."""


class Partner(Struct, frozen=True):
    """A partner as the courier sees it. Where calls are scarce, a smaller ``priority`` is served first; kinds of
    commands in ``together`` travel up to ``largest`` in one call.
    """

    connector: Connector
    journal: Journal
    limits: Limits = Limits()
    schedules: Mapping[str, Schedule] = field(default_factory=lambda: DEFAULT_SCHEDULES)
    priority: int = 50
    together: tuple[str, ...] = ()
    largest: int = 500


CLAIM_LOST = "this process stood still for longer than its claim lasts; another carries the command on"
CLAIM_NOT_KEPT = "the claim on the command could not be made long enough"
"""Why a call is not made: it is tried again, by this process or another."""


class _Kept(Struct, frozen=True):
    """A claim that was ours at ``since`` and is for ``lasts`` microseconds from then on."""

    since: Reading
    lasts: int


_Key = tuple[str, int]
"""A command and which attempt at it: an earlier attempt of this very process knows nothing of a later one's claim."""

Load = tuple[Claimed, ...]
"""Commands of one partner that travel in one call."""


class Carried(Struct, frozen=True):
    """A command that was sent, and what came of it."""

    claim: Claimed
    verdict: Judged
    attempt: Attempt


class Courier:
    """Claims due commands of all partners and carries them out."""

    def __init__(
        self,
        store: Store,
        partners: Mapping[str, Partner],
        documents: Documents,
        clock: SharedClock,
        ids: Ids,
        metrics: Metrics,
        spans: Spans,
        owner: str,
        lease_seconds: float = 120.0,
        *,
        concurrency: int = 16,
    ) -> None:
        """``owner`` fences the claims of this worker; a claim runs out after ``lease_seconds`` unless `renew`
        keeps it. ``concurrency`` is how many calls of all partners together may be under way.
        """
        self._store = store
        self._partners = partners
        self._documents = documents
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._spans = spans
        self._owner = owner
        self.lease_seconds = lease_seconds
        self._lease = int(lease_seconds * SECOND)
        self._concurrency = concurrency
        self._calls: dict[_Key, str] = {}
        self._turn = 0
        self._under_way: dict[_Key, Claimed] = {}
        self._kept: dict[_Key, _Kept] = {}
        self._seen = read(clock)
        self._keeping = asyncio.Lock()
        self._settling: Grouped[Sequence[Carried], list[Event]] = Grouped(self._settle_together, 64)

    async def claim(self) -> list[Load]:
        """Commands that may be sent now, within every partner's allowance; each load is one call."""
        since = read(self._clock)
        flying = Counter(self._calls.values())
        wanted = [name for name, partner in self._partners.items() if partner.limits.concurrency > flying[name]]
        slots = self._concurrency - len(self._calls)
        if not wanted or slots <= 0:
            return []
        await self._after_a_jump(since)
        loads = await self._store.run(lambda tx: self._claim(tx, wanted, slots))
        for load in loads:
            self._calls[_key(load[0])] = load[0].partner
            self._under_way |= {_key(claim): claim for claim in load}
            self._kept |= {_key(claim): _Kept(since, self._lease) for claim in load}
        return loads

    async def _after_a_jump(self, now: Reading) -> None:
        """The time of a file is this machine's: where more of the time of day has passed since the last look than time,
        our own claims seem to have run out, and are kept before anybody looks for such.
        """
        if now.now - self._seen.now > now.steady - self._seen.steady + SECOND:
            await self.renew()
        self._seen = now  # a jump after which they could not be kept is not behind us

    async def renew(self) -> None:
        """Keep the claims of what is under way: a load may take longer than any one call."""
        claims = list(self._under_way.values())
        if claims:
            await self._keep(claims, self.lease_seconds)
            await self._store.run(lambda tx: self._note(tx, dict.fromkeys(self._calls.values(), ()), ()))

    async def _keep(self, claims: Sequence[Claimed], seconds: float) -> None:
        """Those that still stand are ours for so long from now on; what is kept for longer already stays so."""
        async with self._keeping:
            kept = _Kept(read(self._clock), int(seconds * SECOND))
            shorter = [claim for claim in claims if self._lasting(claim) < kept.lasts]
            standing = await self._store.run(lambda tx: tx.lanes.renew(shorter, self._agreed(tx) + kept.lasts))
            self._kept |= {_key(claim): kept for claim in itertools.compress(shorter, standing)}

    async def _stays_ours(self, load: Load, seconds: float) -> str:
        """Why somebody else may take these commands while a call of so many seconds is under way; "": nobody does. The
        claim is made longer for it where it is too short. A partner may act until the end of a call, and whoever takes
        a command over looks at the partner first: looking before that end finds nothing and does it again.
        """

        def lasting() -> int:
            return min(map(self._lasting, load))

        if lasting() < seconds * SECOND:
            try:
                await self._keep(load, max(self.lease_seconds, seconds + self.lease_seconds / 2))
            except (StoreFull, StoreUnavailable) as problem:
                return f"{CLAIM_NOT_KEPT} for a call of {seconds:g} s: {problem}"
        return "" if lasting() >= seconds * SECOND else CLAIM_LOST

    def _lasting(self, claim: Claimed) -> int:
        """For how many microseconds more the claim is certainly ours."""
        kept = self._kept.get(_key(claim))
        return kept.lasts - passed(kept.since, self._clock) if kept else 0

    def _agreed(self, tx: Transaction) -> int:
        return self._clock.agreed(tx.server_time)

    def _note(self, tx: Transaction, said: Mapping[str, Iterable[Judged]], ended: Iterable[_Key]) -> None:
        """Tell the other processes what partners ``said``, and how many calls of ours are under way there: those of the
        loads ``ended`` no longer.
        """
        healths, now, gone = tx.partners.healths(said), self._agreed(tx), set(ended)
        flying = Counter(name for load, name in self._calls.items() if load not in gone)
        for name, health in healths.items():
            for verdict in said[name]:
                health, move = judge_health(health, self._partners[name].limits, name, verdict, now)  # noqa: PLW2901
                if move is not None:
                    self._moved(tx, name, move)
            tx.partners.save_health(name, occupy(health, self._owner, flying[name], now, now + self._lease))

    def _claim(self, tx: Transaction, wanted: Sequence[str], slots: int) -> list[Load]:
        loads: list[Load] = []
        flying = Counter(self._calls.values())
        healths = tx.partners.healths(wanted)
        now = self._agreed(tx)  # once the rows are locked: a term does not begin before
        term = Term(self._owner, self._clock.now(), now, now + self._lease)
        for name in self._in_turn(wanted):
            limits, own = self._partners[name].limits, flying[name]
            free = free_slots(healths[name], limits, self._owner, own, now)
            allowance = allow(healths[name], limits, now, min(free, slots - len(loads)))
            if not allowance.calls:
                continue
            found = self._loads(tx, name, allowance.calls, term)
            if found:
                spent = spend(allowance.health, limits, len(found))
                tx.partners.save_health(name, occupy(spent, self._owner, own + len(found), now, term.until))
                loads.extend(found)
            if len(loads) >= slots:
                break
        return loads

    def _loads(self, tx: Transaction, name: str, calls: int, term: Term) -> list[Load]:
        """Up to ``calls`` loads for one partner: what can travel together in one call, the rest one by one.

        Where there is room for one call only, the two take turns.
        """
        partner = self._partners[name]
        loads: list[Load] = []
        if partner.together and (calls > 1 or self._turn % 2):
            many = tx.lanes.claim_together(term, partner.largest, name, partner.together)
            loads += [tuple(many)] if many else []
        alone = calls - len(loads)
        if alone:
            loads += [(each,) for each in tx.lanes.claim(term, alone, [name], partner.together)]
        if partner.together and not loads:
            many = tx.lanes.claim_together(term, partner.largest, name, partner.together)
            loads += [tuple(many)] if many else []
        return loads

    def _in_turn(self, names: Iterable[str]) -> list[str]:
        """Partners by priority; those of one priority take turns at being first."""
        self._turn += 1
        ordered = sorted(names)
        first = self._turn % len(ordered)
        return sorted(ordered[first:] + ordered[:first], key=lambda name: self._partners[name].priority)

    async def step(self) -> int:
        """Claim and carry out one round; how many commands."""
        loads = await self.claim()
        await asyncio.gather(*(self.carry(load) for load in loads))
        return sum(map(len, loads))

    async def carry(self, load: Load) -> None:
        """One call, and the outcome of every command it carried in one transaction."""
        partner = self._partners[load[0].partner]
        try:
            started = self._clock.now()
            partner.journal.start(lambda seconds: self._stays_ours(load, seconds))
            verdicts = await self._judge(partner, load)
            finished = self._clock.now()
            calls = partner.journal.take()
            with_it = msgspec.json.encode([{"together_with": load[0].id}])
            carried = [
                Carried(claim, verdict, Attempt(
                    claim.id, claim.attempt, started, finished, type(verdict).__name__,
                    calls=with_it if number else calls,
                ))
                for number, (claim, verdict) in enumerate(zip(load, verdicts, strict=True))
            ]  # fmt: skip
            appended = await self._settling.put(carried)
            self._count(carried, started, finished)
            for kind, count in Counter(type_of(event.body) for event in appended).items():
                self._metrics.events.labels(kind).inc(count)
            for event in appended:
                self._spans.event(event)
        finally:
            self._calls.pop(_key(load[0]), None)
            for claim in load:
                self._under_way.pop(_key(claim), None)
                self._kept.pop(_key(claim), None)

    def _count(self, load: Sequence[Carried], started: int, finished: int) -> None:
        """One call, and what came of each command in it; label lookups cost more than the counting."""
        partner = load[0].claim.partner
        self._metrics.call.labels(partner).observe((finished - started) / SECOND)
        for verdict, count in Counter(each.attempt.verdict for each in load).items():
            self._metrics.delivered.labels(partner, verdict).inc(count)
        lag = self._metrics.lag.labels(partner)
        for each in load:
            self._spans.attempt(each.claim, each.attempt)
            if isinstance(each.verdict, Done | AlreadyDone):
                seconds = (finished - each.claim.created_at) / SECOND
                lag.observe(seconds)
                if each.claim.kind == RELEASE:
                    self._metrics.release.labels(partner).observe(seconds)

    async def _judge(self, partner: Partner, load: Load) -> Sequence[Judged]:
        try:
            commands = [_command(claim) for claim in load]
            if load[0].kind in partner.together and isinstance(partner.connector, Batching):
                verdicts = await partner.connector.send_together(commands, self._documents)
                if len(verdicts) == len(load):
                    return verdicts
                raise ValueError(f"{len(verdicts)} verdicts for {len(load)} commands")  # noqa: TRY301 - handled as any other defect
            return [await self._judge_one(partner, load[0], commands[0])]
        except (StoreFull, StoreUnavailable):
            raise  # what the partner did is not known; the claim runs out, and whoever takes it asks
        except Exception as error:  # noqa: BLE001 - a defect parks these messages alone, with all there is to know
            engineer = "".join(traceback.format_exception(error))[-8000:]
            why = Explanation("A defect in Crossdock stopped this message; it is kept. Report it.", engineer)
            return [Broken(why)] * len(load)

    async def _judge_one(self, partner: Partner, claim: Claimed, command: Command) -> Judged:
        if claim.doubtful:
            verdict = await partner.connector.settle(command, self._documents)
            if isinstance(verdict, Done):
                return AlreadyDone(verdict.facts)
            if not isinstance(verdict, Retry):
                return verdict
        if claim.withdrawn:
            return TakenBack(_TAKEN_BACK)
        return await partner.connector.send(command, self._documents)

    async def _settle_together(self, loads: Sequence[Sequence[Carried]]) -> list[list[Event]]:
        """One commit for several calls."""
        now = self._clock.now()
        appended = await self._store.run(lambda tx: self._settle(tx, loads, now))
        for load in loads:
            self._calls.pop(_key(load[0].claim), None)
        if any(appended):
            self._store.wake("log")
        return appended

    def _settle(self, tx: Transaction, loads: Sequence[Sequence[Carried]], now: int) -> list[list[Event]]:
        settled = [(each, self._outcome(each, now)) for load in loads for each in load]
        settled = _taken_back(tx, settled)
        mine = tx.lanes.settle([(each.claim, outcome) for each, outcome in settled])
        held = [one for one, is_mine in zip(settled, mine, strict=True) if is_mine]
        current = {each.claim.id for each, _ in held}
        ended = [_key(load[0].claim) for load in loads]
        said: dict[str, list[Judged]] = {load[0].claim.partner: [] for load in loads}
        for load in loads:
            if any(each.claim.id in current for each in load):  # a worker that woke up late knows nothing of today
                said[load[0].claim.partner].append(_of_the_call(load))
        self._note(tx, said, ended)
        facts = [
            (Origin(each.claim.id, each.claim.partner, now, each.claim.trace_id), found)
            for each, outcome in held
            if (found := facts_of(each.claim, each.verdict, outcome, now))
        ]
        events = place(tx, facts, now).appended if facts else []
        owner = {each.claim.id: number for number, load in enumerate(loads) for each in load}
        appended: list[list[Event]] = [[] for _ in loads]
        for event in events:
            appended[owner.get(event.exchange_id, 0)].append(event)
        return appended

    def _outcome(self, each: Carried, now: int) -> Outcome:
        schedules = self._partners[each.claim.partner].schedules
        return outcome_of(each.verdict, each.attempt, schedules, each.claim.attempt, now, self._ids.jitter())

    def _moved(self, tx: Transaction, name: str, move: BreakerMove) -> None:
        tx.partners.note_breaker(move)
        if move.state == "closed":
            tx.lanes.hasten(name)
        self._metrics.breaker.labels(name).set(1 if move.state == "open" else 0)


_TAKEN_BACK = Explanation(
    "It was taken back, and it was certainly not carried out; nothing is left to do.", "withdrawn before it was sent"
)


def _taken_back(tx: Transaction, settled: list[tuple[Carried, Outcome]]) -> list[tuple[Carried, Outcome]]:
    """Commands that were taken back while their call was under way are not tried again: it certainly did not happen."""
    again = [each.claim.id for each, outcome in settled if outcome.status == "retry"]
    flagged = tx.lanes.withdrawn(again) if again else set()
    return [
        (each, structs.replace(outcome, status="withdrawn"))
        if each.claim.id in flagged and outcome.status == "retry"
        else (each, outcome)
        for each, outcome in settled
    ]


def _of_the_call(load: Sequence[Carried]) -> Judged:
    """A call counts once, whatever it carried; it failed when nothing of it came through."""
    answered = (each.verdict for each in load if not isinstance(each.verdict, Retry | InDoubt | Reauthenticate))
    return next(answered, load[0].verdict)


def _key(claim: Claimed) -> _Key:
    return claim.id, claim.attempt


def _command(claim: Claimed) -> Command:
    return Command(claim.key, claim.partner, claim.subject, read_command(claim.body), claim.trace_id, claim.attempt)
