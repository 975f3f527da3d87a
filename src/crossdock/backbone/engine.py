"""The engine: every loop of one worker, each a small step repeated. Work is found in the store and nowhere else, so a
worker may stop anywhere and another goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog
from msgspec import Struct

from crossdock.backbone.breaker import SECOND
from crossdock.backbone.correlate import release_overdue
from crossdock.backbone.deadlines import fire_timers, until_next
from crossdock.backbone.decide import Reducer
from crossdock.backbone.deliver import Courier, Load
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.poll import Poller
from crossdock.backbone.translate import Translator
from crossdock.model.identifiers import PARTITIONS, partition_of
from crossdock.ports.clock import Reading, SharedClock, passed, read
from crossdock.ports.leases import ALL_ROLES, SHARING, Role, Standing
from crossdock.ports.stores import Store, StoreFull, StoreUnavailable, Transaction

T = TypeVar("T")
_LOG = structlog.get_logger("crossdock.engine")
_LAST_CALLS = 15.0
"""Seconds that calls in flight get when a worker stops; what is still out then is settled by asking the partner."""
_SHORTEST = 0.05
"""Seconds between two looks at deadlines; those that come in between are fired together."""
_LAST_PAGE = 1.0
"""Seconds that a page on its way gets when a process stops; its cursor moves with it, so the next one asks again."""
_UNTIL_TOLD = 3600.0
"""Seconds a task waits for a hint before it waits again."""


class FeedPlan(Struct, frozen=True):
    """A feed to poll: ``every`` seconds between passes that found nothing, unless a page itself says when."""

    partner: str
    feed: str
    every: float


class Pace(Struct, frozen=True):
    """How long the loops rest, in seconds, when nothing wakes them; periods of leases, sweeps and gauges of queues."""

    idle: float = 1.0
    lease: float = 30.0
    sweep: float = 60.0
    failure: float = 2.0
    measure: float = 5.0


class Engine:
    """One worker."""

    def __init__(
        self,
        *,
        owner: str,
        store: Store,
        clock: SharedClock,
        metrics: Metrics,
        translator: Translator,
        reducer: Reducer,
        courier: Courier,
        poller: Poller,
        feeds: Sequence[FeedPlan],
        pace: Pace = Pace(),  # noqa: B008 - immutable
        sweeps: Mapping[str, Callable[[int], Awaitable[object]]] | None = None,
        refreshes: Mapping[str, Callable[[int], Awaitable[object]]] | None = None,
        loops: Mapping[str, Callable[[Sequence[int]], Awaitable[int]]] | None = None,
        roles: Iterable[Role] = ALL_ROLES,
    ) -> None:
        """``owner`` names the process in leases; ``sweeps`` are further jobs that schedulers run every ``pace.sweep``
        seconds, ``refreshes`` those that every worker runs for itself, ``loops`` further steps that are told a
        worker's partitions and repeated while they find work.
        """
        self.owner = owner
        self.roles = frozenset(roles)
        self.partitions: tuple[int, ...] = ()
        self.shards: tuple[int, ...] = ()
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._translator = translator
        self._reducer = reducer
        self.courier = courier
        self._poller = poller
        self._feeds = {(plan.partner, plan.feed): plan for plan in feeds}
        self._hints: dict[tuple[str, str], asyncio.Event] = {}
        self._pace = pace
        self._sweeps = dict(sweeps or {})
        self._refreshes = dict(refreshes or {})
        self._leased: Reading | None = None
        self._others = asyncio.Event()
        self._further = dict(loops or {})
        self._stopping = asyncio.Event()
        self._carrying: set[asyncio.Task[None]] = set()

    # ---- one step of each kind: what tests, the demo's crash seeds and the loops below are made of

    async def lease(self) -> None:
        """Say that this process lives, renew its partitions and take its fair share of free ones.

        A newcomer, and whoever gave partitions back, tells the others, so that they need not wait for their turn.
        """
        since = read(self._clock)
        before, first = (self.partitions, self.shards), self._leased is None
        held = await self._store.run(self._claim)
        self.shards, self.partitions = held[Role.SCHEDULER], held[Role.WORKER]
        self._leased = since
        given = set(before[0]) - set(self.partitions) or set(before[1]) - set(self.shards)
        if first or given:
            self._store.wake("leases")
        if set(self.partitions) - set(before[0]):  # what waits in them woke somebody else
            self._store.wake("inbound")
            self._store.wake("log")

    def _claim(self, tx: Transaction) -> dict[Role, tuple[int, ...]]:
        """Locks are taken role by role in one order by all."""
        now = self._clock.agreed(tx.server_time)
        until = now + int(self._pace.lease * SECOND)
        self._metrics.clock_off.set((self._clock.now() - now) / SECOND)
        held: dict[Role, tuple[int, ...]] = dict.fromkeys(SHARING, ())
        for role in SHARING:
            if role in self.roles:
                share = -(-PARTITIONS // len({*tx.leases.owners(now, role), self.owner}))
                held[role] = tuple(each.partition for each in tx.leases.claim(self.owner, now, until, share, role))
        tx.leases.present(self.owner, self.roles, now, until)
        return held

    def standing(self) -> Standing:
        """What this process is and has now, for probes."""
        leased = self._leased is not None and self._in_time()
        return Standing(self.owner, tuple(sorted(self.roles)), len(self.partitions), len(self.shards), leased)

    def _in_time(self) -> bool:
        return self._leased is None or passed(self._leased, self._clock) < self._pace.lease * SECOND

    async def _held(self) -> None:
        """By its own clocks a process that stood still has lost its leases: it asks for new ones before it goes on."""
        if not self._in_time():
            await self.lease()

    async def translate(self) -> int:
        """One batch from exchanges to events."""
        await self._held()
        return await self._translator.step(self.partitions) if self.partitions else 0

    async def reduce(self) -> int:
        """One batch from events to state and commands."""
        await self._held()
        return await self._reducer.step(self.partitions) if self.partitions else 0

    async def deliver(self) -> int:
        """One round of commands, waited for."""
        return await self.courier.step()

    async def poll(self, partner: str, feed: str) -> bool:
        """One page of a feed, if this scheduler holds the feed's partition."""
        await self._held()
        if partition_of(f"{partner}/{feed}") not in self.shards:
            return False
        return await self._poller.step(partner, feed)

    async def sweep(self) -> None:
        """Timers' and correlation's nets, queue figures, and the jobs given at construction."""
        now = self._clock.now()
        if await self._store.run(lambda tx: len(release_overdue(tx, now))):
            self._store.wake("log")
        await self._each("sweep", self._sweeps, now)

    async def refresh(self) -> None:
        """What every worker keeps in memory for itself."""
        await self._each("refresh", self._refreshes, self._clock.now())

    async def _each(self, kind: str, jobs: Mapping[str, Callable[[int], Awaitable[object]]], now: int) -> None:
        for name, job in jobs.items():
            await self._guarded(f"{kind}:{name}", partial(job, now))

    async def measure(self) -> None:
        """Refresh the gauges of queues and their ages."""
        now = self._clock.now()
        queues, loads = await self._store.read(lambda tx: (tx.views.queues(now), tx.views.workloads(now)))
        self._metrics.measured(queues, now)
        self._metrics.worked(loads, now)

    async def settle_all(self, rounds: int = 10_000) -> int:
        """Step everything but feeds until nothing moves; how many rounds that took. For scenarios and tests."""
        for number in range(rounds):
            moved = await fire_timers(self._store, self._clock.now())
            moved += await self.translate()
            moved += await self.reduce()
            moved += await self.deliver()
            if not moved:
                return number
        raise RuntimeError(f"still moving after {rounds} rounds")

    # ---- the loops

    def hint(self, partner: str, feed: str) -> None:
        """A partner says there is news on a feed, or on several (their names separated by blanks): poll now."""
        for name in feed.split():
            if (partner, name) in self._feeds:
                self._store.wake(_topic(partner, name))

    def stop(self) -> None:
        """Ask the loops to end after their current step."""
        self._stopping.set()
        for topic in ("inbound", "log", "outbound"):
            self._store.wake(topic)

    async def run(self) -> None:
        """Run until `stop`; then give the partitions back at once, and finish what is in flight."""
        await self._guarded("lease", self.lease)
        feeds = self._feeds.values() if Role.SCHEDULER in self.roles else ()
        hearing = [asyncio.create_task(self._hearing("leases", self._others))]
        hearing += [asyncio.create_task(self._hearing(_topic(*each), self._hint(*each))) for each in map(_name, feeds)]
        async with asyncio.TaskGroup() as group:
            group.create_task(self._leasing())
            for loop in self._loops():
                group.create_task(loop)
            for plan in feeds:
                group.create_task(self._polling(plan))
        for task in hearing:
            task.cancel()
        await self._guarded("release", lambda: self._store.run(lambda tx: tx.leases.release(self.owner)))
        self._store.wake("leases")
        if self._carrying:
            await self._patiently(self._carrying, _LAST_CALLS)

    async def _patiently(self, tasks: Iterable[asyncio.Task[Any]], seconds: float) -> None:
        """Wait until all ``tasks`` ended, or so long."""
        patience = asyncio.create_task(self._clock.sleep(seconds))
        flying = asyncio.create_task(asyncio.wait(list(tasks)))
        await asyncio.wait([patience, flying], return_when=asyncio.FIRST_COMPLETED)
        patience.cancel()

    def _loops(self) -> list[Coroutine[Any, Any, None]]:
        """What this process's roles do besides leases and feeds."""
        loops: list[Coroutine[Any, Any, None]] = []
        if Role.WORKER in self.roles:
            loops += [
                self._busy("translate", "inbound", self.translate, self._translator.batch),
                self._busy("reduce", "log", self.reduce, self._reducer.batch),
                self._deliveries(),
                self._every("renew", self.courier.lease_seconds / 3, self.courier.renew),
                self._every("refresh", self._pace.sweep, self.refresh),
            ]
            loops += [self._busy(name, "log", partial(self._owned, step)) for name, step in self._further.items()]
        if Role.SCHEDULER in self.roles:
            loops += [
                self._firing(),
                self._every("sweep", self._pace.sweep, self.sweep),
            ]
        if self.roles & {Role.SCHEDULER, Role.TOWER}:
            loops.append(self._every("measure", self._pace.measure, self.measure))
        return loops

    async def _leasing(self) -> None:
        """Renew in time, and look again when others come or go."""
        while not self._stopping.is_set():
            self._others.clear()
            await self._guarded("lease", self.lease)
            await self._rest(self._pace.lease / 3, self._others)

    async def _hearing(self, topic: str, heard: asyncio.Event) -> None:
        """What is told on ``topic`` in any process; a lost word costs the pause that those who listen make anyway."""
        while True:
            if await self._store.wait(topic, _UNTIL_TOLD):
                heard.set()

    async def _owned(self, step: Callable[[Sequence[int]], Awaitable[int]]) -> int:
        return await step(self.partitions)

    async def _firing(self) -> None:
        """Fire deadlines when they come; many of one moment follow each other without a pause."""
        while not self._stopping.is_set():
            seconds = await self._guarded("timers", self._until_next)
            if seconds or (seconds == 0 and not await self._guarded("timers", self._fire)):
                await self._rest(max(seconds, _SHORTEST))

    async def _fire(self) -> int:
        return await fire_timers(self._store, self._clock.now())

    async def _until_next(self) -> float:
        """One that another process set meanwhile, for at once, is seen within half a pause."""
        return await until_next(self._store, self._clock.now(), self._pace.idle / 2)

    async def _busy(self, name: str, topic: str, step: Callable[[], Awaitable[int]], batch: int = 1) -> None:
        """Repeat ``step`` while it finds work; else wait to be woken. Less than a ``batch`` is all there was, and what
        came since has woken us; where no word comes from other processes, looking once more is how we hear of theirs.
        """
        whole = batch if self._store.hears else 1
        while not self._stopping.is_set():
            moved = await self._guarded(name, step)
            if (moved or 0) < whole:
                await self._store.wait(topic, self._pace.idle)

    async def _deliveries(self) -> None:
        """Claim as slots come free; a slow partner holds its own slots and nobody else's."""
        while not self._stopping.is_set():
            loads = await self._guarded("claim", self.courier.claim)
            for load in loads or ():
                task = asyncio.create_task(self._carry(load))
                self._carrying.add(task)
                task.add_done_callback(self._carrying.discard)
            if not loads:
                await self._commands()

    async def _commands(self) -> None:
        """Wait until somebody says that there are commands, or one is due: looking takes no locks, as claiming does."""
        while not self._stopping.is_set():
            seconds = min(self._pace.idle, 0.25) if self._carrying else self._pace.idle
            if await self._store.wait("outbound", seconds) or await self._guarded("claim", self._any_due):
                return

    async def _any_due(self) -> bool:
        now = self._clock.now()
        return await self._store.read(lambda tx: tx.lanes.any_due(now, self._clock.agreed(tx.server_time)))

    async def _carry(self, load: Load) -> None:
        await self._guarded("carry", lambda: self.courier.carry(load))
        self._store.wake("outbound")

    async def _every(self, name: str, seconds: float, step: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            await self._guarded(name, step)
            await self._rest(seconds)

    async def _polling(self, plan: FeedPlan) -> None:
        woken = self._hint(plan.partner, plan.feed)
        while not self._stopping.is_set():
            woken.clear()
            more = await self._poll_unless_stopped(plan)
            if not more:
                pause = self._poller.pause(plan.partner, plan.feed)
                await self._rest(plan.every if pause is None else pause, woken)

    async def _poll_unless_stopped(self, plan: FeedPlan) -> bool | None:
        """One page; a partner that takes its time does not hold up whoever waits for our partitions."""
        asking = asyncio.create_task(self._guarded(f"poll:{plan.partner}", lambda: self.poll(plan.partner, plan.feed)))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([asking, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                await self._patiently([asking], _LAST_PAGE)
            return asking.result() if asking.done() else None
        finally:
            stopping.cancel()
            asking.cancel()

    async def _rest(self, seconds: float, woken: asyncio.Event | None = None) -> None:
        waits: set[asyncio.Task[Any]] = {
            asyncio.create_task(self._stopping.wait()),
            asyncio.create_task(self._clock.sleep(seconds)),
        }
        if woken is not None:
            waits.add(asyncio.create_task(woken.wait()))
        _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for each in pending:
            each.cancel()

    def _hint(self, partner: str, feed: str) -> asyncio.Event:
        return self._hints.setdefault((partner, feed), asyncio.Event())

    async def _guarded(self, name: str, step: Callable[[], Awaitable[T]]) -> T | None:
        """One step; a failure is counted, said once, and tried again after a pause. The work is still in the store."""
        try:
            return await step()
        except (StoreFull, StoreUnavailable) as error:
            _LOG.error("the store does not take writes", step=name, error=str(error))
        except Exception:  # noqa: BLE001 - whatever it is, the other loops go on and the work stays in the store
            _LOG.exception("a step failed; its work is kept and will be tried again", step=name)
        self._metrics.failures.labels(name).inc()
        await self._clock.sleep(self._pace.failure)
        return None


def _name(plan: FeedPlan) -> tuple[str, str]:
    return plan.partner, plan.feed


def _topic(partner: str, feed: str) -> str:
    return f"feed:{partner}/{feed}"
