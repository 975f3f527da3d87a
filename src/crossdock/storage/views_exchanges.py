"""Inbound messages and outbound commands as one ledger."""

import heapq
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, literal, or_, select, tuple_, union

from crossdock.ports.rows import ExchangeDetail, ExchangeRow
from crossdock.ports.stores_delivery import Attempt
from crossdock.ports.stores_inbound import Correction
from crossdock.storage.bodies import Bodies
from crossdock.storage.paging import after_key, page_of
from crossdock.storage.records import EVENT_COLUMNS, Fetch, events_of
from crossdock.storage.tables import EVENT
from crossdock.storage.tables_exchange import ATTEMPT, ATTENTION, COMMAND, CORRECTION, EXCHANGE

INBOUND = "inbound"
OUTBOUND = "outbound"

_NEEDS_ATTENTION = frozenset({"parked", "waiting", "refused", "in_doubt", "retry"})
_DOUBTFUL = frozenset({"sending", "in_doubt"})
_MOST_OF_ONE_SUBJECT = 10_000
_HEADERS: msgspec.json.Decoder[dict[str, str]] = msgspec.json.Decoder(dict[str, str])

_IN: Select[Any] = select(
    EXCHANGE.c.id,
    literal(INBOUND).label("direction"),
    EXCHANGE.c.partner,
    EXCHANGE.c.channel,
    EXCHANGE.c.subject,
    EXCHANGE.c.status,
    EXCHANGE.c.received_at,
    EXCHANGE.c.settled_at,
    literal(0).label("attempts"),
    EXCHANGE.c.operator,
    EXCHANGE.c.engineer,
    EXCHANGE.c.trace_id,
    EXCHANGE.c.size,
)
_OUT: Select[Any] = select(
    COMMAND.c.id,
    literal(OUTBOUND).label("direction"),
    COMMAND.c.partner,
    COMMAND.c.kind,
    COMMAND.c.subject,
    COMMAND.c.status,
    COMMAND.c.created_at,
    COMMAND.c.settled_at,
    COMMAND.c.attempt,
    COMMAND.c.operator,
    COMMAND.c.engineer,
    COMMAND.c.trace_id,
    COMMAND.c.size,
)
_OF_SUBJECT = union(
    select(EVENT.c.exchange_id.label("id")).where(EVENT.c.subject == bindparam("of")),
    select(EXCHANGE.c.id).where(EXCHANGE.c.subject == bindparam("of"), EXCHANGE.c.subject != ""),
).limit(_MOST_OF_ONE_SUBJECT)
_EVENTS = select(*EVENT_COLUMNS).where(EVENT.c.exchange_id == bindparam("which")).order_by(EVENT.c.place)
_ATTEMPT_COLUMNS = (
    ATTEMPT.c.exchange_id,
    ATTEMPT.c.number,
    ATTEMPT.c.started_at,
    ATTEMPT.c.finished_at,
    ATTEMPT.c.verdict,
    ATTEMPT.c.operator,
    ATTEMPT.c.engineer,
    ATTEMPT.c.calls,
)
_ATTEMPTS = select(*_ATTEMPT_COLUMNS).where(ATTEMPT.c.exchange_id == bindparam("which")).order_by(ATTEMPT.c.number)
_ATTEMPTS_OF = (
    select(*_ATTEMPT_COLUMNS)
    .join(COMMAND, COMMAND.c.id == ATTEMPT.c.exchange_id)
    .where(COMMAND.c.subject == bindparam("of"))
    .order_by(ATTEMPT.c.started_at, COMMAND.c.seq, ATTEMPT.c.number)
)
_RECEIVED = _IN.add_columns(
    EXCHANGE.c.body, EXCHANGE.c.location, EXCHANGE.c.content_type, EXCHANGE.c.headers, EXCHANGE.c.path
).where(EXCHANGE.c.id == bindparam("which"))
_CORRECTIONS = select(CORRECTION).where(
    or_(CORRECTION.c.original_id == bindparam("which"), CORRECTION.c.exchange_id == bindparam("which"))
)
_SENT = _OUT.add_columns(COMMAND.c.body, COMMAND.c.cause, COMMAND.c.doubt).where(COMMAND.c.id == bindparam("which"))


