"""One commit for what arrives together: a neighbour that cannot be kept takes nobody with it."""

import asyncio

import pytest

from crossdock.backbone.grouping import Grouped
from crossdock.ports.stores import StoreFull, StoreUnavailable


class Book:
    """Commits items that are not in ``poison``; ``commits`` are the batches tried."""

    def __init__(self, *poison, error=ValueError):
        self.poison, self.error = set(poison), error
        self.commits = []
        self.kept = []

    async def commit(self, items):
        self.commits.append(list(items))
        await asyncio.sleep(0)
        if self.poison & set(items):
            raise self.error("cannot be kept")
        self.kept += items
        return [f"kept {item}" for item in items]


async def put_all(book, *items, largest=10):
    """What became of each; the first is committed alone, those behind it wait for it and go together."""
    grouped = Grouped(book.commit, largest)
    return await asyncio.gather(*(grouped.put(item) for item in items), return_exceptions=True)


@pytest.mark.req("K2")
async def test_what_arrives_during_a_commit_goes_into_the_next_one():
    book = Book()
    assert await put_all(book, *range(6), largest=3) == [f"kept {n}" for n in range(6)]
    assert [len(batch) for batch in book.commits] in ([3, 3], [1, 3, 2])


@pytest.mark.req("K2", "K11")
async def test_one_that_cannot_be_kept_fails_alone():
    book = Book(3)
    found = await put_all(book, *range(6))
    assert [type(each) for each in found] == [str] * 3 + [ValueError] + [str] * 2
    assert sorted(book.kept) == [0, 1, 2, 4, 5]


@pytest.mark.req("K2")
@pytest.mark.parametrize("error", [StoreFull, StoreUnavailable])
async def test_a_store_that_takes_no_writes_is_not_asked_for_each(error):
    book = Book(3, error=error)
    found = await put_all(book, *range(6))
    assert all(isinstance(each, error) for each in found if not isinstance(each, str))
    assert isinstance(found[3], error)
    assert len(book.commits) <= 2


async def test_after_a_failure_the_next_is_committed():
    book = Book("bad")
    grouped = Grouped(book.commit, 10)
    with pytest.raises(ValueError, match="cannot be kept"):
        await grouped.put("bad")
    assert await grouped.put("good") == "kept good"
