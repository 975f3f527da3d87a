"""Sendcloud's side on loopback: prices, shipments, returns, pickups, documents, tracking and signed webhooks."""

from collections.abc import Mapping

from crossdock.connectors.sendcloud.simulator.partner import SendcloudSimulator
from crossdock.connectors.sendcloud.simulator.settings import SimulatorSettings
from crossdock.sim.restful import settings_of
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> SendcloudSimulator:
    settings: SimulatorSettings = settings_of(SimulatorSettings, options, "Sendcloud")
    return SendcloudSimulator(settings)


SIMULATOR = SimulatorSpec(id="sendcloud", title="Sendcloud", build=_build, default_port=8104)
