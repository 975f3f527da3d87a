import pytest

NOW = 1_795_262_400_000_000
MINUTE = 60 * 1_000_000


@pytest.mark.req("E11")
async def test_tries_are_counted_within_a_window_and_begin_anew_after_it(store):
    counted = [
        await store.run(lambda tx, at=at: tx.knocks.knock("k", NOW + at, 10 * MINUTE))
        for at in (0, MINUTE, 9 * MINUTE, 10 * MINUTE, 11 * MINUTE)
    ]
    first, second = NOW + 10 * MINUTE, NOW + 20 * MINUTE
    assert counted == [(1, first), (2, first), (3, first), (1, second), (2, second)]
    assert await store.read(lambda tx: [tx.knocks.knocked("k", at) for at in (first, second)]) == [2, 0]
    assert await store.run(lambda tx: tx.knocks.knock("other", NOW + MINUTE, MINUTE)) == (1, NOW + 2 * MINUTE)


@pytest.mark.req("E11")
async def test_a_code_is_good_once_until_it_expires_and_for_so_many_tries(store):
    def tried(key, code, at, most=3):
        return store.run(lambda tx: tx.knocks.try_code(key, code, at, most))

    await store.run(lambda tx: tx.knocks.open_code("a", "right", NOW + MINUTE))
    assert [await tried("a", code, NOW) for code in ("wrong", "right", "right")] == [False, True, False]
    await store.run(lambda tx: tx.knocks.open_code("a", "right", NOW + MINUTE))
    assert [await tried("a", code, NOW) for code in ("x", "y", "z", "right")] == [False] * 4
    await store.run(lambda tx: tx.knocks.open_code("a", "late", NOW + MINUTE))
    assert await tried("a", "late", NOW + MINUTE) is False
    assert await tried("nobody", "late", NOW) is False


@pytest.mark.req("E11")
async def test_a_new_code_ends_the_one_before(store):
    await store.run(lambda tx: tx.knocks.open_code("a", "first", NOW + MINUTE))
    await store.run(lambda tx: tx.knocks.open_code("a", "second", NOW + MINUTE))
    assert await store.run(lambda tx: tx.knocks.try_code("a", "first", NOW, 5)) is False
    assert await store.run(lambda tx: tx.knocks.try_code("a", "second", NOW, 5)) is True
