"""Change capture against a real Odoo: many hands at once, slow transactions, deletions; nothing missed or doubled."""

import asyncio
import os
import sys
import time

import msgspec
import pytest

from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.connector import build
from crossdock.model.changes import SalesOrderChanged, TransferChanged
from crossdock.model.events import FulfilmentCancelled, FulfilmentRequested, type_of
from crossdock.ports.connector import Page, Received
from crossdock.ports.spec import Surroundings
from odoo.capture_yard import Yard
from real_odoo import NAMES, Keyring, Line

ADMIN = ("CROSSDOCK_ODOO_ADMIN_LOGIN", "CROSSDOCK_ODOO_ADMIN_KEY")
MISSING = [name for name in (*NAMES, *ADMIN) if not os.environ.get(name)]
SECONDS = float(os.environ.get("CROSSDOCK_CAPTURE_SECONDS", "20"))
OVERLAP = 15
FEEDS = ("deliveries", "transfers", "orders")

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no real Odoo with an administrator: set {', '.join(MISSING)}")


class WallClock:
    def now(self):
        return time.time_ns() // 1000

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)


class Listener:
    """A connector whose feeds are followed; what they tell is kept by subject, in order."""

    def __init__(self, **changes):
        url, database, login, key = (os.environ[name] for name in NAMES)
        self.line = Line()
        config = OdooConfig(
            url=url, database=database, login=login, api_key="secret://env/KEY", feeds=FEEDS, overlap=OVERLAP, **changes
        )
        self.connector = build(Surroundings("odoo", config, self.line, WallClock(), Keyring(key)))
        self.cursors = dict.fromkeys(FEEDS, "")
        self.told = {}
        self.problems = []
        self.largest = 0

    async def read(self, feed):
        """One page; True when there is more."""
        page = await self.connector.fetch(feed, self.cursors[feed])
        assert isinstance(page, Page), page
        self.cursors[feed] = page.cursor
        self.largest = max(self.largest, len(page.cursor))
        if page.body:
            read = self.connector.translate(Received(feed, page.body, {}, 0))
            self.problems += read.problems
            for fact in read.facts:
                self.told.setdefault(fact.subject, []).append(fact)
        return page.more

    async def catch_up(self):
        for feed in FEEDS:
            while await self.read(feed):
                pass

    async def follow(self, until):
        while not until():
            for feed in FEEDS:
                await self.read(feed)
            await asyncio.sleep(0.2)

    async def truth(self, feed, ids):
        """The last word on each of ``ids`` that a feed tells of, by a fresh reading of Odoo."""
        _, documents = await self.connector.feeds.documents(feed, ids)
        read = self.connector.translate(Received(feed, self.connector.feeds.page_of(feed, documents), {}, 0))
        assert read.problems == ()
        return {fact.subject: content(fact) for fact in read.facts}

    def last(self, subject, *kinds):
        facts = [fact for fact in self.told.get(subject, []) if isinstance(fact.body, kinds)]
        return content(facts[-1]) if facts else None


def content(fact):
    """A fact without the time of its version."""
    match fact.body:
        case FulfilmentRequested(order) | SalesOrderChanged(order):
            return msgspec.json.encode(msgspec.structs.replace(order, changed_at=msgspec.UNSET), order="sorted")
        case TransferChanged(transfer):
            return msgspec.json.encode(msgspec.structs.replace(transfer, changed_at=msgspec.UNSET), order="sorted")
        case FulfilmentCancelled():
            return msgspec.json.encode(msgspec.structs.replace(fact.body, changed_at=None), order="sorted")
    return msgspec.json.encode(fact.body)


def passed(seconds):
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def yard():
    url, database = (os.environ[name] for name in NAMES[:2])
    return Yard(url, database, *(os.environ[name] for name in ADMIN))


@pytest.mark.req("A1", "A9", "F6", "N1")
async def test_nothing_is_missed_and_nothing_doubled_while_many_write():
    place, listener = yard(), Listener(page_size=200, sweep_every=10)
    await listener.catch_up()
    cursors = listener.cursors
    listener = Listener(page_size=7, sweep_every=10)  # smaller than any batch written, so that pages are all ties
    listener.cursors = cursors
    await place.open()
    await place.hire()
    try:
        over = passed(SECONDS)
        writers = [place.work(seed, over) for seed in range(3)]
        await asyncio.gather(*writers, place.crawl(9, over), listener.follow(passed(SECONDS + OVERLAP + 12)))
    finally:
        await place.dismiss()
    await listener.catch_up()
    assert listener.problems == []
    await right_in_the_end(place, listener)
    told_once(listener)
    assert place.done > 20, f"{place.refused} changes refused"
    assert listener.largest < 16_384
    record(place, listener)


def record(place, listener):
    """What the run was, for who reads the log."""
    told = sum(len(facts) for facts in listener.told.values())
    sys.stderr.write(
        f"\n{place.done} changes, {place.refused} refused, {len(place.pickings)} transfers, {told} facts in"
        f" {listener.line.calls} calls, largest cursor {listener.largest} bytes\n"
    )


async def right_in_the_end(place, listener):
    """The last thing told of every record is what Odoo has; what is deleted was told to be gone."""
    there = await place.session.read("stock.picking", place.pickings, ["state"])
    ready = await listener.truth("deliveries", place.pickings)
    transfers = await listener.truth("transfers", place.pickings)
    orders = await listener.truth("orders", place.orders)
    asked = (FulfilmentRequested, FulfilmentCancelled)
    counts = dict.fromkeys(("ready", "cancelled", "deleted", "done", "waiting"), 0)
    for picking in place.pickings:
        subject, state = f"do:odoo:{picking}", there.get(picking, {}).get("state")
        last = listener.last(subject, *asked)
        if state in {"assigned", "cancel"}:
            counts["ready" if state == "assigned" else "cancelled"] += 1
            assert last == ready[subject], f"{subject} is {state}"
        elif state is None:
            counts["deleted"] += 1
            kinds = [type_of(fact.body) for fact in listener.told.get(subject, [])]
            assert not kinds or kinds[-1] == "fulfilment.cancelled.v1", f"{subject} was deleted: {kinds}"
        elif state == "done":
            counts["done"] += 1
            assert listener.last(subject, TransferChanged) == transfers[subject], f"{subject} is done"
        else:
            counts["waiting"] += 1
    for subject, truth in orders.items():
        assert listener.last(subject, SalesOrderChanged) == truth, subject
    assert len(orders) == len(place.orders)
    assert min(counts["ready"], counts["deleted"], counts["done"], counts["cancelled"]) > 0, counts


def told_once(listener):
    """No version comes twice, and none is said to be as old as the one before it."""
    for subject, facts in listener.told.items():
        keys = [fact.key() for fact in facts]
        assert len(keys) == len(set(keys)), f"{subject} doubled"
        for kind in (FulfilmentRequested, TransferChanged, SalesOrderChanged):
            versions = [fact for fact in facts if isinstance(fact.body, kind)]
            times = [fact.occurred.at for fact in versions]
            assert times == sorted(set(times)), f"{subject}: {times}"
