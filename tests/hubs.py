"""A hub with scripted partners on an in-memory store, for tests of the engine."""

import contextlib
import json
import random
from collections.abc import Callable, Sequence

from msgspec import Struct

from crossdock.backbone.breaker import Limits
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, PartnerPlan, World, compose
from crossdock.model.events import EventBody, Fact, TrackingReported
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import stamp
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.connector import Command, Documents, Page, Received, Rejected, Translation, Unreadable, Verified
from crossdock.ports.process import Process
from crossdock.ports.spec import ConnectorSpec, Feed, Kind, Stability
from crossdock.ports.verdicts import Done, Explanation, Verdict
from crossdock.sim.clock import VirtualClock
from crossdock.storage.opening import open_store

WHY = Explanation("Do something.", "it went wrong")


class Nothing(Struct, frozen=True):
    """No configuration."""


class Silent:
    """A journal of nothing, and a caller that has nothing to close."""

    def start(self, ours=None) -> None: ...

    def take(self) -> bytes:
        return b"[]"

    async def close(self) -> None: ...


class SeededIds:
    """Ids and jitter from a seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def fresh(self, now: int) -> str:
        return f"{now:014x}{self._random.getrandbits(48):012x}"

    def jitter(self) -> float:
        return self._random.random()


class Scripted:
    """A partner that says and answers what a test tells it to. Messages are JSON: a list of scans."""

    def __init__(self, partner: str = "carrier") -> None:
        self.partner = partner
        self.answers: list[Verdict | Exception] = []
        self.settlements: list[Verdict] = []
        self.sent: list[Command] = []
        self.asked: list[Command] = []
        self.pages: list[Page | Verdict] = []

    def verify(self, message: Received, now: int) -> Verified | Rejected:
        if message.headers.get("signature") == "bad":
            return Rejected(401, WHY)
        return Verified(message.headers.get("delivery", ""), message.headers.get("hint", ""))

    def translate(self, message: Received) -> Translation:
        if message.body == b"bug":
            raise ZeroDivisionError("a defect in the mapping")
        try:
            scans = json.loads(message.body)
        except ValueError as error:
            return Translation(problems=(Unreadable("", Explanation("Ask for it again.", str(error))),))
        return Translation(tuple(self.scan(*each) for each in scans))

    def scan(self, number: str, milestone: str, at: str) -> Fact:
        event = TrackingEvent(self.partner, number, milestone, stamp(at), raw_code=milestone)
        return Fact(TrackingReported(event), event.occurred, lookups=(Reference(ReferenceKind.TRACKING, number),))

    async def fetch(self, feed: str, cursor: str) -> Page | Verdict:
        return self.pages.pop(0) if self.pages else Page(b"", cursor)

    async def send(self, command: Command, documents: Documents) -> Verdict:
        self.sent.append(command)
        answer = self.answers.pop(0) if self.answers else Done()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def settle(self, command: Command, documents: Documents) -> Verdict:
        self.asked.append(command)
        return self.settlements.pop(0)

    async def check(self) -> tuple[str, ...]:
        return ("ok",)


class ScriptedTogether(Scripted):
    """A partner that takes notes many at a time; ``loads`` are the markers of each call."""

    def __init__(self, partner: str = "carrier") -> None:
        super().__init__(partner)
        self.loads: list[list[str]] = []

    async def send_together(self, commands: Sequence[Command], documents: Documents) -> Sequence[Verdict]:
        self.loads.append([each.body.marker for each in commands])
        return [await self.send(each, documents) for each in commands]


def spec(partner: Scripted) -> ConnectorSpec:
    together = ("note.record.v1",) if isinstance(partner, ScriptedTogether) else ()
    return ConnectorSpec(
        id="scripted", title="Scripted", kind=Kind.CARRIER, stability=Stability.EXPERIMENTAL, since="0.1", summary="",
        config=Nothing, build=lambda _surroundings: partner, feeds=(Feed("news", 10, "News."),), together=together,
        largest_batch=6,
    )  # fmt: skip


def scripted_hub(
    *partners: Scripted, processes: list[Process] = (), url: str = "sqlite:///:memory:", limits: Limits = Limits(),
    clock: VirtualClock | None = None, wrap: Callable = lambda store: store, seed: int = 0, owner: str = "w1",
) -> Hub:  # fmt: skip
    """A hub of one worker that owns every partition."""
    store = wrap(open_store(url, threads=False))
    clock, silent = clock or VirtualClock(), Silent()
    world = World(store, clock, SeededIds(seed), None, lambda _plan: (silent, silent), Metrics(), Spans(), owner)
    plans = [PartnerPlan(partner.partner, spec(partner), Nothing(), limits) for partner in partners]
    hub = compose(world, plans, processes)
    hub.engine.partitions = hub.engine.shards = tuple(range(64))
    return hub


class Once:
    """A database that runs a step, takes it back, and lets it run again: a deadlock, found late."""

    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        return getattr(self.inner, name)

    async def run(self, step):
        class Back(Exception):
            pass

        def spoiled(tx):
            step(tx)
            raise Back

        with contextlib.suppress(Back):
            await self.inner.run(spoiled)
        return await self.inner.run(step)


def bodies_of(events: list) -> list[EventBody]:
    return [event.body for event in events]
