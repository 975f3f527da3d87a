"""One hub with the real connectors, the simulated partners in this process, and a virtual clock: a road to run on."""

from collections.abc import Sequence

from crossdock.backbone.metrics import Metrics
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import Hub, PartnerPlan, World, compose
from crossdock.catalog import connectors, simulators
from crossdock.connectors.easypost.config import EasyPostConfig
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.ports.connector import Received
from crossdock.ports.process import Process
from crossdock.processes.order_to_ship import order_to_ship
from crossdock.processes.shipping_policy import OrderToShipPolicy
from crossdock.sim.clock import VirtualClock
from crossdock.sim.faults import Rule
from crossdock.sim.inprocess import InProcessCaller
from crossdock.sim.webhooks import OutgoingWebhook, deliver_due
from crossdock.storage.opening import open_store
from crossdock.transports.recorder import RecordingCaller
from hubs import SeededIds

KEY = "sim-key"
HOOK = "http://crossdock.test/in/easypost/events"


class Secrets:
    """Every reference ends in the value."""

    def reveal(self, reference: str) -> str:
        return reference.rpartition("/")[2]


class DemoRoad:
    """``orders`` delivery orders of one parcel each, from Odoo to delivered and back."""

    def __init__(
        self,
        *,
        orders: int = 1,
        spans: Spans = Spans(),
        tier: str = "stock",
        store: str = "sqlite:///:memory:",
        more: Sequence[Process] = (),
    ) -> None:
        """``tier`` is what the simulated Odoo allows, ``store`` the URL of the hub's database, ``more`` decide after
        the order's own process.
        """
        self.clock = VirtualClock(start=1_795_262_400_000_000)
        self.orders = orders
        options = {"database": "demo", "api_key": KEY, "now": str(self.clock.now())}
        self.odoo = simulators().get("odoo").build({"serie": "19.0", "tier": tier, **options})
        hook = {"webhook_url": HOOK, "webhook_secret": KEY}
        self.easypost = simulators().get("easypost").build({"seed": "3", "api_key": KEY, **hook})
        self.network = InProcessCaller(self.clock, [self.odoo, self.easypost])
        caller = RecordingCaller(self.network)
        kept = open_store(store, **({"threads": False} if store.startswith("sqlite") else {}))
        world = World(
            kept, self.clock, SeededIds(), Secrets(), lambda _plan: (caller, caller), Metrics(), spans, "w1"
        )  # fmt: skip
        specs = connectors().working()
        odoo = OdooConfig(f"http://{self.odoo.hosts[0]}", "demo", f"secret://x/{KEY}", dialect="json2", overlap=5)
        easypost = EasyPostConfig(f"secret://x/{KEY}", webhook_secrets=(f"secret://x/{KEY}",))
        plans = [PartnerPlan("odoo", specs["odoo"], odoo), PartnerPlan("easypost", specs["easypost"], easypost)]
        self.hub: Hub = compose(world, plans, [order_to_ship(OrderToShipPolicy(("easypost",))), *more])
        self.odoo.control("confirm_orders", {"n": orders, "parcels": {}}, self.clock.now())

    def fault(self, rule: Rule) -> None:
        """Let the carrier misbehave."""
        self.network.faults_of(self.easypost.hosts[0]).add(rule)

    async def run(self) -> None:
        """Until every order is delivered and Odoo has been told."""
        await self._until(lambda: len(self.easypost.live_labels()) >= self.orders)
        for status in ("in_transit", "delivered"):
            for codes in self.easypost.live_labels().values():
                arguments = {"tracking_code": codes[0], "status": status, "status_detail": "unknown"}
                self.easypost.control("advance", arguments, self.clock.now())
            await self._until(lambda: True)

    async def _until(self, reached) -> None:
        for _ in range(200):
            await self._round()
            counts = await self.hub.store.read(lambda tx: tx.views.counts())
            moving = counts.received or counts.queued or counts.in_doubt or counts.waiting
            if not moving and reached():
                return
            self.clock.advance(45)
        raise AssertionError(f"not finished: {counts}")

    async def _round(self) -> None:
        engine = self.hub.engine
        await engine.lease()
        await engine.poll("odoo", "deliveries")
        await engine.settle_all()
        await deliver_due([self.easypost], self.clock.now(), self._deliver)
        await engine.settle_all()

    async def _deliver(self, webhook: OutgoingWebhook) -> int:
        headers = {name.lower(): value for name, value in webhook.headers.items()}
        message = Received("events", webhook.body, headers, self.clock.now(), path="/in/easypost/events")
        return (await self.hub.intake.accept("easypost", message)).status
