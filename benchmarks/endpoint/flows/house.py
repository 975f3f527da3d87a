"""Crossdock as a user runs it: a folder with crossdock.yaml and partners/, and ``crossdock serve`` as a process."""

import asyncio
import contextlib
import os
import secrets
import socket
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from benchmarks.endpoint.ledger.plain import Place

_ROOT = Path(__file__).parents[3]
_PATIENCE = 120.0
_BUSY_SOON = 10.0
_BUSY = {409, 429, 502, 503, 507}
_MAIN = """\
include: [partners/*.yaml]
store: {{url: "sqlite:///crossdock.db"}}
listen: {{port: {port}}}
telemetry: {{log_level: warning, log_format: json}}
security: {{signing_secret: secret://file/secrets/signing}}
workers: {{lease_seconds: 5, claim_seconds: 10}}
processes:
  credit_hold: {{hours: 48}}
  payment_gate: {{require: reported}}
  order_release: {{warehouse: north3pl}}
  order_to_ship: {{erp: odoo, carriers: [post]}}
  delivery_to_invoice: {{when: proof}}
  return_to_refund: {{warehouse: north3pl, damaged: scrap, scrap_at: {warehouse}}}
  procure_to_receive: {{warehouse: north3pl}}
  expectations: {{}}
exceptions:
  activities: {{kinds: [stock.shortage]}}
"""
_ODOO = """\
partners:
  odoo:
    connector: odoo
    allow_private: true
    config:
      url: {url}
      database: {database}
      login: {login}
      api_key: secret://file/secrets/odoo
      feeds: [deliveries, transfers]
      credit: true
      default_package_weight: "0.5"
      poll_busy: 2
      poll_idle: 3
      concurrency: 3
"""
_WAREHOUSE = """\
partners:
  north3pl:
    connector: warehouse
    allow_private: true
    config:
      warehouse: {warehouse}
      url: http://127.0.0.1:{port}/v1
      token: secret://file/secrets/partner
      webhook_secrets: [secret://file/secrets/partner]
      stock_minutes: 0
"""
_CARRIER = """\
partners:
  post:
    connector: easypost
    allow_private: true
    config:
      url: http://127.0.0.1:{port}
      api_key: secret://file/secrets/partner
      webhook_secrets: [secret://file/secrets/partner]
      label_hosts: [127.0.0.1]
"""


class Ended(RuntimeError):
    """Crossdock is not there any more, or never came. The text has the end of its log."""


class House:
    """One installation in a folder. ``kills`` are moments (seconds since the first start) at which it was killed, and
    how many commands were under way.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing runs yet."""
        self.folder = folder
        self.port = free_port()
        self.secret = secrets.token_hex(16)
        self.kills: list[tuple[float, int]] = []
        self._key = ""
        self._began = time.monotonic()
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None

    def furnish(self, place: Place, ports: dict[str, int], warehouse: str) -> None:
        """Write the configuration and its secrets; ``ports`` are where the simulated partners answer."""
        for name in ("secrets", "partners"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for name, value in {"signing": secrets.token_hex(32), "odoo": place.key, "partner": self.secret}.items():
            file = self.folder / "secrets" / name
            file.touch(mode=0o600)
            file.write_text(value)
        told = {"url": place.url, "database": place.database, "login": place.login, "warehouse": warehouse}
        texts = {
            "crossdock.yaml": _MAIN.format(port=self.port, **told),
            "partners/odoo.yaml": _ODOO.format(**told),
            "partners/north3pl.yaml": _WAREHOUSE.format(port=ports["warehouse"], **told),
            "partners/post.yaml": _CARRIER.format(port=ports["easypost"]),
        }
        for name, text in texts.items():
            (self.folder / name).write_text(text)

    async def open(self) -> None:
        """Check the configuration, make the store and a client of the API, and serve."""
        await self.command("check")
        await self.command("migrate")
        made = await self.command("clients", "create", "flows", "--scope", "read", "--scope", "write", "--json")
        self._key = msgspec.json.decode(made)["key"]
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        await self.start()

    async def close(self) -> None:
        """End it in good order."""
        if self._session is not None:
            await self._session.close()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def start(self) -> None:
        """Serve, and wait until somebody listens. Raises `Ended`."""
        with (self.folder / "serve.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *_crossdock(self.folder, "serve"), stdout=log, stderr=log, env=_environment()
            )
        until = time.monotonic() + _PATIENCE
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            if self._process.returncode is not None or time.monotonic() > until:
                raise Ended(f"crossdock serve does not answer:\n{self.tail()}")
            await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """SIGKILL while a command is under way (or after a while): no last word."""
        assert self._process is not None
        until = time.monotonic() + _BUSY_SOON
        while not self._under_way() and time.monotonic() < until:  # noqa: ASYNC110 - another process works on them
            await asyncio.sleep(0.02)
        self._process.kill()
        await self._process.wait()
        self.kills.append((round(time.monotonic() - self._began, 1), self._under_way()))

    def _under_way(self) -> int:
        """Commands that are being sent. Asked past the store's port, which has no use for it."""
        with closing(sqlite3.connect(f"file:{self.folder / 'crossdock.db'}?mode=ro", uri=True, timeout=30)) as database:
            return int(database.execute("SELECT count(*) FROM command WHERE status = 'sending'").fetchone()[0])

    async def command(self, *arguments: str) -> bytes:
        """A command of Crossdock on this configuration; what it prints. Raises `Ended` where it fails."""
        process = await asyncio.create_subprocess_exec(
            *_crossdock(self.folder, *arguments), env=_environment(),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        if process.returncode:
            raise Ended(f"crossdock {' '.join(arguments)}: {process.returncode}\n{(out + err).decode()}")
        return out

    async def ask(self, path: str) -> Any:
        """What the API answers; asked again while nobody is there."""
        return await self._request("GET", path)

    async def tell(self, path: str, body: dict[str, Any], key: str) -> Any:
        """Tell the API something once, however often it has to be said."""
        return await self._request("POST", path, json=body, headers={"Idempotency-Key": key})

    async def _request(self, method: str, path: str, **more: Any) -> Any:
        assert self._session is not None
        headers = {"Authorization": f"Bearer {self._key}", **more.pop("headers", {})}
        until = time.monotonic() + _PATIENCE
        while True:
            said = "nobody answers"
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                url = f"http://127.0.0.1:{self.port}{path}"
                async with self._session.request(method, url, headers=headers, **more) as answer:
                    if answer.status < 400:
                        return await answer.json()
                    said = f"{answer.status} {await answer.text()}"
                    if answer.status not in _BUSY:
                        raise Ended(f"{method} {path}: {said}")
            if time.monotonic() > until:
                raise Ended(f"{method} {path}: {said}\n{self.tail()}")
            await asyncio.sleep(0.5)

    def tail(self) -> str:
        """The end of the log."""
        log = self.folder / "serve.log"
        return log.read_text(errors="replace")[-3000:] if log.exists() else ""


def free_port() -> int:
    """A port nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _crossdock(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "crossdock", *arguments, "--config", str(folder / "crossdock.yaml")]


def _environment() -> dict[str, str]:
    """As a user's: nothing of ours but where this tree's code is."""
    paths = os.pathsep.join((str(_ROOT / "src"), os.environ.get("PYTHONPATH", "")))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK__")}
    return {**kept, "PYTHONPATH": paths}
