"""Where processes stand, subject by subject."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, func, or_, select

from crossdock.ports.stores_delivery import DueTimer
from crossdock.ports.stores_processes import Instance, StageCount
from crossdock.storage.statements import ForMany, among, change_in, rows_in, upsert
from crossdock.storage.tables_work import EXPECTED, INSTANCE, TIMER

_PUT = ForMany(upsert(INSTANCE))
_COLUMNS = (INSTANCE.c.subject, INSTANCE.c.process, INSTANCE.c.version, INSTANCE.c.stage, INSTANCE.c.since)
_OF_SUBJECTS = (
    select(*_COLUMNS).where(among(INSTANCE.c.subject)).order_by(INSTANCE.c.subject, INSTANCE.c.process)
)  # fmt: skip
_DROP = delete(INSTANCE).where(among(INSTANCE.c.subject))
_COUNTS = (
    select(INSTANCE.c.process, INSTANCE.c.stage, func.count(), func.min(INSTANCE.c.since))
    .group_by(INSTANCE.c.process, INSTANCE.c.stage)
    .order_by(INSTANCE.c.process, INSTANCE.c.stage)
)
_IN_STAGE = (
    select(*_COLUMNS)
    .where(INSTANCE.c.process == bindparam("of"), INSTANCE.c.stage == bindparam("at"))
    .where(
        or_(
            INSTANCE.c.since > bindparam("since"),
            (INSTANCE.c.since == bindparam("since")) & (INSTANCE.c.subject > bindparam("past")),
        )
    )
    .order_by(INSTANCE.c.since, INSTANCE.c.subject)
    .limit(bindparam("most"))
)
_EXPECTED = (
    select(TIMER.c.subject, TIMER.c.name, TIMER.c.due_at, TIMER.c.what, TIMER.c.who, TIMER.c.since)
    .where(EXPECTED)
    .order_by(TIMER.c.due_at, TIMER.c.subject, TIMER.c.name)
    .limit(bindparam("most"))
)
_EXPECTED_OF = _EXPECTED.where(TIMER.c.who == bindparam("of"))


class SqlInstances:
    """Where processes stand (`crossdock.ports.stores_processes.Instances`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def put(self, rows: Sequence[Instance]) -> None:
        """Insert or replace; of several rows of one instance the last holds."""
        latest = {(row.subject, row.process): row for row in rows}
        _PUT.run(
            self._connection,
            [
                {"subject": row.subject, "process": row.process, "version": row.version, "stage": row.stage,
                 "since": row.since}
                for _, row in sorted(latest.items())
            ],
        )  # fmt: skip

    def of_subjects(self, subjects: Iterable[str]) -> list[Instance]:
        """Those of these subjects, by subject and process."""
        return [Instance(*row) for row in rows_in(self._connection, _OF_SUBJECTS, subjects)]

    def drop(self, subjects: Iterable[str]) -> None:
        """Forget those of these subjects."""
        change_in(self._connection, _DROP, subjects)

    def counts(self) -> list[StageCount]:
        """How many stand where, and since when the longest."""
        return [StageCount(*row) for row in self._connection.execute(_COUNTS)]

    def standing(self, process: str, stage: str, after: tuple[int, str] = (-1, ""), limit: int = 50) -> list[Instance]:
        """Those of a process in a stage, the longest there first; ``after`` is (since, subject) of the last seen."""
        given = {"of": process, "at": stage, "since": after[0], "past": after[1], "most": limit}
        return [Instance(*row) for row in self._connection.execute(_IN_STAGE, given)]

    def expected(self, who: str = "", limit: int = 50) -> list[DueTimer]:
        """What is expected, of ``who`` or of all, the earliest due first."""
        statement = _EXPECTED_OF if who else _EXPECTED
        return [DueTimer(*row) for row in self._connection.execute(statement, {"of": who, "most": limit})]
