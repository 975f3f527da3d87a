"""States that a worker remembers: never one that somebody else changed meanwhile, nor written for nothing."""

import pytest

from crossdock.backbone.decide import READER
from crossdock.backbone.warm import Warm
from crossdock.model.events import Fact
from crossdock.model.identifiers import partition_of
from crossdock.model.progress import ProcessMoved
from hubs import Once, scripted_hub
from storage.made import event, fact

A, B = "do:odoo:1", "do:odoo:2"
HOME = partition_of(A)


def test_a_state_is_given_once_and_only_at_the_cursor_where_it_was_left():
    warm = Warm()
    warm.keep({HOME: (0, 5)}, {A: "state"})
    assert warm.take([A, B], {HOME: 5}) == {A: "state"}
    assert warm.take([A], {HOME: 5}) == {}
    warm.keep({HOME: (5, 6)}, {A: "newer"})
    assert warm.take([A], {HOME: 9}) == {}
    assert warm.take([A], {HOME: 6}) == {}


def test_what_is_not_owned_any_more_is_forgotten():
    warm = Warm()
    warm.keep({HOME: (0, 5)}, {A: "state"})
    assert warm.take([], {}) == {}
    assert warm.take([A], {HOME: 5}) == {}


def test_memory_has_an_end():
    warm = Warm(most=2)
    subjects = [name for n in range(1000) if partition_of(name := f"do:odoo:{n}") == HOME][:3]
    warm.keep({HOME: (0, 1)}, dict.fromkeys(subjects, "state"))
    assert list(warm.take(subjects, {HOME: 1})) == subjects[1:]


@pytest.mark.req("K17")
@pytest.mark.parametrize("changed", ["rebuilt", "dropped"])
async def test_a_state_that_was_written_behind_our_back_is_read_anew(changed):
    hub = scripted_hub()
    await _decided(hub, "one")
    row = (await hub.store.read(lambda tx: tx.states.load([A])))[A]
    assert len(hub.engine._reducer._warm.take([A], await _cursors(hub))) == 1
    await _decided(hub, "two")

    def behind(tx):
        if changed == "dropped":
            tx.states.drop([A])
        else:  # as `crossdock rebuild` writes: other content, a later moment
            stands = tx.states.load([A])[A].updated_at
            tx.states.save([type(row)(A, row.state, {"other": b"x"}, stands + 1, row.summary)])

    await hub.store.run(behind)
    await _decided(hub, "three")
    now = (await hub.store.read(lambda tx: tx.states.load([A])))[A]
    if changed == "rebuilt":
        assert now.processes == {"other": b"x"}
    else:
        alone = scripted_hub()
        await _decided(alone, "three")
        assert now.state == (await alone.store.read(lambda tx: tx.states.load([A])))[A].state


async def _cursors(hub):
    return await hub.store.read(lambda tx: tx.log.cursors(READER, range(64)))


async def _decided(hub, key, body=None):
    told = fact() if body is None else Fact(body, fact().occurred, subject=A)
    await hub.store.run(lambda tx: tx.log.append([event(A, key, fact=told)], hub.clock.now()))
    assert await hub.engine.reduce() == 1


MOVE = ProcessMoved("order_to_ship", 1, "requested", "released", "fulfilment.requested.v1", "k")


async def _row(hub):
    return (await hub.store.read(lambda tx: tx.states.load([A])))[A]


@pytest.mark.req("K17")
async def test_an_event_that_changes_nothing_of_a_state_does_not_write_it_and_the_next_one_finds_it_warm():
    hub = scripted_hub()
    await _decided(hub, "one")
    before = await _row(hub)
    await hub.clock.sleep(1)
    await _decided(hub, "moved", MOVE)
    assert await _row(hub) == before
    [subject] = hub.engine._reducer._warm.take([A], await _cursors(hub)).values()
    assert subject.kept == before


@pytest.mark.req("K2", "K17")
async def test_a_step_that_is_run_again_writes_what_it_wrote_the_first_time():
    hub = scripted_hub()
    await _decided(hub, "one")
    before = await _row(hub)
    hub.engine._reducer._store = Once(hub.store)
    await hub.clock.sleep(1)
    await _decided(hub, "two")
    assert (await _row(hub)).updated_at > before.updated_at
