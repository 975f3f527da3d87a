"""How steps are written: upserts, padded IN lists, texts from outside. What both databases need alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Connection,
    Table,
    Text,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

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


class among(FunctionElement[bool]):  # noqa: N801 - reads as an operator
    """Whether the column has one of the values of the parameter ``many``.

    PostgreSQL gets one array, so that the statement is the same however many they are and is prepared once; SQLite
    has no arrays and gets a list (see `chunks`).
    """

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "among":  # noqa: ARG002 - the base's signature
        """As it is: SQLite would be told ``x IN (…) = 1`` beside another condition, which no index answers."""
        return self


@compiles(among)
def _in_list(element: "among", compiler: SQLCompiler, **given: Any) -> str:
    (tested,) = element.clauses
    return compiler.process(tested.in_(bindparam("many", expanding=True)), **given)


@compiles(among, "postgresql")
def _in_array(element: "among", compiler: SQLCompiler, **given: Any) -> str:
    # Not "= ANY(array)": planned for any array, it compares every row of a small table with every element.
    (tested,) = element.clauses
    elements = select(func.unnest(bindparam("many", type_=_array_of(tested))))
    return compiler.process(tested.in_(elements.scalar_subquery()), **given)


def _array_of(tested: Any) -> "ARRAY[Any]":
    return ARRAY(Text() if isinstance(tested.type, Text) else tested.type)


class ForMany:
    """An INSERT for many rows at once, compiled once per database and given to the driver as it is.

    SQLAlchemy would prepare the parameters of every row anew, in Python, and PostgreSQL would carry out a statement
    for each; both took a good part of the whole road (docs/reference/performance.md). PostgreSQL gets one statement
    with an array for each column, SQLite rows in plain tuples. For columns whose values the drivers take as they are:
    texts, numbers, bytes, booleans. All rows ever given to one statement have the same columns.
    """

    def __init__(self, statement: sqlalchemy.Insert) -> None:
        """``statement`` is compiled when it first runs, for the columns of the first row."""
        self._insert = statement
        self._compiled: dict[str, tuple[str, Callable[[Mapping[str, Any]], Any]]] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run it for each of ``rows`` (by the names of columns); how many it touched."""
        if not rows:
            return 0
        dialect = connection.dialect
        at_once = dialect.name == "postgresql"
        if dialect.name not in self._compiled:
            names = list(rows[0])
            statement = self._from(_given(self._insert.table, names), names) if at_once else self._row_by_row(names)
            compiled = statement.compile(dialect=dialect, for_executemany=not at_once)
            in_order = itemgetter(*(each.removeprefix("each_") for each in compiled.positiontup))
            self._compiled[dialect.name] = str(compiled), in_order
        words_of_it, pick = self._compiled[dialect.name]
        tuples = [pick(row) for row in rows]
        given = tuple(map(list, zip(*tuples, strict=True))) if at_once else tuples
        return connection.exec_driver_sql(words_of_it, given).rowcount

    def _row_by_row(self, names: Sequence[str]) -> Any:
        return self._insert.values({name: bindparam(f"each_{name}") for name in names})

    def _from(self, given: Any, names: Sequence[str]) -> Any:
        return self._insert.from_select(list(names), select(*(given.c[name] for name in names)))


class UpdateMany(ForMany):
    """An UPDATE for many rows at once, as `ForMany`. Rows are found by the columns ``by``; what else is given is
    written, and ``always`` besides. It touches rows in no particular order: lock them first.
    """

    def __init__(self, table: Table, *by: str, only: Any = None, **always: ColumnElement[Any]) -> None:
        """``only`` is a further condition of the rows touched."""
        super().__init__(insert(table))
        self._table, self._by, self._always = table, by, always
        self._conditions = () if only is None else (only,)

    def _row_by_row(self, names: Sequence[str]) -> Any:
        return self._with({name: bindparam(f"each_{name}", type_=self._table.c[name].type) for name in names})

    def _from(self, given: Any, names: Sequence[str]) -> Any:
        return self._with({name: given.c[name] for name in names})

    def _with(self, given: Mapping[str, Any]) -> Any:
        changed = {name: value for name, value in given.items() if name not in self._by}
        return (
            update(self._table)
            .where(*(self._table.c[name] == given[name] for name in self._by), *self._conditions)
            .values(changed | self._always)
        )


def _given(table: Any, names: Sequence[str]) -> Any:
    """A row for each place of the arrays ``each_…``, for PostgreSQL."""
    arrays = [bindparam(f"each_{name}", type_=_array_of(table.c[name])) for name in names]
    columns = [column(name, table.c[name].type) for name in names]
    return func.unnest(*arrays).table_valued(*columns, name="given").render_derived()


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


def _lists(connection: Connection, values: Iterable[object]) -> Iterator[list[object]]:
    if connection.dialect.name == "postgresql":
        whole = list(dict.fromkeys(values))
        return iter([whole] if whole else [])
    return chunks(values)


def rows_in(connection: Connection, statement: Any, values: Iterable[object], **parameters: object) -> Iterator[Any]:
    """Rows of ``statement`` for `among` these values; where there are very many, list by list."""
    for many in _lists(connection, values):
        yield from connection.execute(statement, {"many": many, **parameters})


def change_in(connection: Connection, statement: Any, values: Iterable[object], **parameters: object) -> int:
    """Run an UPDATE or DELETE for `among` these values; how many rows it touched."""
    lists = _lists(connection, values)
    return sum(connection.execute(statement, {"many": many, **parameters}).rowcount for many in lists)


def words(text: str) -> str:
    """``text`` from outside as both databases can keep it: PostgreSQL has no place for U+0000, so it becomes U+2400."""
    return text.replace("\x00", "\u2400") if "\x00" in text else text
