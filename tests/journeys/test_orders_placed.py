"""Orders of shops and portals on their whole road: the door, the engine, Odoo."""

import asyncio
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from crossdock.backbone.ordering import DoorPolicy, Taken, take_in
from crossdock.backbone.rebuild import Rebuilder
from crossdock.model.channel_orders import Checks
from crossdock.model.windows import Area, SlotPlan, Windows, WindowWish
from crossdock.sim.faults import Effect, Rule, When
from crossdock.storage.opening import open_store
from crossdock.views.orders import find_orders
from crossdock.views.timeline import resolve, story_of
from journeys.ordering_road import START, OrderingRoad, line, moved_to, placed

DAY = "2026-11-22"
SLOTS = (SlotPlan("morning", 480, 720, 10), SlotPlan("afternoon", 780, 1020, 10))
GHENT = Windows((Area("ghent", ("BE",), ("90*",), "Europe/Brussels", SLOTS),))


async def shown(road, name):
    [found] = await road.store.read(lambda tx: find_orders(tx, name))
    return found


async def quantities(road):
    wanted = {"domain": [["order_id.client_order_ref", "!=", False]], "fields": ["product_uom_qty"]}
    given = {"model": "sale.order.line", "method": "search_read", "ids": [], "arguments": wanted}
    rows = road.odoo.control("call", given, road.clock.now())
    return [row["product_uom_qty"] for row in sorted(rows, key=lambda row: row["id"])]


@pytest.mark.req("A2")
async def test_a_shop_order_twice_and_a_portal_order_are_two_sale_orders_with_channel_and_external_id():
    road = OrderingRoad()
    await road.place(placed("R-1001"), "shop")
    await road.settle()
    again = await road.place(placed("R-1001"), "shop")
    await road.place(placed("R-1001", channel="portal"), "portal")
    await road.settle()
    assert not again.fresh
    sold = road.sales()
    assert [(row["origin"], row["client_order_ref"]) for row in sold] == [("shop", "R-1001"), ("portal", "R-1001")]
    order = await shown(road, "shop/R-1001")
    assert (order.state, order.number, order.external_id) == ("entered", sold[0]["name"], str(sold[0]["id"]))


@pytest.mark.req("A2")
async def test_the_answer_binds_the_number_of_the_system_of_record():
    road = OrderingRoad()
    await road.place(placed("R-1001"))
    await road.settle()
    [sale] = road.sales()
    for name in (sale["name"], "R-1001", "co:shop:R-1001"):
        assert (await shown(road, name)).subject == "co:shop:R-1001"
        assert await road.store.read(lambda tx, name=name: resolve(tx, name)) == "co:shop:R-1001"


@pytest.mark.req("A2", "K17", "H6")
async def test_the_order_has_a_story_and_the_log_alone_makes_the_same_of_it():
    road = OrderingRoad(DoorPolicy(another="amend"))
    await road.place(placed("R-1"))
    await road.settle()
    await road.place(placed("R-1", line(quantity="2")))
    await road.settle()
    story = await road.store.read(lambda tx: story_of(tx, "co:shop:R-1"))
    titles = [entry.title for entry in story.entries]
    assert "Order R-1 placed by shop" in titles
    assert "Order R-1 placed by shop, revision 2" in titles
    assert "odoo confirmed: Change order" in titles
    report = await Rebuilder(road.store, road.hub.reducer, road.clock, "test").check()
    assert (report.equal, report.otherwise, report.kept) == (True, (), report.log)


@pytest.mark.req("A2", "K1")
@pytest.mark.parametrize(
    "fault",
    [
        Rule(Effect(unreachable=True), when=When(until=600)),
        Rule(Effect(lost_answer=True), when=When(nth=9)),
        Rule(Effect(lost_answer=True), when=When(probability=0.3)),
    ],
)
async def test_an_order_outlives_an_odoo_that_is_down_or_loses_answers(fault):
    road = OrderingRoad()
    road.network.faults_of(road.odoo.hosts[0]).add(fault)
    for number in range(3):
        await road.place(placed(f"R-{number}"))
    await road.settle(rounds=60)
    assert [row["client_order_ref"] for row in road.sales()] == ["R-0", "R-1", "R-2"]
    assert [(await shown(road, f"shop/R-{number}")).state for number in range(3)] == ["entered"] * 3


@pytest.mark.req("A3")
async def test_what_is_incomplete_or_unknown_is_an_exception_and_never_reaches_odoo():
    road = OrderingRoad(DoorPolicy(checks=Checks(known_skus=("XD-*",))))
    nowhere = moved_to(placed("R-1"), "")
    await road.place(nowhere)
    await road.place(placed("R-2", line("NOBODY")))
    await road.settle()
    assert road.sales() == []
    kinds = {
        name: [(each.kind, each.pointer) for each in (await shown(road, name)).problems]
        for name in ("shop/R-1", "shop/R-2")
    }
    assert kinds == {
        "shop/R-1": [("address.incomplete", "/customer/address/postcode")],
        "shop/R-2": [("sku.unknown", "/lines/0/sku")],
    }
    await road.place(moved_to(nowhere, "9000"))
    await road.settle()
    assert [row["client_order_ref"] for row in road.sales()] == ["R-1"]
    assert (await shown(road, "shop/R-1")).problems == ()


