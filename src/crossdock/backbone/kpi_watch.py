"""Key figures counted by schedulers every so often: as Prometheus series, and as an exception while one is bad."""

from collections.abc import Mapping, Sequence
from functools import partial
from math import nan
from typing import Protocol

from msgspec import Struct
from prometheus_client import CollectorRegistry, Gauge

from crossdock.backbone.kpis import Reading, read, span_of
from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.kpis import SECOND
from crossdock.ports.clock import Clock
from crossdock.ports.stores import NewEvent, Store, Transaction
from crossdock.ports.stores_kpis import Board

SUBJECT = "kpi:"
"""What exceptions about figures belong to: ``kpi:`` and the figure's name."""
OTHERS = "other"
"""The label of partners and carriers that are not configured partners; labels stay as many as those."""


class Counted(Struct, frozen=True):
    """All figures, and of those that are told by partner the figure of each configured one."""

    readings: Sequence[Reading]
    partners: Mapping[str, Mapping[str, float]]


class CountingPace(Protocol):
    """How often figures are counted, and whether a bad one is an exception."""

    @property
    def every_seconds(self) -> float:
        """At most once in so many seconds."""
        ...

    @property
    def alerts(self) -> bool:
        """Whether one that is bad is an exception."""
        ...


class Counting(Struct, frozen=True):
    """The same as values."""

    every_seconds: float = 60.0
    alerts: bool = True


COUNTING = Counting()
_PAUSE = 20
"""Counting takes at most a twentieth of the time, however much there is to count."""


class KpiGauges:
    """One gauge a figure, and what is needed to judge them."""

    def __init__(self, board: Board, registry: CollectorRegistry) -> None:
        """Register on ``registry``. A figure nobody knows is NaN."""
        self._figures = {
            each.kpi.name: Gauge(f"crossdock_kpi_{each.kpi.name}", each.kpi.meaning, registry=registry)
            for each in board.terms
        }
        self._partners = Gauge(
            "crossdock_kpi_by_partner", "Figures of each partner.", ["kpi", "partner"], registry=registry
        )
        self._threshold = Gauge(
            "crossdock_kpi_threshold", "What a figure may not be worse than.", ["kpi"], registry=registry
        )
        self._bad = Gauge("crossdock_kpi_bad", "1 while it is worse than its threshold.", ["kpi"], registry=registry)
        self._watched = Gauge(
            "crossdock_kpi_watched", "0 where what it counts is not configured.", ["kpi"], registry=registry
        )
        self._at = Gauge(
            "crossdock_kpi_counted_timestamp_seconds", "When the figures were counted last.", registry=registry
        )
        self._took = Gauge("crossdock_kpi_counting_seconds", "How long that took.", registry=registry)

    def show(self, counted: Counted, now: int, took: int) -> None:
        """The figures at ``now``, counted in ``took`` microseconds."""
        for each in counted.readings:
            name = each.terms.kpi.name
            self._figures[name].set(nan if each.value is None else each.value)
            self._bad.labels(name).set(1 if each.bad else 0)
            self._watched.labels(name).set(0 if each.terms.unwatched else 1)
            if each.terms.threshold is not None:
                self._threshold.labels(name).set(each.terms.threshold)
        self._partners.clear()
        for name, figures in counted.partners.items():
            for partner, value in figures.items():
                self._partners.labels(name, partner).set(value)
        self._at.set(now / SECOND)
        self._took.set(took / SECOND)


class KpiWatch:
    """A sweep that counts every so many seconds, whoever asks in between."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        board: Board,
        registry: CollectorRegistry,
        pace: CountingPace = COUNTING,
    ) -> None:
        """Gauges are registered on ``registry``."""
        self._store, self._clock, self._board, self._alerts = store, clock, board, pace.alerts
        self._gauges = KpiGauges(board, registry)
        self._every = int(pace.every_seconds * SECOND)
        self._next = 0

    async def __call__(self, now: int) -> int:
        """Count if it is time; how many exceptions were raised or resolved."""
        if now < self._next:
            return 0
        started = self._clock.now()
        try:
            counted = await self._count(now)
        finally:  # a figure that cannot be counted is no reason to count the others without a pause
            took = self._clock.now() - started
            self._next = now + max(self._every, took * _PAUSE)
        self._gauges.show(counted, now, took)
        if not self._alerts:
            return 0
        moved = await self._store.run(lambda tx: judge(tx, counted.readings, now))
        if moved:
            self._store.wake("log")
        return moved

    async def _count(self, now: int) -> Counted:
        """All figures at ``now``, and by partner those of a scorecard or that count things; each in a look at the store
        of its own, so that nobody waits for all of them.
        """
        board = self._board
        readings = [await self._store.read(partial(read, board=board, terms=each, now=now)) for each in board.terms]
        told = [each for each in readings if each.terms.kpi.scorecard or each.terms.kpi.measure == "count"]
        partners = {
            each.terms.kpi.name: await self._store.read(partial(_by_partner, board=board, reading=each, now=now))
            for each in told if each.value
        }  # fmt: skip
        return Counted(readings, partners)


def _by_partner(tx: Transaction, board: Board, reading: Reading, now: int) -> dict[str, float]:
    kpi, counts = reading.terms.kpi, reading.terms.kpi.measure == "count"
    found: dict[str, float] = {}
    for partner, value in tx.kpis.by(kpi, span_of(board, reading.terms, now), "partner").items():
        if partner in board.partners:
            found[partner] = value
        elif counts:  # shares of several partners do not add up
            found[OTHERS] = found.get(OTHERS, 0.0) + value
    return found


def judge(tx: Transaction, readings: Sequence[Reading], now: int) -> int:
    """Raise an exception for each figure that is bad, and resolve those of figures that are not; how many."""
    return sum(_one(tx, each, now) for each in readings if each.terms.threshold is not None)


def _one(tx: Transaction, reading: Reading, now: int) -> int:
    kpi = reading.terms.kpi
    named, subject = kpi.kind, f"{SUBJECT}{kpi.name}"
    standing, _ = tx.views.exceptions(kind=named, subject=subject, limit=1)
    if bool(standing) == reading.bad:
        return 0
    # the list of exceptions is written by the reducer, a moment later: what was said stands in the log
    bodies = [each.body for each in tx.log.of_subject(subject)]
    raised = [each.cause for each in bodies if isinstance(each, ExceptionRaised)]
    ended = {each.cause for each in bodies if isinstance(each, ExceptionResolved)}
    open_causes = [each for each in raised if each not in ended]
    if reading.bad and not open_causes:
        return _tell(tx, subject, ExceptionRaised(named, text_of(reading), "", str(len(raised) + 1)), now)
    if not reading.bad:
        return sum(_tell(tx, subject, ExceptionResolved(named, "", cause), now) for cause in open_causes)
    return 0


def text_of(reading: Reading) -> str:
    """What is wrong, and what to do."""
    kpi, terms = reading.terms.kpi, reading.terms
    return f"{kpi.title}: {reading.value:g} {kpi.unit}, {kpi.worse} {terms.threshold:g}. {kpi.do}"


def _tell(tx: Transaction, subject: str, body: ev.EventBody, now: int) -> int:
    fact = ev.Fact(body, from_epoch_us(now), subject=subject)
    new = NewEvent(fact.key(subject), subject, fact, now, "", "", trace_id_of(subject))
    return len(tx.log.append([new], now))
