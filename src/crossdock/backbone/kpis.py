"""Key figures as every door asks for them: one reading is one query of the store."""

from collections.abc import Sequence

from msgspec import Struct

from crossdock.model.kpis import HOUR
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_kpis import Board, KpiItem, Span, Terms

_MINUTE = 60_000_000
PAST = "This figure says how things stand now; of the past it is not known."
MOST_POINTS = 200
"""Moments of a history that one request may ask for."""


class Reading(Struct, frozen=True):
    """One figure: its ``value`` at a moment ``at``, of what happened after ``since`` (0: what stands then; epoch
    microseconds). ``value`` is None where nothing is known, and ``why`` says so. ``bad``: worse than its threshold.
    """

    terms: Terms
    value: float | None
    at: int
    since: int
    bad: bool
    why: str = ""


class Window(Struct, frozen=True):
    """What a figure is asked for: from ``since`` to ``until`` (epoch microseconds; 0: its own period, and now), about
    one ``partner`` or carrier ("" for all).
    """

    since: int = 0
    until: int = 0
    partner: str = ""


class UnknownKpi(LookupError):
    """There is no such key figure."""


class TooManyPoints(ValueError):
    """A history of more than `MOST_POINTS` moments."""


def terms_of(board: Board, name: str) -> Terms:
    """The figure of this name. Raises `UnknownKpi`."""
    found = next((each for each in board.terms if each.kpi.name == name), None)
    if found is None:
        raise UnknownKpi(name)
    return found


def span_of(board: Board, terms: Terms, now: int, window: Window = Window()) -> Span:  # noqa: B008 - immutable
    """What its query is asked with."""
    at = min(window.until or now, now)
    since = window.since or at - int(terms.kpi.hours * HOUR)
    return Span(
        at, since if terms.kpi.hours else 0, window.partner, terms.objective, board.warehouses, board.carriers,
        board.told,
    )  # fmt: skip


def read(tx: Transaction, board: Board, terms: Terms, now: int, window: Window = Window()) -> Reading:  # noqa: B008 - immutable
    """One figure."""
    span = span_of(board, terms, now, window)
    if not terms.kpi.history and span.at < now - _MINUTE:
        return Reading(terms, None, span.at, span.since, bad=False, why=PAST)
    value = tx.kpis.number(terms.kpi, span)
    bad = not terms.unwatched and terms.kpi.is_bad(value, terms.threshold)
    return Reading(terms, value, span.at, span.since, bad, terms.unwatched)


def read_all(tx: Transaction, board: Board, now: int, window: Window = Window()) -> list[Reading]:  # noqa: B008 - immutable
    """All of them, by name."""
    return [read(tx, board, each, now, window) for each in board.terms]


def items(tx: Transaction, board: Board, terms: Terms, now: int, window: Window, limit: int) -> Sequence[KpiItem]:
    """The list behind a figure, the oldest first."""
    return tx.kpis.items(terms.kpi, span_of(board, terms, now, window), limit)


def moments(since: int, until: int, step: int) -> list[int]:
    """Every ``step`` from ``since`` to ``until``, which is always the last (epoch microseconds). Raises
    `TooManyPoints`.

    >>> moments(0, 10, 4)
    [2, 6, 10]
    """
    count = (until - since) // step + 1
    if count > MOST_POINTS:
        raise TooManyPoints(f"{count} moments; at most {MOST_POINTS}")
    return [until - step * each for each in reversed(range(count)) if until - step * each >= since]


def history(tx: Transaction, board: Board, terms: Terms, points: Sequence[int], partner: str = "") -> list[Reading]:
    """The figure as it was at each moment, counted from what the store still has of it; empty where the past is not
    known.
    """
    if not terms.kpi.history:
        return []
    return [read(tx, board, terms, at, Window(until=at, partner=partner)) for at in points]
