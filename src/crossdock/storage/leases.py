"""Who works on which partition, and who lives: rows with an end, never session locks."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, func, select, update

from crossdock.ports.leases import Lease, Member, Role
from crossdock.storage.statements import among, change_in, upsert
from crossdock.storage.tables_work import LEASE, WORKER

_FORGOTTEN = 3_600_000_000
"""A process that was not heard of for an hour (microseconds) is no longer listed as lost."""

_OF_ROLE = LEASE.c.role == bindparam("of")
_ALL = select(LEASE.c.partition, LEASE.c.owner, LEASE.c.until, LEASE.c.fence).order_by(LEASE.c.role, LEASE.c.partition)
_LOCK_ALL = _ALL.where(_OF_ROLE).with_for_update()
_LOCK_MINE = _ALL.where(LEASE.c.owner == bindparam("who")).with_for_update()
_RENEW = update(LEASE).where(_OF_ROLE, among(LEASE.c.partition)).values(until=bindparam("til"))
_TAKE = (
    update(LEASE)
    .where(_OF_ROLE, among(LEASE.c.partition))
    .values(owner=bindparam("who"), until=bindparam("til"), fence=LEASE.c.fence + 1)
)
_GIVE_BACK = update(LEASE).where(_OF_ROLE, among(LEASE.c.partition)).values(owner="", until=0)
_GIVE_ALL = update(LEASE).where(LEASE.c.owner == bindparam("who")).values(owner="", until=0)
_ARRIVE = upsert(WORKER, "since")
_LEAVE = delete(WORKER).where(WORKER.c.owner == bindparam("who"))
_GONE = delete(WORKER).where(WORKER.c.until <= bindparam("before"))
_LIVING = select(WORKER.c.owner).where(WORKER.c.role == bindparam("of"), WORKER.c.until > bindparam("now"))
_MEMBERS = select(WORKER.c.owner, WORKER.c.role, WORKER.c.since, WORKER.c.until).order_by(WORKER.c.owner, WORKER.c.role)
_HELD = (
    select(LEASE.c.owner, LEASE.c.role, func.count())
    .where(LEASE.c.owner != "", LEASE.c.until > bindparam("now"))
    .group_by(LEASE.c.owner, LEASE.c.role)
)


class SqlLeases:
    """Who works on what (`crossdock.ports.leases.Leases`)."""

    def __init__(self, connection: Connection) -> None:
        """Works inside the transaction of ``connection``."""
        self._connection = connection

    def claim(self, owner: str, now: int, until: int, want: int, role: Role = Role.WORKER) -> list[Lease]:
        """Renew what ``owner`` has and take free or expired ones up to ``want``; all it holds now.

        Partitions above ``want`` are given back, or a worker that came first would keep all of them for ever.
        """
        rows = self._connection.execute(_LOCK_ALL, {"of": role}).all()
        held = [(row[0], row[3]) for row in rows if row[1] == owner]
        kept, surplus = held[:want], held[want:]
        free = [(row[0], row[3] + 1) for row in rows if row[1] != owner and (not row[1] or row[2] <= now)]
        taken = free[: max(0, want - len(kept))]
        change_in(self._connection, _RENEW, [each[0] for each in kept], of=role, til=until)
        change_in(self._connection, _TAKE, [each[0] for each in taken], of=role, who=owner, til=until)
        change_in(self._connection, _GIVE_BACK, [each[0] for each in surplus], of=role)
        self.present(owner, (role,), now, until)
        return [Lease(partition, fence) for partition, fence in sorted(kept + taken)]

    def release(self, owner: str) -> None:
        """Give everything back, and be gone."""
        self._connection.execute(_LOCK_MINE, {"who": owner}).all()
        self._connection.execute(_GIVE_ALL, {"who": owner})
        self._connection.execute(_LEAVE, {"who": owner})

    def owners(self, now: int, role: Role = Role.WORKER) -> dict[str, int]:
        """Live owners and how many partitions each holds; 0 for one that asked and found nothing free."""
        waiting = {row[0]: 0 for row in self._connection.execute(_LIVING, {"of": role, "now": now})}
        held = self._connection.execute(_HELD, {"now": now})
        return waiting | {row[0]: row[2] for row in held if row[1] == role}

    def present(self, owner: str, roles: Iterable[Role], now: int, until: int) -> None:
        """Say that ``owner`` lives and what it does; those that fell silent long ago are forgotten."""
        self._connection.execute(_GONE, {"before": now - _FORGOTTEN})
        rows = [{"owner": owner, "role": str(role), "since": now, "until": until} for role in sorted(roles)]
        self._connection.execute(_ARRIVE, rows)

    def members(self, now: int) -> list[Member]:
        """Processes by name, those that fell silent within the hour too; ``held`` counts what stands at ``now``."""
        rows = defaultdict(list)
        for row in self._connection.execute(_MEMBERS):
            rows[row.owner].append(row)
        held: dict[str, dict[str, int]] = defaultdict(dict)
        for owner, role, count in self._connection.execute(_HELD, {"now": now}):
            held[owner][role] = count
        return [
            Member(owner, min(row.since for row in of), max(row.until for row in of), tuple(row.role for row in of),
                   held[owner])
            for owner, of in rows.items()
        ]  # fmt: skip
