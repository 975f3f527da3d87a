"""A number is linked to an order over the API: once, with what it sets free, in the audit."""

import pytest

from charged import MISTYPED, charge, waits
from crossdock.ports.stores_doors import Audited
from views.seeding import DELIVERED, NUMBER


async def link(world, body, order="SO0007", key="k1", scope="write"):
    async with world.client(scope) as client:
        path = f"/v1/shipments/{order}/references"
        return await client.post(path, json=body, headers={"idempotency-key": key})


async def told(world):
    return await world.store.read(lambda tx: tx.doors.audited(Audited(action="reference.link"))[0])


@pytest.mark.req("G3", "L9")
async def test_a_dry_run_names_what_is_set_free_and_the_real_one_does_it_once(world):
    await world.store.run(lambda tx: waits(tx, charge("1"), charge("2"), at=world.clock.now()))
    body = {"value": MISTYPED, "reason": "their typing"}
    tried = (await link(world, {**body, "dry_run": True}, key="k0")).json()
    assert (tried["shipment_id"], tried["kind"], tried["count"], tried["dry_run"]) == (
        DELIVERED, "tracking_number", 2, True
    )  # fmt: skip
    assert tried["freed"] == ["acme charges 6.30 EUR for Parcel <b>5 kg</b>"] * 2
    assert await told(world) == []
    for _ in range(2):
        answer = await link(world, body)
        assert (answer.status_code, answer.json()["count"]) == (200, 2)
    [entry] = await told(world)
    assert (entry.target, entry.detail) == (DELIVERED, f"tracking_number {MISTYPED}: their typing")
    assert await world.store.read(lambda tx: tx.references.charges("", 9)) == []


async def test_what_cannot_be_linked_is_refused_with_why(world):
    body = {"value": NUMBER, "reason": "mine"}
    taken = await link(world, body, order="SO0009")
    assert (taken.status_code, "belongs to" in taken.json()["detail"]) == (409, True)
    assert (await link(world, body, order="SO9999", key="k2")).status_code == 404
    assert (await link(world, {**body, "kind": "sku"}, key="k3")).status_code in {400, 422}
    assert (await link(world, {"value": "X"}, key="k4")).status_code in {400, 422}
    assert (await link(world, body, key="k5", scope="read")).status_code == 403
    assert await told(world) == []
