"""Feeds beside an outbox, and under hints that do not end: nothing that is fetched or announced hides the rest."""

import pytest
from odoo_bench import Bench

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.feeds.fetching import Feeds
from crossdock.connectors.odoo.client.feeds.hints import Hint
from crossdock.connectors.odoo.client.feeds.outbox import OUTBOX
from crossdock.ports.connector import Page, Received
from crossdock.ports.verdicts import ErrorClass, Explanation, Park, Retry

WHY = Explanation("Give it the rights.", "AccessError")


class Outside:
    """The session of a bench, with an outbox that holds ``rows`` or answers with ``refusal``."""

    def __init__(self, inner):
        self._inner = inner
        self.rows, self.more, self.reset, self.refusal = [], False, False, None
        self.calls = []

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def call(self, call):
        if call.model != OUTBOX:
            self.calls.append(call)
            return await self._inner.call(call)
        if self.refusal:
            raise Failed(self.refusal)
        if call.method == "ack":
            return 1
        rows, more, lost = self.rows, self.more, self.reset
        self.rows, self.more, self.reset = [], False, False
        told = [{"model": "stock.picking", "res_id": each} for each in rows]
        return {"rows": told, "cursor": f"e.1.{len(self.calls)}", "more": more, "reset": lost}


class WithOutbox(Bench):
    """A bench whose deliveries feed reads an outbox as well."""

    def __init__(self):
        super().__init__("19.0", webhook_secret="secret://env/HOOK", feeds=("deliveries",))
        self.outside = Outside(self.connector.session)
        self.feeds = Feeds(self.outside, self.config, self.clock, self._has_addon)
        self.cursor = ""

    async def _has_addon(self):
        return True

    async def page(self):
        page = await self.feeds.fetch("deliveries", self.cursor)
        assert isinstance(page, Page), page
        self.cursor = page.cursor
        body = page.body and self.connector.translate(Received("deliveries", page.body, {}, 0))
        return page, [fact.subject for fact in body.facts] if body else []

    async def rest(self, seconds):
        """Polled as it asks to be for so long; subjects told, each with the second it was told at."""
        told, start = [], self.clock.now()
        while self.clock.now() < start + seconds * 1_000_000:
            page, subjects = await self.page()
            told += [(each, (self.clock.now() - start) // 1_000_000) for each in subjects]
            if not page.more:
                await self.clock.sleep(page.next_after)
        return told

    def cancel(self, *pickings):
        self.control("call", model="stock.picking", method="action_cancel", ids=list(pickings))

    async def idle(self, transfers):
        """So many transfers known, and nothing happening for long."""
        made = self.control("confirm_orders", n=transfers)
        await self.rest(2000)
        return made


@pytest.mark.req("A1", "J4")
async def test_hints_without_end_do_not_keep_the_feed_from_what_nobody_hinted_at():
    bench = WithOutbox()
    first, second = await bench.idle(2)
    bench.cancel(second)
    told = []
    for _ in range(int(bench.config.poll_idle) + 5):
        bench.feeds.hinted(Hint("stock.picking", first))
        told += (await bench.page())[1]
        await bench.clock.sleep(1.0)
    assert told == [f"do:odoo:{second}"]


@pytest.mark.req("J4")
async def test_a_flood_of_pushes_is_one_pass_a_second():
    bench = WithOutbox()
    await bench.idle(1)
    bench.feeds.hinted(None)
    await bench.page()
    bench.outside.calls.clear()
    for _ in range(50):
        bench.feeds.hinted(None)
        page, _ = await bench.page()
    assert bench.outside.calls == []
    assert 0 < page.next_after <= 1


@pytest.mark.req("J4", "A1")
async def test_an_outbox_that_nobody_announces_is_polled_as_if_there_were_no_push():
    bench = WithOutbox()
    pickings = await bench.idle(5)
    for picking in pickings[:3]:
        bench.cancel(picking)
        bench.outside.rows = [picking]
        await bench.rest(700)
    assert (await bench.page())[0].next_after <= bench.config.poll_idle
    bench.cancel(pickings[3])
    bench.outside.rows = [pickings[3]]
    bench.feeds.hinted(None)
    assert f"do:odoo:{pickings[3]}" in dict(await bench.rest(1000))
    assert (await bench.page())[0].next_after > bench.config.poll_idle, "a push restores the trust"


@pytest.mark.req("A9")
@pytest.mark.parametrize("lost", ["reset", "more"])
async def test_what_the_outbox_lost_is_looked_for_soon_deletions_too(lost):
    bench = WithOutbox()
    kept, gone = await bench.idle(2)
    bench.control("call", model="stock.picking", method="unlink", ids=[gone])
    bench.outside.rows = [kept]
    setattr(bench.outside, lost, True)
    [(subject, second)] = await bench.rest(10)
    assert (subject, second <= 2) == (f"do:odoo:{gone}", True)


@pytest.mark.req("A1")
async def test_an_outbox_that_may_not_be_read_keeps_nothing_back_and_a_silent_odoo_is_asked_again():
    bench = WithOutbox()
    [picking] = await bench.idle(1)
    bench.outside.refusal = Park(WHY)
    bench.cancel(picking)
    assert [subject for subject, _ in await bench.rest(400)] == [f"do:odoo:{picking}"]
    bench.outside.refusal = Retry(WHY, ErrorClass.UNREACHABLE)
    assert await bench.feeds.fetch("deliveries", bench.cursor) == bench.outside.refusal
