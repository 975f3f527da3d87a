"""How far the log's bytes have moved from the database into a stream, as one transaction sees it.

The database gives every event its position and keeps a slim row of it for ever: key, subject, type, times, exchange.
Its bytes stay in that row until a stream has them; then the row lets go of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct


class Mark(Struct, frozen=True):
    """One partition, by positions: the stream confirmed all up to ``shipped``; it had confirmed ``noted`` at
    ``noted_at`` (epoch microseconds); the rows up to ``slimmed`` let go of their bytes.
    """

    shipped: int = 0
    noted: int = 0
    noted_at: int = 0
    slimmed: int = 0


class Tail(Protocol):
    """The events whose bytes are in the database, and the marks."""

    def begin(self, partitions: Iterable[int]) -> None:
        """Make the marks that are missing: nothing is shipped there yet."""
        ...

    def marks(self, partitions: Iterable[int]) -> dict[int, Mark]:
        """The marks there are."""
        ...

    def move(self, moves: Mapping[int, tuple[Mark, Mark]]) -> None:
        """Set marks {partition: (from, to)}. Raises `Fenced` unless each stood at ``from``."""
        ...

    def records(self, wanted: Mapping[int, tuple[int, int]]) -> dict[int, list[bytes]]:
        """The bytes a stream keeps of events, {partition: (after which position, how many at most)}, in order.

        The same event gives the same bytes at any time, until its row lets go of them; it is left out then. An event
        that retention deleted gives a record without a key, which keeps its place. Nothing lies behind the head.
        """
        ...

    def agrees(self, partition: int, position: int, record: bytes) -> bool:
        """Whether what a stream has at a position is the event of that position. Raises `StreamFault` for no event."""
        ...

    def slim(self, stretches: Mapping[int, tuple[int, int]]) -> int:
        """Let rows {partition: (after, up to)} go of bytes that the stream has; how many did."""
        ...

    def end(self) -> None:
        """Forget all marks: no stream has anything."""
        ...

    def refill(self, partition: int, records: Sequence[bytes]) -> int:
        """Put the bytes of `records` back into their rows; how many had let go of them."""
        ...
