"""The closed set of answers a connector gives: each is an instruction to the backbone, with two texts for people.

    Verdict
    ├── Done            it happened; ``facts`` are what we learned
    ├── AlreadyDone     it had happened before; treated as done
    ├── Retry           it did not happen; try again (after ``after`` seconds, where the partner said so)
    ├── Reauthenticate  our credential was refused; retry after the credential was renewed
    ├── InDoubt         it may have happened: ask before sending again
    ├── Park            a person must look; the message is kept and leaves its lane
    └── Refuse          our message breaks the partner's contract; kept, never resent unchanged

Anything else a connector raises is a bug: the message is parked with the traceback, loudly.
"""

from enum import StrEnum

from msgspec import Struct

from crossdock.model.events import Fact


class ErrorClass(StrEnum):
    """What a retry schedule is chosen by."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    THROTTLED = "throttled"
    SERVER = "server"
    CONFLICT = "conflict"
    CREDENTIAL = "credential"
    PENDING = "pending"
    """The partner answered well; what was asked for is not there, or not yet."""


class Explanation(Struct, frozen=True):
    """Two texts per error: what the operator should do, and what the engineer needs."""

    operator: str
    engineer: str


class Done(Struct, frozen=True, tag="done"):
    """The command was carried out."""

    facts: tuple[Fact, ...] = ()


class AlreadyDone(Struct, frozen=True, tag="already_done"):
    """The command had been carried out before; the facts are the same as then."""

    facts: tuple[Fact, ...] = ()


class Retry(Struct, frozen=True, tag="retry"):
    """Nothing happened; try again. ``after`` is in seconds when the partner named a time."""

    why: Explanation
    error_class: ErrorClass = ErrorClass.SERVER
    after: float | None = None


class Reauthenticate(Struct, frozen=True, tag="reauthenticate"):
    """The credential was refused. The lane waits; the partner is shown as needing attention."""

    why: Explanation


class InDoubt(Struct, frozen=True, tag="in_doubt"):
    """The call may have been carried out. `Connector.settle` is asked before anything is sent again: ``within`` so many
    seconds, where it is known by when the answer is there.
    """

    why: Explanation
    error_class: ErrorClass = ErrorClass.TIMEOUT
    within: float | None = None


class Park(Struct, frozen=True, tag="park"):
    """A person must look: the partner said no for a business reason or something is inconsistent."""

    why: Explanation


class Refuse(Struct, frozen=True, tag="refuse"):
    """The message is not acceptable as it is."""

    why: Explanation


Verdict = Done | AlreadyDone | Retry | Reauthenticate | InDoubt | Park | Refuse
