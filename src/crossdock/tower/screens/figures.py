"""Key figures: all of them with their course; one over time, with its definition and the list behind it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.background_tasks import BackgroundTask
from msgspec import Struct

from crossdock.backbone.kpis import Window, items, read, span_of
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_kpis import KpiItem, Terms
from crossdock.tower.context import Figure
from crossdock.tower.desk import At, Desk, clean
from crossdock.tower.screen import Place, Screen
from crossdock.tower.sparks import Spark, spark
from crossdock.views.kpis import Shown, shown, text_of
from crossdock.views.trends import RANGES, SHORT, Point, Range, Trends

_AT_ONCE = 0.03
"""Seconds a page may spend on counting the past before it is shown; what is left is counted behind it."""
_SLICE = 0.1
_SLICES = 1000
_REST = 4
"""After each slice it rests for so many times as long: pages and the road come first."""
_ITEMS = 25
_WIDE, _HIGH = 720, 160


class Trend(Struct, frozen=True):
    """The small line of a figure, and the same in words."""

    spark: Spark | None
    told: str


class Whole(Struct, frozen=True):
    """One figure: as it stands, by partner, the rows that are counted, and the statement that counts them."""

    now: Shown
    by: Mapping[str, float]
    items: Sequence[KpiItem]
    sql: str


@get("/figures")
async def figures(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """All of them, the bad ones first."""
    now = desk.context.clock.now()
    counted = desk.context.figures
    found = await desk.read(lambda tx: counted(tx, now) if counted else ())
    lines = await trends_of(desk, found)
    response = desk.page(
        request, "figures.html", trends=lines, bad=sum(each.state == "bad" for each in found),
        groups={queue: ordered(found, queue) for queue in ("business", "technical")},
    )  # fmt: skip
    return behind(desk, response, [each.name for each in found], SHORT)


@get("/figures/{name:str}")
async def figure(
    request: Request[Any, Any, Any], desk: At, name: str, span: str = "week", partner: str = ""
) -> Response[Any]:
    """One: its course, what it means, and what is counted."""
    trends, about = desk.context.trends, clean(partner)
    terms = trends.terms(clean(name)) if trends else None
    if trends is None or terms is None:
        return desk.missing(request, f"There is no key figure “{name}”", "crossdock kpi list")
    chosen, now = RANGES.get(span, RANGES["week"]), desk.context.clock.now()
    edges = chosen.edges(now)

    def step(tx: Transaction) -> tuple[Whole, int]:
        found = _whole(tx, trends, terms, now, about)
        return found, trends.count(tx, [terms.kpi.name], edges, now, _AT_ONCE, about, patient=False)

    found, left = await desk.read(step)
    points = [*trends.told(terms.kpi.name, edges, now, about), Point(now, found.now.value)]
    words = {"span": chosen.name, "partner": about}
    response = desk.page(
        request, "figure.html", whole=found, figure=found.now, kpi=terms.kpi, terms=terms, points=points, left=left,
        ranges=RANGES, chosen=chosen, partner=about, drawn=spark(_values(points), terms.threshold, _WIDE, _HIGH),
        size=(_WIDE, _HIGH), most=_ITEMS, partners=[each.id for each in desk.context.partners],
        history_at=f"/figures/{terms.kpi.name}/history?{urlencode(words)}", words=_words(points, found.now),
    )  # fmt: skip
    return behind(desk, response, [terms.kpi.name], chosen, about)


@get("/figures/{name:str}/history")
async def history(desk: At, name: str, span: str = "week", partner: str = "") -> dict[str, Any]:
    """The course of one for its chart: what is counted by now."""
    trends, about, now = desk.context.trends, clean(partner), desk.context.clock.now()
    terms = trends.terms(clean(name)) if trends else None
    if trends is None or terms is None:
        return {"times": [], "values": []}
    edges = RANGES.get(span, RANGES["week"]).edges(now)

    def step(tx: Transaction) -> float | None:
        trends.count(tx, [terms.kpi.name], edges, now, _AT_ONCE, about, patient=False)
        return read(tx, trends.board, terms, now, Window(partner=about)).value

    value = await desk.context.store.read(step)
    points = [*trends.told(terms.kpi.name, edges, now, about), Point(now, value)]
    return {
        "kind": "line",
        "times": [each.at // 1_000_000 for each in points],
        "values": _values(points),
        "threshold": None if terms.unwatched else terms.threshold,
        "unit": "%" if terms.kpi.unit == "percent" else terms.kpi.unit,
    }


async def trends_of(desk: Desk, found: Sequence[Figure]) -> dict[str, Trend]:
    """The small line of each figure, of what can be counted at once."""
    trends, now = desk.context.trends, desk.context.clock.now()
    if trends is None:
        return {}
    edges, names = SHORT.edges(now), [each.name for each in found]
    await desk.context.store.read(lambda tx: trends.count(tx, names, edges, now, _AT_ONCE, patient=False))
    lines = {}
    for each in found:
        points = [*trends.told(each.name, edges, now), Point(now, each.value)]
        lines[each.name] = Trend(spark(_values(points), each.threshold), _in_words(points, each))
    return lines


def behind(desk: Desk, response: Response[Any], names: list[str], span: Range, partner: str = "") -> Response[Any]:
    """The page, after which what was left is counted, in short looks at the store, once however many pages ask."""
    trends = desk.context.trends
    if trends is not None and not desk.counting:
        response.background = BackgroundTask(_count_rest, desk, trends, names, span, partner)
    return response


async def _count_rest(desk: Desk, trends: Trends, names: list[str], span: Range, partner: str) -> None:
    if desk.counting:
        return
    desk.counting.add("rest")
    figures, now = desk.context.figures, desk.context.clock.now()
    steps: list[Callable[[Transaction], int]] = [
        lambda tx: trends.count(tx, names, span.edges(now), now, _SLICE, partner)
    ]
    if figures is not None:
        steps.insert(0, lambda tx: figures.count(tx, now, _SLICE))
    try:
        for step in steps:
            await _in_slices(desk, step)
    finally:
        desk.counting.clear()


async def _in_slices(desk: Desk, step: Callable[[Transaction], int]) -> None:
    for _ in range(_SLICES):
        began = monotonic()
        if not await desk.context.store.read(step):
            return
        await asyncio.sleep(_REST * (monotonic() - began))


def ordered(found: Sequence[Figure], queue: str) -> list[Figure]:
    """Those of a queue: what is bad first, what nobody watches last."""
    rank = {"bad": 0, "good": 1, "plain": 1, "unwatched": 3}
    own = [each for each in found if each.queue == queue]
    return sorted(own, key=lambda each: (rank.get(each.state, 2), each.title))


def _whole(tx: Transaction, trends: Trends, terms: Terms, now: int, partner: str) -> Whole:
    window = Window(partner=partner)
    reading, span = read(tx, trends.board, terms, now, window), span_of(trends.board, terms, now, window)
    by = tx.kpis.by(terms.kpi, span, "partner") if reading.value is not None else {}
    rows = items(tx, trends.board, terms, now, window, _ITEMS + 1)
    return Whole(shown(reading, partner), by, rows, tx.kpis.sql(terms.kpi, span))


def _values(points: Sequence[Point]) -> list[float | None]:
    return [each.value for each in points]


def _words(points: Sequence[Point], of: Shown) -> list[tuple[int, str]]:
    """The course as a table: every moment that was counted, the latest first."""
    return [(each.at, text_of(each.value, of.unit)) for each in reversed(points) if each.counted]


def _in_words(points: Sequence[Point], of: Figure) -> str:
    known = [each.value for each in points if each.counted and each.value is not None]
    if len(known) < 2:
        return "no course yet"
    first, low, high = (text_of(each, of.unit) for each in (known[0], min(known), max(known)))
    return f"{SHORT.title}: from {first} to {of.text}, between {low} and {high}"


SCREEN = Screen(
    Place("Figures", "/figures", "chart", "f", "Key figures, how they were, and what they count"),
    (figures, history, figure),
)
