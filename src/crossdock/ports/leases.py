"""Which processes there are, what each of them does, and who works on which partition."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from msgspec import Struct


class Role(StrEnum):
    """What a process does. Any number of processes may have each role; one without further words has all."""

    INTAKE = "intake"
    WORKER = "worker"
    SCHEDULER = "scheduler"
    TOWER = "tower"


ALL_ROLES = frozenset(Role)
SHARING = (Role.SCHEDULER, Role.WORKER)
"""Roles whose processes divide the partitions among themselves: of feeds, and of subjects."""


class Lease(Struct, frozen=True):
    """A held partition. ``fence`` grows with every change of owner."""

    partition: int
    fence: int


class Member(Struct, frozen=True):
    """A process: since when it is known, until when it is believed in (epoch microseconds), and what it does.

    ``held`` is how many partitions it has of each role that is shared.
    """

    owner: str
    since: int
    until: int
    roles: tuple[str, ...]
    held: dict[str, int]


class Standing(Struct, frozen=True):
    """What a process says of itself: how many partitions of subjects and of feeds it has; ``leased`` is false while it
    could not renew them in time, and then it does nothing.
    """

    owner: str
    roles: tuple[str, ...]
    partitions: int
    feeds: int
    leased: bool


class Leases(Protocol):
    """Rows with an end, never session locks: a transaction-mode pooler must work, and a dead owner needs no undoing."""

    def claim(self, owner: str, now: int, until: int, want: int, role: Role = Role.WORKER) -> list[Lease]:
        """Renew what ``owner`` has and take free or expired ones up to ``want``; all it holds now."""
        ...

    def release(self, owner: str) -> None:
        """Give everything back, and be gone."""
        ...

    def owners(self, now: int, role: Role = Role.WORKER) -> dict[str, int]:
        """Live owners and how many partitions each holds; 0 for one that asked and found nothing free."""
        ...

    def present(self, owner: str, roles: Iterable[Role], now: int, until: int) -> None:
        """Say that ``owner`` lives and what it does; those that fell silent long ago are forgotten."""
        ...

    def members(self, now: int) -> list[Member]:
        """Processes by name, those that fell silent within the hour too; ``held`` counts what stands at ``now``."""
        ...
