"""/v1/flows: what `crossdock flows` shows, for programs."""

import pytest

from api.doors import opened
from crossdock.model.flows import REAL_TIME, Flow

FLOWS = (
    Flow("odoo/pickings", "in", "odoo", "crossdock", "pickings", REAL_TIME, "built-in"),
    Flow("odoo/plan.record.v1", "out", "by hand", "odoo", "plan.record.v1", REAL_TIME, "configuration"),
)


@pytest.mark.req("J1")
async def test_flows_come_with_class_objective_and_figures(tmp_path):
    world = await opened(tmp_path, flows=FLOWS)
    async with world.client("read") as client:
        told = await client.get("/v1/flows", params={"hours": 48})
        refused = await client.get("/v1/flows", params={"hours": 0})
    await world.store.close()
    assert (told.status_code, refused.status_code) == (200, 400)
    events, plan = told.json()["items"]
    assert (events["latency_class"], events["objective_seconds"], events["said_by"]) == ("real_time", 5.0, "built-in")
    assert events["messages"] > 0
    assert events["p50_seconds"] <= events["p99_seconds"]
    assert (plan["messages"], plan["p99_seconds"], plan["met"]) == (0, None, None)
