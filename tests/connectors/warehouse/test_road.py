"""From an order to what left the warehouse: once, in order, whatever goes wrong on the way."""

import asyncio
import os
import random

import pytest
from road import START, Road, copied, demand

from crossdock.model import warehouse as wh
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.stock_state import standing
from crossdock.model.warehouse_state import is_all_shipped, is_overshipped, progress
from crossdock.sim.faults import Effect, Match, Rule, When
from crossdock.sim.mischief import RoughRoad
from crossdock.sim.scenario import Webhooks
from crossdock.storage.opening import open_store
from crossdock.views.availability import Freshness, availability_of
from slowly import few


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("warehouse") / "empty.db"

    async def make():
        store = open_store(f"sqlite:///{path}", threads=False)
        await store.migrate()
        await store.close()

    asyncio.run(make())
    return path


@pytest.fixture
def make_road(empty, request):
    return lambda name="road", **options: Road(copied(empty, f"{request.node.name[:40]}-{name}"), **options)


async def shipped_all(road, hub, numbers):
    found = []
    for number in numbers:
        state = await road.state(hub, f"do:odoo:{number}")
        found.append(is_all_shipped(state.order, state.warehouse) and not is_overshipped(state.order, state.warehouse))
    return all(found)


@pytest.mark.req("D1", "A8")
async def test_twenty_orders_are_twenty_requests_and_twenty_acknowledgements(make_road):
    road = make_road(sim={"acknowledge": "30"})
    hub = road.hub()
    await road.ask_for(hub, *(demand(number) for number in range(20)))
    await road.turn(hub)
    assert len(road.sim.ledger.of("order.released")) == 20
    count = hub.metrics.registry.get_sample_value("crossdock_release_latency_seconds_count", {"partner": "north3pl"})
    assert count == 20
    await road.pass_time(hub, 1)
    releases = [next(iter((await road.state(hub, f"do:odoo:{number}")).warehouse.values())) for number in range(20)]
    assert [each.acknowledged for each in releases] == [1] * 20
    assert len({each.number for each in releases}) == 20


@pytest.mark.req("D2")
async def test_three_of_five_and_the_rest_later(make_road):
    road = make_road()
    hub = road.hub()
    await road.ask_for(hub, demand(1))
    await road.turn(hub)
    for quantity, left in ((3, 2), (2, 0)):
        road.do("ship", reference="WH/OUT/00001", quantities={"1": quantity})
        await road.turn(hub)
        state = await road.state(hub, "do:odoo:1")
        (line,) = progress(state.order, state.warehouse)
        assert line.open == left
    assert is_all_shipped(state.order, state.warehouse)


@pytest.mark.req("D2", "K2", "E7")
@pytest.mark.parametrize("seed", range(5))
async def test_webhooks_out_of_order_and_twice_change_nothing(make_road, seed):
    road = make_road(seed=seed, sim={"pace": "10"})
    road.told = RoughRoad(road.sim, Webhooks(twice=0.5, shuffled=True), seed)
    hub = road.hub()
    road.do("habits", twice=True, reversed=True)
    await road.ask_for(hub, *(demand(number) for number in range(8)))
    await road.turn(hub)
    road.clock.advance(120)
    await road.turn(hub)
    assert await shipped_all(road, hub, range(8))
    for number in range(8):
        shipped = [each for each in await road.events(hub, f"do:odoo:{number}") if isinstance(each, wh.GoodsShipped)]
        assert len(shipped) == 1


@pytest.mark.req("D2", "D10")
async def test_an_order_really_shipped_twice_is_seen(make_road):
    road = make_road()
    hub = road.hub()
    await road.ask_for(hub, demand(1))
    await road.turn(hub)
    road.do("habits", double=True)
    road.do("finish", reference="WH/OUT/00001")
    await road.turn(hub)
    state = await road.state(hub, "do:odoo:1")
    assert is_overshipped(state.order, state.warehouse)


