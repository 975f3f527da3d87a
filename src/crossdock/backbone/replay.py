"""Replay: translate kept messages again with today's mapping. A dry run says exactly what would follow."""

from collections.abc import Mapping
from functools import partial

from msgspec import Struct

from crossdock.backbone.decide import READER, Reducer
from crossdock.backbone.drift import ruled, standing
from crossdock.backbone.translate import Translator
from crossdock.model.events import Event, Fact
from crossdock.model.identifiers import partition_of, trace_id_of
from crossdock.ports.rows import ExchangeRow
from crossdock.ports.stores import StateRow, Store, Transaction
from crossdock.ports.stores_inbound import Inbound

_PAGE = 200


class Selection(Struct, frozen=True):
    """Which messages: by id, or by time of receipt (epoch microseconds) and partner; all conditions hold together."""

    ids: tuple[str, ...] = ()
    since: int = 0
    until: int = 0
    partner: str = ""


class Effect(Struct, frozen=True):
    """One outside call a replay would make."""

    partner: str
    kind: str
    subject: str


class Plan(Struct, frozen=True):
    """What a replay would do: how many messages, which subjects would change, which outside calls would be made."""

    messages: int
    ids: tuple[str, ...]
    changed: tuple[str, ...]
    effects: tuple[Effect, ...]


class Replayer:
    """Plans and starts replays."""

    def __init__(self, store: Store, translator: Translator, reducer: Reducer) -> None:
        """Uses the engine's own translator and reducer, so the plan is what will happen."""
        self._store = store
        self._translator = translator
        self._reducer = reducer

    async def plan(self, selection: Selection, now: int) -> Plan:
        """The dry run: nothing is written."""
        ids = await self._ids(selection)
        changed: set[str] = set()
        effects: list[Effect] = []
        for start in range(0, len(ids), _PAGE):
            chunk = ids[start : start + _PAGE]
            more, calls = await self._store.read(partial(self._foresee, ids=chunk, now=now))
            changed |= more
            effects += calls
        return Plan(len(ids), tuple(ids), tuple(sorted(changed)), tuple(effects))

    async def start(self, selection: Selection, *, effects: bool) -> int:
        """Put the messages back to be translated; without ``effects`` no command of theirs leaves. How many."""
        ids = await self._ids(selection)
        mode = "effects" if effects else "quiet"
        count = 0
        for start in range(0, len(ids), _PAGE):
            chunk = ids[start : start + _PAGE]
            count += await self._store.run(partial(_reopen, ids=chunk, mode=mode))
        self._store.wake("inbound")
        return count

    async def _ids(self, selection: Selection) -> list[str]:
        if selection.ids:
            return list(selection.ids)
        found: list[str] = []
        after = ""
        while True:
            rows, after = await self._store.read(partial(_page, selection=selection, after=after))
            found.extend(row.id for row in rows)
            if not after:
                return sorted(found)

    def _foresee(self, tx: Transaction, ids: list[str], now: int) -> tuple[set[str], list[Effect]]:
        """Translate, correlate and decide in memory, on the states there are."""
        facts = [fact for exchange_id in ids for fact in self._facts(tx, exchange_id)]
        owners = tx.references.lookup({name for fact in facts for name in fact.lookups})
        events: dict[tuple[str, str], Event] = {}
        for fact in facts:
            subjects = {fact.subject} if fact.subject else {s for name in fact.lookups for s in owners.get(name, ())}
            if len(subjects) == 1:
                subject = subjects.pop()
                events[subject, fact.key(subject)] = _imagined(fact, subject, now)
        for subject in {subject for subject, _ in events}:
            for known in tx.log.of_subject(subject):
                events.pop((subject, known.key), None)
        states: Mapping[str, StateRow] = tx.states.load({event.subject for event in events.values()})
        cursors = tx.log.cursors(READER, {event.partition for event in events.values()})
        outcome = self._reducer.decide(cursors, list(events.values()), dict(states), now)
        calls = [Effect(command.partner, command.kind, command.subject) for command in outcome.commands]
        return set(outcome.subjects), calls

    def _facts(self, tx: Transaction, exchange_id: str) -> tuple[Fact, ...]:
        detail = tx.views.exchange(exchange_id)
        if detail is None or detail.body_gone:
            return ()
        row = detail.row
        inbound = Inbound(
            row.id,
            row.partner,
            row.kind,
            detail.body,
            row.received_at,
            row.trace_id,
            detail.content_type,
            detail.headers,
            detail.path,
        )
        in_force = standing(tx.mappings.rulings()).in_force
        return ruled(row.partner, self._translator.translate(inbound), in_force).facts


def _reopen(tx: Transaction, ids: list[str], mode: str) -> int:
    return tx.exchanges.reopen(ids, mode)


def _page(tx: Transaction, selection: Selection, after: str) -> tuple[list[ExchangeRow], str]:
    return tx.views.exchanges(
        direction="inbound",
        partner=selection.partner,
        since=selection.since,
        until=selection.until,
        statuses=("translated", "waiting", "parked"),
        after=after,
        limit=_PAGE,
    )


def _imagined(fact: Fact, subject: str, now: int) -> Event:
    return Event(
        fact.key(subject), subject, partition_of(subject), 0, fact.body, fact.occurred, now, now, "", "",
        trace_id_of(subject),
    )  # fmt: skip
