"""From a parcel that comes back to stock and credit note: the whole road of `return_to_refund`, in Odoo itself."""

from decimal import Decimal

import pytest

from crossdock.model import events as ev
from crossdock.model.instants import from_epoch_us
from crossdock.model.item import Item
from crossdock.model.returning import ReturnRefused, ReturnRequested
from crossdock.model.shipment import Booking
from crossdock.model.tracking import TrackingEvent
from crossdock.model.transfers import MovedLine
from crossdock.model.warehouse import GoodsReceived, ReceivedLine
from crossdock.processes.delivery_to_invoice import DeliveryToInvoicePolicy, delivery_to_invoice
from crossdock.processes.return_to_refund import return_to_refund
from crossdock.processes.returning_cases import ReturnPolicy
from hubs import scripted_hub
from odoo.flow_steps import line, on_hand, order, product, row, rows, send
from odoo.test_delivered_to_invoiced import OfOdoo, read_delivery, tell


class Sold:
    """Five of a product, delivered in one parcel; ``process`` runs beside the one that invoices it."""

    async def begin(self, bench, policy=None):
        self.bench = bench
        self.product, self.sku = await product(bench, 20, price=5.0)
        placed = await send(bench, order(line(self.sku, 5, "5.00"), confirm=True))
        [(self.order, _)], [(self.picking, _)] = placed["sales_order"], placed["transfer"]
        await bench.pass_time()
        self.partner = OfOdoo(bench.connector)
        invoicing = delivery_to_invoice(DeliveryToInvoicePolicy("delivered"))
        self.hub = scripted_hub(self.partner, processes=[invoicing, return_to_refund(policy or ReturnPolicy())])
        asked = await read_delivery(bench, self.picking)
        self.subject, self.name = asked.subject, asked.body.order.name
        [package, *_] = asked.body.order.packages
        booked = ev.ShipmentBooked(Booking("easypost", package.id, "s1", "T1", "USPS", "Priority"))
        await tell(self.hub, asked, self.about(booked))
        return self

    def about(self, body):
        return ev.Fact(body, from_epoch_us(self.bench.clock.now()), subject=self.subject)

    async def say(self, *bodies):
        await tell(self.hub, *map(self.about, bodies))

    async def scan(self, milestone):
        at = from_epoch_us(self.bench.clock.now())
        await self.say(ev.TrackingReported(TrackingEvent("easypost", "T1", milestone, at, raw_code=milestone)))
        await self.bench.pass_time()

    def received(self, quantity, receipt, damaged=0, *, final=True):
        lines = (ReceivedLine(Item(self.sku), Decimal(quantity), damaged=Decimal(damaged)),)
        return GoodsReceived("north3pl", f"{self.name}-R1", receipt, lines, final)

    def sent(self):
        return [each.body.__struct_config__.tag for each in self.partner.sent]

    async def bills(self):
        sold = await row(self.bench, "sale.order", int(self.order), "invoice_ids")
        wanted = [("id", "in", sold["invoice_ids"])]
        found = await rows(self.bench, "account.move", wanted, "state", "move_type", "amount_untaxed")
        return sorted((each["move_type"], each["state"], abs(each["amount_untaxed"])) for each in found)

    async def delivered(self):
        [sold] = await rows(self.bench, "sale.order.line", [("order_id", "=", int(self.order))], "qty_delivered")
        return sold["qty_delivered"]


@pytest.mark.req("H2", "F6")
async def test_what_a_customer_sends_back_in_parts_is_stocked_and_credited_once(bench):
    sold = await Sold().begin(bench)
    await sold.scan("delivered")
    assert await on_hand(bench, sold.product) == 15
    request = ReturnRequested("r1", "shop", (MovedLine(Item(sold.sku), Decimal(3)),), "wrong_size")
    await sold.say(request)
    first, second = sold.received(2, "GR1", final=False), sold.received(1, "GR2")
    await sold.say(first)
    await sold.say(second, first, request, second)
    assert sold.sent() == [
        "transfer.complete.v1", "invoice.issue.v1",
        "transfer.return.v1", "credit_note.issue.v1", "transfer.return.v1", "credit_note.issue.v1",
    ]  # fmt: skip
    assert await on_hand(bench, sold.product) == 18
    assert await sold.delivered() == 2
    assert await sold.bills() == [
        ("out_invoice", "posted", 25), ("out_refund", "posted", 5), ("out_refund", "posted", 10),
    ]  # fmt: skip


@pytest.mark.req("H2", "F8")
async def test_a_parcel_returned_to_sender_opens_its_return_and_nothing_is_invoiced(bench):
    sold = await Sold().begin(bench)
    await sold.scan("return_initiated")
    assert sold.sent() == ["transfer.complete.v1", "transfer.return.v1"]
    waiting = [("return_id", "=", int(sold.picking))]
    assert [each["state"] for each in await rows(bench, "stock.picking", waiting, "state")] == ["assigned"]
    await sold.scan("returned")
    await sold.say(sold.received(5, "GR1"))
    assert [each["state"] for each in await rows(bench, "stock.picking", waiting, "state")] == ["done"]
    assert await on_hand(bench, sold.product) == 20
    assert await sold.delivered() == 0
    assert await sold.bills() == []


@pytest.mark.req("H2", "F8", "D10")
async def test_an_open_return_that_comes_short_and_damaged_is_closed_scrapped_and_credited(bench):
    sold = await Sold().begin(bench)
    await sold.scan("delivered")
    await sold.scan("return_initiated")
    await sold.say(sold.received(3, "GR1", damaged=1))
    [(kind, state, amount), *invoices] = sorted(await sold.bills(), reverse=True)
    assert (kind, state, amount) == ("out_refund", "posted", 15)
    assert len(invoices) == 1
    assert await on_hand(bench, sold.product) == 15 + 3 - 1
    states = {
        each["state"] for each in await rows(bench, "stock.picking", [("return_id", "=", int(sold.picking))], "state")
    }
    assert states == {"done"}, "nothing of it stays open"


@pytest.mark.req("H8")
async def test_a_refused_return_is_cancelled_in_odoo(bench):
    sold = await Sold().begin(bench)
    await sold.scan("return_initiated")
    await sold.say(ReturnRefused("x", "cli:ann", "used", "kept"))
    states = [
        each["state"] for each in await rows(bench, "stock.picking", [("return_id", "=", int(sold.picking))], "state")
    ]
    assert states == ["cancel"]
    assert await on_hand(bench, sold.product) == 15
