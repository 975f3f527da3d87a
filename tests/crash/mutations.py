"""Bugs put into the engine on purpose: each must be seen by the simulation."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from msgspec import structs

from crossdock.backbone import correlate, decide, deliver, poll, translate
from crossdock.backbone.intake import GroupCommit
from crossdock.devkit.chaos.scenarios import SCENARIOS, ChaosScenario
from crossdock.ports.stores import Fenced
from crossdock.ports.stores_inbound import Receipt
from crossdock.ports.verdicts import Done, InDoubt
from crossdock.storage import exchanges, lanes, log, references, states

Patch = Callable[[pytest.MonkeyPatch], None]


class Mutation(NamedTuple):
    """A bug, the scenario that must show it, and a seed that did when it was written down."""

    name: str
    scenario: ChaosScenario
    put_in: Patch
    seed: int = 1


@contextmanager
def applied(mutation: Mutation) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        mutation.put_in(patch)
        yield


def no_fencing(patch: pytest.MonkeyPatch) -> None:
    """The cursor only ever moves on, whoever moves it; what was decided is written in any case. (A cursor that may be
    moved back with its state does no harm: the events are decided on once more, and keys keep commands single.)
    """

    def hold(self, reader, places):
        real(self, reader, self.cursors(reader, places))

    def move(self, reader, places):
        stands = self.cursors(reader, places)
        moved(self, reader, {part: max(to, stands[part]) for part, to in places.items()})

    real, moved = log.SqlLog.hold, log.SqlLog.move
    patch.setattr(log.SqlLog, "hold", hold)
    patch.setattr(log.SqlLog, "move", move)


def cursor_before_state(patch: pytest.MonkeyPatch) -> None:
    """The cursor is moved in a transaction of its own, before what it stands for."""

    async def step(self, partitions):
        cursors, events, rows = await self._store.read(lambda tx: self._gather(tx, list(partitions)))
        if not events:
            return 0
        now = self._clock.now()
        effects = self.decide(cursors, events, rows, now)
        try:
            await self._store.run(lambda tx: tx.log.advance(decide.READER, effects.moves))
        except Fenced:
            return 0
        effects.moves.clear()
        if await self._store.run(lambda tx: self.commit(tx, effects, now)):
            self._store.wake("outbound")
        return len(events)

    patch.setattr(decide.Reducer, "step", step)


def settled_before_placed(patch: pytest.MonkeyPatch) -> None:
    """A message is ended in one transaction, and its facts come in another."""

    async def step(self, partitions):
        inbound, _ = await self._store.read(lambda tx: translate._waiting(tx, list(partitions), self._batch))
        if not inbound:
            return 0
        read = [(row, self.translate(row)) for row in inbound]
        now = self._clock.now()
        done = [translate.Settlement(row.id, "translated", "") for row, _ in read]
        await self._store.run(lambda tx: tx.exchanges.settle(done, now))
        batch = [(translate._origin(row), translation.facts) for row, translation in read]
        await self._store.run(lambda tx: correlate.place(tx, batch, now))
        self._store.wake("log")
        return len(inbound)

    patch.setattr(translate.Translator, "step", step)


def answered_before_kept(patch: pytest.MonkeyPatch) -> None:
    """The door says yes whatever the store says."""

    async def keep(self, batch):
        try:
            return await real(self, batch)
        except OSError:
            return [Receipt(each.id, repeated=False) for each in batch]

    real = GroupCommit._keep
    patch.setattr(GroupCommit, "_keep", keep)


def lanes_out_of_order(patch: pytest.MonkeyPatch) -> None:
    """Whatever is due is sent, whether or not something of its lane comes first."""
    unordered = lanes._FIND.with_only_columns(*lanes._FIND.selected_columns)
    free = (
        lanes.select(*unordered.selected_columns)
        .where(lanes.COMMAND.c.partner == lanes.bindparam("of"), lanes.text("command." + lanes.OPEN.text), lanes._DUE)
        .order_by(lanes.COMMAND.c.seq.desc())
        .limit(lanes.bindparam("most"))
    )
    patch.setattr(lanes, "_FIND", free)
    patch.setattr(lanes, "_FIND_BUT", free.where(lanes.COMMAND.c.kind.not_in(lanes._KINDS)))
    patch.setattr(lanes, "_FIND_KINDS", free.where(lanes.COMMAND.c.kind.in_(lanes._KINDS)))


def claims_not_exclusive(patch: pytest.MonkeyPatch) -> None:
    """What one worker sends another one may send too."""
    alike = lanes.COMMAND.c.due_at <= lanes._NOW
    free = (
        lanes.select(*lanes._FIND.selected_columns)
        .where(lanes.COMMAND.c.partner == lanes.bindparam("of"), lanes.text("command." + lanes.OPEN.text), alike)
        .order_by(lanes.COMMAND.c.seq)
        .limit(lanes.bindparam("most"))
    )
    patch.setattr(lanes, "_FIND", free)
    patch.setattr(lanes, "_FIND_BUT", free.where(lanes.COMMAND.c.kind.not_in(lanes._KINDS)))
    patch.setattr(lanes, "_FIND_KINDS", free.where(lanes.COMMAND.c.kind.in_(lanes._KINDS)))


def commands_after_cursor(patch: pytest.MonkeyPatch) -> None:
    """Decisions are committed first, and the commands they give in another transaction."""

    async def step(self, partitions):
        cursors, events, rows = await self._store.read(lambda tx: self._gather(tx, list(partitions)))
        if not events:
            return 0
        now = self._clock.now()
        effects = self.decide(cursors, events, rows, now)
        commands, effects.commands = effects.commands, []
        try:
            await self._store.run(lambda tx: self.commit(tx, effects, now))
        except Fenced:
            return 0
        await self._store.run(lambda tx: tx.lanes.enqueue(commands))
        self._store.wake("outbound")
        self._store.wake("log")
        return len(events)

    patch.setattr(decide.Reducer, "step", step)


def never_released(patch: pytest.MonkeyPatch) -> None:
    """Facts that wait for an owner are forgotten when it comes."""
    patch.setattr(references.SqlReferences, "release", lambda *_: [])
    patch.setattr(references.SqlReferences, "overdue", lambda *_: [])


def never_asks(patch: pytest.MonkeyPatch) -> None:
    """What is in doubt counts as done."""

    def outcome(verdict, *rest):
        return real(Done() if isinstance(verdict, InDoubt) else verdict, *rest)

    real = deliver.outcome_of
    patch.setattr(deliver, "outcome_of", outcome)


def facts_after_outcome(patch: pytest.MonkeyPatch) -> None:
    """A command is ended in one transaction, and what came of it is told in another."""

    async def together(self, loads):
        now = self._clock.now()
        held = []

        def first(tx):
            for load in loads:
                for each in load:
                    outcome = self._outcome(each, now)
                    if tx.lanes.settle([(each.claim, outcome)])[0]:
                        held.append((each, outcome))

        await self._store.run(first)
        facts = [
            (correlate.Origin(each.claim.id, each.claim.partner, now, each.claim.trace_id), found)
            for each, outcome in held
            if (found := deliver.facts_of(each.claim, each.verdict, outcome, now))
        ]
        if facts:
            await self._store.run(lambda tx: correlate.place(tx, facts, now))
            self._store.wake("log")
        return [[] for _ in loads]

    patch.setattr(deliver.Courier, "_settle_together", together)


def waiting_facts_dropped(patch: pytest.MonkeyPatch) -> None:
    """A scan that comes before its label is known is thrown away."""
    patch.setattr(references.SqlReferences, "hold", lambda *_: [])


def facts_known_by_message(patch: pytest.MonkeyPatch) -> None:
    """A fact that comes in another message is another fact."""

    def event(fact, subject, origin):
        made = real(fact, subject, origin)
        return structs.replace(made, key=f"{made.key[:-8]}{origin.exchange_id[-8:]}")

    real = correlate._event
    patch.setattr(correlate, "_event", event)
    patch.setattr(
        exchanges.SqlExchanges,
        "_first_deliveries",
        lambda _self, numbered: {
            (each.partner, each.channel, exchanges.words(each.delivery_id)): each.id for each in numbered
        },
    )


def withdrawals_unheard(patch: pytest.MonkeyPatch) -> None:
    """What was taken back is done all the same, and nothing is undone."""

    async def judge(self, partner, claim, command):
        return await real(self, partner, structs.replace(claim, withdrawn=False), command)

    real = deliver.Courier._judge_one
    patch.setattr(deliver.Courier, "_judge_one", judge)
    patch.setattr(lanes.SqlLanes, "withdraw", lambda *_: [])
    patch.setattr(lanes.SqlLanes, "enqueue", _without("label.void.v1"))


def _without(kind: str) -> Callable[..., int]:
    real = lanes.SqlLanes.enqueue
    return lambda self, commands: real(self, [each for each in commands if each.kind != kind])


def page_after_cursor(patch: pytest.MonkeyPatch) -> None:
    """A feed's place is kept in one transaction, and the page it stands for in another."""

    async def step(self, partner, feed):
        self.later = []
        more = await real_step(self, partner, feed)
        for exchange in self.later:
            await self._store.run(lambda tx, exchange=exchange: tx.exchanges.accept([exchange]))
        return more

    def keep(self, tx, partner, feed, cursor, page, now):
        if page.body:
            self.later.append(
                poll.NewExchange(
                    self._ids.fresh(now), partner, feed, page.body, now, "0" * 32, content_type="application/json"
                )
            )
        if not tx.partners.move_cursor(partner, feed, cursor, page.cursor, now):
            raise Fenced("moved")

    real_step = poll.Poller.step
    patch.setattr(poll.Poller, "step", step)
    patch.setattr(poll.Poller, "_keep", keep)


