"""Runs a process over a history of events and keeps everything it decided."""

from msgspec import structs

from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.fulfilment import FulfilmentState, apply
from crossdock.model.identifiers import partition_of, trace_id_of
from crossdock.model.instants import stamp
from crossdock.ports.process import Decision, Order, Process, Situation

HOUR = 3_600_000_000
NOON = 1_795_262_400_000_000
_ROUND = 5_000
"""So many deadlines in one stretch of time are a deadline that sets itself again."""


class History:
    def __init__(self, process: Process, subject: str) -> None:
        self.process = process
        self.subject = subject
        self.state = FulfilmentState()
        self.own = b""
        self.phase = ""
        self.orders: list[Order] = []
        self.events: list[ev.EventBody] = []
        self.timers: list[str] = []
        self.waits: dict[str, int] = {}
        self.withdrawn: list[str] = []
        self.told: list[str] = []
        self.position = 0
        self.stage = ""
        self.moves: list[tuple[str, str, str]] = []

    def tell(self, *bodies: ev.EventBody) -> list[Order]:
        """Tell the process of events; its own events come back to it like any other. The new orders."""
        before = len(self.orders)
        pending = list(bodies)
        while pending:
            body = pending.pop(0)
            event = self._event(body)
            apply(self.state, body, event.key)
            if ev.type_of(body) not in self.process.handles:
                continue
            self.told.append(event.key)
            decision = self.process.decide(Situation(self.state, self.own, event, event.recorded_at))
            self.own, self.phase = decision.state, decision.phase
            self._walk(decision, ev.type_of(body))
            self._decided(decision)
            self.orders.extend(decision.orders)
            self.events.extend(decision.events)
            self.timers.extend(timer.name for timer in decision.timers)
            self.waits |= {timer.name: timer.due_at - event.recorded_at for timer in decision.timers}
            self.withdrawn.extend(decision.withdrawn)
            pending.extend(decision.events)
        return self.orders[before:]

    def _decided(self, decision: Decision) -> None:
        """For histories that watch more."""

    def _walk(self, decision: Decision, tag: str) -> None:
        """Every move is one the process's chart has; where it stands is where it says it stood the next time."""
        if self.process.chart is None:
            assert not decision.before
            assert not decision.stage
            return
        assert decision.before == self.stage, (decision.before, self.stage)
        self.stage = decision.stage
        move = (decision.before, decision.stage, tag)
        assert decision.before == decision.stage or self.process.chart.allows(*move), move
        if decision.before != decision.stage:
            self.moves.append(move)

    def _event(self, body: ev.EventBody) -> ev.Event:
        self.position += 1
        fact = ev.Fact(body, stamp("2026-11-21T12:00:00Z"), subject=self.subject)
        return ev.Event(
            fact.key(self.subject), self.subject, partition_of(self.subject), self.position, body, fact.occurred,
            NOON, NOON + self.position, "test", "x1", trace_id_of(self.subject),
        )  # fmt: skip

    def raised(self) -> list[str]:
        return [body.kind for body in self.events if isinstance(body, ExceptionRaised)]

    def resolved(self) -> list[str]:
        return [body.kind for body in self.events if isinstance(body, ExceptionResolved)]


class Timed(History):
    """A history whose clock goes from timer to timer."""

    def __init__(self, process: Process, subject: str = "do:odoo:7") -> None:
        super().__init__(process, subject)
        self.now = NOON
        self.due: dict[str, int] = {}

    def _event(self, body):
        return structs.replace(super()._event(body), recorded_at=self.now)

    def _decided(self, decision):
        for name in decision.cleared:
            self.due.pop(name, None)
        for timer in decision.timers:
            self.due[timer.name] = timer.due_at

    def pass_time(self, hours: float) -> list[float]:
        """Let timers fire for so long; after how many hours each command was given."""
        end, given = self.now + int(hours * HOUR), []
        fired = 0
        while self.due and min(self.due.values()) <= end:
            fired += 1
            assert fired < _ROUND, f"it goes round in circles: {min(self.due)}"
            name = min(self.due, key=lambda each: self.due[each])
            self.now = max(self.now, self.due[name])
            passed = ev.DeadlinePassed(name, self.due.pop(name))
            given += [round((self.now - NOON) / HOUR, 3) for _ in self.tell(passed)]
        self.now = end
        return given
