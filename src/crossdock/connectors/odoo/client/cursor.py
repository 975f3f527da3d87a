"""Where the feed has got to: bounded, and safe against ties, late commits and our own echoes; pure.

Odoo shows ``write_date`` in whole seconds and stamps it when a transaction starts, so the cursor goes back by an
overlap and tells rows apart by (id, write_date) instead of trusting "later than". What is forgotten here because of a
bound is read once more and dropped by its digest: nothing is lost by forgetting.
"""

from calendar import timegm
from collections.abc import Iterable
from datetime import UTC, datetime
from time import strptime

import msgspec
from msgspec import Struct, field

REMEMBERED_ROWS = 10_000
"""Rows remembered per watched model; beyond it a row of the overlap is only read once more."""
REMEMBERED_ORDERS = 10_000
"""Open orders whose last digest is remembered; beyond it an echo is emitted again and changes nothing."""


class Scan(Struct, omit_defaults=True):
    """How far one watched model is read. Times are Odoo's seconds since the epoch.

    ``at`` is the newest row seen; ``next`` the second a running pass goes on from (0: no pass is running), where
    ``after`` > 0 goes through the ids of that one second; ``done`` waits for the other models' passes to end;
    ``seen`` maps id to write_date for the overlap.
    """

    at: int = 0
    next: int = 0
    after: int = 0
    done: bool = False
    seen: dict[int, int] = field(default_factory=dict)

    def lower(self, overlap: int) -> int:
        """The first second to read."""
        return self.next or max(self.at - overlap, 0)

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

    def _forget(self, before: int) -> None:
        kept = sorted(((second, row_id) for row_id, second in self.seen.items() if second >= before), reverse=True)
        self.seen = {row_id: second for second, row_id in kept[:REMEMBERED_ROWS]}


class Cursor(Struct, omit_defaults=True):
    """The feed's whole memory. ``horizon`` is Odoo's time at the first pass: cancellations before it are history.

    ``pending`` are transfers known to have changed and not read yet; ``again`` maps a transfer to the time (seconds,
    our clock) of its second look; ``sent`` maps an open transfer to the digest and time (seconds) of the version last
    emitted.
    """

    horizon: int = 0
    scans: dict[str, Scan] = field(default_factory=dict)
    pending: list[int] = field(default_factory=list)
    again: dict[int, int] = field(default_factory=dict)
    sent: dict[int, tuple[str, int]] = field(default_factory=dict)

    def changed(self, orders: Iterable[int], now: int, overlap: int) -> None:
        """Read ``orders`` now, and once more when every transaction of this second must have ended.

        Two writes within one second show the same write_date, the second may commit long after the first was read;
        only another look at the content tells.
        """
        due = [order for order, moment in self.again.items() if moment <= now]
        for order in due:
            del self.again[order]
        fresh = list(dict.fromkeys(orders))
        self.again.update(dict.fromkeys(fresh, now + overlap + 1))
        while len(self.again) > REMEMBERED_ORDERS:
            self.again.pop(next(iter(self.again)))
        waiting = set(self.pending)
        self.pending += [order for order in dict.fromkeys([*fresh, *due]) if order not in waiting]

    def version(self, order: int, content: str, changed_at: int) -> int:
        """The time of this version of ``order``, or 0 when it equals the one last emitted (an echo).

        Two versions never share a second: a second edit within one second would otherwise be undecidable.
        """
        digest, last = self.sent.get(order, ("", 0))
        if digest == content:
            return 0
        moment = max(changed_at, last + 1)
        self.sent.pop(order, None)
        self.sent[order] = (content, moment)
        while len(self.sent) > REMEMBERED_ORDERS:
            self.sent.pop(next(iter(self.sent)))
        return moment

    def forget(self, order: int) -> None:
        """The transfer is done or cancelled: nothing of it will be emitted again."""
        self.sent.pop(order, None)


def load(text: str) -> Cursor:
    """Read what `dump` wrote; the beginning for an empty text. Raises `msgspec.DecodeError` on anything else."""
    return msgspec.json.decode(text, type=Cursor) if text else Cursor()


def dump(cursor: Cursor) -> str:
    """The cursor as JSON text; equal cursors give equal texts."""
    return msgspec.json.encode(cursor).decode()


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
