"""The part of a transaction that counts key figures, and the words it is asked with."""

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from crossdock.model.kpis import Kpi
from crossdock.model.measures import Handover, Parcel

Dimension = Literal["partner", "carrier", "owner"]


class Terms(Struct, frozen=True):
    """A key figure as this installation watches it: worse than ``threshold`` is bad (None: never), ``objective`` in
    seconds. ``unwatched`` says why nothing is counted, "" where it is watched.
    """

    kpi: Kpi
    threshold: float | None
    objective: float
    unwatched: str = ""


class Board(Struct, frozen=True):
    """All key figures of an installation. ``partners`` are the configured ones, ``warehouses`` and ``carriers`` of
    them those of that kind; ``told`` are the notices customers get, as ``kind/milestone``.
    """

    terms: tuple[Terms, ...] = ()
    partners: tuple[str, ...] = ()
    warehouses: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


class Span(Struct, frozen=True):
    """What a figure is asked for: as it stood ``at`` a moment, of what happened after ``since`` where it looks back
    (epoch microseconds), about one ``partner`` or carrier ("" for all). The rest is what queries name (`Board`).
    """

    at: int
    since: int = 0
    partner: str = ""
    objective: float = 0.0
    warehouses: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


class KpiItem(Struct, frozen=True):
    """One row of what is counted; ``since`` in epoch microseconds."""

    partner: str
    carrier: str
    subject: str
    reference: str
    since: int
    value: float
    weight: float
    detail: str
    owner: str


class KeyFigures(Protocol):
    """Key figures (`crossdock.model.kpis`), counted by their own queries."""

    def number(self, kpi: Kpi, span: Span) -> float | None:
        """The figure; None where it is a mean or share of nothing."""
        ...

    def by(self, kpi: Kpi, span: Span, dimension: Dimension) -> dict[str, float]:
        """The figure of each partner, carrier or owner by itself."""
        ...

    def items(self, kpi: Kpi, span: Span, limit: int = 100) -> list[KpiItem]:
        """What is counted, the oldest first."""
        ...

    def sql(self, kpi: Kpi, span: Span, *, items: bool = False) -> str:
        """The statement that gives the number (or with ``items`` the rows behind it), to be run by hand."""
        ...


class Measures(Protocol):
    """What was measured of parcels and of orders handed to warehouses, folded from events by the reducer."""

    def parcels(self, subjects: Iterable[str]) -> list[Parcel]:
        """Those of these subjects, in the order of their keys."""
        ...

    def handovers(self, subjects: Iterable[str]) -> list[Handover]:
        """Those of these subjects, in the order of their keys."""
        ...

    def save(self, parcels: Sequence[Parcel], handovers: Sequence[Handover]) -> None:
        """Insert or replace."""
        ...

    def drop(self, subjects: Sequence[str]) -> None:
        """Forget those of these subjects (a rebuild writes them anew)."""
        ...
