from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.ports.stores_delivery import Term
from crossdock.storage.opening import open_store
from storage.made import command, outcome


def ids(claims):
    return [claim.id for claim in claims]


async def enqueue(store, *commands):
    return await store.run(lambda tx: tx.lanes.enqueue(commands))


async def claim(store, now=10, limit=10, owner="w1", until=None, partners=("odoo",)):
    return await store.run(lambda tx: tx.lanes.claim(Term(owner, now, now, until or now + 100), limit, partners))


async def settle(store, claimed, *given, **more):
    return await store.run(lambda tx: tx.lanes.settle([(claimed, outcome(claimed, *given, **more))])[0])


async def status(store, name):
    return (await store.read(lambda tx: tx.views.exchange(name))).row.status


@pytest.mark.req("K5")
async def test_a_key_is_enqueued_once(store):
    assert await enqueue(store, command("c1", key="k"), command("c2", key="k"), command("c3")) == 2
    assert await enqueue(store, command("c4", key="k")) == 0
    assert ids(await claim(store)) == ["c1"]


@pytest.mark.req("K11")
async def test_only_the_head_of_a_lane_is_claimed_and_what_stops_it_frees_the_next(store):
    await enqueue(store, *(command(f"c{n}") for n in range(5)))
    for name, ending in (("c0", "done"), ("c1", "parked"), ("c2", "refused")):
        [head] = await claim(store)
        assert head.id == name
        assert await claim(store, owner="w2") == []  # under way: the lane waits
        await settle(store, head, ending)
    [head] = await claim(store)
    await settle(store, head, "retry", due_at=500)
    assert await claim(store, now=499) == []  # a retry holds its lane
    [head] = await claim(store, now=500)
    assert (head.id, head.attempt, head.doubtful) == ("c3", 2, False)
    await settle(store, head, "in_doubt", due_at=600)
    [head] = await claim(store, now=600)
    assert (head.id, head.doubtful) == ("c3", True)


async def test_whether_any_command_is_due_is_told_for_waiting_retried_and_expired_ones(store):
    async def due(now):
        return await store.read(lambda tx: tx.lanes.any_due(now, now))

    assert not await due(10**9)
    await enqueue(store, command("c1", due_at=50))
    assert [await due(49), await due(50)] == [False, True]
    [head] = await claim(store, now=50, until=80)
    assert [await due(79), await due(80)] == [False, True]  # a claim that runs out is somebody else's to settle
    await settle(store, head, "retry", due_at=500)
    assert [await due(499), await due(500)] == [False, True]
    [head] = await claim(store, now=500)
    await settle(store, head, "done")
    assert not await due(10**9)


@pytest.mark.req("K2", "K13")
async def test_commands_are_due_by_ones_own_clock_and_claims_end_by_the_time_all_agree_on(store):
    async def ahead(now, agreed, until=1000):
        term = Term("w2", now, agreed, until)
        due = await store.read(lambda tx: tx.lanes.any_due(now, agreed))
        one = await store.run(lambda tx: tx.lanes.claim(term, 10, ["odoo"]))
        many = await store.run(lambda tx: tx.lanes.claim_together(term, 10, "odoo", [command("c1").kind]))
        assert due is bool(one or many)
        return ids(one or many)

    await enqueue(store, command("c1", due_at=50))
    assert await ahead(now=49, agreed=999) == []
    [head] = await claim(store, now=50, until=80)
    assert await ahead(now=999, agreed=79) == []
    assert await ahead(now=1, agreed=80) == ["c1"]
    assert not await settle(store, head, "done")


@pytest.mark.req("K12")
async def test_lanes_go_by_priority_then_due_time_then_order(store):
    await enqueue(
        store,
        command("batch", subject="a", priority=90),
        command("late", subject="b", due_at=5),
        command("express", subject="c", priority=10, due_at=9),
        command("early", subject="d", due_at=1),
        command("tomorrow", subject="e", priority=10, due_at=99),
        command("theirs", subject="a", partner="easypost"),
    )
    assert ids(await claim(store, limit=3)) == ["express", "early", "late"]
    assert ids(await claim(store, partners=["odoo", "easypost"])) == ["theirs", "batch"]


@pytest.mark.req("K1", "K2")
async def test_a_renewed_claim_keeps_its_owner_until_then(store):
    await enqueue(store, command("c1"), command("c2", subject="other"))
    first, second = await claim(store, now=10, until=50)
    await store.run(lambda tx: tx.lanes.renew([second, first], 90))
    assert await claim(store, now=89, owner="w2") == []
    assert await settle(store, first, "done")
    await store.run(lambda tx: tx.lanes.renew([first, second], 100))
    assert await status(store, "c1") == "done", "what ended is not opened again"
    assert ids(await claim(store, now=100, until=120, owner="w2")) == ["c2"]
    await store.run(lambda tx: tx.lanes.renew([second], 10**6))
    assert ids(await claim(store, now=120, owner="w3")) == ["c2"], "who was late keeps nothing"


