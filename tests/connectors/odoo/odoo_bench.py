"""A connector on a simulated Odoo, in one process and on a virtual clock."""

from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.connector import build
from crossdock.connectors.odoo.simulator.partner import build as build_simulator
from crossdock.ports.connector import Received
from crossdock.ports.spec import Surroundings
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller

KEY = "0123456789abcdef0123456789abcdef01234567"


class Keys:
    """Secrets by the last part of their reference."""

    def __init__(self, **values):
        self.values = {"KEY": KEY, **values}

    def reveal(self, reference):
        return self.values[reference.rsplit("/", 1)[-1]]


class Bench:
    def __init__(self, serie="19.0", *, options=None, **config):
        self.clock = VirtualClock()
        start = {"serie": serie, "host": "odoo.example", "now": str(self.clock.now()), **(options or {})}
        self.simulator = build_simulator(start)
        self.http = InProcessCaller(self.clock, [self.simulator])
        fields = {"url": "http://odoo.example", "database": "odoo", "login": "crossdock"}
        self.config = OdooConfig(**fields, api_key="secret://env/KEY", **config)
        self.connector = build(Surroundings("odoo", self.config, self.http, self.clock, Keys(HOOK="s3cret-of-hook")))

    def control(self, action, **arguments):
        return self.simulator.control(action, arguments, self.clock.now())

    async def drain(self, cursor=""):
        """(facts, problems, cursor, fetches) until the feed has no more."""
        facts, problems = [], []
        for fetches in range(1, 500):
            page = await self.connector.fetch("deliveries", cursor)
            cursor = page.cursor
            if page.body:
                read = self.connector.translate(Received("deliveries", page.body, {}, 0))
                facts += read.facts
                problems += read.problems
            if not page.more:
                return facts, problems, cursor, fetches
        raise AssertionError("the feed does not come to an end")
