import zlib

import pytest

from crossdock.ports.stores_inbound import RefusedBody
from storage.made import event, exchange, tracking, translated, waiting


async def bodies(store):
    rows = await store.read(lambda tx: tx.exchanges.received(range(64), 100))
    return {row.id: row for row in rows}


@pytest.mark.req("K1", "K10")
async def test_what_was_accepted_is_received_byte_for_byte(store):
    new = exchange(
        "x1", body=bytes(range(256)), headers={"x": "é\x00"}, path="/in?a=b", content_type="text/x", delivery_id=""
    )
    [receipt] = await store.run(lambda tx: tx.exchanges.accept([new]))
    assert (receipt.id, receipt.repeated) == ("x1", False)
    row = (await bodies(store))["x1"]
    assert (row.body, row.headers, row.path, row.content_type) == (new.body, new.headers, new.path, new.content_type)
    assert (row.partner, row.channel, row.received_at, row.trace_id) == ("easypost", "hook", 10, "t" * 32)


@pytest.mark.req("K2")
async def test_a_declared_delivery_is_kept_once(store):
    first, again = exchange("x1", delivery_id="d"), exchange("x2", delivery_id="d")
    elsewhere = [
        exchange("x3", delivery_id="d", channel="feed"),
        exchange("x4", delivery_id="d", partner="odoo"),
        exchange("x5"),
        exchange("x6"),
    ]
    receipts = await store.run(lambda tx: tx.exchanges.accept([first, again, *elsewhere]))
    assert [(each.id, each.repeated) for each in receipts[:3]] == [("x1", False), ("x1", True), ("x3", False)]
    [later] = await store.run(lambda tx: tx.exchanges.accept([exchange("x7", delivery_id="d")]))
    assert (later.id, later.repeated) == ("x1", True)
    assert set(await bodies(store)) == {"x1", "x3", "x4", "x5", "x6"}


async def test_a_rolled_back_delivery_may_come_again(store):
    def failing(tx):
        tx.exchanges.accept([exchange("x1", delivery_id="d")])
        raise LookupError

    with pytest.raises(LookupError):
        await store.run(failing)
    [receipt] = await store.run(lambda tx: tx.exchanges.accept([exchange("x2", delivery_id="d")]))
    assert not receipt.repeated


async def test_workers_see_their_own_partitions_oldest_first(store):
    new = [exchange(f"x{n}", received_at=100 - n) for n in range(40)]
    await store.run(lambda tx: tx.exchanges.accept(new))
    everything = await store.read(lambda tx: tx.exchanges.received(range(64), 100))
    assert [row.id for row in everything] == [f"x{n}" for n in reversed(range(40))]
    mine = {partition for partition in range(64) if partition % 2}
    rows = await store.read(lambda tx: tx.exchanges.received(mine, 5))
    assert [row.id for row in rows] == [r.id for r in everything if zlib.crc32(r.id.encode()) % 64 in mine][:5]
    assert await store.read(lambda tx: tx.exchanges.received([], 5)) == []


@pytest.mark.req("K2", "K13")
async def test_a_message_is_settled_by_one_worker_only(store):
    await store.run(lambda tx: tx.exchanges.accept([exchange("x1"), exchange("x2")]))
    ended = await store.run(lambda tx: tx.exchanges.settle([translated("x1", "do:odoo:1"), translated("gone")], 20))
    assert ended == {"x1"}
    parked = [translated("x1", status="parked", operator="late"), translated("x2", status="parked", engineer="\x00")]
    assert await store.run(lambda tx: tx.exchanges.settle(parked, 21)) == {"x2"}
    detail = await store.read(lambda tx: tx.views.exchange("x1"))
    assert (detail.row.status, detail.row.subject, detail.row.settled_at) == ("translated", "do:odoo:1", 20)


@pytest.mark.req("K5")
async def test_a_replay_comes_back_with_its_mode(store):
    await store.run(lambda tx: tx.exchanges.accept([exchange("x1"), exchange("x2")]))
    await store.run(lambda tx: tx.exchanges.settle([translated("x1")], 20))
    assert await store.run(lambda tx: tx.exchanges.reopen(["x1", "x2", "none"], "quiet")) == 1
    rows = await bodies(store)
    assert (rows["x1"].replay, rows["x2"].replay) == ("quiet", "")


