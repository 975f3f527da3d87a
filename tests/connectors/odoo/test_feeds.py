"""Feeds beyond the plain cursor: deletions, hints, pauses, orders and transfers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo_bench import Bench, Keys

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.feeds.deletions import proven_deleted
from crossdock.connectors.odoo.client.feeds.hints import MOST_HINTS, Hint, Hints, read_hint
from crossdock.connectors.odoo.client.feeds.pacing import Pace, Pauses
from crossdock.connectors.odoo.client.reading import read_apart
from crossdock.connectors.odoo.connector import build
from crossdock.model.changes import DocumentRemoved, SalesOrderChanged, TransferChanged
from crossdock.model.events import FulfilmentCancelled
from crossdock.ports.connector import Page, Received, Verified
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Park, Refuse

ALL = ("deliveries", "orders", "transfers")
SERIES = ["17.0", "18.0", "19.0", "20.0"]


class Counted(Bench):
    """A bench that counts what Odoo is asked, with one cursor per feed."""

    def __init__(self, serie="19.0", **config):
        super().__init__(serie, webhook_secret="secret://env/HOOK", feeds=ALL, **config)
        self.calls = []
        self.cursors = dict.fromkeys(ALL, "")
        inner = self.http

        class Counting:
            async def call(_, request):  # noqa: N805 - the bench is `self`
                self.calls.append(request)
                return await inner.call(request)

        keys = Keys(HOOK="s3cret")
        self.connector = build(Surroundings("odoo", self.config, Counting(), self.clock, keys))

    async def page(self, feed="deliveries"):
        page = await self.connector.fetch(feed, self.cursors[feed])
        assert isinstance(page, Page), page
        self.cursors[feed] = page.cursor
        return page

    async def facts(self, feed="deliveries"):
        """Everything there is now."""
        told = []
        for _ in range(500):
            page = await self.page(feed)
            if page.body:
                read = self.connector.translate(Received(feed, page.body, {}, 0))
                assert read.problems == ()
                told += read.facts
            if not page.more:
                return told
        raise AssertionError("the feed does not come to an end")

    async def rest(self, feed, seconds):
        """The feed polled as it asks to be for so long; facts told meanwhile."""
        told, end = [], self.clock.now() + seconds * 1_000_000
        while self.clock.now() < end:
            page = await self.page(feed)
            if page.body:
                told += self.connector.translate(Received(feed, page.body, {}, 0)).facts
            if not page.more:
                await self.clock.sleep(page.next_after)
        return told

    def hint(self, **body):
        message = Received("deliveries", json.dumps(body).encode(), {}, 0, path="/in/odoo/deliveries?key=s3cret")
        verified = self.connector.verify(message, 0)
        assert isinstance(verified, Verified)
        return verified.hint

    def delete(self, model, *ids):
        self.control("call", model=model, method="unlink", ids=list(ids))


# ---- deletions


@pytest.mark.req("A9", "J2")
@pytest.mark.parametrize("serie", SERIES)
async def test_a_deleted_transfer_is_told_to_be_gone_once(serie):
    bench = Counted(serie)
    [kept, gone] = bench.control("confirm_orders", n=2)
    assert len(await bench.facts()) == 2
    bench.delete("stock.picking", gone)
    told = await bench.rest("deliveries", 3 * bench.config.sweep_every + 400)
    assert [(fact.subject, fact.body) for fact in told] == [
        (f"do:odoo:{gone}", FulfilmentCancelled(f"do:odoo:{gone}", "deleted"))
    ]
    assert await bench.rest("deliveries", 2000) == []
    assert kept


@pytest.mark.req("A9", "J4")
async def test_a_hint_of_a_deletion_is_checked_and_then_told_at_once():
    bench = Counted()
    [first, second] = bench.control("confirm_orders", n=2)
    await bench.facts()
    assert bench.hint(_model="stock.picking", _id=first, _action="deleted") == "deliveries orders transfers"
    assert await bench.facts() == [], "a hint that lies changes nothing"
    bench.delete("stock.picking", second)
    await bench.clock.sleep(2)
    bench.hint(_model="stock.picking", _id=second)
    [fact] = await bench.facts()
    assert fact.body == FulfilmentCancelled(f"do:odoo:{second}", "deleted")
    bench.hint(_model="stock.picking", _id=second)
    await bench.clock.sleep(2)
    assert await bench.facts() == []


class Guarded:
    """A session that refuses to read records this user may not see, as Odoo does for a whole group at once."""

    def __init__(self, hidden, gone):
        self.hidden, self.gone = hidden, gone

    async def read(self, _model, ids, _fields):
        if self.hidden & set(ids):
            raise Failed(Park(Explanation("Give it the rights.", "no access")), "AccessError")
        return {each: {"id": each} for each in ids if each not in self.gone}


@pytest.mark.req("J2")
@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)))
async def test_what_is_only_hidden_is_not_deleted(hidden, gone):
    found = await proven_deleted(Guarded(hidden, gone - hidden), "stock.picking", list(range(1, 41)))
    assert set(found) == gone - hidden


@pytest.mark.req("A1")
@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)))
async def test_one_refused_record_keeps_no_other_back(hidden, gone):
    found = await read_apart(Guarded(hidden, gone), "stock.picking", list(range(1, 41)), [])
    assert set(found) == set(range(1, 41)) - hidden - gone


# ---- hints


@pytest.mark.req("J4")
async def test_a_hint_is_read_first_and_alone():
    bench = Counted(tier="stock")
    [first, second] = bench.control("confirm_orders", n=2)
    await bench.facts()
    await bench.clock.sleep(30)
    bench.control("call", model="stock.picking", method="action_cancel", ids=[first])
    bench.control("call", model="stock.picking", method="action_cancel", ids=[second])
    bench.hint(_model="stock.picking", _id=first)
    bench.calls.clear()
    page = await bench.page()
    read = bench.connector.translate(Received("deliveries", page.body, {}, 0))
    assert [fact.subject for fact in read.facts] == [f"do:odoo:{first}"]
    assert len(bench.calls) == 2, "found and read"
    assert page.next_after <= 1, "the ordinary pass follows soon"
    await bench.clock.sleep(page.next_after)
    assert [fact.subject for fact in await bench.facts()] == [f"do:odoo:{second}"]


@pytest.mark.req("J4", "A1")
async def test_a_hint_of_a_related_record_leads_to_its_transfers():
    bench = Counted()
    [picking] = bench.control("confirm_orders", n=1, bad={"1": "postcode"})
    await bench.facts()
    await bench.clock.sleep(5)
    bench.control("write", model="res.partner", ids=[100], values={"zip": "94538"})
    assert bench.hint(_model="res.partner", _id=100) == "deliveries orders"
    [fact] = await bench.facts()
    assert (fact.subject, fact.body.order.ship_to.address.postcode) == (f"do:odoo:{picking}", "94538")


@pytest.mark.req("J4")
async def test_a_flood_of_hints_is_one_pass_a_second():
    bench = Counted()
    [picking] = bench.control("confirm_orders", n=1)
    await bench.facts()
    await bench.clock.sleep(5)
    for each in range(1, 3 * MOST_HINTS):
        bench.hint(_model="stock.picking", _id=each)
    await bench.page()
    bench.calls.clear()
    for each in range(200):
        bench.hint(_model="stock.picking", _id=picking + each)
        page = await bench.page()
    assert bench.calls == []
    assert 0 < page.next_after <= 1


@pytest.mark.req("J4")
def test_a_hint_nobody_needs_wakes_nobody_and_an_unreadable_one_everybody():
    bench = Counted()
    assert bench.hint(_model="stock.quant", _id=1) == "none"
    assert bench.hint(nonsense=1) == "deliveries orders transfers"


@given(
    st.binary(max_size=99) | st.sampled_from([b'{"_model":"x","_id":true}', b'{"_model":"x","_id":-1}', b"[" * 9999])
)
def test_hints_are_read_or_left(body):
    hint = read_hint(body)
    assert hint is None or hint.id > 0


def test_hints_are_bounded():
    hints = Hints()
    for each in range(2 * MOST_HINTS):
        hints.note(Hint("stock.picking", each + 1))
    assert (hints.count, len(hints.ids(["stock.picking"])["stock.picking"])) == (MOST_HINTS, MOST_HINTS)
    hints.clear()
    assert hints.ids(["stock.picking"]) == {}


# ---- pauses


@pytest.mark.req("J4")
async def test_an_idle_hour_costs_few_calls_and_with_webhooks_hardly_any():
    spent = {}
    for name, hooked in (("hooked", True), ("polled", False)):
        bench = Counted(poll_hooked=180.0 if hooked else 30.0, page_size=3)
        bench.control("confirm_orders", n=20)
        await bench.facts()
        await bench.rest("deliveries", 400)
        bench.calls.clear()
        assert await bench.rest("deliveries", 3600) == []
        spent[name] = len(bench.calls)
    assert spent["hooked"] < 40
    assert 120 < spent["polled"] < 160


@pytest.mark.req("J4")
async def test_an_idle_pass_is_one_call_and_moves_no_cursor():
    bench = Counted()
    bench.control("confirm_orders", n=5)
    await bench.facts()
    await bench.rest("deliveries", 400)
    cursor = bench.cursors["deliveries"]
    bench.calls.clear()
    page = await bench.page()
    assert (len(bench.calls), page.body, page.cursor) == (1, b"", cursor)
    assert page.next_after > bench.config.poll_idle


@pytest.mark.req("J4", "A1")
async def test_changes_without_hints_end_the_trust_in_webhooks():
    bench = Counted()
    pickings = bench.control("confirm_orders", n=5)
    await bench.facts()
    await bench.rest("deliveries", 1000)
    told = []
    for picking in pickings[:4]:
        bench.control("call", model="stock.picking", method="action_cancel", ids=[picking])
        told += await bench.rest("deliveries", 700)
    assert [fact.subject for fact in told] == [f"do:odoo:{each}" for each in pickings[:4]]
    assert (await bench.page()).next_after <= bench.config.poll_idle
    bench.control("call", model="stock.picking", method="action_cancel", ids=pickings[4:])
    bench.hint(_model="stock.picking", _id=pickings[4])
    assert len(await bench.rest("deliveries", 1000)) == 1
    assert (await bench.page()).next_after > bench.config.poll_idle, "a hint restores it"


@pytest.mark.req("J4")
@given(st.lists(st.tuples(st.floats(0, 500), st.booleans()), max_size=60))
def test_a_pace_is_within_its_bounds_and_settles_only_after_silence(passes):
    pace = Pace(Pauses(5.0, 30.0, 180.0, 300.0, 180.0))
    now, silence = 1000.0, 0.0
    for pause, news in passes:
        now, silence = now + pause, silence + pause
        pace.begin(now)
        assert not pace.may_settle() or silence > 180.0
        if pace.look_due():
            pace.looked(news=news)
            silence = 0.0 if news else silence
        assert 5.0 <= pace.rest(busy=news) <= 180.0


def test_a_clock_that_jumps_settles_nothing():
    pace = Pace(Pauses(5.0, 30.0, 0.0, 300.0, 180.0))
    pace.begin(1000.0)
    pace.looked(news=True)
    pace.begin(1_000_000.0)
    assert not pace.may_settle()


# ---- the other feeds


@pytest.mark.req("A1", "N1")
@pytest.mark.parametrize("serie", SERIES)
async def test_orders_are_told_with_their_transfers_and_again_when_they_change(serie):
    bench = Counted(serie)
    [picking] = bench.control("confirm_orders", n=1)
    row = bench.simulator.database.rows["stock.picking"][picking]
    [fact] = await bench.facts("orders")
    order = fact.body.order
    assert isinstance(fact.body, SalesOrderChanged)
    assert (order.id, order.state, order.transfers) == (f"so:odoo:{row['sale_id']}", "confirmed", (str(picking),))
    assert {(name.kind, name.value) for name in fact.binds} == {
        ("placed_order", order.name),
        ("placed_order", order.reference),
    }
    assert await bench.facts("orders") == []
    await bench.clock.sleep(5)
    bench.control("write", model="sale.order", ids=[row["sale_id"]], values={"client_order_ref": "PO-NEW"})
    [fact] = await bench.facts("orders")
    assert fact.body.order.reference == "PO-NEW"


@pytest.mark.req("A9")
async def test_a_deleted_order_is_told_to_be_gone():
    bench = Counted()
    [picking] = bench.control("confirm_orders", n=1)
    sale = bench.simulator.database.rows["stock.picking"][picking]["sale_id"]
    await bench.facts("orders")
    bench.delete("sale.order", sale)
    told = await bench.rest("orders", 1500)
    assert [fact.body for fact in told] == [DocumentRemoved("odoo", "sales_order", str(sale))]
    assert told[0].subject == f"so:odoo:{sale}"


@pytest.mark.req("A1", "N1")
@pytest.mark.parametrize("serie", SERIES)
async def test_a_finished_delivery_is_a_transfer_of_its_delivery_order(serie):
    bench = Counted(serie)
    [first, second] = bench.control("confirm_orders", n=2)
    assert await bench.facts("transfers") == [], "what waits is demand, and the other feed's"
    await bench.clock.sleep(5)
    bench.control("call", model="stock.picking", method="button_validate", ids=[first])
    [fact] = await bench.facts("transfers")
    assert isinstance(fact.body, TransferChanged)
    assert fact.subject == f"do:odoo:{first}"
    transfer = fact.body.transfer
    assert (transfer.direction, transfer.state) == ("outgoing", "done")
    assert all(line.done > 0 and line.reserved == 0 for line in transfer.lines)
    await bench.clock.sleep(5)
    assert await bench.facts("transfers") == []
    assert second


@pytest.mark.req("A9")
async def test_a_cancelled_transfer_that_is_opened_again_is_told_again():
    bench = Counted()
    [picking] = bench.control("confirm_orders", n=1)
    kinds = [type(fact.body).__name__ for fact in await bench.facts()]
    for method in ("action_cancel", "action_assign"):
        await bench.clock.sleep(5)
        bench.control("write", model="stock.picking", ids=[picking], values={"state": _state_of(method)})
        kinds += [type(fact.body).__name__ for fact in await bench.facts()]
    assert kinds == ["FulfilmentRequested", "FulfilmentCancelled", "FulfilmentRequested"]


def _state_of(method):
    return {"action_cancel": "cancel", "action_assign": "assigned"}[method]


@pytest.mark.req("A1")
async def test_a_feed_that_is_off_asks_nothing():
    bench = Bench(feeds=("orders",))
    page = await bench.connector.fetch("deliveries", "")
    assert (page.body, page.cursor, page.more) == (b"", "", False)
    assert page.next_after >= 3600
    assert isinstance(await bench.connector.fetch("weather", ""), Refuse)


@pytest.mark.req("E6", "N1")
async def test_an_order_and_its_delivery_never_answer_to_the_same_name():
    bench = Bench(feeds=("deliveries", "orders"))
    bench.control("confirm_orders", n=1)
    named = {}
    for feed in ("deliveries", "orders"):
        page = await bench.connector.fetch(feed, "")
        [fact] = bench.connector.translate(Received(feed, page.body, {}, 0)).facts
        named[feed] = {(each.kind, each.value, each.issuer) for each in fact.binds}
    assert all(named.values())
    assert not named["deliveries"] & named["orders"]
