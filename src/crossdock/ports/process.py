"""The words of decisions: a process is a deterministic function from state and event to what has to happen."""

from collections.abc import Callable

from msgspec import Struct

from crossdock.model.commands import CommandBody
from crossdock.model.events import Event, EventBody
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import digest


class Priority:
    """Smaller goes first."""

    EXPRESS = 10
    NORMAL = 50
    BATCH = 90


class Order(Struct, frozen=True):
    """A command a process gives. ``name`` is unique within (process, event): together they are its idempotency key."""

    name: str
    partner: str
    body: CommandBody
    priority: int = Priority.NORMAL


class Timer(Struct, frozen=True):
    """Wake this subject with ``deadline.passed`` at ``due_at`` (epoch microseconds); setting it again moves it."""

    name: str
    due_at: int


class Decision(Struct, frozen=True):
    """What follows from one event: the process's new state, commands, events of its own, timers cleared and then set.
    ``phase`` is the word people see for where the process stands. ``withdrawn`` are keys (`command_key`) of commands to
    be taken back: what became of each is told by ``command.withdrawn``, or by the facts of its having been done.
    """

    state: bytes
    phase: str = ""
    orders: tuple[Order, ...] = ()
    events: tuple[EventBody, ...] = ()
    timers: tuple[Timer, ...] = ()
    cleared: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


class Situation(Struct, frozen=True):
    """All a decision may look at: the folded state after the event, the process's own state (b"" at first), the event
    and its recorded time (epoch microseconds), which stands for "now" so that a replay decides the same.
    """

    fulfilment: FulfilmentState
    process: bytes
    event: Event
    now: int


def command_key(process: str, event_key: str, order_name: str) -> str:
    """The idempotency key of a command: replaying the event cannot make another."""
    return digest(process, event_key, order_name)


class Process(Struct, frozen=True):
    """A named process: ``decide`` is pure and total; ``handles`` are the event tags it reacts to."""

    name: str
    version: int
    handles: frozenset[str]
    decide: Callable[[Situation], Decision]
