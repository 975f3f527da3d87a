"""The cursor: nothing missed and nothing doubled under ties, overlap, slow commits, small pages."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo_bench import Bench

from crossdock.connectors.odoo.client import cursor as cursors
from crossdock.connectors.odoo.client.cursor import Cursor, Scan, seconds, text_of

OVERLAP = 30
US = 1_000_000

writes = st.lists(
    st.tuples(
        st.integers(0, 40).map(lambda tenths: tenths * US // 10),  # pause before the transaction starts
        st.integers(0, (OVERLAP - 6) * US),  # how long until it commits
        st.sets(st.integers(1, 12), min_size=1, max_size=9),  # rows it writes, all with its starting time
        st.booleans(),  # whether somebody polls right after it started
    ),
    max_size=25,
)


def page(rows, scan, limit):
    """What Odoo answers: (id, second) in (write_date, id) order, or in id order inside one second."""
    lower = scan.lower(OVERLAP)
    if scan.after:
        hits = [(i, w // US) for i, w in rows.items() if w // US == scan.next and i > scan.after]
        return sorted(hits)[:limit]
    hits = sorted((w, i) for i, w in rows.items() if w // US >= lower)
    return [(i, w // US) for w, i in hits[:limit]]


def read_all(rows, scan, limit):
    told = []
    for _ in range(2000):
        found = page(rows, scan, limit)
        told += [(i, dict(found)[i]) for i in scan.news(found)]
        if not scan.turn_page(found, limit, OVERLAP):
            return told
    raise AssertionError("the pass does not come to an end")


@pytest.mark.req("A1")
@settings(max_examples=300, deadline=None)
@given(writes, st.integers(1, 6))
def test_every_version_that_stays_visible_is_told_once(transactions, limit):
    rows, committed, open_ones, told, scan = {}, {}, [], [], Scan()

    def commit(end, start, ids):
        # A transaction that would overwrite what was committed after it began is aborted by the database.
        for each in ids:
            if committed.get(each, 0) <= start:
                rows[each], committed[each] = start, end

    now = 1_000_000 * US
    for pause, duration, ids, poll in transactions:
        now += pause
        for each in sorted(each for each in open_ones if each[0] <= now):
            open_ones.remove(each)
            commit(*each)
        open_ones.append((now + duration, now, sorted(ids)))
        if poll:
            told += read_all(rows, scan, limit)
    for each in sorted(open_ones):
        commit(*each)
        told += read_all(rows, scan, limit)
    assert {(i, w // US) for i, w in rows.items()} <= set(told), "a row was missed"
    assert len(told) == len(set(told)), "a version was told twice"


@pytest.mark.req("A1")
@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.integers(1, 50))
def test_a_thousand_ties_are_paged_by_id(count, limit):
    rows = dict.fromkeys(range(1, count + 1), 5_000 * US)
    scan = Scan()
    assert sorted(i for i, _ in read_all(rows, scan, limit)) == list(range(1, count + 1))
    assert read_all(rows, scan, limit) == []


def test_what_is_remembered_is_bounded_and_forgetting_loses_nothing():
    many = cursors.REMEMBERED_ROWS + 50
    rows = dict.fromkeys(range(1, many + 1), 5_000 * US)
    scan = Scan()
    assert len({i for i, _ in read_all(rows, scan, 1000)}) == many
    assert len(scan.seen) <= cursors.REMEMBERED_ROWS
    cursor = Cursor()
    cursor.changed(range(many), 0, OVERLAP)
    for order in range(many):
        cursor.version(order, "0" * 8, 1)
    cursor.passed(OVERLAP, settle=False)
    assert len(cursor.sent) == len(cursor.again) == cursors.REMEMBERED_ORDERS


def test_an_echo_is_no_version_and_a_way_back_is():
    cursor = Cursor()
    first, second = "a" * 8, "b" * 8
    assert cursor.version(1, first, 100) == 100
    assert cursor.version(1, first, 200) == 0
    assert cursor.version(1, second, 200) == 200
    assert cursor.version(1, first, 200) == 201, "two versions may not share a second"
    cursor.scans["stock.picking"] = Scan(at=5_000)
    cursor.passed(OVERLAP, settle=True)
    assert cursor.moments == {}, "old times are forgotten"
    assert cursor.version(1, second, 200) == 5_001, "and what comes after is later than all of them"
    assert cursor.version(1, second, 200, closed=True) == 5_002, "closed is not open"


def test_a_cursor_survives_its_text():
    cursor = Cursor(horizon=5, scans={"stock.picking": Scan(at=9, next=8, after=-1, seen={3: 8})}, pending=[4])
    cursor.changed([7], 10, OVERLAP)
    cursor.version(3, "abc", 9)
    assert cursors.load(cursors.dump(cursor)) == cursor
    assert cursors.load("") == Cursor()


def test_a_cursor_of_version_0_1_goes_on_from_its_place():
    old = """{"horizon":5,"scans":{"stock.picking":{"at":9,"next":8,"after":-1,"seen":{"3":8}}},"pending":[4],
      "again":{"7":41},"sent":{"3":["abc",9]}}"""
    scan = Scan(at=9, next=8, after=-1, seen={3: 8})
    assert cursors.load(old) == Cursor(5, 0, {"stock.picking": scan}, [4], {7: 41})


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"form":2,"sent":"00000"}', '{"form":2,"sent":"~~~~~"}'])
def test_a_damaged_cursor_is_refused(text):
    with pytest.raises(msgspec.DecodeError):
        cursors.load(text)


@pytest.mark.req("J4")
def test_a_settled_cursor_of_ten_thousand_orders_is_small():
    cursor = Cursor(horizon=1_767_225_600, scans={"stock.picking": Scan(at=1_767_225_600)})
    for order in range(40_000, 50_000):
        cursor.version(order, f"{order * 2_654_435_761 % 2**32:08x}", 1_767_200_000 + order // 50)
    cursor.passed(180, settle=True)
    assert len(cursor.open()) == 10_000
    assert len(cursors.dump(cursor)) < 64 * 1024
    assert cursors.load(cursors.dump(cursor)) == cursor


@given(st.integers(0, 4_000_000_000))
def test_times_are_read_as_they_are_written(second):
    assert seconds(text_of(second)) == second


@pytest.mark.req("A1", "N1")
@pytest.mark.parametrize("serie", ["17.0", "18.0", "19.0", "20.0"])
@pytest.mark.parametrize("size", [1, 3, 200])
async def test_all_orders_of_one_second_come_once_whatever_the_page(serie, size):
    bench = Bench(serie, page_size=size)
    made = bench.control("confirm_orders", n=20, parcels={"3": 2, "7": 3})
    facts, problems, cursor, _ = await bench.drain()
    assert sorted(fact.subject for fact in facts) == sorted(f"do:odoo:{each}" for each in made)
    assert problems == []
    again, _, quiet, _ = await bench.drain(cursor)
    assert again == []
    assert quiet == cursor, "an idle feed must not move its cursor"


@pytest.mark.req("A1")
async def test_a_second_edit_within_the_same_second_is_found_by_the_second_look():
    bench = Bench()
    [picking] = bench.control("confirm_orders", n=1)
    facts, _, cursor, _ = await bench.drain()
    order = bench.simulator.database.rows["stock.picking"][picking]["sale_id"]
    bench.control("write", model="sale.order", ids=[order], values={"client_order_ref": "PO-LATE"})
    at_once, _, cursor, _ = await bench.drain(cursor)
    assert at_once == [], "same second, same write_date: invisible"
    await bench.clock.sleep(bench.config.overlap + 2)
    later, _, cursor, _ = await bench.drain(cursor)
    assert [fact.body.order.customer_order for fact in later] == ["PO-LATE"]
    assert later[0].body.order.changed_at != facts[0].body.order.changed_at
    await bench.clock.sleep(bench.config.overlap + 2)
    assert (await bench.drain(cursor))[0] == []


@pytest.mark.req("A1")
async def test_a_corrected_address_and_product_bring_the_order_back():
    bench = Bench()
    [first, second] = bench.control("confirm_orders", n=2, bad={"1": "postcode", "2": "sku"})
    _, _, cursor, _ = await bench.drain()
    await bench.clock.sleep(5)
    bench.control("write", model="res.partner", ids=[100], values={"zip": "94538"})
    facts, _, cursor, _ = await bench.drain(cursor)
    assert [(f.subject, f.body.order.ship_to.address.postcode) for f in facts] == [(f"do:odoo:{first}", "94538")]
    await bench.clock.sleep(5)
    bench.control("write", model="product.product", ids=[100], values={"default_code": "NEW-1"})
    facts, _, _, _ = await bench.drain(cursor)
    assert [(f.subject, f.body.order.lines[0].item.sku) for f in facts] == [(f"do:odoo:{second}", "NEW-1")]


@pytest.mark.req("A1")
async def test_cancellations_before_the_first_pass_are_history():
    bench = Bench()
    [old, new] = bench.control("confirm_orders", n=2)
    bench.control("call", model="stock.picking", method="action_cancel", ids=[old])
    await bench.clock.sleep(3600)
    bench.control("confirm_orders", n=1)
    facts, _, cursor, _ = await bench.drain()
    assert f"do:odoo:{old}" not in {fact.subject for fact in facts}
    bench.control("call", model="stock.picking", method="action_cancel", ids=[new])
    await bench.clock.sleep(1)
    facts, _, _, _ = await bench.drain(cursor)
    assert [fact.subject for fact in facts] == [f"do:odoo:{new}"]
