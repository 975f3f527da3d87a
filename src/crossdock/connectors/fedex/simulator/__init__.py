"""FedEx's side on loopback: tokens, rates, shipments, cancellations, pickups, closes, addresses, tracking, webhooks."""

from collections.abc import Mapping

from crossdock.connectors.fedex.simulator.partner import FedexSimulator
from crossdock.connectors.fedex.simulator.settings import settings_from
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> FedexSimulator:
    return FedexSimulator(settings_from(options))


SIMULATOR = SimulatorSpec(id="fedex", title="FedEx", build=_build, default_port=8106)
