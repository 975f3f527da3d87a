"""Reading the audit: newest first, along an index, and never more than a bounded number of entries at once."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Select, func, or_, select, tuple_

from crossdock.ports.stores_doors import Audited, AuditRow
from crossdock.storage.paging import after_key, contains, page_of
from crossdock.storage.statements import words
from crossdock.storage.tables_work import AUDIT

_MOST_LOOKED_AT = 20_000
"""Entries one call looks at for words that no index finds."""


def audited(connection: Connection, chosen: Audited, after: str, limit: int) -> tuple[list[AuditRow], str]:
    """`crossdock.ports.stores_doors.Doors.audited`."""
    query = _along_an_index(chosen, after_key(after, int, int)).order_by(AUDIT.c.at.desc(), AUDIT.c.seq.desc())
    if not (chosen.text or _family(chosen)):
        return _page(connection, query.limit(limit + 1), limit)
    looked = query.limit(_MOST_LOOKED_AT).subquery()
    rows, following = _page(connection, _holding(looked, chosen).limit(limit + 1), limit)
    return rows, following or _where_looking_stopped(connection, looked)


def _page(connection: Connection, query: Select[Any], limit: int) -> tuple[list[AuditRow], str]:
    rows = [AuditRow(*row) for row in connection.execute(query)]
    return page_of(rows, limit, [(row.at, row.seq) for row in rows])


def _along_an_index(chosen: Audited, key: tuple[Any, ...] | None) -> Select[Any]:
    query = select(AUDIT)
    if chosen.actor:
        query = query.where(AUDIT.c.actor == words(chosen.actor))
    if chosen.action and not _family(chosen):
        query = query.where(AUDIT.c.action == words(chosen.action))
    if chosen.target:
        query = query.where(AUDIT.c.target == words(chosen.target))
    if chosen.since:
        query = query.where(AUDIT.c.at >= chosen.since)
    if chosen.until:
        query = query.where(AUDIT.c.at < chosen.until)
    return query.where(tuple_(AUDIT.c.at, AUDIT.c.seq) < tuple_(*key)) if key else query


def _holding(looked: Any, chosen: Audited) -> Select[Any]:
    query = select(looked).order_by(looked.c.at.desc(), looked.c.seq.desc())
    if _family(chosen):
        family = words(chosen.action)
        query = query.where(or_(looked.c.action == family, looked.c.action.startswith(f"{family}.", autoescape=True)))
    if chosen.text:
        pattern = contains(words(chosen.text))
        columns = (looked.c.target, looked.c.detail, looked.c.actor)
        query = query.where(or_(*(each.ilike(pattern, escape="\\") for each in columns)))
    return query


def _family(chosen: Audited) -> bool:
    return bool(chosen.action) and "." not in chosen.action


def _where_looking_stopped(connection: Connection, looked: Any) -> str:
    """The cursor behind the last entry that was looked at; "" where that was the end of the audit."""
    at, seq, count = connection.execute(
        select(looked.c.at, looked.c.seq, func.count().over()).order_by(looked.c.at, looked.c.seq).limit(1)
    ).first() or (0, 0, 0)
    return msgspec.json.encode((at, seq)).decode() if count == _MOST_LOOKED_AT else ""
