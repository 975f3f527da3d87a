"""The return-to-refund process, told histories."""

import json
from decimal import Decimal

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.billing import IssueCreditNote
from crossdock.model.deciding import CommandWithdrawn
from crossdock.model.desk import RETURN, DeskRequested, Return
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.returning import ReturnedToSender, ReturnRefused, ReturnRequested
from crossdock.model.shipment import Booking
from crossdock.model.stock import AdjustStock
from crossdock.model.tracking import TrackingEvent
from crossdock.model.transfers import CancelTransfer, CompleteTransfer, MovedLine, ReturnTransfer
from crossdock.model.warehouse import AnnounceInbound, GoodsReceived, InboundAnnounced, ReceivedLine
from crossdock.processes.return_to_refund import return_to_refund
from crossdock.processes.returning_cases import ReturnPolicy
from orders import delivery_order
from processes.history import History

SOLD = replace(delivery_order(), sales_order_id="31")
REFERENCE = f"{SOLD.name}-R1"
WIDGET = Item("SKU-1")
INVOICED = ev.RecordWritten("odoo", "invoice.issue.v1", "i1")


def history(policy: ReturnPolicy | None = None, order=SOLD, *, invoiced=True) -> History:
    told = History(return_to_refund(policy or ReturnPolicy()), order.id)
    told.tell(ev.FulfilmentRequested(order))
    for number, package in enumerate(order.packages, 1):
        told.tell(ev.ShipmentBooked(Booking("easypost", package.id, f"s{number}", f"T{number}", "USPS", "Priority")))
    if invoiced:
        told.tell(ev.RecordWritten("odoo", "transfer.complete.v1", "c1"), INVOICED)
    assert told.orders == []
    assert told.stage == ""
    return told


def asked(quantity=1, number="r1", **more) -> ReturnRequested:
    return ReturnRequested(number, "shop", (MovedLine(WIDGET, Decimal(quantity)),), **{"reason": "wrong_size", **more})


def received(quantity, receipt="GR1", *, damaged=0, final=True, reference=REFERENCE, sku="SKU-1") -> GoodsReceived:
    line = ReceivedLine(Item(sku), Decimal(quantity), damaged=Decimal(damaged))
    return GoodsReceived("north3pl", reference, receipt, (line,), final)


def scan(number: str, milestone: str, minute=0) -> ev.TrackingReported:
    at = stamp(f"2026-11-21T10:{minute:02}:00Z")
    return ev.TrackingReported(TrackingEvent("easypost", number, milestone, at, raw_code=milestone))


def written(order, **documents) -> ev.RecordWritten:
    """The system of record confirms a command."""
    made = tuple(ev.WrittenDocument(kind, external_id) for kind, external_id in documents.items())
    return ev.RecordWritten("odoo", str(order.body.__struct_config__.tag), order.body.marker, made)


def failed(told: History, order) -> ev.CommandFailed:
    key = next(step["key"] for step in steps(told).values() if step["marker"] == order.body.marker)
    return ev.CommandFailed(f"{key}#1", "odoo", str(order.body.__struct_config__.tag), "Look at it.", "parked")


def steps(told: History) -> dict:
    return json.loads(told.own)["steps"]


@pytest.mark.req("H2", "F6")
def test_goods_are_taken_into_stock_and_then_credited_each_once():
    told = history()
    told.tell(asked(2))
    assert told.stage == "requested"
    [stock] = told.tell(received(2))
    assert stock.body == ReturnTransfer(
        "7", (MovedLine(WIDGET, Decimal(2)),), stock.body.marker, refund=True, reason="wrong_size"
    )
    assert told.stage == "accepted"
    assert told.tell(received(2), asked(2)) == []
    [credit] = told.tell(written(stock))
    assert credit.body == IssueCreditNote("31", credit.body.marker, reason="wrong_size")
    assert told.stage == "refunding"
    assert told.tell(written(stock), received(2)) == []
    told.tell(written(credit), written(credit))
    assert told.stage == "refunded"
    assert len(told.orders) == 2
    assert told.raised() == []


