"""EasyPost's side on loopback: shipments, purchases, refunds, trackers, label files and signed webhooks."""

from collections.abc import Mapping

from crossdock.connectors.easypost.simulator.partner import EasyPostSimulator
from crossdock.connectors.easypost.simulator.settings import settings_from
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> EasyPostSimulator:
    return EasyPostSimulator(settings_from(options))


SIMULATOR = SimulatorSpec(id="easypost", title="EasyPost", build=_build, default_port=8101)
