"""What processes say of themselves is decided on where it is said, and nothing of it twice, late or out of order."""

import asyncio
import json
from operator import attrgetter
from typing import NamedTuple
from unittest.mock import ANY

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.backbone import decide
from crossdock.model import commands as cmd
from crossdock.model.events import type_of
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.identifiers import partition_of
from crossdock.ports.process import Decision, Order, Process, Timer, command_key
from crossdock.storage.lanes import SqlLanes
from crossdock.storage.log import SqlLog
from hubs import Once, Scripted, scripted_hub
from storage.made import event, fact

A = "do:odoo:1"
B = next(name for n in range(2, 1000) if partition_of(name := f"do:odoo:{n}") == partition_of(A))
C = next(name for n in range(2, 1000) if partition_of(name := f"do:odoo:{n}") != partition_of(A))
Script = dict[str, list[str]]
"""What a process says at a word: further words."""


def speaking(script: Script) -> Process:
    """At every word it says what the script says, gives a command and sets a deadline of that name, takes back the
    command of the word before and clears its deadline; it remembers all it heard, in order.
    """

    def answer(situation):
        heard = msgspec.json.decode(situation.process or b"[]", type=list[tuple[str, str]])
        body = situation.event.body
        word = body.kind if isinstance(body, ExceptionRaised) else "start"
        before = heard[-1:] if len(script) % 2 else []
        return Decision(
            msgspec.json.encode([*heard, (word, situation.event.key)]),
            word,
            (Order(word, "carrier", cmd.RecordNote("7", word, "m")),),
            tuple(ExceptionRaised(each, each) for each in script.get(word, ())),
            (Timer(word, situation.now + 60_000_000),),
            tuple(name for name, _ in before),
            tuple(command_key("speaking", key, name) for name, key in before),
            before=str(len(heard)),
            stage=str(len(heard) + 1),
        )

    return Process("speaking", 1, frozenset({"tracking.reported.v1", "exception.raised.v1"}), answer)


async def hub_of(script, *subjects, **options):
    hub = scripted_hub(Scripted(), processes=[speaking(script)], **options)
    await says(hub, *subjects)
    return hub


async def says(hub, *subjects, key="k"):
    new = [event(each, f"{key}{number}", fact=fact()) for number, each in enumerate(subjects)]
    await hub.store.run(lambda tx: tx.log.append(new, hub.clock.now()))


async def kept(hub):
    """All that is in the store of it, but for the ids of commands, which are fresh each time."""

    def look(tx):
        return (
            {of: tx.log.of_subject(of) for of in (A, B, C)},
            tx.states.load([A, B, C]),
            sorted((each.key, each.subject, each.kind, each.status) for each in tx.lanes.given_for([A, B, C])),
            sorted((each.subject, each.kind) for each in tx.exceptions.of_subjects([A, B, C])),
            tx.timers.standing([A, B, C]),
            tx.instances.of_subjects([A, B, C]),
            sum(tx.log.cursors(decide.READER, range(64)).values()),
        )

    return await hub.store.read(look)


async def decided(hub):
    turns = 0
    while await hub.engine.reduce():
        turns += 1
    return turns


WORDS = st.sampled_from(["start", "late", "lost", "torn", "wet"])
SCRIPTS = st.dictionaries(WORDS, st.lists(WORDS, max_size=3, unique=True), max_size=5)


@pytest.mark.req("K2", "K17")
@given(SCRIPTS, st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=6))
def test_decided_at_once_or_read_again_the_store_says_the_same(script, subjects):
    async def told(turns):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(decide, "_TURNS", turns)
            hub = await hub_of(script, *subjects)
            await decided(hub)
            return await kept(hub)

    async def both():
        return await told(8), await told(0)

    at_once, read_again = asyncio.run(both())
    assert at_once == read_again


@pytest.mark.req("K2")
async def test_one_step_decides_on_what_follows_too():
    hub = await hub_of({"start": ["late"], "late": ["lost", "torn"]}, A)
    assert await decided(hub) == 1
    assert json.loads((await kept(hub))[1][A].processes["speaking"]) == [
        [each, ANY] for each in ("start", "late", "lost", "torn")
    ]


@pytest.mark.req("K2")
async def test_what_somebody_else_said_in_between_comes_first():
    """The events of processes wait their turn where another event came before them."""
    hub = await hub_of({"start": ["late"]}, A)
    hub.engine._reducer._store = Interrupted(hub.store, lambda: says(hub, B, key="other"))
    await decided(hub)
    log = await hub.store.read(lambda tx: [*tx.log.of_subject(A), *tx.log.of_subject(B)])
    said = [(each.subject, type_of(each.body)) for each in sorted(log, key=attrgetter("position"))]
    assert [each for each in said if each[1].startswith(("tracking", "exception"))] == [
        (A, "tracking.reported.v1"),
        (B, "tracking.reported.v1"),
        (A, "exception.raised.v1"),
        (B, "exception.raised.v1"),
    ]
    undisturbed = await hub_of({"start": ["late"]}, A)
    await decided(undisturbed)
    assert (await kept(hub))[1][A] == (await kept(undisturbed))[1][A]


