"""What is measured: `crossdock serve` as a process of its own on a scratch store, with simulated partners beside it."""

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Any, Self

import aiohttp
from msgspec import Struct
from prometheus_client.parser import text_string_to_metric_families

from crossdock.backbone.breaker import Limits
from crossdock.backbone.decide import READER
from crossdock.bootstrap import load, open_store
from crossdock.catalog import simulators
from crossdock.devkit.capacity.reckoning import Calls
from crossdock.model.identifiers import PARTITIONS
from crossdock.ports.stores import Store, Transaction
from crossdock.settings.sections import Workers
from crossdock.sim.faults import Effect, FaultBook, Rule
from crossdock.sim.server import LoopbackServer
from crossdock.transports.machine import RealClock

ERP, CARRIER = "erp", "carrier"
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAUSE = 0.05


class StageBroke(RuntimeError):
    """Crossdock ended, or did not get done in time; the text holds the end of its log."""


class Setting(Struct, frozen=True):
    """What of the configured installation is measured: its store's kind and place (already a scratch one), how hard
    its workers work, and how hard the system of record and the carriers may be pressed.
    """

    url: str
    folder: Path
    workers: Workers
    erp: Limits
    carrier: Limits


class Stage:
    """Serve and its partners; ``async with`` starts and ends them."""

    def __init__(self, setting: Setting, patience: float = 300.0) -> None:
        """Nothing runs yet; ``patience`` seconds is the longest wait for one kind of work."""
        self._setting = setting
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None
        self._log = setting.folder / "serve.log"
        self.clock = RealClock()
        self.secret = secrets.token_hex(16)
        self.port = _free_port()
        self.store: Store
        self.limits = {ERP: setting.erp, CARRIER: setting.carrier}
        self.faults = {ERP: FaultBook(), CARRIER: FaultBook()}

    async def __aenter__(self) -> Self:
        labels = _free_port()
        options = {"api_key": "bench", "files_url": f"http://127.0.0.1:{labels}", "webhook_secret": self.secret}
        self.carrier = simulators().get("easypost").build(options)
        self.erp = simulators().get("odoo").build({"serie": "19.0", "database": "bench", "api_key": "bench"})
        self._servers = [
            LoopbackServer(self.erp, self.clock, self.faults[ERP]),
            LoopbackServer(self.carrier, self.clock, self.faults[CARRIER], port=labels),
        ]
        for server in self._servers:
            await server.start()
        installation, faults = load(self._write_configuration())
        if installation is None:
            raise StageBroke("; ".join(str(each) for each in faults))
        self.store = open_store(installation)
        await self._serve()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            await self._process.wait()
        await self.store.close()
        for server in self._servers:
            await server.stop()

    def answer_in(self, **seconds: float) -> None:
        """How long partners need for an answer from now on, by partner."""
        for partner, pause in seconds.items():
            self.faults[partner].replace((Rule(Effect(latency=pause)),) if pause else ())

    def confirm_orders(self, count: int) -> None:
        """So many sale orders are confirmed in the system of record."""
        self.erp.control("confirm_orders", {"n": count}, self.clock.now())

    def packages(self) -> list[str]:
        """Tracking numbers of the labels bought so far."""
        labels: Any = self.carrier.control("live_labels", {}, self.clock.now())
        return sorted(code for codes in labels.values() for code in codes)

    async def until_quiet(self) -> None:
        """Wait until every message is read, every event decided on, every command carried out."""
        await self.until(self._is_quiet, "everything to be done")

    async def until(self, question: Callable[[], Awaitable[bool]], what: str) -> None:
        """Ask until it is true. Raises `StageBroke`."""
        ends = monotonic() + self._patience
        while not await question():
            if monotonic() > ends or (self._process and self._process.returncode is not None):
                raise StageBroke(f"waited for {what}; {self._tail()}")
            await asyncio.sleep(_PAUSE)

    async def calls(self) -> dict[str, Calls]:
        """Calls to each partner since the start."""
        address = f"http://127.0.0.1:{self.port}/metrics"
        async with aiohttp.ClientSession() as session, session.get(address) as answer:
            families = list(text_string_to_metric_families(await answer.text()))
        sums: dict[tuple[str, str], float] = {}
        for family in families:
            for sample in family.samples:
                if sample.name.startswith("crossdock_delivery_seconds_"):
                    sums[sample.name.rpartition("_")[2], sample.labels["partner"]] = sample.value
        return {
            name: Calls(name, int(sums.get(("count", name), 0)), sums.get(("sum", name), 0.0), limits.concurrency)
            for name, limits in self.limits.items()
        }

    def processor_seconds(self) -> float:
        """Seconds of processor the serving process used so far; 0 where the system does not tell."""
        assert self._process is not None
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / _TICKS

    async def _is_quiet(self) -> bool:
        counts, decided = await self.store.read(_progress)
        return not counts.received and not counts.queued and not counts.in_doubt and decided == counts.events

    def _write_configuration(self) -> Path:
        """As a file, as for everybody; addresses that may hold a password stay out of what others may read."""
        folder = self._setting.folder
        for name, value in (("signing", secrets.token_hex(32)), ("hook", self.secret), ("partner", "bench")):
            (folder / name).write_text(value)
        erp, carrier = self._servers
        document = {
            "project": {"name": "bench"},
            "store": {"url": self._setting.url, "folder": str(folder / "documents")},
            "listen": {"port": self.port},
            "security": {"signing_secret": "secret://file/signing"},
            "telemetry": {"log_level": "warning", "log_format": "console"},
            "workers": {name: getattr(self._setting.workers, name) for name in Workers.__struct_fields__},
            "partners": {
                ERP: _partner("odoo", self._setting.erp, {
                    "url": f"http://127.0.0.1:{erp.port}", "database": "bench", "api_key": "secret://file/partner",
                    "overlap": 5, "poll_busy": 1, "poll_idle": 1,
                }),
                CARRIER: _partner("easypost", self._setting.carrier, {
                    "url": f"http://127.0.0.1:{carrier.port}", "api_key": "secret://file/partner",
                    "webhook_secrets": ["secret://file/hook"], "label_hosts": ["127.0.0.1"],
                }),
            },
            "processes": {"order_to_ship": {"erp": ERP, "carriers": [CARRIER]}},
        }  # fmt: skip
        config = folder / "crossdock.yaml"
        config.write_text(json.dumps(document))  # JSON is YAML
        for file in folder.iterdir():
            if file.is_file():
                file.chmod(0o600)
        return config

    async def _serve(self) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK__")}
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "crossdock", "serve", "--config", str(self._setting.folder / "crossdock.yaml"),
                stdout=log, stderr=log, env=environ,
            )  # fmt: skip
        await self.until(self._answers, "Crossdock to answer")

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    def _tail(self) -> str:
        return self._log.read_text(errors="replace")[-2000:] if self._log.exists() else ""


def _progress(tx: Transaction) -> tuple[Any, int]:
    return tx.views.counts(), sum(tx.log.cursors(READER, range(PARTITIONS)).values())


def _partner(connector: str, limits: Limits, config: dict[str, Any]) -> dict[str, Any]:
    throttle = {"per_second": limits.per_second, "burst": limits.burst, "concurrency": limits.concurrency}
    return {"connector": connector, "allow_private": True, "throttle": throttle, "config": config}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
