"""OCA's queue_job on a real Odoo, which has a database of its own (see `theirs/rival_job`)."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import asyncpg

from benchmarks.processes import wait_for
from benchmarks.rivals.candidates import THEIRS, Processes
from crossdock.devkit.capacity.driving import Measured
from crossdock.devkit.capacity.messages import post


class Lab:
    """Where Odoo 18 is: interpreter, checkout, folder with queue_job, and a database server with a role of its own."""

    def __init__(self, words: str) -> None:
        """``words`` are PYTHON:CHECKOUT:QUEUE_JOB:HOST:PORT:ROLE.

        The database is made once, as the role: createdb rivals_odoo, then PYTHON CHECKOUT/odoo-bin -d rivals_odoo
        --without-demo=all --stop-after-init -i rival_job
        --addons-path=CHECKOUT/addons,CHECKOUT/odoo/addons,QUEUE_JOB,benchmarks/rivals/theirs
        """
        self.python, self.checkout, self.queue_job, self.host, self.port, self.role = words.split(":")


class QueueJob(Processes):
    """Odoo with two workers and the job runner, which is all there is: door and worker are one."""

    store = "postgresql"
    together = True
    rates = (150,)

    def __init__(self, lab: Lab) -> None:
        """Nothing runs yet."""
        super().__init__()
        self.name = "OCA queue_job on Odoo 18"
        self.most = 600
        self._lab = lab
        self._address = f"postgresql://{lab.role}@{lab.host}:{lab.port}/rivals_odoo"
        self._twice = 0

    async def prepare(self, url: str, folder: Path, orders: int) -> None:  # noqa: ARG002 - it has its own database
        """Empty what an earlier run left."""
        self.folder = folder
        self._database = await asyncpg.connect(self._address)
        await self._database.execute("TRUNCATE rival_effect; DELETE FROM queue_job")

    def start(self) -> None:
        """Odoo itself."""
        self.start_worker()

    def start_worker(self) -> None:
        """Odoo itself, until it answers."""
        lab = self._lab
        addons = f"{lab.checkout}/addons,{lab.checkout}/odoo/addons,{lab.queue_job},{THEIRS}"
        command = [lab.python, f"{lab.checkout}/odoo-bin", f"--addons-path={addons}", f"--db_host={lab.host}",
                   f"--db_port={lab.port}", f"--db_user={lab.role}", "-d", "rivals_odoo", "--no-database-list",
                   f"--data-dir={self.folder / 'data'}", "--http-interface=127.0.0.1", f"--http-port={self.port}",
                   "--workers=2", "--max-cron-threads=0", "--load=base,web,queue_job", "--log-level=warn"]  # fmt: skip
        self.run("odoo", command, {"ODOO_QUEUE_JOB_CHANNELS": "root:2", "ODOO_QUEUE_JOB_PORT": str(self.port)})
        wait_for(self.port, 120)

    def kill_worker(self) -> None:
        """SIGKILL to all of Odoo."""
        self.groups["odoo"].kill()

    def shaped(self, request: bytes) -> bytes:
        """Octets to /rival/in: what calls itself JSON would be read as JSON-RPC."""
        head, _, body = request.partition(b"\r\n\r\n")
        made = post("/rival/in", body, "benchmark-secret")
        del head
        return made.replace(b"application/json", b"application/octet-stream", 1)

    async def send(self, requests: Iterator[bytes], connections: int, per_second: float = 0.0) -> Measured:
        """A connection a request: Odoo's workers end theirs after each answer."""
        slots = asyncio.Semaphore(connections)
        seen: dict[str, int] = {}
        started = time.perf_counter()

        async def one(request: bytes) -> None:
            async with slots:
                status = await self._answered(request)
            seen[status] = seen.get(status, 0) + 1

        async with asyncio.TaskGroup() as group:
            for number, request in enumerate(requests):
                pause = number / per_second - (time.perf_counter() - started) if per_second else 0.0
                await asyncio.sleep(max(0.0, pause))
                group.create_task(one(request))
        count = sum(seen.values())
        return Measured(count, time.perf_counter() - started, seen, 0.0, 0.0, 0.0)

    async def _answered(self, request: bytes) -> str:
        """The status; what was not answered is sent again, as any sender of webhooks does."""
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(request)
                status = (await reader.readline())[9:12].decode()
                writer.close()
            except OSError:
                status = ""
            if status:
                return status
            await asyncio.sleep(0.2)

    async def applied(self, after: float) -> Iterable[tuple[int, float]]:
        """Orders whose row is there."""
        query = "SELECT substr(code, 3)::int, at::float8 FROM rival_effect WHERE at > $1::float8::numeric"
        return [(row[0], row[1]) for row in await self._database.fetch(query, after)]

    async def totals(self) -> int:
        """Rows, without those known to be there twice."""
        await asyncio.sleep(0)
        return int(await self._database.fetchval("SELECT count(*) FROM rival_effect") or 0) - self._twice

    async def doubled(self) -> int:
        """Rows that are there twice."""
        count = "SELECT count(*) - count(DISTINCT delivery_id) FROM rival_effect"
        self._twice = int(await self._database.fetchval(count) or 0)
        return self._twice
