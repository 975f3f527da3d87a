"""USPS's side on loopback: tokens, prices, labels, pickups, SCAN forms, addresses, tracking and signed events."""

from collections.abc import Mapping

from crossdock.connectors.usps.simulator.partner import SimulatorSettings, UspsSimulator
from crossdock.sim.restful import settings_of
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> UspsSimulator:
    return UspsSimulator(settings_of(SimulatorSettings, options, "USPS"))


SIMULATOR = SimulatorSpec(id="usps", title="USPS", build=_build, default_port=8122)