@pytest.mark.req("F6")
def test_part_of_it_comes_first_and_each_receipt_is_booked_and_credited_for_itself():
    told = history(order=replace(SOLD, lines=(replace(SOLD.lines[0], quantity=Decimal(5)),)))
    told.tell(asked(3))
    [first] = told.tell(received(2, final=False))
    [credit] = told.tell(written(first))
    told.tell(written(credit))
    assert told.stage == "inspecting"
    [second] = told.tell(received(1, "GR2"))
    assert second.body.lines == (MovedLine(WIDGET, Decimal(1)),)
    [again] = told.tell(written(second))
    assert again.body.marker != credit.body.marker
    told.tell(written(again))
    assert told.stage == "refunded"


@pytest.mark.req("F6")
def test_what_was_not_invoiced_is_not_credited_unless_configured():
    told = history(invoiced=False)
    (leave,) = told.tell(asked(), received(1))
    assert leave.body == CompleteTransfer("7", leave.body.marker), "what comes back has left"
    [stock] = told.tell(written(leave))
    assert told.tell(written(stock)) == []
    assert told.stage == "restocked"
    assert told.tell(INVOICED) == [], "that invoice leaves out what came back"
    always = history(ReturnPolicy(refund="always", leave=False), invoiced=False)
    [stock] = always.tell(received(1))
    [credit] = always.tell(written(stock))
    assert isinstance(credit.body, IssueCreditNote)
    never = history(ReturnPolicy(refund="never"))
    [stock] = never.tell(received(1))
    assert stock.body.refund is False
    assert never.tell(written(stock)) == []


@pytest.mark.req("F6", "D10")
@pytest.mark.parametrize(
    ("damaged", "taken_in", "scrapped"), [("restock", 2, None), ("scrap", 2, Decimal(-1)), ("reject", 1, None)]
)
def test_damaged_goods_go_where_the_policy_says(damaged, taken_in, scrapped):
    told = history(ReturnPolicy(damaged=damaged))
    [stock] = told.tell(asked(2), received(2, damaged=1))
    assert stock.body.lines == (MovedLine(WIDGET, Decimal(taken_in)),)
    [following] = told.tell(written(stock))
    if scrapped is not None:
        assert isinstance(following.body, AdjustStock)
        assert [each.quantity for each in following.body.changes] == [scrapped]
        [following] = told.tell(written(following))
    assert isinstance(following.body, IssueCreditNote)
    assert told.raised() == ["return.damaged"]


@pytest.mark.req("F6")
def test_what_is_all_broken_may_be_rejected_and_what_is_missing_or_foreign_is_said():
    told = history(ReturnPolicy(damaged="reject"))
    assert told.tell(asked(2), received(1, damaged=1)) == []
    assert told.stage == "rejected"
    assert sorted(told.raised()) == ["return.damaged", "return.short"]
    foreign = history()
    assert foreign.tell(received(1, sku="OTHER")) == []
    assert foreign.raised() == ["return.unexpected"]
    assert foreign.stage == "rejected"


@pytest.mark.req("F8", "H2")
def test_a_parcel_returned_to_sender_opens_the_return_and_is_said_once():
    told = history(invoiced=False)
    [leave] = told.tell(scan("T1", "return_initiated"))
    assert told.stage == "under_way"
    [opened] = told.tell(written(leave))
    assert opened.body == ReturnTransfer(
        "7", (MovedLine(SOLD.lines[0].item, Decimal(2)),), opened.body.marker, refund=True, received=False
    )
    assert told.tell(scan("T1", "return_in_transit", 5), scan("T1", "returned", 9)) == []
    assert [type(body) for body in told.events if isinstance(body, ReturnedToSender)] == [ReturnedToSender]
    assert told.raised() == ["delivery.returned"]
    assert told.stage == "arrived"
    told.tell(written(opened, **{"return": "91"}))
    [stock] = told.tell(received(2))
    assert stock.body == CompleteTransfer("91", stock.body.marker, (MovedLine(WIDGET, Decimal(2)),), "cancel")
    told.tell(written(stock))
    assert told.stage == "restocked"
    assert told.resolved() == ["delivery.returned"]


@pytest.mark.req("F8", "H8")
def test_a_refused_return_takes_back_what_was_opened():
    told = history()
    [opened] = told.tell(scan("T1", "return_initiated"))
    assert told.tell(ReturnRefused("x", "cli:ann", "used", "kept")) == []
    [cancel] = told.tell(written(opened, **{"return": "91"}))
    assert cancel.body == CancelTransfer("91", cancel.body.marker, "nothing of it is taken back")
    told.tell(written(cancel))
    assert told.stage == "rejected"
    assert told.tell(received(2, reference="whatever")) == [], "a person decides what becomes of it"
    assert "return.after_refusal" in told.raised()


