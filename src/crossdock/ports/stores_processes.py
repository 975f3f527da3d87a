"""What stores keep of processes: where each stands, and what is expected of whom."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from crossdock.ports.stores_delivery import DueTimer


class Instance(Struct, frozen=True, order=True):
    """Where a process stands with a subject, and since when (epoch microseconds)."""

    subject: str
    process: str
    version: int
    stage: str
    since: int


class StageCount(Struct, frozen=True):
    """How many instances of a process are in a stage; ``oldest`` is since when the longest."""

    process: str
    stage: str
    count: int
    oldest: int


class Instances(Protocol):
    """Where processes stand, written from their moves."""

    def put(self, rows: Sequence[Instance]) -> None:
        """Insert or replace; of several rows of one instance the last holds."""
        ...

    def of_subjects(self, subjects: Iterable[str]) -> list[Instance]:
        """Those of these subjects, by subject and process."""
        ...

    def drop(self, subjects: Iterable[str]) -> None:
        """Forget those of these subjects."""
        ...

    def counts(self) -> list[StageCount]:
        """How many stand where, and since when the longest."""
        ...

    def standing(self, process: str, stage: str, after: tuple[int, str] = (-1, ""), limit: int = 50) -> list[Instance]:
        """Those of a process in a stage, the longest there first; ``after`` is (since, subject) of the last seen."""
        ...

    def expected(self, who: str = "", limit: int = 50) -> list[DueTimer]:
        """What is expected, of ``who`` or of all, the earliest due first."""
        ...
