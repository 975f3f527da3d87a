"""What one process remembers of purchases at carriers that take no idempotency key: who is buying, and what is doubted.

The durable truth is the lane's intent and the carrier's own books; losing this memory costs waiting, never a label.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from weakref import WeakValueDictionary

from crossdock.model.events import Fact
from crossdock.ports.clock import Clock
from crossdock.ports.verdicts import ErrorClass, Explanation, InDoubt, Retry

LONGEST_SECONDS = 30.0
"""How long may pass between a look at the carrier's books and what is done because of it. A worker that slept longer
may have lost its claim meanwhile, so it stops."""

_KEPT = 2000
_MICROSECONDS = 1_000_000


class Purchases:
    """For one account. ``lag_seconds`` is how long the carrier's look-up may not show what it has sold."""

    def __init__(self, clock: Clock, lag_seconds: float) -> None:
        self._clock = clock
        self._lag = int(lag_seconds * _MICROSECONDS)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._doubted: OrderedDict[str, int] = OrderedDict()
        self._made: OrderedDict[str, tuple[Fact, ...]] = OrderedDict()

    def lock(self, reference: str) -> asyncio.Lock:
        """Held by whoever buys for ``reference`` in this process."""
        return self._locks.setdefault(reference, asyncio.Lock())

    def unseen(self, key: str, partner: str, what: str) -> InDoubt | Retry:
        """The verdict on the purchase ``key`` where ``partner``'s look-up does not show it: doubted while it may still
        appear there, then to be done again. ``what`` the look-up said is for the engineer.
        """
        if self.is_too_early(key):
            operator = f"{partner} does not show it yet. Crossdock asks again before it does it once more."
            left = (self._doubted[key] + self._lag - self._clock.now()) / _MICROSECONDS
            return InDoubt(Explanation(operator, f"{partner}: {what}"), ErrorClass.PENDING, within=left)
        self.settled(key)
        return not_done(partner, what)

    def is_too_early(self, key: str) -> bool:
        """Whether the purchase ``key``, which the look-up does not show, may still appear there. Counts from the first
        time this process asked, as nobody knows when the lost call was made.
        """
        now = self._clock.now()
        first = self._doubted.setdefault(key, now)
        _trim(self._doubted)
        return now - first < self._lag

    def settled(self, key: str) -> None:
        """Forget the doubt: a later one counts anew."""
        self._doubted.pop(key, None)

    def keep(self, tracking_number: str, facts: Sequence[Fact]) -> None:
        """Remember what a purchase gave, so that a repetition in this process gives the same."""
        self._made[tracking_number] = tuple(facts)
        _trim(self._made)

    def facts_of(self, tracking_number: str) -> tuple[Fact, ...]:
        """What the purchase gave; () where this process does not know."""
        return self._made.get(tracking_number, ())

    def looked_at(self) -> int:
        """The moment of a look, for `is_stale`."""
        return self._clock.now()

    def is_stale(self, looked_at: int) -> bool:
        """Whether too much time has passed since ``looked_at`` to act on what was seen."""
        return self._clock.now() - looked_at > int(LONGEST_SECONDS * _MICROSECONDS)


def not_done(partner: str, what: str) -> Retry:
    """The verdict that a doubted command certainly was not carried out. ``what`` there is is for the engineer."""
    operator = "It was not carried out; Crossdock does it again."
    return Retry(Explanation(operator, f"{partner}: {what}"), ErrorClass.PENDING)


def _trim(memory: OrderedDict[str, int] | OrderedDict[str, tuple[Fact, ...]]) -> None:
    while len(memory) > _KEPT:
        memory.popitem(last=False)