@pytest.mark.req("K1", "K2")
async def test_a_claim_that_ran_out_comes_back_doubtful_and_fences_its_first_owner(store):
    await enqueue(store, command("c1"), command("c2"))
    [first] = await claim(store, now=10, until=50)
    assert await claim(store, now=49, owner="w2") == []
    [second] = await claim(store, now=50, owner="w2")
    assert (second.id, second.attempt, second.doubtful) == ("c1", 2, True)
    assert not await settle(store, first, "done")
    assert not await store.run(lambda tx: tx.lanes.release(first, 0))
    assert await status(store, "c1") == "sending"
    assert await store.read(lambda tx: tx.views.attempts_of("do:odoo:1")) == []
    assert await settle(store, second, "done")
    assert not await settle(store, second, "done")
    assert ids(await claim(store, now=51)) == ["c2"]


async def test_the_same_owner_is_fenced_from_its_own_older_attempt(store):
    await enqueue(store, command("c1"))
    [first] = await claim(store, until=20)
    [again] = await claim(store, now=20)
    assert not await settle(store, first, "done")
    assert await settle(store, again, "done")


async def test_a_released_claim_counts_no_attempt_and_keeps_its_doubt(store):
    await enqueue(store, command("c1"))
    [claimed] = await claim(store)
    assert await store.run(lambda tx: tx.lanes.release(claimed, 30))
    assert await claim(store, now=29) == []
    [claimed] = await claim(store, now=30)
    assert (claimed.attempt, claimed.doubtful) == (1, False)
    await settle(store, claimed, "in_doubt", due_at=40)
    [claimed] = await claim(store, now=40)
    await store.run(lambda tx: tx.lanes.release(claimed, 50))
    assert await status(store, "c1") == "in_doubt"
    [claimed] = await claim(store, now=50)
    assert (claimed.attempt, claimed.doubtful) == (2, True)


@pytest.mark.req("K4")
async def test_a_person_retries_with_doubt_kept_and_discards_for_good(store):
    await enqueue(store, command("c1"), command("c2", subject="b"), command("c3", subject="c"))
    one, two, three = await claim(store)
    await settle(store, one, "parked", verdict="InDoubt")
    await settle(store, two, "refused", verdict="Refuse")
    await settle(store, three, "retry", due_at=10_000)
    assert await store.run(lambda tx: [each.id for each in tx.lanes.discard(["c2", "c3"], 30)]) == ["c2"]
    assert await store.run(lambda tx: tx.lanes.retry(["c1", "c2", "c3", "none"], 40)) == 2
    claims = {each.id: each for each in await claim(store, now=40)}
    assert {name: each.doubtful for name, each in claims.items()} == {"c1": True, "c3": False}
    assert await status(store, "c2") == "discarded"


async def test_a_retry_certainly_did_not_happen_so_doubt_ends(store):
    await enqueue(store, command("c1"))
    [one] = await claim(store)
    await settle(store, one, "in_doubt", due_at=20)
    [two] = await claim(store, now=20)
    await settle(store, two, "retry", due_at=30)
    [three] = await claim(store, now=30)
    assert not three.doubtful


async def test_a_retried_command_does_not_overtake_a_call_that_is_under_way(store):
    await enqueue(store, command("c1"), command("c2"))
    [one] = await claim(store)
    await settle(store, one, "parked")
    [two] = await claim(store, now=20, until=100)
    await store.run(lambda tx: tx.lanes.retry(["c1"], 21))
    assert await claim(store, now=22) == []
    await settle(store, two, "done")
    assert ids(await claim(store, now=23)) == ["c1"]


async def test_two_expired_claims_of_one_lane_do_not_block_each_other(store):
    await enqueue(store, command("c1"), command("c2"))
    [one] = await claim(store)
    await settle(store, one, "parked")
    await claim(store, now=20, until=30)
    await store.run(lambda tx: tx.lanes.retry(["c1"], 21))
    [head] = await claim(store, now=30)
    assert (head.id, head.doubtful) == ("c1", False)


async def test_attempts_and_depth_are_there_for_people(store):
    await enqueue(store, command("c1", created_at=3), command("c2", created_at=4), command("c3", subject="b"))
    [first, other] = await claim(store)
    await settle(store, first, "retry", due_at=11, verdict="Retry")
    [again] = await claim(store, now=11)
    await settle(store, again, "done")
    attempts = await store.read(lambda tx: tx.views.attempts_of("do:odoo:1"))
    assert [(each.exchange_id, each.number, each.verdict, each.calls) for each in attempts] == [
        ("c1", 1, "Retry", b'[{"url":"x"}]'),
        ("c1", 2, "Done", b'[{"url":"x"}]'),
    ]
    depth = await store.read(lambda tx: tx.lanes.depth(20))
    assert depth == [("odoo", "queued", 1, 4), ("odoo", "sending", 1, other.created_at)]
    detail = await store.read(lambda tx: tx.views.exchange("c1"))
    assert (detail.row.attempts, detail.row.operator, detail.row.settled_at, detail.cause) == (2, "do this", 20, "k1")
    assert detail.body == b'{"text":"\x00"}'


