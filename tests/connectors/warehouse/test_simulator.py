"""The simulated warehouse does what a warehouse does, keeps books, and goes wrong when told to."""

from decimal import Decimal

import pytest
from warehouse_world import order

from crossdock.connectors.warehouse.simulator import SIMULATOR
from crossdock.model import warehouse as wh
from crossdock.model.item import Item
from crossdock.model.order import OrderLine
from crossdock.ports.wire import HttpRequest
from crossdock.sim.simulator import UnknownAction

FIVE = order(OrderLine("1", Item("DESK-1"), Decimal(5)), OrderLine("2", Item("LAMP-2"), Decimal(2)))


def pushing(**options):
    return {"webhook_url": "https://hub.example/in/north3pl/events", "webhook_secret": "S", **options}


async def released(world, reference="R1", demand=FIVE):
    await world.send(wh.ReleaseOrder(reference, demand), key=reference)
    return reference


def told(world):
    return [each["type"] for each in world.sim._telling.told]


def stock(world, sku):
    return next(each for each in world.sim.state()["stock"] if each["sku"] == sku)


async def test_goods_are_promised_then_leave(make_world):
    world = make_world({"stock": "DESK-1=10"})
    await released(world)
    assert (stock(world, "DESK-1")["available"], stock(world, "DESK-1")["on_hand"]) == ("5", "10")
    world.do("finish", reference="R1")
    assert (stock(world, "DESK-1")["available"], stock(world, "DESK-1")["on_hand"]) == ("5", "5")
    (entry,) = world.sim.ledger.of("order.shipped")
    assert (entry.key, entry.details["quantity"]) == ("R1", "7")


async def test_a_call_off_gives_the_goods_back(make_world):
    world = make_world({"stock": "DESK-1=10"})
    await released(world)
    world.do("call_off", reference="R1", text="fire")
    assert stock(world, "DESK-1")["available"] == "10"
    assert told(world)[-1] == "order.cancelled"
    assert world.do("finish", reference="R1")["status"] == "cancelled"


async def test_a_refused_order_goes_nowhere(make_world):
    world = make_world({"acknowledge": "-1"})
    await released(world)
    world.do("refuse", reference="R1", code="NO")
    assert told(world) == ["order.refused"]
    assert world.sim.state()["orders"]["R1"]["status"] == "refused"


@pytest.mark.req("D10", "D2")
async def test_what_is_not_there_is_short(make_world):
    world = make_world({"stock": "DESK-1=3"})
    await released(world)
    world.do("finish", reference="R1")
    assert told(world) == [
        "order.acknowledged", "order.pick_started", "order.picked", "order.short", "order.packed", "order.shipped",
    ]  # fmt: skip
    short = world.sim._telling.told[3]["data"]["lines"]
    assert short == [{"sku": "DESK-1", "quantity": "2", "line": "1", "unit": "H87", "reason": "out_of_stock"}]


@pytest.mark.req("D2")
async def test_the_rest_is_shipped_later(make_world):
    world = make_world()
    await released(world)
    world.do("ship", reference="R1", quantities={"DESK-1": 3})
    world.do("ship", reference="R1", quantities={"1": 2, "2": 2})
    pieces = [entry.details["quantity"] for entry in world.sim.ledger.of("order.shipped")]
    assert pieces == ["3", "4"]


async def test_an_order_is_packed_in_several_parcels_that_hold_all_of_it(make_world):
    world = make_world()
    await released(world)
    for step in ("start", "pick"):
        world.do(step, reference="R1")
    world.do("pack", reference="R1", parcels=3)
    world.do("ship", reference="R1")
    packed, shipped = (world.sim._telling.told[at]["data"] for at in (-2, -1))
    contents = [{each["sku"]: each["quantity"] for each in package["contents"]} for package in packed["packages"]]
    assert contents == [{"DESK-1": "3", "LAMP-2": "2"}, {"DESK-1": "1"}, {"DESK-1": "1"}]
    assert [each["id"] for each in shipped["packages"]] == [each["id"] for each in packed["packages"]]
    assert len({each["tracking_number"] for each in shipped["packages"]}) == 3


@pytest.mark.req("D10")
async def test_habits_make_orders_short_damaged_doubled_and_told_twice(make_world):
    world = make_world(pushing())
    world.do("habits", short={"DESK-1": 1}, damaged={"DESK-1": 1}, twice=True, double=True, lots={"LAMP-2": "L7"})
    await released(world)
    world.do("finish", reference="R1")
    assert len(world.sim.ledger.of("order.shipped")) == 2
    reasons = [line["reason"] for each in world.sim._telling.told if each["type"] == "order.short"
               for line in each["data"]["lines"]]  # fmt: skip
    assert reasons == ["out_of_stock", "damaged"]
    sent = world.sim.take_webhooks(world.clock.now())
    assert len(sent) == len(told(world)) + 1
    assert stock(world, "DESK-1")["blocked"] == "1"
    world.do("ship_again", reference="R1")
    assert len({each.id for each in (*sent, *world.sim.take_webhooks(world.clock.now()))}) == len(sent) + 1


