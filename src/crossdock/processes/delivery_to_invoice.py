"""Delivery to invoice: when every package of a delivery has arrived, the transfer is finished and invoiced, once.

waiting (for what, is in the state) ──▶ partial ──▶ completing ──▶ invoicing ──▶ invoiced
"""

from typing import Literal

import msgspec
from msgspec import Struct

from crossdock.model import events as ev
from crossdock.model.billing import IssueInvoice
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import digest
from crossdock.model.transfers import CompleteTransfer
from crossdock.ports.process import Chart, Decision, Move, Order, Process, Situation, Stage

NAME = "delivery_to_invoice"
_ENCODE = msgspec.json.Encoder().encode

_FACTS = frozenset(
    {"fulfilment.requested.v1", "shipment.booked.v1", "shipment.voided.v1", "tracking.reported.v1", "proof.captured.v1"}
)
Trigger = Literal["delivered", "proof"]


class DeliveryToInvoicePolicy(Struct, frozen=True):
    """What configuration decides. ``when``: every package delivered, or a proof of delivery for each as well.
    ``complete`` finishes the transfer in the system of record first, as reserved; ``post`` posts the invoice.
    ``partial``: where some packages have arrived, wait for the others, or invoice the order at once; what comes back
    later is credited by return_to_refund.
    """

    when: Trigger = "proof"
    complete: bool = True
    post: bool = True
    partial: Literal["wait", "invoice"] = "wait"


class Billing(Struct, omit_defaults=True):
    """The process's own state. ``missing`` says, in words, what the invoice waits for."""

    phase: str = "waiting"
    missing: tuple[str, ...] = ()


_DECODE = msgspec.json.Decoder(Billing).decode


def delivery_to_invoice(policy: DeliveryToInvoicePolicy) -> Process:
    """The process under ``policy``."""

    def decide(situation: Situation) -> Decision:
        billing = _DECODE(situation.process) if situation.process else Billing()
        before = billing.phase if situation.process else ""
        orders, events = _follow(situation, policy, billing)
        return Decision(_ENCODE(billing), orders=orders, events=events, before=before, stage=billing.phase)

    handled = _FACTS | {"record.written.v1"}
    return Process(NAME, 1, handled, decide, _CHART, of=("do:",))


_AFTER = {
    "waiting": "",
    "partial": "",
    "completing": "finish the transfer, issue the invoice",
    "invoicing": "issue the invoice",
}
_CHART = Chart(
    "When every package of a delivery has arrived, the transfer is finished and invoiced, once.",
    (
        Stage("waiting", "Something is missing: packages, or proofs of their delivery.", "the carrier"),
        Stage("partial", "Some packages have arrived, others have not.", "the carrier", hours=168.0),
        Stage("completing", "The transfer is being finished, the invoice issued.", "the system of record", hours=1.0),
        Stage("invoicing", "The invoice is being issued.", "the system of record", hours=1.0),
        Stage("invoiced", "The invoice is there.", final=True),
    ),
    (
        *(
            Move(before, after, on, then)
            for before in ("waiting", "partial")
            for after, then in _AFTER.items()
            for on in sorted(_FACTS)
            if before != after
        ),
        Move("completing", "invoicing", "record.written.v1"),
        Move("completing", "invoiced", "record.written.v1"),
        Move("invoicing", "invoiced", "record.written.v1"),
        Move("waiting", "invoiced", "record.written.v1", "somebody else asked for it"),
        Move("partial", "invoiced", "record.written.v1", "somebody else asked for it"),
    ),
)


def _follow(
    situation: Situation, policy: DeliveryToInvoicePolicy, billing: Billing
) -> tuple[tuple[Order, ...], tuple[ev.EventBody, ...]]:
    body = situation.event.body
    if isinstance(body, ev.RecordWritten):
        _written(billing, body)
        return (), ()
    if billing.phase not in {"waiting", "partial"}:
        return (), ()
    billing.missing = missing(situation.fulfilment, policy)
    if billing.missing:
        billing.phase = "partial" if has_arrived(situation.fulfilment) else "waiting"
        return (), ()
    complete = policy.complete and not _left_a_warehouse(situation.fulfilment)
    billing.phase = "completing" if complete else "invoicing"
    orders, ready = _orders(situation.fulfilment, policy, complete=complete)
    return orders, (ready,)


def _left_a_warehouse(state: FulfilmentState) -> bool:
    """What left a warehouse was written when it left (order_release)."""
    return any(release.despatches for release in state.warehouse.values())


def missing(state: FulfilmentState, policy: DeliveryToInvoicePolicy) -> tuple[str, ...]:
    """What has to happen before this delivery can be invoiced; nothing: it is ready (G5)."""
    order = state.order
    if order is None:
        return ("the delivery order itself",)
    if state.cancelled:
        return ("the delivery was cancelled",)
    if not order.sales_order_id:
        return ("a sales order: this delivery belongs to none",)
    lacking = _lacking(state, policy)
    names = {each.id: each.name or each.id for each in state.parcels}
    ended = [each for each, text in lacking.items() if text in {_HERE, _BACK}]
    if _HERE in lacking.values() and (policy.partial == "invoice" or len(ended) == len(lacking)):
        return ()
    open_ones = {each: text for each, text in lacking.items() if text != _HERE}
    return tuple(f"package {names[each]}: {text}" for each, text in open_ones.items()) or ("packages: none is known",)


_HERE = ""
_BACK = "returned, not delivered"


def has_arrived(state: FulfilmentState) -> bool:
    """Whether some package of it was delivered."""
    live = state.live_bookings()
    journeys = (state.journeys.get(live[each.id].tracking_number) for each in state.parcels if each.id in live)
    return any(each is not None and each.standing.milestone == "delivered" for each in journeys)


def _lacking(state: FulfilmentState, policy: DeliveryToInvoicePolicy) -> dict[str, str]:
    """What each package lacks, by its id, in words; nothing: it is here and proved."""
    live, lacking = state.live_bookings(), dict[str, str]()
    for package in state.parcels:
        booking = live.get(package.id)
        if booking is None:
            lacking[package.id] = "not booked"
            continue
        journey = state.journeys.get(booking.tracking_number)
        standing = journey.standing.milestone if journey else "unknown"
        lacking[package.id] = _HERE
        if standing != "delivered":
            lacking[package.id] = f"{standing}, not delivered"
        elif policy.when == "proof" and booking.tracking_number not in state.proofs:
            lacking[package.id] = "no proof of delivery"
    return lacking


def _orders(
    state: FulfilmentState, policy: DeliveryToInvoicePolicy, *, complete: bool
) -> tuple[tuple[Order, ...], ev.EventBody]:
    order = state.order
    assert order is not None
    marker = digest(NAME, order.id)[:16]
    finish = Order("complete", order.partner, CompleteTransfer(order.external_id, f"{marker}-c", remainder="backorder"))
    invoice = Order("invoice", order.partner, IssueInvoice(order.sales_order_id, f"{marker}-i", policy.post))
    ready = ev.InvoiceReady(order.id, order.sales_order, policy.when)
    return ((finish, invoice) if complete else (invoice,)), ready


def _written(billing: Billing, body: ev.RecordWritten) -> None:
    if body.what == "transfer.complete.v1" and billing.phase == "completing":
        billing.phase = "invoicing"
    if body.what == "invoice.issue.v1":
        billing.phase = "invoiced"
