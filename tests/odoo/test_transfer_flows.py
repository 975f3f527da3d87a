"""Transfers reserved, completed and cancelled in a real Odoo: exact quantities, each exactly once."""

import pytest

from crossdock.connectors.odoo.client.session import identifier
from crossdock.model.instants import stamp
from crossdock.model.transfers import CancelTransfer, ReleaseReservation, ReserveTransfer, ReturnTransfer
from odoo.flow_steps import (
    backorders,
    by_hand,
    call,
    complete,
    count,
    every_death,
    every_loss,
    lots_of,
    made,
    move_ids,
    moved,
    on_hand,
    ordered,
    parked,
    product,
    row,
    rows,
    send,
    sold,
    state_of,
    stock_location,
    tag,
    unit_by_hand,
)


@pytest.mark.req("A9")
async def test_everything_as_reserved(bench):
    _, transfer, _, product_id = await sold(bench)
    documents = await send(bench, complete(transfer))
    assert await state_of(bench, transfer) == ("done", [(10, 10, "done")])
    assert "backorder" not in documents
    assert await on_hand(bench, product_id) == 90
    assert await send(bench, complete(transfer)) == documents


@pytest.mark.req("A9", "A11")
async def test_part_of_it_with_a_backorder_and_the_rest_later(bench):
    _, transfer, sku, product_id = await sold(bench)
    documents = await send(bench, complete(transfer, moved(sku, 4), moved_at=stamp("2026-11-20T09:30:00+01:00")))
    assert await state_of(bench, transfer) == ("done", [(4, 4, "done")])
    assert (await row(bench, "stock.picking", int(transfer), "date_done"))["date_done"] == "2026-11-20 08:30:00"
    [(rest, name)] = documents["backorder"]
    assert (await row(bench, "stock.picking", int(rest), "name"))["name"] == name
    assert await state_of(bench, rest) == ("assigned", [(6, 6, "assigned")])
    await send(bench, complete(rest, moved(sku, 6)))
    assert await on_hand(bench, product_id) == 90


@pytest.mark.req("A9")
async def test_part_of_it_and_the_rest_given_up(bench):
    _, transfer, sku, product_id = await sold(bench)
    documents = await send(bench, complete(transfer, moved(sku, 4), remainder="cancel"))
    assert "backorder" not in documents
    assert await backorders(bench, transfer) == []
    assert (await state_of(bench, transfer))[0] == "done"
    assert await on_hand(bench, product_id) == 96


@pytest.mark.req("A9")
async def test_a_line_of_which_nothing_is_named_was_not_moved(bench):
    _, first = await product(bench, 50)
    _, second = await product(bench, 50)
    _, transfer = await ordered(bench, (first, 3), (second, 5))
    documents = await send(bench, complete(transfer, moved(second, 5)))
    assert (await state_of(bench, transfer))[1] == [(5, 5, "done")]
    [(rest, _)] = documents["backorder"]
    assert (await state_of(bench, rest))[1] == [(3, 3, "assigned")]


@pytest.mark.req("A9")
async def test_what_somebody_picked_by_hand_before_does_not_count(bench):
    _, first = await product(bench, 50)
    _, second = await product(bench, 50)
    _, transfer = await ordered(bench, (first, 3), (second, 5))
    ids = await move_ids(bench, transfer)
    await call(bench, "stock.move", "write", [int(ids[0])], vals={"picked": True})
    await send(bench, complete(transfer, moved(second, 2)))
    assert (await state_of(bench, transfer))[1] == [(2, 2, "done")]


@pytest.mark.req("A9")
async def test_several_moves_of_one_product_by_number_and_by_item(bench):
    _, sku = await product(bench, 100)
    _, transfer = await ordered(bench, (sku, 3), (sku, 5))
    ids = await move_ids(bench, transfer)
    assert len(ids) == 2
    await send(bench, complete(transfer, moved(sku, 2, line_id=ids[1]), moved(sku, 4)))
    done = [each for each in (await state_of(bench, transfer))[1] if each[2] == "done"]
    assert sum(each[1] for each in done) == 6


