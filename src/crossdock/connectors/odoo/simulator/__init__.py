"""A simulated Odoo 17 to 20: both dialects, its errors word for word, its transactions, and a ledger of writes."""

from crossdock.connectors.odoo.simulator.partner import build
from crossdock.sim.simulator import SimulatorSpec

SIMULATOR = SimulatorSpec(id="odoo", title="Simulated Odoo", build=build, default_port=8069)
