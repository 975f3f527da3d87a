"""A warehouse connector beside its simulator, and the examples of the how-to."""

import re
from decimal import Decimal
from pathlib import Path

from crossdock.connectors.warehouse.config import ItemRow, WarehouseConfig
from crossdock.connectors.warehouse.simulator import SIMULATOR
from crossdock.connectors.warehouse.spec import SPEC
from crossdock.model.instants import Stamp
from crossdock.model.item import Item
from crossdock.model.order import DeliveryOrder, OrderLine
from crossdock.model.party import Address, Party
from crossdock.ports.connector import Command, Received
from crossdock.ports.spec import Surroundings
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "connect-a-warehouse.md"
EXAMPLE = re.compile(r"```(json|csv) title=\"([^\"]+)\"\n(.*?)```", re.DOTALL)
CARTONS = (ItemRow("DESK-1", "0815", "CT", "12", orders=True),)
HOST, REFERENCE = "wms.example", "WH/OUT/00011"


def examples(kind: str) -> dict[str, bytes]:
    """The blocks of the how-to by their titles."""
    return {title: text.encode() for form, title, text in EXAMPLE.findall(HOW_TO.read_text()) if form == kind}


class Secrets:
    def reveal(self, reference: str) -> str:
        return reference.rpartition("/")[2]


class World:
    def __init__(self, tmp_path: Path, sim: dict[str, str] | None = None, **config) -> None:
        self.clock = VirtualClock(1_795_000_000_000_000)
        self.sim = SIMULATOR.build({"token": "T", **(sim or {})})
        self.caller = InProcessCaller(self.clock, [self.sim])
        self.faults = self.caller.faults_of(HOST)
        settings = {
            "warehouse": "WH", "url": f"https://{HOST}/v1", "token": "secret://x/T",
            "webhook_secrets": ("secret://x/S",), "upload_tokens": ("secret://x/U",),
        } | config  # fmt: skip
        self.config = WarehouseConfig(**settings).anchored(tmp_path)
        self.connector = SPEC.build(Surroundings("north3pl", self.config, self.caller, self.clock, Secrets()))

    def command(self, body, key="k1", subject="do:odoo:11"):
        return Command(key, "north3pl", subject, body, "0" * 32)

    async def send(self, body, key="k1"):
        return await self.connector.send(self.command(body, key), None)

    async def settle(self, body, key="k1"):
        return await self.connector.settle(self.command(body, key), None)

    def do(self, action, **arguments):
        return self.sim.control(action, arguments, self.clock.now())

    def read(self, body: bytes, channel: str = "events"):
        return self.connector.translate(Received(channel, body, {}, self.clock.now()))


def order(*lines: OrderLine, name: str = REFERENCE) -> DeliveryOrder:
    ghent = Address(("Korenmarkt 1",), "Gent", "", "9000", "BE")
    ship_to = Party("Ada Example", ghent, "Example Works", "+32 9 000 00 00", reference="ACME")
    return DeliveryOrder(
        "do:odoo:11", "odoo", "11", name, ship_to, Party("WH", ghent),
        lines or (OrderLine("31", Item("DESK-1", "Desk"), Decimal(60)),),
        (), Stamp("2026-03-01T08:00:00Z"), "SO0007", "PO-4711", "express", Stamp("2026-03-04"),
    )  # fmt: skip
