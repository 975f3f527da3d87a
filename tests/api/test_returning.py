"""What customers and people say of returns and redeliveries over the API."""

import pytest

from crossdock.model.returning import RedeliveryChosen, ReturnRefused, ReturnRequested
from crossdock.model.warehouse import GoodsReceived

REASON = {"reason": "the customer calls"}


async def post(world, path, body, *, key="k1", scope="write"):
    async with world.client(scope) as client:
        return await client.post(path, json=body, headers={"idempotency-key": key})


async def subject(world) -> str:
    rows, _ = await world.store.read(lambda tx: tx.views.shipments())
    return rows[0].subject


async def told(world, order, kind) -> list:
    events = await world.store.read(lambda tx: tx.log.of_subject(order))
    return [event.body for event in events if isinstance(event.body, kind)]


@pytest.mark.req("F6", "F7")
async def test_a_return_is_requested_once_however_often_it_is_sent(world):
    order = await subject(world)
    body = {**REASON, "lines": [{"sku": "SKU-1", "quantity": "1"}], "said": "Too small", "source": "shop"}
    first = await post(world, f"/v1/shipments/{order}/return-requests", body)
    again = await post(world, f"/v1/shipments/{order}/return-requests", body)
    assert (first.status_code, first.json()["state"]) == (201, "done")
    assert first.json()["id"] == again.json()["id"]
    [request] = await told(world, order, ReturnRequested)
    assert (request.source, request.reason, [line.item.sku for line in request.lines]) == (
        "shop", "wrong_size", ["SKU-1"],
    )  # fmt: skip
    other = await post(world, f"/v1/shipments/{order}/return-requests", {**body, "said": "x"})
    assert other.status_code == 422, "the key was used for something else"


@pytest.mark.req("F6", "F4")
async def test_receipts_refusals_and_answers_are_facts(world):
    order = await subject(world)
    lines = [{"sku": "SKU-1", "quantity": "2", "damaged": "1"}]
    path = f"/v1/shipments/{order}"
    assert (
        await post(world, f"{path}/return-receipts", {**REASON, "receipt": "G1", "lines": lines})
    ).status_code == 201
    assert (await post(world, f"{path}/return-refusals", {**REASON, "goods": "kept"})).status_code == 201
    answer = {**REASON, "choice": "again", "day": "2026-11-24"}
    assert (await post(world, f"{path}/redeliveries", answer)).status_code == 201
    [received] = await told(world, order, GoodsReceived)
    assert [(line.received, line.damaged) for line in received.lines] == [(2, 1)]
    [refused] = await told(world, order, ReturnRefused)
    [chosen] = await told(world, order, RedeliveryChosen)
    assert (refused.goods, chosen.choice, chosen.day) == ("kept", "again", "2026-11-24")


@pytest.mark.req("F6", "F4")
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("return-receipts", {"receipt": "G1", "lines": [{"sku": "SKU-1", "quantity": "1", "damaged": "2"}]}, 409),
        ("return-requests", {"lines": [{"sku": "SKU-1", "quantity": "0"}]}, 409),
        ("return-receipts", {"receipt": "G1", "lines": []}, 422),
        ("redeliveries", {"choice": "tomorrow"}, 422),
        ("redeliveries", {"choice": "again", "day": "soon"}, 422),
    ],
)
async def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(world, path, body, status):
    order = await subject(world)
    answer = await post(world, f"/v1/shipments/{order}/{path}", {**REASON, **body})
    assert answer.status_code == status, answer.text
    assert await told(world, order, GoodsReceived | ReturnRequested | RedeliveryChosen) == []
    assert (await post(world, f"/v1/shipments/{order}/{path}", {**REASON, **body}, scope="read")).status_code == 403
