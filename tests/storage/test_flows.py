"""How long messages took: the same percentiles from both databases."""

import pytest

from crossdock.ports.stores_delivery import Term
from storage.made import command, exchange, outcome, translated

HOUR = 3_600_000_000
MS = 1000


@pytest.mark.req("J1")
async def test_percentiles_are_values_that_did_occur_by_nearest_rank(store):
    def messages(tx):
        for number in range(1, 201):
            name = f"x{number:08d}"
            tx.exchanges.accept([exchange(name, received_at=HOUR + number)])
            tx.exchanges.settle([translated(name, "do:odoo:1")], HOUR + number + number * MS)
        tx.exchanges.accept([exchange("old", received_at=5), exchange("hook", received_at=HOUR + 1)])
        tx.exchanges.accept([exchange("unread", received_at=HOUR + 2)])
        tx.exchanges.settle([translated("old", "do:odoo:1"), translated("hook", status="parked")], 900 * HOUR)

    await store.run(messages)
    [found] = await store.read(lambda tx: tx.views.latencies(HOUR))
    assert (found.direction, found.partner, found.what, found.messages) == ("in", "easypost", "hook", 200)
    assert (found.p50, found.p99) == (100 * MS, 198 * MS)


@pytest.mark.req("J1")
async def test_commands_count_from_the_order_to_the_deed_and_only_those_done(store):
    await store.run(lambda tx: tx.lanes.enqueue([command("c1", created_at=HOUR), command("c2", created_at=HOUR + 1)]))

    def carry(tx):
        [first] = tx.lanes.claim(Term("w1", 2 * HOUR, 2 * HOUR, 3 * HOUR), 1, ["odoo"])
        tx.lanes.settle([(first, outcome(first, "done", finished_at=HOUR + 7 * MS))])

    await store.run(carry)
    [found] = await store.read(lambda tx: tx.views.latencies(HOUR))
    assert (found.direction, found.partner, found.what) == ("out", "odoo", "note.record.v1")
    assert (found.messages, found.p50, found.p99) == (1, 7 * MS, 7 * MS)
    assert await store.read(lambda tx: tx.views.latencies(HOUR + 1)) == []
