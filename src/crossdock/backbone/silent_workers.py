"""Crossdock's own processes are expected to speak, too: one that stops without taking its leave is an exception. It
ends when the process speaks again, or when another on the same machine took its place.
"""

from collections.abc import Sequence

from crossdock.backbone.noticing import noticed
from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import lasting, rfc3339
from crossdock.model.progress import ExpectationExpired
from crossdock.ports.clock import SharedClock
from crossdock.ports.leases import Member
from crossdock.ports.stores import Store, Transaction

KIND = "worker.silent"
_PREFIX = "worker:"
_SECOND = 1_000_000


class SilentWorkers:
    """A sweep over all processes on this store, those of other machines too."""

    def __init__(self, store: Store, clock: SharedClock, lease_seconds: float, owner: str) -> None:
        """A process is believed in for ``lease_seconds`` after it spoke last; ``owner`` is this one, which looks and so
        lives.
        """
        self._store = store
        self._clock = clock
        self._owner = owner
        self._lease = int(lease_seconds * _SECOND)

    async def __call__(self, now: int) -> int:
        """How many exceptions were raised or resolved."""
        moved = await self._store.run(lambda tx: self._look(tx, now))
        if moved:
            self._store.wake("log")
        return moved

    def _look(self, tx: Transaction, now: int) -> int:
        agreed = self._clock.agreed(tx.server_time)
        members = tx.leases.members(agreed)
        living = [each for each in members if each.until > agreed or each.owner == self._owner]
        standing, _ = tx.views.exceptions(kind=KIND, limit=500)
        known = {row.subject for row in standing}
        bodies: list[tuple[str, ev.EventBody]] = []
        for each in members:
            subject = f"{_PREFIX}{each.owner}"
            if each not in living and subject not in known and not self._replaced(each.owner, each.until, living):
                bodies += ((subject, body) for body in _silent(each, agreed))
        for row in standing:
            owner = row.subject.removeprefix(_PREFIX)
            speaks = any(each.owner == owner for each in living)
            if speaks or self._replaced(owner, int(row.case.cause), living):
                bodies.append((row.subject, ExceptionResolved(KIND, "", row.case.cause)))
        return noticed(tx, bodies, now)

    def _replaced(self, owner: str, until: int, living: Sequence[Member]) -> bool:
        """Whether a process on the same machine began when ``owner`` had spoken for the last time."""
        return any(
            machine_of(each.owner) == machine_of(owner) and each.owner != owner and each.since >= until - self._lease
            for each in living
        )


def machine_of(owner: str) -> str:
    """The machine in a process's name (machine, process id, random part).

    >>> machine_of("hub-2-4711-a1b2c3")
    'hub-2'
    """
    return owner.rsplit("-", 2)[0]


def _silent(member: Member, now: int) -> list[ev.EventBody]:
    roles = ", ".join(member.roles)
    text = (
        f"The process {member.owner} ({roles}) stopped speaking: believed in until {rfc3339(member.until)[:19]}Z, "
        f"{lasting(now - member.until)} ago. Look at its machine and start it again; others do its work meanwhile."
    )
    return [
        ExpectationExpired("worker", "worker", f"a sign of life ({roles})", member.owner, member.since, member.until),
        ExceptionRaised(KIND, text, "", str(member.until)),
    ]
