"""Goods announced and received against purchase orders on a real Odoo, each once whatever answer is lost."""

import uuid
from decimal import Decimal

import pytest

from crossdock.connectors.odoo.mapping.moving import Demand, Portion, UnknownLine, fillings, surplus
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.transfers import AnnounceGoods, LotQuantity, MovedLine, ReceiveGoods
from crossdock.ports.verdicts import AlreadyDone, Done, Park, Refuse
from odoo.flow_bench import SERIES, flow_workbench
from real_odoo import every_loss

WHEN = stamp("2026-03-01T08:15:00+02:00")


@pytest.fixture(params=SERIES)
def bench(request):
    return flow_workbench(request.param)


def marker():
    return uuid.uuid4().hex


def line(sku, quantity, **more):
    return MovedLine(Item(sku), Decimal(quantity), **more)


async def vendor(bench):
    found = await bench.session.search("res.partner", [("ref", "=", "XR-V")], limit=1)
    return found[0] if found else await bench.create("res.partner", name="XR vendor", ref="XR-V", is_company=True)


async def ordered(bench, *products, quantity=10):
    """A confirmed purchase order: (its name, its receipt)."""
    lines = [[0, 0, {"product_id": one, "product_qty": quantity, "price_unit": 3}] for one in products]
    order = await bench.create("purchase.order", partner_id=await vendor(bench), order_line=lines)
    await bench.call("purchase.order", "button_confirm", (order,))
    row = (await bench.session.read("purchase.order", [order], ["name", "picking_ids"]))[order]
    return row["name"], row["picking_ids"][0]


async def state(bench, order):
    """Of every receipt of an order: state, and per move what was ordered, what came, of which lots, when."""
    [row] = await bench.session.find("purchase.order", [("name", "=", order)], ["picking_ids"])
    pickings = await bench.session.find(
        "stock.picking", [("id", "in", row["picking_ids"])], ["state", "date_done", "scheduled_date"]
    )
    moves = await bench.session.find(
        "stock.move",
        [("picking_id", "in", row["picking_ids"])],
        ["product_uom_qty", "quantity", "state", "picked", "picking_id"],
    )
    lines = await bench.session.find(
        "stock.move.line", [("picking_id", "in", row["picking_ids"])], ["quantity", "lot_name", "state", "picked"]
    )
    return (
        [(each["state"], each["date_done"] if each["state"] == "done" else "") for each in pickings],
        sorted((each["product_uom_qty"], each["quantity"], each["state"], each["picked"]) for each in moves),
        sorted((each["quantity"], each["lot_name"] or "", each["state"], each["picked"]) for each in lines),
    )


@pytest.mark.req("A10", "N1")
async def test_a_short_receipt_with_lots_is_made_once_whatever_answer_is_lost(bench):
    await bench.warm()
    tracked, tracked_sku = await bench.product(tracking="lot")
    plain, plain_sku = await bench.product()

    async def prepare():
        order, _ = await ordered(bench, tracked, plain)
        lots = (LotQuantity(f"XR-{marker()[:6]}", Decimal(4)), LotQuantity(f"XR-{marker()[:6]}", Decimal(2)))
        lines = (line(tracked_sku, 6, lots=lots, package=f"XR{marker()[:8]}"), line(plain_sku, 10))
        return ReceiveGoods(order, lines, marker(), received_at=WHEN), (order, lots)

    async def ended(what):
        order, lots = what
        pickings, moves, lines = await state(bench, order)
        names = {lot.lot: str(number) for number, lot in enumerate(lots)}
        made = await bench.session.search("stock.lot", [("name", "in", list(names))])
        return pickings, moves, [(each[0], names.get(each[1], each[1]), *each[2:]) for each in lines], len(made)

    lost, story = await every_loss(bench, prepare, ended)
    assert lost >= 8
    assert [each.kind for each in story.documents] == ["transfer", "backorder"]


@pytest.mark.req("A10", "N1")
async def test_what_was_announced_is_planned_and_then_received(bench):
    await bench.warm()
    product, sku = await bench.product(tracking="lot")
    other, _ = await bench.product()

    async def prepare():
        order, receipt = await ordered(bench, product, other)
        lots = (LotQuantity("XR-ASN", Decimal(7)),)
        body = AnnounceGoods(order, (line(sku, 7, lots=lots),), marker(), reference="ASN 4711", expected=WHEN)
        return body, (order, receipt)

    async def ended(what):
        order, receipt = what
        notes = [("model", "=", "stock.picking"), ("res_id", "=", receipt), ("body", "ilike", "ASN 4711")]
        row = (await bench.session.read("stock.picking", [receipt], ["scheduled_date", "state"]))[receipt]
        found = await bench.session.search("mail.message", notes)
        return await state(bench, order), row["scheduled_date"], row["state"], len(found)

    lost, _ = await every_loss(bench, prepare, ended)
    assert lost >= 7
    body, (order, receipt) = await prepare()
    assert isinstance(await bench.send(body), Done)
    announced = await ended((order, receipt))
    assert announced[1] == "2026-03-01 06:15:00"
    assert announced[0][2] == [(7.0, "XR-ASN", announced[0][2][0][2], False)]
    came = ReceiveGoods(order, body.lines, marker(), remainder="cancel")
    assert isinstance(await bench.send(came), Done)
    assert isinstance(await bench.send(body, 2), AlreadyDone), "the note of the announcement is still there"
    _, moves, lines = await state(bench, order)
    assert [each[:3] for each in moves] == [(7.0, 7.0, "done"), (10.0, 0.0, "cancel")] or [
        each[:3] for each in moves
    ] == [(10.0, 0.0, "cancel"), (10.0, 7.0, "done")]
    assert [each[:3] for each in lines] == [(7.0, "XR-ASN", "done")]