MOVES = st.lists(
    st.tuples(st.sampled_from(["claim", "done", "retry", "in_doubt", "parked", "wait"]), st.integers(0, 3)),
    max_size=25,
)


MEMORY = open_store("sqlite:///:memory:", threads=False)
EXAMPLES = count()


@given(moves=MOVES)
@settings(max_examples=150, deadline=None)
async def test_whatever_happens_a_lane_has_one_call_under_way_and_nothing_is_done_twice(moves):
    partner = f"p{next(EXAMPLES)}"
    names = [f"{partner}-{n}" for n in range(6)]
    await enqueue(MEMORY, *(command(name, partner=partner, subject=f"s{n % 2}") for n, name in enumerate(names)))
    now, under_way, ended, claimed_in_order = 10, {}, [], {"s0": [], "s1": []}
    for move, which in moves:
        now += 1
        if move == "claim":
            for each in await claim(MEMORY, now=now, limit=2, until=now + 5, owner=f"w{now}", partners=[partner]):
                assert all(until <= now for until, other in under_way.values() if other.subject == each.subject)
                under_way[each.id] = (now + 5, each)
                claimed_in_order[each.subject].append(each.id)
        elif move == "wait":
            now += 5
        elif under_way:
            _, each = under_way.pop(sorted(under_way)[which % len(under_way)])
            if await settle(MEMORY, each, move, due_at=now + 1) and move in {"done", "parked"}:
                ended.append(each.id)
    assert len(ended) == len(set(ended))
    for order in claimed_in_order.values():
        assert order == sorted(order)  # nothing behind the head was ever tried before the head had ended


async def together(store, now=10, limit=10, owner="w1", kinds=("note.record.v1",)):
    return await store.run(lambda tx: tx.lanes.claim_together(Term(owner, now, now, now + 100), limit, "odoo", kinds))


@pytest.mark.req("K11")
async def test_what_travels_together_is_runs_of_lanes_and_nobody_else_can_take_part_of_a_run(store):
    kind = "note.record.v1"
    rows = [command(f"a{n}", subject="a", kind=kind) for n in range(3)] + [command("b0", subject="b", kind=kind)]
    rows += [command("c0", subject="c", kind="label.void.v1"), command("c1", subject="c", kind=kind)]
    await enqueue(store, *rows)
    claimed = await together(store)
    assert sorted(ids(claimed)) == ["a0", "a1", "a2", "b0"]
    assert [each.id for each in claimed if each.subject == "a"] == ["a0", "a1", "a2"]
    assert await together(store, owner="w2") == []
    assert ids(await claim(store, owner="w2")) == ["c0"]


@pytest.mark.req("K11")
async def test_a_run_ends_at_what_is_not_due_and_at_the_limit(store):
    kind = "note.record.v1"
    rows = [command("a0", subject="a", kind=kind), command("a1", subject="a", kind=kind, due_at=50),
            command("a2", subject="a", kind=kind)]  # fmt: skip
    rows += [command(f"b{n}", subject="b", kind=kind) for n in range(5)]
    await enqueue(store, *rows)
    claimed = await together(store, limit=4)
    assert ids(claimed) == ["a0", "b0", "b1", "b2"]


@pytest.mark.req("K11")
async def test_what_is_about_one_record_comes_before_the_next_record_but_not_without_end(store):
    kind = "note.record.v1"
    rows = [command(f"{lane}{n:02d}", subject=lane, kind=kind) for n in range(60) for lane in "ab"]
    await enqueue(store, *rows)
    claimed = ids(await together(store, limit=70))
    assert claimed == [f"a{n:02d}" for n in range(50)] + [f"b{n:02d}" for n in range(20)]


@pytest.mark.req("K11")
async def test_outcomes_are_written_for_those_whose_claim_still_stands(store):
    await enqueue(store, *(command(f"c{n}", subject=f"s{n}") for n in range(3)))
    first = await claim(store, now=10, until=20)
    again = await claim(store, now=30, owner="w2", limit=1)
    mine = await store.run(lambda tx: tx.lanes.settle([(each, outcome(each, "done")) for each in first]))
    assert mine == [False, True, True]
    assert await settle(store, again[0], "done")


@pytest.mark.req("K2", "K11")
async def test_a_late_worker_whose_lane_was_taken_over_ends_nothing_behind_that_place(store):
    kind = "note.record.v1"
    rows = [command(f"{lane}{n}", subject=lane, kind=kind) for lane in "ab" for n in range(2)]
    await enqueue(store, *rows)
    late = await together(store, now=10)
    [taken] = await claim(store, now=200, owner="w2", limit=1)
    assert taken.id == "a0"
    ended = await store.run(lambda tx: tx.lanes.settle([(each, outcome(each, "done")) for each in late]))
    assert dict(zip(ids(late), ended, strict=True)) == {"a0": False, "a1": False, "b0": True, "b1": True}
    await settle(store, taken, "done")
    assert [(each.id, each.doubtful) for each in await claim(store, now=300, owner="w2")] == [("a1", True)]
