"""DHL Express's side on loopback: rates, shipments, documents, pickups, places and tracking of the MyDHL API."""

from collections.abc import Mapping

from crossdock.connectors.dhl_express.simulator.partner import DhlExpressSimulator, SimulatorSettings
from crossdock.sim.restful import settings_of
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> DhlExpressSimulator:
    return DhlExpressSimulator(settings_of(SimulatorSettings, options, "DHL Express"))


SIMULATOR = SimulatorSpec(id="dhl_express", title="DHL Express", build=_build, default_port=8121)
