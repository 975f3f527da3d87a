"""One partition's read models as its events make them, beside those that are kept. Reads only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import DecodeError, Struct, field, structs

from crossdock.backbone.casebook import fold_all
from crossdock.backbone.decide import READER, Effects, Reducer, waiting
from crossdock.backbone.fingerprint import Total, fold_hash, subject_hash
from crossdock.backbone.measuring import fold_all as measured_by
from crossdock.model.cases import Case, plain
from crossdock.model.events import DeadlinePassed, Event
from crossdock.model.identifiers import Reference
from crossdock.model.measures import Handover, Parcel
from crossdock.model.names import names_of
from crossdock.ports.stores import StateRow, Transaction
from crossdock.ports.stores_delivery import DueTimer
from crossdock.ports.stores_processes import Instance

_PAGE = 200


class Difference(Struct, frozen=True):
    """A subject that is not what its events make of it; ``parts`` say in what."""

    subject: str
    parts: tuple[str, ...]


class Model(Struct, frozen=True):
    """All read models of one subject."""

    row: StateRow | None
    exceptions: tuple[Case, ...] = ()
    timers: tuple[DueTimer, ...] = ()
    instances: tuple[Instance, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    handovers: tuple[Handover, ...] = ()

    def hash(self) -> str:
        """Of everything in it."""
        measured: tuple[Parcel | Handover, ...] = (*self.parcels, *self.handovers)
        return subject_hash(self.row, self.exceptions, self.timers, self.instances, measured)


class Wanted(Struct, frozen=True):
    """What a subject should be, and the names that should lead to it and do not."""

    model: Model
    names: tuple[Reference, ...]
    difference: Difference


class Judged(Struct, frozen=True):
    """One partition compared: ``cursor`` is how far it was decided, ``otherwise`` the subjects whose commands and
    events are not those today's processes would have decided.
    """

    cursor: int
    wanted: tuple[Wanted, ...]
    otherwise: tuple[str, ...]


class _Fold(Struct):
    """Events folded and decided on again: what was ordered and derived anew, and the names that follow."""

    effects: Effects = field(default_factory=Effects)
    keys: set[tuple[str, str]] = field(default_factory=set)
    passed: set[tuple[str, str, int]] = field(default_factory=set)
    recorded: dict[str, int] = field(default_factory=dict)
    names: dict[str, dict[Reference, None]] = field(default_factory=lambda: defaultdict(dict))
    orders: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    derived: set[tuple[str, str]] = field(default_factory=set)

    def take(self, events: Sequence[Event]) -> None:
        """Note what a batch was, and what it led to."""
        for event in events:
            self.recorded[event.subject] = event.recorded_at
            self.keys.add((event.subject, event.key))
            self.names[event.subject].update(dict.fromkeys(names_of(event.body, event.source)))
        for command in self.effects.commands:
            self.orders[command.subject].add(command.key)
        self.derived |= {(each.subject, each.key) for each in self.effects.events}
        self.effects.commands, self.effects.held, self.effects.events = [], [], []


def judge(
    tx: Transaction, reducer: Reducer, partition: int, totals: tuple[Total, Total], *, all_decisions: bool
) -> Judged:
    """Compare one partition, and add its subjects to the hashes of what is kept and of what the log makes of it.

    Where today's processes decide otherwise, their kept states and deadlines count as right unless ``all_decisions``.
    """
    cursor = tx.log.cursors(READER, [partition])[partition]
    reducer.look(tx)
    fold = _folded(tx, reducer, partition, cursor)
    exceptions, timers, instances = _booked(fold.effects), _due(fold), _standing(fold.effects)
    parcels, handovers = _measured(fold.effects)
    subjects = sorted(fold.effects.subjects)
    wanted: list[Wanted] = []
    otherwise: set[str] = set()
    for start in range(0, len(subjects), _PAGE):
        some = subjects[start : start + _PAGE]
        there, lost, others = _kept(tx, some), _lost(tx, fold, some), _otherwise(tx, fold, some)
        otherwise |= others
        for name in some:
            model = Model(
                None, tuple(exceptions.get(name, ())), tuple(timers.get(name, ())), tuple(instances.get(name, ())),
                tuple(parcels.get(name, ())), tuple(handovers.get(name, ())),
            )  # fmt: skip
            keep = name in others and not all_decisions
            should = _should(reducer, fold, name, model, there[name], keep=keep)
            for total, each in zip(totals, (there[name], should), strict=True):
                total.add(each.hash())
            parts = _differing(there[name], should, lost.get(name, ()))
            if parts:
                wanted.append(Wanted(should, tuple(lost.get(name, ())), Difference(name, parts)))
    return Judged(cursor, tuple(wanted), tuple(sorted(otherwise)))


def _folded(tx: Transaction, reducer: Reducer, partition: int, cursor: int) -> _Fold:
    """Deadlines that passed count also where nobody decided on that yet: they are waited for no longer."""
    fold, position = _Fold(), 0
    while events := tx.log.read({partition: position}, reducer.batch):
        position = events[-1].position
        fold.passed |= {
            (each.subject, each.body.timer, each.body.due_at)
            for each in events
            if isinstance(each.body, DeadlinePassed)
        }
        decided = [each for each in events if each.position <= cursor]
        if decided:
            reducer.decide({}, decided, {}, 0, onto=fold.effects)
            fold.take(decided)
    return fold


def _measured(effects: Effects) -> tuple[Mapping[str, list[Parcel]], Mapping[str, list[Handover]]]:
    """What the events make of parcels and of orders at warehouses."""
    parcels: dict[str, list[Parcel]] = defaultdict(list)
    handovers: dict[str, list[Handover]] = defaultdict(list)
    moved, held = measured_by((), (), effects.measured)
    for key in sorted(moved):
        parcels[key[0]].append(moved[key])
    for key in sorted(held):
        handovers[key[0]].append(held[key])
    return parcels, handovers


def _booked(effects: Effects) -> Mapping[str, list[Case]]:
    """The book of exceptions as the events write it."""
    found: dict[str, list[Case]] = defaultdict(list)
    for case in fold_all((), effects.exceptions).values():
        found[case.subject].append(case)
    return {subject: sorted(cases, key=_order) for subject, cases in found.items()}


def _due(fold: _Fold) -> Mapping[str, list[DueTimer]]:
    found: dict[str, list[DueTimer]] = {}
    for (subject, name), timer in sorted(fold.effects.deadlines.items(), key=lambda item: item[0]):
        if timer is not None and (subject, name, timer.due_at) not in fold.passed:
            row = waiting(subject, timer)
            found.setdefault(subject, []).append(structs.replace(row, what=plain(row.what), who=plain(row.who)))
    return found


def _standing(effects: Effects) -> Mapping[str, list[Instance]]:
    latest = {(each.subject, each.process): each for each in effects.instances}
    found: dict[str, list[Instance]] = {}
    for (subject, _), each in sorted(latest.items()):
        found.setdefault(subject, []).append(each)
    return found


def _kept(tx: Transaction, subjects: Sequence[str]) -> dict[str, Model]:
    rows = _readable(tx, subjects)
    booked: dict[str, list[Case]] = defaultdict(list)
    for each in tx.exceptions.of_subjects(subjects):
        booked[each.subject].append(each)
    timers: dict[str, list[DueTimer]] = defaultdict(list)
    for timer in tx.timers.standing(subjects):
        timers[timer.subject].append(timer)
    instances: dict[str, list[Instance]] = defaultdict(list)
    for instance in tx.instances.of_subjects(subjects):
        instances[instance.subject].append(instance)
    parcels: dict[str, list[Parcel]] = defaultdict(list)
    handovers: dict[str, list[Handover]] = defaultdict(list)
    for parcel in tx.measures.parcels(subjects):
        parcels[parcel.subject].append(parcel)
    for handover in tx.measures.handovers(subjects):
        handovers[handover.subject].append(handover)
    return {
        name: Model(
            rows.get(name),
            tuple(sorted(booked[name], key=_order)),
            tuple(sorted(timers[name], key=lambda each: each.name)),
            tuple(sorted(instances[name])),
            tuple(sorted(parcels[name], key=lambda each: each.number)),
            tuple(sorted(handovers[name], key=lambda each: each.reference)),
        )
        for name in subjects
    }


def _readable(tx: Transaction, subjects: Sequence[str]) -> dict[str, StateRow]:
    """The rows there are; one that is no JSON any more counts as missing."""
    try:
        return tx.states.load(subjects)
    except DecodeError:
        if len(subjects) == 1:
            return {}
        half = len(subjects) // 2
        return _readable(tx, subjects[:half]) | _readable(tx, subjects[half:])


def _order(each: Case) -> tuple[str, str, str]:
    return each.kind, each.pointer, each.cause


def _otherwise(tx: Transaction, fold: _Fold, subjects: Sequence[str]) -> set[str]:
    """Subjects for which deciding anew does not give exactly the commands that were given, or gives other events."""
    given: dict[str, set[str]] = defaultdict(set)
    decided: dict[str, set[str]] = defaultdict(set)
    for each in tx.lanes.given_for(subjects):
        given[each.subject].add(each.key)
        if (each.subject, each.cause) in fold.keys:
            decided[each.subject].add(each.key)
    wanted = set(subjects)
    unsaid = [name for name in fold.derived - fold.keys if name[0] in wanted]
    known = tx.log.known(unsaid)
    found = {subject for subject, key in unsaid if (subject, key) not in known}
    return found | {name for name in subjects if fold.orders[name] - given[name] or decided[name] - fold.orders[name]}


def _lost(tx: Transaction, fold: _Fold, subjects: Sequence[str]) -> dict[str, list[Reference]]:
    """Names that events make true and that lead nowhere."""
    owners = tx.references.lookup({name for subject in subjects for name in fold.names[subject]})
    lost = {
        subject: [name for name in fold.names[subject] if subject not in owners.get(name, ())] for subject in subjects
    }
    return {subject: names for subject, names in lost.items() if names}


def _should(reducer: Reducer, fold: _Fold, name: str, model: Model, there: Model, *, keep: bool) -> Model:
    subject = fold.effects.subjects[name]
    timers = model.timers
    if keep and there.row is not None:
        phase = str(there.row.summary.get("phase", ""))
        subject = structs.replace(subject, processes=dict(there.row.processes), phase=phase)
        timers = there.timers
    # a moment later, so that a worker which remembers the row it wrote does not take this one for it
    updated_at = there.row.updated_at + 1 if there.row else fold.recorded[name]
    return structs.replace(model, row=reducer.row(name, subject, updated_at), timers=timers)


def _differing(there: Model, should: Model, lost: Sequence[Reference]) -> tuple[str, ...]:
    parts: list[str] = []
    if there.row is None or should.row is None:
        parts.append("missing or unreadable")
    else:
        parts += _rows_differing(there.row, should.row)
    if there.exceptions != should.exceptions:
        parts.append("exceptions")
    if there.timers != should.timers:
        parts.append("deadlines")
    if there.instances != should.instances:
        parts.append("stages of processes")
    if (there.parcels, there.handovers) != (should.parcels, should.handovers):
        parts.append("measures")
    parts += [f"name {name.kind} {name.value}" for name in lost]
    return tuple(parts)


def _rows_differing(there: StateRow, should: StateRow) -> list[str]:
    parts = [] if fold_hash(there) == fold_hash(should) else ["state"]
    names = sorted({*there.processes, *should.processes})
    parts += [f"process {name}" for name in names if there.processes.get(name) != should.processes.get(name)]
    columns = sorted({*there.summary, *should.summary})
    return parts + [f"column {name}" for name in columns if there.summary.get(name) != should.summary.get(name)]
