"""Gaps and rulings, on every database."""

from crossdock.ports.stores_mapping import Gap, Ruling


def gap(name: str, at: int, count: int = 1, example: str = "text") -> Gap:
    return Gap("ups", "code", name, example, f"exchange-{at}", at, at, count)


async def test_gaps_are_counted_and_keep_their_first_time_and_last_example(store):
    await store.run(lambda tx: tx.mappings.note([gap("A", 1), gap("B", 1), gap("A", 2, example="newer")]))
    await store.run(lambda tx: tx.mappings.note([gap("B", 3), gap("B", 4)]))
    await store.run(lambda tx: tx.mappings.note([]))
    assert await store.read(lambda tx: tx.mappings.gaps()) == [
        Gap("ups", "code", "B", "text", "exchange-4", 1, 4, 3),
        Gap("ups", "code", "A", "newer", "exchange-2", 2, 2, 2),
    ]
    assert await store.read(lambda tx: tx.mappings.gaps("dhl")) == []


async def test_names_from_outside_are_cut_and_freed_of_what_no_database_holds(store):
    await store.run(lambda tx: tx.mappings.note([gap("x\x00" + "y" * 1000, 1)]))
    [found] = await store.read(lambda tx: tx.mappings.gaps())
    assert len(found.name) == 300
    assert "\x00" not in found.name


async def test_rulings_are_only_added_and_come_back_in_their_order(store):
    rulings = [
        Ruling("ups", "code", "A", "proposed", "cli:ada", 1, "held", "customs", "customs_hold", "seen twice"),
        Ruling("ups", "code", "A", "settled", "cli:bob", 2, "held", "customs", "customs_hold"),
        Ruling("ups", "field", "/a/b", "settled", "cli:bob", 3),
    ]
    for each in rulings:
        await store.run(lambda tx, each=each: tx.mappings.rule(each))
    assert await store.read(lambda tx: tx.mappings.rulings()) == rulings