class ExchangeViews:
    """Exchanges of both directions (part of `crossdock.ports.rows.Views`)."""

    def __init__(self, connection: Connection, bodies: Bodies, fetch: Fetch | None = None) -> None:
        """Works inside the transaction of ``connection``; ``fetch`` reads events' bytes that rows let go of."""
        self._connection = connection
        self._bodies = bodies
        self._fetch = fetch

    def exchanges(
        self,
        *,
        subject: str = "",
        partner: str = "",
        direction: str = "",
        statuses: Sequence[str] = (),
        since: int = 0,
        until: int = 0,
        after: str = "",
        limit: int = 50,
    ) -> tuple[list[ExchangeRow], str]:
        """Exchanges, newest first: those received from ``since`` on and before ``until``."""
        if direction not in {"", INBOUND, OUTBOUND}:
            raise ValueError(f"'{direction}' is no direction; it is {INBOUND}, {OUTBOUND} or nothing for both")
        key = after_key(after, int, str)
        found: list[list[ExchangeRow]] = []
        for way, columns, table, at in (
            (INBOUND, _IN, EXCHANGE, EXCHANGE.c.received_at),
            (OUTBOUND, _OUT, COMMAND, COMMAND.c.created_at),
        ):
            if direction not in {"", way}:
                continue
            query = _narrowed(columns, table, at, partner, statuses, since, until, key)
            if subject:
                query = self._speaking_of(query, way, subject)
            newest = query.order_by(at.desc(), table.c.id.desc()).limit(limit + 1)
            found.append([ExchangeRow(*row) for row in self._connection.execute(newest)])
        rows = list(heapq.merge(*found, key=lambda row: (row.received_at, row.id), reverse=True))
        return page_of(rows, limit, [(row.received_at, row.id) for row in rows])

    def _speaking_of(self, query: Select[Any], way: str, subject: str) -> Select[Any]:
        """Commands name their subject; an inbound message may speak of many, and its events say of which."""
        if way == OUTBOUND:
            return query.where(COMMAND.c.subject == subject)
        ids = [row[0] for row in self._connection.execute(_OF_SUBJECT, {"of": subject})]
        return query.where(EXCHANGE.c.id.in_(ids))

    def exchange(self, exchange_id: str) -> ExchangeDetail | None:
        """One, whole."""
        row = self._connection.execute(_RECEIVED, {"which": exchange_id}).first()
        if row is not None:
            return self._received(row)
        row = self._connection.execute(_SENT, {"which": exchange_id}).first()
        if row is None:
            return None
        return ExchangeDetail(
            row=ExchangeRow(*row[:13]),
            body=bytes(row[13]),
            body_gone=False,
            content_type="application/json",
            headers={},
            path="",
            events=self._events(exchange_id),
            attempts=self._attempts(exchange_id),
            cause=row[14],
            doubtful=bool(row[15]) or row[5] in _DOUBTFUL,
        )

    def _received(self, row: Sequence[Any]) -> ExchangeDetail:
        body, location, content_type, headers, path = row[13:]
        if body is None and location:
            body = self._bodies.read(location)
        put_right = [Correction(*each) for each in self._connection.execute(_CORRECTIONS, {"which": row[0]})]
        return ExchangeDetail(
            row=ExchangeRow(*row[:13]),
            body=bytes(body or b""),
            body_gone=body is None,
            content_type=content_type,
            headers=_HEADERS.decode(headers),
            path=path,
            events=self._events(row[0]),
            attempts=[],
            cause="",
            corrects=next((each for each in put_right if each.exchange_id == row[0]), None),
            corrected=next((each for each in put_right if each.original_id == row[0]), None),
        )

    def _events(self, exchange_id: str) -> list[Any]:
        return events_of(self._connection.execute(_EVENTS, {"which": exchange_id}).all(), self._fetch)

    def _attempts(self, exchange_id: str) -> list[Attempt]:
        return [_attempt(row) for row in self._connection.execute(_ATTEMPTS, {"which": exchange_id})]

    def attempts_of(self, subject: str) -> list[Attempt]:
        """All attempts of a subject's commands, oldest first."""
        return [_attempt(row) for row in self._connection.execute(_ATTEMPTS_OF, {"of": subject})]


def _narrowed(
    query: Select[Any],
    table: Any,
    at: Any,
    partner: str,
    statuses: Sequence[str],
    since: int,
    until: int,
    key: tuple[Any, ...] | None,
) -> Select[Any]:
    if partner:
        query = query.where(table.c.partner == partner)
    if statuses:
        query = query.where(table.c.status.in_(list(statuses)))
        if _NEEDS_ATTENTION.issuperset(statuses):
            query = query.where(ATTENTION)  # says nothing new, but lets the partial index serve
    if since:
        query = query.where(at >= since)
    if until:
        query = query.where(at < until)
    if key:
        query = query.where(tuple_(at, table.c.id) < tuple_(*key))
    return query


def _attempt(row: Sequence[Any]) -> Attempt:
    exchange_id, number, started_at, finished_at, verdict, operator, engineer, calls = row
    return Attempt(exchange_id, number, started_at, finished_at, verdict, operator, engineer, bytes(calls))
