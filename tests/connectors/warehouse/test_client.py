"""What a warehouse is asked arrives once, whatever happens to answers, and what it decides is a fact."""

import json
from decimal import Decimal

import pytest
from msgspec import structs
from warehouse_world import REFERENCE, examples, order

from crossdock.connectors.warehouse.spec import SPEC
from crossdock.model import warehouse as wh
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp
from crossdock.model.item import Item
from crossdock.model.order import OrderLine
from crossdock.model.party import Party
from crossdock.model.transfers import MovedLine
from crossdock.ports.connector import Page, Received, Rejected
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.sim.faults import Effect, Match, Rule, When
from crossdock.transports.signatures import standard_signature

RELEASE = wh.ReleaseOrder(REFERENCE, order())
ANNOUNCE = wh.AnnounceInbound(
    "WH/IN/00003",
    (MovedLine(Item("LAMP-2"), Decimal(40), line_id="77", package="340123450000000017"),),
    "WH/IN/00003", "purchase", "P00012", Party("Desk Makers"), Stamp("2026-03-10"),
)  # fmt: skip
LOST = Rule(Effect(lost_answer=True), Match(method="POST"), When(times=1))


def amended(quantity):
    return wh.AmendOrder(REFERENCE, order(OrderLine("31", Item("DESK-1", "Desk"), Decimal(quantity))), 2)


def kinds(verdict):
    return [type(fact.body) for fact in verdict.facts]


@pytest.mark.req("D1", "A8")
async def test_an_order_is_released_under_our_reference(world):
    done = await world.send(RELEASE)
    assert isinstance(done, Done)
    assert kinds(done) == [wh.WarehouseOrderReleased, wh.WarehouseOrderAcknowledged]
    fact = done.facts[0]
    assert (fact.subject, fact.binds) == (
        "do:odoo:11", (Reference(ReferenceKind.WAREHOUSE_ORDER, REFERENCE, "north3pl"),),
    )  # fmt: skip
    assert len(world.sim.ledger.of("order.released")) == 1


@pytest.mark.req("D5")
async def test_the_order_is_told_in_their_words(world):
    lines = (
        OrderLine("31", Item("DESK-1", "Desk"), Decimal(60)),
        OrderLine("32", Item("LAMP-2", "Lamp"), Decimal(2), lots=("L7",)),
    )
    body = wh.ReleaseOrder(REFERENCE, order(*lines), instructions="Ring twice")
    await world.send(body)
    told = world.sim._floor.orders[REFERENCE].body
    assert told == json.loads(examples("json")["POST /orders"])


@pytest.mark.req("D5")
async def test_an_order_that_is_no_whole_number_of_cartons_stops(world):
    verdict = await world.send(wh.ReleaseOrder(REFERENCE, order(OrderLine("31", Item("DESK-1"), Decimal(30)))))
    assert isinstance(verdict, Park)
    assert "uom.mismatch" in verdict.why.engineer
    assert world.sim.ledger.entries == ()


@pytest.mark.req("D1", "K2")
async def test_the_same_key_and_the_same_reference_release_once(world):
    first, again = await world.send(RELEASE), await world.send(RELEASE)
    other = await world.send(RELEASE, key="k2")
    assert first.facts[0].body == again.facts[0].body == other.facts[0].body
    assert len(world.sim.ledger.of("order.released")) == 1


@pytest.mark.req("D7", "K3")
@pytest.mark.parametrize("body", [RELEASE, ANNOUNCE])
async def test_a_lost_answer_is_settled_by_asking(world, body):
    world.faults.replace([LOST])
    assert isinstance(await world.send(body), InDoubt)
    settled = await world.settle(body)
    assert isinstance(settled, AlreadyDone)
    assert settled.facts[0].binds[0].value == body.reference


@pytest.mark.req("D7", "K3")
@pytest.mark.parametrize("body", [RELEASE, ANNOUNCE])
async def test_what_certainly_did_not_arrive_is_sent_again(world, body):
    world.faults.replace([Rule(Effect(drop=True), Match(method="POST"), When(times=1))])
    assert isinstance(await world.send(body), InDoubt)
    assert isinstance(await world.settle(body), Retry)
    assert isinstance(await world.send(body), Done)


async def test_a_gateways_404_ends_no_doubt(world):
    world.faults.replace([Rule(Effect(status=404, body="<html>"))])
    assert isinstance(await world.settle(RELEASE), InDoubt)
    assert isinstance(await world.settle(ANNOUNCE), InDoubt)


