"""Small batches go together in the next call; what is declined is declined for its own caller alone."""

import asyncio

import pytest

from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.together.gathering import Gathering
from crossdock.connectors.odoo.client.together.way import Applied
from crossdock.connectors.odoo.mapping.applying import Entry
from crossdock.ports.verdicts import ErrorClass, Explanation, InDoubt, Park, Retry

WHY = Explanation("no", "no")


class Slow:
    """A way whose calls take as long as the test wants."""

    largest = 10

    def __init__(self):
        self.calls = []
        self.gate = asyncio.Semaphore(0)
        self.under_way = 0
        self.most = 0
        self.declines = {}
        self.breaks = set()

    def let(self, calls=100):
        for _ in range(calls):
            self.gate.release()

    async def apply(self, entries, files, *, again):
        keys = [entry.key for entry in entries]
        self.calls.append((keys, sorted(files), again))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.gate.acquire()
        finally:
            self.under_way -= 1
        if self.breaks & set(keys):
            raise ValueError("broken")
        for key in keys:
            if key in self.declines:
                raise Failed(self.declines[key])
        return [Applied(before=key.startswith("old")) for key in keys]


def batch(*keys):
    return [Entry(key, number + 1, "note", key) for number, key in enumerate(keys)]


async def begin(gathering, *batches, again=False):
    """Callers in this order, each as far as it gets."""
    tasks = []
    for keys in batches:
        files = {key: b"x" for key in keys if key.startswith("file")}
        tasks.append(asyncio.create_task(gathering.apply(batch(*keys), files, again=again)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    return tasks


@pytest.mark.req("K11")
async def test_what_comes_during_a_call_goes_in_the_next_one_and_each_caller_gets_its_own_results():
    way = Slow()
    tasks = await begin(Gathering(way), ["a"], ["b", "old1"], ["file1"], ["old2"])
    way.let()
    found = [[each.before for each in await task] for task in tasks]
    assert found == [[False], [False, True], [False], [True]]
    assert [keys for keys, _, _ in way.calls] == [["a"], ["b", "old1", "file1", "old2"]]
    assert way.calls[1][1] == ["file1"]


@pytest.mark.req("K11")
async def test_no_call_is_larger_than_the_way_takes_and_the_first_come_first():
    way = Slow()
    batches = [["a"], *[[f"{letter}{number}" for number in range(4)] for letter in "bcde"]]
    tasks = await begin(Gathering(way), *batches)
    way.let()
    await asyncio.gather(*tasks)
    assert [len(keys) for keys, _, _ in way.calls] == [1, 8, 8]
    assert [keys[0] for keys, _, _ in way.calls] == ["a", "b0", "d0"]
    assert way.most == 1


@pytest.mark.req("K11")
async def test_full_batches_pass_on_and_do_not_wait_for_small_ones():
    way = Slow()
    tasks = await begin(Gathering(way), ["a"], [f"f{number}" for number in range(6)])
    assert way.most == 2
    way.let()
    assert [len(await task) for task in tasks] == [1, 6]


@pytest.mark.req("K11")
async def test_what_odoo_declines_fails_its_own_caller_and_its_neighbours_are_looked_for_first():
    way = Slow()
    way.declines["bad"] = Park(WHY)
    tasks = await begin(Gathering(way), ["a"], ["b"], ["bad"], ["c"])
    way.let()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in found] == [list, list, Failed, list]
    assert [(keys, again) for keys, _, again in way.calls[2:]] == [(["b"], True), (["bad"], True), (["c"], True)]


@pytest.mark.req("K11")
@pytest.mark.parametrize("verdict", [Retry(WHY, ErrorClass.UNREACHABLE), InDoubt(WHY)])
async def test_an_answer_that_did_not_come_concerns_everybody_in_the_call(verdict):
    way = Slow()
    way.declines["b"] = verdict
    tasks = await begin(Gathering(way), ["a"], ["b"], ["c"])
    way.let()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found[0], list)
    assert [each.verdict for each in found[1:]] == [verdict, verdict]
    assert len(way.calls) == 2


@pytest.mark.req("K11")
async def test_one_attempt_after_the_first_makes_the_whole_call_look_before_it_writes():
    way = Slow()
    gathering = Gathering(way)
    tasks = await begin(gathering, ["a"], ["b"])
    tasks += await begin(gathering, ["c"], again=True)
    way.let()
    await asyncio.gather(*tasks)
    assert [again for _, _, again in way.calls] == [False, True]


@pytest.mark.req("K11")
async def test_a_cancelled_call_leaves_doubt_with_those_who_went_along():
    way = Slow()
    gathering = Gathering(way)
    first, leader, follower = await begin(gathering, ["a"], ["b"], ["c"])
    way.let(1)
    await first
    await asyncio.sleep(0)
    assert [keys for keys, _, _ in way.calls] == [["a"], ["b", "c"]]
    leader.cancel()
    found = await asyncio.gather(leader, follower, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert isinstance(found[1], Failed)
    assert isinstance(found[1].verdict, InDoubt)


@pytest.mark.req("K11")
async def test_a_caller_that_is_cancelled_while_it_waits_is_not_sent():
    way = Slow()
    gathering = Gathering(way)
    first, second, third = await begin(gathering, ["a"], ["b"], ["c"])
    second.cancel()
    await asyncio.sleep(0)
    way.let()
    await asyncio.gather(first, third)
    assert [keys for keys, _, _ in way.calls] == [["a"], ["c"]]


@pytest.mark.req("K11")
async def test_a_defect_reaches_every_caller_it_concerns():
    way = Slow()
    way.breaks = {"b"}
    tasks = await begin(Gathering(way), ["a"], ["b"], ["c"])
    way.let()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in found] == [list, ValueError, ValueError]
