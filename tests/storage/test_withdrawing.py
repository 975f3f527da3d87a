"""Commands that are taken back, and lanes whose partner is back."""

import pytest

from storage.made import command
from storage.test_lanes import claim, enqueue, ids, settle, status


async def withdraw(store, *keys, now=50):
    return [row.id for row in await store.run(lambda tx: tx.lanes.withdraw(keys, now))]


@pytest.mark.req("C9", "C4")
async def test_what_certainly_was_not_sent_ends_at_once_and_the_lane_goes_on(store):
    await enqueue(store, command("c1", key="k1"), command("c2", key="k2"))
    [head] = await claim(store)
    await settle(store, head, "retry", due_at=500)
    assert await withdraw(store, "k1") == ["c1"]
    assert await status(store, "c1") == "withdrawn"
    assert ids(await claim(store)) == ["c2"]
    assert await withdraw(store, "k1") == [], "it is taken back once"


@pytest.mark.req("C9", "C4")
async def test_what_may_have_been_done_is_only_asked_after(store):
    await enqueue(store, command("c1", key="k1"))
    [head] = await claim(store)
    await settle(store, head, "in_doubt", due_at=900)
    assert await withdraw(store, "k1") == []
    [again] = await claim(store, now=60)
    assert (again.doubtful, again.withdrawn) == (True, True)


@pytest.mark.req("C9", "C4")
async def test_what_is_under_way_is_marked_and_a_doubtful_parked_one_is_asked_after_again(store):
    await enqueue(store, command("c1", key="k1"), command("p1", key="k2", subject="other"))
    under_way, parked = await claim(store)
    assert await withdraw(store, "k1") == []
    assert await store.run(lambda tx: tx.lanes.withdrawn(["c1", "p1"])) == {"c1"}
    await settle(store, parked, "in_doubt", due_at=60)
    [parked] = await claim(store, now=60)
    await settle(store, parked, "parked")
    assert await withdraw(store, "k2") == []
    assert await status(store, "p1") == "in_doubt"
    await settle(store, under_way, "done")
    assert await withdraw(store, "k1") == [], "what is done is done"


@pytest.mark.req("C9", "K12")
async def test_everything_that_waits_for_a_partner_that_is_back_goes_in_the_order_it_was_asked_for(store):
    await enqueue(store, *(command(f"c{n}", subject=f"s{n}") for n in range(4)))
    for due, head in zip((900, 300, 800, 100), await claim(store), strict=True):
        await settle(store, head, "retry", due_at=due)
    assert await claim(store, now=50) == []
    assert await store.run(lambda tx: tx.lanes.hasten("odoo")) == 4
    assert ids(await claim(store, now=50)) == ["c0", "c1", "c2", "c3"]
