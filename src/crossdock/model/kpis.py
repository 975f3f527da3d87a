"""Key figures: each is one file of data/kpis/ that says what it means, how it is counted, whose it is and how bad it
may get. Everything else (SQL, API, metrics, command line, pages, alerts) reads these files.

A query lists what is counted, a row each, with these columns: ``partner``, ``carrier``, ``subject``, ``reference``,
``since`` (epoch microseconds), ``value``, ``weight``, ``detail``, ``owner``. The number is made of its rows by
``measure``, so a number and the list behind it cannot disagree.
"""

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Literal

from msgspec import Struct, convert, field

Measure = Literal["count", "share", "ratio", "mean", "median", "p95"]
"""How many rows; the mean value as a percentage; the sum of values per sum of weights as a percentage; the mean, the
median and the 95th percentile of the values (nearest rank).
"""
Severity = Literal["low", "normal", "high", "critical"]

COLUMNS = ("partner", "carrier", "subject", "reference", "since", "value", "weight", "detail", "owner")
"""What every query gives, in this order."""

HOUR = 3_600_000_000
SECOND = 1_000_000


class Kpi(Struct, frozen=True):
    """One key figure. It is bad when it is ``worse`` than ``threshold`` (None: nobody is alerted). ``page`` and
    ``filter`` name the list behind it in the tower. ``hours`` is the period it looks back over, 0 for what stands at a
    moment; ``objective`` is in seconds, 0 for none. ``needs`` are settings of which one has to be there, else nothing
    is ever counted. ``history`` says whether it can be told of moments that have passed. ``scorecard`` is its place on
    a partner's scorecard, 0 for none; ``do`` is the operator's text and ``runbook`` a page of the documentation.
    """

    name: str
    title: str
    meaning: str
    unit: str
    sql: str
    owner: str
    do: str
    measure: Measure = "count"
    worse: Literal["over", "under"] = "over"
    threshold: float | None = None
    severity: Severity = "normal"
    queue: Literal["business", "technical"] = "business"
    page: str = "exceptions"
    filter: dict[str, str] = field(default_factory=dict)
    runbook: str = "how-to/measure.md"
    hours: float = 0.0
    objective: float = 0.0
    needs: tuple[str, ...] = ()
    history: bool = True
    scorecard: int = 0
    requirement: str = ""

    @property
    def kind(self) -> str:
        """The exception that stands while it is bad."""
        return f"kpi.{self.name}"

    @property
    def anchor(self) -> str:
        """Its section in docs/reference/kpis.md, as headings are linked."""
        return re.sub(r"\s+", "-", re.sub(r"[^\w\s]", "", self.title).strip().lower())

    def is_bad(self, value: float | None, threshold: float | None) -> bool:
        """Whether ``value`` is worse than ``threshold``; a value nobody knows is not."""
        if value is None or threshold is None:
            return False
        return value > threshold if self.worse == "over" else value < threshold


_HEADER = re.compile(r"^-- (?P<key>[a-z]+): (?P<value>.+)$")
_FURTHER = "--   "


class BadKpi(ValueError):
    """A file of data/kpis/ that cannot be read; the text says which and why."""


def kpi_of(name: str, text: str) -> Kpi:
    """Read one file: a header of comments (``-- key: value``, continued by ``--   more``), then the query.

    Raises `BadKpi`.
    """
    words: dict[str, str] = {}
    key, lines = "", text.splitlines()
    while lines and lines[0].startswith("--"):
        line = lines.pop(0)
        if found := _HEADER.match(line):
            key = found["key"]
            words[key] = found["value"].strip()
        elif key and line.startswith(_FURTHER):
            words[key] += f" {line.removeprefix(_FURTHER).strip()}"
        else:
            raise BadKpi(f"{name}: cannot read '{line}'")
    try:
        return convert({"name": name, "sql": "\n".join(lines).strip(), **dict(_typed(words))}, Kpi, strict=False)
    except ValueError as error:
        raise BadKpi(f"{name}: {error}") from None


def _typed(words: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    for key, value in words.items():
        if key in {"over", "under"}:
            yield from (("worse", key), ("threshold", value))
        elif key == "needs":
            yield key, tuple(each.strip() for each in value.split(","))
        elif key == "filter":
            yield key, dict(each.split("=", 1) for each in value.split())
        elif key == "history":
            yield key, value == "yes"
        else:
            yield key, value


def _read() -> dict[str, Kpi]:
    folder = resources.files("crossdock.model").joinpath("data", "kpis")
    files = sorted((each.name, each.read_text(encoding="utf-8")) for each in folder.iterdir())
    return {name: kpi_of(name, text) for file, text in files for name in [file.removesuffix(".sql")]}


KPIS: dict[str, Kpi] = _read()
"""Every key figure there is, by its name."""

SCORECARD: tuple[Kpi, ...] = tuple(
    sorted((each for each in KPIS.values() if each.scorecard), key=lambda k: k.scorecard)
)
"""Those that say how well a partner does, in the order of its scorecard."""
