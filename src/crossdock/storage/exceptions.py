"""Business exceptions, open and resolved."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from crossdock.ports.stores import BookedException, OpenException
from crossdock.storage.statements import among, change_in, rows_in, upsert, words
from crossdock.storage.tables_work import EXCEPTION

_OPEN = upsert(EXCEPTION)
_RESOLVE = (
    update(EXCEPTION)
    .where(
        EXCEPTION.c.subject == bindparam("of"),
        EXCEPTION.c.kind == bindparam("what"),
        EXCEPTION.c.pointer == bindparam("where"),
        EXCEPTION.c.cause == bindparam("because"),
        EXCEPTION.c.resolved_at == 0,
    )
    .values(resolved_at=bindparam("now"))
)
_OF_SUBJECTS = (
    select(
        EXCEPTION.c.subject, EXCEPTION.c.kind, EXCEPTION.c.pointer, EXCEPTION.c.text, EXCEPTION.c.raised_at,
        EXCEPTION.c.cause, EXCEPTION.c.resolved_at,
    )
    .where(among(EXCEPTION.c.subject))
    .order_by(EXCEPTION.c.subject, EXCEPTION.c.kind, EXCEPTION.c.pointer, EXCEPTION.c.cause)
)  # fmt: skip
_DROP = delete(EXCEPTION).where(among(EXCEPTION.c.subject))


class SqlExceptionBook:
    """Business exceptions (`crossdock.ports.stores.ExceptionBook`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def open(self, rows: Sequence[OpenException]) -> None:
        """Open (or reopen); one row per (subject, kind, pointer, cause)."""
        latest = {(row.subject, row.kind, words(row.pointer), words(row.cause)): row for row in rows}
        if latest:
            self._connection.execute(_OPEN, [
                {"subject": subject, "kind": kind, "pointer": pointer, "cause": cause, "text": words(row.text),
                 "raised_at": row.raised_at, "resolved_at": 0}
                for (subject, kind, pointer, cause), row in sorted(latest.items(), key=lambda item: item[0])
            ])  # fmt: skip

    def resolve(self, subject: str, kind: str, pointer: str, cause: str, now: int) -> None:
        """Close it; nothing happens when it is not open."""
        names = {"of": subject, "what": kind, "where": words(pointer), "because": words(cause), "now": now}
        self._connection.execute(_RESOLVE, names)

    def of_subjects(self, subjects: Iterable[str]) -> list[BookedException]:
        """All exceptions of these subjects, open and resolved, in the order of their keys."""
        rows = rows_in(self._connection, _OF_SUBJECTS, subjects)
        return [BookedException(OpenException(*row[:6]), row[6]) for row in rows]

    def drop(self, subjects: Iterable[str]) -> None:
        """Forget the exceptions of these subjects (a rebuild writes them anew)."""
        change_in(self._connection, _DROP, subjects)