@pytest.mark.req("A9")
async def test_an_amendment_replaces_until_it_is_too_late(world):
    await world.send(RELEASE)
    done = await world.send(amended(24), key="k2")
    assert kinds(done) == [wh.WarehouseOrderReleased]
    assert world.sim._floor.orders[REFERENCE].body["lines"][0]["quantity"] == "2"
    assert isinstance(await world.settle(amended(24)), AlreadyDone)
    world.do("finish", reference=REFERENCE)
    late = structs.replace(amended(12), revision=3)
    told = await world.send(late, key="k3")
    assert kinds(told) == [wh.WarehouseOrderReleased, wh.WarehouseOrderRefused]
    assert (told.facts[1].body.revision, told.facts[1].body.code) == (3, "too_late")


async def test_a_lost_amendment_is_known_by_its_revision(world):
    await world.send(RELEASE)
    world.faults.replace([LOST])
    assert isinstance(await world.send(amended(24), key="k2"), InDoubt)
    assert isinstance(await world.settle(amended(24)), AlreadyDone)
    assert isinstance(await world.settle(structs.replace(amended(24), revision=3)), Retry)


@pytest.mark.req("A9")
async def test_a_cancellation_is_done_or_too_late_and_both_are_facts(world):
    await world.send(RELEASE)
    body = wh.CancelOrder(REFERENCE, "customer changed his mind")
    assert isinstance(await world.settle(body), Retry)
    cancelled = await world.send(body, key="k2")
    assert kinds(cancelled) == [wh.WarehouseOrderCancelled]
    assert isinstance(await world.settle(body), AlreadyDone)
    second = wh.ReleaseOrder("R2", order(name="R2"))
    await world.send(second, key="k3")
    world.do("finish", reference="R2")
    late = await world.send(wh.CancelOrder("R2"), key="k4")
    assert kinds(late) == [wh.CancellationRefused]
    assert late.facts[0].body.stage == "shipped"
    by_webhook = world.read(
        b'{"type": "order.cancel_refused", "timestamp": "2026-03-01", "data": {"reference": "R2", "stage": "shipped"}}'
    )
    assert by_webhook.facts[0].key() == late.facts[0].key("do:odoo:11")


@pytest.mark.req("K3")
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (422, "invalid", Refuse), (422, "unknown_sku", Park), (422, "unknown_site", Park), (409, "other_content", Park),
        (404, "unknown_reference", Park), (401, "", Reauthenticate), (429, "rate_limited", Retry),
        (409, "in_progress", InDoubt), (503, "", InDoubt), (418, "", Park),
    ],
)  # fmt: skip
async def test_every_refusal_is_an_instruction(world, status, code, expected):
    world.do("script", status=status, code=code, message="no")
    verdict = await world.send(RELEASE)
    assert isinstance(verdict, expected)
    assert verdict.why.operator


@pytest.mark.parametrize("code", ["already_exists", "newer_revision"])
async def test_what_is_there_already_is_done(world, code):
    await world.send(RELEASE)
    world.do("script", status=409, code=code, path="/v1/orders.*", method="POST")
    assert isinstance(await world.send(RELEASE, key="k2"), AlreadyDone)
    await world.send(ANNOUNCE, key="k3")
    world.do("script", status=409, code="already_exists", path="/v1/inbound", method="POST")
    assert isinstance(await world.send(ANNOUNCE, key="k4"), AlreadyDone)


@pytest.mark.req("D9", "H3")
async def test_inbound_goods_are_announced_in_their_words(world):
    done = await world.send(ANNOUNCE)
    assert kinds(done) == [wh.InboundAnnounced]
    told = world.sim.state()["inbound"]["WH/IN/00003"]
    assert {**told, "number": None} == {**json.loads(examples("json")["POST /inbound"]), "number": None}


@pytest.mark.req("A12")
async def test_stock_is_asked_for_and_told_in_pieces(make_world):
    world = make_world({"stock": "LAMP-2=40"})
    done = await world.send(wh.RequestAvailability(("LAMP-2",)))
    assert done.facts[0].body.level.available == 40
    assert isinstance(await world.settle(wh.RequestAvailability()), Retry)


