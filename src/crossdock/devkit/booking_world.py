"""One carrier's connector and simulator under a small process that books, in one place that can die anywhere.

The process is not Crossdock's own (that one knows selection, outages and people); it gives the same commands in the
same order, which is what a connector has to stand.
"""

import asyncio
import hashlib
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from msgspec import Struct, structs

from crossdock.backbone.decide import Reducer
from crossdock.backbone.deliver import Courier, Partner
from crossdock.backbone.engine import Engine, Pace
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.poll import Poller
from crossdock.backbone.spans import Spans
from crossdock.backbone.translate import Translator
from crossdock.bootstrap import open_file
from crossdock.devkit.crashing import Crash, EverySecret, FragileCaller, FragileStore, Fuse, SeededIds
from crossdock.model import commands as cmd
from crossdock.model import events as ev
from crossdock.model.fulfilment import FulfilmentState, summary_of
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.order import DeliveryOrder
from crossdock.model.shipment import Booking, Consignment, Document
from crossdock.ports.process import Decision, Order, Process, Situation
from crossdock.ports.spec import ConnectorSpec, Surroundings
from crossdock.ports.stores import NewEvent, Store, Transaction
from crossdock.ports.stores_delivery import Blob
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller
from crossdock.sim.simulator import Simulator
from crossdock.transports.recorder import RecordingCaller

T = TypeVar("T")
_LEASES = 60_000_000
"""A worker that died keeps its partitions for so long (microseconds); until then nothing moving proves nothing."""
NOON = 1_795_262_400_000_000
"""21 November 2026, 12:00 UTC."""


class BookingSimulator(Simulator, Protocol):
    """A simulator that keeps books of labels."""

    def live_labels(self) -> dict[str, list[str]]:
        """Tracking numbers bought and not voided, by the reference they were bought under."""
        ...


class CarrierPlan(Struct, frozen=True):
    """The carrier on trial: its declaration, typed settings and simulator."""

    spec: ConnectorSpec
    config: Any
    simulator: BookingSimulator
    partner: str = "carrier"


class KeptDocuments:
    """Labels in the store (`crossdock.ports.connector.Documents`)."""

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        """Keep them in ``store``."""
        self._store = store
        self._clock = clock

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises `KeyError`."""
        blob = await self._store.read(lambda tx: tx.blobs.get(sha256))
        if blob is None:
            raise KeyError(sha256)
        return blob.data

    async def put(self, data: bytes, media_type: str, kind: str) -> str:
        """Keep the bytes and return their SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        blob = Blob(sha256, media_type, kind, len(data), self._clock.now(), data)
        await self._store.run(lambda tx: tx.blobs.put(blob))
        return sha256


def booking_process(partner: str, consignments: Mapping[str, Consignment], label_format: str) -> Process:
    """Rates, the cheapest of them, its label; void when the order is cancelled. ``consignments`` by order."""

    def decide(situation: Situation) -> Decision:
        body, state = situation.event.body, situation.fulfilment
        orders: tuple[Order, ...] = ()
        match body:
            case ev.FulfilmentRequested(order) if not situation.process:
                rates = cmd.RequestRates(consignments[order.id])
                return Decision(b"rated", "rating", (Order("rates", partner, rates),))
            case ev.RatesQuoted(quote) if situation.process == b"rated" and quote.rates and not state.cancelled:
                rate = min(quote.rates, key=lambda each: (each.price.amount, each.id))
                goods = consignments[situation.event.subject]
                buy = cmd.BuyLabel(goods, quote.shipment_id, rate.id, rate.carrier, rate.service)
                return Decision(b"bought", "booking", (Order("buy", partner, buy),))
            case ev.ShipmentBooked(booking):
                orders = (_after(booking, state, partner, label_format),)
            case ev.FulfilmentCancelled():
                orders = tuple(_void(each, partner) for each in state.live_bookings().values())
        return Decision(situation.process, orders=orders)

    handled = frozenset({"fulfilment.requested.v1", "fulfilment.cancelled.v1", "rates.quoted.v1", "shipment.booked.v1"})
    return Process("booking", 1, handled, decide)


