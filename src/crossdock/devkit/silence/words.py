"""What happens in a simulated week, in the words both sides use: an act is one fact that somebody owes."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from crossdock.model.events import EventBody
from crossdock.ports.stores_delivery import NewCommand

MINUTE = 60_000_000
HOUR = 60 * MINUTE


class Act(Struct, frozen=True):
    """A fact that comes ``after`` so many microseconds. ``owed`` is the expectation it fulfils: the kind of a rule, or
    a stage as ``process/stage``; "" for one that nobody waits for.
    """

    after: int
    body: EventBody
    owed: str = ""


Answer = Callable[[NewCommand], Iterable[Act]]
"""What follows of a command that was given."""


class Life(Struct, frozen=True):
    """One subject's week: facts that begin it, and what is answered to the commands given for it. ``owes`` are the
    expectations that can be left unfulfilled in it.
    """

    subject: str
    begin: tuple[Act, ...]
    answer: Answer
    owes: tuple[str, ...]