@pytest.mark.req("A9")
async def test_done_with_the_same_quantities_is_done_and_with_others_a_question(bench):
    _, transfer, sku, product_id = await sold(bench)
    documents = await send(bench, complete(transfer, moved(sku, 4)))
    assert await send(bench, complete(transfer, moved(sku, 1), moved(sku, 3)), attempt=2) == documents
    said = await parked(bench, complete(transfer, moved(sku, 5)))
    assert f"SKU {sku}: 4 Units done, 5 Units told" in said
    assert await on_hand(bench, product_id) == 96


@pytest.mark.req("A9", "F2")
async def test_cartons_are_converted_exactly_or_not_at_all(bench):
    product_id, sku = await product(bench, 240)
    if "product_uom_ids" in await bench.connector.session.fields("product.product"):
        carton = await unit_by_hand(bench, 12)
        await call(bench, "product.product", "write", [product_id], vals={"uom_ids": [[4, carton]]})
        packed = {"product_id": product_id, "uom_id": carton, "barcode": (gtin := gtin14())}
        await made(bench, "product.uom", packed)
    else:
        packed = {"name": "Carton of 12", "product_id": product_id, "qty": 12, "barcode": (gtin := gtin14())}
        await made(bench, "product.packaging", packed)
    _, transfer = await ordered(bench, (sku, 60))
    said = await parked(bench, complete(transfer, moved(sku, "1.5", gtin=gtin), moved(sku, "0.3", unit="XCT")))
    assert "uom.mismatch" in said
    assert "3.6" in said
    assert await state_of(bench, transfer) == ("assigned", [(60, 60, "assigned")])
    await send(bench, complete(transfer, moved(sku, 1, gtin=gtin, name="theirs"), moved(sku, 2, unit="XCT")))
    assert await state_of(bench, transfer) == ("done", [(36, 36, "done")])


def gtin14():
    return "1" + str(int(tag(), 16) % 10**13).zfill(13)


@pytest.mark.req("A9", "F2")
async def test_a_move_in_dozens_takes_pieces_when_they_are_whole_dozens(bench):
    product_id, sku = await product(bench, 240)
    dozen = await unit_by_hand(bench, 12)
    transfer = str(await by_hand(bench, "outgoing", product_id, 3, product_uom=dozen))
    await send(bench, ReserveTransfer(transfer, tag()))
    said = await parked(bench, complete(transfer, moved(sku, 30)))
    assert "uom.mismatch" in said
    await send(bench, complete(transfer, moved(sku, 24)))
    assert (await state_of(bench, transfer))[1] == [(2, 2, "done")]
    assert await send(bench, complete(transfer, moved(sku, 2, unit="DZN")), attempt=2)


@pytest.mark.req("A9")
async def test_lots_leave_as_told_whatever_was_reserved(bench):
    product_id, sku = await product(bench, tracking="lot", lots={"L1": 6, "L2": 6, "L3": 6})
    _, transfer = await ordered(bench, (sku, 10))
    await send(bench, complete(transfer, moved(sku, 9, lots={"L3": 5, "L1": 4})))
    assert await lots_of(bench, transfer) == [("L1", 4), ("L3", 5)]
    assert await on_hand(bench, product_id) == 9
    said = await parked(bench, complete(transfer, moved(sku, 9, lots={"L3": 4, "L1": 5})))
    assert "lot L1: 4 done, 5 told" in said


@pytest.mark.req("A9")
async def test_a_lot_nobody_knows_or_that_is_not_there_is_a_question(bench):
    product_id, sku = await product(bench, tracking="lot", lots={"L1": 6, "L2": 6})
    _, transfer = await ordered(bench, (sku, 10))
    before = await state_of(bench, transfer)
    cases = {
        "does not know lot NOPE": moved(sku, 2, lots={"NOPE": 2}),
        "of lot L1 are not in stock": moved(sku, 7, lots={"L1": 7}),
        "do not add up": moved(sku, 7, lots={"L1": 6}),
    }
    for said, told in cases.items():
        assert said in await parked(bench, complete(transfer, told))
        assert await state_of(bench, transfer) == before
    assert await on_hand(bench, product_id) == 12


async def package_of(bench, transfer):
    """Ids of the packages a transfer's goods were put into."""
    lines = await rows(bench, "stock.move.line", [("picking_id", "=", int(transfer))], "result_package_id")
    return {identifier(each["result_package_id"]) for each in lines}


