"""Histories that can be gone on with in several ways, and what has to hold of every one of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import msgspec
from msgspec.structs import asdict

from crossdock.model import events as ev
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.instants import stamp
from crossdock.model.tracking import TrackingEvent
from crossdock.model.warehouse import CancellationRefused
from crossdock.ports.process import Decision, Order, Process, Stage, command_key
from processes.history import Timed
from processes.stages_answers import answer

_ASKED_AGAIN = {"label.void.v1"}
"""Commands that people give anew once they failed, where it is harmless that both are carried out."""
_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(FulfilmentState).decode


def kind_of(order: Order) -> str:
    return str(order.body.__struct_config__.tag)


class Branch(Timed):
    """One history of one process; `branch` makes another one that shares its past."""

    def __init__(self, process: Process, subject: str) -> None:
        super().__init__(process, subject)
        self.bodies: list[ev.EventBody] = []
        self.given: list[tuple[str, Order]] = []
        self.unanswered: dict[str, Order] = {}
        self.ended: set[str] = set()
        self.refused: set[str] = set()
        self.standing: dict[tuple[str, str, str], None] = {}

    def branch(self) -> Self:
        """The same history, to be gone on with."""
        other = object.__new__(type(self))
        for name, value in vars(self).items():
            other.__dict__[name] = value.copy() if isinstance(value, list | dict | set | Counter) else value
        other.state = _DECODE(_ENCODE(self.state))
        return other

    def tell(self, *bodies: ev.EventBody) -> list[Order]:
        for body in bodies:
            if isinstance(body, ev.DeadlinePassed):
                self.due.pop(body.timer, None)
                self.now = max(self.now, body.due_at)
            if isinstance(body, CommandWithdrawn):
                self.ended.add(body.command_key)
            if isinstance(body, ev.CommandFailed) and body.what in _ASKED_AGAIN:
                self.refused.add(body.command_key.partition("#")[0])
        self.bodies.extend(bodies)
        return super().tell(*bodies)

    def _event(self, body: ev.EventBody) -> ev.Event:
        if isinstance(body, ExceptionResolved):
            self.standing.pop((body.kind, body.pointer, body.cause), None)
        return super()._event(body)

    def _walk(self, decision: Decision, tag: str) -> None:
        if decision.stage or decision.before:  # a decision that is of no interest to it says nothing of stages
            super()._walk(decision, tag)

    def _decided(self, decision: Decision) -> None:
        super()._decided(decision)
        for order in decision.orders:
            key = command_key(self.process.name, self.told[-1], order.name)
            self.given.append((key, order))
            self.unanswered[key] = order
        for body in decision.events:
            if isinstance(body, ExceptionRaised):
                self._raised(body)
            if isinstance(body, ExceptionResolved):
                self.standing.pop((body.kind, body.pointer, body.cause), None)

    def _raised(self, body: ExceptionRaised) -> None:
        same = [each for each in self.standing if each[:2] == (body.kind, body.pointer)]
        assert not same or same == [(body.kind, body.pointer, body.cause)], f"raised again while it stands: {body}"
        self.standing[body.kind, body.pointer, body.cause] = None

    @property
    def keys(self) -> set[str]:
        return {key for key, _ in self.given}

    @property
    def place(self) -> str:
        """The stage; for a process without a chart, what it waits for."""
        if self.process.chart is not None:
            return self.stage
        return "open" if self.standing else "waiting" if self.due else "quiet"

    @property
    def likeness(self) -> bytes:
        """Histories that are alike in this are alike to the process: its own state, and how much is known."""
        known = [len(value) for value in asdict(self.state).values() if isinstance(value, list | dict)]
        return self.own + (bytes(known) if self.own else _ENCODE(self.state))

    @property
    def row(self) -> Stage | None:
        chart = self.process.chart
        return next((each for each in chart.stages if each.name == self.stage), None) if chart else None

    def ways(self, pool: tuple[ev.EventBody, ...]) -> list[list[ev.EventBody]]:
        """What may happen now: facts that were not told yet, deadlines, good answers, and bad ones."""
        known = set(map(ev.encode_body, self.bodies))
        fresh = [each for each in pool if ev.encode_body(each) not in known]
        due = [ev.DeadlinePassed(name, at) for name, at in sorted(self.due.items())]
        good, bad = list[ev.EventBody](), list[ev.EventBody]()
        for key, order in self.unanswered.items():
            good += answer(order, len(self.bodies))
            bad += self._refusals(key, order)
        return [each for each in (fresh, due, good, bad, self._carriers(), self._people()) if each]

    def _carriers(self) -> list[ev.EventBody]:
        """What carries on is delivered at last."""
        at, journeys = stamp("2026-11-28T10:00:00Z"), self.state.journeys
        live = sorted((each.partner, each.tracking_number) for each in self.state.live_bookings().values())
        return [
            ev.TrackingReported(TrackingEvent(partner, number, "delivered", at, raw_code="delivered"))
            for partner, number in live
            if number not in journeys or journeys[number].standing.milestone != "delivered"
        ]

    def _people(self) -> list[ev.EventBody]:
        """What a person does about the exceptions there are."""
        return [ExceptionResolved(*each, "cli:ann", "done by hand") for each in self.standing]

    def _refusals(self, key: str, order: Order) -> list[ev.EventBody]:
        if key in self.ended:
            return []
        tag, package = kind_of(order), getattr(order.body, "package_id", "")
        times = sum(isinstance(each, ev.CommandFailed) for each in self.bodies) + 1
        ended = CommandWithdrawn(key, order.partner, tag, package, by_person=key not in self.withdrawn)
        if key in self.withdrawn:
            return [ended]
        failed = ev.CommandFailed(f"{key}#{times}", order.partner, tag, "Look at it.", f"parked {times}", package)
        return [failed, ended]

    def check(self, once: Callable[[str, Any], object]) -> None:
        """Nothing was given twice, and somebody is waited for."""
        keys = [key for key, _ in self.given]
        assert len(keys) == len(set(keys)), "one key for two commands"
        live = [(kind_of(order), once(kind_of(order), order.body)) for key, order in self.given if self._counts(key)]
        twice = [each for each, count in Counter(live).items() if each[1] is not None and count > 1]
        assert not twice, f"done twice: {twice}"
        row = self.row
        if row is not None and not row.final:
            assert row.waits_for or self.due or self.standing, f"{row.name}: nobody is waited for"

    def _counts(self, key: str) -> bool:
        """Whether it may still be carried out, or was: what was taken back, ended or refused before is not."""
        return key not in self.ended and key not in self.withdrawn and key not in self.refused

    def answered(self, body: ev.EventBody) -> None:
        """Tell an answer: its command is not open any more."""
        done = [key for key, order in self.unanswered.items() if body in answer(order, len(self.bodies))]
        ended = [body.command_key] if isinstance(body, CommandWithdrawn) else []
        self.tell(body)
        self.refused |= set(done) if isinstance(body, CancellationRefused) else set()
        for key in [*done[:1], *ended]:
            self.unanswered.pop(key, None)


def no_more(_number: int) -> list[ev.EventBody]:
    """Some subjects are said nothing more of."""
    return []


def nothing(branch: Branch) -> None:
    """Most processes have no promise of their own beside those of all."""


@dataclass(frozen=True)
class World:
    """A process, what may be said to it of one subject, and what else has to hold; ``once`` names what a command may
    be given for one time only (None: as often as it likes). ``more`` is what whoever sent it can always send again.
    """

    process: Process
    subject: str
    pool: tuple[ev.EventBody, ...]
    once: Callable[[str, Any], object]
    holds: Callable[[Branch], None] = nothing
    more: Callable[[int], list[ev.EventBody]] = no_more

    def begin(self) -> Branch:
        return Branch(self.process, self.subject)