@pytest.mark.req("A2")
async def test_another_content_is_refused_with_what_differs():
    road = OrderingRoad()
    await road.place(placed("R-1"))
    with pytest.raises(Taken) as refused:
        await road.place(placed("R-1", line(quantity="2"), note="quick"))
    assert refused.value.places == ("/lines/0", "/note")
    await road.settle()
    assert await quantities(road) == [1.0]


@pytest.mark.req("A2", "A9")
async def test_changed_quantities_are_an_amendment_where_they_are_taken_at_any_time():
    road = OrderingRoad(DoorPolicy(another="amend"))
    first = placed("R-1", line(), line("XD-LAMP", "4"))
    await road.place(first)
    await road.settle()
    await road.place(replace(first, lines=(line(), line("XD-LAMP", "6"))))
    await road.settle()
    assert await quantities(road) == [1.0, 6.0]
    early = placed("R-2")
    await road.place(early)
    await road.place(replace(early, lines=(line(quantity="3"),)))
    await road.settle()
    assert await quantities(road) == [1.0, 6.0, 3.0]
    assert [(await shown(road, f"shop/R-{number}")).state for number in (1, 2)] == ["entered", "entered"]


@pytest.mark.req("A2", "A9")
async def test_what_cannot_be_amended_waits_for_a_person_until_it_is_taken_back():
    road = OrderingRoad(DoorPolicy(another="amend"))
    first = placed("R-1")
    await road.place(first)
    await road.settle()
    await road.place(replace(first, lines=(line("XD-LAMP"),)))
    await road.settle()
    order = await shown(road, "shop/R-1")
    assert (order.state, [each.kind for each in order.problems]) == ("attention", ["order.changed_after_entry"])
    assert "/lines/0" in order.problems[0].text
    await road.place(first)
    await road.settle()
    order = await shown(road, "shop/R-1")
    assert (order.state, order.problems, await quantities(road)) == ("entered", (), [1.0])


@pytest.mark.req("A2", "A3")
async def test_what_odoo_does_not_take_is_an_exception_and_goes_on_when_it_is_corrected():
    road = OrderingRoad()
    await road.place(placed("R-1", line("NOBODY")))
    await road.settle()
    order = await shown(road, "shop/R-1")
    assert (order.state, [each.kind for each in order.problems]) == ("attention", ["order.not_entered"])
    await road.place(placed("R-1"))
    await road.settle()
    order = await shown(road, "shop/R-1")
    assert (order.state, order.problems, len(road.sales())) == ("entered", (), 1)


@pytest.mark.req("A5")
async def test_thirty_orders_for_two_slots_of_ten_leave_ten_without_a_window():
    road = OrderingRoad(DoorPolicy(windows=GHENT))
    for number in range(30):
        await road.place(placed(f"R-{number:02}", window=WindowWish(DAY)))
    await road.settle()
    used = await road.store.read(lambda tx: tx.slots.used(["ghent"], DAY))
    assert [(each.name, each.taken) for each in used] == [("afternoon", 10), ("morning", 10)]
    sold = sorted(road.sales(), key=lambda row: row["client_order_ref"])
    assert [str(row["commitment_date"]) for row in sold] == [f"{DAY} 07:00:00"] * 10 + [f"{DAY} 12:00:00"] * 10
    without = [await shown(road, f"shop/R-{number:02}") for number in range(20, 30)]
    assert {(each.state, each.problems[0].kind) for each in without} == {("rejected", "window.unavailable")}
    later = (date.fromisoformat(DAY) + timedelta(days=1)).isoformat()
    await road.place(placed("R-29", window=WindowWish(later, "morning")))
    await road.settle()
    assert len(road.sales()) == 21
    assert (await shown(road, "shop/R-29")).problems == ()


@pytest.mark.req("A5")
async def test_an_order_sent_again_takes_no_second_slot_and_a_faulty_one_none():
    road = OrderingRoad(DoorPolicy(windows=GHENT, another="amend"))
    order = placed("R-1", window=WindowWish(DAY, "morning"))
    for _ in range(3):
        await road.place(order)
    await road.place(placed("R-2", line(quantity="0"), window=WindowWish(DAY, "morning")))
    await road.place(replace(order, window=WindowWish(DAY, "afternoon")))
    used = await road.store.read(lambda tx: tx.slots.used(["ghent"], DAY))
    assert [(each.name, each.taken) for each in used] == [("afternoon", 1)]


@pytest.mark.req("A5", "A2")
async def test_on_postgresql_many_doors_at_once_fill_no_slot_over_and_make_no_order_twice(migrated_postgres_url):
    first, second = open_store(migrated_postgres_url), open_store(migrated_postgres_url)
    policy = DoorPolicy(windows=GHENT)
    orders = [placed(f"R-{number:02}", window=WindowWish(DAY)) for number in range(30)]

    async def take(store, order):
        return await store.run(lambda tx: take_in(tx, order, "shop", START, policy))

    receipts = await asyncio.gather(*(take(store, order) for order in orders for store in (first, second)))
    used = await first.read(lambda tx: tx.slots.used(["ghent"], DAY))
    assert sum(each.fresh for each in receipts) == 30
    assert sorted(each.taken for each in used) == [10, 10]
    assert sum(each.placement.window == "unavailable" for each in receipts if each.fresh) == 10
    await first.close()
    await second.close()
