"""The order door: kept before it is answered, the same order once, faults at their places."""

import asyncio

import pytest

from api.doors import opened
from crossdock.backbone.ordering import DoorPolicy
from crossdock.model.channel_orders import ChannelOrderPlaced, Checks
from crossdock.model.windows import Area, SlotPlan, Windows

ADA = {
    "name": "Ada", "email": "ada@shop.example",
    "address": {"lines": ["Korenmarkt 1"], "city": "Gent", "postcode": "9000", "country": "BE"},
}  # fmt: skip
ORDER = {
    "channel": "shop", "reference": "R-1001", "customer": ADA, "currency": "EUR",
    "lines": [{"sku": "DESK", "quantity": "2", "price": "199.00"}],
}  # fmt: skip
SLOTS = (SlotPlan("morning", 0, 1440, 1),)
POLICY = DoorPolicy(
    checks=Checks(known_skus=("DESK", "LAMP")), windows=Windows((Area("be", ("BE",), (), "UTC", SLOTS),), 60)
)


@pytest.fixture
async def shop(tmp_path):
    world = await opened(tmp_path, ordering=POLICY)
    yield world
    await world.store.close()


async def post(world, body, key="k1", scope="orders"):
    async with world.client(scope) as client:
        return await client.post("/v1/orders", json=body, headers={"idempotency-key": key})


async def get(world, path, scope="orders"):
    async with world.client(scope) as client:
        return await client.get(path)


async def placements(world, subject="co:shop:R-1001"):
    events = await world.store.read(lambda tx: tx.log.of_subject(subject))
    return [event.body for event in events if isinstance(event.body, ChannelOrderPlaced)]


@pytest.mark.req("A2", "K3")
async def test_an_order_is_kept_before_it_is_answered_and_says_where_it_is(shop):
    answer = await post(shop, ORDER)
    assert (answer.status_code, answer.headers["location"]) == (202, "/v1/orders/shop/R-1001")
    body = answer.json()
    assert (body["id"], body["state"], body["revision"], body["problems"]) == ("co:shop:R-1001", "placed", 1, [])
    [kept] = await placements(shop)
    assert (kept.order.lines[0].item.sku, str(kept.order.lines[0].price)) == ("DESK", "199.00 EUR")
    again = await get(shop, "/v1/orders/shop/R-1001")
    assert (again.status_code, again.json()) == (200, body)


@pytest.mark.req("A2")
async def test_the_same_order_is_one_under_any_key_and_at_the_same_time(shop):
    first = await post(shop, ORDER)
    same_key = await post(shop, ORDER)
    assert (same_key.status_code, same_key.headers["idempotency-replayed"]) == (202, "true")
    answers = await asyncio.gather(*(post(shop, ORDER, key=f"other-{number}") for number in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["revision"] for answer in answers} == {first.json()["revision"]}
    assert len(await placements(shop)) == 1


@pytest.mark.req("A2")
async def test_another_content_under_the_reference_is_refused_with_its_places(shop):
    await post(shop, ORDER)
    other = {**ORDER, "lines": [{**ORDER["lines"][0], "quantity": 3}]}
    refused = await post(shop, other, key="k2")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:crossdock:problem:reference-taken")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/lines/0"]
    assert "under a reference of its own" in refused.json()["detail"]
    assert len(await placements(shop)) == 1
    assert (await post(shop, {**ORDER, "reference": "R-1002"}, key="k1")).status_code == 422, "the key was used"


@pytest.mark.req("A3")
async def test_what_has_to_be_put_right_is_said_at_once_and_the_order_is_kept(shop):
    faulty = {**ORDER, "customer": {**ADA, "address": {**ADA["address"], "postcode": ""}}}
    faulty["lines"] = [{"sku": "GHOST", "quantity": 1}]
    answer = await post(shop, faulty)
    assert answer.status_code == 202
    found = [(each["kind"], each["pointer"]) for each in answer.json()["problems"]]
    assert found == [("address.incomplete", "/customer/address/postcode"), ("sku.unknown", "/lines/0/sku")]


@pytest.mark.req("A3")
async def test_a_body_that_means_nothing_is_refused_with_every_fault(shop):
    line = {"sku": "DESK", "quantity": "1", "price": "1.234", "gtin": "4006381333932"}
    refused = await post(shop, {**ORDER, "lines": [line, {"sku": "LAMP", "quantity": "NaN"}], "promised_for": "soon"})
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == [
        "/lines/0/gtin", "/lines/0/price", "/lines/1/quantity", "/promised_for",
    ]  # fmt: skip
    for change, pointer in (
        ({"lines": [{"quantity": []}]}, "/lines/0/quantity"),
        ({"channel": "The Shop"}, "/channel"),
    ):
        refused = await post(shop, {**ORDER, **change})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await post(shop, {**ORDER, "coupon": "X"})).status_code == 422
    assert await placements(shop) == []


@pytest.mark.req("A5")
async def test_a_slot_is_told_with_the_answer_and_when_there_is_none(shop):
    wish = {**ORDER, "window": {"day": "2026-11-23"}}
    taken = (await post(shop, wish)).json()
    assert (taken["window"]["area"], taken["window"]["slot"], taken["window"]["day"]) == ("be", "morning", "2026-11-23")
    late = (await post(shop, {**wish, "reference": "R-2"}, key="k2")).json()
    assert (late["window"], [each["kind"] for each in late["problems"]]) == (None, ["window.unavailable"])


@pytest.mark.req("A2", "I1")
async def test_only_who_may_place_orders_does(shop):
    assert (await post(shop, ORDER, scope="write")).status_code == 403
    assert (await get(shop, "/v1/orders/shop/R-1001", scope="read")).status_code == 403
    assert (await get(shop, "/v1/orders/shop/R-1001")).status_code == 404
    slashed = {**ORDER, "reference": "2026/1001"}
    assert (await post(shop, slashed)).status_code == 202
    assert (await get(shop, "/v1/orders/shop/2026/1001")).json()["reference"] == "2026/1001"


@pytest.mark.req("A2")
async def test_without_configuration_there_is_no_door(world):
    refused = await post(world, ORDER)
    assert (refused.status_code, refused.json()["type"]) == (404, "urn:crossdock:problem:no-door")
