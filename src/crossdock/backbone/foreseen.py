"""What would be written if messages were read again: the steps of translating and deciding run as they are, on a
transaction that reads the store and keeps every write in memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from msgspec import Struct, field

from crossdock.model.cases import Case
from crossdock.model.events import Event
from crossdock.model.identifiers import Reference, partition_of
from crossdock.model.measures import Handover, Parcel
from crossdock.ports.stores import NewEvent, StateRow, Transaction, Waiting
from crossdock.ports.stores_delivery import NEVER_SENT, DueTimer, Given, NewCommand, Withdrawn
from crossdock.ports.stores_exceptions import Alert
from crossdock.ports.stores_inbound import Settlement

_BEYOND = 1 << 39
"""Positions of events that are only imagined: greater than any there will be (a partition has 2**40 places)."""


class Foreseen(Struct):
    """Everything that would have been written so far. ``undecided`` are events nobody decided on yet."""

    settled: dict[str, Settlement] = field(default_factory=dict)
    events: dict[tuple[str, str], Event] = field(default_factory=dict)
    undecided: list[Event] = field(default_factory=list)
    bound: dict[Reference, list[str]] = field(default_factory=lambda: defaultdict(list))
    waiting: dict[str, Waiting] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)
    before: dict[str, StateRow | None] = field(default_factory=dict)
    states: dict[str, StateRow] = field(default_factory=dict)
    exceptions: list[tuple[str, str, bool]] = field(default_factory=list)
    cases: dict[str, Case] = field(default_factory=dict)
    commands: dict[str, NewCommand] = field(default_factory=dict)
    held: dict[str, NewCommand] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)

    def over(self, tx: Transaction) -> Transaction:
        """``tx`` as it would be after all this. It has the parts that translating and deciding touch; anything else
        fails loudly.
        """
        return cast("Transaction", _Imagined(self, tx))

    def hold_back(self, tx: Transaction, commands: Sequence[NewCommand]) -> None:
        """Note the commands a quiet replay does not give, but for those that were given once."""
        given = {each.key for each in tx.lanes.given(each.key for each in commands)}
        self.held |= {each.key: each for each in commands if each.key not in given}


class _Imagined:
    def __init__(self, seen: Foreseen, tx: Transaction) -> None:
        self.exchanges = _Exchanges(seen)
        self.log = _Log(seen, tx)
        self.references = _References(seen, tx)
        self.states = _States(seen, tx)
        self.exceptions = _Exceptions(seen, tx)
        self.alerts = _Alerts()
        self.lanes = _Lanes(seen, tx)
        self.timers = _Timers()
        self.instances = _Instances()
        self.mappings = _Mappings()
        self.notices = _Notices()
        self.measures = _Measures()


class _Exchanges:
    def __init__(self, seen: Foreseen) -> None:
        self._seen = seen

    def settle_all(self, settlements: Sequence[Settlement], _now: int) -> None:
        self._seen.settled |= {each.id: each for each in settlements}


class _Log:
    def __init__(self, seen: Foreseen, tx: Transaction) -> None:
        self._seen, self._tx = seen, tx

    def append(self, events: Sequence[NewEvent], now: int) -> list[Event]:
        known = self._tx.log.known((each.subject, each.key) for each in events)
        over = self.ended(each.subject for each in events)
        appended = []
        for each in events:
            name = (each.subject, each.key)
            if name in known or name in self._seen.events or each.subject in over:
                continue
            event = _imagined(each, _BEYOND + len(self._seen.events), now)
            self._seen.events[name] = event
            appended.append(event)
        self._seen.undecided += appended
        return appended

    def ended(self, subjects: Iterable[str]) -> set[str]:
        return self._tx.log.ended(subjects)

    def advance(self, _reader: str, _moves: Mapping[int, tuple[int, int]]) -> None:
        """There is no cursor over what is only imagined."""


class _References:
    def __init__(self, seen: Foreseen, tx: Transaction) -> None:
        self._seen, self._tx = seen, tx

    def lock(self, _references: Iterable[Reference]) -> None:
        """Nobody else sees it."""

    def lookup(self, references: Iterable[Reference]) -> dict[Reference, list[str]]:
        wanted = list(dict.fromkeys(references))
        found = self._tx.references.lookup(wanted)
        for name in wanted:
            if name in self._seen.bound:
                found[name] = sorted({*found.get(name, ()), *self._seen.bound[name]})
        return found

    def bind(self, pairs: Iterable[tuple[Reference, str]]) -> list[Reference]:
        wanted = list(dict.fromkeys(pairs))
        known = self.lookup(name for name, _ in wanted)
        new = [(name, subject) for name, subject in wanted if subject not in known.get(name, ())]
        for name, subject in new:
            self._seen.bound[name].append(subject)
        return list(dict.fromkeys(name for name, _ in new))

    def hold(self, facts: Sequence[Waiting]) -> list[Waiting]:
        known = {each.key for each in self._tx.references.held(name for fact in facts for name in fact.fact.lookups)}
        known = (known - self._seen.released) | set(self._seen.waiting)
        new = {each.key: each for each in reversed(facts) if each.key not in known}
        self._seen.waiting |= new
        return sorted(new.values(), key=lambda each: each.key)

    def release(self, references: Iterable[Reference]) -> list[Waiting]:
        wanted = set(references)
        theirs = [each for each in self._tx.references.held(wanted) if each.key not in self._seen.released]
        ours = [each for each in self._seen.waiting.values() if wanted & set(each.fact.lookups)]
        for each in ours:
            del self._seen.waiting[each.key]
        self._seen.released |= {each.key for each in theirs}
        return sorted([*theirs, *ours], key=lambda each: (each.received_at, each.key))


class _States:
    def __init__(self, seen: Foreseen, tx: Transaction) -> None:
        self._seen, self._tx = seen, tx

    def load(self, subjects: Iterable[str]) -> dict[str, StateRow]:
        wanted = set(subjects)
        found = self._tx.states.load(wanted - set(self._seen.states))
        for subject in wanted:
            self._seen.before.setdefault(subject, found.get(subject))
        return found | {each: self._seen.states[each] for each in wanted if each in self._seen.states}

    def save(self, rows: Sequence[StateRow]) -> None:
        self._seen.states |= {row.subject: row for row in rows}


class _Exceptions:
    def __init__(self, seen: Foreseen, tx: Transaction) -> None:
        self._seen, self._tx = seen, tx

    def of_subjects(self, subjects: Iterable[str]) -> list[Case]:
        wanted = set(subjects)
        there = {each.id: each for each in self._tx.exceptions.of_subjects(wanted)}
        return list((there | {each.id: each for each in self._seen.cases.values() if each.subject in wanted}).values())

    def save(self, cases: Sequence[Case]) -> None:
        """What people are told of a plan is what opens and what ends."""
        known = {each.id: each for each in self.of_subjects({each.subject for each in cases})}
        for case in cases:
            before = known.get(case.id)
            if before is None:
                self._seen.exceptions.append((case.subject, case.kind, True))
            if case.resolved_at and not (before and before.resolved_at):
                self._seen.exceptions.append((case.subject, case.kind, False))
        self._seen.cases |= {each.id: each for each in cases}


class _Alerts:
    def open(self, _rows: Sequence[Alert]) -> int:
        """Nobody is told of what is only imagined."""
        return 0

    def close(self, _now: int, _groups: Sequence[str] | None = None) -> int:
        """As above."""
        return 0


class _Lanes:
    def __init__(self, seen: Foreseen, tx: Transaction) -> None:
        self._seen, self._tx = seen, tx

    def enqueue(self, commands: Sequence[NewCommand]) -> int:
        given = {each.key for each in self._tx.lanes.given(each.key for each in commands)}
        new = {each.key: each for each in commands if each.key not in given and each.key not in self._seen.commands}
        self._seen.commands |= new
        return len(new)

    def withdraw(self, keys: Sequence[str], _now: int) -> list[Withdrawn]:
        """Those certainly not carried out: as the store would judge, and what is only imagined was not sent either."""
        certain = [
            each for each in self._tx.lanes.given(keys)
            if each.status in NEVER_SENT and not each.doubt and each.key not in self._seen.withdrawn
        ]  # fmt: skip
        taken = [_taken_back(self._tx, each) for each in certain]
        ours = [self._seen.commands.pop(key) for key in keys if key in self._seen.commands]
        taken += [Withdrawn(each.id, each.key, each.partner, each.subject, each.kind, each.body, "") for each in ours]
        self._seen.withdrawn += [each.key for each in certain]
        return taken


class _Timers:
    def set(self, _timers: Sequence[DueTimer]) -> None:
        """A deadline calls nobody before its time; what follows then is not part of a plan."""

    def clear(self, _pairs: Sequence[tuple[str, str]]) -> None:
        """As above."""


class _Instances:
    def put(self, _rows: Sequence[object]) -> None:
        """Where a process would stand is told by its moves, which are events."""


class _Notices:
    def note(self, _rows: Sequence[object]) -> None:
        """Where notices stand is written with the decisions that are made, not with those imagined."""

    def refuse(self, _recipients: Sequence[object]) -> None:
        """As above."""


class _Measures:
    def parcels(self, _subjects: Iterable[str]) -> list[Parcel]:
        """Figures are folded when events are decided on, not when it is imagined."""
        return []

    def handovers(self, _subjects: Iterable[str]) -> list[Handover]:
        """As above."""
        return []

    def save(self, _parcels: Sequence[Parcel], _handovers: Sequence[Handover]) -> None:
        """As above."""


class _Mappings:
    def note(self, _gaps: Sequence[object]) -> None:
        """Gaps are counted when messages are read, not when it is imagined."""


def _taken_back(tx: Transaction, each: Given) -> Withdrawn:
    detail = tx.views.exchange(each.id)
    body, engineer = (detail.body, detail.row.engineer) if detail else (b"{}", "")
    return Withdrawn(each.id, each.key, each.partner, each.subject, each.kind, body, engineer)


def _imagined(new: NewEvent, position: int, now: int) -> Event:
    fact = new.fact
    return Event(
        new.key, new.subject, partition_of(new.subject), position, fact.body, fact.occurred, new.received_at, now,
        new.source, new.exchange_id, new.trace_id, new.quiet,
    )  # fmt: skip
