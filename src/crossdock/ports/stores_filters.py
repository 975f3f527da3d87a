"""The part of a transaction that keeps filters under a name."""

from typing import Protocol

from msgspec import Struct


class SavedFilter(Struct, frozen=True):
    """Words of a list's address under a name. ``place`` is the list's path without its slash, ``owner`` the actor who
    keeps it; ``shared``: everybody sees it. ``at`` is when it was kept (epoch microseconds).
    """

    id: str
    place: str
    name: str
    query: str
    owner: str
    shared: bool
    at: int


class Filters(Protocol):
    """Filters by id."""

    def save(self, kept: SavedFilter) -> None:
        """Keep it; one of the same id is replaced."""
        ...

    def get(self, filter_id: str) -> SavedFilter | None:
        """One."""
        ...

    def seen_by(self, owner: str, place: str = "", limit: int = 50) -> list[SavedFilter]:
        """Those of an owner and those that are shared, of one place or of all ("") by name."""
        ...

    def forget(self, filter_id: str) -> bool:
        """Let go of one; whether it was there."""
        ...
