"""`crossdock reconcile`: every gap with both values; nothing is changed unless it is asked to heal."""

import json

import pytest

from cli.running import KEY, commanded, installed
from crossdock.catalog import simulators
from crossdock.sim.server import LoopbackServer
from crossdock.transports.machine import RealClock


@pytest.fixture
async def landscape(tmp_path):
    """Two orders that Odoo has and Crossdock does not, an hour old; nothing at the carrier."""
    clock = RealClock()
    long_ago = clock.now() - 3_600_000_000
    odoo = simulators().get("odoo").build({"serie": "19.0", "database": "demo", "api_key": KEY, "now": str(long_ago)})
    odoo.control("confirm_orders", {"n": 2}, long_ago)
    easypost = simulators().get("easypost").build({"api_key": KEY})
    servers = [LoopbackServer(each, clock) for each in (odoo, easypost)]
    for server in servers:
        await server.start()
    config = installed(tmp_path, odoo=servers[0].port, easypost=servers[1].port)
    code, _, said = await commanded("migrate", "-c", config)
    assert code == 0, said
    yield config
    for server in servers:
        await server.stop()


@pytest.mark.req("J2", "L12")
async def test_what_differs_is_shown_first_and_healed_on_demand(landscape):
    code, out, said = await commanded("reconcile", "-c", landscape)
    assert code == 3, said
    assert out.count("missing_here") == 2
    assert "demand" in out
    assert "Crossdock says" in out
    assert "nothing was changed; do it with --heal" in said

    code, out, said = await commanded("reconcile", "--partner", "odoo", "--heal", "--json", "-c", landscape)
    assert code == 3, said
    [account] = json.loads(out)
    assert account["kinds"] == {"missing_here": 2}
    assert account["healed"] == {"fetch": 2}
    assert {gap["ours"] for gap in account["gaps"]} == {"unknown"}

    code, out, said = await commanded("reconcile", "--partner", "odoo", "--heal", "--json", "-c", landscape)
    [account] = json.loads(out)
    assert account["healed"] == {}, "the server is stopped: what was fetched waits for it, and is not fetched again"
    assert account["in_flight"] == 2


@pytest.mark.req("J2")
async def test_a_partner_that_cannot_be_asked(landscape):
    code, _, said = await commanded("reconcile", "--partner", "nobody", "-c", landscape)
    assert code == 2
    assert "'nobody' cannot be reconciled. Those that can: odoo, easypost." in said
    code, _, said = await commanded("reconcile", "--partner", "easypost", "-c", landscape)
    assert code == 0, said
    assert "easypost: 0 compared in 2 questions; no gaps" in said
