"""PostgreSQL for steps, past SQLAlchemy where a statement is known.

SQLAlchemy opens connections, keeps them, and takes statements that come for the first time; for one that is known
asyncpg alone needs less than half of the processor's time. The connection is in autocommit as far as SQLAlchemy knows:
a transaction begins here, with the first statement, and ends here.
"""

import re
from collections.abc import Awaitable, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.sql import ClauseElement
from sqlalchemy.util import await_only

from crossdock.storage.failures import Aborted
from crossdock.storage.known import Answer, Given, Known, Statements

T = TypeVar("T")
STATEMENTS = Statements()
_GIVES_ROWS = re.compile(r"\s*(SELECT|WITH|SHOW|EXPLAIN)\b|.*\bRETURNING\b", re.DOTALL)
_TOUCHED = re.compile(r"(?:UPDATE|DELETE|INSERT \d+) (\d+)")
_PATIENCE = 2.0
"""Seconds for a server to take a transaction back; then it finds out by the connection's end."""
_NO_WAIT = "SET LOCAL synchronous_commit TO off"


class DirectPostgresql:
    """A connection for one transaction of a step: the part of `sqlalchemy.Connection` that steps use."""

    def __init__(self, connection: Connection, begin: str) -> None:
        """``connection`` is in autocommit; ``begin`` are the words the transaction begins with."""
        self.whole = connection
        self.dialect = connection.dialect
        self._driver = cast("asyncpg.Connection[Any]", connection.connection.driver_connection)
        self._begin = begin
        self._begun = False

    def execute(self, statement: ClauseElement, given: Given | Sequence[Given] | None = None) -> Any:
        """As `sqlalchemy.Connection.execute`: for these values, or for each of several rows of them."""
        first = cast("Given", given[0] if isinstance(given, list) else given or {})
        known = STATEMENTS.known(statement, first, self.dialect)
        self._start()
        if known is None:
            return self.whole.execute(cast("Any", statement), given)
        if isinstance(given, list):
            rows = [known.values(each) for each in given]
            self.wait_for(self._driver.executemany(known.words, rows))
            return Answer([], len(rows))
        if _GIVES_ROWS.match(known.words):
            return self._found(known, self.wait_for(self._driver.fetch(known.words, *known.values(first))))
        return self.exec_driver_sql(known.words, known.values(first))

    def _found(self, known: Known, rows: Sequence[Any]) -> Answer:
        if not rows:
            return Answer([], 0)
        return Answer(known.rows(rows, lambda: self._columns(known.words)), len(rows))

    def _columns(self, words: str) -> list[tuple[str, int]]:
        ready = self.wait_for(self._driver.prepare(words))
        return [(each.name, each.type.oid) for each in ready.get_attributes()]

    def exec_driver_sql(self, words: str, given: Sequence[Any] = ()) -> Answer:
        """Run SQL of this database that gives no rows."""
        self._start()
        touched = _TOUCHED.match(self.wait_for(self._driver.execute(words, *given)))
        return Answer([], int(touched[1]) if touched else -1)

    def scalars(self, statement: ClauseElement, given: Given | None = None) -> list[Any]:
        """The first value of every row."""
        return [row[0] for row in self.execute(statement, given)]

    def begin_nested(self) -> AbstractContextManager[Any]:
        """As `sqlalchemy.Connection.begin_nested`."""
        self._start()
        return self.whole.begin_nested()

    def no_wait(self) -> None:
        """The commit need not wait for the disk."""
        if self._begun:
            self.exec_driver_sql(_NO_WAIT)
        else:
            self._begin += f"; {_NO_WAIT}"

    def to_disk(self) -> None:
        """The commit waits for the disk: PostgreSQL flushes its log for a transaction that wrote to it."""
        self.exec_driver_sql("SELECT pg_logical_emit_message(true, 'crossdock', '')")

    def wait_for(self, answer: Awaitable[T]) -> T:
        """What is awaited, from within a step; the event loop goes on meanwhile."""
        return await_only(answer)

    def _start(self) -> None:
        if not self._begun:
            self._begun = True  # before it is answered: who is called off meanwhile has a transaction to take back
            self.wait_for(self._driver.execute(self._begin))

    async def commit(self) -> None:
        """End the transaction, where one began. Raises `Aborted`."""
        if self._begun and await self._driver.execute("COMMIT") != "COMMIT":
            raise Aborted("a step passed over an error of the database; nothing was written")

    async def roll_back(self) -> None:
        """Take everything back; a connection that cannot do so is closed."""
        if self._begun and not self._driver.is_closed():
            try:
                await self._driver.execute("ROLLBACK", timeout=_PATIENCE)
            except Exception:  # noqa: BLE001 - what is told is why it is taken back
                self._driver.terminate()
            except BaseException:
                self._driver.terminate()
                raise
