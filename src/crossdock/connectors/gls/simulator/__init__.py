"""GLS ShipIT's side on loopback: parcels, labels, cancellations, collections, end of day and tracking."""

from collections.abc import Mapping

from crossdock.connectors.gls.simulator.partner import GlsSimulator, SimulatorSettings
from crossdock.sim.restful import settings_of
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> GlsSimulator:
    return GlsSimulator(settings_of(SimulatorSettings, options, "GLS"))


SIMULATOR = SimulatorSpec(id="gls", title="GLS", build=_build, default_port=8123)