@pytest.mark.req("A9")
async def test_a_warehouse_may_call_every_first_parcel_alike_though_one_came_back(bench):
    """Odoo moves no package that lies elsewhere too: the returned goods lie in stock in theirs."""
    _, sku = await product(bench, 20)
    name = f"P{tag()}"
    transfers = [(await ordered(bench, (sku, 5)))[1] for _ in range(3)]
    first, *others = transfers
    await send(bench, complete(first, moved(sku, 5, package=name)))
    await send(bench, ReturnTransfer(first, (moved(sku, 2),), tag()))
    for transfer in others:
        await send(bench, complete(transfer, moved(sku, 5, package=name)))
    assert [(await state_of(bench, transfer))[0] for transfer in transfers] == ["done"] * 3
    packages = [await package_of(bench, transfer) for transfer in transfers]
    assert len(set.union(*packages)) == 3


@pytest.mark.req("A9")
async def test_an_sscc_is_one_unit_whoever_puts_goods_on_it(bench):
    _, sku = await product(bench, 20)
    digits = f"3{int(tag(), 16) % 10**16:016d}"
    total = sum(int(each) * (3 if at % 2 == 0 else 1) for at, each in enumerate(digits))
    pallet = f"{digits}{-total % 10}"
    transfers = [(await ordered(bench, (sku, 5)))[1] for _ in range(2)]
    for transfer in transfers:
        await send(bench, complete(transfer, moved(sku, 5, package=pallet)))
    packages = [await package_of(bench, transfer) for transfer in transfers]
    assert packages[0] == packages[1]


@pytest.mark.req("A9")
async def test_goods_go_into_the_packages_told(bench):
    _, sku = await product(bench, 100)
    _, transfer = await ordered(bench, (sku, 10))
    first, second = f"XS{tag()}", f"XS{tag()}"
    await send(bench, complete(transfer, moved(sku, 6, package=first), moved(sku, 4, package=second)))
    found = await rows(bench, "stock.move.line", [("picking_id", "=", int(transfer))], "result_package_id", "quantity")
    assert sorted((each["result_package_id"][1], each["quantity"]) for each in found) == sorted(
        [(first, 6), (second, 4)]
    )


@pytest.mark.req("A9")
async def test_what_does_not_fit_the_transfer_is_a_question_and_nothing_is_written(bench):
    _, transfer, sku, _ = await sold(bench)
    _, other = await product(bench, 5)
    before = await state_of(bench, transfer)
    cases = {
        "is not on it": moved(other, 1),
        "1 over": moved(sku, 11),
        "(line 1) is not on it": moved(sku, 1, line_id="1"),
        "all quantities told are zero": moved(sku, 0),
    }
    for said, told in cases.items():
        assert said in await parked(bench, complete(transfer, told))
        assert await state_of(bench, transfer) == before


@pytest.mark.req("A9")
async def test_nothing_reserved_cannot_be_completed_as_reserved(bench):
    _, transfer, sku, _ = await sold(bench, stock=0)
    assert "no reserved quantity" in await parked(bench, complete(transfer))
    assert "nothing reserved" in (said := await parked(bench, ReserveTransfer(transfer, tag()))) or "stock" in said
    assert "is not there" in await parked(bench, complete("99999999", moved(sku, 1)))


@pytest.mark.req("A9")
async def test_reserving_and_releasing(bench):
    _, transfer, _, _ = await sold(bench)
    for _ in range(2):
        await send(bench, ReleaseReservation(transfer, tag()))
        assert await state_of(bench, transfer) == ("confirmed", [(10, 0, "confirmed")])
    for _ in range(2):
        await send(bench, ReserveTransfer(transfer, tag()))
        assert await state_of(bench, transfer) == ("assigned", [(10, 10, "assigned")])


@pytest.mark.req("A9")
async def test_a_part_is_reserved_where_there_is_only_a_part(bench):
    _, transfer, _, product_id = await sold(bench, stock=0)
    await count(bench, product_id, 4)
    await send(bench, ReserveTransfer(transfer, tag()))
    assert (await state_of(bench, transfer))[1] == [(10, 4, "partially_available")]


