"""Read models rebuilt from the log: states, lists, exceptions, deadlines, measures and names are what the events up
to the reducer's cursor make of them. What differs is found without a write, and put right partition by partition.

Nothing is decided anew towards the outside: no command is given and no event appended. Process states hold decisions,
and decisions belong to the version and configuration that made them: where today's would have given other commands than
those there are, the process's state and its deadlines stay as they are, unless it is asked for otherwise.
"""

from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Struct, structs

from crossdock.backbone.decide import READER, Reducer
from crossdock.backbone.fingerprint import Total
from crossdock.backbone.refold import Difference, Judged, Wanted, judge
from crossdock.model.identifiers import PARTITIONS, digest
from crossdock.ports.clock import SharedClock
from crossdock.ports.stores import Fenced, Store, Transaction

_READER = "rebuild"
_LEASE = 300_000_000
"""Microseconds a rebuild holds all partitions at a time; one that died is in nobody's way for longer."""
_PAGE = 200
Progress = Callable[[int, int], None]
"""Told how many partitions are done, of how many."""


class Busy(RuntimeError):
    """Workers hold partitions; ``owners`` are their names."""

    def __init__(self, owners: Sequence[str]) -> None:
        """Nothing was changed."""
        super().__init__(f"{len(owners)} workers hold partitions: {', '.join(owners)}")
        self.owners = tuple(owners)


class Report(Struct, frozen=True):
    """What a check or rebuild found. ``kept`` and ``log`` hash what is kept and what the log makes of it: equal when
    nothing differs. ``otherwise`` are subjects that today's processes would have decided differently.
    """

    subjects: int
    events: int
    kept: str
    log: str
    differences: tuple[Difference, ...]
    otherwise: tuple[str, ...]
    healed: int = 0
    resumed: int = 0

    @property
    def equal(self) -> bool:
        """Whether everything kept is what the log makes of it."""
        return not self.differences


class Rebuilder:
    """Checks read models against the log, and rebuilds them."""

    def __init__(
        self, store: Store, reducer: Reducer, clock: SharedClock, owner: str, *, processes: bool = False
    ) -> None:
        """``processes`` takes today's decisions also where they differ from those that were carried out."""
        self._store = store
        self._reducer = reducer
        self._clock = clock
        self._owner = f"rebuild-{owner}"
        self._processes = processes

    async def check(self, progress: Progress = lambda _done, _all: None) -> Report:
        """Compare without writing; each partition on one snapshot, so workers may go on meanwhile."""
        kept, log = Total(), Total()
        differences: list[Difference] = []
        otherwise: list[str] = []
        events = 0
        for partition in range(PARTITIONS):
            judged = await self._store.read(partial(self._judge, partition, kept, log))
            differences += [each.difference for each in judged.wanted]
            otherwise += judged.otherwise
            events += judged.cursor
            progress(partition + 1, PARTITIONS)
        strays = await self._strays()
        for each in strays:
            kept.add(digest(each))
        differences += [Difference(each, ("no event speaks of it",)) for each in strays]
        return Report(
            log.count, events, kept.digest(), log.digest(), tuple(sorted(differences, key=lambda each: each.subject)),
            tuple(sorted(otherwise)),
        )  # fmt: skip

    async def rebuild(self, progress: Progress = lambda _done, _all: None) -> Report:
        """Make everything kept what the log makes of it, and check it. Raises `Busy` while workers hold partitions, and
        `Fenced` when somebody took them meanwhile: what was healed until then stays, and the next run goes on there.
        """
        await self._store.run(self._hold)
        try:
            healed, resumed = await self._heal_all(progress)
            report = await self.check()
        finally:
            await self._store.run(lambda tx: tx.leases.release(self._owner))
        return structs.replace(report, healed=healed, resumed=resumed)

    async def _heal_all(self, progress: Progress) -> tuple[int, int]:
        done = await self._store.read(lambda tx: tx.log.cursors(_READER, range(PARTITIONS)))
        healed = 0
        for partition in range(PARTITIONS):
            await self._store.run(self._hold)
            if not done[partition]:
                healed += await self._heal(partition)
            progress(partition + 1, PARTITIONS)
        strays = await self._strays()
        await self._store.run(partial(self._end, strays=strays))
        return healed + len(strays), sum(map(bool, done.values()))

    def _hold(self, tx: Transaction) -> None:
        now = self._clock.agreed(tx.server_time)
        others = sorted({*tx.leases.owners(now)} - {self._owner})
        if others:
            raise Busy(others)
        if len(tx.leases.claim(self._owner, now, now + _LEASE, PARTITIONS)) < PARTITIONS:
            raise Fenced("somebody else took a partition")

    async def _heal(self, partition: int) -> int:
        judged = await self._store.read(partial(self._judge, partition, Total(), Total()))
        for start in range(0, len(judged.wanted), _PAGE):
            some = judged.wanted[start : start + _PAGE]
            await self._store.run(partial(self._write, partition, judged.cursor, some))
        if judged.cursor:
            await self._store.run(lambda tx: tx.log.advance(_READER, {partition: (0, judged.cursor)}))
        return len(judged.wanted)

    def _write(self, partition: int, cursor: int, wanted: Sequence[Wanted], tx: Transaction) -> None:
        """The subjects as they should be, as long as nobody decided on further events of theirs."""
        self._hold(tx)
        tx.log.advance(READER, {partition: (cursor, cursor)})
        models = [each.model for each in wanted]
        subjects = [each.difference.subject for each in wanted]
        tx.states.save([model.row for model in models if model.row])
        tx.exceptions.drop(subjects)
        tx.exceptions.save([each for model in models for each in model.exceptions])
        standing = [(each.subject, each.name) for each in tx.timers.standing(subjects)]
        tx.timers.clear(standing)
        tx.timers.set([each for model in models for each in model.timers])
        tx.instances.drop(subjects)
        tx.instances.put([each for model in models for each in model.instances])
        tx.measures.drop(subjects)
        tx.measures.save(
            [each for model in models for each in model.parcels], [each for model in models for each in model.handovers]
        )
        tx.references.bind((name, each.difference.subject) for each in wanted for name in each.names)

    def _end(self, tx: Transaction, strays: Sequence[str]) -> None:
        self._hold(tx)
        tx.states.drop(strays)
        reached = tx.log.cursors(_READER, range(PARTITIONS))
        tx.log.advance(_READER, {each: (position, 0) for each, position in reached.items() if position})

    async def _strays(self) -> list[str]:
        """States of subjects that no event speaks of."""
        found: list[str] = []
        after = ""
        while True:
            page = await self._store.read(partial(_unspoken, after=after))
            found += page[0]
            if not page[1]:
                return found
            after = page[1]

    def _judge(self, partition: int, kept: Total, log: Total, tx: Transaction) -> Judged:
        return judge(tx, self._reducer, partition, (kept, log), all_decisions=self._processes)


def _unspoken(tx: Transaction, after: str) -> tuple[list[str], str]:
    page = tx.states.subjects(after, _PAGE)
    spoken = tx.log.spoken_of(page)
    return [each for each in page if each not in spoken], page[-1] if page else ""
