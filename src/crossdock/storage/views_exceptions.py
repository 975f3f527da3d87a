"""Questions about business exceptions: lists by any of their words, causes they share, and whose work they are."""

from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, func, or_, select, text, tuple_

from crossdock.model.cases import Case
from crossdock.ports.rows import CauseGroup, Chosen, ExceptionRow, Workload
from crossdock.storage.exceptions import CASE_COLUMNS
from crossdock.storage.paging import after_key, page_of
from crossdock.storage.tables import STATE
from crossdock.storage.tables_work import EXCEPTION

_KEY = (EXCEPTION.c.raised_at, EXCEPTION.c.subject, EXCEPTION.c.kind, EXCEPTION.c.pointer, EXCEPTION.c.cause)
_ROWS = (
    select(STATE.c.name, STATE.c.sales_order, *CASE_COLUMNS)
    .join(STATE, STATE.c.subject == EXCEPTION.c.subject, isouter=True)
    .order_by(*(column.desc() for column in _KEY))
)
_URGENT = _ROWS.order_by(None).order_by(
    case({name: place for place, name in enumerate(("critical", "high", "normal", "low"))}, value=EXCEPTION.c.severity),
    EXCEPTION.c.rank.desc(),
    case((EXCEPTION.c.promised_at == 0, 1), else_=0),
    EXCEPTION.c.promised_at,
    EXCEPTION.c.value.desc(),
    EXCEPTION.c.raised_at,
    EXCEPTION.c.id,
)
_STANDS = text("business_exception.resolved_at = 0")
_WORDS = {
    "queue": EXCEPTION.c.queue,
    "kind": EXCEPTION.c.kind,
    "subject": EXCEPTION.c.subject,
    "owner": EXCEPTION.c.owner,
    "assignee": EXCEPTION.c.assignee,
    "state": EXCEPTION.c.state,
    "severity": EXCEPTION.c.severity,
    "category": EXCEPTION.c.category,
    "partner": EXCEPTION.c.partner,
    "group": EXCEPTION.c.cause_group,
}
_HOUR = 3_600_000_000
_AGES = {"hour": _HOUR, "day": 24 * _HOUR, "week": 7 * 24 * _HOUR}


def _late(now: Any) -> Any:
    """Past a promise: that it is over, or that somebody has taken it."""
    untaken = and_(
        EXCEPTION.c.acknowledged_at == 0, EXCEPTION.c.acknowledge_by > 0, EXCEPTION.c.acknowledge_by <= now
    )  # fmt: skip
    return or_(and_(EXCEPTION.c.resolve_by > 0, EXCEPTION.c.resolve_by <= now), untaken)


_COUNT = func.count()
_WORKLOADS = (
    select(
        EXCEPTION.c.queue, EXCEPTION.c.owner, EXCEPTION.c.severity, _COUNT,
        func.coalesce(func.sum(case((or_(EXCEPTION.c.breached_at > 0, _late(bindparam("now"))), 1), else_=0)), 0),
        func.min(EXCEPTION.c.raised_at),
        *(func.coalesce(func.sum(case((EXCEPTION.c.raised_at <= bindparam(f"before_{name}"), 1), else_=0)), 0)
          for name in _AGES),
    )
    .where(_STANDS)
    .group_by(EXCEPTION.c.queue, EXCEPTION.c.owner, EXCEPTION.c.severity)
    .order_by(EXCEPTION.c.queue, EXCEPTION.c.owner, EXCEPTION.c.severity)
)  # fmt: skip


