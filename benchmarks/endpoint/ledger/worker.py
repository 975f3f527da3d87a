"""The Crossdock that is killed: `python -m benchmarks.endpoint.ledger.worker FOLDER`. Ends when every order has."""

import asyncio
import logging
import os
import sys
from pathlib import Path

import msgspec
import structlog

from benchmarks.endpoint.ledger.driving import (
    FAILED,
    FINISHED,
    PARTNER,
    READY,
    SHOP,
    order_lives,
    setup,
    setup_subject,
    subject_of,
)
from benchmarks.endpoint.ledger.goods import customer
from benchmarks.endpoint.ledger.journal import connect
from benchmarks.endpoint.ledger.plain import Plain
from benchmarks.endpoint.ledger.run import KEY, Run, read
from benchmarks.endpoint.ledger.scenario import Plan
from benchmarks.endpoint.ledger.yard import make_by_hand
from crossdock.backbone.breaker import Limits
from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.engine import Pace
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, PartnerPlan, Sizes, World, compose
from crossdock.catalog import connectors
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.connectors.odoo.connector import OdooConnector
from crossdock.model.events import DeadlinePassed, Fact, SalesOrderChanged
from crossdock.model.identifiers import digest, trace_id_of
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.sales import SalesLine, SalesOrder
from crossdock.ports.connector import Received, Translation
from crossdock.ports.spec import ConnectorSpec
from crossdock.storage.opening import open_store
from crossdock.transports.machine import FreshIds, RealClock, worker_name

CLAIM_SECONDS = 75.0
"""Longer than the longest call (Odoo tries a conflict again for 30 s), as short as that allows: what a killed process
had under way comes back after this."""
_LEASE_SECONDS = 6.0
_BEGINNING = stamp("2026-01-05T08:00:00Z")


class Key:
    """The API key from the environment, whatever is asked for."""

    def reveal(self, reference: str) -> str:  # noqa: ARG002 - the port
        """The key."""
        return os.environ[KEY]


class ShopsOdoo(OdooConnector):
    """The real connector; what its orders feed says of an order of ours belongs to the shop's number of it."""

    def translate(self, message: Received) -> Translation:
        """Facts with our orders under our subjects."""
        found = super().translate(message)
        return msgspec.structs.replace(found, facts=tuple(map(_ours, found.facts)))


def _ours(fact: Fact) -> Fact:
    body = fact.body
    if isinstance(body, SalesOrderChanged) and body.order.reference.startswith("XL-"):
        return msgspec.structs.replace(fact, subject=subject_of(body.order.reference), binds=())
    return fact


def _spec() -> ConnectorSpec:
    spec = connectors().working()[PARTNER]
    feeds = tuple(feed for feed in spec.feeds if feed.name == "orders")
    return msgspec.structs.replace(spec, build=ShopsOdoo, feeds=feeds)


async def open_hub(run: Run) -> Hub:
    """The hub of a run: real store, real connector, the run's processes."""
    store = open_store(run.store)
    await store.migrate()
    asked = run.asked
    told = {"url": asked.url, "database": asked.database, "login": asked.login, "api_key": "secret://env/KEY"}
    more = {"feeds": ("orders",), "concurrency": asked.concurrency, "poll_busy": 20.0, "poll_idle": 60.0}
    config = msgspec.convert({**told, **more}, OdooConfig)
    plan = PartnerPlan(PARTNER, _spec(), config, Limits(concurrency=asked.concurrency), allow_private=True)
    world = World(store, RealClock(), FreshIds(), Key(), connect, Metrics(), Spans(), worker_name())
    processes = [order_lives(asked.tag, run.plans), setup(asked.tag, run.goods, asked.warehouse)]
    sizes = Sizes(claim_seconds=CLAIM_SECONDS, pace=Pace(lease=_LEASE_SECONDS))
    return compose(world, [plan], processes, sizes=sizes)


async def work(run: Run) -> None:
    """Set up, tell the shop's orders, and work until every one has ended."""
    hub = await open_hub(run)
    working = asyncio.create_task(hub.engine.run())
    try:
        driving = asyncio.create_task(_drive(hub, run))
        await asyncio.wait({working, driving}, return_when=asyncio.FIRST_COMPLETED)
        if driving.done():
            driving.result()
    finally:
        hub.engine.stop()
        await working
        await hub.close()
        await hub.store.close()


async def _drive(hub: Hub, run: Run) -> None:
    subject = setup_subject(run.asked.tag)
    if await _phase(hub, subject) != READY:
        await _tell(hub, [Fact(DeadlinePassed("products", 0), _BEGINNING, subject=subject)])
        await _until(hub, subject, {"products written", "stock ordered", READY})
        await asyncio.to_thread(lambda: make_by_hand(Plain(run.place()), run.goods))
        await _tell(hub, [Fact(DeadlinePassed("stock", 0), _BEGINNING, subject=subject)])
        await _until(hub, subject, {READY})
    await _tell(hub, [_placed(run.asked.tag, plan) for plan in run.plans])
    subjects = [subject_of(plan.reference) for plan in run.plans]
    supervisor = os.getppid()
    while os.getppid() == supervisor and not await ended(hub, subjects):
        await hub.clock.sleep(2)


async def ended(hub: Hub, subjects: list[str]) -> bool:
    """Whether every order has been carried out, or stands still until a person looks."""
    rows = await hub.store.read(lambda tx: tx.states.load(subjects))
    return all(subject in rows and rows[subject].summary.get("phase") in {FINISHED, FAILED} for subject in subjects)


async def _phase(hub: Hub, subject: str) -> str:
    rows = await hub.store.read(lambda tx: tx.states.load([subject]))
    return str(rows[subject].summary.get("phase", "")) if subject in rows else ""


async def _until(hub: Hub, subject: str, phases: set[str]) -> None:
    while (phase := await _phase(hub, subject)) not in phases:
        if phase == FAILED:
            rows = await hub.store.read(lambda tx: tx.states.load([subject]))
            raise RuntimeError(f"the setup failed: {rows[subject].processes['setup'].decode()}")
        await hub.clock.sleep(0.5)


async def _tell(hub: Hub, facts: list[Fact]) -> None:
    """Put facts into the log; those it has already change nothing."""
    now = hub.clock.now()
    batch = [(Origin("", SHOP, now, trace_id_of(fact.subject)), [fact]) for fact in facts]
    for start in range(0, len(batch), 200):
        part = batch[start : start + 200]
        await hub.store.run(lambda tx, part=part: place(tx, part, now))  # type: ignore[misc]
    hub.store.wake("log")


def _placed(tag: str, plan: Plan) -> Fact:
    """What the shop says: an order was placed."""
    who = customer(tag, plan.customer)
    lines = tuple(SalesLine(Item(line.good.sku), line.ordered, line.good.sold) for line in plan.lines)
    subject = subject_of(plan.reference)
    order = SalesOrder(subject, SHOP, digest(plan.reference), plan.reference, "draft", who, lines, _BEGINNING)
    return Fact(SalesOrderChanged(order), _BEGINNING, subject=subject)


def main() -> int:
    """Work; 0 when every order has ended."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    run = read(Path(sys.argv[1]))
    if run is None:
        print(f"{sys.argv[1]} is no run", file=sys.stderr)
        return 2
    asyncio.run(work(run))
    return 0


if __name__ == "__main__":
    sys.exit(main())
