"""Order intake: what a channel placed is looked over, and entered into the system of record once.

placed ──▶ rejected ◀──▶ entering ──▶ entered ◀──▶ amending
                            └── attention (a person must look) ──┘

Once per (channel, reference), whoever sends it how often: the subject is the order's name at its channel, and the
system of record is asked by that name. Nothing leaves for it before the order is whole.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
from msgspec import Struct, field

from crossdock.model import events as ev
from crossdock.model.channel_orders import (
    ChannelOrder,
    ChannelOrderPlaced,
    Checks,
    amendment,
    differences,
    problems_with,
)
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.identifiers import digest
from crossdock.model.rules import Problem
from crossdock.model.sales import AmendSalesOrder, PlaceSalesOrder
from crossdock.ports.process import Chart, Decision, Move, Order, Priority, Process, Situation, Stage, command_key

NAME = "order_intake"
NOT_ENTERED, CHANGED = "order.not_entered", "order.changed_after_entry"
_PLACE, _AMEND = "sales_order.place.v1", "sales_order.amend.v1"
_PLACED, _WRITTEN, _FAILED = "order.placed.v1", "record.written.v1", "command.failed.v1"
_RESOLVED = "exception.resolved.v1"

Another = Literal["refuse", "amend"]


class OrderIntakePolicy(Struct, frozen=True):
    """What configuration decides: who enters orders, how strictly they are looked over, what is done with ``another``
    content of an order that was entered, and which service levels go first.
    """

    erp: str
    checks: Checks = Checks()
    another: Another = "refuse"
    express: tuple[str, ...] = ()


class Raised(Struct, frozen=True):
    """An exception this process holds open."""

    kind: str
    pointer: str
    text: str
    cause: str


class Entry(Struct, omit_defaults=True):
    """The process's own state. ``sent`` is what the system of record was told last, by ``command``, and ``entered``
    what it has; ``lines`` are its ids of the order's lines, in their order. ``answered`` is the answer taken in last:
    told again it is not the answer to what was asked after it.
    """

    phase: str = "placed"
    revision: int = 0
    sent: ChannelOrder | None = None
    entered: ChannelOrder | None = None
    command: str = ""
    external_id: str = ""
    lines: tuple[str, ...] = ()
    raised: list[Raised] = field(default_factory=list)
    answered: str = ""


_DECODE = msgspec.json.Decoder(Entry).decode
_ENCODE = msgspec.json.Encoder().encode


def order_intake(policy: OrderIntakePolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        work = _Work(situation, policy)
        match situation.event.body:
            case ChannelOrderPlaced():
                work.placed()
            case ev.RecordWritten(what=what, marker=marker, documents=documents) if work.asked_for(what):
                work.answered(f"{what}:{marker}", documents)
            case ev.CommandFailed(what=what, operator=operator) if work.asked_for(what):
                work.failed(operator)
            case ExceptionResolved() as resolved:
                work.closed(resolved)
        return work.decision()

    return Process(NAME, 1, frozenset({_PLACED, _WRITTEN, _FAILED, _RESOLVED}), decide, _CHART, of=("co:",))


def _moves() -> Iterator[Move]:
    looked, entered = "an exception for each fault", "its exceptions are resolved"
    for before in ("placed", "rejected", "attention"):
        if before != "rejected":
            yield Move(before, "rejected", _PLACED, looked)
        yield Move(before, "entering", _PLACED, "enter it into the system of record")
    for before in ("entered", "attention"):
        yield Move(before, "amending", _PLACED, "change quantities in the system of record")
    yield Move("entered", "attention", _PLACED, "an exception: the channel changed it after entry")
    yield Move("attention", "entered", _PLACED, entered)
    yield Move("attention", "entered", _RESOLVED, "a person changed it there by hand")
    for before in ("rejected", "entering", "amending", "attention"):
        yield Move(before, "entered", _WRITTEN, entered)
        yield Move(before, "amending", _WRITTEN, "what the channel changed meanwhile is changed there")
        if before != "attention":
            yield Move(before, "attention", _WRITTEN, "an exception: the channel changed it meanwhile")
            yield Move(before, "attention", _FAILED, "an exception with what has to be done")
    yield Move("entered", "amending", _WRITTEN, "what the channel changed meanwhile is changed there")
    yield Move("entered", "attention", _WRITTEN, "an exception: the channel changed it meanwhile")


_CHART = Chart(
    "An order of a channel, entered into the system of record once.",
    (
        Stage("placed", "It is here and was not looked over.", "Crossdock", hours=1.0),
        Stage("rejected", "Something is missing or wrong in it.", "the channel, or a person", hours=8.0),
        Stage("entering", "It is being entered.", "the system of record", hours=1.0),
        Stage("entered", "The system of record has it.", final=True),
        Stage("amending", "Its quantities are being changed there.", "the system of record", hours=1.0),
        Stage("attention", "It was not taken, or changed after it was entered.", "a person", hours=4.0),
    ),
    tuple(_moves()),
)


STAGES = tuple(stage.name for stage in _CHART.stages)
"""Where an intake can stand, as its chart says."""


class _Work:
    """One decision being made."""

    def __init__(self, situation: Situation, policy: OrderIntakePolicy) -> None:
        self.event, self.policy = situation.event, policy
        held = situation.fulfilment.placed
        self.latest = held.placement if held else None
        self.entry = _DECODE(situation.process) if situation.process else Entry()
        self.before = self.entry.phase if situation.process else ""
        self.orders: list[Order] = []
        self.events: list[ev.EventBody] = []
        self.withdrawn: list[str] = []

    def asked_for(self, what: str) -> bool:
        """Whether an answer is to something this process asked for."""
        return (what == _PLACE and self.entry.sent is not None) or (what == _AMEND and self.entry.entered is not None)

    def placed(self) -> None:
        """A content is there: look it over, and enter it or change what was entered."""
        latest = self.latest
        if latest is None or latest.revision <= self.entry.revision:
            return
        self.entry.revision = latest.revision
        if self.entry.phase in {"entering", "amending"}:
            return  # one after the other: what changed is compared when the answer is there
        if self.entry.entered is not None:
            self._changed(latest, self.entry.entered)
        elif not self._faulty(latest, "rejected"):
            self._enter(latest)

    def _faulty(self, latest: ChannelOrderPlaced, phase: str) -> bool:
        problems = problems_with(latest, self.policy.checks)
        self._hold(problems)
        if problems:
            self.entry.phase = phase
        return bool(problems)

    def _enter(self, latest: ChannelOrderPlaced) -> None:
        order = latest.order
        self.entry.phase, self.entry.sent = "entering", order
        promised = latest.slot.promise if latest.slot else order.promised_for
        marker = digest(NAME, order.subject)[:16]
        body = PlaceSalesOrder(
            order.channel, order.reference, order.customer, order.lines, marker, order.ship_to, order.bill_to,
            order.currency, order.company, promised, order.note, order.confirm,
        )  # fmt: skip
        self._order("place", body, order.service_level)

    def _changed(self, latest: ChannelOrderPlaced, entered: ChannelOrder) -> None:
        """Another content of an order that is in the system of record."""
        order = latest.order
        if order == entered:
            self._hold([])
            self.entry.phase = "entered"
            self._withdraw()  # a change that was parked is wanted no more
            return
        if self._faulty(latest, "attention"):
            return
        changes = amendment(entered, order, self.entry.lines) if self.policy.another == "amend" else None
        if changes is None:
            places = ", ".join(differences(entered, order))
            why = "not only quantities changed" if self.policy.another == "amend" else "changes are not taken then"
            text = f"The channel sent another content after the order was entered ({places}), and {why}"
            self._hold([Problem(CHANGED, "", f"{text}: change it by hand, or have the channel take it back.")])
            self.entry.phase = "attention"
            return
        self.entry.phase, self.entry.sent = "amending", order
        marker = digest(NAME, order.subject, str(latest.revision))[:16]
        body = AmendSalesOrder(self.entry.external_id, changes, marker, f"changed by {order.channel}")
        self._order("amend", body, order.service_level)

    def _order(self, name: str, body: PlaceSalesOrder | AmendSalesOrder, level: str) -> None:
        self._withdraw()  # one that failed is not to be retried beside this one
        priority = Priority.EXPRESS if level in self.policy.express else Priority.NORMAL
        self.orders.append(Order(name, self.policy.erp, body, priority))
        self.entry.command = command_key(NAME, self.event.key, name)

    def _withdraw(self) -> None:
        if self.entry.command:
            self.withdrawn.append(self.entry.command)
            self.entry.command = ""

    def answered(self, answer: str, documents: Sequence[ev.WrittenDocument]) -> None:
        """An answer counts once; what was entered is not entered again."""
        if answer != self.entry.answered and not (answer.startswith(_PLACE) and self.entry.entered is not None):
            self.entry.answered = answer
            self.written(documents)

    def written(self, documents: Sequence[ev.WrittenDocument]) -> None:
        """The system of record has what it was told last."""
        self._hold([])
        entry = self.entry
        entry.external_id = next((e.external_id for e in documents if e.kind == "sales_order"), entry.external_id)
        lines = tuple(each.external_id for each in documents if each.kind == "sales_order_line")
        entry.lines = lines or entry.lines
        entry.phase, entry.command = "entered", ""
        entry.entered = entry.sent
        if self.latest is not None and entry.entered is not None:
            self._changed(self.latest, entry.entered)

    def failed(self, operator: str) -> None:
        """It was parked or refused there. Where nothing is asked any more, a failure is an old one."""
        if not self.entry.command:
            return
        self.entry.phase = "attention"
        self._hold([Problem(NOT_ENTERED, "", operator)])

    def closed(self, resolved: ExceptionResolved) -> None:
        """A person ended an exception: what the channel changed was done by hand, or need not be."""
        entry, name = self.entry, (resolved.kind, resolved.pointer, resolved.cause)
        held = [each for each in entry.raised if (each.kind, each.pointer, each.cause) == name]
        entry.raised = [each for each in entry.raised if each not in held]
        if held and resolved.kind == CHANGED and entry.phase == "attention" and self.latest is not None:
            if entry.entered is None or entry.entered.lines != self.latest.order.lines:
                entry.lines = ()  # which lines a person made there is not known
            entry.phase, entry.entered = "entered", self.latest.order

    def _hold(self, problems: Sequence[Problem]) -> None:
        """These exceptions stand and no others."""
        wanted = {(each.kind, each.pointer): each.text for each in problems}
        for held in [each for each in self.entry.raised if wanted.get((each.kind, each.pointer)) != each.text]:
            self.entry.raised.remove(held)
            self.events.append(ExceptionResolved(held.kind, held.pointer, held.cause))
        standing = {(each.kind, each.pointer) for each in self.entry.raised}
        for (kind, pointer), text in wanted.items():
            if (kind, pointer) not in standing:
                self.entry.raised.append(Raised(kind, pointer, text, self.event.key))
                self.events.append(ExceptionRaised(kind, text, pointer, self.event.key))

    def decision(self) -> Decision:
        return Decision(
            _ENCODE(self.entry), self.entry.phase, tuple(self.orders), tuple(self.events),
            withdrawn=tuple(self.withdrawn), before=self.before, stage=self.entry.phase,
        )  # fmt: skip
