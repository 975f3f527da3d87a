"""A real Odoo as a workbench: a connector on it, answers lost on purpose, and the few things a test does itself."""

import asyncio
import http.client
import os
import time
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.session import identifier
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.connector import build
from crossdock.ports.connector import Command
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Retry
from crossdock.ports.wire import HttpResponse, NoAnswer

NAMES = ("CROSSDOCK_ODOO_URL", "CROSSDOCK_ODOO_DB", "CROSSDOCK_ODOO_LOGIN", "CROSSDOCK_ODOO_KEY")


def over_the_net(request):
    """One plain HTTP call, with nothing of ours in between; blocks."""
    parts = urlsplit(request.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=max(request.timeout, 300))
    try:
        connection.request(request.method, parts.path, request.body, dict(request.headers))
        answer = connection.getresponse()
        return HttpResponse(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


class Line:
    """A plain HTTP/1.1 caller that loses the answer of one chosen call after Odoo carried it out."""

    def __init__(self):
        self.calls = 0
        self.lose = 0

    async def call(self, request):
        self.calls += 1
        number = self.calls
        answer = await asyncio.to_thread(over_the_net, request)
        if number == self.lose:
            raise NoAnswer("lost on purpose")
        return answer


class Keyring:
    def __init__(self, key):
        self.key = key

    def reveal(self, reference):
        return self.key


class WallClock:
    def now(self):
        return time.time_ns() // 1000

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)


class NoDocuments:
    async def get(self, sha256):
        raise KeyError(sha256)


@dataclass
class Story:
    """How a command went: every verdict of it, and the calls and milliseconds of the first undisturbed send."""

    verdicts: list = field(default_factory=list)
    calls: int = 0
    milliseconds: float = 0.0

    @property
    def last(self):
        return self.verdicts[-1]

    @property
    def documents(self):
        return self.last.facts[0].body.documents


class Workbench:
    """One Odoo database with what the tests of a file need made in it."""

    clock = WallClock()

    def __init__(self, url, database, login, key, **config):
        self.line = Line()
        self.keyring = Keyring(key)
        self.config = OdooConfig(
            url=url, database=database, login=login, api_key="secret://env/KEY", timeout=60.0, **config
        )
        self.connector = self.another()

    @property
    def session(self):
        return self.connector.session

    def another(self, **changes):
        config = OdooConfig(**{**{k: getattr(self.config, k) for k in self.config.__struct_fields__}, **changes})
        return build(Surroundings("odoo", config, self.line, self.clock, self.keyring))

    async def warm(self):
        """The session as it is after its first calls: fields and units known, so that runs make the same calls."""
        return await self.session.dialect()

    async def call(self, model, method, ids=None, arguments=None, **context):
        arguments = arguments or {}
        return await self.session.call(Call(model, method, ids, arguments, context, writes=True))

    async def create(self, model, **values):
        return ids_of(await self.call(model, "create", None, {"vals_list": [values]}))[0]

    async def product(self, **values):
        sku = f"XR-{uuid.uuid4().hex[:10]}"
        named = {"name": sku, "default_code": sku, "type": "consu", "is_storable": True, **values}
        return await self.create("product.product", **named), sku

    async def main_stock(self):
        [row] = await self.session.find("stock.warehouse", [], ["lot_stock_id", "code"], limit=1)
        return identifier(row["lot_stock_id"]), row["lot_stock_id"][1], row["code"]

    async def bin(self):
        """A location of its own within the main stock: (id, full name)."""
        parent, name, _ = await self.main_stock()
        own = f"XR{uuid.uuid4().hex[:8]}"
        return await self.create("stock.location", name=own, location_id=parent), f"{name}/{own}"

    async def stock(self, product, location, quantity, **more):
        values = {"product_id": product, "location_id": location, "inventory_quantity": quantity, **more}
        made = ids_of(await self.call("stock.quant", "create", None, {"vals_list": [values]}, inventory_mode=True))
        await self.call("stock.quant", "action_apply_inventory", made, inventory_mode=True, inventory_name="XR start")

    async def on_hand(self, product, location):
        domain = [("product_id", "=", product), ("location_id", "child_of", location)]
        rows = await self.session.find("stock.quant", domain, ["quantity", "lot_id", "package_id"])
        return sorted(
            (named(row["lot_id"]), named(row["package_id"]), Decimal(str(row["quantity"])))
            for row in rows
            if row["quantity"]
        )

    async def send(self, body, attempt=1, connector=None, key=""):
        command = Command(key or uuid.uuid4().hex, "odoo", "sku:XR", body, "0" * 32, attempt)
        return await (connector or self.connector).send(command, NoDocuments())

    async def once(self, body):
        """The command sent with nothing going wrong, counted and timed."""
        before, began = self.line.calls, time.perf_counter()
        verdict = await self.send(body)
        return Story([verdict], self.line.calls - before, (time.perf_counter() - began) * 1000)

    async def losing(self, body, number):
        """The command sent with the answer of its ``number``-th call lost, then as the backbone goes on: asked, then
        sent again, each by a connector that remembers nothing.
        """
        story = Story()
        self.line.lose = self.line.calls + number
        first = self.another()
        story.verdicts.append(await self.send(body, connector=first))
        hit = self.line.calls >= self.line.lose
        self.line.lose = 0
        command = Command("k", "odoo", "sku:XR", body, "0" * 32, 2)
        if isinstance(story.last, InDoubt):
            story.verdicts.append(await self.another().settle(command, NoDocuments()))
        if isinstance(story.last, Retry):
            story.verdicts.append(await self.another().send(command, NoDocuments()))
        return story, hit


async def every_loss(bench, prepare, ended):
    """The matrix: for every call of a command, its answer lost; the end is always that of the undisturbed run.

    ``prepare`` makes a fresh situation and returns (body, what), ``ended`` reads the end state of ``what``. Returns how
    many calls were lost, and the undisturbed story.
    """
    body, what = await prepare()
    story = await bench.once(body)
    assert isinstance(story.last, Done), story.last
    wanted = await ended(what)
    number = 0
    while True:
        number += 1
        body, what = await prepare()
        lost, hit = await bench.losing(body, number)
        assert isinstance(lost.last, Done | AlreadyDone), (number, lost.verdicts)
        assert await ended(what) == wanted, f"call {number} lost"
        if not hit:
            return number - 1, story
        assert isinstance(lost.verdicts[0], InDoubt | Retry), (number, lost.verdicts[0])


def named(value):
    return value[1] if isinstance(value, list) else ""


def workbench(**config):
    """On the Odoo the environment names; skips where it names none."""
    missing = [name for name in NAMES if not os.environ.get(name)]
    if missing:
        pytest.skip(f"only a real Odoo can say (the simulated one has no such business yet): set {', '.join(missing)}")
    return Workbench(*(os.environ[name] for name in NAMES), **config)