@pytest.mark.req("M19")
async def test_purging_takes_the_bytes_of_old_settled_messages_and_no_replay_reads_emptiness(store):
    new = [exchange("old", received_at=1), exchange("open", received_at=1), exchange("young", received_at=50)]
    await store.run(lambda tx: tx.exchanges.accept(new))
    await store.run(lambda tx: tx.exchanges.settle([translated("old"), translated("young")], 60))
    assert await store.run(lambda tx: tx.exchanges.purge(50, 10)) == 1
    assert await store.run(lambda tx: tx.exchanges.purge(50, 10)) == 0
    detail = await store.read(lambda tx: tx.views.exchange("old"))
    assert (detail.body, detail.body_gone, detail.row.size) == (b"", True, 2)
    assert not (await store.read(lambda tx: tx.views.exchange("young"))).body_gone
    assert await store.run(lambda tx: tx.exchanges.reopen(["old", "young"], "quiet")) == 1


@pytest.mark.req("M19")
async def test_large_bodies_are_files_that_follow_the_transaction(store, tmp_path):
    large = bytes(70_000)

    def files():
        return [path for path in (tmp_path / "bodies").rglob("*") if path.is_file()]

    def failing(tx):
        tx.exchanges.accept([exchange("x1", body=large)])
        raise LookupError

    with pytest.raises(LookupError):
        await store.run(failing)
    assert files() == []
    await store.run(lambda tx: tx.exchanges.accept([exchange("x1", body=large), exchange("x2", body=b"small")]))
    assert len(files()) == 1
    assert (await bodies(store))["x1"].body == large
    assert (await store.read(lambda tx: tx.views.exchange("x1"))).body == large
    await store.run(lambda tx: tx.exchanges.settle([translated("x1")], 20))
    await store.run(lambda tx: tx.exchanges.purge(50, 10))
    assert files() == []
    assert (await store.read(lambda tx: tx.views.exchange("x1"))).body_gone


async def test_refused_bodies_are_a_ring_per_partner(store):
    def body(number, partner="easypost"):
        return RefusedBody(f"{partner}{number}", partner, "hook", 401, number, b"?", 1, "hash", "op", "en\x00")

    await store.run(lambda tx: tx.exchanges.refuse([body(n) for n in range(4)], ring=3))
    await store.run(lambda tx: tx.exchanges.refuse([body(9), body(1, "odoo")], ring=3))
    rows = await store.read(lambda tx: tx.views.refused("easypost"))
    assert [row[0] for row in rows] == ["easypost9", "easypost3", "easypost2"]
    assert len(await store.read(lambda tx: tx.views.refused())) == 4


async def test_a_waiting_message_is_translated_once_all_its_facts_found_their_owner(store):
    await store.run(lambda tx: tx.exchanges.accept([exchange("x1")]))
    held = [waiting("1Z1"), waiting("1Z2")]
    await store.run(lambda tx: (tx.references.hold(held), tx.exchanges.settle([translated("x1", status="waiting")], 2)))
    await store.run(lambda tx: tx.references.release([tracking("1Z1")]))
    assert (await store.read(lambda tx: tx.views.exchange("x1"))).row.status == "waiting"
    await store.run(lambda tx: tx.references.release([tracking("1Z2")]))
    assert (await store.read(lambda tx: tx.views.exchange("x1"))).row.status == "translated"


async def test_the_events_of_a_message_are_shown_with_it(store):
    await store.run(lambda tx: tx.exchanges.accept([exchange("x1"), exchange("x2")]))
    await store.run(lambda tx: tx.log.append([event(key="a", exchange_id="x1"), event(key="b", exchange_id="x2")], 3))
    assert [each.key for each in (await store.read(lambda tx: tx.views.exchange("x1"))).events] == ["a"]
    assert await store.read(lambda tx: tx.views.exchange("nothing")) is None
