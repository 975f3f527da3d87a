"""Answers that cost something to count, kept for a while: whoever asks the same meanwhile gets what was counted."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Kept(Generic[K, T]):
    """Counted at most once every so many seconds for each question; the oldest are let go first."""

    def __init__(self, every_seconds: float, most: int = 500) -> None:
        """``every_seconds`` is how old an answer may be, ``most`` how many are kept."""
        self._every, self._most = int(every_seconds * 1_000_000), most
        self._found: dict[K, tuple[int, T]] = {}

    def get(self, key: K, now: int) -> tuple[int, T] | None:
        """When the answer was counted and what it is (epoch microseconds), if it is not too old at ``now``."""
        found = self._found.get(key)
        return found if found is not None and now - found[0] < self._every else None

    def put(self, key: K, now: int, value: T) -> T:
        """Keep what was counted at ``now``."""
        self._found.pop(key, None)
        self._found[key] = (now, value)
        while len(self._found) > self._most:
            self._found.pop(next(iter(self._found)), None)
        return value

    def __call__(self, key: K, now: int, count: Callable[[], T]) -> T:
        """What is kept, or what ``count`` gives."""
        found = self.get(key, now)
        return found[1] if found is not None else self.put(key, now, count())


class Costs(Generic[K]):
    """What counting took the last time, by question: so that a page leaves out what would hold it up."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """``seconds`` is a clock that only goes forward."""
        self._seconds = seconds
        self._took: dict[K, float] = {}

    @property
    def total(self) -> float:
        """Seconds for each question once."""
        return sum(self._took.values())

    def within(self, asked: Iterable[tuple[K, T]], budget: float, *, patient: bool) -> Iterator[T]:
        """Those there is time for in ``budget`` seconds, one after the other, each with the question it is a case of;
        each is measured until the next is asked for. A ``patient`` caller gets one at least, whatever it costs; another
        none that took longer than what is left, or may: one nobody counted yet is as dear as the dearest.
        """
        at = self._seconds()
        until, given = at + budget, False
        for question, case in asked:
            over = at >= until if patient else at + self._expected(question) >= until
            if over and (given or not patient):
                continue
            yield case
            given, began, at = True, at, self._seconds()
            self._took[question] = at - began

    def _expected(self, question: K) -> float:
        found = self._took.get(question)
        return max(self._took.values(), default=0.0) if found is None else found
