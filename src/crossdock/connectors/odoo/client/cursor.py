"""Where a feed has got to: bounded, and safe against ties, late commits and our own echoes; pure.

Odoo shows ``write_date`` in whole seconds and stamps it when a transaction starts, so the cursor goes back by an
overlap and tells rows apart by (id, write_date) instead of trusting "later than". What is forgotten here because of a
bound is read once more and dropped by its digest: nothing is lost by forgetting. When nothing has happened for longer
than the overlap, every transaction begun before the newest row has ended: the cursor then settles and remembers no row.
"""

from calendar import timegm
from collections.abc import Iterable
from datetime import UTC, datetime
from time import strptime

import msgspec
from msgspec import Struct, field

from crossdock.connectors.odoo.client.packing import (
    Unpackable,
    pack_ids,
    pack_marks,
    pack_seconds,
    unpack_ids,
    unpack_marks,
    unpack_seconds,
)

REMEMBERED_ROWS = 10_000
"""Rows remembered per watched model; beyond it a row of the overlap is only read once more."""
REMEMBERED_ORDERS = 10_000
"""Documents whose last digest is remembered; beyond it an echo is emitted again and changes nothing."""
REMEMBERED_CLOSED = 1_000
"""Of these, documents that have come to their end: they are hardly ever touched again."""
_FORM = 2


class Scan(Struct, omit_defaults=True):
    """How far one watched model is read. Times are Odoo's seconds since the epoch.

    ``at`` is the newest row seen; ``next`` the second a running pass goes on from (0: no pass is running), where
    ``after`` > 0 goes through the ids of that one second; ``done`` waits for the other models' passes to end;
    nothing before ``floor`` can still change; ``seen`` maps id to write_date for the overlap.
    """

    at: int = 0
    next: int = 0
    after: int = 0
    done: bool = False
    floor: int = 0
    seen: dict[int, int] = field(default_factory=dict)

    def lower(self, overlap: int) -> int:
        """The first second to read."""
        return self.next or max(self.at - overlap, self.floor, 0)

    def news(self, rows: Iterable[tuple[int, int]]) -> list[int]:
        """Ids of ``rows`` (id, second) not seen in this state before; they are remembered now."""
        fresh = []
        for row_id, second in rows:
            if self.seen.get(row_id) != second:
                self.seen[row_id] = second
                fresh.append(row_id)
            self.at = max(self.at, second)
        return fresh

    def turn_page(self, rows: list[tuple[int, int]], limit: int, overlap: int) -> bool:
        """Move on after a page in (write_date, id) order; True when the pass is not at its end."""
        if self.after:
            done = len(rows) < limit
            self.next, self.after = (self.next + 1, 0) if done else (self.next, rows[-1][0])
        elif len(rows) < limit:
            self.next = 0
        elif rows[0][1] == rows[-1][1]:
            # A whole page of one second: its order within the second is by microseconds that are not shown,
            # so this second is read again by id, which is a total order. -1 cannot be an id: it starts there.
            self.next, self.after = rows[0][1], -1
        else:
            self.next = rows[-1][1]
        self._forget(min(self.next or self.at, self.at) - overlap)
        return self.next > 0

    def settle(self) -> None:
        """Every transaction begun up to the newest row has ended and was read: go on after it."""
        self.floor, self.seen = max(self.floor, self.at + 1), {}

    @property
    def settled(self) -> bool:
        """Whether nothing up to the newest row can still come."""
        return self.floor > self.at

    def _forget(self, before: int) -> None:
        kept = sorted(((second, row_id) for row_id, second in self.seen.items() if second >= before), reverse=True)
        self.seen = {row_id: second for second, row_id in kept[:REMEMBERED_ROWS]}


