import pytest

from crossdock.model.identifiers import Reference
from storage.made import tracking, waiting


@pytest.mark.req("K2")
async def test_binding_says_what_was_new(store):
    a, b = tracking("A"), tracking("B")
    assert await store.run(lambda tx: tx.references.bind([(a, "s1"), (b, "s1"), (a, "s1")])) == [a, b]
    assert await store.run(lambda tx: tx.references.bind([(a, "s1"), (b, "s2")])) == [b]
    found = await store.read(lambda tx: tx.references.lookup([a, b, tracking("C")]))
    assert found == {a: ["s1"], b: ["s1", "s2"]}


async def test_kind_and_issuer_tell_equal_values_apart(store):
    names = [tracking("1"), tracking("1", "dhl"), Reference("sales_order", "1")]
    await store.run(lambda tx: tx.references.bind([(names[0], "s1"), (names[2], "s2")]))
    assert await store.read(lambda tx: tx.references.lookup(names)) == {names[0]: ["s1"], names[2]: ["s2"]}


async def test_a_value_no_database_can_keep_is_found_by_the_same_value(store):
    """PostgreSQL refuses U+0000 in texts: such a scan must not park its whole batch for ever."""
    odd = tracking("1Z\x00")
    assert await store.run(lambda tx: tx.references.bind([(odd, "s1")])) == [odd]
    assert await store.read(lambda tx: tx.references.lookup([odd])) == {odd: ["s1"]}
    await store.run(lambda tx: tx.references.hold([waiting("1Z\x00", key="w")]))
    assert [each.key for each in await store.run(lambda tx: tx.references.release([odd]))] == ["w"]


async def test_a_waiting_fact_is_released_once_by_any_of_its_names(store):
    fact = waiting("A", tracking("B"), key="w1", received_at=2)
    older = waiting("B", key="w0", received_at=1)
    await store.run(lambda tx: tx.references.hold([fact, older, fact]))
    await store.run(lambda tx: tx.references.hold([fact]))
    assert await store.run(lambda tx: tx.references.release([tracking("C"), tracking("B", "dhl")])) == []
    assert await store.run(lambda tx: tx.references.release([tracking("A"), tracking("B")])) == [older, fact]
    assert await store.run(lambda tx: tx.references.release([tracking("A"), tracking("B")])) == []


async def test_the_net_finds_facts_that_wait_for_a_bound_name(store):
    await store.run(lambda tx: tx.references.hold([waiting("A", key="w1"), waiting("A", key="w2"), waiting("B")]))
    assert await store.read(lambda tx: tx.references.overdue(10)) == []
    await store.run(lambda tx: tx.references.bind([(tracking("A"), "s1")]))
    assert await store.read(lambda tx: tx.references.overdue(10)) == [tracking("A")]
    rows = await store.read(lambda tx: tx.views.waiting())
    assert sorted(row[1] for row in rows) == ["A", "A", "B"]


async def test_more_names_than_fit_one_list(store):
    names = [tracking(f"N{n:05d}") for n in range(2500)]
    await store.run(lambda tx: (tx.references.lock(names), tx.references.bind((name, "s") for name in names)))
    assert len(await store.read(lambda tx: tx.references.lookup(names))) == 2500


@pytest.mark.req("K1", "K2")
async def test_a_message_that_repeats_what_waits_already_does_not_wait_itself(store):
    first, again, more = (
        waiting("A", key=key, exchange_id=name) for key, name in (("w", "x1"), ("w", "x2"), ("v", "x2"))
    )
    held = await store.run(lambda tx: tx.references.hold([first, again]))
    assert [each.exchange_id for each in held] == ["x1"]
    held = await store.run(lambda tx: tx.references.hold([again, more]))
    assert [(each.exchange_id, each.key) for each in held] == [("x2", "v")]
