"""The event log: positions without gaps, given out under a lock of the partition's row until the commit."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, text

from crossdock.model.events import Event, encode_body, type_of
from crossdock.model.identifiers import partition_of
from crossdock.ports.stores import Fenced, NewEvent
from crossdock.storage.records import EVENT_COLUMNS, PLACES, Fetch, events_of
from crossdock.storage.statements import ForMany, UpdateMany, among, insert_new, rows_in
from crossdock.storage.tables import ENDED, EVENT, LOG_CURSOR, LOG_PARTITION

_KNOWN_POSTGRESQL = text(
    "WITH wanted AS MATERIALIZED"
    " (SELECT * FROM unnest(CAST(:subjects AS text[]), CAST(:keys AS text[])) AS given (s, k))"
    " SELECT event.subject, event.key FROM wanted"
    " JOIN event ON event.subject = wanted.s AND event.key = wanted.k"
    " UNION ALL SELECT ended.subject, NULL FROM ended WHERE ended.subject IN (SELECT s FROM wanted)"
)
"""Events there are, and subjects that have ended (no key). One probe of the index for each pair: PostgreSQL would make
conditions of a list of pairs, and plan for each. What is materialized is not read by several processes of PostgreSQL at
once, whose start takes longer than the whole question.
"""
_KNOWN_SQLITE = text(
    "SELECT event.subject, event.key FROM json_each(:pairs) AS wanted CROSS JOIN event"
    " ON event.subject = json_extract(wanted.value, '$[0]') AND event.key = json_extract(wanted.value, '$[1]')"
    " UNION ALL SELECT ended.subject, NULL FROM json_each(:pairs) AS wanted CROSS JOIN ended"
    " ON ended.subject = json_extract(wanted.value, '$[0]')"
)
"""The same; of a long list of pairs SQLite would read the whole index instead, all subjects there ever were."""
_OVER = select(ENDED.c.subject).where(among(ENDED.c.subject))
_SPOKEN_OF = select(EVENT.c.subject).where(among(EVENT.c.subject)).distinct()
_HEADS = (
    select(LOG_PARTITION.c.partition, LOG_PARTITION.c.head)
    .where(among(LOG_PARTITION.c.partition))
    .order_by(LOG_PARTITION.c.partition)
)
LOCK_HEADS = _HEADS.with_for_update()
_MOVE_HEAD = UpdateMany(LOG_PARTITION, "partition")
_APPEND = ForMany(insert(EVENT))
_AT = select(*EVENT_COLUMNS).where(among(EVENT.c.place)).order_by(EVENT.c.place)
_BEHIND_HOLES = (
    select(*EVENT_COLUMNS)
    .where(EVENT.c.place > bindparam("after"), EVENT.c.place <= bindparam("last"))
    .order_by(EVENT.c.place)
    .limit(bindparam("most"))
)
_OF_SUBJECT = select(*EVENT_COLUMNS).where(EVENT.c.subject == bindparam("of")).order_by(EVENT.c.place)
_CURSORS = (
    select(LOG_CURSOR.c.partition, LOG_CURSOR.c.position)
    .where(LOG_CURSOR.c.reader == bindparam("of"), among(LOG_CURSOR.c.partition))
    .order_by(LOG_CURSOR.c.partition)
)
_LOCK_CURSORS = _CURSORS.with_for_update()
_NEW_CURSOR = insert_new(LOG_CURSOR)
_MOVE_CURSOR = UpdateMany(LOG_CURSOR, "reader", "partition")


class SqlLog:
    """The event log (`crossdock.ports.stores.Log`)."""

    def __init__(self, connection: Connection, fetch: Fetch | None = None) -> None:
        """Works inside the transaction of ``connection``; ``fetch`` reads what rows let go of."""
        self._connection = connection
        self._fetch = fetch

    def append(self, events: Sequence[NewEvent], now: int) -> list[Event]:
        """Append those whose (subject, key) is new and whose subject has not ended, in the order given.

        The locks are held to the commit, so nobody can see a position whose predecessor is still on its way; what is
        known and what has ended is asked after locking, when nobody else can add to these partitions or end anything.
        """
        partitions = {each.subject: partition_of(each.subject) for each in events}
        heads = dict(map(tuple, rows_in(self._connection, LOCK_HEADS, sorted(set(partitions.values())))))
        seen, over = self._standing((each.subject, each.key) for each in events)
        moved: set[int] = set()
        appended: list[Event] = []
        for each in events:
            if (each.subject, each.key) in seen or each.subject in over:
                continue
            seen.add((each.subject, each.key))
            partition = partitions[each.subject]
            heads[partition] += 1
            moved.add(partition)
            appended.append(_placed(each, partition, heads[partition], now))
        if appended:
            _APPEND.run(self._connection, [_row(event) for event in appended])
            _MOVE_HEAD.run(self._connection, [{"partition": each, "head": heads[each]} for each in sorted(moved)])
        return appended

    def read(self, cursors: Mapping[int, int], limit: int) -> list[Event]:
        """Events after each partition's cursor, in order within a partition, fair between partitions."""
        heads = dict(map(tuple, rows_in(self._connection, _HEADS, sorted(cursors))))
        behind = {
            partition: head - cursors[partition] for partition, head in heads.items() if head > cursors[partition]
        }
        shares = _shares(behind, limit, sum(cursors.values()))
        places = [
            partition * PLACES + cursors[partition] + step
            for partition, share in shares.items()
            for step in range(1, share + 1)
        ]
        found = events_of(list(rows_in(self._connection, _AT, places)), self._fetch)
        if len(found) == len(places):
            return found
        return [
            event for each in sorted(shares) for event in self._past_holes(each, cursors[each], heads, shares[each])
        ]

    def _past_holes(self, partition: int, position: int, heads: Mapping[int, int], share: int) -> list[Event]:
        """The next events there are: retention took the events of subjects that ended, and left their positions."""
        first, last = partition * PLACES + position, partition * PLACES + heads[partition]
        rows = self._connection.execute(_BEHIND_HOLES, {"after": first, "last": last, "most": share})
        return events_of(rows.all(), self._fetch)

    def cursors(self, reader: str, partitions: Iterable[int]) -> dict[int, int]:
        """The positions ``reader`` has reached (0 where it never was)."""
        wanted = list(partitions)
        return dict.fromkeys(wanted, 0) | self._reached(_CURSORS, reader, wanted)

    def _reached(self, statement: Any, reader: str, partitions: Iterable[int]) -> dict[int, int]:
        return {row[0]: row[1] for row in rows_in(self._connection, statement, sorted(partitions), of=reader)}

    def advance(self, reader: str, moves: Mapping[int, tuple[int, int]]) -> None:
        """Move cursors {partition: (from, to)}. Raises `Fenced` unless each stood at ``from``."""
        self.hold(reader, {partition: start for partition, (start, _) in moves.items()})
        self.move(reader, {partition: end for partition, (_, end) in moves.items()})

    def hold(self, reader: str, places: Mapping[int, int]) -> None:
        """Lock cursors {partition: position} until the commit. Raises `Fenced` unless each stands there."""
        standing = self._reached(_LOCK_CURSORS, reader, places)
        missing = sorted(set(places) - set(standing))
        if missing:
            rows = [{"reader": reader, "partition": each, "position": 0} for each in missing]
            self._connection.execute(_NEW_CURSOR, rows)
            standing = self._reached(_LOCK_CURSORS, reader, places)
        for partition, place in places.items():
            if standing[partition] != place:
                raise Fenced(f"{reader} expected partition {partition} at {place}, it is at {standing[partition]}")

    def move(self, reader: str, places: Mapping[int, int]) -> None:
        """Move cursors that are held to {partition: position}."""
        rows = [{"reader": reader, "partition": each, "position": places[each]} for each in sorted(places)]
        _MOVE_CURSOR.run(self._connection, rows)

    def of_subject(self, subject: str) -> list[Event]:
        """All events of one subject in log order."""
        return events_of(self._connection.execute(_OF_SUBJECT, {"of": subject}).all(), self._fetch)

    def known(self, names: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the events, by (subject, key), that there are."""
        return self._standing(names)[0]

    def _standing(self, names: Iterable[tuple[str, str]]) -> tuple[set[tuple[str, str]], set[str]]:
        """Those of the events that there are, and those of their subjects that have ended."""
        wanted = list(dict.fromkeys(names))
        if not wanted:
            return set(), set()
        if self._connection.dialect.name == "postgresql":
            given = {"subjects": [each[0] for each in wanted], "keys": [each[1] for each in wanted]}
            rows = self._connection.execute(_KNOWN_POSTGRESQL, given)
        else:
            rows = self._connection.execute(_KNOWN_SQLITE, {"pairs": msgspec.json.encode(wanted).decode()})
        found = [(row[0], row[1]) for row in rows]
        return {each for each in found if each[1] is not None}, {subject for subject, key in found if key is None}

    def ended(self, subjects: Iterable[str]) -> set[str]:
        """Those of the subjects whose events were taken away for good."""
        return {row[0] for row in rows_in(self._connection, _OVER, subjects)}

    def spoken_of(self, subjects: Iterable[str]) -> set[str]:
        """Those of the subjects that have any event."""
        return {row[0] for row in rows_in(self._connection, _SPOKEN_OF, subjects)}


def _placed(new: NewEvent, partition: int, position: int, now: int) -> Event:
    fact = new.fact
    return Event(
        new.key,
        new.subject,
        partition,
        position,
        fact.body,
        fact.occurred,
        new.received_at,
        now,
        new.source,
        new.exchange_id,
        new.trace_id,
        new.quiet,
    )


def _row(event: Event) -> dict[str, Any]:
    return {
        "place": event.partition * PLACES + event.position,
        "partition": event.partition,
        "position": event.position,
        "key": event.key,
        "subject": event.subject,
        "type": type_of(event.body),
        "body": encode_body(event.body).decode(),
        "occurred_at": event.occurred.at,
        "occurred_zone_known": event.occurred.tz_known,
        "occurred_precision": event.occurred.precision,
        "received_at": event.received_at,
        "recorded_at": event.recorded_at,
        "source": event.source,
        "exchange_id": event.exchange_id,
        "trace_id": event.trace_id,
        "quiet": event.quiet,
    }


def _shares(behind: Mapping[int, int], limit: int, turn: int) -> dict[int, int]:
    """How many events to take of each partition: equal parts, what one cannot use goes to the others.

    ``turn`` changes with every progress, so that a limit below the number of partitions starts elsewhere each time.
    """
    order = sorted(behind)
    if order:
        turn %= len(order)
        order = order[turn:] + order[:turn]
    shares: dict[int, int] = {}
    left = limit
    for index, partition in enumerate(sorted(order, key=behind.__getitem__) if limit >= len(order) else order):
        part = max(1, left // (len(order) - index))
        shares[partition] = min(behind[partition], part, left)
        left -= shares[partition]
        if not left:
            break
    return shares
