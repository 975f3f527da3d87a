"""UPS's side on loopback: tokens, rates, shipments, voids, recovered labels, pickups, addresses, tracking, alerts."""

from collections.abc import Mapping

from crossdock.connectors.ups.simulator.partner import UpsSimulator
from crossdock.connectors.ups.simulator.settings import settings_from
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> UpsSimulator:
    return UpsSimulator(settings_from(options))


SIMULATOR = SimulatorSpec(id="ups", title="UPS", build=_build, default_port=8105)
