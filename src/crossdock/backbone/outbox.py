"""An outbox: a reader of the log with its own cursor, which hands events to one wire, at least once and in order.

Positions have no gaps, so the cursor per partition *is* the transactional outbox: an event is in it with the commit
that made it, and leaves it with the commit that moves the cursor. Whoever holds a partition's lease sends its events. A
worker that slept and wakes up can only say again what its successor says too, in the same order, under the same ids.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
import structlog
from msgspec import Struct, structs

from crossdock.backbone import outbox_state as states
from crossdock.backbone.breaker import SECOND
from crossdock.backbone.outbox_metrics import OutboxMetrics
from crossdock.backbone.outbox_plan import Glance, Place, Result, place_of, planned, settled
from crossdock.backbone.outbox_state import Held, OutboxState, Rules
from crossdock.model.events import Event, type_of
from crossdock.model.identifiers import PARTITIONS
from crossdock.ports.clock import Clock, Ids
from crossdock.ports.outbox import Declined, Envelope, Gone, Outcome, Sent, Unreachable, Wire
from crossdock.ports.stores import Fenced, Store, Transaction
from crossdock.ports.verdicts import Explanation

_LOG = structlog.get_logger("crossdock.outbox")
ROW = "state"
_RETRIED_AT_ONCE = 20
_MEASURED_EVERY = 5 * SECOND


def reader_of(name: str) -> str:
    """The name under which an outbox's cursors and its state are kept; no partner's id has a colon."""
    return f"outbox:{name}"


class Waiting(Struct, frozen=True):
    """What an outbox has not sent yet: how many events its cursors have before them, and since when the oldest waits
    (epoch microseconds, 0 where nothing does).
    """

    events: int
    oldest_at: int


def envelope(event: Event, now: int) -> Envelope:
    """The event as it leaves: CloudEvents 1.0 in structured mode; a replayed one carries ``quiet``."""
    said = event.cloudevent()
    if event.quiet:
        said["quiet"] = True
    return Envelope(event.key, type_of(event.body), event.subject, msgspec.json.encode(said), now)


def state_of(tx: Transaction, name: str) -> tuple[OutboxState, str]:
    """An outbox's state and the text it is kept as ("" before its first step)."""
    text, _ = tx.partners.cursor(reader_of(name), ROW)
    return states.decode(text), text


def keep_state(tx: Transaction, name: str, text: str, state: OutboxState, now: int) -> None:
    """Replace the state kept as ``text``. Raises `Fenced` when somebody else did meanwhile."""
    new = states.encode(state)
    if new != text and not tx.partners.move_cursor(reader_of(name), ROW, text, new, now):
        raise Fenced(f"the state of {reader_of(name)} was changed by another worker")


def waiting(tx: Transaction, name: str) -> Waiting:
    """How far the outbox is behind the log."""
    cursors = tx.log.cursors(reader_of(name), range(PARTITIONS))
    behind = {each: head - cursors[each] for each, head in tx.views.log_heads().items() if head > cursors[each]}
    if not behind:
        return Waiting(0, 0)
    first = tx.log.read({each: cursors[each] for each in behind}, len(behind))
    return Waiting(sum(behind.values()), min((each.recorded_at for each in first), default=0))


