"""What warehouses say adds up to the same whatever comes first, and says when everything has left."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import SUBJECT, order
from invented_warehouse import PARTNER, PLACE, REFERENCE, bodies, moved
from msgspec import structs

from crossdock.model import events as ev
from crossdock.model import inventory as inv
from crossdock.model import warehouse as wh
from crossdock.model.fulfilment import FulfilmentState, apply, state_hash
from crossdock.model.identifiers import Reference, ReferenceKind, stock_item_id, storage_id
from crossdock.model.instants import Stamp, epoch_us
from crossdock.model.item import Item
from crossdock.model.names import names_of
from crossdock.model.order import OrderLine, Package, Packed
from crossdock.model.stock import StockChange, StockCount
from crossdock.model.stock_state import standing
from crossdock.model.transfers import LotQuantity, MovedLine
from crossdock.model.units import Measure
from crossdock.model.warehouse_state import Release, is_all_shipped, is_overshipped, progress

DESK, LAMP = Item("DESK-1"), Item("LAMP-2")


def fold(some):
    state = FulfilmentState()
    for body in some:
        apply(state, body, ev.Fact(body, Stamp("2026-03-01"), subject=SUBJECT).key())
    return state


def five_desks(*more):
    return structs.replace(order(), lines=(OrderLine("1", DESK, Decimal(5)), *more))


def shipped(document, quantity, sku=DESK, line_id="1", **words):
    line = MovedLine(sku, Decimal(quantity), line_id=line_id, **words)
    return wh.GoodsShipped(PARTNER, REFERENCE, document, (line,))


@given(st.lists(bodies, max_size=16).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some + some[:6]))))
@pytest.mark.req("D2", "D3", "K2")
def test_any_order_of_arrival_and_any_repetition_gives_the_same_state(case):
    once, shuffled = case
    assert state_hash(fold(once)) == state_hash(fold(shuffled))


@given(st.lists(moved.map(lambda lines: wh.GoodsPicked(PARTNER, REFERENCE, "D1", lines)), min_size=1, max_size=4))
def test_one_document_counts_once_whatever_it_says_the_second_time(picks):
    lines = fold(picks).warehouse[f"{PARTNER} {REFERENCE}"].picks["D1"].lines
    assert lines in [each.lines for each in picks]


@pytest.mark.req("D2")
def test_three_of_five_leave_two_open_and_the_lots_are_kept():
    first = shipped("LS1", 3, lots=(LotQuantity("L7", Decimal(3)),))
    state = fold([first])
    (line,) = progress(five_desks(), state.warehouse)
    assert (line.shipped, line.open, line.excess) == (3, 2, 0)
    assert not is_all_shipped(five_desks(), state.warehouse)
    assert state.warehouse[f"{PARTNER} {REFERENCE}"].despatches["LS1"].lines[0].lots[0].lot == "L7"
    both = fold([shipped("LS2", 2), first, first])
    assert is_all_shipped(five_desks(), both.warehouse)
    assert not is_overshipped(five_desks(), both.warehouse)


@pytest.mark.req("D2")
def test_an_order_shipped_twice_is_seen():
    state = fold([shipped("LS1", 5), shipped("LS2", 5)])
    assert is_overshipped(five_desks(), state.warehouse)


def test_lines_without_a_number_are_found_by_sku_first_line_first():
    two = five_desks(OrderLine("2", DESK, Decimal(4)), OrderLine("3", LAMP, Decimal(1)))
    state = fold([shipped("LS1", 6, line_id=""), shipped("LS2", 1, LAMP, "")])
    assert [line.shipped for line in progress(two, state.warehouse)] == [5, 1, 1]


def test_a_dozen_in_pieces_is_a_dozen():
    dozen = structs.replace(order(), lines=(OrderLine("1", DESK, Decimal(2), "DZN"),))
    assert is_all_shipped(dozen, fold([shipped("LS1", 24)]).warehouse)


def test_what_is_packed_is_found_by_sku_where_no_line_is_named():
    contents = (Packed("1", Decimal(2)), Packed("sku:DESK-1", Decimal(1)), Packed("sku:OTHER", Decimal(1)))
    packed = wh.PackagesPacked(PARTNER, REFERENCE, (Package("P", Measure(Decimal(2), "KGM"), contents=contents),))
    (line,) = progress(five_desks(), fold([packed]).warehouse)
    assert line.packed == 3


def test_an_order_that_is_not_known_is_not_shipped():
    assert not is_all_shipped(structs.replace(order(), lines=()), {})


def test_how_far_an_order_got():
    package = Package("1", Measure(Decimal(2), "KGM"), contents=(Packed("1", Decimal(1)),))
    said = [
        wh.WarehouseOrderReleased(PARTNER, REFERENCE, number="N1"),
        wh.WarehouseOrderAcknowledged(PARTNER, REFERENCE),
        wh.PickStarted(PARTNER, REFERENCE),
        wh.GoodsPicked(PARTNER, REFERENCE, "P", (MovedLine(DESK, Decimal(1)),)),
        wh.PackagesPacked(PARTNER, REFERENCE, (package,)),
        shipped("LS1", 1),
    ]
    stages = [next(iter(fold(said[:count]).warehouse.values())).stage for count in range(1, 7)]
    assert stages == ["released", "acknowledged", "pick_started", "picked", "packed", "shipped"]
    assert Release("w", "r").stage == ""
    (line,) = progress(five_desks(), fold(said).warehouse)
    assert (line.picked, line.packed, line.shipped) == (1, 1, 1)


def test_a_refused_amendment_leaves_the_release_standing():
    release = fold(
        [
            wh.WarehouseOrderAcknowledged(PARTNER, REFERENCE, 1),
            wh.WarehouseOrderRefused(PARTNER, REFERENCE, 2, "LATE", "it is packed"),
            wh.CancellationRefused(PARTNER, REFERENCE, "packed"),
        ]
    ).warehouse[f"{PARTNER} {REFERENCE}"]
    assert (release.acknowledged, release.refused, release.cancelled) == (1, {"2": "LATE: it is packed"}, False)
    assert release.too_late == {"packed": ""}


@pytest.mark.req("D10")
def test_what_was_received_says_what_is_short_over_and_damaged():
    lines = (
        wh.ReceivedLine(DESK, Decimal(3), Decimal(5), Decimal(1)),
        wh.ReceivedLine(LAMP, Decimal(7), Decimal(5)),
        wh.ReceivedLine(LAMP, Decimal(7)),
    )
    assert [(line.short, line.over, line.damaged) for line in lines] == [(2, 0, 1), (0, 2, 0), (0, 0, 0)]
    received = wh.GoodsReceived(PARTNER, "WH/IN/1", "GR1", lines)
    state = fold([received, wh.InboundAnnounced(PARTNER, "WH/IN/1", "A9")])
    inbound = state.inbound[f"{PARTNER} WH/IN/1"]
    assert (inbound.number, inbound.announced, inbound.complete) == ("A9", True, True)


def level(available, at="2026-03-01T08:00:00Z"):
    stock = inv.StockLevel(DESK, PLACE, Decimal(available), Decimal(available))
    return inv.StockLevelReported(PARTNER, stock, Stamp(at))


def damaged(quantity, at):
    return inv.StockDamaged(PARTNER, f"DMG{at}", StockChange(DESK, PLACE, Decimal(-quantity)), Stamp(at))


def counted(quantity, at, expected=None, lot=""):
    count = StockCount(DESK, PLACE, Decimal(quantity), lot=lot, expected=expected)
    return inv.StockCounted(PARTNER, f"CNT{at}", count, Stamp(at))


@pytest.mark.req("D4")
def test_damage_takes_from_what_is_available_until_the_next_level_says_more():
    damage = damaged(4, "2026-03-01T09:00:00Z")
    now = standing(fold([damage, level(5)]).stock)
    assert (now.available, now.blocked, now.on_hand, now.as_of) == (1, 4, 5, epoch_us(Stamp("2026-03-01T09:00:00Z")))
    later = level(1, "2026-03-01T10:00:00Z")
    assert standing(fold([later, damage, level(5)]).stock).available == 1


@pytest.mark.req("D3")
@pytest.mark.parametrize(
    ("count", "left"),
    [
        (counted(3, "2026-03-01T09:00:00Z", Decimal(5)), 3),
        (counted(3, "2026-03-01T09:00:00Z"), 3),
        (counted(3, "2026-03-01T09:00:00Z", lot="L1"), 5),
        (counted(1, "2026-03-01T07:00:00Z", Decimal(5)), 5),
    ],
    ids=["two fewer than expected", "the whole", "one lot says nothing of the whole", "before the level"],
)
def test_counts_change_what_there_is(count, left):
    state = fold([count, level(5)])
    assert standing(state.stock).on_hand == left
    again = fold([count, level(5), count])
    assert state_hash(again) == state_hash(state)


def test_stock_is_never_below_nothing_and_unknown_without_a_level():
    found = inv.StockAdjusted(PARTNER, "A1", StockChange(DESK, PLACE, Decimal(2)), Stamp("2026-03-01T11:00:00Z"))
    assert standing(fold([level(1), damaged(4, "2026-03-01T09:00:00Z")]).stock).available == 0
    assert standing(fold([level(1), found]).stock).on_hand == 3
    assert standing(fold([found]).stock) is None


def test_what_a_warehouse_says_has_names():
    assert names_of(wh.WarehouseOrderReleased("w", "R1"), "w") == (Reference(ReferenceKind.WAREHOUSE_ORDER, "R1", "w"),)
    assert names_of(wh.InboundAnnounced("w", "R2"), "w") == (Reference(ReferenceKind.INBOUND, "R2", "w"),)
    for body in (level(1), damaged(1, "2026-03-01"), counted(1, "2026-03-01")):
        assert names_of(body, "w") == (Reference(ReferenceKind.SKU, "DESK-1"),)
    assert (stock_item_id("DESK-1", "WH"), storage_id("ACME", "WH")) == ("sku:DESK-1@WH", "storage:ACME@WH")
