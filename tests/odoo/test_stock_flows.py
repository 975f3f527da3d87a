"""Counts, adjustments and moves inside the warehouses, on a real Odoo, each once whatever answer is lost."""

import asyncio
import uuid
from decimal import Decimal

import pytest

from crossdock.connectors.odoo.mapping.moving import Portion, SeveralSources, Stock, drawn
from crossdock.model.item import Item
from crossdock.model.stock import AdjustStock, CountStock, MoveStock, StockChange, StockCount, StockPlace
from crossdock.model.transfers import LotQuantity, MovedLine
from crossdock.ports.verdicts import AlreadyDone, Done, Park, Refuse
from odoo.flow_bench import SERIES, flow_workbench
from real_odoo import every_loss


@pytest.fixture(params=SERIES)
def bench(request):
    return flow_workbench(request.param)


def marker():
    return uuid.uuid4().hex


def count(sku, place, quantity, **more):
    counted = StockCount(Item(sku), StockPlace(place), Decimal(quantity), **more)
    return CountStock((counted,), "CC-42", marker())


def change(sku, place, quantity, **more):
    return StockChange(Item(sku), StockPlace(place), Decimal(quantity), **more)


async def shelf(bench, quantity=10, **product):
    """A product with stock in a bin of its own: (product, sku, bin, its name)."""
    number, sku = await bench.product(**product)
    location, name = await bench.bin()
    if quantity:
        await bench.stock(number, location, quantity)
    return number, sku, location, name


@pytest.mark.req("D3", "D5", "N1")
async def test_a_count_sets_stock_once_whatever_answer_is_lost(bench):
    await bench.warm()

    async def prepare():
        number, sku, location, name = await shelf(bench)
        return count(sku, name, 7, expected=Decimal(10)), (number, location)

    async def ended(what):
        moves = await bench.session.find("stock.move", [("product_id", "=", what[0])], ["quantity", "state"])
        return await bench.on_hand(*what), [(row["quantity"], row["state"]) for row in moves]

    lost, story = await every_loss(bench, prepare, ended)
    assert lost >= 6
    assert story.documents[0].kind == "adjustment"


@pytest.mark.req("D3", "N1")
async def test_a_count_of_many_at_once_with_lots_packages_and_what_is_as_expected(bench):
    plain, sku, location, name = await shelf(bench, 3)
    tracked, tracked_sku, _, _ = await shelf(bench, 0, tracking="lot")
    place = StockPlace(name)
    counts = (
        StockCount(Item(sku), place, Decimal(3)),
        StockCount(Item(sku), place, Decimal(5), package=f"XR{marker()[:8]}"),
        StockCount(Item(tracked_sku), place, Decimal(4), lot="XR-L1"),
        StockCount(Item(tracked_sku), place, Decimal(6), lot="XR-L2"),
    )
    body = CountStock(counts, "CC-43", marker())
    assert isinstance(await bench.send(body), Done)
    assert [row[2] for row in await bench.on_hand(plain, location)] == [Decimal(3), Decimal(5)]
    assert [(lot, held) for lot, _, held in await bench.on_hand(tracked, location)] == [
        ("XR-L1", Decimal(4)),
        ("XR-L2", Decimal(6)),
    ]
    assert isinstance(await bench.send(body, 2), AlreadyDone)
    lots = await bench.session.search("stock.lot", [("product_id", "=", tracked)])
    assert len(lots) == 2


@pytest.mark.req("D3", "D5")
async def test_a_count_that_cannot_be_is_parked_with_both_numbers_and_changes_nothing(bench):
    number, sku, location, name = await shelf(bench)
    _, tracked_sku, _, _ = await shelf(bench, 0, tracking="lot")
    other = await bench.send(count(sku, name, 7, expected=Decimal(9)))
    assert isinstance(other, Park)
    assert "expected 9, Odoo 10" in other.why.operator
    lotless = await bench.send(count(tracked_sku, name, 1))
    assert isinstance(lotless, Park)
    assert "lot" in lotless.why.operator
    nowhere = await bench.send(count(sku, "XR/Nowhere", 1))
    assert isinstance(nowhere, Park)
    assert "XR/Nowhere" in nowhere.why.operator
    await bench.call(
        "stock.quant",
        "create",
        None,
        {"vals_list": [{"product_id": number, "location_id": location, "inventory_quantity": 4}]},
        inventory_mode=True,
    )
    under_way = await bench.send(count(sku, name, 7))
    assert isinstance(under_way, Park)
    assert "(4)" in under_way.why.operator
    assert [row[2] for row in await bench.on_hand(number, location)] == [Decimal(10)]