@pytest.mark.req("A10")
async def test_two_receipts_of_one_order_and_an_over_delivery_are_told(bench):
    product, sku = await bench.product()
    order, _ = await ordered(bench, product)
    first = ReceiveGoods(order, (line(sku, 4),), marker())
    second = ReceiveGoods(order, (line(sku, 8),), marker())
    assert isinstance(await bench.send(first), Done)
    strict = bench.another(over_receipt="park")
    refused = await bench.send(second, connector=strict)
    assert isinstance(refused, Park)
    assert "2 more" in refused.why.operator
    told = await bench.send(second)
    assert isinstance(told, Done)
    assert [(each.kind, each.name) for each in told.facts[0].body.documents][1:] == [("over_receipt", "8 of 6")]
    assert isinstance(await bench.send(first, 2), AlreadyDone)
    assert isinstance(await bench.send(second, 2), AlreadyDone)
    _, moves, _ = await state(bench, order)
    assert sum(each[1] for each in moves) == 12.0
    third = await bench.send(ReceiveGoods(order, (line(sku, 1),), marker()))
    assert isinstance(third, Park)
    assert order in third.why.operator


@pytest.mark.req("A10")
async def test_an_order_by_id_and_a_transfer_by_id(bench):
    product, sku = await bench.product()
    order, receipt = await ordered(bench, product)
    [number] = await bench.session.search("purchase.order", [("name", "=", order)])
    assert isinstance(await bench.send(ReceiveGoods(str(number), (line(sku, 4),), marker())), Done)
    rest = await bench.session.search("stock.picking", [("backorder_id", "=", receipt)])
    named = ReceiveGoods("", (line(sku, 6),), marker(), external_id=str(rest[0]))
    assert isinstance(await bench.send(named), Done)
    assert isinstance(await bench.send(named, 2), AlreadyDone)
    _, moves, _ = await state(bench, order)
    assert [each[:3] for each in moves] == [(4.0, 4.0, "done"), (6.0, 6.0, "done")]


@pytest.mark.req("A10")
async def test_what_is_not_clear_is_parked_and_receives_nothing(bench):
    product, sku = await bench.product()
    stranger, strange_sku = await bench.product()
    order, receipt = await ordered(bench, product)
    cases = {
        "XR-unknown": ReceiveGoods("XR-unknown", (line(sku, 1),), marker()),
        strange_sku: ReceiveGoods(order, (line(strange_sku, 1),), marker()),
    }
    for text, body in cases.items():
        verdict = await bench.send(body)
        assert isinstance(verdict, Park)
        assert text in verdict.why.operator
    lots = (LotQuantity("XR-1", Decimal(1)),)
    assert isinstance(await bench.send(ReceiveGoods(order, (line(sku, 2, lots=lots),), marker())), Refuse)
    assert isinstance(await bench.send(ReceiveGoods(order, (), marker())), Refuse)
    second = ids = await bench.call("stock.picking", "copy", (receipt,))
    assert second
    await bench.call("stock.picking", "action_confirm", tuple(ids if isinstance(ids, list) else [ids]))
    _, moves, _ = await state(bench, order)
    assert all(each[2] != "done" for each in moves)
    assert stranger


@pytest.mark.req("A10")
async def test_several_waiting_receipts_are_told_apart_by_goods_or_by_name(bench):
    one, one_sku = await bench.product()
    two, two_sku = await bench.product()
    order, receipt = await ordered(bench, one, two)
    assert isinstance(await bench.send(ReceiveGoods(order, (line(one_sku, 4),), marker())), Done)
    [rest] = await bench.session.search("stock.picking", [("backorder_id", "=", receipt)])
    moves = await bench.session.find("stock.move", [("picking_id", "=", rest)], ["product_id"])
    [apart] = [row["id"] for row in moves if row["product_id"][0] == two]
    row = (
        await bench.session.read(
            "stock.picking", [rest], ["picking_type_id", "location_id", "location_dest_id", "partner_id"]
        )
    )[rest]
    other = await bench.create("stock.picking", **{key: row[key] for key in row if key != "id"})
    await bench.call("stock.move", "write", (apart,), {"vals": {"picking_id": other}})
    told = await bench.send(ReceiveGoods(order, (line(two_sku, 10),), marker()))
    assert isinstance(told, Done)
    assert told.facts[0].body.documents[0].external_id == str(other)


@pytest.mark.req("A10")
def test_what_came_is_dealt_out_to_the_moves_of_its_product():
    demands = [Demand(1, 7, Decimal(4)), Demand(2, 8, Decimal(9)), Demand(3, 7, Decimal(6))]
    portions = [Portion(7, Decimal(5), lot_name="A"), Portion(7, Decimal(7), lot_name="B")]
    first, other, second = fillings(demands, portions)
    assert [(each.lot_name, each.quantity) for each in first.portions] == [("A", Decimal(4))]
    assert other.portions == ()
    assert [(each.lot_name, each.quantity) for each in second.portions] == [("A", Decimal(1)), ("B", Decimal(7))]
    assert (surplus(first), surplus(second)) == (Decimal(0), Decimal(2))
    [_, _, named] = fillings(demands, [Portion(7, Decimal(5), line=3)])
    assert [each.quantity for each in named.portions] == [Decimal(5)]
    with pytest.raises(UnknownLine):
        fillings(demands, [Portion(9, Decimal(1))])