class Outbox:
    """One bridge or webhook of one worker."""

    def __init__(
        self, name: str, wire: Wire, rules: Rules, store: Store, clock: Clock, ids: Ids, metrics: OutboxMetrics
    ) -> None:
        """``name`` is unique among bridges and webhooks."""
        self.name = name
        self.wire = wire
        self._rules = rules
        self._store = store
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._measured = 0

    async def step(self, owned: Sequence[int]) -> int:
        """Send one batch from the partitions this worker owns; how many events were done with. A fenced batch counts as
        none: its new owner sends it again, under the same ids.
        """
        now = self._clock.now()
        if now - self._measured >= _MEASURED_EVERY:
            self._measured = now
            await self.measure(now)
        glance = await self._store.read(partial(self._glance, owned=owned, now=now)) if owned else None
        if glance is None:
            return 0
        if glance.fresh:
            return await self._begin(now)
        chains, queued = planned(glance, self._rules)
        if not (chains or queued or glance.events):
            return 0
        if chains:
            await self._store.run(lambda tx: tx.flush())  # nobody outside is told what a power cut could take back
        outcomes = await self._carry(chains)
        result = settled(glance, outcomes, queued, self._rules, self._clock.now())
        return await self._commit(result)

    async def measure(self, now: int) -> None:
        """Refresh the gauges of this outbox."""

        def step(tx: Transaction) -> tuple[Waiting, OutboxState]:
            return waiting(tx, self.name), state_of(tx, self.name)[0]

        queue, state = await self._store.read(step)
        age = (now - queue.oldest_at) / SECOND if queue.oldest_at else 0.0
        self._metrics.queue(self.name, queue.events, age, len(state.held), enabled=state.enabled)

    async def close(self) -> None:
        """Let go of the connection."""
        await self.wire.close()

    def _glance(self, tx: Transaction, owned: Sequence[int], now: int) -> Glance | None:
        state, _ = state_of(tx, self.name)
        if not state.enabled or state.not_before > now:
            return None
        if not state.begun:
            return Glance(fresh=True)
        cursors = tx.log.cursors(reader_of(self.name), owned)
        full = len(state.held) >= states.MOST_HELD
        events = [] if full else tx.log.read(cursors, self._rules.batch)
        return Glance(cursors, tuple(events), state.held, tuple(_due(tx, state.held, set(owned), now)))

    async def _begin(self, now: int) -> int:
        """The first step of all: begin at the end of the log, or at its beginning."""

        def step(tx: Transaction) -> None:
            state, text = state_of(tx, self.name)
            if state.begun:
                raise Fenced(f"{reader_of(self.name)} was begun by another worker")
            keep_state(tx, self.name, text, structs.replace(state, begun=True), now)
            heads = tx.views.log_heads() if self._rules.start == "now" else {}
            moves = {each: (0, head) for each, head in heads.items() if head}
            if moves:
                tx.log.advance(reader_of(self.name), moves)

        try:
            await self._store.run(step)
        except Fenced:
            return 0
        return 1

    async def _carry(self, chains: Sequence[Sequence[Event]]) -> Mapping[Place, Outcome]:
        """Send each chain (the events of one subject) one after the other, and chains side by side."""
        slots = asyncio.Semaphore(self._rules.parallel)
        outcomes: dict[Place, Outcome] = {}
        stopped = asyncio.Event()

        async def carry(chain: Sequence[Event]) -> None:
            for event in chain:
                async with slots:
                    if stopped.is_set():
                        return
                    outcome = await self._send(event)
                outcomes[place_of(event)] = outcome
                self._metrics.sent(self.name, outcome)
                if isinstance(outcome, Unreachable | Gone):
                    stopped.set()
                if not isinstance(outcome, Sent):
                    return

        async with asyncio.TaskGroup() as group:
            for chain in chains:
                group.create_task(carry(chain))
        return outcomes

    async def _send(self, event: Event) -> Outcome:
        try:
            return await self.wire.send(envelope(event, self._clock.now()))
        except Exception as bug:  # noqa: BLE001 - one event of one subject is held back and shown; all others go on
            _LOG.exception("a wire failed on an event", outbox=self.name, event_id=event.key)
            text = "This is a bug in Crossdock or in a library: report it. The event is held back and tried again."
            return Declined(Explanation(text, f"{type(bug).__name__}: {bug}"))

    async def _commit(self, result: Result) -> int:
        jitter, now = self._ids.jitter(), self._clock.now()

        def step(tx: Transaction) -> tuple[OutboxState, OutboxState]:
            if result.moves:
                tx.log.advance(reader_of(self.name), result.moves)
            before, text = state_of(tx, self.name)
            after = result.applied(before, now, jitter, self._rules)
            keep_state(tx, self.name, text, after, now)
            return before, after

        try:
            before, after = await self._store.run(step)
        except Fenced:
            return 0
        self._say(before, after)
        return result.progress

    def _say(self, before: OutboxState, after: OutboxState) -> None:
        """Each turn for the worse or the better once, for those who read logs."""
        if before.enabled and not after.enabled:
            _LOG.error("an outbox was disabled; its place is kept", outbox=self.name, why=after.note,
                       do="put the receiver right, then enable it")  # fmt: skip
        elif after.attempts and not before.attempts:
            _LOG.warning("an outbox's receiver takes nothing; events wait in the log, nothing else is held up",
                         outbox=self.name, why=after.problem)  # fmt: skip
        elif before.attempts and not after.attempts:
            _LOG.info("an outbox's receiver takes events again", outbox=self.name)


def _due(tx: Transaction, held: Sequence[Held], owned: set[int], now: int) -> list[tuple[Held, Event]]:
    """The first held event of each subject, where it is due."""
    first: dict[str, Held] = {}
    for each in held:
        first.setdefault(each.subject, each)
    ready = [each for each in first.values() if each.partition in owned and each.due_at <= now][:_RETRIED_AT_ONCE]
    found: list[tuple[Held, Event]] = []
    for each in ready:
        events = tx.log.read({each.partition: each.position - 1}, 1)
        found.extend((each, event) for event in events if event.position == each.position)
    return found


async def stepping(outboxes: Sequence[Outbox], owned: Sequence[int]) -> int:
    """One step of every outbox, for tests and scenarios; how many events were done with."""
    return sum([await each.step(owned) for each in outboxes])


def again_from(tx: Transaction, name: str, since: int) -> dict[int, tuple[int, int]]:
    """How the cursors have to move ({partition: (from, to)}) so that everything recorded at or after ``since`` (epoch
    microseconds) is sent again.
    """
    firsts = tx.views.log_since(since)
    cursors = tx.log.cursors(reader_of(name), range(PARTITIONS))
    return {each: (cursors[each], first - 1) for each, first in firsts.items() if first - 1 < cursors[each]}


def without_held(state: OutboxState, moves: Mapping[int, tuple[int, int]]) -> OutboxState:
    """What is read anew need not be held back any more."""
    kept = tuple(each for each in state.held if each.position <= moves.get(each.partition, (0, each.position))[1])
    return structs.replace(state, held=kept)
