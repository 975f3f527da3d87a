"""/v1/kpis and scorecards: key figures, the lists behind them, and how they were."""

from collections.abc import Mapping
from typing import Annotated, Literal

from litestar import get
from litestar.params import Parameter
from msgspec import Struct

from crossdock.api.context import Context
from crossdock.api.pages import instant
from crossdock.api.problems import ProblemError, documented
from crossdock.api.provided import Here
from crossdock.backbone.kpis import (
    MOST_POINTS,
    Reading,
    UnknownKpi,
    Window,
    history,
    items,
    moments,
    read,
    read_all,
    span_of,
    terms_of,
)
from crossdock.model.instants import rfc3339
from crossdock.ports.policy import Scope
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_kpis import Terms
from crossdock.views import scorecards

_REFUSALS = documented(400, 401, 403, 404, 503)
_MINUTE = 60_000_000
_MONTH = 30 * 24 * 60 * _MINUTE
Name = Annotated[str, Parameter(max_length=60, description="The figure's name.")]
Partner = Annotated[str, Parameter(max_length=100, description="Only about this partner or carrier.")]
From = Annotated[
    str | None,
    Parameter(
        query="from", max_length=40, schema_extra={"format": "date-time"},
        description="From when on, where the figure looks back: RFC 3339 with offset; its own period unless given.",
    ),
]  # fmt: skip
To = Annotated[
    str | None,
    Parameter(
        query="to", max_length=40, schema_extra={"format": "date-time"},
        description="As it stood then: RFC 3339 with offset; now unless given.",
    ),
]  # fmt: skip


class Figure(Struct, frozen=True):
    """A key figure. ``value`` is null where nothing is known, and ``why`` says so; ``since`` is "" where it says how
    things stand ``at`` a moment. ``bad``: worse than its threshold (null: nobody is alerted).
    """

    name: str
    title: str
    meaning: str
    unit: str
    value: float | None
    at: str
    since: str
    threshold: float | None
    worse: str
    bad: bool
    severity: str
    queue: str
    owner: str
    do: str
    runbook: str
    why: str


class Figures(Struct, frozen=True):
    """All key figures, by name."""

    items: list[Figure]


class FigureWhole(Struct, frozen=True):
    """A key figure, what it is of each partner, carrier or owner, and the statement that gives it."""

    figure: Figure
    by: dict[str, float]
    sql: str


class FigureItem(Struct, frozen=True):
    """One row of what is counted."""

    shipment: str
    reference: str
    partner: str
    carrier: str
    owner: str
    since: str
    value: float
    detail: str


class FigureItems(Struct, frozen=True):
    """The list behind a figure, the oldest first."""

    items: list[FigureItem]


class Point(Struct, frozen=True):
    """A figure as it was at a moment."""

    at: str
    value: float | None


class FigureHistory(Struct, frozen=True):
    """How a figure was, counted from what the store still has; empty where the past is not known."""

    name: str
    unit: str
    items: list[Point]


class ScoreLine(Struct, frozen=True):
    """One figure over the period, and over as long a time just before."""

    name: str
    title: str
    unit: str
    value: float | None
    before: float | None
    bad: bool
    why: str


class ScorecardResource(Struct, frozen=True):
    """Figures over a period. ``not_measured`` says why what one would look for is not there."""

    partner: str
    since: str
    until: str
    items: list[ScoreLine]
    not_measured: Mapping[str, str]


@get("/v1/kpis", scope=Scope.READ, responses=_REFUSALS, summary="List key figures", tags=["Key figures"])
async def list_kpis(context: Here, partner: Partner = "", since: From = None, until: To = None) -> Figures:
    """Every key figure, now or as it stood."""
    now, window = context.clock.now(), _window(since, until, partner)
    readings = await context.store.read(lambda tx: read_all(tx, context.board, now, window))
    return Figures([_figure(each) for each in readings])


@get("/v1/kpis/{name:str}", scope=Scope.READ, responses=_REFUSALS, summary="One key figure", tags=["Key figures"])
async def get_kpi(
    context: Here,
    name: Name,
    partner: Partner = "",
    since: From = None,
    until: To = None,
    by: Literal["partner", "carrier", "owner"] = "partner",
) -> FigureWhole:
    """The figure, what it is of each partner, carrier or owner, and the SQL that gives the same number."""
    now, terms, window = context.clock.now(), _terms(context, name), _window(since, until, partner)

    def step(tx: Transaction) -> FigureWhole:
        reading, span = read(tx, context.board, terms, now, window), span_of(context.board, terms, now, window)
        figures = tx.kpis.by(terms.kpi, span, by) if reading.value is not None else {}
        return FigureWhole(_figure(reading), figures, tx.kpis.sql(terms.kpi, span))

    return await context.store.read(step)


