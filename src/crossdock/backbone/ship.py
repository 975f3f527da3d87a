"""The log's bytes on their way from the database to a stream: confirmed by its quorum first, let go of later.

A worker ships the partitions it holds. It may die anywhere and be repeated by anybody: events are immutable, the stream
takes a batch only where it ends at the position before, and a mark moves only from where it stood.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import structlog
from msgspec import Struct, structs

from crossdock.ports.clock import Clock
from crossdock.ports.stores import Fenced, Store, Transaction
from crossdock.ports.stream import OutOfPlace, Stream, StreamDown, StreamFault
from crossdock.ports.tail import Mark

_LOG = structlog.get_logger("crossdock.ship")
_PAGE = "docs/how-to/log-in-jetstream.md"
_SECOND = 1_000_000
_AGAIN = 1 * _SECOND
"""How long a stream that was away is left alone."""
_PATIENCE = 30 * _SECOND
"""A new leader may not know yet all that was confirmed: a shorter stream is believed after so long only."""
_MOST = 4096
"""Events per step, of all partitions together."""
_LEAST = 64
_SLIMMED = 4096
"""Rows per step that let go of their bytes."""


class Parcel(Struct, frozen=True):
    """What waits in one partition: its mark, the log's head, and the first ``count`` records behind the mark."""

    mark: Mark
    head: int
    count: int
    records: Sequence[bytes]


