"""A message is put right once: its bytes stay, what stands for it is a message of its own, and both name each other."""

import asyncio

import pytest

from crossdock.ports.stores_inbound import Correction
from storage.made import exchange, translated

DAY = 86_400_000_000
NOW = 1_795_262_400_000_000


def put_right(original="x1", by="x1c", at=50, **more):
    given = {"actor": "tower:mara", "reason": "a comma was missing\x00"} | more
    return Correction(original, by, at, **given)


async def parked(store, name="x1", **more):
    await store.run(lambda tx: tx.exchanges.accept([exchange(name, body=b"[1,", headers={"a": "b"}, **more)]))
    ended = translated(name, status="parked", operator="look", engineer="why")
    await store.run(lambda tx: tx.exchanges.settle([ended], 20))


async def correct(store, correction, body=b"[1]"):
    return await store.run(lambda tx: tx.exchanges.correct(correction, body))


async def detail(store, name):
    return await store.read(lambda tx: tx.views.exchange(name))


@pytest.mark.req("K4", "L2")
async def test_both_stand_side_by_side_and_name_each_other(store):
    await parked(store, path="/in/easypost/hook", content_type="application/json")
    assert await correct(store, put_right()) is True
    original, made = await detail(store, "x1"), await detail(store, "x1c")
    assert (original.row.status, original.row.settled_at, original.body) == ("corrected", 50, b"[1,")
    assert (original.row.operator, original.row.engineer) == ("look", "why"), "why it stopped is still known"
    assert (made.row.status, made.body, made.row.size) == ("received", b"[1]", 3)
    for name in ("partner", "kind", "received_at", "trace_id"):
        assert getattr(made.row, name) == getattr(original.row, name)
    assert (made.headers, made.path, made.content_type) == (original.headers, original.path, original.content_type)
    assert original.corrected == made.corrects == put_right(reason="a comma was missing\u2400")
    assert original.corrects is made.corrected is None
    [waiting] = await store.read(lambda tx: tx.exchanges.received(range(64), 10))
    assert (waiting.id, waiting.replay) == ("x1c", "")


@pytest.mark.req("K2")
async def test_only_the_first_correction_of_a_parked_message_is_kept(store):
    await parked(store)
    assert await correct(store, put_right())
    assert not await correct(store, put_right(by="another"), b"[2]")
    assert not await correct(store, put_right("unknown"), b"[2]")
    assert await detail(store, "another") is None
    assert (await detail(store, "x1c")).body == b"[1]"
    await store.run(lambda tx: tx.exchanges.settle([translated("x1c")], 60))
    assert not await correct(store, put_right("x1c", "x1d"), b"[3]"), "what was read is not corrected"


@pytest.mark.req("K2", "K13")
async def test_of_two_who_correct_at_once_one_does(postgres):
    await parked(postgres)
    both = [correct(postgres, put_right(by=f"by{n}"), f"[{n}]".encode()) for n in (1, 2)]
    assert sorted(await asyncio.gather(*both)) == [False, True]
    rows, _ = await postgres.read(lambda tx: tx.views.exchanges(statuses=("received",)))
    assert len(rows) == 1


@pytest.mark.req("K5")
async def test_what_was_corrected_is_not_read_again(store):
    await parked(store)
    await correct(store, put_right())
    for mode in ("", "quiet", "effects"):
        assert await store.run(lambda tx, mode=mode: tx.exchanges.reopen(["x1"], mode)) == 0
    assert await store.read(lambda tx: tx.exchanges.kept(["x1"])) == []


@pytest.mark.req("K2")
async def test_the_partners_repetition_is_still_known(store):
    await parked(store, delivery_id="d1")
    await correct(store, put_right())
    [receipt] = await store.run(lambda tx: tx.exchanges.accept([exchange("x9", delivery_id="d1")]))
    assert (receipt.id, receipt.repeated) == ("x1", True)


@pytest.mark.req("M19")
async def test_a_link_goes_with_the_messages_it_joins(store):
    first = f"{NOW - 90 * DAY:014x}{1:012d}"
    await parked(store, first, received_at=NOW - 90 * DAY)
    await correct(store, put_right(first, first[:14] + "c" * 12, at=NOW - 89 * DAY))
    await store.run(lambda tx: tx.ageing.exchanges(NOW, 10))
    assert await detail(store, first) is None
    made = await detail(store, first[:14] + "c" * 12)
    assert made.corrects is not None, "it is not read yet, so nothing of it goes"
    await store.run(lambda tx: tx.exchanges.settle([translated(made.row.id)], NOW))
    await store.run(lambda tx: tx.ageing.exchanges(NOW, 10))
    assert await detail(store, made.row.id) is None
    await parked(store, first, received_at=NOW - 90 * DAY)
    assert (await detail(store, first)).corrected is None