@pytest.mark.req("D3")
async def test_stock_that_moves_between_count_and_apply_is_a_conflict_with_both_numbers(bench):
    number, sku, location, name = await shelf(bench)
    flow = bench.connector._flows[CountStock]
    apply = flow._apply

    async def moved_meanwhile(*given):
        scrap = await bench.create("stock.scrap", product_id=number, scrap_qty=3, location_id=location)
        await bench.call("stock.scrap", "action_validate", (scrap,))
        await apply(*given)

    flow._apply = moved_meanwhile
    verdict = await bench.send(count(sku, name, 8))
    assert isinstance(verdict, Park)
    assert "counted 8, Odoo 7" in verdict.why.operator
    assert "stock.inventory.conflict" in verdict.why.engineer
    rows = await bench.session.find(
        "stock.quant", [("product_id", "=", number)], ["quantity", "inventory_quantity_set"]
    )
    held = [row for row in rows if row["quantity"] == 7]
    assert held
    assert not any(row["inventory_quantity_set"] for row in rows), "the count is taken back"


@pytest.mark.req("D3", "N1")
async def test_an_adjustment_is_made_once_whatever_answer_is_lost(bench):
    await bench.warm()

    async def prepare():
        number, sku, location, name = await shelf(bench)
        return AdjustStock((change(sku, name, -2),), "WMS 77", marker()), (number, location)

    async def ended(what):
        domain = [("product_id", "=", what[0]), ("state", "=", "done"), ("picking_id", "!=", False)]
        moves = await bench.session.find("stock.move", domain, ["quantity", "picking_id"])
        lines = await bench.session.find("stock.move.line", [("product_id", "=", what[0])], ["quantity", "state"])
        return await bench.on_hand(*what), [row["quantity"] for row in moves], len(lines)

    lost, story = await every_loss(bench, prepare, ended)
    assert lost >= 6
    assert story.documents[0].kind == "transfer"


@pytest.mark.req("D3")
async def test_adjustments_add_up_exactly_with_lots_packages_and_both_directions(bench):
    number, sku, location, name = await shelf(bench)
    tracked, tracked_sku, _, _ = await shelf(bench, 0, tracking="lot")
    package = f"XR{marker()[:8]}"
    first = AdjustStock(
        (change(sku, name, -2), change(sku, name, 5, package=package), change(tracked_sku, name, 4, lot="XR-A")),
        "in and out",
        marker(),
    )
    assert isinstance(await bench.send(first), Done)
    assert await bench.on_hand(number, location) == [("", "", Decimal(8)), ("", package, Decimal(5))]
    second = AdjustStock(
        (change(sku, name, -1, package=package), change(tracked_sku, name, -1, lot="XR-A")), "x", marker()
    )
    assert isinstance(await bench.send(second), Done)
    assert isinstance(await bench.send(second, 2), AlreadyDone)
    assert await bench.on_hand(number, location) == [("", "", Decimal(8)), ("", package, Decimal(4))]
    assert await bench.on_hand(tracked, location) == [("XR-A", "", Decimal(3))]
    for wrong in (
        change(tracked_sku, name, -1),
        change(tracked_sku, name, -1, lot="XR-unknown"),
        change(sku, name, -1, package="XR-unknown"),
    ):
        assert isinstance(await bench.send(AdjustStock((wrong,), "x", marker())), Park)
    assert isinstance(await bench.send(AdjustStock((change(sku, name, 0),), "x", marker())), Refuse)


