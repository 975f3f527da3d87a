"""A whole feed, asked when it asks, against an Odoo whose transactions commit late, overlap, tie and delete."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo_bench import Bench

from crossdock.model.events import FulfilmentCancelled
from crossdock.ports.connector import Page, Received

OVERLAP = 30
US = 1_000_000
ORDERS = 8
MODELS = ("stock.picking", "stock.move", "stock.move.line")

transactions = st.lists(
    st.tuples(
        st.sampled_from([0, 2, 4, 11, 30, 80, 250]).map(lambda tenths: tenths * US // 10),  # pause before it starts
        st.sampled_from([0, 0, 0, 3, OVERLAP - 8, OVERLAP - 2]),  # seconds until it commits
        st.sets(st.integers(0, ORDERS - 1), min_size=1, max_size=6),  # orders it writes, all with its starting time
        st.sampled_from(["edit", "edit", "edit", "touch", "move", "cancel", "delete"]),
    ),
    max_size=14,
)


class Late(Bench):
    """Transactions that become visible when they commit, dated at their start; the first to write a row wins."""

    def __init__(self, page_size):
        super().__init__(overlap=OVERLAP, page_size=page_size, sweep_every=60)
        self.tables = self.simulator.database.rows
        self.open, self.committed, self.number = [], {}, 0
        self.cursor, self.told = "", {}

    def begin(self, seconds, orders, kind):
        self.open.append((self.clock.now() + seconds * US, self.clock.now(), sorted(orders), kind))

    def commit_due(self):
        for each in sorted(each for each in self.open if each[0] <= self.clock.now()):
            self.open.remove(each)
            self._commit(*each)

    def _commit(self, end, start, orders, kind):
        if any(self.committed.get(order, 0) > start for order in orders):
            return  # the database aborts a transaction whose rows were changed after it began
        for order in orders:
            self.committed[order] = end
            self._change(order, start, kind)

    def _change(self, order, start, kind):
        row = self.tables["stock.picking"].get(order)
        if row is None:
            return
        self.number += 1
        match kind:
            case "edit":
                row |= {"shipping_weight": float(self.number), "write_date": start}
            case "touch":
                row["write_date"] = start
            case "move":
                self._moves(order)[0].update(product_uom_qty=float(self.number), write_date=start)
            case "cancel":
                row |= {"state": "cancel", "write_date": start}
            case "delete":
                for model in MODELS[1:]:
                    for each in [each["id"] for each in self.tables[model].values() if each["picking_id"] == order]:
                        del self.tables[model][each]
                del self.tables["stock.picking"][order]

    def _moves(self, order):
        return [row for row in self.tables["stock.move"].values() if row["picking_id"] == order]

    def truth(self, order):
        """(what is asked for, in which quantity), or how it ended."""
        row = self.tables["stock.picking"].get(order)
        if row is None or row["state"] == "cancel":
            return "off"
        moves = sorted(self._moves(order), key=lambda each: each["id"])
        return Decimal(str(row.get("shipping_weight") or 0)), Decimal(str(moves[0]["product_uom_qty"]))

    async def poll(self, seconds):
        """Ask as the feed wants to be asked, while transactions commit when they do."""
        end = self.clock.now() + seconds
        while True:
            self.commit_due()
            page = await self.connector.fetch("deliveries", self.cursor)
            assert isinstance(page, Page), page
            self.cursor = page.cursor
            if page.body:
                self._hear(page.body)
            if page.more:
                continue
            if self.clock.now() >= end:
                return
            await self.clock.sleep(min(page.next_after, (end - self.clock.now()) / US))

    def _hear(self, body):
        read = self.connector.translate(Received("deliveries", body, {}, 0))
        assert read.problems == ()
        for fact in read.facts:
            order = int(fact.subject.rsplit(":", 1)[1])
            self.told.setdefault(order, []).append((fact.occurred.at, said(fact)))


def said(fact):
    if isinstance(fact.body, FulfilmentCancelled):
        return "off"
    order = fact.body.order
    return order.packages[0].weight.value, min(order.lines, key=lambda line: int(line.id)).quantity


@pytest.mark.req("A1", "A9", "J4")
@settings(max_examples=settings().max_examples // 2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(transactions, st.integers(1, 9))
async def test_the_last_word_on_every_order_is_odoos_and_no_word_is_said_twice(history, page_size):
    bench = Late(page_size)
    made = bench.control("confirm_orders", n=ORDERS)
    await bench.poll(3 * OVERLAP * US)
    for pause, seconds, orders, kind in history:
        await bench.poll(pause)
        bench.begin(seconds, [made[each] for each in orders], kind)
        await bench.poll(0)
    await bench.poll((2 * OVERLAP + 70) * US)
    for order in made:
        words = bench.told[order]
        truth = bench.truth(order)
        assert words[-1][1] == truth or (truth != "off" and words[-1][1][1] == truth[1] and not truth[0])
        assert all(first[1] != second[1] for first, second in pairwise(words)), "said twice"
        asked = [at for at, word in words if word != "off"]
        assert asked == sorted(set(asked)), "two versions of one second"
