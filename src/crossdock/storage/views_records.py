"""Refused bodies, facts without an owner, the log, and how much there is of everything."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, select, text, tuple_

from crossdock.model.events import Event, Fact
from crossdock.ports.rows import MOST_SHIPMENTS, Counts
from crossdock.storage.paging import after_key, page_of
from crossdock.storage.records import EVENT_COLUMNS, PLACES, Fetch, events_of
from crossdock.storage.tables import EVENT, LOG_PARTITION, STATE
from crossdock.storage.tables_exchange import ATTENTION, COMMAND, EXCHANGE, OPEN, RECEIVED, REFUSED
from crossdock.storage.tables_work import EXCEPTION, WAITING_FACT

_FACT: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)

_REFUSED = (
    select(
        REFUSED.c.id,
        REFUSED.c.partner,
        REFUSED.c.channel,
        REFUSED.c.status,
        REFUSED.c.received_at,
        REFUSED.c.length,
        REFUSED.c.operator,
        REFUSED.c.engineer,
    )
    .order_by(REFUSED.c.received_at.desc(), REFUSED.c.id.desc())
    .limit(bindparam("most"))
)
_WAITING = (
    select(WAITING_FACT.c.fact, WAITING_FACT.c.source, WAITING_FACT.c.received_at)
    .order_by(WAITING_FACT.c.received_at, WAITING_FACT.c.key)
    .limit(bindparam("most"))
)
_EVENTS = select(*EVENT_COLUMNS).order_by(EVENT.c.recorded_at, EVENT.c.place)
_RECEIVED = select(func.count(), func.coalesce(func.min(EXCHANGE.c.received_at), 0)).where(RECEIVED)
_OPEN_COMMANDS = (
    select(COMMAND.c.status, func.count(), func.min(COMMAND.c.created_at)).where(OPEN).group_by(COMMAND.c.status)
)
_PARKED_IN = select(func.count()).select_from(EXCHANGE).where(ATTENTION, EXCHANGE.c.status == "parked")
_PARKED_OUT = select(func.count()).select_from(COMMAND).where(ATTENTION, COMMAND.c.status.in_(["parked", "refused"]))
_OPEN_EXCEPTIONS = select(EXCEPTION.c.queue, func.count()).where(text("resolved_at = 0")).group_by(EXCEPTION.c.queue)
_FACTS_WAITING = select(func.count()).select_from(WAITING_FACT)
# Along an index and never past a bound: counted whole, a page of an old store would cost as much as the store is old.
_SHIPMENTS = select(func.count()).select_from(
    select(STATE.c.updated_at).order_by(STATE.c.updated_at, STATE.c.subject).limit(bindparam("most")).subquery()
)
_LOG_HEADS = select(LOG_PARTITION.c.partition, LOG_PARTITION.c.head).order_by(LOG_PARTITION.c.partition)
_LOG_SINCE = (
    select(EVENT.c.partition, func.min(EVENT.c.position))
    .where(EVENT.c.recorded_at >= bindparam("since"))
    .group_by(EVENT.c.partition)
)
_RECORDED = select(func.count()).where(
    EVENT.c.recorded_at >= bindparam("since"), EVENT.c.recorded_at < bindparam("till")
)
_EVENTS_THERE = select(func.coalesce(func.sum(LOG_PARTITION.c.head), 0))


class RecordViews:
    """Lists beside shipments and exchanges (part of `crossdock.ports.rows.Views`)."""

    def __init__(self, connection: Connection, fetch: Fetch | None = None) -> None:
        """Works inside the transaction of ``connection``; ``fetch`` reads events' bytes that rows let go of."""
        self._connection = connection
        self._fetch = fetch

    def refused(self, partner: str = "", limit: int = 50) -> list[tuple[str, str, str, int, int, int, str, str]]:
        """Refused bodies as (id, partner, channel, status, received_at, length, operator, engineer), newest first."""
        query = _REFUSED.where(REFUSED.c.partner == partner) if partner else _REFUSED
        rows = self._connection.execute(query, {"most": limit})
        return [(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]) for row in rows]

    def waiting(self, limit: int = 50) -> list[tuple[str, str, str, int]]:
        """Facts without an owner as (reference kind, value, partner, received_at), oldest first."""
        return list(self._waiting(limit))[:limit]

    def _waiting(self, limit: int) -> Iterator[tuple[str, str, str, int]]:
        for fact, partner, received_at in self._connection.execute(_WAITING, {"most": limit}):
            for name in _FACT.decode(fact).lookups:
                yield name.kind, name.value, partner, received_at

    def events(
        self, *, after: str = "", limit: int = 100, type_prefix: str = "", since: int = 0, until: int = 0
    ) -> tuple[list[Event], str]:
        """The log, by (recorded_at, partition, position)."""
        query = _EVENTS.limit(limit + 1)
        if since:
            query = query.where(EVENT.c.recorded_at >= since)
        if until:
            query = query.where(EVENT.c.recorded_at < until)
        if type_prefix:
            query = query.where(EVENT.c.type.startswith(type_prefix, autoescape=True))
        key = after_key(after, int, int)
        if key:
            query = query.where(tuple_(EVENT.c.recorded_at, EVENT.c.place) > tuple_(*key))
        events = events_of(self._connection.execute(query).all(), self._fetch)
        return page_of(events, limit, [(each.recorded_at, each.partition * PLACES + each.position) for each in events])

    def log_heads(self) -> dict[int, int]:
        """The last position of each partition, 0 where nothing is."""
        return {row[0]: row[1] for row in self._connection.execute(_LOG_HEADS)}

    def recorded(self, since: int, until: int) -> int:
        """How many events were recorded in this time; along an index."""
        return int(self._connection.execute(_RECORDED, {"since": since, "till": until}).scalar_one())

    def log_since(self, since: int) -> dict[int, int]:
        """The lowest position of each partition that was recorded at or after ``since`` (epoch microseconds)."""
        return {row[0]: row[1] for row in self._connection.execute(_LOG_SINCE, {"since": since})}

    def counts(self) -> Counts:
        """How much of everything there is; ``oldest…_at`` are instants, 0 where there is nothing."""
        received, oldest_received_at = self._connection.execute(_RECEIVED).one()
        open_commands = {row[0]: (row[1], row[2]) for row in self._connection.execute(_OPEN_COMMANDS)}
        in_doubt = open_commands.get("in_doubt", (0, 0))[0]
        exceptions = {row[0]: int(row[1]) for row in self._connection.execute(_OPEN_EXCEPTIONS)}
        return Counts(
            received=received,
            oldest_received_at=oldest_received_at,
            waiting=self._count(_FACTS_WAITING),
            queued=sum(count for count, _ in open_commands.values()) - in_doubt,
            oldest_queued_at=min((oldest for _, oldest in open_commands.values()), default=0),
            parked=self._count(_PARKED_IN) + self._count(_PARKED_OUT),
            in_doubt=in_doubt,
            open_exceptions=sum(number for queue, number in exceptions.items() if queue != "technical"),
            technical_exceptions=exceptions.get("technical", 0),
            shipments=self._connection.execute(_SHIPMENTS, {"most": MOST_SHIPMENTS}).scalar_one(),
            events=self._count(_EVENTS_THERE),
        )

    def _count(self, query: Any) -> int:
        return int(self._connection.execute(query).scalar_one())
