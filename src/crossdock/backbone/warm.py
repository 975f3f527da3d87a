"""Decoded states of the subjects that were decided on last, for as long as nobody else can have changed them."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from crossdock.model.identifiers import partition_of

T = TypeVar("T")

_MOST_A_PARTITION = 64
"""Subjects kept of one partition: an order's first events come within minutes, and a day's orders do not fit."""


class Warm(Generic[T]):
    """States by subject. A partition's are dropped when its cursor is not where we left it: another worker decided.

    Whoever writes states otherwise (a rebuild, retention) changes ``updated_at``, which the caller compares.
    """

    def __init__(self, most: int = _MOST_A_PARTITION) -> None:
        """``most`` subjects are kept of each partition."""
        self._most = most
        self._reached: dict[int, int] = {}
        self._kept: dict[int, dict[str, T]] = {}

    def take(self, subjects: Iterable[str], cursors: Mapping[int, int]) -> dict[str, T]:
        """What is kept of ``subjects``. It is ours no longer: it will be changed, and whether that change is committed
        is not known yet.
        """
        for partition in [each for each, at in self._reached.items() if cursors.get(each, -1) != at]:
            del self._reached[partition], self._kept[partition]
        found = ((subject, self._kept.get(partition_of(subject), {}).pop(subject, None)) for subject in subjects)
        return {subject: kept for subject, kept in found if kept is not None}

    def keep(self, moves: Mapping[int, tuple[int, int]], states: Mapping[str, T]) -> None:
        """Remember what was committed with the cursors' ``moves``."""
        for partition, (_, position) in moves.items():
            self._reached[partition] = position
            self._kept.setdefault(partition, {})
        for subject, state in states.items():
            self._kept[partition_of(subject)][subject] = state
        for partition in moves:
            kept = self._kept[partition]
            for oldest in list(kept)[: max(0, len(kept) - self._most)]:
                del kept[oldest]
