"""Key figures for pages: the numbers, how bad they are, and where the list behind each is."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from msgspec import Struct

from crossdock.backbone.kpis import Reading, Window, read, read_all
from crossdock.model.kpis import KPIS, Kpi
from crossdock.model.milestones import MILESTONES
from crossdock.model.notices import kind_of
from crossdock.ports.spec import Kind
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_kpis import Board, Terms
from crossdock.settings.sections import Settings
from crossdock.views.keeping import Costs

_PAGES = {"exceptions": "/exceptions", "parked": "/messages", "orders": "/search"}


class Shown(Struct, frozen=True):
    """One figure on a page. ``value`` is None where nothing is known (``text`` is "-" then, and ``why`` says so).
    ``link`` opens the list behind it: the path of ``page`` with ``filter`` as its query; ``api`` gives the same rows.
    ``state`` is good, bad, plain (nobody set a threshold) or unwatched.
    """

    name: str
    title: str
    meaning: str
    unit: str
    value: float | None
    text: str
    state: str
    threshold: float | None
    worse: str
    severity: str
    owner: str
    queue: str
    do: str
    why: str
    page: str
    filter: Mapping[str, str]
    link: str
    api: str
    runbook: str
    at: int
    since: int


def kpis(tx: Transaction, board: Board, now: int, partner: str = "") -> list[Shown]:
    """Every key figure at ``now`` (epoch microseconds), by name; of one ``partner`` or carrier where it is given."""
    return [shown(each, partner) for each in read_all(tx, board, now, Window(partner=partner))]


_FIRST = 1.0
"""Seconds the very first look may take; those behind it find what it counted."""
_AT_ONCE = 0.03
_PAUSE = 20.0
"""All figures are counted at most in a twentieth of the time, however much there is to count."""


class RecentFigures:
    """What `kpis` gives, counted at most once every so many seconds whoever looks: counting reads a whole day. A look
    gets those counted last, and counts itself what is quick; the rest is counted behind it (`count`).
    """

    def __init__(self, board: Board, every_seconds: float, seconds: Callable[[], float]) -> None:
        """``every_seconds`` is how old figures on a page may be where counting them all takes less than a twentieth of
        it; ``seconds`` is a clock that only goes forward, for budgets.
        """
        self._board, self._every = board, every_seconds
        self._costs: Costs[str] = Costs(seconds)
        self._terms = {each.kpi.name: each for each in board.terms}
        self._found: dict[str, tuple[int, Shown]] = {}

    def __call__(self, tx: Transaction, now: int) -> list[Shown]:
        """Those counted so far, by name; what was not, or is too old at ``now`` (epoch microseconds), anew if that is
        quick.
        """
        self._count(tx, now, _AT_ONCE if self._found else _FIRST, patient=False)
        return [self._found[name][1] for name in self._terms if name in self._found]

    def count(self, tx: Transaction, now: int, budget: float) -> int:
        """Count what is missing or too old for ``budget`` seconds, and one figure at least; how many are left."""
        return self._count(tx, now, budget, patient=True)

    def _count(self, tx: Transaction, now: int, budget: float, *, patient: bool) -> int:
        pause = int(max(self._every, self._costs.total * _PAUSE) * 1_000_000)
        due = [name for name in self._terms if name not in self._found or now - self._found[name][0] >= pause]
        left = len(due)
        for name in self._costs.within(zip(due, due, strict=True), budget, patient=patient):
            self._found[name] = now, shown(read(tx, self._board, self._terms[name], now))
            left -= 1
        return left


def shown(reading: Reading, partner: str = "") -> Shown:
    """A reading as pages show it."""
    kpi = reading.terms.kpi
    words = {**kpi.filter, **({"partner": partner} if partner else {})}
    path = _PAGES[kpi.page]
    return Shown(
        kpi.name, kpi.title, kpi.meaning, kpi.unit, reading.value, text_of(reading.value, kpi.unit), _state(reading),
        reading.terms.threshold, kpi.worse, kpi.severity, kpi.owner, kpi.queue, kpi.do, reading.why, kpi.page, words,
        f"{path}?{urlencode(words)}" if words else path, f"/v1/kpis/{kpi.name}/items", kpi.runbook, reading.at,
        reading.since,
    )  # fmt: skip


def text_of(value: float | None, unit: str) -> str:
    """A figure as people read it.

    >>> text_of(97.25, "percent"), text_of(3.0, "parcels"), text_of(None, "days")
    ('97.2 %', '3', '-')
    """
    if value is None:
        return "-"
    rounded = f"{value:.0f}" if value == int(value) else f"{value:.1f}"
    return f"{rounded} %" if unit == "percent" else rounded


def _state(reading: Reading) -> str:
    if reading.terms.unwatched:
        return "unwatched"
    if reading.terms.threshold is None or reading.value is None:
        return "plain"
    return "bad" if reading.bad else "good"


def board_of(settings: Settings, kinds: Mapping[str, Kind]) -> Board:
    """The figures as ``settings`` watch them; ``kinds`` are what the configured partners are, by id."""
    given = settings.kpis
    notices = settings.customer_notices
    codes = {
        kind: [code for code in MILESTONES if kind_of(code) == kind] for kind in (notices.kinds if notices else ())
    }
    terms = []
    for kpi in KPIS.values():
        objective = given.objectives_seconds.get(kpi.name, kpi.objective)
        if kpi.name == "notifications_not_triggered" and notices:
            objective = given.objectives_seconds.get(kpi.name, notices.objective_minutes * 60)
        threshold = given.thresholds.get(kpi.name, kpi.threshold)
        terms.append(Terms(kpi, threshold, objective, _unwatched(kpi, settings)))
    return Board(
        tuple(terms),
        tuple(sorted(kinds)),
        tuple(sorted(name for name, kind in kinds.items() if kind is Kind.WAREHOUSE)),
        tuple(sorted(name for name, kind in kinds.items() if kind is Kind.CARRIER)),
        tuple(f"{kind}/{code}" for kind, found in codes.items() for code in found),
    )


def _unwatched(kpi: Kpi, settings: Settings) -> str:
    if not kpi.needs or any(_is_set(settings, path) for path in kpi.needs):
        return ""
    return f"Nothing is counted: it needs {' or '.join(kpi.needs)}, which is not configured."


def _is_set(settings: object, path: str) -> bool:
    """Whether ``path`` leads to something; ``*`` is any key of a section."""
    name, _, rest = path.partition(".")
    if not name:
        return bool(settings)
    if isinstance(settings, Mapping):
        found = list(settings.values()) if name == "*" else [settings.get(name)]
    else:
        found = [getattr(settings, name, None)]
    return any(_is_set(each, rest) for each in found)


UNCONFIGURED: Board = board_of(Settings(), {})
"""All figures as they are watched where nothing is configured."""
