"""A whole Crossdock around a simulated warehouse in one process, under a virtual clock; it may die at any I/O step."""

import asyncio
import random
import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import structs
from warehouse_world import HOST, order

from crossdock.backbone.breaker import Limits
from crossdock.backbone.correlate import Origin, place
from crossdock.backbone.engine import Pace
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, PartnerPlan, Sizes, World, compose
from crossdock.connectors.warehouse.config import WarehouseConfig
from crossdock.connectors.warehouse.simulator import SIMULATOR
from crossdock.connectors.warehouse.spec import SPEC
from crossdock.devkit.crashing import Crash, EverySecret, FragileCaller, FragileStore, Fuse, SeededIds
from crossdock.model import warehouse as wh
from crossdock.model.events import Fact, FulfilmentRequested
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.item import Item
from crossdock.model.order import DeliveryOrder, OrderLine
from crossdock.ports.connector import Received
from crossdock.ports.process import Decision, Order, Process, Situation
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller
from crossdock.sim.simulator import Simulator
from crossdock.sim.webhooks import OutgoingWebhook, deliver_due
from crossdock.storage.opening import open_store
from crossdock.transports.recorder import RecordingCaller

PARTNER, START = "north3pl", 1_795_000_000_000_000
HOOK, FILES = f"https://hub.test/in/{PARTNER}/events", f"https://hub.test/in/{PARTNER}/files"


def demand(number: int, quantity: int = 5, version: int = 0) -> DeliveryOrder:
    """Order ``number`` for some desks."""
    base = order(OrderLine("1", Item("DESK-1"), Decimal(quantity)), name=f"WH/OUT/{number:05}")
    changed = from_epoch_us(START + version * 1_000_000)
    return structs.replace(base, id=f"do:odoo:{number}", external_id=str(number), changed_at=changed)


def _release(situation: Situation) -> Decision:
    """Stands in for order_to_ship: the first version is released, every later one amends."""
    body = situation.event.body
    count = int(situation.process or b"0") + 1
    given = body.order
    command = wh.ReleaseOrder(given.name, given) if count == 1 else wh.AmendOrder(given.name, given, count)
    return Decision(str(count).encode(), "released", (Order("release", PARTNER, command),))


RELEASING = Process("releasing", 1, frozenset({"fulfilment.requested.v1"}), _release)


class Listening(InProcessCaller):
    """Remembers what was asked."""

    def __init__(self, *words) -> None:
        super().__init__(*words)
        self.asked: list[str] = []

    async def call(self, request: HttpRequest) -> HttpResponse:
        self.asked.append(f"{request.method} {request.url}")
        return await super().call(request)


