"""The words of reconciliation: what partners can be asked, what a gap is, and what may be done about it."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

from crossdock.model.beliefs import Statement
from crossdock.model.fulfilment import FulfilmentState
from crossdock.ports.connector import Received
from crossdock.ports.verdicts import Verdict

GAP = "reconciliation.gap"
"""The kind of business exception a gap becomes that a person must close."""


class Healing(StrEnum):
    """What is done about a gap.

    ``fetch`` takes in the partner's document like any other message, ``resend`` orders the command again that should
    have written it, ``ask`` opens a business exception, ``report`` only tells.
    """

    FETCH = "fetch"
    RESEND = "resend"
    ASK = "ask"
    REPORT = "report"


MOST_GAPS = 1_000
"""Gaps of one run that are kept in full; all are counted."""

GapKind = Literal["missing_here", "missing_there", "differs", "orphan"]
Owner = Literal["erp", "carrier", "crossdock"]


class Rewrite(Struct, frozen=True):
    """A command to order again: its tag, and the marker or tracking number it was about."""

    command: str
    about: str


class Gap(Struct, frozen=True, omit_defaults=True):
    """Two beliefs that do not agree. ``ours`` and ``theirs`` are both values as people read them, each with its time
    (epoch microseconds, 0 unknown); ``owner`` is whose word counts.
    """

    partner: str
    kind: GapKind
    thing: str
    id: str
    aspect: str
    subject: str
    ours: str
    theirs: str
    owner: Owner
    healing: Healing
    ours_at: int = 0
    theirs_at: int = 0
    rewrites: tuple[Rewrite, ...] = ()

    @property
    def pointer(self) -> str:
        """Its name among the business exceptions of its subject."""
        return f"/{self.partner}/{self.thing}/{self.id}/{self.aspect}"


class Statements(Struct, frozen=True):
    """A page of what a partner believes; ``cursor`` goes on where it ends and is opaque to everybody else."""

    statements: tuple[Statement, ...]
    cursor: str = ""
    more: bool = False


@runtime_checkable
class Reconciling(Protocol):
    """What a connector can do besides: say what its partner believes now, whatever was or was not received."""

    async def statements(self, since: int, cursor: str) -> Statements | Verdict:
        """The next page of all that is open there, or was changed since ``since`` (epoch microseconds)."""
        ...

    async def statements_about(self, kind: str, ids: Sequence[str]) -> Sequence[Statement] | Verdict:
        """What it believes about these; ``gone`` for those it knows to be deleted, none where it cannot say."""
        ...

    def message(self, statement: Statement, after: int, now: int) -> Received | None:
        """The partner's document behind ``statement`` as a message for intake; None where it has none to give.

        It counts as a later version than the one of ``after`` (epoch microseconds).
        """
        ...


class Judge(Protocol):
    """The pure part: what we believe, and where two beliefs differ."""

    def beliefs(self, subject: str, state: FulfilmentState, partner: str) -> Sequence[Statement]:
        """Everything the store believes about things of ``partner``'s that belong to ``subject``."""
        ...

    def compare(self, ours: Iterable[Statement], theirs: Iterable[Statement], now: int) -> Sequence[Gap]:
        """Every gap once, in the order of their names, whatever the order of the statements."""
        ...


class Account(Struct, frozen=True):
    """How a run went: for people, for ``--json`` and for the ledger. Times in epoch microseconds.

    ``compared`` counts things both sides spoke of; ``gaps`` holds at most `MOST_GAPS` in full, ``kinds`` counts all.
    ``healed`` counts gaps by what was done, ``standing`` those a person was asked about before, ``in_flight`` those
    left alone because something is still under way. ``problem`` says why the run stopped before its end.
    """

    partner: str
    since: int
    started_at: int
    finished_at: int
    compared: int
    calls: int
    kinds: Mapping[str, int]
    gaps: tuple[Gap, ...] = ()
    healed: Mapping[str, int] = {}
    standing: int = 0
    in_flight: int = 0
    resolved: int = 0
    problem: str = ""
    engineer: str = ""
