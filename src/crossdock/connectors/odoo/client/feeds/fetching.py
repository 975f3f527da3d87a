"""Fetches the next page of a feed: decides what to ask Odoo, and tells only what is new to the cursor."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from msgspec import Struct, field

from crossdock.connectors.odoo.client import cursor as cursors
from crossdock.connectors.odoo.client.cursor import Cursor, text_of
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.feeds.deletions import deleted_of, proven_deleted
from crossdock.connectors.odoo.client.feeds.hints import Hint, Hints
from crossdock.connectors.odoo.client.feeds.outbox import Outbox
from crossdock.connectors.odoo.client.feeds.pacing import Pace, Pauses
from crossdock.connectors.odoo.client.feeds.table import FEEDS, Feed
from crossdock.connectors.odoo.client.reading import Document
from crossdock.connectors.odoo.client.session import OdooSession, Row
from crossdock.connectors.odoo.client.watching import (
    Expression,
    Source,
    Watch,
    adapted,
    any_of,
    both,
    look,
    scope_of,
    stirred,
    watches_of,
)
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.model.identifiers import digest
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Page
from crossdock.ports.verdicts import Explanation, InDoubt, Park, Reauthenticate, Refuse, Retry, Verdict

_OFF_PAUSE = 3600.0
_AFTER_HINT = 1.0
"""Odoo 18 sends its hooks before it commits: look again soon."""
_SECOND = 1_000_000


class _Memory(Struct):
    """What one feed keeps in this process; all of it can be lost. ``announced``: somebody called to say there is news,
    as opposed to hints that were fetched.
    """

    feed: Feed
    pace: Pace
    hints: Hints = field(default_factory=Hints)
    announced: bool = False
    source: Source | None = None
    watches: tuple[Watch, ...] = ()
    text: str = ""
    cursor: Cursor | None = None


class _Pass(Struct):
    """What one pass found out before any document is read; ``found`` by looking or a hint, not by a second look."""

    more: bool = False
    busy: bool = False
    moved: bool = False
    hinted: bool = False
    found: bool = False
    gone: list[int] = field(default_factory=list)


class Feeds:
    """The feeds of one partner."""

    def __init__(
        self,
        session: OdooSession,
        config: OdooConfig,
        clock: Clock,
        has_addon: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Calls nothing yet. ``has_addon`` tells whether there is an outbox to read."""
        self._has_addon = has_addon
        self._outbox = Outbox(session)
        self._session = session
        self._config = config
        self._clock = clock
        pauses = Pauses(
            config.poll_busy,
            config.poll_idle,
            config.poll_hooked if config.webhook_secret else 0.0,
            config.sweep_every,
            float(config.overlap),
        )
        self._memories: dict[str, _Memory] = {
            name: _Memory(feed, Pace(pauses)) for name, feed in FEEDS.items() if name in config.feeds
        }

    def hinted(self, hint: Hint | None) -> tuple[str, ...]:
        """Note that Odoo called; the names of the feeds to wake: all of them where it names no record."""
        concerned = list(self._memories.values()) if hint is None else self._note(hint)
        for memory in concerned:
            memory.announced = True
        return tuple(memory.feed.name for memory in concerned)

    def _note(self, hint: Hint) -> list[_Memory]:
        concerned = [memory for memory in self._memories.values() if hint.model in _models(memory.feed.source)]
        for memory in concerned:
            memory.hints.note(hint)
        return concerned

    async def fetch(self, name: str, text: str) -> Page | Verdict:
        """The next documents that changed, whole; a feed that is switched off has none."""
        if name not in FEEDS:
            return Refuse(Explanation("Remove the unknown feed.", f"Odoo has no feed '{name}'"))
        memory = self._memories.get(name)
        if memory is None:
            return Page(b"", text, next_after=_OFF_PAUSE)
        try:
            cursor = memory.cursor if memory.cursor is not None and memory.text == text else cursors.load(text)
        except msgspec.DecodeError as reason:
            return Park(Explanation("The feed's cursor is damaged: reset it.", str(reason)))
        if wait := self._held_back(memory, cursor):
            return self._page(memory, cursor, text, b"", next_after=wait)
        memory.cursor = None  # a pass that fails half-way must not leave its changes behind
        try:
            if self._has_addon and cursor.horizon and await self._has_addon():
                await self._pull()
            return await self._fetch(memory, cursor, text)
        except Failed as failed:
            return failed.verdict

    async def _pull(self) -> None:
        """Take what the outbox has as hints. One that may not be read is none: the write dates tell the same."""
        try:
            pulled = await self._outbox.pull()
        except Failed as failed:
            if isinstance(failed.verdict, Retry | Reauthenticate | InDoubt):
                raise
            return
        for hint in pulled.hints:
            self._note(hint)
        if pulled.lost:
            for memory in self._memories.values():
                memory.pace.missed()

    async def documents(self, name: str, ids: Sequence[int] = ()) -> tuple[list[int], list[Document]]:
        """As things are in Odoo now, whatever a cursor knows: ids of open documents when ``ids`` is empty, and else the
        documents of ``ids``. What a reconciliation compares with the store. Raises `Failed`.
        """
        feed = FEEDS[name]
        if ids:
            _, documents = await feed.read(self._session, ids)
            return list(ids), documents
        source = await adapted(self._session, feed.source)
        return await self._session.search(source.model, [*scope_of(self._session, source), *source.open]), []

    def page_of(self, name: str, documents: Sequence[Document]) -> bytes:
        """A page of ``documents`` as `fetch` would give it, for `translate`."""
        told = [{**each.rows, "changed_at": text_of(each.changed_at)} for each in documents]
        return self._body(FEEDS[name], told, [])

    async def _fetch(self, memory: _Memory, cursor: Cursor, text: str) -> Page:
        now = self._clock.now() / _SECOND
        found = _Pass(more=True, busy=True, moved=True)
        if not cursor.pending:
            found = await self._ask(memory, cursor, now)
        size = self._config.page_size
        chunk, cursor.pending = cursor.pending[:size], cursor.pending[size:]
        body = await self._read(memory, cursor, chunk, found.gone) if chunk or found.gone else b""
        if body and found.found:
            memory.pace.told(now)
        after = text if not (found.moved or chunk) else cursors.dump(cursor)
        more = found.more or bool(cursor.pending)
        if more:
            return self._page(memory, cursor, after, body, more=True, next_after=None)
        rest = memory.pace.rest(busy=found.busy or bool(body))
        return self._page(memory, cursor, after, body, next_after=min(rest, _AFTER_HINT) if found.hinted else rest)

    def _held_back(self, memory: _Memory, cursor: Cursor) -> float:
        """Seconds to wait with hints that keep pouring in: they are gathered."""
        waiting = (memory.hints.count > 0 or memory.announced) and not (cursor.pending or _underway(cursor))
        return memory.pace.gather(self._clock.now() / _SECOND) if waiting else 0.0

    def _page(
        self, memory: _Memory, cursor: Cursor, after: str, body: bytes, *, more: bool = False, next_after: float | None
    ) -> Page:
        memory.text, memory.cursor = after, cursor
        return Page(body, after, more, next_after)

    async def _ask(self, memory: _Memory, cursor: Cursor, now: float) -> _Pass:
        """Find out what changed: what was hinted at, what is gone, then what the write dates tell."""
        if memory.source is None:
            memory.source = await adapted(self._session, memory.feed.source)
            memory.watches, _ = await watches_of(self._session, memory.source)
        pace, moment = memory.pace, int(now)
        announced, memory.announced = memory.announced, False
        if announced:
            pace.hinted_at(now)
        if memory.hints.count and cursor.horizon and pace.may_follow(now):
            return await self._follow(memory, memory.source, cursor, now)
        pace.begin(now)
        found = _Pass(hinted=memory.hints.count > 0)
        if pace.sweep_due(now):
            pace.swept = now
            found.gone = await deleted_of(self._session, memory.source.model, cursor.open())
        if (
            not cursor.horizon
            or _underway(cursor)
            or pace.look_due()
            or await self._stirred(memory, memory.source, cursor)
        ):
            looked = await look(self._session, memory.source, memory.watches, cursor, moment, settle=pace.may_settle())
            found.busy = found.found = looked.news > 0
            found.more, found.moved = looked.more, True
            if looked.news or not looked.more:
                pace.looked(news=looked.news > 0)
        elif cursor.due(moment):
            cursor.changed((), moment, self._config.overlap)
            found.moved = True
        found.moved = found.moved or bool(found.gone)
        return found

    async def _stirred(self, memory: _Memory, source: Source, cursor: Cursor) -> bool:
        found = await stirred(self._session, source, memory.watches, cursor)
        if found:
            memory.pace.stirred()
        return found

    async def _follow(self, memory: _Memory, source: Source, cursor: Cursor, now: float) -> _Pass:
        """Read what was hinted at first. What is missing there and was known open is gone, if Odoo says so too."""
        hinted = memory.hints.ids(_models(source))
        own = hinted.pop(source.model, [])
        terms: list[Expression] = [(("id", "in", own),)] if own else []
        terms += [
            both(source.open, any_of([((path, "in", hinted[watch.model]),) for path in watch.paths]))
            for watch in memory.watches
            if watch.model in hinted
        ]
        found = _Pass(busy=True, moved=True, hinted=True, found=True)
        if terms:
            changed = await self._session.search(source.model, [*scope_of(self._session, source), *any_of(terms)])
            known = set(cursor.open()) & set(own)
            lost = sorted(known - set(changed))
            found.gone = await proven_deleted(self._session, source.model, lost)
            cursor.changed(changed, int(now), self._config.overlap)
        memory.hints.clear()
        memory.pace.stirred()
        return found

    async def _read(self, memory: _Memory, cursor: Cursor, ids: Sequence[int], gone: Sequence[int]) -> bytes:
        """The page of those of ``ids`` that are not what was emitted last, and of documents that are gone."""
        there, documents = await memory.feed.read(self._session, ids) if ids else (set(), [])
        known = set(cursor.open())
        lost = [each for each in ids if each in known and each not in there]
        gone = [*gone, *await proven_deleted(self._session, memory.feed.source.model, lost)]
        told: list[Row] = []
        for document in documents:
            content = digest(msgspec.json.encode(document.rows, order="sorted").decode())
            moment = cursor.version(document.id, content, document.changed_at, closed=document.closed)
            if moment:
                told.append({**document.rows, "changed_at": text_of(moment)})
        removed = [{"id": each, "changed_at": text_of(cursor.removed(each))} for each in dict.fromkeys(gone)]
        return self._body(memory.feed, told, removed) if told or removed else b""

    def _body(self, feed: Feed, told: Sequence[Row], removed: Sequence[Row]) -> bytes:
        page = {"format": feed.format, "serie": self._session.serie, feed.name: told, "removed": removed}
        return msgspec.json.encode(page)


def _models(source: Source) -> set[str]:
    """Every model a hint for this source may name."""
    return {source.model, *(watch.model for watch in source.watches)}


def _underway(cursor: Cursor) -> bool:
    """Whether a pass over several pages is not at its end."""
    return any(scan.next or scan.done for scan in cursor.scans.values())
