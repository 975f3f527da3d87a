"""From a purchase to goods on the shelf: the whole road of `procure_to_receive`, in Odoo itself."""

from decimal import Decimal

import pytest

from crossdock.backbone.correlate import Origin, place
from crossdock.connectors.warehouse.config import WarehouseConfig
from crossdock.connectors.warehouse.simulator import SIMULATOR
from crossdock.connectors.warehouse.spec import SPEC
from crossdock.model import events as ev
from crossdock.model.changes import TransferChanged
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.identifiers import Reference, ReferenceKind, trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.item import Item
from crossdock.model.returning import AsnReceived
from crossdock.model.transfers import MovedLine
from crossdock.model.warehouse import GoodsReceived, InboundAnnounced, ReceivedLine
from crossdock.ports.connector import Received
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Done
from crossdock.processes.procure_to_receive import procure_to_receive
from crossdock.processes.receiving_steps import ReceivingPolicy
from crossdock.sim.clock import VirtualClock
from crossdock.sim.inprocess import InProcessCaller
from hubs import Scripted, scripted_hub
from odoo.flow_bench import SERIES, flow_workbench
from odoo.test_delivered_to_invoiced import OfOdoo
from odoo.test_receipt_flows import ordered

WMS = "north3pl"


@pytest.fixture(params=SERIES)
def bench(request):
    return flow_workbench(request.param)


class Warehouse(Scripted):
    """Takes every announcement."""

    async def send(self, command, documents):
        self.sent.append(command)
        body = InboundAnnounced(WMS, command.body.reference, "A1")
        at = from_epoch_us(1_795_262_400_000_000)
        return Done((ev.Fact(body, at, subject=command.subject),))


class Secrets:
    def reveal(self, reference: str) -> str:
        return reference.rpartition("/")[2]


class RealWarehouse(Scripted):
    """The warehouse's own connector, and its simulator behind it."""

    def __init__(self, clock, folder):
        super().__init__(WMS)
        self.clock = clock
        self.simulator = SIMULATOR.build({"token": "T"})
        config = WarehouseConfig(
            warehouse="WH", url="https://wms.example/v1", token="secret://x/T", webhook_secrets=("secret://x/S",)
        ).anchored(folder)
        caller = InProcessCaller(clock, [self.simulator])
        self.connector = SPEC.build(Surroundings(WMS, config, caller, clock, Secrets()))

    async def send(self, command, documents):
        self.sent.append(command)
        return await self.connector.send(command, documents)

    async def came(self, reference, **quantities):
        """Goods arrive there; the facts its feed of events then has."""
        self.simulator.control("receive", {"reference": reference, **quantities}, self.clock.now())
        page = await self.connector.fetch("events", "")
        return self.connector.translate(Received("events", page.body, {}, self.clock.now())).facts