@pytest.mark.req("A9")
async def test_cancelling_a_transfer(bench):
    order_id, transfer, _, _ = await sold(bench)
    body = CancelTransfer(transfer, tag(), "never picked")
    await send(bench, body)
    await send(bench, body, attempt=2)
    assert (await state_of(bench, transfer))[0] == "cancel"
    notes = [("model", "=", "stock.picking"), ("res_id", "=", int(transfer)), ("body", "ilike", "never picked")]
    assert len(await rows(bench, "mail.message", notes, "id")) == 1
    assert (await row(bench, "sale.order", int(order_id), "state"))["state"] == "sale"
    assert "is cancelled" in await parked(bench, complete(transfer))


@pytest.mark.req("A9", "A13")
async def test_a_done_transfer_is_neither_cancelled_nor_released(bench):
    _, transfer, _, _ = await sold(bench)
    await send(bench, complete(transfer))
    assert "a return is needed" in await parked(bench, CancelTransfer(transfer, tag()))
    assert "a return is needed" in await parked(bench, ReleaseReservation(transfer, tag()))


@pytest.mark.req("A9", "E8")
async def test_completing_is_once_whichever_answer_is_lost(bench):
    _, sku = await product(bench, 2000)

    async def prepare():
        _, transfer = await ordered(bench, (sku, 10))
        when = stamp("2026-11-20T09:30:00Z")
        return complete(transfer, moved(sku, 4, package=f"XS{tag()}"), moved_at=when), transfer

    async def look(transfer):
        rest = await backorders(bench, transfer)
        date = (await row(bench, "stock.picking", int(transfer), "date_done"))["date_done"]
        return await state_of(bench, transfer), [each["state"] for each in rest], date

    calls, tried = await every_loss(bench, prepare, look)
    assert tried >= 10
    assert await every_death(bench, prepare, look) >= 10
    print(f"complete with package, backorder and date: {calls} calls, {tried} losses")  # noqa: T201


@pytest.mark.req("A9", "E8")
async def test_completing_with_lots_and_giving_up_the_rest_is_once_whichever_answer_is_lost(bench):
    _, sku = await product(bench, tracking="lot", lots={"L1": 600, "L2": 600})

    async def prepare():
        _, transfer = await ordered(bench, (sku, 10))
        return complete(transfer, moved(sku, 7, lots={"L2": 5, "L1": 2}), remainder="cancel"), transfer

    async def look(transfer):
        return (await state_of(bench, transfer))[0], await lots_of(bench, transfer), await backorders(bench, transfer)

    _, tried = await every_loss(bench, prepare, look)
    assert tried >= 10


@pytest.mark.req("A9", "E8")
async def test_reserving_releasing_and_cancelling_are_once_whichever_answer_is_lost(bench):
    _, sku = await product(bench, 2000)

    async def look(transfer):
        notes = [("model", "=", "stock.picking"), ("res_id", "=", int(transfer)), ("body", "ilike", "[crossdock:")]
        return await state_of(bench, transfer), len(await rows(bench, "mail.message", notes, "id"))

    for make in (ReserveTransfer, ReleaseReservation, CancelTransfer):

        async def prepare(make=make):
            _, transfer = await ordered(bench, (sku, 10))
            if make is ReserveTransfer:
                await call(bench, "stock.picking", "do_unreserve", [int(transfer)])
            return make(transfer, tag(), *(["no"] if make is CancelTransfer else [])), transfer

        _, tried = await every_loss(bench, prepare, look)
        assert tried >= 4


@pytest.mark.req("A9")
async def test_an_internal_transfer_is_completed_as_well(bench):
    product_id, sku = await product(bench, 20)
    shelf = await made(bench, "stock.location", {"name": f"XS {tag()}", "location_id": await stock_location(bench)})
    picking = await by_hand(bench, "internal", product_id, 8, location_dest_id=shelf)
    await send(bench, ReserveTransfer(str(picking), tag()))
    await send(bench, complete(str(picking), moved(sku, 8)))
    where = [("product_id", "=", product_id), ("location_id", "=", shelf)]
    assert [each["quantity"] for each in await rows(bench, "stock.quant", where, "quantity")] == [8]
