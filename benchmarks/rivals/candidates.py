"""Who does the job, and how each is started, killed and asked what it did.

The rivals' effect is one inserted row, the least there can be; Crossdock's is its real one: the message translated,
correlated with its order, appended to the log, and the order's state folded.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import asyncpg

from benchmarks.local.worlds import open_world, seed
from benchmarks.processes import Group, free_port, wait_for
from crossdock.devkit.capacity.driving import Measured, drive
from crossdock.model.identifiers import PARTITIONS

ROOT = Path(__file__).parents[2]
THEIRS = Path(__file__).parent / "theirs"
SCANNED = "arrived_at_facility"
"""The milestone that an order's first scan brings it to."""
_CHUNK = 1000
_TOLD_TWICE = """SELECT count(*) FROM (
    SELECT subject FROM event WHERE type = 'tracking.reported.v1' GROUP BY subject HAVING count(*) > 1) AS twice"""
_EFFECT = """CREATE TABLE effect (
    n bigserial PRIMARY KEY, delivery_id text NOT NULL, code text NOT NULL, status text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp())"""


class Tools:
    """Where the rivals live."""

    def __init__(self, python: str, node_modules: str) -> None:
        """``python`` of an environment with celery, redis, psycopg, uvicorn; ``node_modules`` with node-red and pg."""
        self.python = python
        self.node_modules = node_modules


class Candidate(Protocol):
    """One way of doing the job."""

    name: str
    store: str
    most: int
    rates: tuple[int, ...]
    together: bool
    port: int

    async def prepare(self, url: str, folder: Path, orders: int) -> None:
        """Bring tables (and, for Crossdock, booked orders) into the database at ``url``."""
        ...

    def start(self) -> None:
        """Start everything."""
        ...

    def kill_worker(self) -> None:
        """SIGKILL whatever applies messages."""
        ...

    def start_worker(self) -> None:
        """Start it again."""
        ...

    def end(self) -> None:
        """End everything."""
        ...

    def memory(self) -> float:
        """MB of its processes, without the database."""
        ...

    def shaped(self, request: bytes) -> bytes:
        """The request as its door wants it."""
        ...

    async def send(self, requests: Iterator[bytes], connections: int, per_second: float = 0.0) -> Measured:
        """Send them all (see `crossdock.devkit.capacity.driving.drive`)."""
        ...

    async def applied(self, after: float) -> Iterable[tuple[int, float]]:
        """(order, epoch second) of effects visible now whose time is later than ``after``."""
        ...

    async def totals(self) -> int:
        """Distinct effects visible."""
        ...

    async def doubled(self) -> int:
        """Effects that are there more than once."""
        ...


class Processes:
    """Named process groups of one candidate."""

    rates: tuple[int, ...] = (150, 1500)

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path()
        self.groups: dict[str, Group] = {}

    def run(self, name: str, command: list[str], environ: dict[str, str]) -> None:
        """Start a group under a name."""
        self.groups[name] = Group(command, environ, self.folder / f"{name}.log", self.folder)

    def end(self) -> None:
        """End all, the last started first."""
        for group in reversed(self.groups.values()):
            group.end()

    def memory(self) -> float:
        """MB of all."""
        return sum(group.memory() for group in self.groups.values())

    def shaped(self, request: bytes) -> bytes:
        """As it is."""
        return request

    async def send(self, requests: Iterator[bytes], connections: int, per_second: float = 0.0) -> Measured:
        """Over connections that stay open."""
        return await drive(self.port, requests, connections, per_second)


class Crossdock(Processes):
    """Door and worker as processes of their own on PostgreSQL, together in one on SQLite."""

    def __init__(self, store: str, python: str) -> None:
        super().__init__()
        self.name = f"Crossdock, {'PostgreSQL' if store == 'postgresql' else 'SQLite'}"
        self.store = store
        self.most = 10_000
        self.together = store == "sqlite"
        self._python = python

    async def prepare(self, url: str, folder: Path, orders: int) -> None:
        """Schema and booked orders."""
        self.folder, self._url = folder, url
        hub = await open_world(url, milestones=frozenset())
        now = hub.clock.now()
        for first in range(0, orders, _CHUNK):
            numbers = range(first, min(first + _CHUNK, orders))
            await hub.store.run(lambda tx, numbers=numbers: seed(tx, numbers, now))
        hub.engine.partitions = tuple(range(PARTITIONS))
        while await hub.engine.reduce():
            pass
        await hub.close()
        await hub.store.close()
        # The labels' way to Odoo is no part of the job, and nobody answers there: they would be tried all the time.
        forget = "DELETE FROM command"
        self._pg = await asyncpg.connect(url) if self.store == "postgresql" else None
        self._lite = sqlite3.connect(urlsplit(url).path[1:]) if self.store == "sqlite" else None
        await self._ask(forget)

    def start(self) -> None:
        """Door and worker."""
        if not self.together:
            self._run("door")
        self.start_worker()
        wait_for(self.port)

    def start_worker(self) -> None:
        """The worker; on SQLite with the door."""
        self._run("both" if self.together else "worker")
        if self.together:
            wait_for(self.port)

    def kill_worker(self) -> None:
        """SIGKILL."""
        self.groups["both" if self.together else "worker"].kill()

    def _run(self, role: str) -> None:
        command = [self._python, "-m", "benchmarks.rivals.node", role, self._url, str(self.port)]
        self.run(role, command, {"PYTHONPATH": f"{ROOT}/src:{ROOT}"})

    async def applied(self, after: float) -> Iterable[tuple[int, float]]:
        """Orders whose state shows the scan."""
        since = int(after * 1e6)
        rows = await self._ask(
            f"SELECT name, updated_at FROM state WHERE milestone = '{SCANNED}' AND updated_at > {since}"  # noqa: S608 - ours
        )
        return [(int(name.rpartition("/")[2]), at / 1e6) for name, at in rows]

    async def totals(self) -> int:
        """Orders whose state shows the scan."""
        rows = await self._ask(f"SELECT count(*) FROM state WHERE milestone = '{SCANNED}'")  # noqa: S608 - ours
        return int(rows[0][0])

    async def doubled(self) -> int:
        """A second effect of one message would be a second event of its scan."""
        rows = await self._ask(_TOLD_TWICE)
        return int(rows[0][0])

    async def _ask(self, query: str) -> list[tuple[int | str, ...]]:
        if self._pg is not None:
            return [tuple(row) for row in await self._pg.fetch(query)]
        assert self._lite is not None
        with self._lite:
            return self._lite.execute(query).fetchall()


