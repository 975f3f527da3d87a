"""Who works on which partition: rows with an end, never session locks."""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from crossdock.ports.stores import Lease
from crossdock.storage.statements import change_in, upsert
from crossdock.storage.tables_work import LEASE, WORKER

_ALL = select(LEASE.c.partition, LEASE.c.owner, LEASE.c.until, LEASE.c.fence).order_by(LEASE.c.partition)
_LOCK_ALL = _ALL.with_for_update()
_MANY: Any = bindparam("many", expanding=True)
_RENEW = update(LEASE).where(LEASE.c.partition.in_(_MANY)).values(until=bindparam("til"))
_TAKE = (
    update(LEASE)
    .where(LEASE.c.partition.in_(_MANY))
    .values(owner=bindparam("who"), until=bindparam("til"), fence=LEASE.c.fence + 1)
)
_GIVE_BACK = update(LEASE).where(LEASE.c.partition.in_(_MANY)).values(owner="", until=0)
_GIVE_ALL = update(LEASE).where(LEASE.c.owner == bindparam("who")).values(owner="", until=0)
_ARRIVE = upsert(WORKER)
_LEAVE = delete(WORKER).where(WORKER.c.owner == bindparam("who"))
_GONE = delete(WORKER).where(WORKER.c.until <= bindparam("now"))
_WORKERS = select(WORKER.c.owner).where(WORKER.c.until > bindparam("now"))
_HELD = (
    select(LEASE.c.owner, func.count())
    .where(LEASE.c.owner != "", LEASE.c.until > bindparam("now"))
    .group_by(LEASE.c.owner)
)


class SqlLeases:
    """Who works on what (`crossdock.ports.stores.Leases`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def claim(self, owner: str, now: int, until: int, want: int) -> list[Lease]:
        """Renew what ``owner`` has and take free or expired ones up to ``want``; all it holds now.

        Partitions above ``want`` are given back, or a worker that came first would keep all of them for ever.
        """
        rows = self._connection.execute(_LOCK_ALL).all()
        held = [(row[0], row[3]) for row in rows if row[1] == owner]
        kept, surplus = held[:want], held[want:]
        free = [(row[0], row[3] + 1) for row in rows if row[1] != owner and (not row[1] or row[2] <= now)]
        taken = free[: max(0, want - len(kept))]
        change_in(self._connection, _RENEW, [each[0] for each in kept], til=until)
        change_in(self._connection, _TAKE, [each[0] for each in taken], who=owner, til=until)
        change_in(self._connection, _GIVE_BACK, [each[0] for each in surplus])
        self._connection.execute(_GONE, {"now": now})
        self._connection.execute(_ARRIVE, {"owner": owner, "until": until})
        return [Lease(partition, fence) for partition, fence in sorted(kept + taken)]

    def release(self, owner: str) -> None:
        """Give everything back."""
        self._connection.execute(_LOCK_ALL).all()
        self._connection.execute(_GIVE_ALL, {"who": owner})
        self._connection.execute(_LEAVE, {"who": owner})

    def owners(self, now: int) -> dict[str, int]:
        """Live owners and how many partitions each holds; 0 for one that asked and found nothing free."""
        waiting = {row[0]: 0 for row in self._connection.execute(_WORKERS, {"now": now})}
        return waiting | {row[0]: row[1] for row in self._connection.execute(_HELD, {"now": now})}
