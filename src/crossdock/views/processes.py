"""Where the processes of an order stand, how they came there, and who is waited for until when."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from crossdock.model.events import Event
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.progress import ProcessMoved
from crossdock.ports.process import Process, Stage
from crossdock.ports.rows import ExceptionRow
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_delivery import DueTimer
from crossdock.ports.stores_processes import Instance, StageCount
from crossdock.views.timeline import named_by

_STATE = msgspec.json.Decoder(FulfilmentState)
_UNKNOWN = Stage("", "This stage is of a version that is not installed.")


class Step(Struct, frozen=True):
    """One move: when (epoch microseconds), from which stage to which, on what, and what followed in words."""

    at: int
    before: str
    after: str
    on: str
    then: str = ""


class Deadline(Struct, frozen=True):
    """Something that happens at ``due_at`` unless it is cleared; where ``who`` is said, that is waited for."""

    name: str
    due_at: int
    what: str = ""
    who: str = ""
    since: int = 0


class Standing(Struct, frozen=True):
    """One process of one subject."""

    process: str
    version: int
    stage: str
    text: str
    waits_for: str
    final: bool
    since: int
    history: tuple[Step, ...]


class ProcessStory(Struct, frozen=True):
    """All processes of one subject, its deadlines (the next first) and its open exceptions."""

    subject: str
    name: str
    processes: tuple[Standing, ...]
    deadlines: tuple[Deadline, ...]
    exceptions: tuple[ExceptionRow, ...]


class StageLine(Struct, frozen=True):
    """How many stand in a stage of a process; ``oldest`` is since when the longest (epoch microseconds)."""

    process: str
    stage: str
    text: str
    waits_for: str
    final: bool
    count: int
    oldest: int


def processes_of(tx: Transaction, reference: str, known: Mapping[str, Process]) -> tuple[ProcessStory, ...]:
    """The processes of every subject ``reference`` names (a sales order and its deliveries may share one)."""
    return tuple(_story(tx, subject, known) for subject in named_by(tx, reference))


def stages(tx: Transaction, known: Mapping[str, Process]) -> tuple[StageLine, ...]:
    """Every stage of every process with how many stand in it, in the order of the charts."""
    counted = {(each.process, each.stage): each for each in tx.instances.counts()}
    found = list(_charted(counted, known))
    seen = {(each.process, each.stage) for each in found}
    strays = [each for name, each in sorted(counted.items()) if name not in seen]
    return (*found, *(_line(each, _UNKNOWN) for each in strays))


def holds_of(tx: Transaction, subject: str) -> tuple[str, ...]:
    """The gates that hold an order."""
    rows = tx.states.load([subject])
    state = _STATE.decode(rows[subject].state) if subject in rows else FulfilmentState()
    return tuple(sorted({each.partition(" ")[0] for each in state.holds()}))


def _charted(counted: Mapping[tuple[str, str], StageCount], known: Mapping[str, Process]) -> Iterator[StageLine]:
    for name, process in known.items():
        for stage in process.chart.stages if process.chart else ():
            yield _line(counted.get((name, stage.name), StageCount(name, stage.name, 0, 0)), stage)


def _line(each: StageCount, stage: Stage) -> StageLine:
    return StageLine(each.process, each.stage, stage.text, stage.waits_for, stage.final, each.count, each.oldest)


def _story(tx: Transaction, subject: str, known: Mapping[str, Process]) -> ProcessStory:
    events = tx.log.of_subject(subject)
    row = tx.views.shipment(subject)
    exceptions, _ = tx.views.exceptions(subject=subject, limit=200)
    timers = sorted(tx.timers.standing([subject]), key=lambda each: (each.due_at, each.name))
    return ProcessStory(
        subject,
        row.name if row else subject,
        tuple(_standing(each, events, known) for each in tx.instances.of_subjects([subject])),
        tuple(map(_deadline, timers)),
        tuple(exceptions),
    )


def _standing(instance: Instance, events: Sequence[Event], known: Mapping[str, Process]) -> Standing:
    stage = _stage(instance, known)
    steps = tuple(
        Step(each.recorded_at, body.before, body.after, body.on, _followed(body, known))
        for each in events
        if isinstance(body := each.body, ProcessMoved) and body.process == instance.process
    )
    return Standing(
        instance.process, instance.version, instance.stage, stage.text, stage.waits_for, stage.final, instance.since,
        steps,
    )  # fmt: skip


def _stage(instance: Instance, known: Mapping[str, Process]) -> Stage:
    chart = process.chart if (process := known.get(instance.process)) else None
    return next((each for each in chart.stages if each.name == instance.stage), _UNKNOWN) if chart else _UNKNOWN


def _followed(body: ProcessMoved, known: Mapping[str, Process]) -> str:
    chart = process.chart if (process := known.get(body.process)) else None
    if chart is None:
        return ""
    move = (body.before or chart.stages[0].name, body.after, body.on)
    return next((each.then for each in chart.moves if (each.before, each.after, each.on) == move), "")


def _deadline(timer: DueTimer) -> Deadline:
    return Deadline(timer.name, timer.due_at, timer.what, timer.who, timer.since)