class _Rival(Processes):
    """What all rivals share: PostgreSQL, and the table their effects go to."""

    store = "postgresql"
    together = False
    _known_twice = 0

    async def prepare(self, url: str, folder: Path, orders: int) -> None:  # noqa: ARG002 - they know no orders
        self.folder, self._url = folder, url
        self._database = await asyncpg.connect(url)
        await self._database.execute(_EFFECT)
        await self._database.execute("CREATE INDEX ON effect (at)")

    async def applied(self, after: float) -> Iterable[tuple[int, float]]:
        query = "SELECT substr(code, 3)::int, extract(epoch FROM at)::float8 FROM effect WHERE at > to_timestamp($1)"
        return [(row[0], row[1]) for row in await self._database.fetch(query, after)]

    async def totals(self) -> int:
        return int(await self._database.fetchval("SELECT count(*) FROM effect") or 0) - self._known_twice

    async def doubled(self) -> int:
        count = "SELECT count(*) - count(DISTINCT delivery_id) FROM effect"
        self._known_twice = int(await self._database.fetchval(count) or 0)
        return self._known_twice


class CeleryRedis(_Rival):
    """Celery with two processes (one a core) on a Redis that writes its log every second."""

    def __init__(self, tools: Tools, *, late: bool) -> None:
        super().__init__()
        self.name = f"Celery + Redis, {'acks_late' if late else 'default settings'}"
        self.most = 4000
        self._tools, self._late, self._redis = tools, late, free_port()

    def start(self) -> None:
        """Redis, door, worker."""
        redis = ["redis-server", "--port", str(self._redis), "--bind", "127.0.0.1", "--dir", str(self.folder),
                 "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]  # fmt: skip
        self.run("redis", redis, {})
        wait_for(self._redis)
        door = [self._tools.python, "-m", "uvicorn", "celery_job:door", "--port", str(self.port), "--no-access-log",
                "--log-level", "warning", "--lifespan", "off"]  # fmt: skip
        self.run("door", door, self._environ())
        self.start_worker()
        wait_for(self.port)

    def start_worker(self) -> None:
        """Two processes."""
        worker = [self._tools.python, "-m", "celery", "-A", "celery_job", "worker", "-c", "2", "--loglevel", "WARNING"]
        self.run("worker", worker, self._environ())

    def kill_worker(self) -> None:
        """SIGKILL to all its processes."""
        self.groups["worker"].kill()

    def _environ(self) -> dict[str, str]:
        late = {"RIVAL_ACKS_LATE": "1"} if self._late else {}
        broker = f"redis://127.0.0.1:{self._redis}/0"
        return {"PYTHONPATH": str(THEIRS), "RIVAL_BROKER": broker, "RIVAL_DATABASE": self._url, **late}


class NodeRed(_Rival):
    """A flow that answers once the signature is right and then writes; one process is door and worker."""

    together = True

    def __init__(self, tools: Tools) -> None:
        super().__init__()
        self.name = "Node-RED"
        self.most = 10_000
        self._tools = tools

    def start(self) -> None:
        """Door and worker are one."""
        (self.folder / "flow.json").write_text((THEIRS / "node_red_flow.json").read_text())
        self.start_worker()

    def start_worker(self) -> None:
        """Node-RED itself."""
        modules = self._tools.node_modules
        command = ["node", f"{modules}/node-red/red.js", "--settings", str(THEIRS / "node_red_settings.js")]
        self.run("node-red", command, {
            "RIVAL_MODULES": modules, "RIVAL_PORT": str(self.port), "RIVAL_FOLDER": str(self.folder),
            "RIVAL_DATABASE": self._url, "NODE_PATH": modules,
        })  # fmt: skip
        wait_for(self.port)

    def kill_worker(self) -> None:
        """SIGKILL."""
        self.groups["node-red"].kill()
