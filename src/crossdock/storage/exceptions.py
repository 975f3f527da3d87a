"""Business exceptions, open and resolved, and the alerts about them."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, bindparam, delete, exists, select, update
from sqlalchemy import text as sql

from crossdock.model.cases import Case
from crossdock.ports.stores_exceptions import Alert
from crossdock.storage.statements import among, change_in, insert_new, rows_in, upsert, words
from crossdock.storage.tables_work import ALERT, EXCEPTION

_FIELDS = Case.__struct_fields__
CASE_COLUMNS = tuple(EXCEPTION.c[name] for name in _FIELDS)
"""The columns a `Case` is made of, in its order."""

_SAVE = upsert(EXCEPTION)
_CASES = select(*CASE_COLUMNS).order_by(
    EXCEPTION.c.subject, EXCEPTION.c.kind, EXCEPTION.c.pointer, EXCEPTION.c.cause
)  # fmt: skip
_OF_SUBJECTS = _CASES.where(among(EXCEPTION.c.subject))
_WITH_IDS = _CASES.where(among(EXCEPTION.c.id))
_DROP = delete(EXCEPTION).where(among(EXCEPTION.c.subject))

_ALERTS = select(*(ALERT.c[name] for name in Alert.__struct_fields__))
_OPEN = insert_new(ALERT)
_STILL_OPEN = exists().where(EXCEPTION.c.cause_group == ALERT.c.cause_group, EXCEPTION.c.resolved_at == 0)
_CLOSE = update(ALERT).where(sql("closed_at = 0"), ~_STILL_OPEN).values(closed_at=bindparam("now"))
_CLOSE_GROUPS = _CLOSE.where(among(ALERT.c.cause_group))
_NOT_SENT = _ALERTS.where(sql("sent_at = 0 AND closed_at = 0")).order_by(ALERT.c.raised_at, ALERT.c.id)
_LATEST = _ALERTS.order_by(ALERT.c.raised_at.desc(), ALERT.c.id)
_SENT = update(ALERT).where(among(ALERT.c.id)).values(sent_at=bindparam("now"))


class SqlExceptionBook:
    """Business exceptions (`crossdock.ports.stores_exceptions.ExceptionBook`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def save(self, cases: Sequence[Case]) -> None:
        """Insert or replace; one row per (subject, kind, pointer, cause)."""
        latest = {(each.subject, each.kind, each.pointer, each.cause): each for each in cases}
        if latest:
            rows = [
                {**structs.asdict(latest[key]), "id": latest[key].id, "cause_group": latest[key].cause_group}
                for key in sorted(latest)
            ]
            self._connection.execute(_SAVE, rows)

    def of_subjects(self, subjects: Iterable[str]) -> list[Case]:
        """All exceptions of these subjects, open and resolved, in the order of their keys."""
        return [Case(*row) for row in rows_in(self._connection, _OF_SUBJECTS, subjects)]

    def with_ids(self, ids: Iterable[str]) -> list[Case]:
        """Those of these ids, in the order of their keys."""
        return [Case(*row) for row in rows_in(self._connection, _WITH_IDS, ids)]

    def drop(self, subjects: Iterable[str]) -> None:
        """Forget the exceptions of these subjects (a rebuild writes them anew)."""
        change_in(self._connection, _DROP, subjects)


class SqlAlerts:
    """Alerts (`crossdock.ports.stores_exceptions.Alerts`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def open(self, rows: Sequence[Alert]) -> int:
        """Keep those whose cause and occasion has none standing; how many are new."""
        first = {(each.cause_group, each.occasion): each for each in reversed(rows)}
        new = 0
        for key in sorted(first):  # the order of all workers, so that two cannot lock each other out
            values = {name: words(value) if isinstance(value, str) else value
                      for name, value in structs.asdict(first[key]).items()}  # fmt: skip
            new += self._connection.execute(_OPEN, values).rowcount
        return new

    def close(self, now: int, groups: Sequence[str] | None = None) -> int:
        """Close those of causes of which nothing is open any more (of ``groups`` only, where given); how many."""
        if groups is None:
            return self._connection.execute(_CLOSE, {"now": now}).rowcount
        return change_in(self._connection, _CLOSE_GROUPS, sorted(groups), now=now)

    def unsent(self, limit: int = 100) -> list[Alert]:
        """Standing ones nobody was told of, oldest first. One whose cause ended first is never sent."""
        return [_alert(row) for row in self._connection.execute(_NOT_SENT.limit(limit))]

    def sent(self, ids: Sequence[str], now: int) -> None:
        """Somebody was told of these."""
        change_in(self._connection, _SENT, ids, now=now)

    def latest(self, *, standing_only: bool = True, limit: int = 50) -> list[Alert]:
        """The newest first."""
        query = _LATEST.where(sql("closed_at = 0")) if standing_only else _LATEST
        return [_alert(row) for row in self._connection.execute(query.limit(limit))]


def _alert(row: Any) -> Alert:
    return Alert(*row)
