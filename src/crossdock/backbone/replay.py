"""Replay: translate kept messages again with today's mapping. A dry run says exactly what would follow."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec import Struct

from crossdock.backbone.decide import Reducer
from crossdock.backbone.drift import ruled, standing
from crossdock.backbone.fingerprint import columns_changed, row_hash
from crossdock.backbone.foreseen import Foreseen
from crossdock.backbone.translate import Translated, Translator, commit
from crossdock.model.events import TAGS, Event, type_of
from crossdock.ports.connector import Translation
from crossdock.ports.process import Process
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.stores_delivery import NewCommand
from crossdock.ports.stores_inbound import Inbound, Settlement

_PAGE = 200
_ENDED = ("translated", "waiting", "parked")
Progress = Callable[[int, int], None]
"""Told how many messages are done, of how many."""


class UnknownFlow(ValueError):
    """There is no such flow; ``known`` are those there are."""

    def __init__(self, flow: str, known: Sequence[str]) -> None:
        """``flow`` is what was asked for."""
        super().__init__(f"there is no flow '{flow}'")
        self.known = tuple(known)


class Selection(Struct, frozen=True):
    """Which messages: by id, by time of receipt (epoch microseconds), partner and flow (see `flows`); all conditions
    hold together.
    """

    ids: tuple[str, ...] = ()
    since: int = 0
    until: int = 0
    partner: str = ""
    flow: str = ""


class Effect(Struct, frozen=True, order=True):
    """One outside call that follows; ``key`` is what it can be given by only once."""

    partner: str
    kind: str
    subject: str
    key: str = ""


class Change(Struct, frozen=True):
    """A subject that would be another: the hash of its state before ("" where there is none) and after, the columns
    people see that change, and the exceptions that would be raised (True) or resolved.
    """

    subject: str
    before: str
    after: str
    columns: Mapping[str, tuple[str, str]] = {}
    exceptions: tuple[tuple[str, bool], ...] = ()


class Plan(Struct, frozen=True):
    """What a replay does. ``ids`` are the messages in the order they are read, ``missing`` those asked for that cannot
    be read again (unknown, not ended yet, or their bytes are gone). ``effects`` are the outside calls: made, or held
    back where ``quiet``. What partners answer, and what deadlines bring later, is not part of it.
    """

    ids: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()
    withdrawn: tuple[str, ...] = ()
    events: int = 0
    parked: int = 0
    missing: tuple[str, ...] = ()
    quiet: bool = True

    @property
    def messages(self) -> int:
        """How many messages are read again."""
        return len(self.ids)

    @property
    def changed(self) -> tuple[str, ...]:
        """The subjects that would be others, in order."""
        return tuple(each.subject for each in self.changes)


class Imagined(Struct, frozen=True):
    """What a message nobody sent would lead to: how it is read, how it ends, which events of its own would be new."""

    translation: Translation
    settlement: Settlement
    events: tuple[Event, ...]
    plan: Plan


def flows(processes: Mapping[str, Process]) -> dict[str, frozenset[str]]:
    """The flows there are, each with its tags of events: the processes that run, and the families of events (the word
    before the first dot of a tag, such as ``tracking``).
    """
    families: dict[str, frozenset[str]] = {}
    for tag in sorted(TAGS):
        name = tag.partition(".")[0]
        families[name] = families.get(name, frozenset()) | {tag}
    return families | {name: process.handles for name, process in processes.items()}


class Replayer:
    """Plans and starts replays."""

    def __init__(self, store: Store, translator: Translator, reducer: Reducer) -> None:
        """Uses the engine's own translator and reducer, so the plan is what will happen."""
        self._store = store
        self._translator = translator
        self._reducer = reducer

    async def plan(
        self, selection: Selection, now: int, *, effects: bool = False, progress: Progress = lambda _done, _all: None
    ) -> Plan:
        """The dry run: nothing is written. Raises `UnknownFlow`.

        Messages are translated and decided on in the batches of a worker at rest, each on what those before it led to.
        """
        tags = self._tags(selection.flow)
        found, missing = await self._ids(selection)
        seen, read, belong = Foreseen(), 0, list[str]()
        while read < len(found):
            chunk = found[read : read + self._translator.batch]
            belong += await self._store.read(partial(self._foresee, seen, chunk, tags, now, quiet=not effects))
            read += len(chunk)
            progress(read, len(found))
        while seen.undecided:
            await self._store.read(partial(self._decide, seen, now))
        return _plan(seen, tuple(belong), missing, quiet=not effects)

    async def imagine(self, row: Inbound, now: int) -> Imagined:
        """What would follow if ``row`` came now; nothing is written. It need not be kept anywhere."""
        seen = Foreseen()
        ((_, translation),) = await self._store.read(partial(self._read, seen, [row], frozenset(), now))
        while seen.undecided:
            await self._store.read(partial(self._decide, seen, now))
        events = tuple(each for each in seen.events.values() if each.source and each.exchange_id == row.id)
        return Imagined(translation, seen.settled[row.id], events, _plan(seen, (row.id,), (), quiet=False))

    async def start(self, ids: Sequence[str], *, effects: bool, progress: Progress = lambda _done, _all: None) -> int:
        """Put the messages of a plan back to be translated; without ``effects`` no command of theirs leaves. Gives how
        many there were.
        """
        mode = "effects" if effects else "quiet"
        count = 0
        for start in range(0, len(ids), _PAGE):
            chunk = list(ids[start : start + _PAGE])
            count += await self._store.run(partial(_reopen, ids=chunk, mode=mode))
            self._store.wake("inbound")
            progress(start + len(chunk), len(ids))
        return count

    def _tags(self, flow: str) -> frozenset[str]:
        known = flows(self._reducer.processes)
        if flow and flow not in known:
            raise UnknownFlow(flow, sorted(known))
        return known[flow] if flow else frozenset()

    async def _ids(self, selection: Selection) -> tuple[list[str], tuple[str, ...]]:
        """Oldest first, as they will be read; and those asked for that cannot be."""
        if selection.ids:
            kept = await self._store.read(lambda tx: tx.exchanges.kept(selection.ids))
            missing = sorted({*selection.ids} - {each.id for each in kept})
            return [each.id for each in kept if _belongs(each, selection)], tuple(missing)
        found: list[str] = []
        after = ""
        while True:
            rows, after = await self._store.read(partial(_page, selection=selection, after=after))
            found.extend(rows)
            if not after:
                return found[::-1], ()

    def _foresee(
        self, seen: Foreseen, ids: list[str], tags: frozenset[str], now: int, tx: Transaction, *, quiet: bool
    ) -> list[str]:
        """Translate and decide in memory, on the states there are and those foreseen; gives the ids that belong."""
        mode = "quiet" if quiet else "effects"
        rows = [_replayed(row, mode) for row in tx.exchanges.kept(ids)]
        return [row.id for row, _ in self._read(seen, rows, tags, now, tx)]

    def _read(
        self, seen: Foreseen, rows: Sequence[Inbound], tags: frozenset[str], now: int, tx: Transaction
    ) -> Translated:
        in_force = standing(tx.mappings.rulings()).in_force
        translated = [(row, ruled(row.partner, self._translator.translate(row), in_force)) for row in rows]
        if tags:
            translated = [
                (row, said) for row, said in translated if any(type_of(fact.body) in tags for fact in said.facts)
            ]
        commit(seen.over(tx), translated, now)
        self._decide(seen, now, tx)
        return translated

    def _decide(self, seen: Foreseen, now: int, tx: Transaction) -> None:
        batch, seen.undecided = seen.undecided[: self._reducer.batch], seen.undecided[self._reducer.batch :]
        if not batch:
            return
        imagined = seen.over(tx)
        self._reducer.look(tx)
        effects = self._reducer.decide({}, batch, imagined.states.load({each.subject for each in batch}), now)
        seen.hold_back(tx, effects.held)
        self._reducer.commit(imagined, effects, now)


