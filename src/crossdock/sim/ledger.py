"""What happened at a simulated partner, append-only: the other side of the books in every test."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

Scalar = str | int | float | bool | None


class LedgerEntry(Struct, frozen=True):
    """One thing that happened: ``at`` in epoch microseconds, ``kind`` such as ``label.bought``, ``key`` its object."""

    number: int
    at: int
    kind: str
    key: str
    details: Mapping[str, Scalar]


class Ledger:
    """Entries in the order they were written; none is ever changed or removed."""

    def __init__(self) -> None:
        self._entries: list[LedgerEntry] = []

    def note(self, at: int, kind: str, key: str, **details: Scalar) -> LedgerEntry:
        """Append an entry and return it."""
        entry = LedgerEntry(len(self._entries) + 1, at, kind, key, details)
        self._entries.append(entry)
        return entry

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        """All entries, oldest first."""
        return tuple(self._entries)

    def of(self, kind: str) -> tuple[LedgerEntry, ...]:
        """The entries of one kind, oldest first."""
        return tuple(entry for entry in self._entries if entry.kind == kind)

    def dump(self) -> bytes:
        """All entries as a JSON array."""
        return msgspec.json.encode(self._entries)
