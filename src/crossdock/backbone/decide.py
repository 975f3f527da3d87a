"""The third transaction: the reducer folds events, lets processes decide, and commits state, commands, timers,
exceptions and its cursor together. The cursor's move is conditional, which fences a worker that woke up late.

What processes say of themselves are events, too. They are decided on in the transaction that appends them where nothing
else comes before them in the log, and are read again like any other event where something does.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial

import msgspec
from msgspec import Struct, field

from crossdock.backbone.casebook import book
from crossdock.backbone.customers import note
from crossdock.backbone.measuring import measure
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.warm import Warm
from crossdock.backbone.withdrawing import withdrawal
from crossdock.model import events as ev
from crossdock.model.fulfilment import FulfilmentState, apply
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.measures import EVENTS as MEASURED
from crossdock.model.notices import CustomerNotified, CustomerUnsubscribed, NoticeDecided
from crossdock.model.progress import ProcessMoved
from crossdock.ports.clock import Clock, Ids
from crossdock.ports.process import Decision, Order, Process, Situation, Timer, command_key
from crossdock.ports.stores import Fenced, NewEvent, StateRow, Store, Transaction
from crossdock.ports.stores_delivery import DueTimer, NewCommand, Withdrawn
from crossdock.ports.stores_processes import Instance

READER = "reducer"
_ENCODE = msgspec.json.Encoder().encode
_DECODE_STATE = msgspec.json.Decoder(FulfilmentState).decode
_TURNS = 8
"""Events that follow from events are decided on together so many times; what a longer chain says is read again."""


class Subject(Struct):
    """One subject while its events are being decided on; ``kept`` is the row there is of it."""

    fulfilment: FulfilmentState
    processes: dict[str, bytes]
    phase: str = ""
    kept: StateRow | None = None


Standing = Mapping[str, StateRow | Subject]
"""States by subject: as they are kept, or still as they were left by the last batch."""


class Effects(Struct):
    """Everything one batch leads to, gathered before the transaction; ``held`` are the commands quiet events would have
    given, ``deadlines`` the timers set and cleared (None), by subject and name: the last word holds. ``rows`` are the
    states as they were written; ``decided`` counts the events, ``left`` those that were appended and are read again.
    """

    moves: dict[int, tuple[int, int]] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    commands: list[NewCommand] = field(default_factory=list)
    held: list[NewCommand] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    deadlines: dict[tuple[str, str], Timer | None] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    exceptions: list[ev.Event] = field(default_factory=list)
    instances: list[Instance] = field(default_factory=list)
    notices: list[ev.Event] = field(default_factory=list)
    measured: list[ev.Event] = field(default_factory=list)
    rows: list[StateRow] = field(default_factory=list)
    decided: int = 0
    left: int = 0

    def absorb(self, later: "Effects") -> None:
        """Add what is still to be written of what follows from these."""
        self.decided += later.decided
        self.moves |= {partition: (self.moves[partition][0], end) for partition, (_, end) in later.moves.items()}
        for name in ("commands", "events", "exceptions", "instances", "notices", "measured"):
            getattr(self, name).extend(getattr(later, name))


class _Apart(Exception):
    """What follows is to be decided on by a step of its own."""


Summary = Callable[[FulfilmentState, str], dict[str, str | int]]


class Reducer:
    """Decides for owned partitions, in log order."""

    def __init__(
        self,
        store: Store,
        processes: Sequence[Process],
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        summary: Summary,
        batch: int = 400,
        look: Callable[[Transaction], None] | None = None,
        *,
        overheard: bool = True,
    ) -> None:
        """``summary`` turns a state and phase into the columns of the lists people search; ``look`` reads what
        processes know beside the events, before each batch; ``overheard`` says that others read the log as it grows.
        """
        self._store = store
        self._processes = {process.name: process for process in processes}
        self._clock = clock
        self._ids = ids
        self._metrics = metrics
        self._summary = summary
        self._batch = batch
        self.look = look or (lambda _tx: None)
        self._overheard = overheard
        self._warm: Warm[Subject] = Warm()

    @property
    def processes(self) -> Mapping[str, Process]:
        """What decides, by name, in the order of deciding."""
        return self._processes

    @property
    def batch(self) -> int:
        """How many events are decided on together at most."""
        return self._batch

    async def step(self, partitions: Iterable[int]) -> int:
        """Decide on one batch and what follows from it; how many events that were. A fenced batch counts as none: its
        new owner does it.
        """
        owned = list(partitions)
        cursors, events, rows = await self._store.read(lambda tx: self._gather(tx, owned))
        if not events:
            return 0
        now = self._clock.now()
        fresh = [self.decide(cursors, events, rows, now)]

        def write(tx: Transaction, turns: int = _TURNS) -> tuple[Effects, int]:
            """What is decided in here changes the states, so a second try begins with those that are kept."""
            kept = {} if fresh else tx.states.load({event.subject for event in events})
            effects = fresh.pop() if fresh else self.decide(cursors, events, kept, now)
            return effects, self._follow(tx, effects, now, turns)

        try:
            effects, ordered = await self._written(write)
        except Fenced:
            return 0
        for row in effects.rows:
            effects.subjects[row.subject].kept = row
        self._warm.keep(effects.moves, effects.subjects)
        self._metrics.decided.inc(effects.decided)
        for command in effects.commands:
            self._metrics.ordered.labels(command.partner, command.kind).inc()
        if effects.left or (effects.events and self._overheard):
            self._store.wake("log")
        if ordered:
            self._store.wake("outbound")
        return effects.decided

    async def _written(self, write: Callable[..., tuple[Effects, int]]) -> tuple[Effects, int]:
        try:
            return await self._store.run(write)
        except _Apart:
            return await self._store.run(partial(write, turns=0))

    def _gather(self, tx: Transaction, owned: list[int]) -> tuple[dict[int, int], list[ev.Event], Standing]:
        cursors = tx.log.cursors(READER, owned)
        events = tx.log.read(cursors, self._batch)
        if events:
            self.look(tx)
        subjects = {event.subject for event in events}
        kept = self._warm.take(subjects, cursors)
        stamps = tx.states.stamps(kept)
        warm = {name: each for name, each in kept.items() if each.kept and stamps.get(name) == each.kept.updated_at}
        return cursors, events, {**tx.states.load(subjects - set(warm)), **warm}

    def decide(
        self,
        cursors: Mapping[int, int],
        events: Sequence[ev.Event],
        rows: Standing,
        now: int,
        onto: Effects | None = None,
    ) -> Effects:
        """Pure: what follows from ``events`` on the states in ``rows``, after what is in ``onto`` already."""
        effects = Effects() if onto is None else onto
        for event in events:
            effects.decided += 1
            start, _ = effects.moves.get(event.partition, (cursors.get(event.partition, 0), 0))
            effects.moves[event.partition] = (start, event.position)
            subject = effects.subjects.get(event.subject)
            if subject is None:
                subject = effects.subjects[event.subject] = _opened(rows.get(event.subject))
            self._one(event, subject, effects, now)
        return effects

    def _one(self, event: ev.Event, subject: Subject, effects: Effects, now: int) -> None:
        apply(subject.fulfilment, event.body, event.key)
        if isinstance(event.body, ProcessMoved):
            moved = event.body
            stands = Instance(event.subject, moved.process, moved.version, moved.after, event.recorded_at)
            effects.instances.append(stands)
        if isinstance(event.body, NoticeDecided | CustomerNotified | CustomerUnsubscribed):
            effects.notices.append(event)
        if isinstance(event.body, MEASURED):
            effects.measured.append(event)
        tag = ev.type_of(event.body)
        if tag.startswith("exception."):
            effects.exceptions.append(event)
        for newest in self._processes.values():
            process = newest.holding(subject.processes)
            if tag not in process.handles or (process.of and not event.subject.startswith(process.of)):
                continue
            state = subject.processes.get(process.key, b"")
            decision = process.decide(Situation(subject.fulfilment, state, event, event.recorded_at))
            if state or decision.state:  # one that has nothing to remember leaves nothing in the row
                subject.processes[process.key] = decision.state
            subject.phase = decision.phase or subject.phase
            self._take(process, decision, event, effects, now)

    def _take(self, process: Process, decision: Decision, event: ev.Event, effects: Effects, now: int) -> None:
        trace_id = trace_id_of(event.subject)
        ordered = effects.held if event.quiet else effects.commands
        ordered.extend(self._command(process.name, order, event, trace_id, now) for order in decision.orders)
        if not event.quiet:
            effects.withdrawn.extend(decision.withdrawn)
        for body in (*_moved(process, decision, event), *decision.events):
            fact = ev.Fact(body, from_epoch_us(event.recorded_at), subject=event.subject)
            key = fact.key(event.subject)
            new = NewEvent(key, event.subject, fact, event.received_at, "", event.exchange_id, trace_id, event.quiet)
            effects.events.append(new)
        effects.deadlines |= {(event.subject, name): None for name in decision.cleared}
        effects.deadlines |= {(event.subject, timer.name): timer for timer in decision.timers}

    def _command(self, process: str, order: Order, event: ev.Event, trace_id: str, now: int) -> NewCommand:
        return NewCommand(
            id=self._ids.fresh(now),
            key=command_key(process, event.key, order.name),
            partner=order.partner,
            subject=event.subject,
            kind=str(order.body.__struct_config__.tag),
            body=_ENCODE(order.body),
            priority=order.priority,
            due_at=now,
            created_at=now,
            trace_id=trace_id,
            cause=event.key,
        )

    def _follow(self, tx: Transaction, effects: Effects, now: int, turns: int) -> int:
        """Commit, and with it what follows from what follows; how many commands are new. Raises `Fenced`, and `_Apart`
        when what follows is to be read again.
        """
        tx.rederivable()  # from the events; a command is claimed, and that is on disk, before anything is sent
        tx.log.hold(READER, {partition: start for partition, (start, _) in effects.moves.items()})
        ordered, appended = _give(tx, effects, now)
        said = len(appended)
        for _ in range(turns):
            ends = _ends(effects)
            following = _next(appended, ends, effects.subjects)
            if not following:
                break
            turn = self._turn(ends, following, effects, now)
            more, appended = _give(tx, turn, now)
            ordered, said = ordered + more, said + len(appended) - len(following)
            effects.absorb(turn)
        tx.log.move(READER, _ends(effects))
        effects.left = said
        self._keep(tx, effects, now)
        return ordered

    def _turn(self, ends: Mapping[int, int], following: Sequence[ev.Event], effects: Effects, now: int) -> Effects:
        """What follows from events that were just appended. A defect in it holds up nothing that comes before it. Nor
        is a command taken back under the log's lock: whoever settles it has its row, and waits for that lock.
        """
        try:
            turn = self.decide(ends, following, {}, now, Effects(subjects=effects.subjects))
        except Exception as defect:
            raise _Apart from defect
        if turn.withdrawn:
            raise _Apart
        return turn

    def commit(self, tx: Transaction, effects: Effects, now: int) -> int:
        """Write what follows, all of it or nothing; how many commands are new. Raises `Fenced`."""
        tx.log.advance(READER, effects.moves)
        ordered, _ = _give(tx, effects, now)
        self._keep(tx, effects, now)
        return ordered

    def _keep(self, tx: Transaction, effects: Effects, now: int) -> None:
        effects.rows = self._changed(effects.subjects, now)
        tx.states.save(effects.rows)
        book(tx, effects.exceptions)
        tx.instances.put(effects.instances)
        measure(tx, effects.measured)
        if effects.notices:
            note(tx, effects.notices)

    def _changed(self, subjects: Mapping[str, Subject], now: int) -> list[StateRow]:
        """The rows that differ from what is kept: many an event (a move of a process) is news to the log alone."""
        rows = (self.row(name, subject, now) for name, subject in subjects.items())
        return [row for row in rows if not _alike(row, subjects[row.subject].kept)]

    def row(self, name: str, subject: Subject, now: int) -> StateRow:
        """The row that is kept of a subject."""
        summary = self._summary(subject.fulfilment, subject.phase)
        return StateRow(name, _ENCODE(subject.fulfilment), dict(subject.processes), now, summary)


def _give(tx: Transaction, effects: Effects, now: int) -> tuple[int, list[ev.Event]]:
    """Give commands and take them back, set deadlines, say in the log what is said; how many commands are new, and the
    new events. The log comes last: whoever waits for a deadline or a command while he has its lock may wait for one who
    waits for him.
    """
    ordered = tx.lanes.enqueue(effects.commands) if effects.commands else 0
    if effects.withdrawn:
        effects.events.extend(map(_withdrawn(now), tx.lanes.withdraw(effects.withdrawn, now)))
    _time(tx, effects)
    return ordered, tx.log.append(effects.events, now) if effects.events else []


def _ends(effects: Effects) -> dict[int, int]:
    return {partition: end for partition, (_, end) in effects.moves.items()}


def _next(appended: Iterable[ev.Event], ends: Mapping[int, int], subjects: Container[str]) -> list[ev.Event]:
    """Those of the new events that come directly after what was decided, and whose subject is at hand."""
    reached, found = dict(ends), []
    for event in appended:
        if event.subject in subjects and event.position == reached.get(event.partition, -1) + 1:
            reached[event.partition] = event.position
            found.append(event)
    return found


def _withdrawn(now: int) -> Callable[[Withdrawn], NewEvent]:
    def event(row: Withdrawn) -> NewEvent:
        fact = withdrawal(row.key, row.partner, row.kind, row.body, row.engineer, row.subject, now)
        return NewEvent(fact.key(row.subject), row.subject, fact, now, "", "", trace_id_of(row.subject))

    return event


def _alike(row: StateRow, kept: StateRow | None) -> bool:
    """Whether the two say the same, whenever it was written."""
    return kept is not None and (row.state, row.processes, row.summary) == (kept.state, kept.processes, kept.summary)


def _opened(row: StateRow | Subject | None) -> Subject:
    if row is None:
        return Subject(FulfilmentState(), {})
    if isinstance(row, Subject):
        return row
    return Subject(_DECODE_STATE(row.state), dict(row.processes), str(row.summary.get("phase", "")), row)


def waiting(subject: str, timer: Timer) -> DueTimer:
    """The row that is kept of a timer."""
    return DueTimer(subject, timer.name, timer.due_at, timer.what, timer.who, timer.since)


def _moved(process: Process, decision: Decision, event: ev.Event) -> tuple[ev.EventBody, ...]:
    """The move of a process that says where it stood."""
    if decision.before == decision.stage:
        return ()
    tag = ev.type_of(event.body)
    return (ProcessMoved(process.name, process.version, decision.before, decision.stage, tag, event.key),)


def _time(tx: Transaction, effects: Effects) -> None:
    due = [waiting(subject, timer) for (subject, _), timer in effects.deadlines.items() if timer is not None]
    cleared = [name for name, timer in effects.deadlines.items() if timer is None]
    if due:
        tx.timers.set(due)
    if cleared:
        tx.timers.clear(cleared)