async def test_events_can_be_told_in_reverse(make_world):
    world = make_world(pushing(acknowledge="-1"))
    world.do("habits", reversed=True)
    await released(world)
    world.do("finish", reference="R1")
    sent = [each.id.partition(".")[0] for each in world.sim.take_webhooks(world.clock.now())]
    assert sent == [*sorted(sent[:4]), *sorted(sent[:4], reverse=True)]


@pytest.mark.req("I2")
async def test_a_webhook_nobody_took_comes_again(make_world):
    world = make_world(pushing())
    await released(world)
    (webhook,) = world.sim.take_webhooks(world.clock.now())
    world.sim.webhook_answered(webhook, 0, world.clock.now())
    world.clock.advance(5)
    (again,) = world.sim.take_webhooks(world.clock.now())
    assert (again.id, again.attempt) == (webhook.id, 2)
    world.sim.webhook_answered(again, 202, world.clock.now())
    world.clock.advance(100_000)
    assert world.sim.take_webhooks(world.clock.now()) == []


async def test_orders_go_on_at_their_pace(make_world):
    world = make_world(pushing(pace="60"))
    await released(world)
    seen = []
    for _ in range(6):
        world.clock.advance(60)
        world.sim.take_webhooks(world.clock.now())
        seen.append(world.sim.state()["orders"]["R1"]["status"])
    assert seen == ["acknowledged", "picking", "picking", "packed", "shipped", "shipped"]


@pytest.mark.parametrize(("seconds", "after"), [("30", ["order.acknowledged"]), ("-1", [])])
async def test_an_acknowledgement_is_late_or_never_comes(make_world, seconds, after):
    world = make_world(pushing(acknowledge=seconds))
    await released(world)
    world.sim.take_webhooks(world.clock.now())
    assert told(world) == []
    world.clock.advance(31)
    world.sim.take_webhooks(world.clock.now())
    assert told(world) == after


@pytest.mark.req("D3", "D4", "D11", "H3")
async def test_stock_receipts_and_storage_happen_when_told(make_world):
    world = make_world({"stock": "LAMP-2=5", "owner": "ACME"})
    line = wh.MovedLine(Item("LAMP-2"), Decimal(10))
    await world.send(wh.AnnounceInbound("IN1", (line,)))
    world.do("damage", sku="LAMP-2", quantity=4)
    assert stock(world, "LAMP-2")["available"] == "1"
    world.do("adjust", sku="LAMP-2", quantity=-1)
    world.do("count", sku="LAMP-2", quantity=3, lot="L1")
    world.do("receive", reference="IN1", received={"LAMP-2": 9}, damaged={"LAMP-2": 1})
    world.do("level", skus=["LAMP-2"])
    world.do("storage", day="2026-03-01", pallets=10)
    assert stock(world, "LAMP-2")["on_hand"] == "12"
    facts = [
        fact for each in world.sim._telling.told for fact in world.read(str(each).replace("'", '"').encode()).facts
    ]
    assert len(facts) == 5 + 10


@pytest.mark.req("D8", "C13")
async def test_an_export_says_what_the_webhooks_said(make_world):
    world = make_world({"files_url": "https://hub.example/in/north3pl/files", "upload_token": "U"})
    world.do("habits", short={"DESK-1": 1}, lots={"LAMP-2": "L7"})
    await released(world)
    world.do("finish", reference="R1")
    world.do("damage", sku="LAMP-2", quantity=1)
    world.do("storage", day="2026-03-01", pallets=2)
    file = world.do("export")["rows"].encode()
    found = world.read(file, "files")
    assert found.problems == ()
    by_events = [
        fact for each in world.sim._telling.told for fact in world.read(str(each).replace("'", '"').encode()).facts
    ]
    assert len(found.facts) == len(by_events) == 9
    assert {fact.key() for fact in found.facts} == {fact.key() for fact in by_events}
    (upload,) = world.sim.take_webhooks(world.clock.now())
    assert (upload.body, upload.headers["authorization"]) == (file, "Bearer U")
    assert world.do("export")["rows"].count("\n") == 1
    assert world.do("export", again=True)["rows"].encode() == file


def test_nonsense_is_refused_in_the_dialects_form():
    sim = SIMULATOR.build({"token": "T"})
    headers = {"authorization": "Bearer T", "content-type": "application/json"}

    def call(method, path, body=b"", given=headers):
        return sim.handle(HttpRequest(method, f"https://wms.example{path}", given, body), 0)

    assert call("GET", "/v1/orders/X").status == 404
    assert call("GET", "/v1/inbound/X").status == 404
    assert call("GET", "/v1/orders/X", given={}).status == 401
    assert call("POST", "/v1/orders", b"{}").status == 400
    assert call("POST", "/v1/orders", b'{"reference": "R", "lines": [{"sku": "", "quantity": "1"}]}').status == 422
    good = b'{"reference": "R", "lines": [{"sku": "A", "quantity": "1"}]}'
    assert call("POST", "/v1/orders", good).status == 201
    assert call("POST", "/v1/orders", good.replace(b'"1"', b'"2"')).status == 409
    with pytest.raises(UnknownAction):
        sim.control("explode", {}, 0)
    with pytest.raises(UnknownAction):
        sim.control("finish", {"reference": "nobody"}, 0)
    with pytest.raises(ValueError, match="warehouse"):
        SIMULATOR.build({"colour": "red"})
