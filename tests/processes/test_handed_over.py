"""A parcel nobody takes: from the customer's answer to stock, over three processes that see only each other's facts."""

import json
from decimal import Decimal

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.returning import RedeliveryChosen
from crossdock.model.shipment import Booking
from crossdock.model.tracking import TrackingEvent
from crossdock.model.warehouse import GoodsReceived, ReceivedLine
from crossdock.processes.delivery_to_invoice import DeliveryToInvoicePolicy, delivery_to_invoice
from crossdock.processes.failed_delivery import FailedDeliveryPolicy, failed_delivery
from crossdock.processes.return_to_refund import return_to_refund
from crossdock.processes.returning_cases import ReturnPolicy
from orders import delivery_order
from processes.household import Household

SOLD = replace(delivery_order(), sales_order_id="31")


def scan(milestone: str, day: int) -> ev.TrackingReported:
    at = stamp(f"2026-11-{day:02}T10:00:00Z")
    return ev.TrackingReported(TrackingEvent("easypost", "T1", milestone, at, raw_code=milestone))


def house() -> Household:
    told = Household(
        delivery_to_invoice(DeliveryToInvoicePolicy("delivered")),
        failed_delivery(FailedDeliveryPolicy()),
        return_to_refund(ReturnPolicy()),
    )
    told.tell(
        ev.FulfilmentRequested(SOLD),
        ev.ShipmentBooked(Booking("easypost", "P1", "s1", "T1", "USPS", "Priority")),
        scan("delivery_attempted", 1),
        scan("delivery_attempted", 2),
    )
    return told


def written(command, **documents) -> ev.RecordWritten:
    made = tuple(ev.WrittenDocument(kind, external_id) for kind, external_id in documents.items())
    return ev.RecordWritten("odoo", command.kind, json.loads(command.body)["marker"], made)


@pytest.mark.req("F4", "F8", "H2")
def test_what_the_customer_does_not_want_comes_back_once():
    told = house()
    assert told.tell(RedeliveryChosen("a1", "shop", "return", "T1")) == []
    assert (told.stages["failed_delivery"], told.stages["return_to_refund"]) == ("returning", "requested")
    [leave] = told.tell(scan("return_initiated", 5))
    [opened] = told.tell(written(leave))
    told.tell(written(opened, **{"return": "91"}), scan("returned", 9))
    assert told.stages["return_to_refund"] == "arrived"
    lines = (ReceivedLine(Item("SKU-1"), Decimal(2)),)
    [stock] = told.tell(GoodsReceived("north3pl", f"{SOLD.name}-R1", "GR1", lines))
    assert json.loads(stock.body)["external_id"] == "91"
    told.tell(written(stock))
    assert told.stages["return_to_refund"] == "restocked"
    assert told.stages["delivery_to_invoice"] == "waiting", "nothing of it is invoiced"
    raised = [each.body.kind for each in told.log if isinstance(each.body, ExceptionRaised)]
    ended = [each.body.kind for each in told.log if isinstance(each.body, ExceptionResolved)]
    assert sorted(raised) == sorted(ended) == ["delivery.returned", "redelivery.return"]


@pytest.mark.req("F4", "H8")
def test_a_parcel_that_is_delivered_after_all_calls_its_return_off():
    told = house()
    told.tell(RedeliveryChosen("a1", "shop", "return", "T1"))
    complete, invoice = told.tell(scan("delivered", 9))
    assert [complete.kind, invoice.kind] == [
        "transfer.complete.v1", "invoice.issue.v1",
    ]  # fmt: skip
    assert (told.stages["failed_delivery"], told.stages["return_to_refund"]) == ("delivered", "rejected")
