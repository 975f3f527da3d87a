"""A warehouse on loopback: orders, receipts, stock, webhooks and files, with a ledger and all that goes wrong."""

from collections.abc import Mapping

from crossdock.connectors.warehouse.simulator.partner import WarehouseSimulator
from crossdock.connectors.warehouse.simulator.settings import SimulatorSettings
from crossdock.sim.restful import settings_of
from crossdock.sim.simulator import SimulatorSpec


def _build(options: Mapping[str, str]) -> WarehouseSimulator:
    return WarehouseSimulator(settings_of(SimulatorSettings, options, "warehouse"))


SIMULATOR = SimulatorSpec(id="warehouse", title="Warehouse or 3PL", build=_build, default_port=8112)
