"""The part of a transaction that keeps what nobody has mapped yet, and what people ruled about it."""

from collections.abc import Sequence
from typing import Literal, Protocol

from msgspec import Struct

Kind = Literal["code", "field", "reason"]
Act = Literal["proposed", "settled", "withdrawn"]


class Gap(Struct, frozen=True):
    """A code without a mapping, a field never seen before, or a reason for a return that no table knows: what it is
    called, an example, the message it was last seen in, and how often. Times are epoch microseconds.
    """

    partner: str
    kind: Kind
    name: str
    example: str
    exchange_id: str
    first_seen: int
    last_seen: int
    count: int = 1


class Ruling(Struct, frozen=True):
    """What somebody did about a gap; rulings are only ever added. ``settled`` holds until a later one of the same name
    is settled or withdrawn; ``proposed`` waits for a second person. A field's ruling has no milestone, a ``reason``'s
    has a word of data/return-reasons.tsv in ``reason``.
    """

    partner: str
    kind: Kind
    name: str
    act: Act
    by: str
    at: int
    milestone: str = ""
    category: str = "none"
    reason: str = ""
    note: str = ""


class Mappings(Protocol):
    """Gaps and rulings."""

    def note(self, gaps: Sequence[Gap]) -> None:
        """Count gaps that were seen; each name of a partner is one row."""
        ...

    def gaps(self, partner: str = "") -> list[Gap]:
        """All gaps ever seen, of one partner or of all, the most frequent first."""
        ...

    def rule(self, ruling: Ruling) -> None:
        """Add a ruling."""
        ...

    def rulings(self) -> list[Ruling]:
        """All rulings, the oldest first."""
        ...
