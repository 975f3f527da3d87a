"""The engine: every loop of one worker, each a small step repeated. Work is found in the store and nowhere else, so a
worker may stop anywhere and another goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog
from msgspec import Struct

from crossdock.backbone.breaker import SECOND
from crossdock.backbone.correlate import release_overdue
from crossdock.backbone.decide import Reducer, fire_timers
from crossdock.backbone.deliver import Courier, Load
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.poll import Poller
from crossdock.backbone.translate import Translator
from crossdock.model.identifiers import PARTITIONS, partition_of
from crossdock.ports.clock import Clock
from crossdock.ports.stores import Store, StoreFull, StoreUnavailable

T = TypeVar("T")
_LOG = structlog.get_logger("crossdock.engine")
_LAST_CALLS = 15.0
"""Seconds that calls in flight get when a worker stops; what is still out then is settled by asking the partner."""


class FeedPlan(Struct, frozen=True):
    """A feed to poll: ``every`` seconds between passes that found nothing, unless a page itself says when."""

    partner: str
    feed: str
    every: float


class Pace(Struct, frozen=True):
    """How long the loops rest, in seconds, when nothing wakes them; lease and sweep periods."""

    idle: float = 1.0
    lease: float = 30.0
    sweep: float = 60.0
    failure: float = 2.0


class Engine:
    """One worker."""

    def __init__(
        self,
        *,
        owner: str,
        store: Store,
        clock: Clock,
        metrics: Metrics,
        translator: Translator,
        reducer: Reducer,
        courier: Courier,
        poller: Poller,
        feeds: Sequence[FeedPlan],
        pace: Pace = Pace(),  # noqa: B008 - immutable
        sweeps: Mapping[str, Callable[[int], Awaitable[object]]] | None = None,
        loops: Mapping[str, Callable[[Sequence[int]], Awaitable[int]]] | None = None,
    ) -> None:
        """``owner`` names the worker in leases; ``sweeps`` are further jobs run every ``pace.sweep`` seconds, ``loops``
        further steps that are told this worker's partitions and repeated while they find work.
        """
        self.owner = owner
        self.partitions: tuple[int, ...] = ()
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
        self._loops = dict(loops or {})
        self._stopping = asyncio.Event()
        self._carrying: set[asyncio.Task[None]] = set()

    # ---- one step of each kind: what tests, the demo's crash seeds and the loops below are made of

    async def lease(self) -> None:
        """Renew this worker's partitions and take its fair share of free ones."""
        now = self._clock.now()
        until = now + int(self._pace.lease * SECOND)
        owners = await self._store.read(lambda tx: tx.leases.owners(now))
        share = -(-PARTITIONS // len({*owners, self.owner}))
        held = await self._store.run(lambda tx: tx.leases.claim(self.owner, now, until, share))
        self.partitions = tuple(lease.partition for lease in held)

    async def translate(self) -> int:
        """One batch from exchanges to events."""
        return await self._translator.step(self.partitions) if self.partitions else 0

    async def reduce(self) -> int:
        """One batch from events to state and commands."""
        return await self._reducer.step(self.partitions) if self.partitions else 0

    async def deliver(self) -> int:
        """One round of commands, waited for."""
        return await self.courier.step()

    async def poll(self, partner: str, feed: str) -> bool:
        """One page of a feed, if this worker holds the feed's partition."""
        if partition_of(f"{partner}/{feed}") not in self.partitions:
            return False
        return await self._poller.step(partner, feed)

    async def sweep(self) -> None:
        """Timers' and correlation's nets, queue figures, and the jobs given at construction."""
        now = self._clock.now()
        if await self._store.run(lambda tx: len(release_overdue(tx, now))):
            self._store.wake("log")
        for name, job in self._sweeps.items():
            await self._guarded(f"sweep:{name}", partial(job, now))

    async def measure(self) -> None:
        """Refresh the gauges of queues and their ages."""
        now = self._clock.now()
        counts = await self._store.read(lambda tx: tx.views.counts())
        stages = {
            "received": counts.received,
            "waiting": counts.waiting,
            "queued": counts.queued,
            "parked": counts.parked,
            "in_doubt": counts.in_doubt,
            "open_exceptions": counts.open_exceptions,
        }
        for stage, number in stages.items():
            self._metrics.depth.labels(stage).set(number)
        self._metrics.age.labels("received").set(_age(counts.oldest_received_at, now))
        self._metrics.age.labels("queued").set(_age(counts.oldest_queued_at, now))

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
                self._hint(partner, name).set()

    def stop(self) -> None:
        """Ask the loops to end after their current step."""
        self._stopping.set()
        for topic in ("inbound", "log", "outbound"):
            self._store.wake(topic)

    async def run(self) -> None:
        """Run until `stop`; then finish what is in flight and give the partitions back."""
        await self._guarded("lease", self.lease)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._every("lease", self._pace.lease / 3, self.lease))
            group.create_task(self._busy("translate", "inbound", self.translate))
            group.create_task(self._busy("reduce", "log", self.reduce))
            group.create_task(self._deliveries())
            group.create_task(self._every("renew", self.courier.lease_seconds / 3, self.courier.renew))
            group.create_task(self._every("timers", self._pace.idle, self._fire))
            group.create_task(self._every("measure", 5.0, self.measure))
            group.create_task(self._every("sweep", self._pace.sweep, self.sweep))
            for plan in self._feeds.values():
                group.create_task(self._polling(plan))
            for name, step in self._loops.items():
                group.create_task(self._busy(name, "log", partial(self._owned, step)))
        if self._carrying:
            patience = asyncio.create_task(self._clock.sleep(_LAST_CALLS))
            flying = asyncio.create_task(asyncio.wait(self._carrying))
            await asyncio.wait([patience, flying], return_when=asyncio.FIRST_COMPLETED)
            patience.cancel()
        await self._guarded("release", lambda: self._store.run(lambda tx: tx.leases.release(self.owner)))

    async def _owned(self, step: Callable[[Sequence[int]], Awaitable[int]]) -> int:
        return await step(self.partitions)

    async def _fire(self) -> None:
        await fire_timers(self._store, self._clock.now())

    async def _busy(self, name: str, topic: str, step: Callable[[], Awaitable[int]]) -> None:
        """Repeat ``step`` while it finds work; else wait to be woken."""
        while not self._stopping.is_set():
            moved = await self._guarded(name, step)
            if not moved:
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
                await self._store.wait("outbound", min(self._pace.idle, 0.25) if self._carrying else self._pace.idle)

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
            more = await self._guarded(f"poll:{plan.partner}", lambda: self.poll(plan.partner, plan.feed))
            if not more:
                pause = self._poller.pause(plan.partner, plan.feed)
                await self._rest(plan.every if pause is None else pause, woken)

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


def _age(oldest: int, now: int) -> float:
    """Seconds since ``oldest``; nothing waits when it is 0."""
    return (now - oldest) / SECOND if oldest else 0.0
