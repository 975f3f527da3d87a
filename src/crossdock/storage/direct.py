"""Statements that go to SQLite's driver as they are once they are known.

SQLite answers most questions in microseconds; SQLAlchemy takes ten times as long to find the compiled statement, to
expand its lists and to wrap the rows. So a statement that comes a second time (they are made once, with the modules) is
compiled here for the parameters it comes with, and from then on only its values travel. PostgreSQL's driver takes so
long for itself that this would save nothing there.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Insert
from sqlalchemy.sql import ClauseElement

_Given = Mapping[str, Any]
_Shape = tuple[object, ...]
_Change = tuple[int, Callable[[Any], Any]]


_SEEN: "WeakKeyDictionary[ClauseElement, dict[_Shape, _Known]]" = WeakKeyDictionary()
"""Statements that came already, and how they were compiled; one that is made anew each time is soon forgotten."""


_MOST_SHAPES = 100
"""Lists come in many lengths; a statement of four hundred values is kept in some 30 kB."""


class _Place:
    """Stands for a parameter, or for a value of one that is a list (by number), while their order is found out."""

    __slots__ = ("name", "number")

    def __init__(self, name: str, number: int | None = None) -> None:
        self.name, self.number = name, number


class _Known:
    """A statement compiled for parameters of one shape: their names, and how long those are that are lists."""

    def __init__(self, statement: Any, connection: Connection, given: _Given) -> None:
        dialect = connection.dialect
        compiled = statement.compile(
            dialect=dialect, column_keys=list(given), for_executemany=isinstance(statement, Insert)
        )
        expanded = compiled.construct_expanded_state({name: _marked(name, value) for name, value in given.items()})
        self.words = expanded.statement
        values = expanded.positional_parameters
        self._order = [each for each in values if not (isinstance(each, _Place) and each.number)]
        self._nested = {name for name, value in given.items() if isinstance(value, list) and _of_tuples(value)}
        self._changes = [
            (number, change)
            for number, each in enumerate(getattr(statement, "exported_columns", ()))
            if (change := each.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]
        self._row: Callable[[Sequence[Any]], Any] | None = None

    def values(self, given: _Given) -> list[Any]:
        """What the driver gets, in its order."""
        found: list[Any] = []
        for each in self._order:
            if not isinstance(each, _Place):
                found.append(each)
            elif each.number is None:
                found.append(given[each.name])
            else:
                found.extend(chain.from_iterable(given[each.name]) if each.name in self._nested else given[each.name])
        return found

    def rows(self, cursor: Any) -> list[Any]:
        """All rows, with the names of their columns."""
        if self._row is None:
            names = [column[0] for column in cursor.description]
            self._row = cast("Any", namedtuple("Row", names, rename=True))._make  # noqa: PYI024
        found = cursor.fetchall()
        return [self._row(_changed(row, self._changes)) for row in found] if self._changes else [*map(self._row, found)]


class Answer:
    """What a statement gave: the part of `sqlalchemy.Result` that steps use."""

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        """All rows."""
        return self._rows

    def first(self) -> Any:
        """The first row; None where there is none."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row."""
        (row,) = self._rows
        return row

    def scalar(self) -> Any:
        """The first value of the first row; None where there is none."""
        return self._rows[0][0] if self._rows else None

    def scalar_one(self) -> Any:
        """The first value of the only row."""
        return self.one()[0]

    scalar_one_or_none = scalar

    def mappings(self) -> "Answer":
        """Rows by the names of their columns."""
        return Answer([row._asdict() for row in self._rows], self.rowcount)


class Direct:
    """A connection to SQLite for steps: the part of `sqlalchemy.Connection` that they use."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self.whole = connection
        self._driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        self.dialect = connection.dialect

    def execute(self, statement: ClauseElement, given: _Given | Sequence[_Given] | None = None) -> Any:
        """As `sqlalchemy.Connection.execute`: for these values, or for each of several rows of them."""
        forms = _SEEN.get(statement)
        if forms is None:
            _SEEN[statement] = {}
            return self.whole.execute(cast("Any", statement), given)
        if isinstance(given, list):
            known = self._known(forms, statement, given[0])
            return self.exec_driver_sql(known.words, [known.values(each) for each in given])
        values = cast("_Given", given or {})
        known = self._known(forms, statement, values)
        cursor = self._driver.execute(known.words, known.values(values))
        return Answer(known.rows(cursor) if cursor.description else [], cursor.rowcount)

    def exec_driver_sql(self, words: str, given: list[Any] | None = None) -> Any:
        """Run SQL of this database, for each of several rows of values."""
        if given is None:
            return self.whole.exec_driver_sql(words)
        return Answer([], self._driver.executemany(words, given).rowcount)

    def scalars(self, statement: ClauseElement, given: _Given | None = None) -> list[Any]:
        """The first value of every row."""
        return [row[0] for row in self.execute(statement, given)]

    def _known(self, forms: dict[_Shape, _Known], statement: ClauseElement, given: _Given) -> _Known:
        shape = (*given, *(len(value) for value in given.values() if isinstance(value, list)))
        known = forms.get(shape)
        if known is None:
            if len(forms) >= _MOST_SHAPES:
                forms.clear()
            known = forms[shape] = _Known(statement, self.whole, given)
        return known


def _marked(name: str, value: Any) -> Any:
    """``value`` with a place instead of everything that is sent. All values of a list follow its first one."""
    if not isinstance(value, list):
        return _Place(name)
    numbers = count()
    if _of_tuples(value):
        return [tuple(_Place(name, next(numbers)) for _ in each) for each in value]
    return [_Place(name, next(numbers)) for _ in value]


def _of_tuples(values: Sequence[Any]) -> bool:
    return bool(values) and isinstance(values[0], tuple)


def _changed(row: Sequence[Any], changes: Sequence[_Change]) -> list[Any]:
    values = list(row)
    for number, change in changes:
        values[number] = change(values[number])
    return values
