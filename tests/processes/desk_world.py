"""The exception desk under a clock of its own: timers fire, its own events come back, cases are folded beside it."""

from crossdock.model import events as ev
from crossdock.model import exceptions as exc
from crossdock.model.cases import Case, case_id, fold, opened
from crossdock.model.fulfilment import FulfilmentState, apply
from crossdock.model.identifiers import partition_of, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.ports.process import Order, Process, Situation

MINUTE = 60_000_000
HOUR = 60 * MINUTE
NOON = 1_795_262_400_000_000
"""A Saturday in November 2026."""


class World:
    def __init__(self, *processes: Process, subject: str = "do:odoo:7", now: int = NOON) -> None:
        self.processes = processes
        self.subject = subject
        self.now = now
        self.state = FulfilmentState()
        self.own: dict[str, bytes] = {}
        self.timers: dict[str, int] = {}
        self.seen: set[str] = set()
        self.said: list[tuple[int, ev.EventBody]] = []
        self.cases: dict[str, Case] = {}
        self.orders: list[Order] = []
        self.fired = 0

    def tell(self, *bodies: ev.EventBody) -> None:
        """Tell of events, each at a moment of its own; what follows from them comes back like anything else."""
        pending = list(bodies)
        while pending:
            pending += self._one(pending.pop(0))

    def _one(self, body: ev.EventBody) -> list[ev.EventBody]:
        fact = ev.Fact(body, from_epoch_us(self.now), subject=self.subject)
        key = fact.key(self.subject)
        if key in self.seen:
            return []
        self.seen.add(key)
        self.now += 1
        self.said.append((self.now, body))
        event = ev.Event(
            key, self.subject, partition_of(self.subject), len(self.said), body, fact.occurred, self.now, self.now,
            "test", "x1", trace_id_of(self.subject),
        )  # fmt: skip
        apply(self.state, body, key)
        if isinstance(body, exc.ExceptionEvent):
            name = case_id(self.subject, body.kind, body.pointer, body.cause)
            self.cases[name] = fold(self.cases.get(name) or opened(self.subject, body), body, self.now)
        return self._decided(event)

    def _decided(self, event: ev.Event) -> list[ev.EventBody]:
        following: list[ev.EventBody] = []
        for process in self.processes:
            if ev.type_of(event.body) not in process.handles:
                continue
            situation = Situation(self.state, self.own.get(process.name, b""), event, event.recorded_at)
            decision = process.decide(situation)
            self.own[process.name] = decision.state
            self.orders += decision.orders
            for name in decision.cleared:
                self.timers.pop(name, None)
            self.timers |= {timer.name: timer.due_at for timer in decision.timers}
            following += decision.events
        return following

    def pass_time(self, span: int) -> None:
        """Let time pass; deadlines fire when they are due."""
        end = self.now + span
        while due := sorted((at, name) for name, at in self.timers.items() if at <= end):
            at, name = due[0]
            del self.timers[name]
            self.now = max(self.now, at)
            self.fired += 1
            self.tell(ev.DeadlinePassed(name, at))
        self.now = max(self.now, end)

    def all(self, kind: type) -> list[ev.EventBody]:
        return [body for _, body in self.said if isinstance(body, kind)]

    def when(self, kind: type) -> list[int]:
        """Minutes from the start at which events of a kind were said."""
        return [round((at - NOON) / MINUTE) for at, body in self.said if isinstance(body, kind)]

    def open_cases(self) -> set[str]:
        return {name for name, case in self.cases.items() if not case.resolved_at}
