"""Key figures counted: the queries of `crossdock.model.kpis` with what makes one number of their rows."""

import re
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Float, Text, bindparam, text
from sqlalchemy.types import TypeEngine

from crossdock.model.kpis import COLUMNS, Kpi
from crossdock.ports.stores_kpis import Dimension, KpiItem, Span
from crossdock.storage.statements import words

_TYPES: dict[str, TypeEngine[Any]] = {
    "at": BigInteger(), "since": BigInteger(), "partner": Text(), "objective": Float(), "limit": BigInteger(),
}  # fmt: skip
_LISTS = ("warehouses", "carriers", "told")
_NAMED = re.compile(r"(?<![:\w]):([a-z]+)\b")
_MADE = {
    "count": "COUNT(*)",
    "share": "100.0 * SUM(item.value) / NULLIF(COUNT(*), 0)",
    "ratio": "100.0 * SUM(item.value) / NULLIF(SUM(item.weight), 0)",
    "mean": "1.0 * SUM(item.value) / NULLIF(COUNT(*), 0)",
}
_RANKS = {"median": 50, "p95": 95}
_ABOUT = "\nWHERE item.partner = :partner OR item.carrier = :partner"


def _indented(sql: str) -> str:
    return "\n".join(f"  {line}" for line in sql.splitlines())


def number_sql(kpi: Kpi, dimension: str = "", *, about: bool = False) -> str:
    """The statement that gives the figure as ``value``, or with a ``dimension`` that of each of its words as ``word``,
    ``value``. ``about`` one partner or carrier only.
    """
    rows = f"FROM (\n{_indented(kpi.sql)}\n) AS item{_ABOUT if about else ''}"
    if kpi.measure in _RANKS:
        return _ranked(rows, _RANKS[kpi.measure], dimension)
    if not dimension:
        return f"SELECT {_MADE[kpi.measure]} AS value\n{rows}"
    return f"SELECT item.{dimension} AS word, {_MADE[kpi.measure]} AS value\n{rows}\nGROUP BY item.{dimension}"


def _ranked(rows: str, rank: int, dimension: str) -> str:
    """The nearest rank: the first value that so many of a hundred are not greater than."""
    part = f"PARTITION BY item.{dimension}" if dimension else ""
    word = f"item.{dimension} AS word, " if dimension else ""
    inner = (
        f"SELECT {word}item.value AS value, ROW_NUMBER() OVER ({part} ORDER BY item.value) AS place,\n"
        f"  COUNT(*) OVER ({part}) AS many\n{rows}"
    )
    wanted = "word, value" if dimension else "value"
    ranked = f"SELECT {wanted} FROM (\n{_indented(inner)}\n) AS ranked"  # noqa: S608 - words of ours, no values
    return f"{ranked}\nWHERE place = (many * {rank} + 99) / 100"


def items_sql(kpi: Kpi, *, about: bool = False) -> str:
    """The statement that gives the rows behind the figure, the oldest first."""
    columns = ", ".join(f"item.{name}" for name in COLUMNS)
    rows = f"FROM (\n{_indented(kpi.sql)}\n) AS item{_ABOUT if about else ''}"
    return f"SELECT {columns}\n{rows}\nORDER BY item.since, item.subject, item.reference\nLIMIT :limit"


@cache
def _prepared(sql: str) -> Any:
    named = set(_NAMED.findall(sql))
    lists = [bindparam(name, expanding=True, type_=Text()) for name in _LISTS if name in named]
    return text(sql).bindparams(*(bindparam(n, type_=t) for n, t in _TYPES.items() if n in named), *lists)


def _given(sql: str, span: Span, limit: int = 0) -> dict[str, object]:
    values: dict[str, object] = {
        "at": span.at, "since": span.since, "partner": words(span.partner), "objective": span.objective, "limit": limit,
        "warehouses": list(span.warehouses), "carriers": list(span.carriers), "told": list(span.told),
    }  # fmt: skip
    named = set(_NAMED.findall(sql))
    return {name: value for name, value in values.items() if name in named}


def literal(value: object) -> str:
    """A value as SQL writes it.

    >>> literal("o'clock"), literal(("a", "b")), literal(())
    ("'o''clock'", "('a', 'b')", '(NULL)')
    """
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list | tuple):
        return f"({', '.join(map(literal, value)) or 'NULL'})"
    return str(value)


class SqlKeyFigures:
    """Counts key figures (`crossdock.ports.stores_kpis.KeyFigures`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def number(self, kpi: Kpi, span: Span) -> float | None:
        """The figure; None where it is made of nothing."""
        rows = self._rows(number_sql(kpi, about=bool(span.partner)), span)
        return float(rows[0][0]) if rows and rows[0][0] is not None else None

    def by(self, kpi: Kpi, span: Span, dimension: Dimension) -> dict[str, float]:
        """The figure of each partner, carrier or owner by itself."""
        rows = self._rows(number_sql(kpi, dimension, about=bool(span.partner)), span)
        return {word: float(value) for word, value in rows if value is not None}

    def items(self, kpi: Kpi, span: Span, limit: int = 100) -> list[KpiItem]:
        """What is counted, the oldest first."""
        rows = self._rows(items_sql(kpi, about=bool(span.partner)), span, limit)
        return [
            KpiItem(row[0], row[1], row[2], row[3], int(row[4]), float(row[5]), float(row[6]), row[7], row[8])
            for row in rows
        ]

    def sql(self, kpi: Kpi, span: Span, *, items: bool = False) -> str:
        """The statement as it is run, with its values in it."""
        about = bool(span.partner)
        sql = items_sql(kpi, about=about) if items else number_sql(kpi, about=about)
        given = _given(sql, span, limit=100)
        return _NAMED.sub(lambda found: literal(given[found[1]]) if found[1] in given else found[0], sql)

    def _rows(self, sql: str, span: Span, limit: int = 0) -> list[Any]:
        return list(self._connection.execute(_prepared(sql), _given(sql, span, limit)))
