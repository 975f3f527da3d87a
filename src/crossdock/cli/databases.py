"""The two kinds of database as backups see them: copied whole, with the database's own tools, and put back whole."""

import contextlib
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from crossdock.bootstrap import Installation
from crossdock.cli.output import Exit, Stop

_SQLITE = "sqlite:///"
_COUNT_TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"


class Database(Protocol):
    """Copies a database out and in. ``member`` is its name in an archive."""

    kind: str
    member: str

    def dump(self, target: Path) -> None:
        """Write a consistent copy to ``target``."""
        ...

    def load(self, source: Path) -> None:
        """Put a copy in the place of what is there."""
        ...

    def is_empty(self) -> bool:
        """Whether nothing would be lost."""
        ...


def of(found: Installation) -> Database:
    """The configured database."""
    settings = found.settings.store
    if settings.url.startswith("sqlite"):
        file = settings.url.removeprefix(_SQLITE)
        if not settings.url.startswith(_SQLITE) or file == ":memory:":
            raise Stop("A store in memory cannot be backed up.", settings.url, Exit.USAGE)
        return SqliteFile(Path(file))
    password = found.secrets.reveal(settings.password) if settings.password else ""
    return PostgresServer(settings.url, password)


class SqliteFile:
    """One SQLite file, copied by SQLite's own online backup."""

    kind = "sqlite"
    member = "crossdock.sqlite"

    def __init__(self, file: Path) -> None:
        """The database file; it need not exist yet."""
        self._file = file

    def dump(self, target: Path) -> None:
        """Write a consistent copy to ``target``, while others read and write."""
        if not self._file.exists():
            raise Stop(f"There is no database at {self._file}; create it with: crossdock migrate")
        with _connected(self._file) as source, _connected(target) as copy:
            source.backup(copy)

    def load(self, source: Path) -> None:
        """Replace the content; open connections of others see the new one."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with _connected(source) as copy, _connected(self._file) as target:
            intact = copy.execute("PRAGMA integrity_check").fetchone()[0]
            if intact != "ok":
                raise Stop("The archive's database is damaged; nothing was changed.", str(intact))
            try:
                copy.backup(target)
            except sqlite3.OperationalError as busy:
                raise Stop("The database is in use: stop Crossdock first.", str(busy)) from None

    def is_empty(self) -> bool:
        """True without a file, or with one that has no tables."""
        if not self._file.exists():
            return True
        with _connected(self._file) as database:
            return int(database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]) == 0


class PostgresServer:
    """One PostgreSQL database, copied by pg_dump and pg_restore of its own version or newer."""

    kind = "postgresql"
    member = "crossdock.pgdump"

    def __init__(self, url: str, password: str) -> None:
        """``password`` may also stand in the address, when it came by the environment."""
        parts = urlsplit(url)
        self._password = password or unquote(parts.password or "")
        user = f"{quote(unquote(parts.username))}@" if parts.username else ""
        hosts, query = _for_the_tools(parts.netloc.rpartition("@")[2], parts.query)
        self._url = urlunsplit((parts.scheme, user + hosts, parts.path, query, ""))

    def dump(self, target: Path) -> None:
        """Write a dump in the custom format."""
        with self._address() as address:
            _tool("pg_dump", "--format=custom", "--no-owner", f"--file={target}", f"--dbname={address}")

    def load(self, source: Path) -> None:
        """Drop what the dump holds and create it again, in one transaction."""
        with self._address() as address:
            _tool("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
                  f"--dbname={address}", str(source))  # fmt: skip

    def is_empty(self) -> bool:
        """True when the schema ``public`` has no tables."""
        with self._address() as address:
            said = _tool("psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--command={_COUNT_TABLES}", address)
        return said.strip() == "0"

    @contextlib.contextmanager
    def _address(self) -> Iterator[str]:
        """The address with its password in a file of its own: a command line is for everybody to see."""
        if not self._password:
            yield self._url
            return
        with tempfile.NamedTemporaryFile("w", prefix="crossdock-pgpass-") as file:  # created with mode 0600
            escaped = self._password.replace("\\", "\\\\").replace(":", "\\:")
            file.write(f"*:*:*:*:{escaped}\n")
            file.flush()
            joint = "&" if urlsplit(self._url).query else "?"
            yield f"{self._url}{joint}passfile={quote(file.name, safe='')}"


def _for_the_tools(host: str, query: str) -> tuple[str, str]:
    """Hosts and query as PostgreSQL's own programs read them.

    Several servers stand before the path, what is Crossdock's own is left out, and the server behind a pooler is called
    itself where its address is known.
    """
    given = parse_qsl(query)
    named = [value for name, value in given if name == "host"]
    direct = [value for name, value in given if name == "listen"]
    own = {"pooler", "connections", "listen"} | ({"host", "port"} if direct or len(named) > 1 else set())
    rest = [(name, value) for name, value in given if name not in own]
    if direct:
        host = direct[0]
    elif len(named) > 1:
        host = ",".join(named)
        rest += [] if "target_session_attrs" in dict(rest) else [("target_session_attrs", "primary")]
    return host, urlencode(rest, safe="/")


def _tool(name: str, *arguments: str) -> str:
    program = shutil.which(name)
    if program is None:
        raise Stop(f"{name} is not installed here; install PostgreSQL's client programs.", f"{name} is not on PATH")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    if done.returncode:
        raise Stop(f"{name} failed; nothing was changed.", done.stderr.strip())
    return done.stdout


@contextlib.contextmanager
def _connected(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, timeout=10)
    try:
        yield connection
    finally:
        connection.close()
