"""Crossdock as a process of its own on a real Odoo, and between the two a road that loses webhooks on purpose."""

import asyncio
import http.client
import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

from cli.running import answers, ended, free_port, start
from crossdock import bootstrap
from crossdock.model.events import FulfilmentRequested
from odoo.capture_yard import Yard
from real_odoo import NAMES

ADMIN = ("CROSSDOCK_ODOO_ADMIN_LOGIN", "CROSSDOCK_ODOO_ADMIN_KEY")
MISSING = [name for name in (*NAMES, *ADMIN) if not os.environ.get(name)]
HOOK = "hook-secret-of-a-test"
_ADMINISTRATOR = ("--admin-login", os.environ.get(ADMIN[0], ""), "--admin-key", "secret://file/admin")
_NEVER = 3600
"""Seconds between passes where nothing but a hint or the night may find a change."""


class Road:
    """A proxy before Crossdock. ``open`` says whether messages pass; lost ones are answered as by a broken gateway."""

    def __init__(self, target):
        self.port = free_port()
        self.target = target
        self.open = True
        self.passed, self.lost = [], []
        self._server = None

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:] if ": " in line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = lines[0].split(" ")
        status = 502
        if self.open:
            status = await asyncio.to_thread(self.forward, method, path, headers, body)
        (self.passed if status == 202 else self.lost).append((path, headers, body))
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    def forward(self, method, path, headers, body):
        """Status of Crossdock's answer; 502 where nobody is there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.target, timeout=5)
        try:
            connection.request(method, path, body, headers)
            return connection.getresponse().status
        except OSError:
            return 502
        finally:
            connection.close()

    def about(self, model, ids, *, lost=True):
        """How many webhooks named these records."""
        told = [json.loads(body) for _, _, body in (self.lost if lost else self.passed)]
        return sum(each.get("_model") == model and each.get("_id") in ids for each in told)


class Served:
    """One installation in a folder. ``busy`` and ``idle`` are seconds between passes."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.road = Road(self.port)
        self.config = folder / "crossdock.yaml"
        self.process = None
        secrets = {"signing": "k" * 40, "hook": HOOK, "key": os.environ[NAMES[3]], "admin": os.environ[ADMIN[1]]}
        for name, value in secrets.items():
            (folder / name).write_text(value)
            (folder / name).chmod(0o600)

    def configure(self, *, polls=True, night=None, **more):
        """Write the configuration; ``polls`` says whether a feed is asked again by itself, ``night`` when (UTC)."""
        url, database, login, _ = (os.environ[name] for name in NAMES)
        pauses = {"poll_busy": 2, "poll_idle": 5, "poll_hooked": 5} if polls else {
            "poll_busy": _NEVER, "poll_idle": _NEVER, "poll_hooked": _NEVER,
        }  # fmt: skip
        odoo = {"url": url, "database": database, "login": login, "api_key": "secret://file/key",
                "webhook_secret": "secret://file/hook", "default_package_weight": "0.5", **pauses, **more}  # fmt: skip
        at = f"{night or datetime.now(UTC):%H:%M}"
        told = {
            "store": {"url": f"sqlite:///{self.folder / 'crossdock.db'}", "folder": str(self.folder / "documents")},
            "listen": {"port": self.port, "public_url": f"http://127.0.0.1:{self.road.port}"},
            "telemetry": {"log_level": "info", "log_format": "json"},
            "security": {"signing_secret": "secret://file/signing"},
            "partners": {"odoo": {"connector": "odoo", "allow_private": True, "config": odoo}},
            "reconciliation": {"enabled": night is not None, "grace_minutes": 0, "at": at},
        }  # fmt: skip
        self.config.write_text(json.dumps(told))

    async def run(self, *arguments, codes=(0,)):
        """A command of Crossdock; what it printed."""
        code, out, said = await ended(await start(*arguments, "--config", self.config), 300)
        assert code in codes, (arguments, code, out, said)
        return out

    async def hooks(self, what, *more):
        """``crossdock odoo webhooks install|list|remove`` by the administrator."""
        return await self.run("odoo", "webhooks", what, *_ADMINISTRATOR, *more)

    async def up(self):
        """Serve, and wait until somebody listens."""
        with (self.folder / "serve.log").open("ab") as log:
            environ = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK__")}
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "crossdock", "serve", "--config", str(self.config),
                stdout=log, stderr=log, env=environ,
            )  # fmt: skip
        assert (await answers(f"http://127.0.0.1:{self.port}/livez", self.process, 60))[0] == 200

    async def down(self, *, killed=False):
        """Stop it, or kill it."""
        if self.process is not None and self.process.returncode is None:
            (self.process.kill if killed else self.process.terminate)()
            await self.process.wait()

    async def read(self, question):
        """What the store answers, beside the running server."""
        installation, faults = bootstrap.load(self.config)
        assert installation is not None, faults
        store = bootstrap.open_store(installation)
        try:
            return await store.read(question)
        finally:
            await store.close()

    async def requested(self, pickings):
        """How often each of these transfers was asked for, by id; those never told are left out."""
        subjects = {f"do:odoo:{each}": each for each in pickings}

        def asked(tx):
            return Counter({
                each: count
                for subject, each in subjects.items()
                if (count := sum(isinstance(event.body, FulfilmentRequested) for event in tx.log.of_subject(subject)))
            })  # fmt: skip

        return await self.read(asked)

    async def settled(self):
        """Wait until the feed has told everything there is: its cursor stands, and nothing waits to be translated."""
        before = None
        while True:
            now = await self.read(lambda tx: (tx.partners.cursor("odoo", "deliveries"), tx.views.counts().received))
            if now == before and now[0][0] and not now[1]:
                return
            before = now
            await asyncio.sleep(6)

    async def until(self, question, seconds=300):
        """Wait until it is true."""
        async with asyncio.timeout(seconds):
            while not await question():  # noqa: ASYNC110 - what is asked about lives in another process
                await asyncio.sleep(1)

    def tail(self):
        return (self.folder / "serve.log").read_text()[-3000:]


def yard(who=ADMIN):
    """Where the administrator of the real Odoo, or another user, makes transfers."""
    url, database = (os.environ[name] for name in NAMES[:2])
    return Yard(url, database, *(os.environ[name] for name in who))


async def deliveries(place, count):
    """``count`` sales orders confirmed one by one, as people do; the ids of their transfers."""
    line = [0, 0, {"product_id": place.product, "product_uom_qty": 3, "price_unit": 10}]
    values = [{"partner_id": place.partners[n % len(place.partners)], "order_line": [line]} for n in range(count)]
    orders = await place.create("sale.order", *values)
    for order in orders:
        await place.call("sale.order", "action_confirm", [order])
    found = await place.session.find("stock.picking", [("sale_id", "in", orders)], ["state"])
    assert [row["state"] for row in found] == ["assigned"] * count
    return sorted(row["id"] for row in found)


def soon(seconds):
    """A time of day that comes in at least so many seconds, as a full minute."""
    return datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(seconds=seconds + 60)