@pytest.mark.req("K2")
async def test_a_chain_longer_than_the_turns_of_one_step_goes_on_in_the_next():
    words = [f"word{number}" for number in range(30)]
    hub = await hub_of(dict(zip(["start", *words], [[each] for each in words], strict=False)), A)
    assert await decided(hub) > 1
    assert json.loads((await kept(hub))[1][A].processes["speaking"])[-1][0] == words[-1]


@pytest.mark.req("K2", "K17")
async def test_a_step_that_is_run_again_begins_with_the_states_that_are_kept():
    script = {"start": ["late"], "late": ["lost"]}
    once, twice = await hub_of(script, A, B), await hub_of(script, A, B)
    twice.engine._reducer._store = Once(twice.store)
    for hub in (once, twice):
        assert await decided(hub) == 1
        await says(hub, A, key="more")
        assert await decided(hub) == 1
    assert await kept(once) == await kept(twice)


@pytest.mark.req("K13")
async def test_a_reducer_that_is_too_late_decides_on_nothing_that_follows():
    hub = await hub_of({"start": ["late"], "late": []}, A)
    reducer = hub.engine._reducer
    other = scripted_hub(
        Scripted(), processes=[speaking({"start": ["late"], "late": []})], owner="w2", wrap=lambda _: hub.store
    )
    reducer._store = Interrupted(hub.store, other.engine.reduce)
    assert await reducer.step(range(64)) == 0
    alone = await hub_of({"start": ["late"], "late": []}, A)
    await decided(alone)
    assert await kept(hub) == await kept(alone)


class Interrupted:
    """A store in which somebody else does something just before the first write."""

    def __init__(self, inner, first):
        self.inner, self.first = inner, first

    def __getattr__(self, name):
        return getattr(self.inner, name)

    async def run(self, step):
        first, self.first = self.first, None
        if first:
            await first()
        return await self.inner.run(step)


@pytest.mark.req("K2")
async def test_a_defect_in_deciding_on_what_follows_holds_up_nothing_that_came_before_it():
    hub = await hub_of({"start": ["late"]}, A)
    whole = hub.engine._reducer._processes["speaking"]

    def spoiled(situation):
        assert not isinstance(situation.event.body, ExceptionRaised), "a defect"
        return whole.decide(situation)

    hub.engine._reducer._processes["speaking"] = msgspec.structs.replace(whole, decide=spoiled)
    assert await hub.engine.reduce() == 1
    assert [each.status for each in await hub.store.read(lambda tx: tx.lanes.given_for([A]))] == ["queued"]
    with pytest.raises(AssertionError, match="a defect"):
        await hub.engine.reduce()
    hub.engine._reducer._processes["speaking"] = whole
    await decided(hub)
    alone = await hub_of({"start": ["late"]}, A)
    await decided(alone)
    assert await kept(hub) == await kept(alone)


@pytest.mark.req("K13")
async def test_a_command_is_not_taken_back_while_the_log_is_locked():
    """Whoever settles it has its row, and waits for the log."""
    hub = await hub_of({"start": ["late"]}, A)
    with pytest.MonkeyPatch.context() as patch:
        asked = []
        real = SqlLanes.withdraw
        patch.setattr(SqlLanes, "withdraw", lambda self, keys, now: asked.append("withdraw") or real(self, keys, now))
        append = SqlLog.append
        patch.setattr(SqlLog, "append", lambda self, new, now: asked.append("append") or append(self, new, now))
        assert await decided(hub) == 2
    assert asked == ["append", "append", "withdraw", "append"], "the first try ends before it takes anything back"


@pytest.mark.req("K12")
@pytest.mark.parametrize(("overheard", "woken"), [(False, 0), (True, 1)])
async def test_others_are_called_to_what_is_left_and_where_they_read_the_log_too(overheard, woken):
    hub, called = await hub_of({"start": ["late"], "late": []}, A), []
    hub.engine._reducer._overheard = overheard
    hub.engine._reducer._store = Interrupted(hub.store, None)
    hub.engine._reducer._store.wake = called.append
    await decided(hub)
    assert called.count("log") == woken
    hub.engine._reducer._store.first = lambda: says(hub, B, key="other")
    await says(hub, A, key="more")
    await hub.engine.reduce()
    assert called.count("log") == woken + 1, "what follows comes after somebody else's event"


def test_what_follows_is_what_comes_next_of_subjects_at_hand():
    """The events of one partition up to the first that cannot be decided on now: none is left out."""
    here, there = partition_of(A), partition_of(C)
    said = [Said(A, here, 6), Said(B, here, 7), Said(A, here, 8), Said(C, there, 3)]
    assert decide._next(said, {here: 5, there: 2}, {A, B, C}) == said
    assert decide._next(said, {here: 5, there: 1}, {A, C}) == said[:1], "B's state is not at hand, and C has a gap"
    assert decide._next(said, {here: 4}, {A, B, C}) == []


class Said(NamedTuple):
    subject: str
    partition: int
    position: int