def store_troubles_are_defects(patch: pytest.MonkeyPatch) -> None:
    """A database that goes away in the middle of a call parks the command."""
    patch.setattr(deliver, "StoreUnavailable", type("Never", (Exception,), {}))
    patch.setattr(deliver, "StoreFull", type("NeverEither", (Exception,), {}))


def state_not_saved(patch: pytest.MonkeyPatch) -> None:
    """Now and then a state is not written."""

    def save(self, rows):
        real(self, [row for row in rows if row.updated_at % 7])

    real = states.SqlStates.save
    patch.setattr(states.SqlStates, "save", save)


_BOOKED_ON_BAD_STORAGE = structs.replace(SCENARIOS["storage"], invoice=False, orders=4)
"""Here the first message about a label is the last one, too: what is lost of it does not come again."""

MUTATIONS = (
    Mutation("no fencing", SCENARIOS["takeover"], no_fencing, seed=6),
    Mutation("the cursor before the state", SCENARIOS["crashes"], cursor_before_state, seed=3),
    Mutation("a message ended before its facts are placed", SCENARIOS["crashes"], settled_before_placed, seed=3),
    Mutation("answered before it is kept", SCENARIOS["storage"], answered_before_kept, seed=3),
    Mutation("lanes out of order", SCENARIOS["booking"], lanes_out_of_order),
    Mutation("claims are not exclusive", SCENARIOS["booking"], claims_not_exclusive),
    Mutation("commands after the cursor", SCENARIOS["crashes"], commands_after_cursor, seed=3),
    Mutation("facts are never released to their owner", _BOOKED_ON_BAD_STORAGE, never_released, seed=5),
    Mutation("never asks in doubt", SCENARIOS["booking"], never_asks, seed=4),
    Mutation("a command ended before its facts are told", SCENARIOS["crashes"], facts_after_outcome, seed=3),
    Mutation("facts without an owner are dropped", _BOOKED_ON_BAD_STORAGE, waiting_facts_dropped, seed=5),
    Mutation("facts are known by their message", SCENARIOS["delivery"], facts_known_by_message),
    Mutation("withdrawals are not heard", SCENARIOS["called-off"], withdrawals_unheard),
    Mutation("the page after the cursor", SCENARIOS["storage"], page_after_cursor),
    Mutation("a database that goes away is a defect", SCENARIOS["storage"], store_troubles_are_defects, seed=2),
    Mutation("a state is not saved", SCENARIOS["booking"], state_not_saved),
)
