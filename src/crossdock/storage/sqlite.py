"""SQLite: one writer with a connection of its own, readers beside it on snapshots, or everything in the same thread."""

import asyncio
import contextlib
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.pool import QueuePool

from crossdock.ports.stores import Transaction
from crossdock.storage.direct import Direct
from crossdock.storage.failures import in_our_words
from crossdock.storage.records import Fetch
from crossdock.storage.schema import revision_of, upgrade
from crossdock.storage.transaction import SqlTransaction
from crossdock.storage.waking import Topics

T = TypeVar("T")

_READERS = 4
"""Some count for minutes, slice by slice; a page finds another one free."""
_CACHE = 32 * 1024
"""Kilobytes of pages that a reader's connection remembers; the writer's twice as many."""
_PATIENCE = 250
_WRITE = "BEGIN IMMEDIATE"


class SqliteStore:
    """A store in one file, or in memory (`crossdock.ports.stores.Store`).

    With ``threads`` steps run in a writer thread and a few reader threads; without, in the caller's thread, so that a
    seeded scheduler owns every interleaving. In memory there is one connection, and one thread at most for it.
    """

    name = "sqlite"
    hears = False

    def __init__(
        self, path: Path | None, *, folder: Path | None, threads: bool = True, fetch: Fetch | None = None
    ) -> None:
        """``path`` is the file (nothing: in memory); ``folder`` takes large bodies; ``fetch`` reads what of the log is
        elsewhere, in the thread of the step (for simulations: no configuration gives SQLite a stream).
        """
        self._folder = folder
        self._fetch = fetch
        self._topics = Topics()
        self._writing = _engine(path, _WRITE)
        self._steps = self._writing.execution_options(begun_by_steps=True)
        self._reading = _engine(path, "BEGIN", "query_only = ON") if path is not None else self._writing
        self._kept: dict[Engine, list[Connection]] = {self._steps: [], self._reading: []}
        self._writer = ThreadPoolExecutor(1, "crossdock-writer") if threads else None
        self._readers = self._writer
        if threads and path is not None:
            self._readers = ThreadPoolExecutor(_READERS, "crossdock-reader")
        if path is None:
            upgrade_engine(self._writing)  # nobody else can, the database lives and dies with this connection

    async def run(self, step: Callable[[Transaction], T]) -> T:
        """Run ``step`` in a write transaction and commit; an exception rolls everything back."""
        return await _in(self._writer, self._write, step)

    async def read(self, step: Callable[[Transaction], T]) -> T:
        """Run ``step`` in a read-only transaction on one consistent snapshot, without holding up writers."""
        return await _in(self._readers, self._read, step)

    def _write(self, step: Callable[[Transaction], T]) -> T:
        with in_our_words():
            with self._lent(self._steps) as connection:
                transaction = self._transaction(Direct(connection, _WRITE), writing=True)
                try:
                    with connection.begin():
                        result = step(transaction)
                except BaseException:
                    transaction.bodies.rolled_back()
                    raise
            transaction.bodies.committed()
        return result

    def _read(self, step: Callable[[Transaction], T]) -> T:
        """Whatever a step tries to write is refused by SQLite, also where reader and writer share a connection."""
        refusing = _query_only if self._reading is self._writing else contextlib.nullcontext
        with in_our_words(), self._lent(self._reading) as connection, connection.begin(), refusing(connection):
            return step(self._transaction(Direct(connection), writing=False))

    @contextlib.contextmanager
    def _lent(self, engine: Engine) -> Iterator[Connection]:
        """A connection for one step. The next step gets the same: a pool takes longer to lend than SQLite to answer."""
        kept = self._kept[engine]
        connection = kept.pop() if kept else engine.connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        kept.append(connection)

    def _transaction(self, direct: Direct, *, writing: bool) -> SqlTransaction:
        return SqlTransaction(direct, self._folder, writing=writing, fetch=self._fetch)

    async def wait(self, topic: str, seconds: float) -> bool:
        """Sleep until somebody in this process commits work on ``topic`` or time is up; whether somebody did."""
        return await self._topics.wait(topic, seconds)

    def wake(self, topic: str) -> None:
        """Tell waiters in this process that there is work; another process finds out when its own time is up."""
        self._topics.wake(topic)

    async def migrate(self) -> str:
        """Bring the schema up to date; the revision it is at then. Nothing happens when it is."""
        return await _in(self._writer, lambda _: upgrade_engine(self._writing), None)

    async def revision(self) -> str:
        """The revision of the schema, "" before the first migration."""

        def ask(_: None) -> str:
            with in_our_words(), self._reading.connect() as connection, connection.begin():
                return revision_of(connection)

        return await _in(self._readers, ask, None)

    async def close(self) -> None:
        """Let go of connections and threads."""
        for executor in {self._writer, self._readers} - {None}:
            assert executor is not None
            await asyncio.to_thread(executor.shutdown)
        for connection in itertools.chain(*self._kept.values()):
            connection.close()
        self._reading.dispose()
        self._writing.dispose()


def upgrade_engine(engine: Engine) -> str:
    """Run the migrations over one write transaction of ``engine``."""
    with in_our_words(), engine.connect() as connection, connection.begin():
        return upgrade(connection)


async def _in(executor: ThreadPoolExecutor | None, call: Callable[[Any], T], argument: object) -> T:
    if executor is None:
        await asyncio.sleep(0)  # others get their turn, as they would while a thread works
        return call(argument)
    return await asyncio.get_running_loop().run_in_executor(executor, call, argument)


def _engine(path: Path | None, begin: str, *settings: str) -> Engine:
    url = f"sqlite+pysqlite:///{path}" if path is not None else "sqlite+pysqlite:///:memory:"
    pool: dict[str, Any] = {"poolclass": StaticPool}
    if path is not None:
        # readers in threads share a small pool; the writer is alone by its thread and by BEGIN IMMEDIATE
        pool = {"poolclass": QueuePool, "pool_size": _READERS, "max_overflow": _READERS}
    engine = create_engine(
        url, connect_args={"check_same_thread": False, "timeout": 10.0, "cached_statements": 1024}, **pool
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is deferred and comes too late
        _to_wal(connection)
        cursor = connection.cursor()
        for pragma in (
            "synchronous = FULL",
            "foreign_keys = ON",
            "busy_timeout = 10000",
            "temp_store = MEMORY",
            f"cache_size = {-_CACHE if begin == 'BEGIN' else -2 * _CACHE}",
            *settings,
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("begun_by_steps"):
            _driver_of(connection).execute(begin)

    return engine


def _to_wal(connection: sqlite3.Connection) -> None:
    """Switch the file to a write-ahead log. SQLite does not wait for a rival here, whatever the busy timeout says."""
    for _ in range(_PATIENCE):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(0.02)
        else:
            return
    raise sqlite3.OperationalError("database is locked")


@contextlib.contextmanager
def _query_only(connection: Connection) -> Iterator[None]:
    """For a while. It costs every prepared statement of the connection: SQLite prepares them all again."""
    _driver_of(connection).execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        _driver_of(connection).execute("PRAGMA query_only = OFF")


def _driver_of(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)
