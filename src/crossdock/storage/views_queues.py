"""What waits, by stage. Every question is answered from a partial index, so the answer costs what waits."""

from typing import Any

from sqlalchemy import BigInteger, Connection, and_, bindparam, case, cast, func, literal, select, text

from crossdock.ports.rows import Queues
from crossdock.storage.records import PLACES
from crossdock.storage.tables import EVENT, LOG_CURSOR, LOG_PARTITION, LOG_STREAM
from crossdock.storage.tables_exchange import ATTENTION, COMMAND, EXCHANGE, OPEN, RECEIVED
from crossdock.storage.tables_work import EXCEPTION, WAITING_FACT

_RECEIVED = select(func.count(), func.coalesce(func.min(EXCHANGE.c.received_at), 0)).where(RECEIVED)
_IS_DUE = and_(COMMAND.c.status != "sending", COMMAND.c.due_at <= bindparam("now"))
_COMMANDS = select(
    func.count(),
    func.coalesce(func.min(COMMAND.c.created_at), 0),
    func.coalesce(func.sum(case((COMMAND.c.status == "in_doubt", 1), else_=0)), 0),
    func.coalesce(func.sum(case((_IS_DUE, 1), else_=0)), 0),
    func.coalesce(func.min(case((_IS_DUE, COMMAND.c.due_at))), 0),
).where(OPEN)
_PARKED_IN = select(func.count()).select_from(EXCHANGE).where(ATTENTION, EXCHANGE.c.status == "parked")
_PARKED_OUT = select(func.count()).select_from(COMMAND).where(ATTENTION, COMMAND.c.status.in_(["parked", "refused"]))
_STOPPED = ["parked", "refused"]
_STOPPED_IN = select(EXCHANGE.c.partner, func.count()).where(ATTENTION, EXCHANGE.c.status.in_(_STOPPED))
_STOPPED_OUT = select(COMMAND.c.partner, func.count()).where(ATTENTION, COMMAND.c.status.in_(_STOPPED))
_STOPPED_BY_PARTNER = (_STOPPED_IN.group_by(EXCHANGE.c.partner), _STOPPED_OUT.group_by(COMMAND.c.partner))
_IS_TECHNICAL = case((EXCEPTION.c.queue == "technical", 1), else_=0)
_EXCEPTIONS = select(func.count(), func.coalesce(func.sum(_IS_TECHNICAL), 0)).where(text("resolved_at = 0"))
_WITHOUT_OWNER = select(func.count()).select_from(WAITING_FACT)
_READ_TO = func.coalesce(LOG_CURSOR.c.position, 0)
_NEXT_PLACE = cast(LOG_PARTITION.c.partition, BigInteger) * literal(PLACES, BigInteger) + _READ_TO + 1
_UNDECIDED = (
    select(func.coalesce(func.sum(LOG_PARTITION.c.head - _READ_TO), 0), func.coalesce(func.min(EVENT.c.recorded_at), 0))
    .select_from(LOG_PARTITION)
    .join(
        LOG_CURSOR,
        and_(LOG_CURSOR.c.partition == LOG_PARTITION.c.partition, LOG_CURSOR.c.reader == "reducer"),
        isouter=True,
    )
    .join(EVENT, EVENT.c.place == _NEXT_PLACE, isouter=True)
    .where(LOG_PARTITION.c.head > _READ_TO)
)
_NEXT_SHIPPED = cast(LOG_PARTITION.c.partition, BigInteger) * literal(PLACES, BigInteger) + LOG_STREAM.c.shipped + 1
_UNSHIPPED = (
    select(
        func.coalesce(func.sum(LOG_PARTITION.c.head - LOG_STREAM.c.shipped), 0),
        func.coalesce(func.min(EVENT.c.recorded_at), 0),
        func.count(),
    )
    .select_from(LOG_PARTITION)
    .join(LOG_STREAM, LOG_STREAM.c.partition == LOG_PARTITION.c.partition)
    .join(EVENT, EVENT.c.place == _NEXT_SHIPPED, isouter=True)
)


class QueueViews:
    """The figures that operators and autoscalers look at (part of `crossdock.ports.rows.Views`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def queues(self, now: int) -> Queues:
        """What waits, and since when."""
        received, oldest_received = self._one(_RECEIVED)
        undecided, oldest_undecided = self._one(_UNDECIDED)
        commands, oldest_command, in_doubt, due, oldest_due = self._one(_COMMANDS, now=now)
        exceptions, technical = self._one(_EXCEPTIONS)
        depth = {
            "received": received,
            "waiting": self._one(_WITHOUT_OWNER)[0],
            "undecided": undecided,
            "queued": commands - in_doubt,
            "due": due,
            "in_doubt": in_doubt,
            "parked": self._one(_PARKED_IN)[0] + self._one(_PARKED_OUT)[0],
            "open_exceptions": exceptions - technical,
            "technical_exceptions": technical,
        }
        oldest = {
            "received": oldest_received,
            "undecided": oldest_undecided,
            "queued": oldest_command,
            "due": oldest_due,
        }
        unshipped, oldest_unshipped, streams = self._one(_UNSHIPPED)
        if streams:  # only where the log has a stream
            depth["unshipped"], oldest["unshipped"] = unshipped, oldest_unshipped
        return Queues(depth, oldest)

    def stopped(self) -> dict[str, int]:
        """How many messages wait for a person, by partner."""
        found: dict[str, int] = {}
        for query in _STOPPED_BY_PARTNER:
            for partner, count in self._connection.execute(query):
                found[partner] = found.get(partner, 0) + int(count)
        return found

    def _one(self, query: Any, **given: int) -> tuple[int, ...]:
        return tuple(int(value) for value in self._connection.execute(query, given).one())
