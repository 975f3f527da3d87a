"""From the carrier's proof to the posted invoice: the whole road of `delivery_to_invoice`, in Odoo itself."""

import pytest

from crossdock.backbone.correlate import Origin, place
from crossdock.model import events as ev
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.shipment import Booking
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.ports.connector import Received
from crossdock.processes.delivery_to_invoice import DeliveryToInvoicePolicy, delivery_to_invoice
from hubs import Scripted, scripted_hub
from odoo.flow_steps import line, order, product, row, rows, send


class OfOdoo(Scripted):
    """The partner ``odoo`` of a hub, carried out by the connector of a bench."""

    def __init__(self, connector):
        super().__init__("odoo")
        self.connector = connector

    async def send(self, command, documents):
        self.sent.append(command)
        return await self.connector.send(command, documents)

    async def settle(self, command, documents):
        return await self.connector.settle(command, documents)


async def read_delivery(bench, picking):
    """The fact of the deliveries feed about one transfer, as Odoo tells it now."""
    cursor = ""
    while True:
        page = await bench.connector.fetch("deliveries", cursor)
        if page.body:
            for fact in bench.connector.translate(Received("deliveries", page.body, {}, 0)).facts:
                if fact.subject == f"do:odoo:{picking}":
                    return fact
        assert page.more, "the feed came to its end without it"
        cursor = page.cursor


async def tell(hub, *facts):
    now = hub.clock.now()
    origin = Origin("x", "test", now, trace_id_of(facts[0].subject))
    await hub.store.run(lambda tx: place(tx, [(origin, facts)], now))
    await hub.engine.settle_all()


@pytest.mark.req("F2", "G5", "H2")
async def test_what_is_delivered_with_proof_is_finished_and_invoiced_once(bench):
    _, sku = await product(bench, 5)
    placed = await send(bench, order(line(sku, 2, "5.00"), confirm=True))
    [(order_id, _)], [(picking, _)] = placed["sales_order"], placed["transfer"]
    await bench.pass_time()
    partner = OfOdoo(bench.connector)
    hub = scripted_hub(partner, processes=[delivery_to_invoice(DeliveryToInvoicePolicy())])
    asked = await read_delivery(bench, picking)
    at = from_epoch_us(bench.clock.now())

    def about(body):
        return ev.Fact(body, at, subject=asked.subject)

    [package, *_] = asked.body.order.packages
    booked = about(ev.ShipmentBooked(Booking("easypost", package.id, "s1", "T1", "USPS", "Priority")))
    delivered = about(ev.TrackingReported(TrackingEvent("easypost", "T1", "delivered", at, raw_code="delivered")))
    proof = about(ev.ProofCaptured(ProofOfDelivery("easypost", "T1", at, "A. Smith")))
    await tell(hub, asked, booked)
    await tell(hub, delivered)
    assert partner.sent == [], "the proof is not there yet"
    await tell(hub, proof)
    await tell(hub, proof, delivered)
    assert [each.body.__struct_config__.tag for each in partner.sent] == ["transfer.complete.v1", "invoice.issue.v1"]
    assert (await row(bench, "stock.picking", int(picking), "state"))["state"] == "done"
    sold = await row(bench, "sale.order", int(order_id), "invoice_ids")
    invoices = await rows(
        bench, "account.move", [("id", "in", sold["invoice_ids"])], "state", "move_type", "amount_untaxed"
    )
    assert [(each["state"], each["move_type"], each["amount_untaxed"]) for each in invoices] == [
        ("posted", "out_invoice", 10)
    ]