class Shipper:
    """Ships what is new, and lets rows go of what the stream has confirmed ``hold`` microseconds ago."""

    def __init__(self, store: Store, stream: Stream, clock: Clock, hold: int) -> None:
        """``hold`` is longer than the servers' ``sync_interval``: what a power cut takes from all of them is here."""
        self._store = store
        self._stream = stream
        self._clock = clock
        self._hold = hold
        self._sure: dict[int, int] = {}
        self._shorter: dict[int, int] = {}
        self._said: dict[int, str] = {}
        self._down = ""
        self._not_before = 0

    @property
    def faults(self) -> Mapping[int, str]:
        """What is wrong with partitions' streams, as far as this process saw it."""
        return self._said

    @property
    def why(self) -> str:
        """Why the last step could not ship all it wanted to, "" where it could."""
        return self._down or next(iter(self._said.values()), "")

    async def close(self) -> None:
        """Let go of the stream's connections."""
        await self._stream.close()

    async def step(self, partitions: Iterable[int]) -> int:
        """One batch of every partition that has something; how many events were shipped or let go of."""
        owned, now = sorted(partitions), self._clock.now()
        if not owned or now < self._not_before:
            return 0  # `why` stays what it was
        self._down = ""
        parcels = await self._look(owned)
        ends = dict(zip(parcels, await asyncio.gather(*map(self._shipped, parcels, parcels.values())), strict=True))
        moves, stretches = self._judge(parcels, ends, now)
        if moves:
            try:
                slimmed = await self._store.run(lambda tx: _write(tx, moves, stretches))
            except Fenced:
                self._sure.clear()  # another worker is at it: look again before the next word
                return 0
        shipped = sum(max(0, to.shipped - start.shipped) for start, to in moves.values())
        for partition, (_, mark) in moves.items():
            self._sure[partition] = mark.shipped
        return shipped + (slimmed if moves else 0)

    async def _look(self, owned: list[int]) -> dict[int, Parcel]:
        """Those with something to do; marks that are missing are made first."""
        marks, parcels = await self._store.read(lambda tx: self._parcels(tx, owned))
        missing = set(owned) - set(marks)
        if missing:
            await self._store.run(lambda tx: tx.tail.begin(missing))
            _, parcels = await self._store.read(lambda tx: self._parcels(tx, owned))
        return parcels

    def _parcels(self, tx: Transaction, owned: list[int]) -> tuple[dict[int, Mark], dict[int, Parcel]]:
        marks, heads = tx.tail.marks(owned), tx.views.log_heads()
        now = self._clock.now()
        behind = [each for each, mark in marks.items() if mark.shipped < heads[each]]
        share = max(_LEAST, _MOST // max(1, len(behind)))
        wanted = {each: (marks[each].shipped, min(share, heads[each] - marks[each].shipped)) for each in behind}
        records = tx.tail.records(wanted)
        due = {each for each, mark in marks.items() if each in records or self._due(mark, now)}
        counts = {each: most for each, (_, most) in wanted.items()}
        return marks, {
            each: Parcel(marks[each], heads[each], counts.get(each, 0), records.get(each, ())) for each in sorted(due)
        }

    def _due(self, mark: Mark, now: int) -> bool:
        """Whether rows may let go, or their time begins to run."""
        return self._ripe(mark, now) or (mark.shipped > mark.noted and mark.noted <= mark.slimmed)

    def _ripe(self, mark: Mark, now: int) -> bool:
        """Rows may let go, after one more question whether the stream still has them."""
        return mark.noted > mark.slimmed and now >= mark.noted_at + self._hold

    async def _shipped(self, partition: int, parcel: Parcel) -> int | None:
        """The position the stream is known to have confirmed now; nothing where it is not known."""
        start = parcel.mark.shipped
        try:
            _aligned(partition, parcel)
            if self._sure.get(partition) != start or self._ripe(parcel.mark, self._clock.now()):
                start = await self._settled(partition, parcel)
                self._sure[partition] = start
            rest = parcel.records[start - parcel.mark.shipped :] if start >= parcel.mark.shipped else ()
            end = await self._stream.append(partition, start, rest) if rest else start
        except OutOfPlace:
            self._sure.pop(partition, None)
            return None
        except StreamDown as down:
            self._sure.pop(partition, None)
            self._rest(str(down))
            return None
        except StreamFault as fault:
            self._sure.pop(partition, None)
            self._wrong(partition, fault)
            return None
        self._well(partition)
        return end

    async def _settled(self, partition: int, parcel: Parcel) -> int:
        """Where to go on: what the stream has, once it is seen to be this log's own."""
        mark, last = parcel.mark, await self._stream.last(partition)
        if last < mark.shipped:
            return self._believed(partition, mark, last)
        self._shorter.pop(partition, None)
        if last > parcel.head:
            text = f"The stream is ahead of the database, as after restoring an older backup: see {_PAGE}."
            raise StreamFault(text, f"partition {partition} ends at {parcel.head} here, at {last} there")
        if last:
            await self._same(partition, last)
        return last

    def _believed(self, partition: int, mark: Mark, last: int) -> int:
        """The stream is shorter than it was. Once that is sure, what rows still have is shipped again."""
        now = self._clock.now()
        if now < self._shorter.setdefault(partition, now) + _PATIENCE:
            raise StreamDown(
                f"partition {partition} ends at {last}, {mark.shipped} was confirmed: waiting for its replicas"
            )
        if last < mark.slimmed:
            text = (
                "The stream lost events that only it had: restore it from a backup (docs/how-to/log-in-jetstream.md)."
            )
            where = f"partition {partition} ends at {last}, positions up to {mark.slimmed} are gone"
            raise StreamFault(text, where)
        del self._shorter[partition]
        _LOG.error("the stream lost its end; it is shipped again", partition=partition, last=last, was=mark.shipped)
        return last

    async def _same(self, partition: int, last: int) -> None:
        [theirs] = await self._stream.read(partition, last, 1)
        if not await self._store.read(lambda tx: tx.tail.agrees(partition, last, theirs)):
            text = "The stream belongs to another log: give store.log.name another value, or empty streams."
            raise StreamFault(text, f"position {last} of partition {partition} is another event there")

    def _judge(
        self, parcels: Mapping[int, Parcel], ends: Mapping[int, int | None], now: int
    ) -> tuple[dict[int, tuple[Mark, Mark]], dict[int, tuple[int, int]]]:
        """The marks' moves, and which rows let go. Only what the stream was just heard to have is let go of."""
        moves: dict[int, tuple[Mark, Mark]] = {}
        stretches: dict[int, tuple[int, int]] = {}
        room = _SLIMMED
        for partition, parcel in parcels.items():
            end, mark = ends[partition], parcel.mark
            if end is None:
                continue
            to = structs.replace(mark, shipped=end, noted=min(mark.noted, end))
            if self._ripe(to, now) and room:
                upto = min(to.noted, to.slimmed + room)
                room -= upto - to.slimmed
                stretches[partition] = (to.slimmed, upto)
                to = structs.replace(to, slimmed=upto)
            if to.noted <= to.slimmed and to.shipped > to.noted:
                to = structs.replace(to, noted=to.shipped, noted_at=now)
            if to != mark:
                moves[partition] = (mark, to)
        return moves, stretches

    def _rest(self, why: str) -> None:
        if not self._down:
            _LOG.warning("JetStream takes nothing now; events wait in the database", why=why)
        self._down = why
        self._not_before = self._clock.now() + _AGAIN

    def _wrong(self, partition: int, fault: StreamFault) -> None:
        if self._said.get(partition) != str(fault):
            _LOG.error("a partition's stream needs a person", partition=partition, do=fault.why.operator,
                       why=fault.why.engineer)  # fmt: skip
        self._said[partition] = str(fault)
        self._not_before = self._clock.now() + _AGAIN

    def _well(self, partition: int) -> None:
        self._said.pop(partition, None)


def _aligned(partition: int, parcel: Parcel) -> None:
    """The n-th record goes to the n-th place behind the mark, so none may be missing."""
    if len(parcel.records) != parcel.count:
        text = "Rows let go of bytes that no mark says the stream has: restore the table log_stream from a backup."
        raise StreamFault(text, f"partition {partition} has {len(parcel.records)} of {parcel.count} records to ship")


def _write(tx: Transaction, moves: Mapping[int, tuple[Mark, Mark]], stretches: Mapping[int, tuple[int, int]]) -> int:
    tx.tail.move(moves)
    return tx.tail.slim(stretches)
