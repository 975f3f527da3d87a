"""PostgreSQL's divided tables: which parts there are, new ones ahead of time, old ones detached and dropped."""

import re
from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import Connection, text

from crossdock.storage.failures import sqlstate_of
from crossdock.storage.periods import first_id, period_of, start_of

COLUMN = {"exchange": "id", "attempt": "exchange_id", "delivery": "period"}
"""What each divided table is divided by: ids begin with their instant."""

_PATIENCE = text("SET LOCAL lock_timeout = '3s'")
"""Making and dropping parts needs the whole table for a moment: rather later than with intake waiting behind it."""
_PARTS = text(
    "SELECT child.relname, pg_get_expr(child.relpartbound, child.oid) FROM pg_inherits"
    " JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = to_regclass(:of) ORDER BY 1"
)
_HELD_BY_OTHERS = "55P03"
_BOUND = re.compile(r"FROM \((.+?)\) TO \((.+?)\)")
_MONTH = re.compile(r"_\d{4}_\d\d$")


class Part(Struct, frozen=True):
    """One part: ``high`` is what its rows are smaller than; "" for the one that takes what has no part."""

    name: str
    low: str
    high: str

    @property
    def month(self) -> bool:
        """Whether it holds a single month, and goes as a whole only."""
        return bool(_MONTH.search(self.name))


def parts(connection: Connection, table: str) -> list[Part]:
    """All parts of a divided table."""
    rows = connection.execute(_PARTS, {"of": table})
    return [_part(name, bound) for name, bound in rows]


def _part(name: str, bound: str) -> Part:
    found = _BOUND.search(bound)
    low, high = (each.strip("'") for each in found.groups()) if found else ("", "")
    return Part(name, "" if low == "MINVALUE" else low, high)


def bound(table: str, at: int) -> str:
    """What separates rows of before ``at`` from later ones."""
    return str(period_of(at)) if table == "delivery" else first_id(at)


def below(table: str, one: str, other: str) -> bool:
    """Whether a bound is at or below another."""
    return int(one) <= int(other) if table == "delivery" else one <= other


def prepare(connection: Connection, months: Sequence[int]) -> list[str]:
    """Make the parts of these months that are not there; a month that has rows elsewhere already stays there. Where
    others hold the table for long, that is left to the next time: what has no part is kept all the same.
    """
    return [
        name
        for name, (table, low, high) in missing(connection, months).items()
        if _made(connection, table, name, (_quoted(table, low), _quoted(table, high)))
    ]


def missing(connection: Connection, months: Sequence[int]) -> dict[str, tuple[str, str, str]]:
    """The parts of these months that are not there: table and bounds by name."""
    found: dict[str, tuple[str, str, str]] = {}
    for table in COLUMN:
        there = parts(connection, table)
        for month in months:
            low, high = bound(table, start_of(month)), bound(table, start_of(month + 1))
            if not any(_overlap(table, each, low, high) for each in there):
                found[f"{table}_{1970 + month // 12}_{month % 12 + 1:02d}"] = (table, low, high)
    return found


def _overlap(table: str, part: Part, low: str, high: str) -> bool:
    if not part.high or below(table, part.high, low):
        return False
    return not part.low or not below(table, high, part.low)


def _made(connection: Connection, table: str, name: str, span: tuple[str, str]) -> bool:
    """Attached rather than made in place: others may read and write meanwhile."""
    low, high = span
    elsewhere = f"SELECT 1 FROM {table}_rest WHERE {COLUMN[table]} >= {low} AND {COLUMN[table]} < {high} LIMIT 1"  # noqa: S608 - names of ours
    if connection.execute(text(elsewhere)).first():
        return False
    try:
        with connection.begin_nested():
            connection.execute(_PATIENCE)
            connection.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)"))
            connection.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})"))
    except Exception as error:
        if sqlstate_of(error) != _HELD_BY_OTHERS:
            raise
        return False
    return True


def _quoted(table: str, value: str) -> str:
    return value if table == "delivery" else "'" + value.replace("'", "''") + "'"


def old(connection: Connection, table: str, before: int) -> Part | None:
    """The oldest part that ended at or before ``before``."""
    limit = bound(table, before)
    ended = [each for each in parts(connection, table) if each.high and below(table, each.high, limit)]
    return min(ended, key=lambda each: (len(each.high), each.high), default=None)


def drop(connection: Connection, table: str, part: Part, stays: str) -> tuple[int, int, list[str]] | None:
    """Detach a part, put the rows that stay (a condition) back into the table, drop it: how many rows it had, how many
    of them stay, and the files of the others; nothing where others hold the table.

    The table is locked for as long as that takes, which is milliseconds: counting comes first.
    """
    old = f"FROM {part.name} AS old"
    rows = int(connection.execute(text(f"SELECT count(*) {old}")).scalar_one())
    try:
        with connection.begin_nested():
            connection.execute(_PATIENCE)
            connection.execute(text(f"ALTER TABLE {table} DETACH PARTITION {part.name}"))
            kept = (
                connection.execute(text(f"INSERT INTO {table} SELECT * {old} WHERE {stays}")).rowcount if stays else 0
            )
            files = f"SELECT location {old} WHERE location <> '' AND NOT ({stays})"
            locations = [row[0] for row in connection.execute(text(files))] if table == "exchange" else []
            connection.execute(text(f"DROP TABLE {part.name}"))
    except Exception as error:
        if sqlstate_of(error) != _HELD_BY_OTHERS:
            raise
        return None
    return rows, kept, locations


def loose(connection: Connection, table: str) -> list[str]:
    """The tables whose old rows go one by one: what came before months, and what has none. SQLite has nothing else."""
    if connection.dialect.name != "postgresql":
        return [table]
    return [each.name for each in parts(connection, table) if not each.month]
