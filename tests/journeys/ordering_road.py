"""A hub that enters orders of channels into a simulated Odoo, and the door before it."""

from decimal import Decimal

from msgspec.structs import replace

from crossdock.backbone.metrics import Metrics
from crossdock.backbone.ordering import DoorPolicy, Receipt, take_in
from crossdock.backbone.spans import Spans
from crossdock.bootstrap import PartnerPlan, World, compose
from crossdock.catalog import connectors, simulators
from crossdock.connectors.odoo.config import OdooConfig
from crossdock.model.channel_orders import ChannelOrder
from crossdock.model.item import Item
from crossdock.model.money import money
from crossdock.model.party import Address, Party
from crossdock.model.sales import SalesLine
from crossdock.processes.order_intake import OrderIntakePolicy, order_intake
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller
from crossdock.storage.opening import open_store
from crossdock.transports.recorder import RecordingCaller
from hubs import SeededIds

KEY = "sim-key"
START = 1_795_262_400_000_000
SKUS = ("XD-DESK", "XD-LAMP")
GHENT = Party("Ada Example", Address(("Korenmarkt 1",), "Gent", "", "9000", "BE"), email="ada@shop.example")


class Secrets:
    def reveal(self, reference: str) -> str:
        return reference.rpartition("/")[2]


def line(sku: str = SKUS[0], quantity: str = "1", price: str = "10.00") -> SalesLine:
    return SalesLine(Item(sku), Decimal(quantity), price=money(price, "USD"))


def placed(reference: str, *lines: SalesLine, channel: str = "shop", **more) -> ChannelOrder:
    return ChannelOrder(channel, reference, GHENT, lines or (line(),), currency="USD", **more)


def moved_to(order: ChannelOrder, postcode: str) -> ChannelOrder:
    address = replace(order.customer.address, postcode=postcode)
    return replace(order, customer=replace(order.customer, address=address))


class OrderingRoad:
    """The door, the engine and Odoo, on virtual time."""

    def __init__(self, door: DoorPolicy | None = None, *, store: str = "sqlite:///:memory:") -> None:
        self.door = door or DoorPolicy()
        self.clock = VirtualClock(start=START)
        options = {"database": "demo", "api_key": KEY, "now": str(START), "serie": "19.0", "tier": "stock"}
        self.odoo = simulators().get("odoo").build(options)
        self.network = InProcessCaller(self.clock, [self.odoo])
        caller = RecordingCaller(self.network)
        kept = open_store(store, threads=False)
        world = World(
            kept, self.clock, SeededIds(), Secrets(), lambda _plan: (caller, caller), Metrics(), Spans(), "w1"
        )
        config = OdooConfig(f"http://{self.odoo.hosts[0]}", "demo", f"secret://x/{KEY}", dialect="json2", overlap=5)
        plans = [PartnerPlan("odoo", connectors().working()["odoo"], config)]
        policy = OrderIntakePolicy("odoo", self.door.checks, self.door.another)
        self.hub = compose(world, plans, [order_intake(policy)])
        self.store = self.hub.store
        for sku in SKUS:
            values = {"name": sku, "default_code": sku, "type": "consu", "list_price": 12.0}
            self.odoo.control("create", {"model": "product.product", "values": values}, START)

    async def place(self, order: ChannelOrder, sender: str = "shop-client") -> Receipt:
        return await self.store.run(lambda tx: take_in(tx, order, sender, self.clock.now(), self.door))

    async def settle(self, rounds: int = 4) -> None:
        await self.hub.engine.lease()
        for _ in range(rounds):
            await self.hub.engine.settle_all()
            self.clock.advance(60)

    def sales(self) -> list[dict]:
        """Odoo's sale orders that came from a channel."""
        rows = self.odoo.control(
            "call",
            {
                "model": "sale.order", "method": "search_read", "ids": [],
                "arguments": {
                    "domain": [["client_order_ref", "!=", False]],
                    "fields": ["name", "origin", "client_order_ref", "commitment_date", "state"],
                },
            },
            self.clock.now(),
        )  # fmt: skip
        return sorted(rows, key=lambda row: row["id"])
