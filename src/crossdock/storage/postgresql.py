"""PostgreSQL through asyncpg, one or many processes, directly or behind a pooler in transaction mode."""

import asyncio
import contextlib
import logging
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from crossdock.ports.stores import Transaction
from crossdock.ports.stream import Stream
from crossdock.storage.direct_postgresql import DirectPostgresql
from crossdock.storage.failures import is_refusal, network_in_our_words, sqlstate_of, worth_running_again
from crossdock.storage.fetching import fetching
from crossdock.storage.schema import revision_of, upgrade
from crossdock.storage.transaction import SqlTransaction
from crossdock.storage.waking import Topics

T = TypeVar("T")

CHANNEL = "crossdock"
_TRIES = 6
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_STANDBY = "25006"
"""What a server says to a write that became a standby while we were connected."""
_NOTIFY = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)"
"""A wake-up is worth no wait for the disk: were it lost, the polling net would find the work."""
_SESSION = {
    "application_name": "crossdock",
    # A worker that stands still in the middle of a transaction would hold its locks for as long as it sleeps.
    "idle_in_transaction_session_timeout": "15000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_LOG = logging.getLogger(__name__)


class PostgresqlStore:
    """A store in a PostgreSQL database (`crossdock.ports.stores.Store`).

    Steps keep no session state: locks are rows and transaction-level advisory locks, so a pooler in transaction mode
    works (``pooler=True`` also gives up prepared statements that outlive a transaction). LISTEN needs a session;
    ``listen`` is the address to do it at, nothing means that only the polling net wakes other processes' waiters.
    """

    name = "postgresql"

    def __init__(
        self,
        url: URL,
        *,
        listen: URL | None,
        folder: Path | None,
        pooler: bool = False,
        connections: int = 10,
        stream: Stream | None = None,
    ) -> None:
        """``folder`` takes large bodies; all processes of one database have to see the same. ``stream`` has the log's
        bytes that rows let go of; a step that needs them waits for it inside its transaction.
        """
        self._stream = stream
        self._generations = _Generations()
        self._engine = _engine(url, self._generations, pooler=pooler, connections=connections)
        self._schema = self._engine.execution_options(isolation_level="READ COMMITTED")
        self._folder = folder
        self._topics = Topics()
        self._listen = listen
        self.hears = listen is not None
        self._me = os.urandom(8).hex()
        self._pending: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: asyncio.Task[None] | None = None
        self._notifier: asyncio.Task[None] | None = None

    async def run(self, step: Callable[[Transaction], T]) -> T:
        """Run ``step`` in a write transaction and commit; an exception rolls everything back.

        A deadlock or serialization failure runs it again, so a step must not remember what it did before.
        """
        self._remember_loop()
        return await self._patiently(_WRITE, step, writing=True)

    async def read(self, step: Callable[[Transaction], T]) -> T:
        """Run ``step`` in a read-only transaction on one consistent snapshot, without holding up writers."""
        return await self._patiently(_READ, step, writing=False)

    async def _patiently(self, begin: str, step: Callable[[Transaction], T], *, writing: bool) -> T:
        for attempt in range(1, _TRIES):
            try:
                return await self._within(begin, step, writing=writing)
            except Exception as error:
                if not worth_running_again(error):
                    raise
                _LOG.debug("transaction is run again after attempt %d: %s", attempt, error)
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - spreads rivals, guards nothing
        return await self._within(begin, step, writing=writing)

    async def _within(self, begin: str, step: Callable[[Transaction], T], *, writing: bool) -> T:
        with network_in_our_words():
            async with self._engine.connect() as whole:
                direct = DirectPostgresql(cast("Connection", whole.sync_connection), begin)
                transaction = self._transaction(direct, writing=writing)
                committing = False
                try:
                    result = await whole.run_sync(lambda _: step(transaction))
                    committing = True
                    await direct.commit()
                except BaseException as error:
                    if not committing or is_refusal(error):
                        transaction.bodies.rolled_back()
                    if sqlstate_of(error) == _STANDBY:
                        self._generations.now += 1
                    await direct.roll_back()
                    raise
        transaction.bodies.committed()
        return result

    def _transaction(self, direct: DirectPostgresql, *, writing: bool) -> SqlTransaction:
        fetch = fetching(direct, self._stream) if self._stream is not None else None
        return SqlTransaction(direct, self._folder, writing=writing, fetch=fetch)

    async def wait(self, topic: str, seconds: float) -> bool:
        """Sleep until somebody commits work on ``topic``, in this process or another, or time is up."""
        loop = self._remember_loop()
        if self._listener is None and self._listen is not None:
            self._listener = loop.create_task(self._listening(), name="crossdock-listen")
        return await self._topics.wait(topic, seconds)

    def wake(self, topic: str) -> None:
        """Tell waiters, in this process and others, that there is work on ``topic``. May be called in any thread."""
        self._topics.wake(topic)
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # a closed loop has nobody to tell others for it
                loop.call_soon_threadsafe(self._tell_others, topic)

    def _remember_loop(self) -> asyncio.AbstractEventLoop:
        self._loop = asyncio.get_running_loop()
        return self._loop

    def _tell_others(self, topic: str) -> None:
        self._pending.add(topic)
        if self._notifier is None or self._notifier.done():
            self._notifier = asyncio.get_running_loop().create_task(self._notifying(), name="crossdock-notify")

    async def _notifying(self) -> None:
        """Send what is pending; wakes that come while a NOTIFY is under way travel together in the next one."""
        while self._pending:
            topics, self._pending = self._pending, set()
            try:
                async with self._engine.connect() as whole:
                    driver = cast("Any", (await whole.get_raw_connection()).driver_connection)
                    for topic in sorted(topics):
                        await driver.execute(_NOTIFY, CHANNEL, f"{topic} {self._me}")
            except Exception as error:  # noqa: BLE001 - others look by themselves when their time is up
                _LOG.debug("NOTIFY was not sent: %s", error)

    async def _listening(self) -> None:
        """One connection that listens; when it breaks it is opened anew, and waiters look once for what it missed."""
        assert self._listen is not None
        options = connect_options(self._listen)
        while True:
            lost = asyncio.Event()
            connection: asyncpg.Connection | None = None
            try:
                connection = await asyncpg.connect(**options)
                connection.add_termination_listener(lambda _, lost=lost: lost.set())
                await connection.add_listener(CHANNEL, self._heard)
                await lost.wait()
            except Exception as error:  # noqa: BLE001 - the polling net works meanwhile
                _LOG.debug("LISTEN is not possible now: %s", error)
            finally:
                if connection is not None and not connection.is_closed():
                    connection.terminate()
            await asyncio.sleep(1.0)
            self._topics.wake_all()

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: str) -> None:
        topic, _, sender = payload.partition(" ")
        if sender != self._me:
            self._topics.wake(topic)

    async def migrate(self) -> str:
        """Bring the schema up to date; the revision it is at then. Nothing happens when it is."""
        return await self._ask(upgrade)

    async def revision(self) -> str:
        """The revision of the schema, "" before the first migration."""
        return await self._ask(revision_of)

    async def _ask(self, call: Callable[[Connection], str]) -> str:
        with network_in_our_words():
            async with self._schema.begin() as connection:
                return await connection.run_sync(call)

    async def close(self) -> None:
        """Let go of connections and tasks; what others have to be told is told first."""
        if self._notifier is not None:
            await asyncio.wait([self._notifier], timeout=1.0)
        for task in (self._listener, self._notifier):
            if task is not None and not task.done():
                task.cancel()
                await _ended(task)
        await self._engine.dispose()
        if self._stream is not None:
            await self._stream.close()


