"""A town for real kills: Crossdock in processes of its own on one PostgreSQL, its partners in the test's process, and
their books, which say in the end whether anything was lost or done twice.
"""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Self

import aiohttp
import pytest

from cli.running import HOOK, KEY, free_port
from crossdock import bootstrap
from crossdock.catalog import simulators
from crossdock.sim.faults import FaultBook
from crossdock.sim.server import LoopbackServer
from crossdock.transports.machine import RealClock

SLOW = pytest.mark.skipif(not os.environ.get("CROSSDOCK_KILLS"), reason="slow: CROSSDOCK_KILLS=1, as make chaos says")
"""Minutes, not seconds: ``make chaos`` runs these, ``make test`` leaves them out."""

FAKETIME = next(map(str, Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), "")
"""Gives a process another time of day (github.com/wolfcw/libfaketime); "" where it is not installed."""

CONFIGURATION = """\
store: {{url: "{url}"{log}}}
listen: {{port: {port}}}
telemetry: {{log_level: info, log_format: json, otlp_endpoint: "http://127.0.0.1:1"}}
security: {{signing_secret: secret://file/key, tower_login: false}}
workers: {{lease_seconds: 5, claim_seconds: 6}}
reconciliation: {{enabled: false}}
partners:
  odoo:
    connector: odoo
    allow_private: true
    throttle: {{{throttle}}}
    config: {{url: "http://127.0.0.1:{odoo}", database: demo, api_key: secret://file/key, overlap: 5}}
  easypost:
    connector: easypost
    allow_private: true
    config:
      url: http://127.0.0.1:{easypost}
      api_key: secret://file/key
      webhook_secrets: [secret://file/hook]
      label_hosts: [127.0.0.1]
retry:
  server: {{schedule: [0.3, 1], park_after: 200}}
  timeout: {{schedule: [0.5, 1], park_after: 200}}
  unreachable: {{schedule: [0.5, 1], park_after: 200}}
  pending: {{schedule: [0.5, 1], park_after: 200}}
processes:
  order_to_ship: {{erp: odoo, carriers: [easypost], milestones: [in_transit, delivered]}}
"""


