"""The delivery-to-invoice process, told histories."""

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.billing import IssueInvoice
from crossdock.model.instants import stamp
from crossdock.model.shipment import Booking
from crossdock.model.tracking import ProofOfDelivery, TrackingEvent
from crossdock.model.transfers import CompleteTransfer
from crossdock.processes.delivery_to_invoice import DeliveryToInvoicePolicy, delivery_to_invoice, missing
from orders import delivery_order
from processes.history import History

SOLD = replace(delivery_order(), sales_order_id="31")
AT = stamp("2026-11-21T10:00:00Z")


def told(policy: DeliveryToInvoicePolicy | None = None, order=SOLD) -> History:
    history = History(delivery_to_invoice(policy or DeliveryToInvoicePolicy()), order.id)
    history.tell(ev.FulfilmentRequested(order))
    for number, package in enumerate(order.packages, 1):
        history.tell(ev.ShipmentBooked(Booking("easypost", package.id, f"s{number}", f"T{number}", "USPS", "Priority")))
    return history


def delivered(number: str) -> ev.TrackingReported:
    return ev.TrackingReported(TrackingEvent("easypost", number, "delivered", AT, raw_code="delivered"))


def proof(number: str, signed_by: str = "A. Smith") -> ev.ProofCaptured:
    return ev.ProofCaptured(ProofOfDelivery("easypost", number, AT, signed_by))


@pytest.mark.req("F2", "G5", "H2")
def test_a_proof_of_delivery_finishes_the_transfer_and_then_invoices_the_order_once():
    history = told()
    assert history.tell(delivered("T1")) == []
    complete, invoice = history.tell(proof("T1"))
    assert complete.body == CompleteTransfer("7", complete.body.marker)
    assert invoice.body == IssueInvoice("31", invoice.body.marker)
    assert {complete.partner, invoice.partner} == {"odoo"}
    assert history.tell(proof("T1"), proof("T1", "B. Other"), delivered("T1")) == []
    assert [type(body) for body in history.events] == [ev.InvoiceReady]


@pytest.mark.req("G5")
def test_every_package_has_to_arrive_and_what_is_lacking_is_said():
    packages = (SOLD.packages[0], replace(SOLD.packages[0], id="P2", name="PACK2"))
    order = replace(SOLD, packages=packages)
    history = told(DeliveryToInvoicePolicy(when="delivered"), order)
    assert history.tell(delivered("T1")) == []
    assert missing(history.state, DeliveryToInvoicePolicy("delivered")) == ("package PACK2: unknown, not delivered",)
    assert len(history.tell(delivered("T2"))) == 2
    waiting = told(order=order)
    waiting.tell(delivered("T1"), delivered("T2"), proof("T2"))
    name = order.packages[0].name or order.packages[0].id
    assert missing(waiting.state, DeliveryToInvoicePolicy()) == (f"package {name}: no proof of delivery",)


@pytest.mark.req("F2")
def test_the_policy_decides_about_transfer_and_posting():
    history = told(DeliveryToInvoicePolicy("delivered", complete=False, post=False))
    [invoice] = history.tell(delivered("T1"))
    assert invoice.body.post is False


@pytest.mark.req("G5")
@pytest.mark.parametrize(
    ("change", "word"),
    [({"sales_order_id": ""}, "sales order"), ({"packages": ()}, "packages")],
)
def test_a_delivery_that_cannot_be_invoiced_says_why(change, word):
    history = told(order=replace(SOLD, **change))
    assert history.tell(delivered("T1"), proof("T1")) == []
    assert word in missing(history.state, DeliveryToInvoicePolicy())[0]


@pytest.mark.req("A9")
def test_a_cancelled_delivery_is_not_invoiced():
    history = told()
    history.tell(ev.FulfilmentCancelled(SOLD.id))
    assert history.tell(delivered("T1"), proof("T1")) == []


@pytest.mark.req("H2")
def test_the_state_says_how_far_it_is():
    history = told()
    history.tell(delivered("T1"), proof("T1"))
    phases = []
    for what in ("transfer.complete.v1", "note.record.v1", "invoice.issue.v1"):
        history.tell(ev.RecordWritten("odoo", what, "m"))
        phases.append(history.own.decode())
    assert [text.split('"')[3] for text in phases] == ["invoicing", "invoicing", "invoiced"]


THREE = replace(SOLD, packages=tuple(replace(SOLD.packages[0], id=f"P{n}", name="") for n in (1, 2, 3)))


def scanned(number: str, milestone: str) -> ev.TrackingReported:
    at = stamp("2026-11-21T11:00:00Z")
    return ev.TrackingReported(TrackingEvent("easypost", number, milestone, at, raw_code=milestone))


@pytest.mark.req("F5")
def test_two_parcels_of_three_are_a_partial_delivery_that_waits_for_the_third():
    history = told(DeliveryToInvoicePolicy("delivered"), THREE)
    assert history.stage == "waiting"
    assert history.tell(delivered("T1"), delivered("T2")) == []
    assert history.stage == "partial"
    assert missing(history.state, DeliveryToInvoicePolicy("delivered")) == ("package P3: unknown, not delivered",)
    complete, invoice = history.tell(delivered("T3"))
    assert (type(complete.body), type(invoice.body)) == (CompleteTransfer, IssueInvoice)


@pytest.mark.req("F5", "G5")
def test_a_partial_delivery_is_invoiced_at_once_where_the_policy_says_so():
    history = told(DeliveryToInvoicePolicy("delivered", partial="invoice"), THREE)
    assert len(history.tell(delivered("T2"))) == 2
    assert history.tell(delivered("T1"), delivered("T3")) == []
    assert history.stage == "completing"


@pytest.mark.req("F5", "F8")
def test_what_came_back_is_waited_for_no_longer_and_all_of_it_back_is_not_invoiced():
    history = told(DeliveryToInvoicePolicy("delivered"), THREE)
    history.tell(delivered("T1"), delivered("T2"), scanned("T3", "return_initiated"))
    assert history.stage == "partial"
    assert len(history.tell(scanned("T3", "returned"))) == 2
    back = told(DeliveryToInvoicePolicy("delivered"), THREE)
    assert back.tell(*(scanned(number, "returned") for number in ("T1", "T2", "T3"))) == []
    assert back.stage == "waiting"
