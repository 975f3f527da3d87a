"""GET /v1/settings: the configuration in force, for administrators."""

import pytest

from api import doors
from browser.scene import configured


@pytest.mark.req("L2")
async def test_settings_say_value_place_and_what_takes_a_restart(tmp_path):
    world = await doors.opened(tmp_path, configuration=configured)
    async with world.client("admin") as client:
        whole = (await client.get("/v1/settings")).json()
        burst = (await client.get("/v1/settings", params={"text": "gls burst", "given": "true"})).json()
    assert [(each["key"], each["value"], each["place"]) for each in burst["items"]] == [
        ("partners.gls.throttle.burst", "8", "crossdock.yaml:12")
    ]
    assert [(each["key"], each["then"]) for each in whole["pending"]] == [("partners.gls.throttle.burst", "20")]
    assert whole["warnings"]
    assert "geheim" not in str(whole)
    async with world.client("read") as client:
        assert (await client.get("/v1/settings")).status_code == 403
    await world.store.close()


async def test_a_process_without_a_configuration_has_none(world):
    async with world.client("admin") as client:
        assert (await client.get("/v1/settings")).status_code == 404
