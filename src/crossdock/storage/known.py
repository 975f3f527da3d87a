"""Statements that go to a driver as they are once they are known.

SQLAlchemy takes longer to find a compiled statement, to expand its lists and to wrap the rows than either driver needs
for itself. So a statement that comes a second time (they are made once, with the modules) is compiled here for the
parameters it comes with, and from then on only its values travel.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Insert
from sqlalchemy.sql import ClauseElement

Given = Mapping[str, Any]
_Shape = tuple[object, ...]
_Change = tuple[int, Callable[[Any], Any]]

MOST_SHAPES = 100
"""Lists come in many lengths; a statement of four hundred values is kept in some 30 kB."""


class _Place:
    """Stands for a parameter, or for a value of one that is a list (by number), while their order is found out."""

    __slots__ = ("name", "number")

    def __init__(self, name: str, number: int | None = None) -> None:
        self.name, self.number = name, number


class Known:
    """A statement compiled for parameters of one shape: their names, and how long those are that are written out."""

    def __init__(self, statement: Any, compiled: Any, lists: frozenset[str], given: Given) -> None:
        """``lists`` are the parameters that are written out, value by value."""
        marked = {name: _marked(name, value, lists) for name, value in given.items()}
        expanded = compiled.construct_expanded_state(marked)
        self.words: str = expanded.statement
        values = expanded.positional_parameters
        self._order = [each for each in values if not (isinstance(each, _Place) and each.number)]
        self._nested = {name for name in lists & given.keys() if _of_tuples(given[name])}
        self._dialect = compiled.dialect
        self._columns = tuple(getattr(statement, "exported_columns", ()))
        self._changes: list[_Change] = []
        self._row: Callable[[Sequence[Any]], Any] | None = None

    def values(self, given: Given) -> list[Any]:
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

    def rows(self, found: Sequence[Any], columns: Callable[[], Sequence[tuple[str, Any]]]) -> list[Any]:
        """Rows with the names of their columns. ``columns`` are their names and the driver's types, asked for once."""
        if self._row is None:
            described = columns()
            self._row = cast("Any", namedtuple("Row", [name for name, _ in described], rename=True))._make  # noqa: PYI024
            self._changes = list(self._processors([kind for _, kind in described]))
        if self._changes:
            found = [_changed(row, self._changes) for row in found]
        return [*map(self._row, found)]

    def _processors(self, kinds: Sequence[Any]) -> Iterator[_Change]:
        for number, (each, kind) in enumerate(zip(self._columns, kinds, strict=False)):
            change = each.type.dialect_impl(self._dialect).result_processor(self._dialect, kind)
            if change is not None:
                yield number, change


class _Forms:
    """One statement, and how it was compiled for the shapes of parameters it came with."""

    def __init__(self) -> None:
        self.lists: frozenset[str] | None = None
        self.known: dict[_Shape, Known] = {}


class Statements:
    """Statements that came already to databases of one kind; one that is made anew each time is soon forgotten."""

    def __init__(self) -> None:
        """None yet."""
        self._seen: WeakKeyDictionary[ClauseElement, _Forms] = WeakKeyDictionary()

    def forms(self, statement: ClauseElement) -> int:
        """For how many shapes of parameters it is compiled."""
        return len(self._seen[statement].known)

    def forget(self) -> None:
        """Begin anew."""
        self._seen.clear()

    def known(self, statement: ClauseElement, given: Given, dialect: Dialect) -> Known | None:
        """How it was compiled for parameters like ``given``; nothing where it comes for the first time."""
        forms = self._seen.get(statement)
        if forms is None:
            self._seen[statement] = _Forms()
            return None
        shape = (*given, *(len(given[name]) for name in forms.lists or () if name in given))
        found = forms.known.get(shape)
        return found or self._compiled(forms, statement, given, dialect)

    def _compiled(self, forms: _Forms, statement: ClauseElement, given: Given, dialect: Dialect) -> Known:
        compiled: Any = statement.compile(
            dialect=dialect, column_keys=list(given), for_executemany=isinstance(statement, Insert)
        )
        if forms.lists is None:
            forms.lists = frozenset(name for name, bind in compiled.binds.items() if bind.expanding)
        if len(forms.known) >= MOST_SHAPES:
            forms.known.clear()
        shape = (*given, *(len(given[name]) for name in forms.lists if name in given))
        made = forms.known[shape] = Known(statement, compiled, forms.lists, given)
        return made


class Answer:
    """What a statement gave: the part of `sqlalchemy.Result` that steps use."""

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        """``rowcount`` is how many rows were touched."""
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


def _marked(name: str, value: Any, lists: frozenset[str]) -> Any:
    """``value`` with a place instead of everything that is sent. All values of a list follow its first one."""
    if name not in lists:
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
