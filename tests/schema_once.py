"""The migrations make the schema of an empty SQLite database once in a process; every further one is made of the same
statements, in a twentieth of the time. Tests about the migrations (``tests/storage``) run the real ones.
"""

import sqlite3
from collections.abc import Iterator

from sqlalchemy import Connection

from crossdock.storage import schema, sqlite

_EMPTY = "SELECT 1 FROM sqlite_master LIMIT 1"
_SHADOWS = "SELECT name FROM pragma_table_list WHERE type = 'shadow'"
"""Tables that a virtual table makes and fills by itself."""
_MADE = """SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
AND tbl_name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, rowid"""


class Once:
    """Stands in for `crossdock.storage.schema.upgrade` in the SQLite store."""

    def __init__(self) -> None:
        self._statements: tuple[str, ...] = ()

    def __call__(self, connection: Connection) -> str:
        raw = connection.connection.driver_connection
        empty = raw.execute(_EMPTY).fetchone() is None
        if not (empty and self._statements):
            revision = schema.upgrade(connection)
            if empty:
                self._statements = (*(row[0] for row in raw.execute(_MADE)), *_rows(raw))
            return revision
        for statement in self._statements:
            raw.execute(statement)
        return schema.newest()


def _rows(raw: sqlite3.Connection) -> Iterator[str]:
    """Statements that fill tables as the migrations did."""
    others = tuple(f'INSERT INTO "{row[0]}"' for row in raw.execute(_SHADOWS))
    return (each for each in raw.iterdump() if each.startswith('INSERT INTO "') and not each.startswith(others))


def migrate_once() -> None:
    """From now on in this process."""
    sqlite.upgrade = Once()
