"""Steps of a process towards its partners: each command is given once, and heard of by its answer.

A step is known by a name within its process and subject; what it writes bears a marker made of that name, so that the
partner knows it again too. Answers may come twice, late, or before anybody asked.
"""

from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct, field

from crossdock.model import events as ev
from crossdock.model.commands import CommandBody
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import digest
from crossdock.model.warehouse import InboundAnnounced
from crossdock.ports.process import Decision, Order, Priority, Situation, Timer, command_key

ANSWERS = frozenset({"record.written.v1", "inbound.announced.v1", "command.failed.v1", "command.withdrawn.v1"})
"""The tags of events that answer steps."""

_ENCODE = msgspec.json.Encoder().encode


class Step(Struct, omit_defaults=True):
    """A command that was given: ``sent`` until it is ``done``, ``failed`` (a person must look) or ``ended`` (taken
    back by a person). ``documents`` are what it made, by kind (`events.WrittenDocument`).
    """

    what: str
    marker: str
    key: str
    standing: Literal["sent", "done", "failed", "ended"] = "sent"
    documents: dict[str, str] = field(default_factory=dict)


class Raised(Struct, frozen=True):
    """An exception the process holds open."""

    kind: str
    pointer: str
    cause: str


class Kept(Struct, omit_defaults=True, kw_only=True):
    """What every process of this kind keeps: where it stands, its steps by name, the exceptions it holds open."""

    stage: str = ""
    steps: dict[str, Step] = field(default_factory=dict)
    raised: list[Raised] = field(default_factory=list)

    def is_done(self, name: str) -> bool:
        """Whether a step was carried out."""
        return name in self.steps and self.steps[name].standing == "done"

    def is_over(self, name: str) -> bool:
        """Whether a step was carried out or taken back: nothing more comes of it."""
        return name in self.steps and self.steps[name].standing in {"done", "ended"}

    def failed(self) -> list[str]:
        """Steps a person must look at."""
        return [name for name, step in self.steps.items() if step.standing == "failed"]


class Course:
    """One decision in the making. ``name`` is the process's."""

    def __init__(self, name: str, situation: Situation, kept: Kept) -> None:
        """Start from the process's state as it was."""
        self.name = name
        self.now = situation.now
        self.event = situation.event
        self.state: FulfilmentState = situation.fulfilment
        self.kept = kept
        self._before = kept.stage
        self._orders: list[Order] = []
        self.events: list[ev.EventBody] = []
        self._timers: list[Timer] = []
        self._cleared: list[str] = []

    def marker(self, name: str) -> str:
        """What the step ``name`` writes is found by."""
        return digest(self.name, self.event.subject, name)[:16]

    def give(self, name: str, partner: str, body: CommandBody) -> None:
        """Give a command unless it was given; one whose answer is here already is done."""
        if name in self.kept.steps:
            return
        what, marker = str(body.__struct_config__.tag), getattr(body, "marker", "") or getattr(body, "reference", "")
        step = Step(what, marker, command_key(self.name, self.event.key, name))
        self.kept.steps[name] = step
        if f"{what}:{marker}" in self.state.written:
            step.standing = "done"
            return
        self._orders.append(Order(name, partner, body, Priority.NORMAL))

    def heard(self) -> None:
        """Take an answer to one of the steps in."""
        match self.event.body:
            case ev.RecordWritten(_, what, marker, documents):
                made = {each.kind: each.external_id for each in documents}
                self._settle(lambda step: (step.what, step.marker) == (what, marker), "done", made)
            case InboundAnnounced(reference=reference):
                self._settle(lambda step: (step.what, step.marker) == ("inbound.announce.v1", reference), "done")
            case CommandWithdrawn(key):
                self._settle(lambda step: step.key == key, "ended")
            case ev.CommandFailed(key, operator=operator):
                self._fail(key.partition("#")[0], operator)
            case _:
                pass

    def _settle(
        self, which: Callable[[Step], bool], standing: Literal["done", "ended"], made: dict[str, str] | None = None
    ) -> None:
        for name, step in self.kept.steps.items():
            if not which(step) or step.standing == "done":
                continue
            step.standing = standing
            step.documents |= made or {}
            self._resolve_at(f"/steps/{name}")

    def _resolve_at(self, pointer: str) -> None:
        self.resolve(lambda each: each.pointer == pointer)

    def _fail(self, key: str, operator: str) -> None:
        for name, step in self.kept.steps.items():
            if step.key == key and step.standing in {"sent", "failed"}:
                step.standing = "failed"
                self.raise_exception(_STEP_FAILURES.get(step.what, "step.failed"), operator, f"/steps/{name}")

    def raise_exception(self, kind: str, text: str, pointer: str = "") -> None:
        """Open an exception unless the same one stands."""
        if any(each.kind == kind and each.pointer == pointer for each in self.kept.raised):
            return
        cause = self.event.key
        self.kept.raised.append(Raised(kind, pointer, cause))
        self.events.append(ExceptionRaised(kind, text, pointer, cause))

    def resolve(self, which: Callable[[Raised], bool]) -> None:
        """Close those this process holds open and ``which`` picks."""
        for each in [each for each in self.kept.raised if which(each)]:
            self.kept.raised.remove(each)
            self.events.append(ExceptionResolved(each.kind, each.pointer, each.cause))

    def wait(self, timer: Timer) -> None:
        """Set a deadline."""
        self._timers.append(timer)

    def clear(self, name: str) -> None:
        """Wait for a deadline no longer."""
        self._timers = [each for each in self._timers if each.name != name]
        self._cleared.append(name)

    def decision(self) -> Decision:
        """The finished decision."""
        return Decision(
            _ENCODE(self.kept),
            orders=tuple(self._orders),
            events=tuple(self.events),
            timers=tuple(self._timers),
            cleared=tuple(self._cleared),
            before=self._before,
            stage=self.kept.stage,
        )


_STEP_FAILURES = {
    "transfer.return.v1": "return.failed",
    "transfer.complete.v1": "transfer.failed",
    "transfer.cancel.v1": "transfer.failed",
    "stock.adjust.v1": "scrap.failed",
    "credit_note.issue.v1": "credit_note.failed",
    "goods.receive.v1": "receipt.failed",
    "goods.announce.v1": "asn.failed",
    "inbound.announce.v1": "announcement.failed",
}
"""What begins the kind of exception of a step that fails, by its command."""