class ExceptionViews:
    """Business exceptions (part of `crossdock.ports.rows.Views`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def exceptions(
        self,
        *,
        open_only: bool = True,
        kind: str = "",
        subject: str = "",
        chosen: Chosen = Chosen(),  # noqa: B008 - immutable
        after: str = "",
        limit: int = 50,
    ) -> tuple[list[ExceptionRow], str]:
        """Business exceptions, newest first."""
        query = _fitting(_ROWS.limit(limit + 1), chosen)
        if open_only:
            query = query.where(_STANDS)
        if kind:
            query = query.where(EXCEPTION.c.kind == kind)
        if subject:
            query = query.where(EXCEPTION.c.subject == subject)
        key = after_key(after, int, str, str, str, str)
        if key:
            query = query.where(tuple_(*_KEY) < tuple_(*key))
        rows = [_row(row) for row in self._connection.execute(query)]
        return page_of(
            rows, limit, [(row.raised_at, row.subject, row.kind, row.pointer, row.case.cause) for row in rows]
        )

    def most_urgent(self, chosen: Chosen = Chosen(), limit: int = 50) -> list[ExceptionRow]:  # noqa: B008 - immutable
        """Open exceptions, the most urgent first."""
        query = _fitting(_URGENT.where(_STANDS).limit(limit), chosen)
        return [_row(row) for row in self._connection.execute(query)]

    def cause_groups(self, chosen: Chosen = Chosen(), limit: int = 200) -> list[CauseGroup]:  # noqa: B008 - immutable
        """Open exceptions by cause, the most first. An order that several of one cause hold up counts once."""
        by = (EXCEPTION.c.cause_group, EXCEPTION.c.kind, EXCEPTION.c.partner, EXCEPTION.c.category, EXCEPTION.c.queue)
        counted = select(
            *by, _COUNT, func.sum(case((EXCEPTION.c.breached_at > 0, 1), else_=0)), func.min(EXCEPTION.c.raised_at)
        ).group_by(*by)
        query: Any = (
            _fitting(counted.where(_STANDS), chosen).order_by(_COUNT.desc(), EXCEPTION.c.cause_group).limit(limit)
        )
        values = self._values(chosen)
        return [_group(row, values) for row in self._connection.execute(query)]

    def _values(self, chosen: Chosen) -> dict[str, dict[str, int]]:
        per_order = (
            select(
                EXCEPTION.c.cause_group.label("of"), EXCEPTION.c.currency.label("currency"),
                func.max(EXCEPTION.c.value).label("worth"),
            )
            .where(_STANDS, EXCEPTION.c.currency != "")
            .group_by(EXCEPTION.c.cause_group, EXCEPTION.c.subject, EXCEPTION.c.currency)
        )  # fmt: skip
        each = _fitting(per_order, chosen).subquery()
        query = select(each.c["of"], each.c["currency"], func.sum(each.c["worth"])).group_by(
            each.c["of"], each.c["currency"]
        )
        found: dict[str, dict[str, int]] = {}
        for group, currency, worth in self._connection.execute(query):
            found.setdefault(group, {})[currency] = int(worth)
        return found

    def workloads(self, now: int) -> list[Workload]:
        """Open exceptions by queue, owner and severity, with how old they are at ``now``."""
        given = {"now": now, **{f"before_{name}": now - age for name, age in _AGES.items()}}
        rows = self._connection.execute(_WORKLOADS, given)
        return [Workload(*row[:3], *map(int, row[3:])) for row in rows]


def _fitting(query: Select[Any], chosen: Chosen) -> Select[Any]:
    for name, column in _WORDS.items():
        if value := getattr(chosen, name):
            several = name == "kind" and "," in value
            query = query.where(column.in_(value.split(",")) if several else column == value)
    if chosen.ids:
        query = query.where(EXCEPTION.c.id.in_(chosen.ids))
    if chosen.breached is not None:
        query = query.where(EXCEPTION.c.breached_at > 0 if chosen.breached else EXCEPTION.c.breached_at == 0)
    if chosen.overdue_at:
        query = query.where(_late(chosen.overdue_at))
    return query


def _group(row: Any, values: dict[str, dict[str, int]]) -> CauseGroup:
    group, kind, partner, category, queue, count, breached, oldest_at = row
    return CauseGroup(
        group, kind, partner, category, queue, int(count), int(breached), oldest_at, values.get(group, {})
    )


def _row(row: Any) -> ExceptionRow:
    found = Case(*row[2:])
    return ExceptionRow(
        found.subject, row[0] or "", row[1] or "", found.kind, found.pointer, found.text, found.raised_at,
        found.resolved_at, found,
    )  # fmt: skip