@pytest.mark.req("F8")
def test_receipts_of_an_open_return_follow_its_backorders():
    told = history()
    [opened] = told.tell(scan("T1", "return_initiated"))
    told.tell(written(opened, **{"return": "91"}))
    [first] = told.tell(received(1, final=False))
    assert (first.body.external_id, first.body.remainder) == ("91", "backorder")
    [credit] = told.tell(written(first, transfer="91", backorder="92"))
    told.tell(written(credit))
    [second] = told.tell(received(1, "GR2"))
    assert (second.body.external_id, second.body.remainder) == ("92", "cancel")


@pytest.mark.req("F6", "C3")
def test_a_label_for_the_way_back_opens_the_case_and_its_scans_move_it():
    told = history()
    told.tell(ev.ShipmentBooked(Booking("easypost", f"P1{RETURN}", "s9", "B1", "USPS", "Ground")))
    assert told.stage == "labelled"
    [opened] = told.tell(scan("B1", "picked_up"))
    assert told.stage == "under_way"
    told.tell(written(opened, **{"return": "91"}), scan("B1", "delivered", 9))
    assert told.stage == "arrived"
    told.tell(asked(1))
    assert told.stage == "arrived", "the request belongs to the parcel that is here"
    assert [move[:2] for move in told.moves] == [("", "labelled"), ("labelled", "under_way"), ("under_way", "arrived")]


@pytest.mark.req("F6", "D9")
def test_the_warehouse_is_told_and_labels_are_asked_for_where_configured():
    told = history(ReturnPolicy(warehouse="north3pl", label=True))
    [announced] = told.tell(asked(1))
    assert announced.partner == "north3pl"
    assert isinstance(announced.body, AnnounceInbound)
    assert (announced.body.reference, announced.body.purpose) == (REFERENCE, "return")
    [wish] = [body for body in told.events if isinstance(body, DeskRequested)]
    assert wish.wish == Return("P1")
    assert told.tell(InboundAnnounced("north3pl", REFERENCE, "A1"), asked(1)) == []


@pytest.mark.req("F7")
def test_a_reason_nobody_knows_is_asked_about_and_the_return_goes_on():
    told = history()
    told.tell(asked(1, reason="unknown", raw_reason="R47"))
    assert told.raised() == ["return.reason_unknown"]
    [stock] = told.tell(received(1))
    assert stock.body.reason == ""
    told.tell(asked(1, reason="defective", raw_reason="R47"))
    assert told.resolved() == ["return.reason_unknown"]
    [credit] = told.tell(written(stock))
    assert credit.body.reason == "defective"


@pytest.mark.req("H2", "H8")
def test_a_refused_step_is_a_persons_and_goes_on_when_it_is_done_or_ended():
    told = history()
    [stock] = told.tell(received(1))
    told.tell(failed(told, stock))
    assert told.stage == "attention"
    assert told.raised() == ["return.failed"]
    [credit] = told.tell(written(stock))
    assert told.stage == "refunding"
    assert told.resolved() == ["return.failed"]
    told.tell(failed(told, credit))
    key = steps(told)[next(name for name in steps(told) if name.startswith("credit/"))]["key"]
    told.tell(CommandWithdrawn(key, "odoo", "credit_note.issue.v1", by_person=True))
    assert told.stage == "restocked"
    assert told.tell(written(stock), received(1)) == []


@pytest.mark.req("H2")
def test_a_second_return_of_an_order_is_a_second_case():
    told = history(order=replace(SOLD, lines=(replace(SOLD.lines[0], quantity=Decimal(5)),)))
    [stock] = told.tell(asked(1), received(1))
    [credit] = told.tell(written(stock))
    told.tell(written(credit))
    told.tell(asked(2, "r2"))
    assert told.stage == "requested"
    [stock] = told.tell(received(2, "GR9", reference=f"{SOLD.name}-R2"))
    assert stock.body.lines == (MovedLine(WIDGET, Decimal(2)),)


@pytest.mark.req("H2")
def test_a_receipt_that_changes_after_it_was_booked_is_a_persons():
    told = history()
    told.tell(received(2))
    assert told.tell(received(9)) == []
    assert "return.receipt_changed" in told.raised()
