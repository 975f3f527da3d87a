"""Shippo's side on loopback: shipments, transactions, refunds, pickups, manifests, tracks, files and webhooks."""

from collections.abc import Mapping

from crossdock.connectors.shippo.simulator.partner import ShippoSimulator
from crossdock.connectors.shippo.simulator.settings import settings_from
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> ShippoSimulator:
    return ShippoSimulator(settings_from(options))


SIMULATOR = SimulatorSpec(id="shippo", title="Shippo", build=_build, default_port=8102)
