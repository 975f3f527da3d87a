"""The log's tail: rows that still have their bytes, and marks of what a stream confirmed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from crossdock.ports.stores import Fenced
from crossdock.ports.tail import Mark
from crossdock.storage.records import EVENT_COLUMNS, LARGEST, PLACES, gone, read_record, record_of
from crossdock.storage.statements import UpdateMany, among, change_in, insert_new, rows_in
from crossdock.storage.tables import EVENT, LOG_PARTITION, LOG_STREAM

_MARKS = (
    select(
        LOG_STREAM.c.partition, LOG_STREAM.c.shipped, LOG_STREAM.c.noted, LOG_STREAM.c.noted_at, LOG_STREAM.c.slimmed
    )
    .where(among(LOG_STREAM.c.partition))
    .order_by(LOG_STREAM.c.partition)
)
_LOCK_MARKS = _MARKS.with_for_update()
_BEGIN = insert_new(LOG_STREAM)
_MOVE = UpdateMany(LOG_STREAM, "partition")
_FULL = (among(EVENT.c.place), EVENT.c.body != "")
_ROWS = select(*EVENT_COLUMNS).where(among(EVENT.c.place)).order_by(EVENT.c.place)
_NAMES = select(EVENT.c.key, EVENT.c.subject).where(EVENT.c.place == bindparam("at"))
_HEADS = select(LOG_PARTITION.c.partition, LOG_PARTITION.c.head).where(among(LOG_PARTITION.c.partition))
_EMPTY = {"body": "", "occurred_at": "", "occurred_precision": "", "source": "", "trace_id": ""}
_SLIM = update(EVENT).where(*_FULL, func.length(EVENT.c.body) <= LARGEST).values(_EMPTY)
_REFILL = (
    update(EVENT)
    .where(EVENT.c.place == bindparam("at"), EVENT.c.body == "")
    .values({name: bindparam(f"to_{name}") for name in _EMPTY})
)


class SqlTail:
    """Implements `crossdock.ports.tail.Tail`."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def begin(self, partitions: Iterable[int]) -> None:
        """Make the marks that are missing: nothing is shipped there yet."""
        rows = [{"partition": each} for each in sorted(partitions)]
        if rows:
            self._connection.execute(_BEGIN, rows)

    def marks(self, partitions: Iterable[int]) -> dict[int, Mark]:
        """The marks there are."""
        return self._standing(_MARKS, partitions)

    def _standing(self, statement: Any, partitions: Iterable[int]) -> dict[int, Mark]:
        return {row[0]: Mark(*row[1:]) for row in rows_in(self._connection, statement, sorted(partitions))}

    def move(self, moves: Mapping[int, tuple[Mark, Mark]]) -> None:
        """Set marks {partition: (from, to)}. Raises `Fenced` unless each stood at ``from``."""
        standing = self._standing(_LOCK_MARKS, moves)
        for partition, (start, _) in moves.items():
            if standing.get(partition) != start:
                raise Fenced(f"the stream's mark of partition {partition} was moved by somebody else")
        rows = [
            {
                "partition": partition,
                "shipped": mark.shipped,
                "noted": mark.noted,
                "noted_at": mark.noted_at,
                "slimmed": mark.slimmed,
            }
            for partition, (_, mark) in sorted(moves.items())
        ]
        _MOVE.run(self._connection, rows)

    def records(self, wanted: Mapping[int, tuple[int, int]]) -> dict[int, list[bytes]]:
        """The bytes a stream keeps of events, {partition: (after which position, how many at most)}, in order."""
        heads = {row[0]: row[1] for row in rows_in(self._connection, _HEADS, sorted(wanted))}
        spans = {each: (after, min(after + most, heads[each])) for each, (after, most) in wanted.items()}
        rows = {(row.partition, row.position): row for row in rows_in(self._connection, _ROWS, _places(spans))}
        return {each: list(_records(rows, each, *spans[each])) for each in wanted}

    def agrees(self, partition: int, position: int, record: bytes) -> bool:
        """Whether what a stream has at a position is the event of that position; of a deleted one nothing is left to
        compare.
        """
        there = read_record(record)
        row = self._connection.execute(_NAMES, {"at": partition * PLACES + position}).first()
        placed = (there.partition, there.position) == (partition, position)
        return placed and (row is None or not there.key or (there.key, there.subject) == (row.key, row.subject))

    def slim(self, stretches: Mapping[int, tuple[int, int]]) -> int:
        """Let rows {partition: (after, up to)} go of bytes that the stream has; how many did."""
        return change_in(self._connection, _SLIM, _places(stretches))

    def end(self) -> None:
        """Forget all marks: no stream has anything."""
        self._connection.execute(delete(LOG_STREAM))

    def refill(self, partition: int, records: Sequence[bytes]) -> int:
        """Put the bytes of ``records`` back into their rows; how many had let go of them."""
        filled = 0
        for record in map(read_record, records):
            values = {"at": partition * PLACES + record.position, "to_body": bytes(record.body).decode()}
            values |= {f"to_{name}": getattr(record, name) for name in _EMPTY if name != "body"}
            filled += self._connection.execute(_REFILL, values).rowcount
        return filled


def _records(rows: Mapping[tuple[int, int], Any], partition: int, after: int, upto: int) -> Iterator[bytes]:
    """A position without a row was an event that retention deleted: its place is kept, or all others would move."""
    for position in range(after + 1, upto + 1):
        row = rows.get((partition, position))
        if row is None:
            yield gone(partition, position)
        elif row.body:
            yield record_of(row)


def _places(spans: Mapping[int, tuple[int, int]]) -> list[int]:
    """Every place of {partition: (after, up to)}, in order."""
    return [
        partition * PLACES + position
        for partition, (after, upto) in sorted(spans.items())
        for position in range(after + 1, upto + 1)
    ]
