from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.model.identifiers import partition_of
from crossdock.ports.stores import Fenced
from crossdock.storage.log import _shares
from crossdock.storage.opening import open_store
from storage.made import AT, event, fact


def subject_in(partition):
    return next(name for n in range(100_000) if partition_of(name := f"do:odoo:{n}") == partition)


@pytest.mark.req("K17")
async def test_an_event_comes_back_as_it_was_appended(store):
    new = event("do:odoo:7", fact=fact("1Zé\u2603"), quiet=True)
    [appended] = await store.run(lambda tx: tx.log.append([new], 99))
    [read] = await store.read(lambda tx: tx.log.of_subject("do:odoo:7"))
    assert read == appended
    assert (read.body, read.occurred, read.recorded_at, read.quiet) == (new.fact.body, AT, 99, True)
    assert (read.partition, read.position) == (partition_of("do:odoo:7"), 1)


@pytest.mark.req("K2")
async def test_a_key_is_appended_once_per_subject_in_a_batch_and_between_batches(store):
    a, other = event("do:odoo:1", "k"), event("do:odoo:2", "k")
    assert len(await store.run(lambda tx: tx.log.append([a, a, other], 1))) == 2
    assert await store.run(lambda tx: tx.log.append([a, other], 2)) == []
    [late] = await store.run(lambda tx: tx.log.append([a, event("do:odoo:1", "new")], 3))
    assert (late.key, late.position) == ("new", 2)  # a dropped duplicate uses up no position


async def test_a_rolled_back_append_leaves_no_gap(store):
    def failing(tx):
        tx.log.append([event()], 1)
        raise LookupError

    with pytest.raises(LookupError):
        await store.run(failing)
    [first] = await store.run(lambda tx: tx.log.append([event()], 1))
    assert first.position == 1


async def test_reading_is_in_order_and_goes_on_where_the_cursor_stands(store):
    await store.run(lambda tx: tx.log.append([event(key=f"k{n}") for n in range(7)], 1))
    mine = partition_of("do:odoo:1")
    first = await store.read(lambda tx: tx.log.read({mine: 0, (mine + 1) % 64: 0}, 3))
    assert [each.key for each in first] == ["k0", "k1", "k2"]
    rest = await store.read(lambda tx: tx.log.read({mine: 3}, 100))
    assert [each.key for each in rest] == ["k3", "k4", "k5", "k6"]
    assert await store.read(lambda tx: tx.log.read({mine: 7}, 100)) == []


async def test_a_flooded_partition_does_not_starve_the_others(store):
    flood = [event(subject_in(3)) for _ in range(50)]
    await store.run(lambda tx: tx.log.append([*flood, event(subject_in(9), "quiet one")], 1))
    batch = await store.read(lambda tx: tx.log.read({3: 0, 9: 0}, 10))
    assert "quiet one" in {each.key for each in batch}
    assert len(batch) == 10  # what the quiet one does not use goes to the flood


@given(
    behind=st.dictionaries(st.integers(0, 63), st.integers(1, 500), max_size=64),
    limit=st.integers(1, 600),
    turn=st.integers(0, 10**9),
)
def test_shares_are_full_and_fair(behind, limit, turn):
    shares = _shares(behind, limit, turn)
    assert sum(shares.values()) == min(limit, sum(behind.values()))
    assert all(0 < share <= behind[partition] for partition, share in shares.items())
    if limit >= len(behind):
        least = min(shares.values(), default=0)
        assert all(shares[each] >= min(behind[each], limit // len(behind)) for each in behind)
        assert len(shares) == len(behind)
        assert least >= 0


@pytest.mark.req("K13")
async def test_a_cursor_moves_only_from_where_it_stands(store):
    await store.run(lambda tx: tx.log.advance("reducer", {3: (0, 5), 4: (0, 2)}))
    assert await store.read(lambda tx: tx.log.cursors("reducer", [3, 4, 5])) == {3: 5, 4: 2, 5: 0}

    def late(tx):
        tx.states.clear()
        tx.log.append([event(key="late")], 1)
        tx.log.advance("reducer", {4: (2, 9), 3: (0, 6)})

    with pytest.raises(Fenced):
        await store.run(late)
    assert await store.read(lambda tx: tx.log.cursors("reducer", [3, 4])) == {3: 5, 4: 2}
    assert await store.read(lambda tx: tx.log.of_subject("do:odoo:1")) == []
    assert await store.read(lambda tx: tx.log.cursors("another", [3])) == {3: 0}


MEMORY = open_store("sqlite:///:memory:", threads=False)
EXAMPLES = count()


@given(batches=st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8)), max_size=8), max_size=6))
@settings(max_examples=100, deadline=None)
async def test_any_appends_give_each_fact_one_place_without_gaps(batches):
    example = next(EXAMPLES)
    before = await MEMORY.read(lambda tx: tx.log.cursors("nobody", range(64)))
    before |= {each.partition: each.position for each in await MEMORY.read(lambda tx: tx.log.read(before, 10**6))}
    for batch in batches:
        new = [event(f"do:{example}:{subject}", f"k{key}") for subject, key in batch]
        await MEMORY.run(lambda tx, new=new: tx.log.append(new, 1))
    found = await MEMORY.read(lambda tx: tx.log.read(before, 1000))
    given_keys = {(f"do:{example}:{subject}", f"k{key}") for batch in batches for subject, key in batch}
    assert {(each.subject, each.key) for each in found} == given_keys
    assert len(found) == len(given_keys)
    for partition in {each.partition for each in found}:
        positions = [each.position for each in found if each.partition == partition]
        assert positions == [before[partition] + step for step in range(1, len(positions) + 1)]


@pytest.mark.req("E9")
async def test_heads_and_first_positions_since_a_time_are_known_by_partition(store):
    pairs = [("do:odoo:1", 10), ("do:odoo:1", 20), ("do:odoo:2", 20), ("do:odoo:1", 30)]
    for number, (subject, now) in enumerate(pairs):
        await store.run(lambda tx, s=subject, n=number, now=now: tx.log.append([event(s, f"since{n}")], now))
    one, two = partition_of("do:odoo:1"), partition_of("do:odoo:2")
    heads = await store.read(lambda tx: tx.views.log_heads())
    assert {each: head for each, head in heads.items() if head} == {one: 3, two: 1}
    assert len(heads) == 64
    assert await store.read(lambda tx: tx.views.log_since(20)) == {one: 2, two: 1}
    spans = [(10, 20), (20, 30), (20, 31), (31, 99)]
    assert [await store.read(lambda tx, given=each: tx.views.recorded(*given)) for each in spans] == [1, 2, 3, 0]
    assert await store.read(lambda tx: tx.views.log_since(31)) == {}
