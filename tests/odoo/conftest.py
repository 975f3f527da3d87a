"""One suite for the real Odoo (given by environment variables) and the simulated ones: they must not differ."""

import asyncio
import os

import pytest

from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.connector import OdooConnector, build
from crossdock.connectors.odoo.simulator.partner import build as build_simulator
from crossdock.ports.connector import Received
from crossdock.ports.spec import Surroundings
from crossdock.ports.wire import NoAnswer
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller
from odoo.flow_bench import SERIES, flow_workbench
from real_odoo import NAMES, Keyring, WallClock, over_the_net

MISSING = [name for name in NAMES if not os.environ.get(name)]


class Wire:
    """A plain HTTP/1.1 caller whose answers can be lost on purpose after the call was carried out."""

    def __init__(self, inner=None):
        self.inner = inner
        self.lose = ""
        self.calls = 0

    async def call(self, request):
        self.calls += 1
        answer = await (self.inner.call(request) if self.inner else asyncio.to_thread(over_the_net, request))
        if self.lose and self.lose.encode() in request.url.encode() + request.body:
            self.lose = ""
            raise NoAnswer("lost on purpose")
        return answer


class Shelf:
    """Documents in memory."""

    def __init__(self):
        self.kept = {}

    async def get(self, sha256):
        return self.kept[sha256]

    async def put(self, data, media_type, kind):
        self.kept["0" * 64] = data
        return "0" * 64


class Bench:
    """A connector on one Odoo, and the few things a test does in Odoo itself."""

    def __init__(self, url, database, login, key, inner=None, clock=None):
        self.wire = Wire(inner)
        self.documents = Shelf()
        self.clock = clock or WallClock()
        self.keyring = Keyring(key)
        self.config = OdooConfig(url=url, database=database, login=login, api_key="secret://env/KEY", timeout=60.0)
        self.connector: OdooConnector = self.another()

    def another(self, **changes):
        """A connector of its own, with its own session."""
        keyring = Keyring(changes.pop("key")) if "key" in changes else self.keyring
        return build(Surroundings("odoo", self.config, self.wire, self.clock, keyring))

    async def pass_time(self):
        """Later by a second, so that write dates differ."""
        await self.clock.sleep(1.1)

    async def tier(self):
        """What the connector chose here: stock, action or addon."""
        await self.connector._tiers.way(self.clock.now())
        return self.connector._tiers.tier

    async def drain(self, cursor=""):
        """Everything the feed has from ``cursor`` on: facts by subject, and the cursor after it."""
        found = {}
        for _ in range(200):
            page = await self.connector.fetch("deliveries", cursor)
            cursor = page.cursor
            if page.body:
                translation = self.connector.translate(Received("deliveries", page.body, {}, 0))
                for fact in translation.facts:
                    found.setdefault(fact.subject, []).append(fact)
            if not page.more:
                return found, cursor
        raise AssertionError("the feed does not come to an end")


EVERY_TIER = ("real", "17.0", "18.0", "19.0", "20.0", "18.0 addon", "19.0 addon", "18.0 action", "19.0 action")
"""What `bench` takes by indirect parameters: a real Odoo of any tier, and simulated ones (stock unless named)."""


def _simulated(named):
    clock = VirtualClock()
    serie, _, tier = named.partition(" ")
    simulator = build_simulator(
        {"serie": serie, "tier": tier or "stock", "host": "odoo.example", "now": str(clock.now())}
    )
    caller = InProcessCaller(clock, [simulator])
    key = "0123456789abcdef0123456789abcdef01234567"
    return Bench("http://odoo.example", "odoo", "crossdock", key, caller, clock)


@pytest.fixture(params=["real", "17.0", "18.0", "19.0", "20.0"])
def bench(request):
    if request.param != "real":
        return _simulated(request.param)
    if MISSING:
        pytest.skip(f"no real Odoo given: set {', '.join(MISSING)}")
    return Bench(*(os.environ[name] for name in NAMES))


@pytest.fixture(params=SERIES)
def flow_bench(request):
    """The workbench of the business flows: the real Odoo, and the simulated ones."""
    return flow_workbench(request.param)
