"""When a feed asks Odoo again, and how thoroughly: pure decisions about one feed in one process.

Busy feeds are asked often, idle ones ever more rarely. While Odoo's webhooks prove themselves, idle ones hardly at all:
a hint wakes the feed. The first changes that no hint announced end that trust, the next hint restores it.
"""

from math import inf

from msgspec import Struct

_STEP = 60.0
"""At most so many seconds of silence are counted between two passes, so that a clock that jumps settles nothing."""
_AT_ONCE = 2.0
"""The second of the newest row may still be filling up for so long."""
_FIRST_LOOK = 10.0
_GROWTH = 1.5
_SURPRISES = 3
"""So many passes with changes that nobody announced, and webhooks are not relied upon."""
_GATHER = 1.0
"""Hints within so many seconds are read together."""
_RARER_SWEEPS = 3


class Pauses(Struct, frozen=True):
    """Seconds: between passes of a ``busy`` feed, of an ``idle`` one without and ``hooked`` with webhooks (0: there are
    none), between ``sweep``s for deleted documents, and Odoo's longest transaction (``overlap``).
    """

    busy: float
    idle: float
    hooked: float
    sweep: float
    overlap: float


class Pace(Struct):
    """What a feed remembers of its own rhythm. Times are seconds of our clock; nothing of it has to outlive a restart:
    a new one begins with a thorough look.
    """

    pauses: Pauses
    last: float = 0.0
    quiet: float = 0.0
    next_look: float = 0.0
    pause: float = 0.0
    swept: float = 0.0
    hinted: float = -inf
    followed: float = 0.0
    surprises: int = 0

    def begin(self, now: float) -> None:
        """A pass begins."""
        if self.last:
            self.quiet += min(max(now - self.last, 0.0), _STEP)
        elif not self.swept:
            self.swept = now
        self.last, self.followed = now, 0.0

    def may_follow(self, now: float) -> bool:
        """Whether hints are followed rather than a pass made: without end they would keep it from what nobody hinted
        at, so now and then it has precedence.
        """
        self.followed = self.followed or now
        return now - self.followed < self.pauses.idle

    def missed(self) -> None:
        """Hints are known to be lost: look and compare at the next pass."""
        self.next_look, self.swept = 0.0, -inf

    def look_due(self) -> bool:
        """Whether a look that goes back by the overlap is due: soon after news, then at doubling distances."""
        return self.quiet >= self.next_look

    def may_settle(self) -> bool:
        """Whether a look now that brings nothing proves that nothing late can come."""
        return self.quiet > self.pauses.overlap

    def looked(self, *, news: bool) -> None:
        """A look came to its end."""
        if news:
            self.quiet = self.next_look = 0.0
        elif self.may_settle():
            self.next_look = inf
        elif self.quiet >= _AT_ONCE:
            self.next_look = min(max(_FIRST_LOOK, 2 * self.quiet), self.pauses.overlap + 1)

    def stirred(self) -> None:
        """Odoo says that something was written: look now."""
        self.next_look = 0.0

    def sweep_due(self, now: float) -> bool:
        """Whether to compare the documents known with those that exist; rarer while deletions are announced."""
        every = self.pauses.sweep * (_RARER_SWEEPS if self.relies_on_hints else 1)
        return now - self.swept >= every

    def gather(self, now: float) -> float:
        """Seconds until hints may be read, so that a flood of them is one pass a second."""
        return max(0.0, min(_GATHER, self.hinted + _GATHER - now))

    def hinted_at(self, now: float) -> None:
        """Hints were read."""
        self.hinted, self.surprises = now, 0

    def told(self, now: float) -> None:
        """Changes were emitted; unless hints came lately, they are a surprise. What the first pass reads is none."""
        if self.pause and now - self.hinted > max(self.pauses.busy, self.pause) + _GATHER:
            self.surprises += 1

    @property
    def relies_on_hints(self) -> bool:
        """Whether webhooks are there and have not been found wanting."""
        return self.pauses.hooked > 0 and self.surprises < _SURPRISES

    def rest(self, *, busy: bool) -> float:
        """Seconds until the next pass."""
        longest = max(self.pauses.hooked, self.pauses.idle) if self.relies_on_hints else self.pauses.idle
        longest = max(longest, self.pauses.busy)
        self.pause = self.pauses.busy if busy or not self.pause else min(self.pause * _GROWTH, longest)
        return self.pause
