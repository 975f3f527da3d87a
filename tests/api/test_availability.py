"""/v1/availability answers from what warehouses last said, and says how old that is (A12)."""

import pytest

from api.doors import opened
from crossdock.views.availability import Freshness
from stocked import damage, level, stock
from views.seeding import NOW, SECOND

HOUR = 3600 * SECOND
FRESH = Freshness(stale_after=HOUR, refuse_after=24 * HOUR)


@pytest.fixture
async def stocked(tmp_path):
    world = await opened(tmp_path, freshness=FRESH)
    world.clock.instant = NOW + HOUR
    await stock(
        world.store, world.clock,
        level("LAMP-2", 5, NOW + HOUR // 2, reserved=1), damage("LAMP-2", 4, NOW + HOUR // 2 + 5 * SECOND),
        level("LAMP-2", 7, NOW + HOUR // 3, "WH2"), level("DESK-1", 3, NOW),
    )  # fmt: skip
    yield world
    await world.store.close()


async def asked(world, scope="read", **query):
    async with world.client(scope) as client:
        return await client.get("/v1/availability", params=query)


@pytest.mark.req("A12", "D4")
async def test_all_warehouses_together_and_each_with_its_age(stocked):
    answer = await asked(stocked, sku="LAMP-2")
    assert answer.status_code == 200
    said = answer.json()
    assert (said["available"], said["unit"], said["stale"], said["age_seconds"]) == ("8", "H87", False, 2400)
    first, second = said["locations"]
    assert (first["location"], first["available"], first["on_hand"], first["reserved"]) == ("WH", "1", "6", "1")
    assert (first["age_seconds"], first["as_of"] < first["changed_at"]) == (1800, True)
    assert second["location"] == "WH2"
    assert said["as_of"] == second["as_of"]
    only = (await asked(stocked, sku="LAMP-2", location="WH2")).json()
    assert (only["available"], len(only["locations"])) == ("7", 1)


@pytest.mark.req("A12")
async def test_a_silent_warehouse_makes_the_answer_stale_and_then_none(stocked):
    stocked.clock.instant = NOW + 2 * HOUR
    stale = (await asked(stocked, sku="LAMP-2")).json()
    assert (stale["stale"], stale["age_seconds"]) == (True, 6000)
    stocked.clock.instant = NOW + 25 * HOUR
    refused = await asked(stocked, sku="LAMP-2")
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert (problem["type"], problem["retryable"]) == ("urn:crossdock:problem:stock-too-old", True)
    assert problem["title"] == "The stock is too old to be promised"
    assert "WH" in problem["detail"]


@pytest.mark.req("A12")
async def test_without_the_policy_old_stock_is_told_with_its_age(tmp_path):
    world = await opened(tmp_path)
    await stock(world.store, world.clock, level("DESK-1", 3, NOW))
    world.clock.instant = NOW + 1000 * HOUR
    said = (await asked(world, sku="DESK-1")).json()
    assert (said["available"], said["stale"], said["age_seconds"]) == ("3", True, 3_600_000)
    await world.store.close()


async def test_nobody_knows_an_item_and_nobody_may_ask_without_a_key(stocked):
    assert (await asked(stocked, sku="NOTHING")).status_code == 404
    assert (await asked(stocked, sku="LAMP-2", location="WH9")).status_code == 404
    assert (await asked(stocked)).status_code == 400
    assert (await asked(stocked, scope=None, sku="LAMP-2")).status_code == 401
    assert (await asked(stocked, sku="LAMP-2", colour="red")).status_code == 400


async def test_an_item_is_no_shipment(stocked):
    async with stocked.client("read") as client:
        shipments = (await client.get("/v1/shipments?limit=200")).json()["items"]
    assert [each["id"] for each in shipments if not each["id"].startswith("do:")] == []


@pytest.mark.req("A12")
async def test_each_of_two_thousand_items_is_found(stocked):
    many = [level(f"SKU-{number}", number % 50, NOW + HOUR // 2) for number in range(2000)]
    await stock(stocked.store, stocked.clock, *many)
    found = [(await asked(stocked, sku=f"SKU-{number}")).json()["available"] for number in (0, 77, 1999)]
    assert found == ["0", "27", "49"]