def _plan(seen: Foreseen, ids: tuple[str, ...], missing: tuple[str, ...], *, quiet: bool) -> Plan:
    raised: dict[str, dict[tuple[str, bool], None]] = {}
    for subject, kind, is_open in seen.exceptions:
        raised.setdefault(subject, {})[kind, is_open] = None
    changes = [
        change for subject in sorted(seen.states) for change in _changed(seen, subject, tuple(raised.get(subject, ())))
    ]
    effects = sorted(map(_effect, [*seen.held.values(), *seen.commands.values()]))
    parked = sum(each.status == "parked" for each in seen.settled.values())
    return Plan(ids, tuple(changes), tuple(effects), tuple(seen.withdrawn), len(seen.events), parked, missing, quiet)


def _changed(seen: Foreseen, subject: str, exceptions: tuple[tuple[str, bool], ...]) -> list[Change]:
    old, new = seen.before[subject], seen.states[subject]
    before, after = row_hash(old) if old else "", row_hash(new)
    if before == after and not exceptions:
        return []
    return [Change(subject, before, after, columns_changed(old, new), exceptions)]


def _effect(command: NewCommand) -> Effect:
    return Effect(command.partner, command.kind, command.subject, command.key)


def _replayed(row: Inbound, mode: str) -> Inbound:
    return Inbound(
        row.id, row.partner, row.channel, row.body, row.received_at, row.trace_id, row.content_type, row.headers,
        row.path, mode,
    )  # fmt: skip


def _belongs(row: Inbound, selection: Selection) -> bool:
    return (
        selection.partner in {"", row.partner}
        and row.received_at >= selection.since
        and (not selection.until or row.received_at < selection.until)
    )


def _reopen(tx: Transaction, ids: list[str], mode: str) -> int:
    return tx.exchanges.reopen(ids, mode)


def _page(tx: Transaction, selection: Selection, after: str) -> tuple[list[str], str]:
    rows, following = tx.views.exchanges(
        direction="inbound",
        partner=selection.partner,
        since=selection.since,
        until=selection.until,
        statuses=_ENDED,
        after=after,
        limit=_PAGE,
    )
    return [row.id for row in rows], following
