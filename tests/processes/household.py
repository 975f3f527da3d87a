"""Several processes decide together about one subject as the reducer lets them: virtual time, no store."""

from typing import Any

from prometheus_client import CollectorRegistry

from crossdock.backbone.decide import Effects, Reducer
from crossdock.backbone.metrics import Metrics
from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.fulfilment import FulfilmentState, summary_of
from crossdock.model.identifiers import partition_of, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.progress import ProcessMoved
from crossdock.ports.process import Process, Timer
from hubs import SeededIds
from processes.history import HOUR, NOON


class Household:
    def __init__(self, *processes: Process, subject: str = "do:odoo:7") -> None:
        self.charts = {each.name: each.chart for each in processes}
        self.subject, self.now, self.position = subject, NOON, 0
        self.effects = Effects()
        self.reducer = Reducer(
            None,
            processes,
            None,
            SeededIds(),
            Metrics(CollectorRegistry()),
            summary_of,  # type: ignore[arg-type]
        )
        self.log: list[ev.Event] = []
        self.known: set[str] = set()
        self.commands: list[Any] = []

    @property
    def state(self) -> FulfilmentState:
        return self.effects.subjects[self.subject].fulfilment

    @property
    def stages(self) -> dict[str, str]:
        return {each.process: each.stage for each in self.effects.instances}

    @property
    def timers(self) -> dict[str, Timer]:
        return {name: timer for (_, name), timer in self.effects.deadlines.items() if timer is not None}

    def tell(self, *bodies: ev.EventBody) -> list[Any]:
        """Append facts one after the other and decide until nothing follows; the commands that were given."""
        before = len(self.commands)
        for each in bodies:
            self._tell(each)
        return self.commands[before:]

    def tell_at_once(self, *bodies: ev.EventBody) -> list[Any]:
        """The same of facts that are appended together: what follows from one comes after all of them."""
        before = len(self.commands)
        self._tell(*bodies)
        return self.commands[before:]

    def _tell(self, *told: ev.EventBody) -> None:
        pending = [(each, self.now) for each in told]
        while pending:
            body, at = pending.pop(0)
            event = self._event(body, at)
            if event.key in self.known:
                continue
            self.known.add(event.key)
            self.log.append(event)
            self._watch(body)
            self.reducer.decide({}, [event], {}, self.now, onto=self.effects)
            self.commands += self.effects.commands
            pending += [(new.fact.body, self.now) for new in self.effects.events]
            self.effects.commands, self.effects.events = [], []

    def _watch(self, body: ev.EventBody) -> None:
        if isinstance(body, ProcessMoved):
            chart = self.charts[body.process]
            assert chart is not None
            assert chart.allows(body.before, body.after, body.on), body

    def _event(self, body: ev.EventBody, at: int) -> ev.Event:
        self.position += 1
        fact = ev.Fact(body, from_epoch_us(at), subject=self.subject)
        return ev.Event(
            fact.key(self.subject), self.subject, partition_of(self.subject), self.position, body, fact.occurred,
            at, at, "test", "x1", trace_id_of(self.subject),
        )  # fmt: skip

    def pass_time(self, hours: float) -> None:
        """Let deadlines pass."""
        end = self.now + int(hours * HOUR)
        while due := [each for each in self.timers.values() if each.due_at <= end]:
            first = min(due, key=lambda each: (each.due_at, each.name))
            self.now = max(self.now, first.due_at)
            self.effects.deadlines[self.subject, first.name] = None
            self.tell(ev.DeadlinePassed(first.name, first.due_at))
        self.now = end

    def open_exceptions(self) -> list[tuple[str, str]]:
        raised: dict[tuple[str, str, str], None] = {}
        for event in self.log:
            body = event.body
            if isinstance(body, ExceptionRaised):
                raised[body.kind, body.pointer, body.cause] = None
            if isinstance(body, ExceptionResolved):
                raised.pop((body.kind, body.pointer, body.cause), None)
        return [(kind, pointer) for kind, pointer, _ in raised]

    def kinds(self) -> list[str]:
        return [each.kind for each in self.commands]
