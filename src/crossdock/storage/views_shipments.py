"""The list of delivery orders and the search for one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, tuple_
from sqlalchemy import text as sql

from crossdock.ports.rows import Found, ShipmentRow
from crossdock.storage.paging import after_key, contains, page_of
from crossdock.storage.statements import among, chunks, rows_in, words
from crossdock.storage.tables import STATE
from crossdock.storage.tables_work import EXCEPTION, REFERENCE

_COLUMNS = (
    STATE.c.subject,
    STATE.c.name,
    STATE.c.sales_order,
    STATE.c.customer,
    STATE.c.city,
    STATE.c.country,
    STATE.c.carrier,
    STATE.c.phase,
    STATE.c.milestone,
    STATE.c.packages,
    STATE.c.tracking_numbers,
    STATE.c.updated_at,
)
_LIST = (
    select(*_COLUMNS)
    # nobody ships a request, a feed, stock, or what a channel placed
    .where(*(STATE.c.subject.not_like(f"{kind}:%") for kind in ("desk", "feed", "kpi", "sku", "storage", "co")))
    .order_by(STATE.c.updated_at.desc(), STATE.c.subject.desc())
)
_NEWEST = 500
_FEW = 1000
_GRAM = 3
_SPOKEN = sql(
    "WITH found AS MATERIALIZED (SELECT subject FROM state_text"
    " WHERE crossdock_grams(haystack) @> CAST(:grams AS text[]) AND haystack LIKE :pattern ESCAPE '\\')"
    " SELECT subject FROM found LIMIT :most"
)
"""Whose words hold a text, by their groups of three letters. Apart from the list, so that its limit and order do not
lead PostgreSQL to read the whole list instead.
"""
_SPOKEN_SQLITE = sql(
    "SELECT state_text.subject FROM state_grams CROSS JOIN state_text ON state_text.id = state_grams.rowid"
    " WHERE state_grams MATCH :grams AND state_text.haystack LIKE :pattern ESCAPE '\\' LIMIT :most"
)
_ONE = select(*_COLUMNS).where(STATE.c.subject == bindparam("which"))
_EXCEPTIONS = (
    select(EXCEPTION.c.subject, func.count())
    .where(among(EXCEPTION.c.subject), EXCEPTION.c.resolved_at == 0)
    .group_by(EXCEPTION.c.subject)
)
_FOUND = select(REFERENCE.c.subject, REFERENCE.c.kind, REFERENCE.c.value)
_IN_ORDER = (REFERENCE.c.value, REFERENCE.c.kind, REFERENCE.c.issuer, REFERENCE.c.subject)
_EXACT = _FOUND.where(REFERENCE.c.value == bindparam("this")).order_by(*_IN_ORDER).limit(bindparam("most"))
_BEGINS = (
    _FOUND.where(REFERENCE.c.value > bindparam("this"), REFERENCE.c.value < bindparam("behind"))
    .order_by(*_IN_ORDER)
    .limit(bindparam("most"))
)
_LAST_CHARACTER = "\U0010ffff"


class ShipmentViews:
    """Delivery orders as people look for them (part of `crossdock.ports.rows.Views`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def shipments(
        self, *, phase: str = "", milestone: str = "", text: str = "", after: str = "", limit: int = 50
    ) -> tuple[list[ShipmentRow], str]:
        """Delivery orders, last changed first, and where the next page starts ("" at the end)."""
        query = _LIST
        if phase:
            query = query.where(STATE.c.phase == phase)
        if milestone:
            query = query.where(STATE.c.milestone == milestone)
        key = after_key(after, int, str)
        if key:
            query = query.where(tuple_(STATE.c.updated_at, STATE.c.subject) < tuple_(*key))
        rows = self._shown(self._with_text(query, words(text).lower(), limit + 1))
        return page_of(rows, limit, [(row.updated_at, row.subject) for row in rows])

    def _with_text(self, query: Select[Any], text: str, limit: int) -> Sequence[Sequence[Any]]:
        """The first rows whose words hold ``text``. What many have is among the newest; what few have is found by an
        index; the whole list is read for what is between, and for one or two letters.
        """
        if not text:
            return self._connection.execute(query.limit(limit)).all()
        says = STATE.c.haystack.like(contains(text), escape="\\")
        if len(text) >= _GRAM:
            newest = query.with_only_columns(STATE.c.subject).limit(_NEWEST).subquery()
            rows = self._connection.execute(query.where(STATE.c.subject.in_(select(newest)), says).limit(limit)).all()
            if len(rows) == limit:
                return rows
            few = self._few(text)
            if few is not None:
                chosen = query.where(STATE.c.subject.in_(few))
                return self._connection.execute(chosen.limit(limit)).all() if few else []
        return self._connection.execute(query.where(says).limit(limit)).all()

    def _few(self, text: str) -> list[str] | None:
        """Who holds ``text``; nothing where they are more than a few."""
        grams: Any = sorted({text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)})
        query = _SPOKEN
        if self._connection.dialect.name == "sqlite":
            query, grams = _SPOKEN_SQLITE, " ".join(map(_quoted, grams))
        given = {"grams": grams, "pattern": contains(text), "most": _FEW + 1}
        found = [row[0] for row in self._connection.execute(query, given)]
        return next(chunks(found), []) if len(found) <= _FEW else None

    def shipment(self, subject: str) -> ShipmentRow | None:
        """One."""
        rows = self._shown(self._connection.execute(_ONE, {"which": words(subject)}).all())
        return rows[0] if rows else None

    def _shown(self, rows: Sequence[Sequence[Any]]) -> list[ShipmentRow]:
        counts = {row[0]: row[1] for row in rows_in(self._connection, _EXCEPTIONS, [row[0] for row in rows])}
        return [_shipment((*row[:11], counts.get(row[0], 0), row[11])) for row in rows]

    def search(self, text: str, limit: int = 20) -> list[Found]:
        """Subjects whose references equal or begin with ``text`` (exact ones first); a range of the index."""
        wanted = words(text)
        if not wanted:
            return []
        rows = list(self._connection.execute(_EXACT, {"this": wanted, "most": limit}))
        if len(rows) < limit:
            span = {"this": wanted, "behind": wanted + _LAST_CHARACTER, "most": limit - len(rows)}
            rows += self._connection.execute(_BEGINS, span)
        return [Found(*row) for row in rows]


def _quoted(gram: str) -> str:
    return '"' + gram.replace('"', '""') + '"'


def _shipment(values: Sequence[Any]) -> ShipmentRow:
    return ShipmentRow(*values)