async def _ended(task: "asyncio.Task[None]") -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await task


class _Generations:
    """Looks at each connection before it is used: one that was lost, or that is of an earlier generation because its
    server became a standby, is replaced.
    """

    def __init__(self) -> None:
        self.now = 0

    def made(self, _connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        """A new connection is of today's."""
        entry.info["generation"] = self.now

    def look(self, connection: DBAPIConnection, entry: ConnectionPoolEntry, *_: object) -> None:
        """Raises `DisconnectionError`: SQLAlchemy makes a new one."""
        if entry.info["generation"] != self.now or cast("Any", connection).driver_connection.is_closed():
            raise DisconnectionError("this connection is of no use any more")


def _engine(url: URL, generations: _Generations, *, pooler: bool, connections: int) -> AsyncEngine:
    arguments: dict[str, Any] = {"timeout": 10, "command_timeout": 120, **connect_options(url)}
    if pooler:
        # the next transaction may be on another server connection: no statement may be expected to be there
        arguments |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0,
                      "prepared_statement_name_func": lambda: ""}  # fmt: skip
    else:
        arguments |= {"statement_cache_size": 500, "server_settings": _SESSION}
    engine = create_async_engine(
        URL.create("postgresql+asyncpg"),
        poolclass=AsyncAdaptedQueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=False,
        pool_timeout=30,
        connect_args=arguments,
        isolation_level="AUTOCOMMIT",  # transactions of steps begin and end in `DirectPostgresql`
    )
    event.listen(engine.sync_engine, "connect", generations.made)
    event.listen(engine.sync_engine, "checkout", generations.look)
    return engine


def connect_options(url: URL) -> dict[str, Any]:
    """What asyncpg wants to know of ``url``; several ``host=name:port`` in its query are tried for the primary."""
    query = dict(url.query)
    hosts = query.pop("host", url.host or "")
    several = (hosts,) if isinstance(hosts, str) else hosts
    places = [_place(each, str(query.get("port") or url.port or "5432")) for each in several]
    query.pop("port", None)
    options: dict[str, Any] = {"user": url.username, "password": url.password, "database": url.database, **query}
    if any(host for host, _ in places):
        options |= {"host": [host for host, _ in places], "port": [port for _, port in places]}
    if len(places) > 1:
        options.setdefault("target_session_attrs", "primary")
    return {name: value for name, value in options.items() if value is not None}


def _place(text: str, port: str) -> tuple[str, int]:
    """Host and port of ``name``, ``name:port``, ``[address]:port`` or the folder of a socket."""
    name, colon, own = text.rpartition(":")
    if colon and own.isdigit() and not text.startswith("/") and (":" not in name or name.startswith("[")):
        return name.strip("[]"), int(own)
    return text.strip("[]"), int(port)
