"""What retention does to the tables: whole months where there are any, batches of rows elsewhere, ended subjects."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, select, text, tuple_

from crossdock.model.identifiers import partition_of
from crossdock.ports.stores_ageing import Dropped, Quiet
from crossdock.storage import parts
from crossdock.storage.bodies import Bodies
from crossdock.storage.log import LOCK_HEADS
from crossdock.storage.periods import first_id, period_of
from crossdock.storage.records import PLACES
from crossdock.storage.statements import among, change_in, insert_new, rows_in
from crossdock.storage.tables import ENDED, EVENT, LOG_CURSOR, STATE
from crossdock.storage.tables_exchange import ATTEMPT, COMMAND, CORRECTION, EXCHANGE, REFUSED
from crossdock.storage.tables_kpis import HANDOVER, PARCEL
from crossdock.storage.tables_notices import NOTICE
from crossdock.storage.tables_work import EXCEPTION, FEED_CURSOR, INSTANCE, TIMER

_MANY: Any = bindparam("many", expanding=True)
_MOST_KEPT = 5000
"""A month of which more rows have to stay is not dropped: they would be copied while intake waits."""
_STAYS = {
    "exchange": "old.status IN ('received', 'parked', 'waiting')",
    "attempt": "EXISTS (SELECT 1 FROM command WHERE command.id = old.exchange_id AND command.status"
    " IN ('queued', 'sending', 'retry', 'in_doubt', 'parked', 'refused'))",
    "delivery": "",
}
_UNSETTLED = ("queued", "sending", "retry", "in_doubt", "parked", "refused")
_UNREAD = ("received", "parked", "waiting")
_OLD_REFUSED = select(REFUSED.c.id).where(REFUSED.c.received_at < bindparam("before")).limit(bindparam("most"))
_FORGET_REFUSED = delete(REFUSED).where(among(REFUSED.c.id))

_QUIET = (
    select(
        STATE.c.subject,
        STATE.c.phase,
        STATE.c.milestone,
        STATE.c.updated_at,
        select(func.max(EVENT.c.place)).where(EVENT.c.subject == STATE.c.subject).scalar_subquery().label("last"),
        exists().where(EXCEPTION.c.subject == STATE.c.subject, EXCEPTION.c.resolved_at == 0).label("exception"),
        exists().where(TIMER.c.subject == STATE.c.subject).label("deadline"),
        exists().where(COMMAND.c.subject == STATE.c.subject, COMMAND.c.status.in_(_UNSETTLED)).label("command"),
        exists()
        .where(EXCHANGE.c.subject == STATE.c.subject, EXCHANGE.c.subject != "", EXCHANGE.c.status.in_(_UNREAD))
        .label("message"),
        exists().where(EVENT.c.subject == STATE.c.subject, EVENT.c.recorded_at >= bindparam("before")).label("event"),
    )
    .where(
        STATE.c.updated_at < bindparam("before"),
        tuple_(STATE.c.updated_at, STATE.c.subject) > tuple_(bindparam("at"), bindparam("past")),
    )
    .order_by(STATE.c.updated_at, STATE.c.subject)
    .limit(bindparam("most"))
)
_BLOCKS = {
    "exception": "exception",
    "deadline": "deadline",
    "command": "command",
    "message": "message",
    "event": "a younger event",
}
"""What keeps an order, by column. Not every event changes the state: a charge, a comment is in the log alone."""
_READERS = select(LOG_CURSOR.c.partition, LOG_CURSOR.c.position, LOG_CURSOR.c.reader).where(
    LOG_CURSOR.c.reader != "rebuild"
)
_OUTBOXES = select(FEED_CURSOR.c.partner).where(FEED_CURSOR.c.partner.like("outbox:%"))
_REMEMBER = insert_new(ENDED)
_FORGET_CORRECTIONS = delete(CORRECTION).where(
    CORRECTION.c.at < bindparam("before"), ~exists().where(EXCHANGE.c.id == CORRECTION.c.exchange_id)
)
_DROP_ATTEMPTS = delete(ATTEMPT).where(ATTEMPT.c.exchange_id.in_(select(COMMAND.c.id).where(among(COMMAND.c.subject))))
_DROP_COMMANDS = delete(COMMAND).where(among(COMMAND.c.subject))
_DROP_EVENTS = delete(EVENT).where(among(EVENT.c.subject))
_DROP_STATES = delete(STATE).where(among(STATE.c.subject))
_DROP_EXCEPTIONS = delete(EXCEPTION).where(among(EXCEPTION.c.subject))
_DROP_INSTANCES = delete(INSTANCE).where(among(INSTANCE.c.subject))
_DROP_NOTICES = delete(NOTICE).where(among(NOTICE.c.subject))
_DROP_PARCELS = delete(PARCEL).where(among(PARCEL.c.subject))
_DROP_HANDOVERS = delete(HANDOVER).where(among(HANDOVER.c.subject))


class SqlAgeing:
    """What grows old (`crossdock.ports.stores_ageing.Ageing`)."""

    def __init__(self, connection: Connection, bodies: Bodies) -> None:
        """Works inside the transaction of ``connection``; large bodies are in ``bodies``."""
        self._connection = connection
        self._bodies = bodies
        self._divided = connection.dialect.name == "postgresql"

    def prepare(self, now: int, ahead: int = 3) -> list[str]:
        """Make room for this month and the next; the names of what was made."""
        if not self._divided:
            return []
        month = period_of(now)
        return parts.prepare(self._connection, range(month, month + ahead))

    def missing(self, now: int, ahead: int = 2) -> list[str]:
        """What `prepare` would have to make."""
        if not self._divided:
            return []
        month = period_of(now)
        return list(parts.missing(self._connection, range(month, month + ahead)))

    def drop_month(self, table: str, before: int) -> Dropped | None:
        """Let go of one whole month that ended before; nothing where there is none, or too much of it has to stay."""
        part = parts.old(self._connection, table, before) if self._divided else None
        if part is None:
            return None
        stays = _STAYS[table]
        if stays:
            counting = (
                f"SELECT count(*) FROM (SELECT FROM {part.name} AS old WHERE {stays} LIMIT {_MOST_KEPT + 1}) AS few"  # noqa: S608 - names of ours
            )
            if self._connection.execute(text(counting)).scalar_one() > _MOST_KEPT:
                return None
        found = parts.drop(self._connection, table, part, stays)
        if found is None:
            return None
        rows, kept, locations = found
        for each in locations:
            self._bodies.drop(each)
        return Dropped(table, part.name, rows, kept)

    def exchanges(self, before: int, limit: int) -> int:
        """Delete settled inbound messages received before, with their bytes; how many."""
        gone = 0
        for name in parts.loose(self._connection, "exchange"):
            query = (
                f"SELECT id, location FROM {name} AS old WHERE received_at < :before AND NOT ({_STAYS['exchange']})"  # noqa: S608
                f" ORDER BY received_at, id LIMIT :most{self._locked()}"
            )
            rows = self._connection.execute(text(query), {"before": before, "most": limit - gone}).all()
            for _, location in rows:
                if location:
                    self._bodies.drop(location)
            gone += self._delete(name, "id", [row[0] for row in rows])
        self._connection.execute(_FORGET_CORRECTIONS, {"before": before})
        return gone

    def attempts(self, before: int, limit: int) -> int:
        """Delete attempts of commands given before that are settled; how many."""
        gone = 0
        for name in parts.loose(self._connection, "attempt"):
            query = (
                f"SELECT DISTINCT exchange_id FROM {name} AS old"  # noqa: S608 - names of ours, as everywhere here
                f" WHERE exchange_id < :before AND NOT ({_STAYS['attempt']}) LIMIT :most"
            )
            given = {"before": first_id(before), "most": limit - gone}
            gone += self._delete(name, "exchange_id", [row[0] for row in self._connection.execute(text(query), given)])
        return gone

    def deliveries(self, before: int, limit: int) -> int:
        """Forget delivery ids of months that ended before; how many."""
        gone = 0
        for name in parts.loose(self._connection, "delivery"):
            query = f"SELECT DISTINCT delivery_id FROM {name} WHERE period < :month LIMIT :most"  # noqa: S608
            given = {"month": period_of(before), "most": limit - gone}
            ids = [row[0] for row in self._connection.execute(text(query), given)]
            gone += self._delete(name, "delivery_id", ids, f" AND period < {period_of(before)}")
        return gone

    def refused(self, before: int, limit: int) -> int:
        """Delete refused bodies received before; how many."""
        rows = self._connection.execute(_OLD_REFUSED, {"before": before, "most": limit}).all()
        return change_in(self._connection, _FORGET_REFUSED, [row[0] for row in rows])

    def _locked(self) -> str:
        return " FOR UPDATE SKIP LOCKED" if self._divided else ""

    def _delete(self, table: str, column: str, values: Sequence[str], further: str = "") -> int:
        statement = text(f"DELETE FROM {table} WHERE {column} IN :many{further}")  # noqa: S608 - names of ours
        return change_in(self._connection, statement.bindparams(_MANY), values)

    def due(self, before: Mapping[str, int]) -> Mapping[str, int]:
        """How many rows of each class are older than given and may go."""
        at = {name: before.get(name, 0) for name in ("exchanges", "attempts", "delivery_ids", "refused")}
        asked = {
            "exchanges": f"FROM exchange AS old WHERE received_at < {at['exchanges']} AND NOT ({_STAYS['exchange']})",
            "attempts": f"FROM attempt AS old WHERE exchange_id < '{first_id(at['attempts'])}'"
            f" AND NOT ({_STAYS['attempt']})",
            "delivery_ids": f"FROM delivery WHERE period < {period_of(at['delivery_ids'])}",
            "refused": f"FROM refused WHERE received_at < {at['refused']}",
        }
        return {
            name: int(self._connection.execute(text(f"SELECT count(*) {rest}")).scalar_one()) if at[name] else 0
            for name, rest in asked.items()
        }

    def quiet(self, before: int, after: tuple[int, str], limit: int) -> list[Quiet]:
        """Subjects whose state was written before, by (updated_at, subject) from behind ``after`` on."""
        given = {"before": before, "at": after[0], "past": after[1], "most": limit}
        return [_quiet(row) for row in self._connection.execute(_QUIET, given)]

    def readers(self) -> Mapping[str, Mapping[int, int]]:
        """How far everybody who reads the log has come, by name and partition."""
        found: dict[str, dict[int, int]] = {"reducer": {}}
        for row in self._connection.execute(_OUTBOXES):
            found.setdefault(row[0], {})
        for partition, position, reader in self._connection.execute(_READERS):
            found.setdefault(reader, {})[partition] = position
        return found

    def end(self, subjects: Collection[str], now: int) -> int:
        """Take away all of these subjects but their names, and remember that they ended; how many events."""
        if not subjects:
            return 0
        self._connection.execute(_REMEMBER, [{"subject": each, "ended_at": now} for each in sorted(subjects)])
        for statement in (
            _DROP_ATTEMPTS, _DROP_COMMANDS, _DROP_STATES, _DROP_EXCEPTIONS, _DROP_INSTANCES, _DROP_NOTICES,
            _DROP_PARCELS, _DROP_HANDOVERS,
        ):  # fmt: skip
            change_in(self._connection, statement, subjects)
        return change_in(self._connection, _DROP_EVENTS, subjects)

    def hold(self, partitions: Sequence[int]) -> None:
        """Keep everybody else from appending to these partitions until the transaction ends."""
        list(rows_in(self._connection, LOCK_HEADS, sorted(partitions)))


def _quiet(row: Any) -> Quiet:
    standing = ", ".join(words for name, words in _BLOCKS.items() if getattr(row, name))
    last = 0 if row.last is None else row.last % PLACES
    return Quiet(row.subject, row.phase, row.milestone, row.updated_at, partition_of(row.subject), last, standing)
