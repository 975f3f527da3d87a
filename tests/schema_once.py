"""The migrations make the schema of an empty SQLite database once in a process; every further one is made of the same
statements, in a twentieth of the time. Tests about the migrations (``tests/storage``) run the real ones.
"""

from sqlalchemy import Connection

from crossdock.storage import schema, sqlite

_EMPTY = "SELECT 1 FROM sqlite_master LIMIT 1"


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
                _, *self._statements, _ = raw.iterdump()  # without its BEGIN and COMMIT: a transaction is open
            return revision
        for statement in self._statements:
            raw.execute(statement)
        return schema.newest()


def migrate_once() -> None:
    """From now on in this process."""
    sqlite.upgrade = Once()
