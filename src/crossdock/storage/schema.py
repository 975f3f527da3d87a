"""The schema's revisions: bring a database up to date, or say where it stands."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from crossdock.storage.parts import prepare
from crossdock.storage.periods import period_of

_NOW = text("SELECT floor(extract(epoch FROM now()) * 1000000)::bigint")
_MONTHS_AHEAD = 3
_LOCK = 0x0C05
"""Two processes that start at once migrate one after the other (PostgreSQL; SQLite has one writer)."""


def upgrade(connection: Connection) -> str:
    """Run the migrations that are missing, inside the transaction of ``connection``; the revision reached."""
    divided = connection.dialect.name == "postgresql"
    if divided:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if revision_of(connection) != newest():
        command.upgrade(_config(connection), "head")
    if divided:
        month = period_of(int(connection.execute(_NOW).scalar_one()))
        prepare(connection, range(month, month + _MONTHS_AHEAD))
    return revision_of(connection)


def revision_of(connection: Connection) -> str:
    """The revision a database is at, "" before the first migration."""
    return MigrationContext.configure(connection).get_current_revision() or ""


@cache
def newest() -> str:
    """The revision this version of Crossdock works with."""
    return ScriptDirectory.from_config(_config(None)).get_current_head() or ""


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "crossdock.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
