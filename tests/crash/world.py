"""A whole Crossdock with its simulated partners in one process, under a virtual clock, that can die at any I/O step."""

import asyncio
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crossdock.backbone.breaker import Limits
from crossdock.backbone.engine import Pace
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, PartnerPlan, Sizes, World, compose
from crossdock.catalog import connectors, simulators
from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.devkit.booking_world import CarrierPlan
from crossdock.devkit.crashing import Crash, EverySecret, FragileCaller, FragileStore, Fuse, SeededIds
from crossdock.ports.connector import Received
from crossdock.ports.process import Process
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.sim.clock import VirtualClock
from crossdock.sim.faults import Effect, Match, Rule, When
from crossdock.sim.inprocess import InProcessCaller
from crossdock.sim.webhooks import OutgoingWebhook, deliver_due
from crossdock.storage.opening import MigratableStore, open_store
from crossdock.transports.recorder import RecordingCaller

KEY = "sim-key"
HOOK = "http://crossdock.test/in/easypost/events"


def easypost(seed: int) -> CarrierPlan:
    """EasyPost as the carrier; its webhooks come to HOOK."""
    options = {"seed": str(seed), "api_key": KEY, "webhook_url": HOOK, "webhook_secret": KEY}
    config = EasyPostConfig(f"secret://x/{KEY}", webhook_secrets=(f"secret://x/{KEY}",))
    return CarrierPlan(connectors().get("easypost"), config, simulators().get("easypost").build(options), "easypost")


class Landscape:
    """The partners, the clock and the database file: what survives a death. Hubs come and go on top of it."""

    def __init__(
        self,
        empty: Path,
        seed: int,
        *deaths: int,
        orders: int = 2,
        parcels: dict[int, int] | None = None,
        carrier: Callable[[int], CarrierPlan] = easypost,
        others: Sequence[CarrierPlan] = (),
        policy: OrderToShipPolicy | None = None,
        limits: Limits = Limits(),
    ) -> None:
        """``carrier`` makes the carrier for a seed: any connector with its settings and simulator; ``others`` are
        asked for rates beside it.
        """
        database = empty.with_name(f"{seed}-{random.Random().getrandbits(40):x}.db")
        shutil.copyfile(empty, database)
        self.url, self.seed = f"sqlite:///{database}", seed
        self.random = random.Random(seed)
        self.clock = VirtualClock(start=1_795_262_400_000_000)
        self.fuse = Fuse(*deaths)
        self.deaths: list[str] = []
        self.odoo = (
            simulators()
            .get("odoo")
            .build({"serie": "19.0", "database": "demo", "api_key": KEY, "now": str(self.clock.now())})
        )
        self.plan = carrier(seed)
        self.carrier = self.plan.simulator
        self.carriers = [self.plan, *others]
        self.policy = policy or OrderToShipPolicy(tuple(each.partner for each in self.carriers))
        self.limits = limits
        self.processes: Sequence[Process] = ()
        self.network = InProcessCaller(self.clock, [self.odoo, *(each.simulator for each in self.carriers)])
        self.orders = orders
        wanted = {"n": orders, "parcels": parcels if parcels is not None else {2: 2}}
        self.odoo.control("confirm_orders", wanted, self.clock.now())
        self._workers = 0
        self._stores: list[MigratableStore] = []

    def fault(self, host: str, rule: Rule) -> None:
        self.network.faults_of(host).add(rule)

    def lose_answers(self, share: float) -> None:
        """This share of the answers to calls that change something is lost after the partner acted."""
        writes = {self.odoo: r"/json/2/.*/(create|write|message_post)", self.carrier: ".*"}
        for simulator, path in writes.items():
            book = self.network.faults_of(simulator.hosts[0])
            book._seed = self.seed
            book.add(Rule(Effect(lost_answer=True), Match("POST", path), When(probability=share)))

    async def worker(self) -> Hub:
        """A new process on the same database and world."""
        self._workers += 1
        opened = open_store(self.url, threads=False)
        self._stores.append(opened)
        caller = RecordingCaller(FragileCaller(self.network, self.fuse))
        world = World(
            FragileStore(opened, self.fuse), self.clock, SeededIds(self.seed * 100 + self._workers), EverySecret(),
            lambda _plan: (caller, caller), Metrics(), Spans(), f"worker-{self._workers}",
        )  # fmt: skip
        specs = connectors().working()
        odoo = OdooConfig(f"http://{self.odoo.hosts[0]}", "demo", f"secret://x/{KEY}", dialect="json2", overlap=5)
        plans = [PartnerPlan("odoo", specs["odoo"], odoo)]
        plans += [PartnerPlan(each.partner, each.spec, each.config, self.limits) for each in self.carriers]
        processes = self.processes or [order_to_ship(self.policy)]
        return compose(world, plans, processes, sizes=Sizes(claim_seconds=90, pace=Pace(lease=30)))

    async def carry_webhooks(self, hub: Hub) -> None:
        """Bring what the carrier pushes to the intake, in a seeded order."""

        async def deliver(webhook: OutgoingWebhook) -> int:
            headers = {name.lower(): value for name, value in webhook.headers.items()}
            message = Received(
                "events", webhook.body, headers, self.clock.now(), path=f"/in/{self.plan.partner}/events"
            )
            return (await hub.intake.accept(self.plan.partner, message)).status

        await deliver_due([self.carrier], self.clock.now(), deliver)

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

    def finished(self) -> bool:
        """Every parcel's label is attached in Odoo."""
        labels = self.carrier.live_labels()
        attached = sum(len(row["attachments"]) for row in self.odoo.state().values())
        return len(labels) > 0 and attached >= sum(len(each) for each in labels.values()) and self.labels_wanted(labels)

    def labels_wanted(self, labels: dict) -> bool:
        """Whether every picking has its references."""
        return all(row["tracking"] for row in self.odoo.state().values()) and len(labels) >= self.orders

    async def live(self, rounds: int = 400) -> Hub:
        """Run, die, start again, until the work is done; the last worker."""
        hub: Hub | None = None
        for _ in range(rounds):
            with self.process():
                hub = hub or await self.worker()
                await self._round(hub)
                if await self._quiet(hub):
                    return hub
                self.clock.advance(self.random.choice((1, 5, 20, 45)))
                continue
            await self._bury()
            hub = None  # whatever was in memory is gone
        raise AssertionError(f"not finished after {rounds} rounds; deaths: {self.deaths}; {self.odoo.state()}")

    async def _bury(self) -> None:
        """A dead process runs no task any more and holds no lock."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for store in self._stores:
            await store.close()
        self._stores.clear()

    async def _round(self, hub: Hub) -> None:
        await hub.engine.lease()
        await hub.engine.poll("odoo", "deliveries")
        await hub.engine.settle_all()
        await self.carry_webhooks(hub)
        await hub.engine.settle_all()

    async def _quiet(self, hub: Hub) -> bool:
        if not self.finished():
            return False
        counts = await hub.store.read(lambda tx: tx.views.counts())
        return not (counts.received or counts.queued or counts.in_doubt or counts.waiting)
