"""How steps are written: upserts, padded IN lists, texts from outside. What both databases need alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import Insert, insert

T = TypeVar("T")

_MOST_IN_A_LIST = 1024


def insert_new(table: Table) -> Insert:
    """An INSERT that leaves rows alone which are there already. PostgreSQL's words compile for SQLite too."""
    return insert(table).on_conflict_do_nothing()


def upsert(table: Table, *keep: str) -> Insert:
    """An INSERT that replaces the row of the same primary key, except for the columns in ``keep``."""
    keys = [column.name for column in table.primary_key]
    statement = insert(table)
    changed = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys and column.name not in keep
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


class ForMany:
    """An INSERT or UPDATE for many rows at once, compiled once per database and given to the driver in plain tuples.

    SQLAlchemy would prepare the parameters of every row anew, in Python, which took a fifth of the whole road
    (docs/reference/performance.md). For columns whose values the drivers take as they are: texts, numbers, bytes,
    booleans. All rows ever given to one statement have the same keys.
    """

    def __init__(self, statement: Any) -> None:
        """``statement`` is compiled when it first runs, for the keys of the first row."""
        self._statement = statement
        self._compiled: dict[str, tuple[str, Callable[[Mapping[str, Any]], Any]]] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for each of ``rows``; nothing happens for none."""
        if not rows:
            return
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            compiled = self._statement.compile(dialect=dialect, column_keys=list(rows[0]), for_executemany=True)
            self._compiled[dialect.name] = (str(compiled), itemgetter(*compiled.positiontup))
        words_of_it, in_order = self._compiled[dialect.name]
        connection.exec_driver_sql(words_of_it, [in_order(row) for row in rows])


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """``values`` without repetitions in lists whose lengths are powers of two, 1024 at most; the last value fills up.

    Every length of an IN list is a statement of its own, and there are only so many prepared statements to cache.
    """
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), _MOST_IN_A_LIST):
        chunk = distinct[start : start + _MOST_IN_A_LIST]
        size = 1 << (len(chunk) - 1).bit_length()
        chunk.extend(chunk[-1:] * (size - len(chunk)))
        yield chunk


def rows_in(connection: Connection, statement: Any, values: Iterable[object], **parameters: object) -> Iterator[Any]:
    """Rows of ``statement`` for its expanding parameter ``many``, chunk by chunk, in the order of the chunks."""
    for chunk in chunks(values):
        yield from connection.execute(statement, {"many": chunk, **parameters})


def change_in(connection: Connection, statement: Any, values: Iterable[object], **parameters: object) -> int:
    """Run an UPDATE or DELETE for its expanding parameter ``many``; how many rows it touched."""
    return sum(connection.execute(statement, {"many": chunk, **parameters}).rowcount for chunk in chunks(values))


def words(text: str) -> str:
    """``text`` from outside as both databases can keep it: PostgreSQL has no place for U+0000, so it becomes U+2400."""
    return text.replace("\x00", "\u2400") if "\x00" in text else text
