"""When a loop looks again and when it rests: never for longer than a word takes, and not for nothing."""

import pytest

from crossdock.storage.waking import Topics
from hubs import scripted_hub

BATCH = 3


class Counted:
    """A store that says whether it hears of others, and ends the loop at its first rest."""

    def __init__(self, inner, *, hears=True, rest=lambda: None):
        self.inner, self.hears, self.rest, self.woken = inner, hears, rest, []

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def wake(self, topic):
        self.woken.append(topic)

    async def wait(self, _topic, _seconds):
        self.rest()
        return False


@pytest.mark.req("K12", "K13")
@pytest.mark.parametrize(
    ("hears", "found", "looks"),
    [(True, [1, 0], 1), (True, [BATCH, 1, 0], 2), (True, [0], 1), (False, [1, 0], 2), (False, [BATCH, 1, 0], 3)],
)
async def test_less_than_a_batch_is_all_there_was_where_others_words_arrive(hears, found, looks):
    engine = scripted_hub().engine
    engine._store = Counted(engine._store, hears=hears, rest=engine._stopping.set)
    left = list(found)

    async def step():
        return left.pop(0)

    await engine._busy("step", "log", step, BATCH)
    assert len(found) - len(left) == looks


@pytest.mark.req("K13")
async def test_what_waits_in_partitions_just_taken_is_looked_for_at_once():
    """Whoever appended it woke their owner of before."""
    hub = scripted_hub()
    hub.engine.partitions = hub.engine.shards = ()
    hub.engine._store = Counted(hub.store)
    await hub.engine.lease()
    assert {"inbound", "log"} <= set(hub.engine._store.woken)
    hub.engine._store.woken.clear()
    await hub.engine.lease()
    assert hub.engine._store.woken == []


@pytest.mark.req("K13")
async def test_a_loop_in_the_middle_of_a_step_looks_again_when_words_may_have_been_lost():
    topics = Topics()
    topics.wake("log")
    assert await topics.wait("log", 0.01)
    topics.wake_all()
    assert await topics.wait("log", 0.01)
    assert not await topics.wait("log", 0.01)
