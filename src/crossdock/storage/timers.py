"""Deadlines set by processes."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, func, select

from crossdock.ports.stores_delivery import DueTimer
from crossdock.storage.statements import ForMany, among, rows_in, upsert, words
from crossdock.storage.tables_work import TIMER

_SET = ForMany(upsert(TIMER))
_COLUMNS = (TIMER.c.subject, TIMER.c.name, TIMER.c.due_at, TIMER.c.what, TIMER.c.who, TIMER.c.since)
_CLEAR = delete(TIMER).where(TIMER.c.subject == bindparam("of"), TIMER.c.name == bindparam("called"))
_DUE = (
    select(*_COLUMNS)
    .where(TIMER.c.due_at <= bindparam("now"))
    .order_by(TIMER.c.due_at, TIMER.c.subject, TIMER.c.name)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_SOONEST = select(func.min(TIMER.c.due_at))
_STANDING = select(*_COLUMNS).where(among(TIMER.c.subject)).order_by(TIMER.c.subject, TIMER.c.name)


class SqlTimers:
    """Deadlines (`crossdock.ports.stores_delivery.Timers`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def set(self, timers: Sequence[DueTimer]) -> None:
        """Insert or move; of several moves of one timer the last holds."""
        latest = {(each.subject, each.name): each for each in timers}
        _SET.run(
            self._connection,
            [
                {"subject": subject, "name": name, "due_at": each.due_at, "what": words(each.what),
                 "who": words(each.who), "since": each.since}
                for (subject, name), each in sorted(latest.items(), key=lambda item: item[0])
            ],
        )  # fmt: skip

    def clear(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Remove by (subject, name)."""
        if pairs:
            rows = [{"of": subject, "called": name} for subject, name in sorted(set(pairs))]
            self._connection.execute(_CLEAR, rows)

    def standing(self, subjects: Iterable[str]) -> list[DueTimer]:
        """The timers these subjects wait for, by subject and name."""
        return [DueTimer(*row) for row in rows_in(self._connection, _STANDING, subjects)]

    def due(self, now: int, limit: int) -> list[DueTimer]:
        """Take out timers that are due, the longest due first."""
        due = [DueTimer(*row) for row in self._connection.execute(_DUE, {"now": now, "most": limit})]
        self.clear([(each.subject, each.name) for each in due])
        return due

    def soonest(self) -> int | None:
        """When the next timer is due; None where none is set."""
        found: int | None = self._connection.execute(_SOONEST).scalar()
        return found
