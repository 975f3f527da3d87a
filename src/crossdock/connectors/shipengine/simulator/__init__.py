"""ShipEngine's side on loopback: shipments, labels, pickups, manifests, tracking, label files and signed webhooks."""

from collections.abc import Mapping

from crossdock.connectors.shipengine.simulator.partner import ShipEngineSimulator
from crossdock.connectors.shipengine.simulator.settings import settings_from
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> ShipEngineSimulator:
    return ShipEngineSimulator(settings_from(options))


SIMULATOR = SimulatorSpec(id="shipengine", title="ShipEngine", build=_build, default_port=8103)
