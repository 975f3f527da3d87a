"""Goods of a done transfer taken back in a real Odoo: no more than went out, each return once."""

import pytest

from crossdock.model.transfers import ReturnTransfer
from odoo.flow_steps import (
    complete,
    every_death,
    every_loss,
    lots_of,
    move_ids,
    moved,
    on_hand,
    ordered,
    parked,
    product,
    rows,
    send,
    sold,
    state_of,
    tag,
)


async def shipped(bench, quantity=10, stock=100, **more):
    order_id, transfer, sku, product_id = await sold(bench, quantity, stock, **more)
    await send(bench, complete(transfer))
    return order_id, transfer, sku, product_id


def back(transfer, *lines, **more):
    return ReturnTransfer(transfer, tuple(lines), tag(), **more)


async def returns_of(bench, transfer):
    found = await rows(bench, "stock.picking", [("return_id", "=", int(transfer)), ("state", "!=", "cancel")], "state")
    return [(each["state"], (await state_of(bench, each["id"]))[1]) for each in found]


@pytest.mark.req("A13")
async def test_goods_come_back_and_lower_what_was_delivered(bench):
    order_id, transfer, sku, product_id = await shipped(bench)
    body = back(transfer, moved(sku, 3), reason="wrong colour")
    documents = await send(bench, body)
    assert await send(bench, body, attempt=2) == documents
    assert await returns_of(bench, transfer) == [("done", [(3, 3, "done")])]
    assert await on_hand(bench, product_id) == 93
    [sale_line] = await rows(bench, "sale.order.line", [("order_id", "=", int(order_id))], "qty_delivered")
    assert sale_line["qty_delivered"] == 7
    assert documents["return"]


@pytest.mark.req("A13")
async def test_a_return_that_is_announced_waits_and_without_refund_changes_no_invoice(bench):
    order_id, transfer, sku, product_id = await shipped(bench)
    documents = await send(bench, back(transfer, moved(sku, 3), received=False, refund=False))
    assert await returns_of(bench, transfer) == [("assigned", [(3, 3, "assigned")])]
    assert await on_hand(bench, product_id) == 90
    [(picking, _)] = documents["return"]
    await send(bench, complete(picking))
    [sale_line] = await rows(bench, "sale.order.line", [("order_id", "=", int(order_id))], "qty_delivered")
    assert sale_line["qty_delivered"] == 10
    assert await on_hand(bench, product_id) == 93


@pytest.mark.req("A13")
async def test_more_than_went_out_does_not_come_back(bench):
    _, transfer, sku, _ = await shipped(bench)
    said = await parked(bench, back(transfer, moved(sku, 11)))
    assert f"11 of SKU {sku}, 10 are still out" in said
    await send(bench, back(transfer, moved(sku, 8)))
    assert "3 of" in (said := await parked(bench, back(transfer, moved(sku, 3))))
    assert "2 are still out" in said
    await send(bench, back(transfer, moved(sku, 1)))
    await send(bench, back(transfer, moved(sku, 1), received=False))
    assert "0 are still out" in await parked(bench, back(transfer, moved(sku, 1)))
    assert len(await returns_of(bench, transfer)) == 3


@pytest.mark.req("A13")
async def test_what_is_not_out_cannot_come_back(bench):
    _, transfer, sku, _ = await sold(bench)
    assert "is not done" in await parked(bench, back(transfer, moved(sku, 1)))
    await send(bench, complete(transfer))
    assert "names no goods" in await parked(bench, back(transfer))
    _, other = await product(bench)
    assert "is not on it" in await parked(bench, back(transfer, moved(other, 1)))
    assert "uom.mismatch" in await parked(bench, back(transfer, moved(sku, "0.5")))
    assert await returns_of(bench, transfer) == []


@pytest.mark.req("A13")
async def test_a_lot_comes_back_as_the_lot_told(bench):
    product_id, sku = await product(bench, tracking="lot", lots={"L1": 6, "L2": 6})
    _, transfer = await ordered(bench, (sku, 10))
    await send(bench, complete(transfer, moved(sku, 10, lots={"L1": 6, "L2": 4})))
    documents = await send(bench, back(transfer, moved(sku, 3, lots={"L2": 3})))
    [(picking, _)] = documents["return"]
    assert await lots_of(bench, picking) == [("L2", 3)]
    untold = await send(bench, back(transfer, moved(sku, 2)))
    assert sum(quantity for _, quantity in await lots_of(bench, untold["return"][0][0])) == 2
    assert await on_hand(bench, product_id) == 7


@pytest.mark.req("A13")
async def test_two_returns_of_the_same_quantity_are_two(bench):
    _, transfer, sku, _ = await shipped(bench)
    first = await send(bench, back(transfer, moved(sku, 2)))
    second = await send(bench, back(transfer, moved(sku, 2)), attempt=2)
    assert first["return"] != second["return"]
    assert len(await returns_of(bench, transfer)) == 2


@pytest.mark.req("A13", "E8")
async def test_a_return_is_once_whichever_answer_is_lost(bench):
    _, sku = await product(bench, 2000)

    async def prepare():
        order_id, transfer = await ordered(bench, (sku, 10))
        await send(bench, complete(transfer))
        ids = await move_ids(bench, transfer)
        return back(transfer, moved(sku, 3, line_id=ids[0]), reason="damaged"), (order_id, transfer)

    async def look(handle):
        order_id, transfer = handle
        [sale_line] = await rows(bench, "sale.order.line", [("order_id", "=", int(order_id))], "qty_delivered")
        return sale_line["qty_delivered"], await returns_of(bench, transfer)

    calls, tried = await every_loss(bench, prepare, look)
    assert tried >= 12
    assert await every_death(bench, prepare, look) >= 12
    print(f"return: {calls} calls, {tried} losses")  # noqa: T201
