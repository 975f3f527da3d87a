"""Subjects that ended long ago: which may go, and going, a page at a time.

What ended is remembered by its name alone, and its references keep leading to it: a message that comes years too late
is recognised, changes nothing and makes nobody do anything (decision 0028).
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from crossdock.backbone.outbox import state_of
from crossdock.model.milestones import MILESTONES
from crossdock.ports.clock import SharedClock
from crossdock.ports.stores import Transaction
from crossdock.ports.stores_ageing import Quiet

_OUTBOX = "outbox:"
_REBUILD = "rebuild-"
_ASIDE = ("desk:", "charge:")
"""Begins of subjects that have no phase: a request at the desk, a charge about which nobody has to do anything."""
_CHANNEL_ORDER = "co:"
_ENTERED = "entered"
_NOT_OVER = "not at an end"
_NEWEST = "the newest event of its partition"


class Floor(Struct, frozen=True):
    """The first position of a partition that somebody has not read (or may have to read again), and who that is."""

    position: int
    reader: str


class Page(Struct, frozen=True):
    """One page judged: ``ended`` subjects with ``events``; ``kept`` counts the others by what stands in the way;
    ``after`` is where the next page begins, nothing at the end.
    """

    ended: int = 0
    events: int = 0
    kept: Mapping[str, int] = field(default_factory=dict)
    after: tuple[int, str] | None = None


def over(row: Quiet) -> bool:
    """Whether nothing more is expected of a subject: all its packages reached an end, it was cancelled, or it was a
    request at the carriers' desk, a charge that found its order, or a channel's order that the system of record has.

    >>> over(Quiet("do:odoo:1", "shipped", "in_transit", 1, 0, 1, ""))
    False
    >>> over(Quiet("charge:acme:1", "", "", 1, 0, 1, ""))
    True
    """
    known = MILESTONES.get(row.milestone)
    ended = known is not None and known.terminal
    entered = row.subject.startswith(_CHANNEL_ORDER) and row.phase == _ENTERED
    return ended or entered or row.phase == "cancelled" or row.subject.startswith(_ASIDE)


def floors(readers: Mapping[str, Mapping[int, int]], held: Mapping[str, Iterable[tuple[int, int]]],
           partitions: Iterable[int]) -> dict[int, Floor]:  # fmt: skip
    """What the slowest reader of each partition has before it; ``held`` are the places outboxes will read again."""
    found: dict[int, Floor] = {}
    for partition in partitions:
        places = [Floor(read.get(partition, 0) + 1, name) for name, read in readers.items()]
        places += [Floor(position, name) for name, rows in held.items() for at, position in rows if at == partition]
        found[partition] = min(places, key=lambda each: (each.position, each.reader))
    return found


def obstacle(row: Quiet, floor: Floor, head: int) -> str:
    """What stands in the way of ending a subject that is quiet; "" for nothing."""
    if row.open:
        return row.open
    if not over(row):
        return _NOT_OVER
    if row.last >= floor.position:
        return f"not yet read by {floor.reader}"
    return _NEWEST if row.last == head else ""


def judged(tx: Transaction, before: int, after: tuple[int, str], limit: int) -> tuple[list[tuple[Quiet, str]], bool]:
    """One page of quiet subjects, each with what stands in its way; whether there may be more."""
    rows = tx.ageing.quiet(before, after, limit)
    heads = tx.views.log_heads()
    standing = floors(tx.ageing.readers(), _held(tx), {each.partition for each in rows})
    return [(row, obstacle(row, standing[row.partition], heads[row.partition])) for row in rows], len(rows) == limit


def _held(tx: Transaction) -> dict[str, list[tuple[int, int]]]:
    names = [name.removeprefix(_OUTBOX) for name in tx.ageing.readers() if name.startswith(_OUTBOX)]
    return {_OUTBOX + name: [(e.partition, e.position) for e in state_of(tx, name)[0].held] for name in names}


def end_page(tx: Transaction, before: int, after: tuple[int, str], clock: SharedClock, limit: int) -> Page:
    """End what may end of one page. Nobody appends to its partitions meanwhile, so what was judged stays true; a
    rebuild that writes what it judged earlier is left alone.
    """
    if any(name.startswith(_REBUILD) for name in tx.leases.owners(clock.agreed(tx.server_time))):
        return Page(kept={"a rebuild runs": 1})
    tx.ageing.hold(sorted({row.partition for row in tx.ageing.quiet(before, after, limit)}))
    rows, more = judged(tx, before, after, limit)
    going = [row.subject for row, way in rows if not way]
    return _page(rows, more, tx.ageing.end(going, clock.now()))


def foresee_page(tx: Transaction, before: int, after: tuple[int, str], limit: int) -> Page:
    """What `end_page` would do. ``events`` are not counted."""
    rows, more = judged(tx, before, after, limit)
    return _page(rows, more, 0)


def _page(rows: Sequence[tuple[Quiet, str]], more: bool, events: int) -> Page:  # noqa: FBT001 - private
    kept: dict[str, int] = {}
    for _, way in rows:
        if way:
            kept[way] = kept.get(way, 0) + 1
    last = (rows[-1][0].updated_at, rows[-1][0].subject) if more else None
    return Page(sum(not way for _, way in rows), events, kept, last)