@pytest.mark.req("J2", "D8")
async def test_feeds_bring_what_webhooks_did_not(make_world):
    world = make_world({"stock": "A=1,B=2"})
    await world.send(wh.ReleaseOrder("R1", order()))
    world.do("finish", reference="R1")
    page = await world.connector.fetch("events", "")
    assert [type(each.body) for each in world.read(page.body).facts] == [
        wh.WarehouseOrderAcknowledged, wh.PickStarted, wh.GoodsPicked, wh.PackagesPacked, wh.GoodsShipped,
    ]  # fmt: skip
    again = await world.connector.fetch("events", page.cursor)
    assert (again.body, again.cursor, again.more) == (b"", page.cursor, False)
    stock = await world.connector.fetch("stock", "")
    assert len(world.read(stock.body).facts) == 3
    assert (stock.cursor, stock.more) == ("", False)
    assert isinstance(await world.connector.fetch("nonsense", ""), Refuse)


async def test_a_warehouse_without_an_address_is_not_called(make_world):
    world = make_world(url="")
    for feed in ("events", "stock", "files"):
        page = await world.connector.fetch(feed, "c")
        assert (page.body, page.cursor, page.next_after) == (b"", "c", 3600.0)
    assert isinstance(await world.send(wh.RequestAvailability()), Refuse)
    assert await world.connector.check() == ("there is nothing to call: this warehouse calls us",)


async def test_a_feed_of_a_warehouse_that_is_down_is_tried_again(world):
    world.faults.replace([Rule(Effect(unreachable=True))])
    verdict = await world.connector.fetch("stock", "")
    assert isinstance(verdict, Retry)
    assert verdict.error_class == ErrorClass.UNREACHABLE
    assert not isinstance(verdict, Page)


async def test_check_calls_without_effect_and_says_no(world, make_world):
    assert await world.connector.check() == ("https://wms.example/v1 answers",)
    assert world.sim.ledger.entries == ()
    with pytest.raises(PermissionError):
        await make_world(token="secret://x/WRONG").connector.check()
    with pytest.raises(ConnectionError, match="there is no folder"):
        await make_world(folder="nowhere").connector.check()


def signed(body, now, key="S", identity="evt_1", seconds=None):
    said = seconds or str(now // 1_000_000)
    headers = {
        "webhook-id": identity, "webhook-timestamp": said,
        "webhook-signature": standard_signature(key, identity, said, body),
    }  # fmt: skip
    return Received("events", body, headers, now)


@pytest.mark.req("M22")
def test_who_signs_is_heard_and_known_by_the_events_number(world):
    now = world.clock.now()
    good = signed(b"{}", now)
    assert world.connector.verify(good, now).delivery_id == "evt_1"
    altered = structs.replace(good, body=b"{ }")
    stale = signed(b"{}", now, seconds=str(now // 1_000_000 - 301))
    for bad in (altered, stale, signed(b"{}", now, "other"), Received("events", b"{}", {}, now)):
        assert isinstance(world.connector.verify(bad, now), Rejected)


def test_a_secret_in_base64_signs_too(make_world):
    world = make_world(webhook_secrets=("secret://x/whsec_c2VjcmV0IG9mIHR3ZW50eS1mb3Vy",))
    now = world.clock.now()
    assert not isinstance(
        world.connector.verify(signed(b"{}", now, "whsec_c2VjcmV0IG9mIHR3ZW50eS1mb3Vy"), now), Rejected
    )
    assert standard_signature("whsec_no base64!", "i", "1", b"") == standard_signature(
        "whsec_no base64!", "i", "1", b""
    )


@pytest.mark.req("M22")
def test_files_come_with_a_token_of_ours_or_a_signature(world):
    now = world.clock.now()
    for headers, is_taken in (
        ({"authorization": "Bearer U"}, True),
        ({"authorization": "Bearer V"}, False),
        ({}, False),
    ):
        answer = world.connector.verify(Received("files", b"x", headers, now), now)
        assert isinstance(answer, Rejected) is not is_taken
    events = world.connector.verify(Received("events", b"x", {"authorization": "Bearer U"}, now), now)
    assert isinstance(events, Rejected)
    by_signature = structs.replace(signed(b"x", now), channel="files")
    assert not isinstance(world.connector.verify(by_signature, now), Rejected)


def test_the_hosts_are_those_of_the_settings(world, make_world):
    assert SPEC.hosts(world.config) == ("wms.example",)
    assert SPEC.hosts(make_world(url="").config) == ()
