"""One carrier replaced by another in the configuration: the same journey, and nothing else changed."""

from pathlib import Path

import pytest

from crash.world import KEY, Landscape
from crossdock import bootstrap
from crossdock.catalog import simulators
from crossdock.devkit.booking_world import CarrierPlan
from crossdock.devkit.crashing import empty_database
from crossdock.processes.configured import configured

COMMON = """\
store: {url: "sqlite:///:memory:"}
partners:
  odoo:
    connector: odoo
    config: {url: "http://odoo.example", database: demo, api_key: secret://file/key}
  carrier:
%s
processes:
  order_to_ship: {erp: odoo, carriers: [carrier], parcel_size: [30, 20, 10]}
  tracking_watch: {}
"""
CARRIERS = {
    "easypost": "{connector: easypost, config: {api_key: secret://file/sim-key}}",
    "shippo": "{connector: shippo, config: {api_token: secret://file/sim-key}}",
    "shipengine": "{connector: shipengine, config: {api_key: secret://file/TEST_1, carrier_ids: [se-660215]}}",
    "ups": "{connector: ups, config: {account_number: A1B2C3, client_id: secret://file/k, client_secret: secret://file/k}}",
}
"""All that differs between one carrier and another."""


def landscape(folder: Path, empty: Path, name: str) -> Landscape:
    """A world whose carrier is what the configuration says."""
    file = folder / "crossdock.yaml"
    file.write_text(COMMON % f"    {CARRIERS[name]}")
    installation, faults = bootstrap.load(file)
    assert installation is not None, faults
    plan = next(each for each in installation.plans if each.id == "carrier")
    options = {"api_key": KEY} if name == "easypost" else {}
    simulator = simulators().get(name).build(options)
    world = Landscape(empty, 3, orders=3, carrier=lambda _: CarrierPlan(plan.spec, plan.config, simulator, "carrier"))
    world.processes = configured(installation.settings.processes)
    return world


@pytest.mark.req("C7", "C4")
@pytest.mark.parametrize("name", sorted(CARRIERS))
async def test_the_same_journey_with_another_carrier_by_configuration_alone(tmp_path, name):
    world = landscape(tmp_path, await empty_database(tmp_path / "empty.db"), name)
    await world.live()
    labels = world.carrier.live_labels()
    assert all(len(numbers) == 1 for numbers in labels.values())
    assert len(labels) == world.orders + 1, "three orders, one of them of two parcels"
    rows = world.odoo.state().values()
    referenced = sorted(number for row in rows for number in row["tracking"].split(","))
    assert referenced == sorted(number for numbers in labels.values() for number in numbers)
    assert sum(len(row["attachments"]) for row in rows) == len(labels)


def test_only_the_partners_section_differs():
    files = {name: COMMON % f"    {text}" for name, text in CARRIERS.items()}
    differing = {
        name: [line for line in text.splitlines() if line not in files["easypost"].splitlines()]
        for name, text in files.items()
        if name != "easypost"
    }
    assert all(len(lines) == 1 and "connector:" in lines[0] for lines in differing.values())
