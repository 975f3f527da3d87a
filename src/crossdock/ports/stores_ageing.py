"""The part of a transaction that retention stands on: what is old enough to go, and what must stay all the same.

Instants are epoch microseconds. Everything here is safe beside working servers: what anybody still waits for stays.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from msgspec import Struct


class Dropped(Struct, frozen=True):
    """A month of a table that went as a whole: how many ``rows`` it had, and how many of them stay elsewhere because
    somebody has to look at them (``kept``).
    """

    table: str
    name: str
    rows: int
    kept: int


class Quiet(Struct, frozen=True):
    """A subject nothing happened to for long: as lists show it, when its state was last written, and the last event's
    place. ``open`` says what stands in the way of ending it, "" for nothing.
    """

    subject: str
    phase: str
    milestone: str
    updated_at: int
    partition: int
    last: int
    open: str


class Ageing(Protocol):
    """What grows old."""

    def prepare(self, now: int, ahead: int = 3) -> list[str]:
        """Make room for this month and the next (PostgreSQL); the names of what was made."""
        ...

    def missing(self, now: int, ahead: int = 2) -> list[str]:
        """What `prepare` would have to make: a store that nobody prepared keeps all that comes in one part."""
        ...

    def drop_month(self, table: str, before: int) -> Dropped | None:
        """Let go of one whole month of ``exchange``, ``attempt`` or ``delivery`` that ended before; nothing where there
        is none, where too much of it has to stay, or while others hold the table.
        """
        ...

    def exchanges(self, before: int, limit: int) -> int:
        """Delete settled inbound messages received before, with their bytes; how many. Those received, parked and
        waiting stay. Months that go as a whole are left to `drop_month`.
        """
        ...

    def attempts(self, before: int, limit: int) -> int:
        """Delete attempts of commands given before that are settled; how many. As `exchanges`."""
        ...

    def deliveries(self, before: int, limit: int) -> int:
        """Forget delivery ids of months that ended before; how many."""
        ...

    def refused(self, before: int, limit: int) -> int:
        """Delete refused bodies received before; how many."""
        ...

    def due(self, before: Mapping[str, int]) -> Mapping[str, int]:
        """How many rows of each class (``exchanges``, ``attempts``, ``delivery_ids``, ``refused``) are older than given
        and may go. Reads only, and all of what is old.
        """
        ...

    def quiet(self, before: int, after: tuple[int, str], limit: int) -> list[Quiet]:
        """Subjects whose state was written before, by (updated_at, subject) from behind ``after`` on."""
        ...

    def readers(self) -> Mapping[str, Mapping[int, int]]:
        """How far everybody who reads the log has come, by name and partition; a partition that is not there is at 0.
        A rebuild reads for itself and is not among them.
        """
        ...

    def end(self, subjects: Collection[str], now: int) -> int:
        """Take away the events, states, exceptions, commands and attempts of these subjects, and remember that they
        ended; how many events. Holds their partitions to the end of the transaction.
        """
        ...

    def hold(self, partitions: Sequence[int]) -> None:
        """Keep everybody else from appending to these partitions until the transaction ends."""
        ...