class Road:
    """The warehouse, the clock and the database: what survives a death. Hubs come and go on top of it."""

    def __init__(
        self, database: Path, seed: int = 1, deaths: Sequence[int] = (), sim: dict[str, str] | None = None, **config
    ):
        self.random = random.Random(seed)
        self.url, self.seed = str(database) if "://" in str(database) else f"sqlite:///{database}", seed
        self.clock = VirtualClock(START)
        options = {
            "seed": str(seed),
            "webhook_url": HOOK,
            "webhook_secret": "S",
            "files_url": FILES,
            "upload_token": "U",
        }
        self.sim: Simulator = SIMULATOR.build(options | (sim or {}))
        self.network = Listening(self.clock, [self.sim])
        self.faults = self.network.faults_of(HOST)
        settings = {
            "url": f"https://{HOST}/v1",
            "webhook_secrets": ("secret://x/S",),
            "upload_tokens": ("secret://x/U",),
        }
        self.config = WarehouseConfig("WH", **(settings | config))
        self.fuse = Fuse(*deaths)
        self.answers: list[int] = []
        self.told = self.sim
        self._workers = self.deaths = 0

    def hub(self) -> Hub:
        """A new process on what there is."""
        self._workers += 1
        store = open_store(self.url, threads=False) if self.url.startswith("sqlite") else open_store(self.url)
        caller = RecordingCaller(FragileCaller(self.network, self.fuse))
        ids = SeededIds(self.seed * 100 + self._workers)
        world = World(
            FragileStore(store, self.fuse), self.clock, ids, EverySecret(), lambda _plan: (caller, caller),
            Metrics(), Spans(), f"worker-{self._workers}",
        )  # fmt: skip
        plans = [PartnerPlan(PARTNER, SPEC, self.config, Limits(concurrency=4))]
        self._store = store
        return compose(world, plans, [RELEASING], sizes=Sizes(claim_seconds=90, pace=Pace(lease=30)))

    async def ask_for(self, hub: Hub, *orders: DeliveryOrder) -> None:
        """The system of record asks for these."""
        now = self.clock.now()
        batch = [
            (Origin("", "odoo", now, trace_id_of(each.id)),
             [Fact(FulfilmentRequested(each), each.changed_at, subject=each.id)])
            for each in orders
        ]  # fmt: skip
        await hub.store.run(lambda tx: place(tx, batch, now))

    async def turn(self, hub: Hub) -> None:
        """Everything that is due, both ways."""
        await hub.engine.lease()
        await hub.engine.settle_all()
        await self.carry(hub)
        await hub.engine.settle_all()

    async def carry(self, hub: Hub) -> int:
        """Webhooks and uploads that are due. Whoever calls a process that dies hears nothing, and calls again."""
        died: list[BaseException] = []

        async def deliver(webhook: OutgoingWebhook) -> int:
            path = webhook.url.removeprefix("https://hub.test")
            headers = dict(webhook.headers)
            message = Received(
                path.rpartition("/")[2], webhook.body, headers, self.clock.now(), headers["content-type"], path=path
            )
            if died:
                return 0
            try:
                status = (await hub.intake.accept(PARTNER, message)).status
            except (Crash, BaseExceptionGroup) as death:
                died.append(death)
                return 0
            self.answers.append(status)
            return status

        carried = await deliver_due([self.told], self.clock.now(), deliver)
        if died:
            raise died[0]
        return carried

    async def pass_time(self, hub: Hub, minutes: int, step: int = 1) -> None:
        """So many minutes, a turn every ``step``."""
        for _ in range(0, minutes, step):
            self.clock.advance(step * 60)
            await self.turn(hub)

    async def state(self, hub: Hub, subject: str) -> FulfilmentState:
        """The folded state of one subject."""
        rows = await hub.store.read(lambda tx: tx.states.load([subject]))
        return msgspec.json.decode(rows[subject].state, type=FulfilmentState)

    async def events(self, hub: Hub, subject: str) -> list:
        """The bodies of its events in log order."""
        return [each.body for each in await hub.store.read(lambda tx: tx.log.of_subject(subject))]

    def do(self, action: str, **arguments: object) -> object:
        """Something happens at the warehouse."""
        return self.sim.control(action, arguments, self.clock.now())

    async def bury(self) -> None:
        """A dead process runs no task any more and holds no lock."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._store.close()

    async def live(self, done, rounds: int = 300) -> Hub:
        """Run, die, start again until ``done`` says so."""
        hub: Hub | None = None
        for _ in range(rounds):
            try:
                hub = hub or self.hub()
                await self.turn(hub)
                if await done(hub):
                    return hub
            except (Crash, BaseExceptionGroup) as death:
                if isinstance(death, BaseExceptionGroup) and death.split(Crash)[1] is not None:
                    raise
                self.deaths += 1
                await self.bury()
                hub = None
            self.clock.advance(self.random.choice((1, 5, 20, 45)))
        raise AssertionError(f"not finished after {rounds} rounds")


def copied(empty: Path, name: str) -> Path:
    """A database of its own."""
    return Path(shutil.copyfile(empty, empty.with_name(f"{name}.db")))