class Process:
    """One ``crossdock serve`` and what it said."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()

    async def ask(self, path: str) -> tuple[int, bytes]:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.port}{path}") as response:
            return response.status, await response.read()

    async def ready(self, seconds: float = 120) -> dict:
        """What /readyz says once it says 200."""
        async with asyncio.timeout(seconds):
            while True:
                if self.process.returncode is not None:
                    raise AssertionError(self.log.read_text())
                try:
                    status, body = await self.ask("/readyz")
                except aiohttp.ClientError:
                    status = 0
                if status == 200:
                    return json.loads(body)
                await asyncio.sleep(0.05)


class Town:
    """Partners, processes and books."""

    def __init__(self, folder: Path, url: str, throttle: str = "", log: str = "") -> None:
        self.folder, self.url, self.throttle, self.log = folder, url, throttle, log
        self.processes: list[Process] = []
        self.accepted: list[str] = []
        self.answers: Counter[int] = Counter()
        self.slowest = 0.0
        self._made = 0

    async def __aenter__(self) -> Self:
        self.clock = RealClock()
        self.intake_port = free_port()
        self.faults = FaultBook(started_at=self.clock.now())
        files = free_port()
        self.easypost = simulators().get("easypost").build({"api_key": KEY, "files_url": f"http://127.0.0.1:{files}"})
        self.odoo = simulators().get("odoo").build({"serie": "19.0", "database": "demo", "api_key": KEY})
        self.servers = [
            LoopbackServer(self.easypost, self.clock, self.faults, port=files),
            LoopbackServer(self.odoo, self.clock, self.faults),
        ]
        for server in self.servers:
            await server.start()
        for name, value in (("key", KEY), ("hook", HOOK)):
            (self.folder / name).write_text(value)
            (self.folder / name).chmod(0o600)
        self.config = self.folder / "crossdock.yaml"
        self.write_configuration(self.url)
        return self

    def write_configuration(self, url: str) -> None:
        self.config.write_text(CONFIGURATION.format(
            url=url, port=self.intake_port, odoo=self.servers[1].port, easypost=self.servers[0].port,
            throttle=self.throttle, log=self.log,
        ))  # fmt: skip
        installation, faults = bootstrap.load(self.config)
        assert installation is not None, faults
        self.store = bootstrap.open_store(installation)

    async def __aexit__(self, *_: object) -> None:
        await self.session_end()
        for each in self.processes:
            if each.process.returncode is None:
                each.signal(signal.SIGCONT)
                each.process.kill()
                await each.process.wait()
        await self.store.close()
        for server in self.servers:
            await server.stop()

    async def session_end(self) -> None:
        if hasattr(self, "_session"):
            await self._session.close()

    async def serve(self, *roles: str, port: int = 0, migrate: bool = False, clock: int = 0) -> Process:
        """One more process; the first one of a town migrates. Its time of day is ``clock`` seconds off."""
        number = len(self.processes)
        port = port or (self.intake_port if "intake" in roles or not roles else free_port())
        log = self.folder / f"process-{number}.log"
        arguments = [word for role in roles for word in ("--role", role)]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK__")}
        if clock:
            environ |= {"LD_PRELOAD": FAKETIME, "FAKETIME": f"{clock:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "crossdock", "serve", "--config", str(self.config), "--port", str(port),
                "--migrate" if migrate else "--no-migrate", *arguments, stdout=out, stderr=out, env=environ,
            )  # fmt: skip
        self.processes.append(Process(process, port, log))
        return self.processes[-1]

    async def staffed(self, workers: int, *, roles: tuple[str, ...] = ("intake", "scheduler")) -> list[Process]:
        """One process of each of ``roles`` and so many workers, all ready; gives the workers."""
        first = await self.serve(roles[0], migrate=True)
        await first.ready()
        rest = [await self.serve(role) for role in roles[1:]]
        found = [await self.serve("worker") for _ in range(workers)]
        for each in rest + found:
            await each.ready()
        return found

    # ---- load

    def order(self, count: int) -> None:
        """``count`` more orders are confirmed in Odoo."""
        self.odoo.control("confirm_orders", {"n": count}, self.clock.now())

    async def hook(self, number: int) -> int:
        """One signed webhook about a parcel of somebody else; 202 goes into the books. 0 where nobody answered."""
        if not hasattr(self, "_session"):
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        body = self.body(number)
        headers = {"X-Hmac-Signature": signature(body), "Content-Type": "application/json"}
        started = time.perf_counter()
        try:
            url = f"http://127.0.0.1:{self.intake_port}/in/easypost/events"
            async with self._session.post(url, data=body, headers=headers) as response:
                status, place = response.status, response.headers.get("Location", "")
        except (aiohttp.ClientError, TimeoutError, OSError):
            status, place = 0, ""
        self.answers[status] += 1
        if status == 202:
            self.slowest = max(self.slowest, time.perf_counter() - started)
            self.accepted.append(place.rpartition("/")[2])
        return status

    def body(self, number: int) -> bytes:
        """What webhook ``number`` says."""
        return scan(number)

    async def hooks(self, count: int, callers: int = 8, *, insist: bool = True) -> None:
        """``count`` further webhooks; where ``insist``, each is sent until it is taken, as partners do."""
        numbers = iter(range(self._made, self._made + count))
        self._made += count

        async def caller() -> None:
            for number in numbers:
                taken = await self.hook(number) == 202
                while insist and not taken:
                    await asyncio.sleep(0.1)
                    taken = await self.hook(number) == 202

        await asyncio.gather(*(caller() for _ in range(callers)))

    async def until(self, reached, what: str, seconds: float = 90) -> None:
        """Ask until it is so. Failures of the database while it is away are no answer."""
        end = time.monotonic() + seconds
        while True:
            try:
                if await reached():
                    return
            except OSError:
                pass
            if time.monotonic() > end:
                tails = "\n".join(f"{each.log.name}: {each.log.read_text()[-1500:]}" for each in self.processes)
                raise AssertionError(f"not within {seconds} s: {what}\n{await self._figures()}\n{tails}")
            await asyncio.sleep(0.1)

    async def _figures(self) -> str:
        try:
            counts = await self.store.read(lambda tx: tx.views.counts())
            members = await self.store.read(lambda tx: tx.leases.members(self.clock.now()))
        except OSError as error:
            return str(error)
        return f"{counts}\n{members}\nlive labels: {len(self.labels())}"

    # ---- books

    def labels(self) -> dict[str, list[str]]:
        """Live labels by parcel, from the carrier's own ledger."""
        return self.easypost.control("live_labels", {}, self.clock.now())

    async def shipped(self, orders: int) -> None:
        """Wait until all orders have their label in Odoo and nothing is under way."""

        async def done() -> bool:
            counts = await self.store.read(lambda tx: tx.views.counts())
            attached = sum(bool(row["attachments"]) for row in self.odoo.state().values())
            return attached >= orders and not (counts.received or counts.queued or counts.in_doubt)

        await self.until(done, f"{orders} orders shipped")

    async def judge(self, orders: int) -> None:
        """Nothing lost, nothing doubled."""
        labels = self.labels()
        assert len(labels) == orders
        assert {parcel: codes for parcel, codes in labels.items() if len(codes) != 1} == {}
        bought = {code for codes in labels.values() for code in codes}
        picture = self.odoo.state()
        assert {row["tracking"] for row in picture.values() if row["tracking"]} == bought
        assert [row["attachments"] for row in picture.values() if len(row["attachments"]) > 1] == []
        statuses = Counter()
        for start in range(0, len(self.accepted), 200):
            some = self.accepted[start : start + 200]
            found = await self.store.read(lambda tx, some=some: [tx.views.exchange(each) for each in some])
            statuses.update(each.row.status if each else "lost" for each in found)
        assert set(statuses) <= {"translated", "waiting"}, statuses
        assert len(set(self.accepted)) == len(self.accepted)

    def said(self, text: str) -> int:
        """How many lines of all logs have ``text``."""
        return sum(text in line for each in self.processes for line in each.log.read_text().splitlines())


def scan(number: int) -> bytes:
    """A tracker webhook of EasyPost for a parcel that nobody here ordered: it is kept until somebody does."""
    return json.dumps({
        "id": f"evt_{number:016x}", "object": "Event", "description": "tracker.updated", "mode": "test",
        "result": {
            "id": f"trk_{number}", "object": "Tracker", "mode": "test", "tracking_code": f"KT{number:012d}",
            "status": "in_transit", "carrier": "USPS",
            "tracking_details": [{
                "object": "TrackingDetail", "message": "scanned", "status": "in_transit",
                "status_detail": "arrived_at_facility", "datetime": "2026-11-01T10:00:00Z", "source": "USPS",
                "tracking_location": {"city": "PORTLAND", "state": "OR", "country": "US", "zip": "97201"},
            }],
        },
    }).encode()  # fmt: skip


def signature(body: bytes) -> str:
    """EasyPost's v1 signature."""
    return "hmac-sha256-hex=" + hmac.new(HOOK.encode(), body, hashlib.sha256).hexdigest()
