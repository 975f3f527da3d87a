"""The words of decisions: a process is a deterministic function from state and event to what has to happen."""

from collections.abc import Callable, Container

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
    """Wake this subject with ``deadline.passed`` at ``due_at`` (epoch microseconds); setting it again moves it.

    One that says ``who`` is an expectation: ``what`` has to come from whom (a partner's name, or a role such as
    ``warehouse``), waited for since ``since``.
    """

    name: str
    due_at: int
    what: str = ""
    who: str = ""
    since: int = 0


class Decision(Struct, frozen=True):
    """What follows from one event: the process's new state, commands, events of its own, timers cleared and then set.
    ``phase`` is the word people see for where the whole order stands, if this process has a say in it. A process with a
    chart says in which ``stage`` it stands and stood ``before`` ("" at its beginning). ``withdrawn`` are keys
    (`command_key`) of commands to be taken back: what became of each is told by ``command.withdrawn``, or by the facts
    of its having been done.
    """

    state: bytes
    phase: str = ""
    orders: tuple[Order, ...] = ()
    events: tuple[EventBody, ...] = ()
    timers: tuple[Timer, ...] = ()
    cleared: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    before: str = ""
    stage: str = ""


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


class Stage(Struct, frozen=True):
    """A phase a process may stand in. ``waits_for`` says who has to do something, in words, and ``hours`` within which
    time unless configuration says otherwise (0: for as long as it takes); a ``final`` one is an end, which a later fact
    may still leave (a cancelled order is opened again).
    """

    name: str
    text: str
    waits_for: str = ""
    final: bool = False
    hours: float = 0.0


class Move(Struct, frozen=True):
    """A way from one stage to another: ``on`` is the tag of the event that leads there, ``then`` what follows of it in
    words (commands, compensations).
    """

    before: str
    after: str
    on: str
    then: str = ""


class Chart(Struct, frozen=True):
    """What a process says of itself. The first of ``stages`` is where it starts. Every move it makes is one of
    ``moves``; tests watch that it is so. A process that stands elsewhere after its first event moved there at once.
    """

    text: str
    stages: tuple[Stage, ...]
    moves: tuple[Move, ...]

    def allows(self, before: str, after: str, on: str) -> bool:
        """Whether an event with the tag ``on`` may lead from one stage to the other."""
        start = self.stages[0].name
        if not before and after == start:
            return True
        return any((each.before, each.after, each.on) == (before or start, after, on) for each in self.moves)


class Process(Struct, frozen=True):
    """A named process: ``decide`` is pure and total; ``handles`` are the event tags it reacts to, ``of`` how the ids of
    the subjects begin that it is about (none: of any).

    ``earlier`` are former versions of it: an instance ends with the version it began with, so that a replay of its
    history decides what was decided then.
    """

    name: str
    version: int
    handles: frozenset[str]
    decide: Callable[[Situation], Decision]
    chart: Chart | None = None
    earlier: tuple["Process", ...] = ()
    of: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the state of an instance of this version is kept under."""
        return self.name if self.version == 1 else f"{self.name}@{self.version}"

    def holding(self, kept: Container[str]) -> "Process":
        """The version that holds this process's state among ``kept`` keys; the newest where none does."""
        if not self.earlier or self.key in kept:
            return self
        return next((each for each in self.earlier if each.key in kept), self)