@get(
    "/v1/kpis/{name:str}/items", scope=Scope.READ, responses=_REFUSALS, summary="What is counted",
    tags=["Key figures"],
)  # fmt: skip
async def list_items(
    context: Here,
    name: Name,
    partner: Partner = "",
    since: From = None,
    until: To = None,
    limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
) -> FigureItems:
    """The list behind a figure, the oldest first."""
    now, terms, window = context.clock.now(), _terms(context, name), _window(since, until, partner)
    rows = await context.store.read(lambda tx: items(tx, context.board, terms, now, window, limit))
    return FigureItems(
        [FigureItem(each.subject, each.reference, each.partner, each.carrier, each.owner, _at(each.since), each.value,
                    each.detail) for each in rows]
    )  # fmt: skip


@get(
    "/v1/kpis/{name:str}/history", scope=Scope.READ, responses=_REFUSALS, summary="How a key figure was",
    tags=["Key figures"],
)  # fmt: skip
async def get_history(
    context: Here,
    name: Name,
    partner: Partner = "",
    since: From = None,
    until: To = None,
    step_minutes: Annotated[int, Parameter(ge=1, le=43200)] = 60,
) -> FigureHistory:
    """The figure at every step from one time to another, the last 200 steps at most; the last day by the hour unless
    said otherwise.
    """
    now, terms, window = context.clock.now(), _terms(context, name), _window(since, until, partner)
    last = min(window.until or now, now)
    step = step_minutes * _MINUTE
    first = max(window.since or last - 24 * 60 * _MINUTE, last - (MOST_POINTS - 1) * step)
    points = moments(first, last, step)
    readings = await context.store.read(lambda tx: history(tx, context.board, terms, points, partner))
    return FigureHistory(name, terms.kpi.unit, [Point(_at(each.at), each.value) for each in readings])


@get(
    "/v1/partners/{partner:str}/scorecard", scope=Scope.READ, responses=_REFUSALS, summary="A partner's scorecard",
    tags=["Key figures"],
)  # fmt: skip
async def get_scorecard(
    context: Here, partner: Annotated[str, Parameter(max_length=100)], since: From = None, until: To = None
) -> ScorecardResource:
    """How well a partner or carrier did; the last 30 days unless said otherwise."""
    now = context.clock.now()
    first, last = _period(_window(since, until, partner), now)
    found = await context.store.read(lambda tx: scorecards.scorecard(tx, context.board, partner, first, last, now))
    return _scorecard(found)


@get("/v1/scorecard", scope=Scope.READ, responses=_REFUSALS, summary="Success measures", tags=["Key figures"])
async def get_success(context: Here, since: From = None, until: To = None) -> ScorecardResource:
    """How well everything goes, beside the period before; the last 30 days unless said otherwise."""
    now = context.clock.now()
    first, last = _period(_window(since, until, ""), now)
    return _scorecard(await context.store.read(lambda tx: scorecards.success(tx, context.board, first, last, now)))


def _terms(context: Context, name: str) -> Terms:
    try:
        return terms_of(context.board, name)
    except UnknownKpi:
        raise ProblemError(404, f"there is no key figure '{name}'; GET /v1/kpis lists them") from None


def _window(since: str | None, until: str | None, partner: str) -> Window:
    return Window(instant("from", since), instant("to", until), partner)


def _period(window: Window, now: int) -> tuple[int, int]:
    last = min(window.until or now, now)
    return window.since or last - _MONTH, last


def _figure(reading: Reading) -> Figure:
    terms, kpi = reading.terms, reading.terms.kpi
    return Figure(
        kpi.name, kpi.title, kpi.meaning, kpi.unit, reading.value, _at(reading.at), _at(reading.since), terms.threshold,
        kpi.worse, reading.bad, kpi.severity, kpi.queue, kpi.owner, kpi.do, kpi.runbook, reading.why,
    )  # fmt: skip


def _scorecard(card: scorecards.Scorecard) -> ScorecardResource:
    lines = [
        ScoreLine(each.name, each.title, each.unit, each.value, each.before, each.bad, each.why) for each in card.lines
    ]
    return ScorecardResource(card.partner, _at(card.since), _at(card.until), lines, card.not_measured)


def _at(instant: int) -> str:
    return rfc3339(instant) if instant else ""


ROUTES = (list_kpis, get_kpi, list_items, get_history, get_scorecard, get_success)
