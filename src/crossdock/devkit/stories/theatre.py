"""A whole Crossdock in this process on a virtual clock: it works until nothing moves, then time jumps on."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, Installation, World, joined, open_file
from crossdock.devkit.crashing import Crash, EverySecret, FragileCaller, FragileStore, Fuse, Life, SeededIds
from crossdock.devkit.stories.cast import Cast
from crossdock.ports.connector import Received
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.wire import HttpCaller
from crossdock.sim.faults import Effect, FaultBook, Match, Rule, When
from crossdock.sim.inprocess import InProcessCaller
from crossdock.sim.webhooks import OutgoingWebhook, deliver_due
from crossdock.transports.recorder import RecordingCaller

T = TypeVar("T")
SECOND = 1_000_000
_ROUNDS = 400
_FEEDS = 14_400 * SECOND
_TICK = 900 * SECOND
_LEASE = 30
"""Seconds until the partitions of one that died are free, and another one has started."""
_LAST_BREATHS = 50
_NAPS = (2, 5, 15, 30, 60)
"""Seconds between two looks at work that waits for its time, such as a retry."""


class Theatre:
    """The clock, the wires and the database of a story; Crossdocks come and go on them."""

    def __init__(self, cast: Cast, folder: Path, look: Callable[[], Awaitable[None]], fuse: Fuse | None = None) -> None:
        """``folder`` holds a migrated ``crossdock.db``; ``look`` is called whenever something has moved. Where there is
        a ``fuse``, Crossdock dies at its steps, and another one is started in its place.
        """
        self.cast = cast
        self.clock = cast.clock
        self._began = cast.clock.now()
        self.hub: Hub | None = None
        self.answers: list[tuple[str, int]] = []
        self._file = folder / "crossdock.db"
        self._store: Store = open_file(self._file)
        self._look = look
        self._fuse = fuse
        if fuse is not None:
            asyncio.get_running_loop().set_exception_handler(_unless_dead)
        self._installation: Installation
        self._started, self._runs = 0, False
        self._listening: set[str] = set()
        self._naps = 0
        self._feeds: dict[tuple[str, str], int] = {}
        self._back: dict[str, int] = {}
        self._books: dict[str, FaultBook] = {}
        self._wires = InProcessCaller(self.clock, ())

    async def start(self, installation: Installation) -> None:
        """Start Crossdock by this configuration; the one that ran stops."""
        await self.stop()
        for name in self.cast.sides.keys() - self._listening:
            await self.cast.sides[name].start()
            self._listening.add(name)
        self._installation = installation
        self._rewire()
        names = [(plan.id, feed.name) for plan in installation.plans for feed in plan.spec.feeds]
        self._feeds = dict.fromkeys(names, 0)
        self._runs = True
        await self._begin()

    async def _begin(self) -> None:
        while self.hub is None:
            await self._open()
        self._feeds = dict.fromkeys(self._feeds, self.clock.now())

    async def _open(self) -> None:
        """A process of Crossdock."""
        self._started += 1
        store: Store = open_file(self._file)
        wires: HttpCaller = self._wires
        if self._fuse is not None:
            life = Life(self._fuse)
            store, wires = FragileStore(store, life), FragileCaller(wires, life)
        journal = RecordingCaller(wires)
        world = World(
            store, self.clock, SeededIds(self._started), EverySecret(), lambda _plan: (journal, journal), Metrics(),
            Spans(), f"story-{self._started}",
        )  # fmt: skip
        self.hub = joined(self._installation, world)
        await self._alive(self.hub.engine.lease())

    async def stop(self) -> None:
        """Stop Crossdock, which gives its partitions back as it does when it is asked to stop."""
        self._runs = False
        if self.hub is not None:
            hub, self.hub = self.hub, None
            with contextlib.suppress(Crash):
                await hub.store.run(lambda tx: tx.leases.release(hub.engine.owner))
            await hub.store.close()

    async def _alive(self, work: Awaitable[T]) -> T | None:
        """What comes of ``work``, or None: Crossdock died at it. What it had under way dies with it; its partitions are
        somebody else's when its lease has ended.
        """
        try:
            return await work
        except Crash:
            hub, self.hub = self.hub, None
            assert hub is not None
            for _ in range(_LAST_BREATHS):
                await asyncio.sleep(0)
            await hub.store.close()
            self.clock.advance(_LEASE)
            await self._store.run(lambda tx: tx.leases.release(hub.engine.owner))
            return None

    async def _revive(self) -> None:
        """Another one in place of one that died: it asks every feed, as each does that is started."""
        if self.hub is None and self._runs:
            await self._begin()

    async def close(self) -> None:
        """The story is over."""
        await self.stop()
        for side in self.cast.sides.values():
            await side.stop()
        await self._store.close()

    async def read(self, step: Callable[[Transaction], T]) -> T:
        """Look into the store."""
        return await self._store.read(step)

    async def write(self, step: Callable[[Transaction], T]) -> T:
        """Write into the store, as a door does."""
        return await self._store.run(step)

    def away(self, partner: str, minutes: float) -> None:
        """A partner cannot be reached for so long."""
        book = self._books[self.cast.of(partner).hosts[0]]
        since = (self.clock.now() - self._began) / SECOND
        book.add(Rule(Effect(unreachable=True), Match(), When(since=since, until=since + minutes * 60)))
        self._back[partner] = self.clock.now() + int(minutes * 60 * SECOND)

    async def until(self, moment: int) -> None:
        """Let time pass until ``moment`` (epoch microseconds), with everything that happens meanwhile."""
        await self.rest()
        while self.clock.now() < moment:
            due = await self._next()
            self.clock.advance_to(min(moment, due, self.clock.now() + _TICK))
            await self._wake()
            if self.clock.now() == due or await self._carry():
                await self.rest()
        await self.rest()

    async def rest(self) -> None:
        """Everything that follows now; each round of it takes a second."""
        for _ in range(_ROUNDS):
            moved = await self._carry()
            if self.hub is not None:
                found = await self._alive(self._work(self.hub))
                moved += 1 if found is None else found
            await self._revive()
            await self._look()
            if not moved:
                return
            self._naps = 0
            self.clock.advance(1)
        raise RuntimeError(f"something moves without end: {_ROUNDS} rounds at {self.clock.now()}")

    async def _work(self, hub: Hub) -> int:
        return await self._polled(hub) + await hub.engine.settle_all()

    async def _carry(self) -> int:
        return await deliver_due(self.cast.simulators.values(), self.clock.now(), self._received)

    async def _received(self, webhook: OutgoingWebhook) -> int:
        """A message of a partner comes to the door: the HTTP status it is answered with, 0 for nobody there."""
        parts = urlsplit(webhook.url)
        partner, channel = parts.path.split("/")[2:4]
        if self.hub is None or partner not in self.hub.connectors:
            return 0
        headers = {name.lower(): value for name, value in webhook.headers.items()}
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        kind = headers.get("content-type", "application/json")
        message = Received(channel, webhook.body, headers, self.clock.now(), kind, path=path)
        answer = await self._alive(self.hub.intake.accept(partner, message))
        if answer is None:
            return 0
        status = answer.status
        self.answers.append((partner, status))
        if status < 300:
            self._hint(partner)
        return int(status)

    def _hint(self, partner: str) -> None:
        """There is news: its feeds are asked now."""
        for each in self._feeds:
            if each[0] == partner:
                self._feeds[each] = self.clock.now()

    async def _polled(self, hub: Hub) -> int:
        now, found = self.clock.now(), 0
        for feed in [each for each, due in self._feeds.items() if due <= now]:
            while await hub.engine.poll(*feed):
                found += 1
            self._feeds[feed] = self.clock.now() + _FEEDS
        return found

    def _rewire(self) -> None:
        """The same wires with whoever joined; faults stay."""
        hosts = {host for each in self.cast.simulators.values() for host in each.hosts}
        for host in hosts - self._books.keys():
            self._books[host] = FaultBook(started_at=self._began)
        self._wires = InProcessCaller(self.clock, self.cast.simulators.values(), self._books)

    async def _next(self) -> int:
        """When something may happen: a deadline, a look at a feed, a retry, a partner's own pace."""
        now = self.clock.now()
        due, waits = await self.read(_coming)
        moments = [*self._feeds.values(), *self._back.values(), *due]
        if waits:
            moments.append(now + _NAPS[min(self._naps, len(_NAPS) - 1)] * SECOND)
            self._naps += 1
        return min((each for each in moments if each > now), default=now + 2 * _TICK)

    async def _wake(self) -> None:
        """Partners that are back are asked for news; now and then nets are looked after."""
        now = self.clock.now()
        for partner in [name for name, moment in self._back.items() if moment <= now]:
            del self._back[partner]
            self._hint(partner)
        if self.hub is not None and any(each <= now for each in self._feeds.values()):
            await self._alive(self.hub.engine.sweep())


def _unless_dead(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Tasks of a process that died end unheard."""
    if not isinstance(context.get("exception"), Crash):
        loop.default_exception_handler(context)


def _coming(tx: Transaction) -> tuple[list[int], bool]:
    """Times of all deadlines, and whether commands or messages wait."""
    subjects = tx.states.subjects("", 10_000)
    counts = tx.views.counts()
    return [each.due_at for each in tx.timers.standing(subjects)], bool(
        counts.queued or counts.in_doubt or counts.received
    )