@pytest.mark.req("D3", "D5", "N1")
async def test_a_move_is_one_internal_transfer_whatever_answer_is_lost(bench):
    await bench.warm()

    async def prepare():
        number, sku, source, source_name = await shelf(bench)
        target, target_name = await bench.bin()
        lines = (MovedLine(Item(sku), Decimal(4)),)
        return MoveStock(StockPlace(source_name), StockPlace(target_name), lines, marker()), (number, source, target)

    async def ended(what):
        number, source, target = what
        moves = await bench.session.find(
            "stock.move", [("product_id", "=", number), ("picking_id", "!=", False)], ["quantity", "state"]
        )
        done = [row["quantity"] for row in moves if row["state"] == "done"]
        return await bench.on_hand(number, source), await bench.on_hand(number, target), done

    lost, _ = await every_loss(bench, prepare, ended)
    assert lost >= 6


@pytest.mark.req("D3", "D5")
async def test_lots_and_packages_go_along_and_an_unclear_source_is_parked(bench):
    number, sku, source, source_name = await shelf(bench, 0, tracking="lot")
    target, target_name = await bench.bin()
    place = StockPlace(source_name)
    counts = tuple(StockCount(Item(sku), place, Decimal(5), lot=lot) for lot in ("XR-1", "XR-2"))
    assert isinstance(await bench.send(CountStock(counts, "start", marker())), Done)
    package = f"XR{marker()[:8]}"
    lots = (LotQuantity("XR-1", Decimal(5)), LotQuantity("XR-2", Decimal(2)))
    body = MoveStock(
        place, StockPlace(target_name), (MovedLine(Item(sku), Decimal(7), lots=lots, package=package),), marker()
    )
    assert isinstance(await bench.send(body), Done)
    assert await bench.on_hand(number, source) == [("XR-2", "", Decimal(3))]
    assert await bench.on_hand(number, target) == [("XR-1", package, Decimal(5)), ("XR-2", package, Decimal(2))]
    lotless = MoveStock(place, StockPlace(target_name), (MovedLine(Item(sku), Decimal(1)),), marker())
    assert isinstance(await bench.send(lotless), Park)
    plain, plain_sku, bin_, bin_name = await shelf(bench, 0)
    packed = tuple(
        StockCount(Item(plain_sku), StockPlace(bin_name), Decimal(5), package=f"XR{marker()[:8]}") for _ in range(2)
    )
    assert isinstance(await bench.send(CountStock(packed, "start", marker())), Done)
    unclear = MoveStock(
        StockPlace(bin_name), StockPlace(target_name), (MovedLine(Item(plain_sku), Decimal(3)),), marker()
    )
    verdict = await bench.send(unclear)
    assert isinstance(verdict, Park)
    assert "package" in verdict.why.operator
    assert len(await bench.on_hand(plain, bin_)) == 2


@pytest.mark.req("D3")
async def test_adjustments_made_at_the_same_time_all_count(bench):
    number, sku, location, name = await shelf(bench, 100)
    bodies = [AdjustStock((change(sku, name, amount),), "together", marker()) for amount in (-1, -2, -3, 5, -4)]
    verdicts = await asyncio.gather(*(bench.send(body) for body in bodies))
    assert all(isinstance(verdict, Done) for verdict in verdicts), verdicts
    assert sum(row[2] for row in await bench.on_hand(number, location)) == Decimal(95)


@pytest.mark.req("D3")
def test_goods_are_drawn_from_loose_stock_first_and_never_from_a_choice_of_packages():
    loose, one, two = Stock(8, Decimal(3)), Stock(8, Decimal(5), package=1, place="A"), Stock(8, Decimal(5), package=2)
    assert drawn(8, [one, loose], Portion(1, Decimal(2))) == [(loose, Decimal(2))]
    assert drawn(8, [one, loose], Portion(1, Decimal(4))) == [(loose, Decimal(3)), (one, Decimal(1))]
    assert drawn(8, [loose, one, two], Portion(1, Decimal(13))) == [
        (loose, Decimal(3)),
        (one, Decimal(5)),
        (two, Decimal(5)),
    ]
    with pytest.raises(SeveralSources, match="5 in A"):
        drawn(8, [loose, one, two], Portion(1, Decimal(4)))
    assert drawn(8, [one, two], Portion(1, Decimal(4)), package=2) == [(two, Decimal(4))]
    assert drawn(8, [], Portion(1, Decimal(4), lot=7)) == [(Stock(8, Decimal(0), 7), Decimal(4))]
