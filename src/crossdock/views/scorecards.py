"""Scorecards: how well a partner does over a period, and how well everything goes, each beside the period before."""

from collections.abc import Mapping

from msgspec import Struct

from crossdock.backbone.kpis import Reading, Window, read, terms_of
from crossdock.model.kpis import SCORECARD
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_kpis import Board
from crossdock.views.kpis import text_of

SUCCESS = ("fulfilment_continuity", "exceptions_per_thousand", "on_time_rate", "time_to_green")
"""What says how well everything goes: orders are shipped, exceptions become fewer, promises are kept, and partners are
ready sooner.
"""
NOT_MEASURED: Mapping[str, str] = {
    "cost_accuracy": "What was billed is not known here: freight invoices are not taken in yet."
}


class Line(Struct, frozen=True):
    """One figure over the period, and ``before``: over as long a time just before. None where nothing is known. It is
    bad when it is ``worse`` (over or under) than ``threshold``; None: nobody set one.
    """

    name: str
    title: str
    unit: str
    value: float | None
    before: float | None
    text: str
    bad: bool
    why: str = ""
    threshold: float | None = None
    worse: str = "over"

    @property
    def target(self) -> str:
        """What it has to be, as people read it; "" where nobody set a threshold."""
        if self.threshold is None:
            return ""
        return f"{'at least' if self.worse == 'under' else 'at most'} {text_of(self.threshold, self.unit)}"

    @property
    def change(self) -> str:
        """Against the period before: better, worse, same, or "" where one of them, or what is worse, is not known."""
        if self.value is None or self.before is None or self.threshold is None:
            return ""
        if self.value == self.before:
            return "same"
        return "better" if (self.value > self.before) == (self.worse == "under") else "worse"


class Scorecard(Struct, frozen=True):
    """Figures of one ``partner`` or carrier ("" for all), from ``since`` to ``until`` (epoch microseconds).
    ``not_measured`` says why what one would look for is not there.
    """

    partner: str
    since: int
    until: int
    lines: tuple[Line, ...]
    not_measured: Mapping[str, str]


def scorecard(tx: Transaction, board: Board, partner: str, since: int, until: int, now: int) -> Scorecard:
    """How well a partner or carrier does."""
    names = [kpi.name for kpi in SCORECARD]
    return _card(tx, board, names, Window(since, until, partner), now)


def success(tx: Transaction, board: Board, since: int, until: int, now: int) -> Scorecard:
    """How well everything goes."""
    return _card(tx, board, SUCCESS, Window(since, until), now)


class Course(Struct, frozen=True):
    """A line of a scorecard, and what it was in periods as long before: ``values``, the oldest first, the last being
    that of the line.
    """

    line: Line
    values: tuple[float | None, ...]


def course(tx: Transaction, board: Board, name: str, partner: str, length: int, periods: int, now: int) -> Course:
    """How one figure of a partner's scorecard went over ``periods`` (two at least) of ``length`` microseconds each."""
    terms = terms_of(board, name)
    ends = [now - length * back for back in reversed(range(periods))]
    told = [read(tx, board, terms, now, Window(max(end - length, 1), end, partner)) for end in ends]
    return Course(_line(told[-1], told[-2]), tuple(each.value for each in told))


def _card(tx: Transaction, board: Board, names: list[str] | tuple[str, ...], window: Window, now: int) -> Scorecard:
    earlier = Window(max(2 * window.since - window.until, 1), window.since, window.partner)
    lines = [
        _line(read(tx, board, terms, now, window), read(tx, board, terms, now, earlier))
        for name in names
        for terms in [terms_of(board, name)]
    ]
    return Scorecard(window.partner, window.since, window.until, tuple(lines), NOT_MEASURED)


def _line(reading: Reading, earlier: Reading) -> Line:
    kpi = reading.terms.kpi
    text = text_of(reading.value, kpi.unit)
    return Line(
        kpi.name, kpi.title, kpi.unit, reading.value, earlier.value, text, reading.bad, reading.why,
        reading.terms.threshold, kpi.worse,
    )  # fmt: skip
