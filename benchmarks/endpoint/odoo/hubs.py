"""A Crossdock whose one partner is the Odoo that is measured."""

import asyncio
from time import perf_counter

import msgspec

from benchmarks.endpoint.odoo.direct import Place
from benchmarks.endpoint.odoo.told import Told
from crossdock.backbone.breaker import Limits
from crossdock.backbone.deliver import Load
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, PartnerPlan, Sizes, World, compose, connect
from crossdock.catalog import connectors
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.model.identifiers import delivery_order_id, trace_id_of
from crossdock.ports.process import Priority
from crossdock.ports.stores_delivery import NewCommand
from crossdock.storage.opening import open_store
from crossdock.transports.machine import FreshIds, RealClock, worker_name

PARTNER = "odoo"
_PATIENCE = 600.0


class OneKey:
    """The API key, whatever is asked for."""

    def __init__(self, key: str) -> None:
        """Keep it in memory only."""
        self._key = key

    def reveal(self, reference: str) -> str:  # noqa: ARG002 - the port
        """The key."""
        return self._key


async def open_hub(url: str, place: Place, tier: str, concurrency: int = 4) -> Hub:
    """A hub on the store at ``url`` that writes to ``place`` by ``tier`` and reads nothing from it; the hub and its
    ``store`` are closed by the caller.
    """
    store = open_store(url)
    await store.migrate()
    config = msgspec.convert(
        {"url": place.url, "database": place.database, "login": place.login, "api_key": "secret://env/KEY",
         "tier": tier, "feeds": ()},
        OdooConfig,
    )  # fmt: skip
    spec = connectors().working()["odoo"]
    spec = msgspec.structs.replace(spec, feeds=())
    plan = PartnerPlan(PARTNER, spec, config, Limits(concurrency=concurrency), allow_private=True)
    world = World(store, RealClock(), FreshIds(), OneKey(place.key), connect, Metrics(), Spans(), worker_name())
    return compose(world, [plan], [], sizes=Sizes())


async def enqueue(hub: Hub, told: list[Told]) -> None:
    """Commit the events as commands, due now; those of one transfer go into one lane."""
    ids, now = FreshIds(), hub.clock.now()
    rows = [_command(each, ids.fresh(now), now) for each in told]
    await hub.store.run(lambda tx: tx.lanes.enqueue(rows))
    hub.store.wake("outbound")


def _command(told: Told, fresh: str, now: int) -> NewCommand:
    subject = delivery_order_id(PARTNER, told.body.external_id)
    return NewCommand(
        id=fresh,
        key=told.key,
        partner=PARTNER,
        subject=subject,
        kind="milestone.record.v1",
        body=msgspec.json.encode(told.body),
        priority=Priority.NORMAL,
        due_at=now,
        created_at=now,
        trace_id=trace_id_of(subject),
        cause="benchmark",
    )


async def drain(hub: Hub) -> float:
    """Claim as slots come free, as the engine does, until nothing is left; seconds from first claim to last outcome."""
    flying: set[asyncio.Task[None]] = set()
    started = ended = perf_counter()

    async def carry(load: Load) -> None:
        nonlocal ended
        await hub.engine.courier.carry(load)
        ended = perf_counter()

    while perf_counter() - started < _PATIENCE:
        loads = await hub.engine.courier.claim()
        flying |= {asyncio.create_task(carry(load)) for load in loads}
        if loads:
            continue
        if flying:
            done, flying = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            continue
        counts = await hub.store.read(lambda tx: tx.views.counts())
        if counts.parked or not (counts.queued or counts.in_doubt):
            break
        await asyncio.sleep(0.05)
    await emptied(hub)
    return ended - started


async def emptied(hub: Hub) -> None:
    """Wait until no command is open. Raises `RuntimeError` when one was parked, or it takes too long."""
    started = perf_counter()
    while True:
        counts = await hub.store.read(lambda tx: tx.views.counts())
        if counts.parked or perf_counter() - started > _PATIENCE:
            raise RuntimeError(f"not every command was carried out: {counts}")
        if not (counts.queued or counts.in_doubt):
            return
        await asyncio.sleep(0.1)
