"""How key figures were: counted once for each moment, a little at a time, and kept for whoever asks next.

A figure's past is counted from what the store still has (decision 0034), which costs a query for each moment. So pages
get what is kept, and what is not is counted within a budget of time; the rest follows with the next look.
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from crossdock.backbone.kpis import UnknownKpi, Window, read, terms_of
from crossdock.model.kpis import HOUR
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_kpis import Board, Terms
from crossdock.views.keeping import Costs, Kept

_KEPT_SECONDS = 3600
"""A moment is counted anew after an hour: late facts change what was."""
_MOST = 20_000


class Range(Struct, frozen=True):
    """How far back a figure is shown: ``count`` moments, every ``step`` microseconds."""

    name: str
    title: str
    step: int
    count: int

    def edges(self, now: int) -> tuple[int, ...]:
        """Its moments, the oldest first; whole steps, so that the same are asked for again."""
        last = now - now % self.step
        return tuple(last - self.step * back for back in reversed(range(self.count)))


SHORT = Range("short", "7 days", 12 * HOUR, 14)
"""What a small line shows."""
RANGES = {
    each.name: each
    for each in (
        Range("day", "24 hours", HOUR, 24),
        Range("week", "7 days", 6 * HOUR, 28),
        Range("month", "30 days", 24 * HOUR, 30),
        Range("quarter", "90 days", 72 * HOUR, 30),
    )
}


class Point(Struct, frozen=True):
    """A figure at a moment (epoch microseconds); None where it was made of nothing. ``counted``: it was looked for."""

    at: int
    value: float | None
    counted: bool = True


class Trends:
    """The past of all figures of a board."""

    def __init__(self, board: Board, seconds: Callable[[], float]) -> None:
        """``seconds`` is a clock that only goes forward, for budgets."""
        self.board = board
        self._costs: Costs[str] = Costs(seconds)
        self._kept: Kept[tuple[str, str, int], float | None] = Kept(_KEPT_SECONDS, _MOST)

    def terms(self, name: str) -> Terms | None:
        """How a figure is watched; None where there is none of this name."""
        try:
            return terms_of(self.board, name)
        except UnknownKpi:
            return None

    def told(self, name: str, edges: Sequence[int], now: int, partner: str = "") -> tuple[Point, ...]:
        """What is kept of a figure at these moments."""
        found = [(at, self._kept.get((name, partner, at), now)) for at in edges]
        return tuple(Point(at, each[1] if each else None, each is not None) for at, each in found)

    def count(
        self,
        tx: Transaction,
        names: Iterable[str],
        edges: Sequence[int],
        now: int,
        budget: float,
        partner: str = "",
        *,
        patient: bool = True,
    ) -> int:
        """Count what is not kept, the latest moments first, for ``budget`` seconds, and one figure at least if that is
        ``patient``, else none that takes longer; how many are left.
        """
        wanted = [terms for name in names if (terms := self.terms(name)) and terms.kpi.history and not terms.unwatched]
        missing = [
            (terms, at) for at in reversed(edges) for terms in wanted
            if self._kept.get((terms.kpi.name, partner, at), now) is None
        ]  # fmt: skip
        cases = ((terms.kpi.name, (terms, at)) for terms, at in missing)
        left = len(missing)
        for terms, at in self._costs.within(cases, budget, patient=patient):
            value = read(tx, self.board, terms, now, Window(until=at, partner=partner)).value
            self._kept.put((terms.kpi.name, partner, at), now, value)
            left -= 1
        return left
