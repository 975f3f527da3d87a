"""The workbench of the flow tests on a simulated Odoo, in one process and on a virtual clock."""

from crossdock.connectors.odoo.connector import build
from crossdock.connectors.odoo.simulator.partner import build as build_simulator
from crossdock.ports.spec import Surroundings
from crossdock.ports.wire import NoAnswer
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller
from real_odoo import Workbench, workbench

SERIES = ("real", "18.0", "19.0")
KEY = "0123456789abcdef0123456789abcdef01234567"


class SimulatedLine:
    """Like the line to a real one: loses the answer of one chosen call after it was carried out."""

    def __init__(self, simulator, clock):
        self.calls = 0
        self.lose = 0
        self._caller = InProcessCaller(clock, [simulator])

    async def call(self, request):
        self.calls += 1
        number = self.calls
        answer = await self._caller.call(request)
        if number == self.lose:
            raise NoAnswer("lost on purpose")
        return answer


class SimulatedBench(Workbench):
    """What the workbench does, with nothing real about it. ``options`` are the simulator's own."""

    def __init__(self, serie, options=None, **config):
        self.clock = VirtualClock()
        given = {"serie": serie, "host": "odoo.example", "now": str(self.clock.now()), **(options or {})}
        self.simulator = build_simulator(given)
        super().__init__("http://odoo.example", "odoo", "crossdock", KEY, **config)
        self.line = SimulatedLine(self.simulator, self.clock)
        self.connector = self.another()

    def another(self, **changes):
        config = type(self.config)(**{**{k: getattr(self.config, k) for k in self.config.__struct_fields__}, **changes})
        return build(Surroundings("odoo", config, self.line, self.clock, self.keyring))


def flow_workbench(serie, **config):
    """The bench of one of `SERIES`; skips where no real Odoo is given."""
    return workbench(**config) if serie == "real" else SimulatedBench(serie, **config)
