"""Silence is an event: what should have come and did not is said once, with who is late and by how much.

What is expected follows from the order's state (`outstanding`) and from where its processes stand: a stage that waits
for somebody is left within its limit. Each is waited for under a timer that names who owes it, is fulfilled or expires
exactly once, and its exception ends by itself when what was missing comes after all, or is not owed any more.
"""

from collections.abc import Iterator, Mapping
from typing import get_args

import msgspec
from msgspec import Struct, field

from crossdock.model import events as ev
from crossdock.model.calendars import ALWAYS, Calendar, add_working
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import lasting
from crossdock.model.progress import ExpectationExpired, ExpectationFulfilled, ProcessMoved
from crossdock.model.warehouse import WarehouseEvent
from crossdock.ports.process import Decision, Process, Situation, Timer
from crossdock.processes.outstanding import Outstanding, Reading, Rule

NAME = "expectations"
STAGE = "stage"
OVERDUE = "stage.overdue"
_TIMER = "expect/"
_HOUR = 3_600_000_000


class StageLimit(Struct, frozen=True):
    """How many hours a process may stay in a stage, and for whom it waits there."""

    hours: float
    who: str


class Patience(Struct, frozen=True):
    """What configuration decides: hours by kind of expectation (a kind left out is not expected), limits of stages by
    process and stage, and by whose working time they count (by kind or by process; day and night unless said).
    """

    rules: tuple[Rule, ...]
    hours: Mapping[str, float]
    stages: Mapping[tuple[str, str], StageLimit] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)


class Owed(Struct, omit_defaults=True):
    """One expectation. Times are epoch microseconds; ``raised`` is the cause of its exception once it has expired.
    ``promised`` is what it was promised for, 0 for nothing: another promise makes it another expectation.
    """

    kind: str
    key: str
    who: str
    since: int
    due: int
    raised: str = ""
    promised: int = 0


class Waits(Struct, omit_defaults=True):
    """The process's own state: what is expected, by name, and where each process stands (stage, since)."""

    owed: dict[str, Owed] = field(default_factory=dict)
    stages: dict[str, tuple[str, int]] = field(default_factory=dict)


_DECODE = msgspec.json.Decoder(Waits).decode
_ENCODE = msgspec.json.Encoder().encode
HANDLES = frozenset(
    {
        "fulfilment.requested.v1", "fulfilment.cancelled.v1", "shipment.booked.v1", "shipment.voided.v1",
        "label.received.v1", "tracking.reported.v1", "proof.captured.v1", "process.moved.v1", "deadline.passed.v1",
        *(str(each.__struct_config__.tag) for each in get_args(WarehouseEvent)),
    }
)  # fmt: skip


def expectations(patience: Patience) -> Process:
    """The process under ``patience``."""

    def decide(situation: Situation) -> Decision:
        body = situation.event.body
        if isinstance(body, ev.DeadlinePassed) and not body.timer.startswith(_TIMER):
            return Decision(situation.process)
        work = _Work(situation, patience)
        if isinstance(body, ProcessMoved):
            work.waits.stages[body.process] = (body.after, situation.now)
        work.compare(dict(_outstanding(situation, patience, work.waits)))
        if isinstance(body, ev.DeadlinePassed):
            work.expire(body.timer.removeprefix(_TIMER), body.due_at)
        return work.decision()

    return Process(NAME, 1, HANDLES, decide)


def _outstanding(
    situation: Situation, patience: Patience, waits: Waits
) -> Iterator[tuple[str, tuple[str, str, str, Outstanding]]]:
    """Everything owed now, by name: (kind, key, what, whose)."""
    if not situation.fulfilment.cancelled:
        reading = Reading(situation.fulfilment)
        for rule in patience.rules:
            if rule.kind not in patience.hours:
                continue
            for key, owed in rule.find(reading):
                yield f"{rule.kind}/{key}", (rule.kind, key, rule.what.format(key=key), owed)
    for process, (stage, since) in waits.stages.items():
        limit = patience.stages.get((process, stage))
        if limit is not None:
            what = f"{process} to leave {stage}"
            yield f"{STAGE}/{process}", (STAGE, f"{process}/{stage}", what, Outstanding(limit.who, since))


class _Work:
    def __init__(self, situation: Situation, patience: Patience) -> None:
        self.now, self.cause = situation.now, situation.event.key
        self.patience = patience
        self.cancelled = situation.fulfilment.cancelled
        self.raises = {each.kind: each.raises for each in patience.rules} | {STAGE: OVERDUE}
        self.waits = _DECODE(situation.process) if situation.process else Waits()
        self.what: dict[str, str] = {}
        self.events: list[ev.EventBody] = []
        self.timers: list[Timer] = []
        self.cleared: list[str] = []

    def compare(self, outstanding: Mapping[str, tuple[str, str, str, Outstanding]]) -> None:
        """Wait for what is owed now and was not; what is owed no more is fulfilled, or of no interest."""
        self.what = {name: what for name, (_, _, what, _) in outstanding.items()}
        for name in [each for each in self.waits.owed if each not in outstanding]:
            self._end(name)
        for name, (kind, key, what, owed) in outstanding.items():
            there = self.waits.owed.get(name)
            if there is not None and owed.due and not there.promised:
                there.promised = owed.due  # written before promises were kept; nothing else is known without one
            if there is not None and (there.key, there.who, there.promised) == (key, owed.who, owed.due):
                continue
            if there is not None:
                self._end(name)
            self._begin(name, kind, key, what, owed)

    def _begin(self, name: str, kind: str, key: str, what: str, owed: Outstanding) -> None:
        since = owed.since or self.now
        due = self._due(max(owed.due or since, since), kind, key)
        self.waits.owed[name] = Owed(kind, key, owed.who, since, due, promised=owed.due)
        self.timers.append(Timer(f"{_TIMER}{name}", max(due, self.now + 1), what, owed.who, since))

    def _due(self, start: int, kind: str, key: str) -> int:
        process, _, stage = key.partition("/") if kind == STAGE else ("", "", "")
        hours = self.patience.stages[process, stage].hours if process else self.patience.hours[kind]
        return add_working(self.patience.calendars.get(process or kind, ALWAYS), start, int(hours * _HOUR))

    def expire(self, name: str, due_at: int) -> None:
        """Its time is up: say so once."""
        owed = self.waits.owed.get(name)
        if owed is None or owed.raised or max(owed.due, owed.since) > self.now or due_at > self.now:
            return
        owed.raised = self.cause
        what = self.what[name]
        self.events.append(ExpectationExpired(name, owed.kind, what, owed.who, owed.since, owed.due))
        late = lasting(self.now - owed.due)
        text = f"{what}: {owed.who} has owed it for {lasting(self.now - owed.since)}, due {late} ago. Ask there."
        about = "" if owed.kind == STAGE else owed.who
        self.events.append(ExceptionRaised(self.raises[owed.kind], text, f"/{name}", owed.raised, about))

    def _end(self, name: str) -> None:
        owed = self.waits.owed.pop(name)
        self.timers = [each for each in self.timers if each.name != f"{_TIMER}{name}"]
        if not owed.raised:
            self.cleared.append(f"{_TIMER}{name}")
            return
        if not self.cancelled:
            late = self.now - owed.due
            self.events.append(ExpectationFulfilled(name, owed.kind, owed.key, owed.who, owed.due, late))
        self.events.append(ExceptionResolved(self.raises[owed.kind], f"/{name}", owed.raised))

    def decision(self) -> Decision:
        return Decision(
            _ENCODE(self.waits), events=tuple(self.events), timers=tuple(self.timers), cleared=tuple(self.cleared)
        )