class Cursor(Struct, omit_defaults=True):
    """A feed's whole memory. ``horizon`` is Odoo's time at the first pass: what ended before it is history.

    ``pending`` are documents known to have changed and not read yet; ``again`` maps a document to the time (seconds,
    our clock) of its second look; ``sent`` maps a document to the mark of the version last emitted (`mark_of`);
    ``moments`` has the times of those emitted since ``settled`` (Odoo's seconds), all others are older.
    """

    horizon: int = 0
    settled: int = 0
    scans: dict[str, Scan] = field(default_factory=dict)
    pending: list[int] = field(default_factory=list)
    again: dict[int, int] = field(default_factory=dict)
    sent: dict[int, int] = field(default_factory=dict)
    moments: dict[int, int] = field(default_factory=dict)

    def changed(self, documents: Iterable[int], now: int, overlap: int) -> None:
        """Read ``documents`` now, and once more when every transaction of this second must have ended.

        Two writes within one second show the same write_date, the second may commit long after the first was read;
        only another look at the content tells.
        """
        due = [each for each, moment in self.again.items() if moment <= now]
        for each in due:
            del self.again[each]
        fresh = list(dict.fromkeys(documents))
        self.again.update(dict.fromkeys(fresh, now + overlap + 1))
        while len(self.again) > REMEMBERED_ORDERS:
            self.again.pop(next(iter(self.again)))
        waiting = set(self.pending)
        self.pending += [each for each in dict.fromkeys([*fresh, *due]) if each not in waiting]

    def due(self, now: int) -> bool:
        """Whether a second look is due at ``now`` (seconds, our clock)."""
        return any(moment <= now for moment in self.again.values())

    def version(self, document: int, content: str, changed_at: int, *, closed: bool = False) -> int:
        """The time of this version of ``document``, or 0 when it equals the one last emitted (an echo).

        Two versions never share a second: a second edit within one second would otherwise be undecidable.
        ``content`` is a digest in hexadecimal; ``closed`` says that the document has come to its end.
        """
        mark = mark_of(content, closed=closed)
        known = self.sent.get(document)
        if known == mark:
            return 0
        last = self.moments.get(document, 0 if known is None else self.settled - 1)
        moment = max(changed_at, last + 1)
        self.sent[document] = mark
        self.moments[document] = moment
        if len(self.sent) > REMEMBERED_ORDERS + REMEMBERED_ORDERS // 10:
            self._bound()
        return moment

    def open(self) -> list[int]:
        """Documents emitted and not at their end, by id."""
        return sorted(each for each, mark in self.sent.items() if not mark & 1)

    def removed(self, document: int) -> int:
        """The document is gone: the time of that as a version of it."""
        known = self.moments.get(document, self.settled - 1)
        self.forget(document)
        return max(self.newest(), known + 1)

    def forget(self, document: int) -> None:
        """Nothing of the document will be emitted again."""
        self.sent.pop(document, None)
        self.moments.pop(document, None)

    def newest(self) -> int:
        """Odoo's time as far as any row has shown it."""
        return max((scan.at for scan in self.scans.values()), default=self.horizon)

    def passed(self, overlap: int, *, settle: bool) -> None:
        """All models' passes came to their end; ``settle`` when it was quiet for longer than the overlap."""
        # A model whose pass ended early waited for the others: passes that begin again alone would never end together.
        for scan in self.scans.values():
            scan.done = False
            if settle:
                scan.settle()
        self.settled = max(self.settled, self.newest() + 1 if settle else self.newest() - overlap)
        self.moments = {each: moment for each, moment in self.moments.items() if moment >= self.settled}
        self._bound()

    def _bound(self) -> None:
        """Forget the closed documents of the lowest numbers, the oldest; then the others likewise."""
        closed = sorted(each for each, mark in self.sent.items() if mark & 1)
        for each in closed[: max(len(closed) - REMEMBERED_CLOSED, 0)]:
            self.forget(each)
        for each in sorted(self.sent)[: max(len(self.sent) - REMEMBERED_ORDERS, 0)]:
            self.forget(each)


def mark_of(content: str, *, closed: bool) -> int:
    """The first 32 bits of a digest, the last of them saying whether the document is closed.

    An edit that leaves the other 31 as they were is not seen by the feed: one edit in two thousand million.
    """
    return int(content[:8], 16) & ~1 | closed


class _PackedScan(Struct, omit_defaults=True):
    at: int = 0
    next: int = 0
    after: int = 0
    done: bool = False
    floor: int = 0
    seen: str = ""


class _Packed(Struct, omit_defaults=True):
    """A cursor as text; ``again`` maps a moment to ids."""

    form: int
    horizon: int = 0
    settled: int = 0
    scans: dict[str, _PackedScan] = field(default_factory=dict)
    pending: str = ""
    again: dict[int, str] = field(default_factory=dict)
    sent: str = ""
    moments: str = ""


class _Old(Struct):
    """The form of version 0.1: what was sent is forgotten, so open documents may be emitted once more."""

    horizon: int = 0
    scans: dict[str, Scan] = field(default_factory=dict)
    pending: list[int] = field(default_factory=list)
    again: dict[int, int] = field(default_factory=dict)


def load(text: str) -> Cursor:
    """Read what `dump` wrote; the beginning for an empty text. Raises `msgspec.DecodeError` on anything else."""
    if not text:
        return Cursor()
    try:
        packed = msgspec.json.decode(text, type=_Packed)
    except msgspec.ValidationError:
        old = msgspec.json.decode(text, type=_Old)
        return Cursor(old.horizon, 0, old.scans, old.pending, old.again)
    try:
        return _unpacked(packed)
    except Unpackable as reason:
        raise msgspec.DecodeError(str(reason)) from None


def dump(cursor: Cursor) -> str:
    """The cursor as JSON text; equal cursors give equal texts."""
    moments: dict[int, list[int]] = {}
    for each, moment in cursor.again.items():
        moments.setdefault(moment, []).append(each)
    packed = _Packed(
        _FORM,
        cursor.horizon,
        cursor.settled,
        {
            name: _PackedScan(scan.at, scan.next, scan.after, scan.done, scan.floor, pack_seconds(scan.seen))
            for name, scan in sorted(cursor.scans.items())
        },
        pack_ids(cursor.pending),
        {moment: pack_ids(moments[moment]) for moment in sorted(moments)},
        pack_marks(cursor.sent),
        pack_seconds(cursor.moments),
    )
    return msgspec.json.encode(packed).decode()


def _unpacked(packed: _Packed) -> Cursor:
    return Cursor(
        packed.horizon,
        packed.settled,
        {
            name: Scan(scan.at, scan.next, scan.after, scan.done, scan.floor, unpack_seconds(scan.seen))
            for name, scan in packed.scans.items()
        },
        unpack_ids(packed.pending),
        {each: moment for moment, ids in packed.again.items() for each in unpack_ids(ids)},
        unpack_marks(packed.sent),
        unpack_seconds(packed.moments),
    )


def seconds(text: object) -> int:
    """Odoo's naive UTC date-time text as seconds since the epoch; 0 for ``false``.

    >>> seconds("1970-01-02 00:00:01")
    86401
    """
    if not isinstance(text, str):
        return 0
    return timegm(strptime(text[:19].replace("T", " "), "%Y-%m-%d %H:%M:%S"))


def text_of(second: int) -> str:
    """Seconds since the epoch as Odoo takes them in a domain (19 refuses a zone).

    >>> text_of(86401)
    '1970-01-02 00:00:01'
    """
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")