def _after(booking: Booking, state: FulfilmentState, partner: str, label_format: str) -> Order:
    if state.cancelled:
        return _void(booking, partner)
    fetch = cmd.FetchLabel(
        booking.package_id,
        booking.shipment_id,
        booking.tracking_number,
        booking.label_url,
        booking.label_media_type or _MEDIA[label_format],
    )
    return Order("label", partner, fetch)


_MEDIA = {"PDF": "application/pdf", "ZPL": "application/zpl", "PNG": "image/png"}


def _void(booking: Booking, partner: str) -> Order:
    body = cmd.VoidLabel(booking.package_id, booking.shipment_id, booking.tracking_number)
    return Order(f"void/{booking.shipment_id}", partner, body)


class BookingWorld:
    """The carrier, the clock and the database file: what survives a death. Workers come and go on top of it."""

    def __init__(
        self, empty: Path, seed: int, plan: CarrierPlan, orders: Sequence[DeliveryOrder], deaths: Sequence[int] = ()
    ) -> None:
        """``empty`` is a migrated database to start from; ``deaths`` are the I/O steps to die at."""
        database = empty.with_name(f"{seed}-{random.getrandbits(40):x}.db")
        shutil.copyfile(empty, database)
        self.database, self.seed, self.plan = database, seed, plan
        self.clock = VirtualClock(start=NOON)
        self.fuse = Fuse(*deaths)
        self.deaths: list[str] = []
        self.network = InProcessCaller(self.clock, [plan.simulator])
        self.orders = {order.id: order for order in orders}
        self.consignments = {order.id: consignment_of(order) for order in orders}
        self._random = random.Random(seed)  # noqa: S311 - reproducible
        self._workers = 0
        self._stores: list[Store] = []

    async def worker(self) -> Engine:
        """A new process on the same database and carrier."""
        self._workers += 1
        kept = open_file(self.database)
        self._stores.append(kept)
        store = FragileStore(kept, self.fuse)
        caller = RecordingCaller(FragileCaller(self.network, self.fuse))
        plan, clock, metrics, spans = self.plan, self.clock, Metrics(), Spans()
        ids = SeededIds(self.seed * 100 + self._workers)
        surroundings = Surroundings(plan.partner, plan.config, caller, clock, EverySecret())
        partners = {plan.partner: Partner(plan.spec.build(surroundings), caller)}
        connectors = {name: partner.connector for name, partner in partners.items()}
        process = booking_process(plan.partner, self.consignments, "PDF")
        owner = f"worker-{self._workers}"
        return Engine(
            owner=owner,
            store=store,
            clock=clock,
            metrics=metrics,
            translator=Translator(store, connectors, clock, metrics, spans, 100),
            reducer=Reducer(store, [process], clock, ids, metrics, summary_of),
            courier=Courier(
                store, partners, KeptDocuments(store, clock), clock, ids, metrics, spans, owner, lease_seconds=90
            ),
            poller=Poller(store, partners, clock, ids, metrics),
            feeds=(),
            pace=Pace(lease=30),
        )

    async def request(self, order: DeliveryOrder, click: int = 0) -> None:
        """Somebody asks for this order to be shipped; another ``click`` is another version that says the same."""
        again = structs.replace(order, note=f"click {click}") if click else order
        await self._tell(ev.FulfilmentRequested(again), order.id)

    async def cancel(self, order: DeliveryOrder) -> None:
        """Somebody calls it off, for good."""
        await self._tell(ev.FulfilmentCancelled(order.id), order.id)

    async def _tell(self, body: ev.EventBody, subject: str) -> None:
        now = self.clock.now()
        fact = ev.Fact(body, from_epoch_us(now), subject=subject)
        new = NewEvent(fact.key(subject), subject, fact, now, "test", "", trace_id_of(subject))
        await self._stores[-1].run(lambda tx: tx.log.append([new], now))

    async def live(self, cancelled: Sequence[DeliveryOrder] = (), rounds: int = 400) -> list[str]:
        """Run, die, start again, until nothing moves any more; what is wrong where that never comes."""
        engine: Engine | None = None
        settled_at, pending = 0, list(cancelled)
        for number in range(rounds):
            with self.process():
                engine = engine or await self.worker()
                for order in self.orders.values():
                    await self.request(order, number % 3)
                await engine.lease()
                await self._moves(engine, pending)
                if self.clock.now() > settled_at and await self.finished(cancelled):
                    await self._bury()
                    return []
                self.clock.advance(self._random.choice((1, 5, 20, 45)))
                continue
            await self._bury()
            engine = None  # whatever was in memory is gone
            settled_at = self.clock.now() + _LEASES
        await self._bury()
        return self.said(f"not finished after {rounds} rounds: {await self.stuck()}")

    def said(self, *faults: str) -> list[str]:
        """``faults`` with what it takes to see them again."""
        return [f"seed {self.seed}, deaths {self.deaths}: {fault}" for fault in faults]

    async def _moves(self, engine: Engine, pending: list[DeliveryOrder]) -> None:
        """One round; ``pending`` orders are called off in the middle of it, one a round."""
        if pending:
            try:
                for _ in range(self._random.randint(0, 6)):
                    await engine.reduce()
                    await engine.deliver()
            finally:  # a process that dies keeps nobody from calling it off
                await self.cancel(pending.pop(0))
        await engine.settle_all()

    async def finished(self, cancelled: Sequence[DeliveryOrder] = ()) -> bool:
        """Whether every order that was not called off has its label, and no command is on its way."""
        counts = await self._read(lambda tx: tx.views.counts())
        wanted = self.orders.keys() - {order.id for order in cancelled}
        labelled = await self._labelled()
        return wanted <= labelled.keys() and not (counts.queued or counts.in_doubt)

    async def stuck(self) -> list[tuple[str, str, str]]:
        """Commands that are not done, as (kind, status, what the engineer is told)."""
        rows, _ = await self._read(lambda tx: tx.views.exchanges(direction="outbound", limit=100))
        return [(row.kind, row.status, row.engineer) for row in rows if row.status != "done"]

    async def labels(self) -> dict[str, Document]:
        """The labels held, by tracking number."""
        labelled = await self._labelled()
        return {body.tracking_number: body.document for bodies in labelled.values() for body in bodies}

    async def quoted_for(self) -> set[str]:
        """The references that quotes say they were asked for."""
        return {event.body.quote.reference for event in await self._events() if isinstance(event.body, ev.RatesQuoted)}

    async def _events(self) -> list[ev.Event]:
        return await self._read(lambda tx: [event for each in self.orders for event in tx.log.of_subject(each)])

    async def _labelled(self) -> dict[str, list[ev.LabelReceived]]:
        """The labels received, by order."""
        found: dict[str, list[ev.LabelReceived]] = {}
        for event in await self._events():
            if isinstance(event.body, ev.LabelReceived):
                found.setdefault(event.subject, []).append(event.body)
        return found

    async def scramble(self, turns: int) -> None:
        """Two workers at once, in a seeded order of steps, for so many steps."""
        first, second = await self.worker(), await self.worker()
        for order in self.orders.values():
            await self.request(order)
        for _ in range(turns):
            engine = self._random.choice((first, second))
            await engine.lease()
            await self._random.choice((engine.translate, engine.reduce, engine.deliver))()
            self.clock.advance(self._random.choice((0, 1, 5)))

    async def _read(self, step: Callable[[Transaction], T]) -> T:
        store = open_file(self.database)
        try:
            return await store.read(step)
        finally:
            await store.close()

    @contextmanager
    def process(self) -> Iterator[None]:
        """Everything inside may die."""
        try:
            yield
        except Crash as death:
            self.deaths.append(str(death))
        except BaseExceptionGroup as group:
            if group.split(Crash)[1] is not None:
                raise
            self.deaths.append(str(group.exceptions[0]))

    async def _bury(self) -> None:
        """A dead process runs no task any more and holds no lock."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for store in self._stores:
            await store.close()
        self._stores.clear()


def consignment_of(order: DeliveryOrder) -> Consignment:
    """The first package of ``order`` as a carrier is told of it; the reference is the order's id and the package's."""
    package = order.packages[0]
    return Consignment(
        f"{order.id}/{package.id}", order.id, order.name, package, order.ship_from, order.ship_to, company=order.company
    )