@pytest.mark.req("D7", "K3", "K6")
async def test_a_warehouse_that_is_down_for_two_hours_gets_every_order_once_and_in_order(make_road):
    road = make_road(seed=3)
    hub = road.hub()
    road.faults.replace([Rule(Effect(unreachable=True), when=When(until=7200))])
    first = [demand(number) for number in range(300)]
    await road.ask_for(hub, *first)
    await road.turn(hub)
    await road.ask_for(hub, *(demand(number, 7, version=1) for number in range(0, 300, 10)))
    await road.pass_time(hub, 130, step=10)
    for _ in range(30):
        await road.pass_time(hub, 10, step=5)
        if len(road.sim.ledger.of("order.amended")) == 30:
            break
    released = [entry.key for entry in road.sim.ledger.of("order.released")]
    amended = [entry.key for entry in road.sim.ledger.of("order.amended")]
    assert sorted(released) == sorted(each.name for each in first)
    assert sorted(amended) == [f"WH/OUT/{number:05}" for number in range(0, 300, 10)]
    order = [
        (entry.key, entry.kind)
        for entry in road.sim.ledger.entries
        if entry.kind in {"order.released", "order.amended"}
    ]
    assert all(order.index((key, "order.released")) < order.index((key, "order.amended")) for key in amended)
    assert road.sim.ledger.of("request.repeated") == ()
    assert min(entry.at for entry in road.sim.ledger.entries) >= START + 7200 * 1_000_000


@pytest.mark.req("D8", "E1", "C13")
async def test_files_every_half_hour_one_late_and_one_twice_are_events_once(make_road, tmp_path):
    (tmp_path / "in").mkdir()
    road = make_road(sim={"webhook_url": "", "files_url": ""}, folder=str(tmp_path))
    hub = road.hub()
    await road.ask_for(hub, *(demand(number) for number in range(4)))
    await road.turn(hub)
    files = []
    for number in range(4):
        road.do("finish", reference=f"WH/OUT/{number:05}")
        files.append(road.do("export")["rows"])
        road.clock.advance(1800)
    for name, content in (
        ("0", files[0]),
        ("2", files[2]),
        ("0-again", files[0]),
        ("3", files[3]),
        ("1-late", files[1]),
    ):
        file = tmp_path / "in" / f"{name}.csv"
        file.write_text(content)
        seconds = road.clock.now() / 1_000_000
        os.utime(file, (seconds, seconds))
        road.clock.advance(60)
        while await hub.engine.poll("north3pl", "files"):
            pass
        await hub.engine.settle_all()
    assert await shipped_all(road, hub, range(4))
    for number in range(4):
        bodies = await road.events(hub, f"do:odoo:{number}")
        assert len([each for each in bodies if isinstance(each, wh.GoodsShipped)]) == 1
    await hub.engine.poll("north3pl", "files")
    assert sorted(each.name for each in (tmp_path / "done").iterdir()) == [
        "0-again.csv", "0.csv", "1-late.csv", "2.csv", "3.csv",
    ]  # fmt: skip


@pytest.mark.req("D8", "C13")
async def test_a_file_may_be_uploaded_and_says_what_the_webhooks_said(make_road):
    road = make_road()
    hub = road.hub()
    await road.ask_for(hub, demand(1))
    await road.turn(hub)
    road.do("finish", reference="WH/OUT/00001")
    road.do("export", again=True)
    await road.turn(hub)
    assert set(road.answers) == {202}
    bodies = await road.events(hub, "do:odoo:1")
    assert len([each for each in bodies if isinstance(each, wh.GoodsShipped)]) == 1


@pytest.mark.req("J2")
async def test_what_no_webhook_brought_the_feed_brings(make_road):
    road = make_road(sim={"webhook_url": ""})
    hub = road.hub()
    await road.ask_for(hub, demand(1))
    await road.turn(hub)
    road.do("finish", reference="WH/OUT/00001")
    while await hub.engine.poll("north3pl", "events"):
        pass
    await hub.engine.settle_all()
    assert await shipped_all(road, hub, [1])


@pytest.mark.req("D5")
async def test_a_mismatch_is_an_exception_of_the_order_and_heals_with_the_table(make_road):
    road = make_road()
    hub = road.hub()
    await road.ask_for(hub, demand(1))
    await road.turn(hub)
    data = {"reference": "WH/OUT/00001", "document": "L1", "lines": [{"sku": "DESK-1", "quantity": "1", "unit": "PX"}]}
    road.sim._telling.tell("order.shipped", data, road.clock.now())
    await road.turn(hub)
    raised = [each for each in await road.events(hub, "do:odoo:1") if isinstance(each, ExceptionRaised)]
    assert [each.kind for each in raised] == ["uom.mismatch"]
    found, _ = await hub.store.read(lambda tx: tx.views.exceptions(subject="do:odoo:1"))
    assert [(each.kind, "PX" in each.text) for each in found] == [("uom.mismatch", True)]
    counts = await hub.store.read(lambda tx: tx.views.counts())
    assert counts.parked == 1