class Purchase:
    """Ten of two products, ordered; the hub reads Odoo's own feed of transfers."""

    async def begin(self, bench, policy=None, warehouse=None):
        self.bench = bench
        await bench.warm()
        self.one, self.one_sku = await bench.product()
        self.two, self.two_sku = await bench.product()
        self.order, self.receipt = await ordered(bench, self.one, self.two)
        self.odoo, self.warehouse = OfOdoo(bench.connector), warehouse or Warehouse(WMS)
        process = procure_to_receive(policy or ReceivingPolicy(warehouse=WMS))
        self.hub = scripted_hub(self.odoo, self.warehouse, processes=[process])
        self.cursor = ""
        await self.read()
        return self

    async def read(self):
        """Take in what the feed of transfers says."""
        connector = self.bench.another(feeds=("transfers",))
        while True:
            page = await connector.fetch("transfers", self.cursor)
            self.cursor = page.cursor
            if page.body:
                facts = connector.translate(Received("transfers", page.body, {}, 0)).facts
                await self.say(*(fact for fact in facts if self.is_of_it(fact.body)))
            if not page.more:
                return

    def is_of_it(self, body):
        """A real Odoo has receipts of others too."""
        return isinstance(body, TransferChanged) and body.transfer.purchase_order == self.order

    async def say(self, *facts):
        now = self.hub.clock.now()
        if facts:
            origin = Origin("x", "odoo", now, trace_id_of("x"))
            await self.hub.store.run(lambda tx: place(tx, [(origin, facts)], now))
            await self.hub.engine.settle_all()

    def fact(self, body, **found):
        return ev.Fact(body, from_epoch_us(self.bench.clock.now()), **(found or {"subject": self.subject}))

    @property
    def subject(self):
        return f"tr:odoo:{self.receipt}"

    def received(self, receipt, *, final=True, reference="", **quantities):
        lines = tuple(
            ReceivedLine(Item(getattr(self, f"{name}_sku")), Decimal(quantity)) for name, quantity in quantities.items()
        )
        return self.fact(GoodsReceived(WMS, reference or self.reference, receipt, lines, final))

    @property
    def reference(self):
        return self.warehouse.sent[0].body.reference

    async def moved(self):
        """What the purchase's receipts have done, by state and quantity."""
        [row] = await self.bench.session.find("purchase.order", [("name", "=", self.order)], ["picking_ids"])
        found = await self.bench.session.find(
            "stock.move", [("picking_id", "in", row["picking_ids"])], ["state", "quantity", "product_uom_qty"]
        )
        return sorted(
            (each["state"], each["quantity"] if each["state"] == "done" else each["product_uom_qty"]) for each in found
        )

    async def raised(self):
        events = await self.hub.store.read(lambda tx: tx.log.of_subject(self.subject))
        return sorted(each.body.kind for each in events if isinstance(each.body, ExceptionRaised))


@pytest.mark.req("H3", "D9")
async def test_goods_bought_are_announced_received_in_parts_and_stand_in_stock_once(bench):
    bought = await Purchase().begin(bench)
    [announced] = bought.warehouse.sent
    assert announced.body.purchase_order == bought.order
    assert {line.item.sku: line.quantity for line in announced.body.lines} == {bought.one_sku: 10, bought.two_sku: 10}
    first = bought.received("GR1", final=False, one=4)
    second = bought.received("GR2", one=6, two=10)
    await bought.say(first)
    await bought.say(first, second)
    await bought.say(second, first)
    await bought.read()
    assert [each.body.__struct_config__.tag for each in bought.odoo.sent] == ["goods.receive.v1"] * 2
    assert await bought.moved() == [("done", 4), ("done", 6), ("done", 10)]
    stock, *_ = await bench.main_stock()
    assert [lying[-1] for lying in await bench.on_hand(bought.one, stock)] == [10]
    assert [lying[-1] for lying in await bench.on_hand(bought.two, stock)] == [10]
    assert await bought.raised() == []
    assert len(bought.warehouse.sent) == 1, "what is left of a receipt comes under it"


@pytest.mark.req("H3", "D9")
async def test_a_suppliers_notice_finds_its_receipt_by_the_purchase_order_and_what_is_short_is_announced_anew(
    bench, tmp_path
):
    warehouse = RealWarehouse(VirtualClock(), tmp_path)
    bought = await Purchase().begin(bench, ReceivingPolicy(warehouse=WMS, announce="notice"), warehouse)
    lines = (MovedLine(Item(bought.one_sku), Decimal(10)), MovedLine(Item(bought.two_sku), Decimal(8)))
    notice = AsnReceived("supplier", "DN7", bought.order, lines)
    await bought.say(bought.fact(notice, lookups=(Reference(ReferenceKind.PURCHASE_ORDER, bought.order, "odoo"),)))
    assert [each.body.__struct_config__.tag for each in bought.odoo.sent] == ["goods.announce.v1"]
    await bought.say(*await warehouse.came(bought.reference, received={bought.two_sku: 5}, damaged={bought.one_sku: 1}))
    await bought.read()
    assert await bought.raised() == ["receipt.damaged", "receipt.short"]
    [_, rest] = bought.warehouse.sent
    assert [(line.item.sku, line.quantity) for line in rest.body.lines] == [(bought.two_sku, 3)]
    await bought.say(*await warehouse.came(rest.body.reference))
    assert [lying[-1] for lying in await bench.on_hand(bought.two, (await bench.main_stock())[0])] == [8]
    assert ("done", 3) in await bought.moved()
