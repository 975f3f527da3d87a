"""The one place where adapters meet ports: real clock, real ids, real database, real network."""

import asyncio
import hashlib
import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from crossdock import __version__
from crossdock.backbone.breaker import Limits
from crossdock.backbone.decide import Reducer
from crossdock.backbone.deliver import Courier, Partner
from crossdock.backbone.engine import Engine, FeedPlan, Pace
from crossdock.backbone.intake import Intake
from crossdock.backbone.lanes import DEFAULT_SCHEDULES, Schedule
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.parking import Requests
from crossdock.backbone.poll import Poller
from crossdock.backbone.replay import Replayer
from crossdock.backbone.spans import Spans, forced_ids
from crossdock.backbone.translate import Translator
from crossdock.model.fulfilment import summary_of
from crossdock.ports.clock import Clock, Ids
from crossdock.ports.connector import Connector
from crossdock.ports.process import Process
from crossdock.ports.secrets import Secrets
from crossdock.ports.spec import ConnectorSpec, Surroundings
from crossdock.ports.stores import Store
from crossdock.ports.stores_delivery import Blob
from crossdock.ports.wire import HttpCaller, Journal


class RealClock:
    """The machine's clock."""

    def now(self) -> int:
        """Microseconds since 1970-01-01T00:00Z."""
        return time.time_ns() // 1000

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class FreshIds:
    """Ids of 26 hex characters: 14 of time in microseconds, 12 of the system's randomness."""

    def fresh(self, now: int) -> str:
        """A new id that sorts by ``now``."""
        return f"{now:014x}{os.urandom(6).hex()}"

    def jitter(self) -> float:
        """A number in [0, 1)."""
        return random.random()  # noqa: S311 - spreads retries, guards nothing


class StoredDocuments:
    """Labels and proofs in the store (`crossdock.ports.connector.Documents`)."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Keep them in ``store``."""
        self._store = store
        self._clock = clock

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises `KeyError`."""
        blob = await self._store.read(lambda tx: tx.blobs.get(sha256))
        if blob is None or not blob.data:
            raise KeyError(sha256)
        return blob.data

    async def put(self, data: bytes, media_type: str, kind: str) -> str:
        """Keep the bytes and return their SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        blob = Blob(sha256, media_type, kind, len(data), self._clock.now(), data)
        await self._store.run(lambda tx: tx.blobs.put(blob))
        return sha256


class PartnerPlan(Struct, frozen=True):
    """A partner as configured: its connector's declaration, the typed configuration, and how hard to press it."""

    id: str
    spec: ConnectorSpec
    config: Any
    limits: Limits = Limits()
    allow_hosts: tuple[str, ...] = ()
    allow_private: bool = False


class World(Struct, frozen=True):
    """What differs between production, a simulation and a test. ``connect`` gives a partner its caller and the journal
    of what it calls.
    """

    store: Store
    clock: Clock
    ids: Ids
    secrets: Secrets
    connect: Callable[[PartnerPlan], tuple[HttpCaller, Journal]]
    metrics: Metrics
    spans: Spans
    owner: str


class Hub(Struct, frozen=True):
    """Everything, joined."""

    store: Store
    clock: Clock
    connectors: Mapping[str, Connector]
    intake: Intake
    engine: Engine
    replayer: Replayer
    requests: Requests
    metrics: Metrics
    plans: Mapping[str, PartnerPlan]


class Sizes(Struct, frozen=True):
    """Batch sizes and paces of a worker; ``feeds`` are pauses in seconds that differ from the connector's own."""

    translate: int = 400
    reduce: int = 400
    claim_seconds: float = 120.0
    pace: Pace = Pace()
    feeds: Mapping[tuple[str, str], float] = {}


def build_connector(world: World, plan: PartnerPlan) -> tuple[Connector, Journal]:
    """One partner's connector, with its caller and journal."""
    http, journal = world.connect(plan)
    surroundings = Surroundings(plan.id, plan.config, http, world.clock, world.secrets)
    return plan.spec.build(surroundings), journal


def compose(
    world: World,
    plans: Sequence[PartnerPlan],
    processes: Sequence[Process],
    *,
    schedules: Mapping[str, Schedule] = DEFAULT_SCHEDULES,
    sizes: Sizes = Sizes(),  # noqa: B008 - immutable
    sweeps: Mapping[str, Callable[[int], Awaitable[object]]] | None = None,
) -> Hub:
    """Join everything for one worker process."""
    store, clock, ids, metrics = world.store, world.clock, world.ids, world.metrics
    built = {plan.id: build_connector(world, plan) for plan in plans}
    connectors = {name: connector for name, (connector, _) in built.items()}
    partners = {plan.id: Partner(*built[plan.id], plan.limits, schedules) for plan in plans}
    translator = Translator(store, connectors, clock, metrics, world.spans, sizes.translate)
    reducer = Reducer(store, processes, clock, ids, metrics, summary_of, sizes.reduce)
    documents = StoredDocuments(store, clock)
    courier = Courier(store, partners, documents, clock, ids, metrics, world.spans, world.owner, sizes.claim_seconds)
    feeds = [
        FeedPlan(plan.id, feed.name, sizes.feeds.get((plan.id, feed.name), feed.every))
        for plan in plans
        for feed in plan.spec.feeds
    ]
    engine = Engine(
        owner=world.owner,
        store=store,
        clock=clock,
        metrics=metrics,
        translator=translator,
        reducer=reducer,
        courier=courier,
        poller=Poller(store, partners, clock, ids, metrics),
        feeds=feeds,
        pace=sizes.pace,
        sweeps=sweeps,
    )
    intake = Intake(store, connectors, clock, ids, metrics, engine.hint)
    replayer = Replayer(store, translator, reducer)
    return Hub(
        store, clock, connectors, intake, engine, replayer, Requests(), metrics, {plan.id: plan for plan in plans}
    )


class _OneTreePerSubject(RandomIdGenerator):
    """Gives a span the ids that were forced for it, so that every worker finds the same root."""

    def generate_trace_id(self) -> int:
        forced = forced_ids.get()
        return forced[0] if forced else super().generate_trace_id()

    def generate_span_id(self) -> int:
        forced = forced_ids.get()
        return forced[1] if forced else super().generate_span_id()


def start_telemetry(endpoint: str) -> Spans:
    """Send spans by OTLP over HTTP to ``endpoint`` (such as http://127.0.0.1:4318/v1/traces); none when empty."""
    if not endpoint:
        return Spans(enabled=False)
    resource = Resource.create({"service.name": "crossdock", "service.version": __version__})
    provider = TracerProvider(resource=resource, id_generator=_OneTreePerSubject())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    return Spans(enabled=True)


def worker_name() -> str:
    """Names this process in leases: host, process id, and a random part so that a restarted one is another."""
    return f"{os.uname().nodename}-{os.getpid()}-{os.urandom(3).hex()}"


def remove_files(paths: Sequence[str]) -> None:
    """Delete what held large documents after the commit that let go of them."""
    for path in paths:
        Path(path).unlink(missing_ok=True)
