import pytest
from msgspec import structs

from crossdock.ports.stores_filters import SavedFilter

NOW = 1_795_262_400_000_000
LATE = SavedFilter("late-1", "exceptions", "Late", "late=1", "tower:mara", False, NOW)
GLS = SavedFilter("gls-2", "messages", "GLS", "show=all&partner=gls", "tower:lea", True, NOW)


@pytest.mark.req("I6")
async def test_filters_are_seen_by_their_owner_and_shared_ones_by_all(store):
    async def seen(owner, place=""):
        return [each.id for each in await store.read(lambda tx: tx.filters.seen_by(owner, place))]

    for kept in (LATE, GLS):
        await store.run(lambda tx, kept=kept: tx.filters.save(kept))
    assert await seen("tower:mara") == ["gls-2", "late-1"]
    assert await seen("tower:mara", "exceptions") == ["late-1"]
    assert await seen("tower:jonas") == ["gls-2"]
    assert await store.read(lambda tx: tx.filters.get("gls-2")) == GLS
    assert len(await store.read(lambda tx: tx.filters.seen_by("tower:mara", limit=1))) == 1


@pytest.mark.req("I6")
async def test_a_filter_is_replaced_and_forgotten(store):
    await store.run(lambda tx: tx.filters.save(LATE))
    renamed = structs.replace(LATE, query="late=1&severity=high", shared=True)
    await store.run(lambda tx: tx.filters.save(renamed))
    assert await store.read(lambda tx: tx.filters.seen_by("tower:jonas")) == [renamed]
    assert await store.run(lambda tx: tx.filters.forget("late-1")) is True
    assert await store.run(lambda tx: tx.filters.forget("late-1")) is False
    assert await store.read(lambda tx: tx.filters.get("late-1")) is None
