"""SQLite for steps, past SQLAlchemy where a statement is known: it answers most questions in microseconds, and finding
the compiled statement takes ten times as long.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.sql import ClauseElement

from crossdock.storage.known import Answer, Given, Known, Statements

STATEMENTS = Statements()


class Direct:
    """A connection to SQLite for steps: the part of `sqlalchemy.Connection` that they use."""

    def __init__(self, connection: Connection, begin: str = "") -> None:
        """Works inside the transaction of ``connection``, or in one that ``begin`` begins with the first statement."""
        self.whole = connection
        self._driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        self.dialect = connection.dialect
        self._begin = begin
        self._level = "FULL"

    def execute(self, statement: ClauseElement, given: Given | Sequence[Given] | None = None) -> Any:
        """As `sqlalchemy.Connection.execute`: for these values, or for each of several rows of them."""
        many = isinstance(given, list)
        first = cast("Given", given[0] if isinstance(given, list) else given or {})
        known = STATEMENTS.known(statement, first, self.dialect)
        self._start()
        if known is None:
            return self.whole.execute(cast("Any", statement), given)
        if many:
            return self.exec_driver_sql(known.words, [known.values(each) for each in cast("list[Given]", given)])
        cursor = self._driver.execute(known.words, known.values(first))
        return Answer(_rows(known, cursor) if cursor.description else [], cursor.rowcount)

    def exec_driver_sql(self, words: str, given: list[Any] | None = None) -> Any:
        """Run SQL of this database, for each of several rows of values."""
        self._start()
        if given is None:
            return self.whole.exec_driver_sql(words)
        return Answer([], self._driver.executemany(words, given).rowcount)

    def scalars(self, statement: ClauseElement, given: Given | None = None) -> list[Any]:
        """The first value of every row."""
        return [row[0] for row in self.execute(statement, given)]

    def no_wait(self) -> None:
        """The commit need not wait for the disk: what it writes gets there with the next one that does. To be said
        before anything is done; SQLite takes no such word later.
        """
        self._level = "NORMAL"

    def to_disk(self) -> None:
        """The commit waits for the disk though nothing is written: it writes what is there."""
        self.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")

    def _start(self) -> None:
        if not self._begin:
            return
        if self.whole.info.get("synchronous") != self._level:
            self._driver.execute(f"PRAGMA synchronous = {self._level}")
            self.whole.info["synchronous"] = self._level
        self._driver.execute(self._begin)
        self._begin = ""


def _rows(known: Known, cursor: sqlite3.Cursor) -> list[Any]:
    return known.rows(cursor.fetchall(), lambda: [(column[0], None) for column in cursor.description])