@pytest.mark.req("D4", "A12")
async def test_damage_leaves_one_of_five(make_road):
    road = make_road(sim={"stock": "DESK-1=5"})
    hub = road.hub()
    road.do("level")
    await road.turn(hub)
    road.do("level", skus=["DESK-1"])
    road.clock.advance(5)
    road.do("damage", sku="DESK-1", quantity=4)
    await road.turn(hub)
    assert standing((await road.state(hub, "sku:DESK-1@WH")).stock).available == 1


@pytest.mark.req("D1", "D2", "D4", "A12")
async def test_the_same_road_on_postgresql(migrated_postgres_url):
    road = Road(migrated_postgres_url, sim={"stock": "DESK-1=100"})
    hub = road.hub()
    road.told = RoughRoad(road.sim, Webhooks(twice=0.5, shuffled=True), 1)
    await road.ask_for(hub, *(demand(number) for number in range(12)))
    await road.turn(hub)
    for number in range(12):
        road.do("finish", reference=f"WH/OUT/{number:05}")
    road.do("level", skus=["DESK-1"])
    road.clock.advance(5)
    road.do("damage", sku="DESK-1", quantity=39)
    await road.turn(hub)
    assert await shipped_all(road, hub, range(12))
    now = road.clock.now()
    found = await hub.store.read(lambda tx: availability_of(tx, "DESK-1", now, Freshness()))
    assert (found.available, found.stale, found.locations[0].blocked) == (1, False, 39)
    await hub.close()
    await hub.store.close()


@pytest.mark.req("M21")
async def test_a_warehouse_speaks_of_no_order_it_was_not_given(make_road):
    road = make_road()
    hub = road.hub()
    await road.ask_for(hub, demand(1))
    await road.turn(hub)
    for reference in ("do:odoo:1", "WH/OUT/00002", "SO0007"):
        road.sim._telling.tell("order.cancelled", {"reference": reference}, road.clock.now())
    await road.turn(hub)
    assert not any(isinstance(each, wh.WarehouseOrderCancelled) for each in await road.events(hub, "do:odoo:1"))
    assert (await hub.store.read(lambda tx: tx.views.counts())).waiting == 3


@pytest.mark.req("D7", "K1", "K2", "C4")
@pytest.mark.parametrize("block", few(range(5)))
async def test_a_process_that_dies_anywhere_releases_every_order_once(make_road, block):
    deaths = doubts = 0
    for seed in range(block * 20, block * 20 + 20):
        chosen = random.Random(seed)
        road = make_road(f"s{seed}", seed=seed, deaths=sorted(chosen.sample(range(2, 60), 3)), sim={"pace": "20"})
        road.faults._seed = seed
        road.faults.add(Rule(Effect(lost_answer=True), Match("POST"), When(probability=0.3)))
        asked = False

        async def done(hub, road=road):
            nonlocal asked
            if not asked:
                await road.ask_for(hub, *(demand(number) for number in range(3)))
                asked = True
            counts = await hub.store.read(lambda tx: tx.views.counts())
            rows = await hub.store.read(lambda tx: tx.states.load([f"do:odoo:{number}" for number in range(3)]))
            if len(rows) < 3 or counts.queued or counts.in_doubt or counts.received or counts.waiting:
                return False
            return await shipped_all(road, hub, range(3))

        await road.live(done)
        released = [entry.key for entry in road.sim.ledger.of("order.released")]
        shipped = [entry.key for entry in road.sim.ledger.of("order.shipped")]
        assert sorted(released) == sorted(shipped) == [f"WH/OUT/{number:05}" for number in range(3)], seed
        assert road.sim.ledger.of("request.repeated") == (), f"seed {seed} sent again without asking"
        deaths += road.deaths
        doubts += sum(step.count("GET") for step in road.network.asked)
        await road.bury()
    assert deaths >= 20
    assert doubts >= 5
