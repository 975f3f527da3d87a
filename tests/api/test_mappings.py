"""Words of partners that nobody has mapped, over the API: listed, ruled once, in the audit."""

import pytest

from crossdock.ports.stores_doors import Audited
from crossdock.ports.stores_mapping import Gap

GAP = Gap("easypost", "code", "ZN11", "status ZN11", "0" * 26, 1, 2, 4)
RULING = {"name": "ZN11", "milestone": "delivered", "reason": "their manual, page 12"}


async def rule(world, body, *, key="k1", scope="admin", partner="easypost"):
    async with world.client(scope) as client:
        return await client.post(f"/v1/partners/{partner}/mappings", json=body, headers={"idempotency-key": key})


async def listed(world):
    async with world.client("read") as client:
        return (await client.get("/v1/mappings?partner=easypost")).json()["items"]


@pytest.mark.req("L2")
async def test_a_word_is_listed_ruled_once_and_in_the_audit(world):
    await world.store.run(lambda tx: tx.mappings.note([GAP]))
    [open_one] = await listed(world)
    assert (open_one["name"], open_one["count"], open_one["state"]) == ("ZN11", 4, "open")
    for _ in range(2):
        answer = await rule(world, RULING)
        assert (answer.status_code, answer.json()["act"]) == (200, "settled")
    [settled] = await listed(world)
    assert (settled["state"], settled["meaning"]) == ("settled", "delivered")
    rulings = await world.store.read(lambda tx: tx.mappings.rulings())
    assert [(each.name, each.milestone, each.note) for each in rulings] == [("ZN11", "delivered", RULING["reason"])]
    [entry], _ = await world.store.read(lambda tx: tx.doors.audited(Audited(action="mapping.settled")))
    assert (entry.target, entry.detail) == ("easypost/ZN11", RULING["reason"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({**RULING, "milestone": "arrived"}, "/milestone"),
        ({**RULING, "category": "weather"}, "/milestone"),
        ({**RULING, "kind": "reason", "cause": "bored"}, "/cause"),
    ],
)
async def test_a_word_that_is_none_is_refused_where_it_stands(world, body, pointer):
    answer = await rule(world, body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert await world.store.read(lambda tx: tx.mappings.rulings()) == []


async def test_nobody_rules_for_a_partner_that_is_not_or_without_the_right(world):
    assert (await rule(world, RULING, partner="nobody")).status_code == 404
    assert (await rule(world, RULING, scope="write", key="k2")).status_code == 403
