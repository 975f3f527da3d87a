"""Which store a URL means."""

import contextlib
import sqlite3
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from crossdock.ports.stores import InvalidStoreUrl, Store
from crossdock.ports.stream import Stream
from crossdock.storage.postgresql import PostgresqlStore
from crossdock.storage.sqlite import SqliteStore

_OLDEST_SQLITE = (3, 34)
_JSON_BY_ITSELF = (3, 38)
"""Before it JSON was asked for when SQLite was built (sqlite.org/json1.html)."""


class MigratableStore(Store, Protocol):
    """A store that knows its schema."""

    async def migrate(self) -> str:
        """Bring the schema up to date; the revision it is at then. Nothing happens when it is."""
        ...

    async def revision(self) -> str:
        """The revision of the schema, "" before the first migration."""
        ...


def open_store(
    url: str,
    *,
    threads: bool = True,
    folder: str | Path | None = None,
    password: str = "",
    stream: Stream | None = None,
) -> MigratableStore:
    """The store at ``url``; connections are made when they are needed. Raises `InvalidStoreUrl`.

    ``sqlite:///crossdock.db`` (relative), ``sqlite:////var/lib/crossdock.db``, ``sqlite:///:memory:`` (migrated at
    once), or ``postgresql://user:password@host/name``; that with ``?pooler=transaction`` behind a transaction-mode
    pooler (``&listen=host:port`` is then the database itself, to be woken by it) and ``?connections=10``. Of several
    servers, ``postgresql://user@/name?host=one:5432&host=two:5432``, the primary is looked for.
    ``threads`` are SQLite's; without them every step runs in the caller's thread. Bodies above 64 KiB go to
    ``folder``: by default ``<file>.bodies`` beside SQLite, and into the row in memory and on PostgreSQL. Of a log whose
    bytes are in a ``stream``, PostgreSQL reads there what its rows let go of.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InvalidStoreUrl("the store's URL cannot be read; write sqlite:///file or postgresql://…") from error
    if password:
        parsed = parsed.set(password=password)
    where = Path(folder) if folder is not None else None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if stream is not None:
            raise InvalidStoreUrl("a log in JetStream needs PostgreSQL: write postgresql://… or take store.log out")
        return _sqlite(parsed, where, threads=threads)
    if backend in {"postgresql", "postgres"}:
        return _postgresql(parsed, where, stream)
    raise InvalidStoreUrl(f"'{backend}' is no store; write sqlite:///file or postgresql://…")


def _sqlite(url: URL, folder: Path | None, *, threads: bool) -> SqliteStore:
    unfit = unfit_sqlite(sqlite3.sqlite_version_info, _options())
    if unfit:
        raise InvalidStoreUrl(unfit)
    if url.database in {None, "", ":memory:"}:
        return SqliteStore(None, folder=folder, threads=threads)
    path = Path(str(url.database))
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteStore(path, folder=folder or path.with_name(f"{path.name}.bodies"), threads=threads)


def unfit_sqlite(version: tuple[int, ...], options: Collection[str]) -> str:
    """Why this Python's SQLite cannot be a store; "": it can. Texts are found by groups of letters (FTS5's trigrams
    came with 3.34: sqlite.org/releaselog/3_34_0.html), and lists of pairs are given as JSON.
    """
    known = ".".join(map(str, version))
    remedy = "run Crossdock with a newer Python, or take PostgreSQL as the store"
    if version < _OLDEST_SQLITE:
        return f"this Python comes with SQLite {known}, a store needs 3.34 or newer; {remedy}"
    json = "OMIT_JSON" not in options if version >= _JSON_BY_ITSELF else "ENABLE_JSON1" in options
    if "ENABLE_FTS5" not in options or not json:
        return f"this Python's SQLite {known} was built without FTS5 or JSON, which a store needs; {remedy}"
    return ""


@cache
def _options() -> frozenset[str]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        return frozenset(row[0] for row in connection.execute("PRAGMA compile_options"))


def _postgresql(url: URL, folder: Path | None, stream: Stream | None) -> PostgresqlStore:
    query = dict(url.query)
    pooler = query.pop("pooler", "")
    if pooler not in {"", "transaction", "session"}:
        raise InvalidStoreUrl(f"pooler is transaction or session, not '{pooler}'")
    listen, connections = str(query.pop("listen", "")), str(query.pop("connections", "10"))
    if not connections.isdigit() or int(connections) < 1:
        raise InvalidStoreUrl(f"connections is a number above zero, not '{connections}'")
    plain = URL.create("postgresql", url.username, url.password, url.host, url.port, url.database, query)
    transaction = pooler == "transaction"
    direct: URL | None = None if transaction else plain
    if listen:
        host, _, port = listen.rpartition(":")
        own = {name: value for name, value in query.items() if name not in {"host", "port"}}
        direct = plain.set(host=host or listen, port=int(port) if host and port.isdigit() else None, query=own)
    return PostgresqlStore(
        plain, listen=direct, folder=folder, pooler=transaction, connections=int(connections), stream=stream
    )
