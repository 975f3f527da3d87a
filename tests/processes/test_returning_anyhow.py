"""Whatever order facts and answers come in: nothing of a return or a receipt is stuck, lost or done twice."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.billing import IssueCreditNote
from crossdock.model.changes import TransferChanged
from crossdock.model.desk import RETURN
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.returning import (
    AsnReceived,
    RedeliveryChosen,
    RedeliveryOffered,
    ReturnedToSender,
    ReturnRefused,
    ReturnRequested,
)
from crossdock.model.shipment import Booking
from crossdock.model.stock import AdjustStock
from crossdock.model.tracking import TrackingEvent
from crossdock.model.transfers import CompleteTransfer, MovedLine, ReceiveGoods, ReturnTransfer
from crossdock.model.warehouse import GoodsReceived, ReceivedLine
from crossdock.processes.failed_delivery import FailedDeliveryPolicy, failed_delivery
from crossdock.processes.procure_to_receive import procure_to_receive
from crossdock.processes.receiving_steps import ReceivingPolicy
from crossdock.processes.return_to_refund import return_to_refund
from crossdock.processes.returning_cases import ReturnPolicy
from orders import delivery_order
from processes.history import Timed
from processes.test_procure_to_receive import NAME, PLANNED, SUBJECT, WMS
from processes.told_anyhow import Anyhow

SOLD = replace(delivery_order(packages=2), sales_order_id="31")
WIDGET = Item("SKU-1")
EXAMPLES = settings(max_examples=150, deadline=None)


def scan(number: str, milestone: str, day: int) -> ev.TrackingReported:
    at = stamp(f"2026-11-{day:02}T10:00:00Z")
    return ev.TrackingReported(TrackingEvent("easypost", number, milestone, at, raw_code=milestone))


def booked(package: str, number: str) -> ev.ShipmentBooked:
    return ev.ShipmentBooked(Booking("easypost", package, f"s{number}", number, "USPS", "Priority"))


def receipt(reference: str, number: str, quantity: int, damaged: int, *, final: bool) -> GoodsReceived:
    return GoodsReceived(
        WMS, reference, number, (ReceivedLine(WIDGET, Decimal(quantity), None, Decimal(damaged)),), final
    )


def came(order) -> Decimal:
    return sum((line.quantity for line in order.body.lines), Decimal(0))


def standing_open(told: Timed) -> set[tuple[str, str]]:
    raised = Counter((each.kind, each.pointer) for each in told.events if isinstance(each, ExceptionRaised))
    raised.subtract((each.kind, each.pointer) for each in told.events if isinstance(each, ExceptionResolved))
    assert not [each for each, count in raised.items() if count not in {0, 1}]
    return {each for each, count in raised.items() if count}


return_policies = st.builds(
    ReturnPolicy,
    warehouse=st.sampled_from(["", WMS]),
    refund=st.sampled_from(["invoiced", "always", "never"]),
    damaged=st.sampled_from(["restock", "scrap", "reject"]),
    leave=st.booleans(),
    open=st.booleans(),
    label=st.booleans(),
)


@pytest.mark.req("H2", "F6", "F8", "H8")
@EXAMPLES
@given(st.data(), return_policies, st.booleans())
def test_a_return_is_stocked_and_credited_once_whatever_comes_first(data, policy, ends):
    reference = f"{SOLD.name}-R1"
    receipts = [receipt(reference, "GR1", 1, 1, final=False), receipt(reference, "GR2", 1, 0, final=True)]
    facts = [
        ev.FulfilmentRequested(SOLD), booked("P1", "T1"), booked(f"P1{RETURN}", "B1"), scan("T1", "delivered", 1),
        scan("B1", "picked_up", 5), scan("B1", "delivered", 9), *receipts,
        ReturnRequested("r1", "shop", (MovedLine(WIDGET, Decimal(2)),), "wrong_size"),
        ev.RecordWritten("odoo", "invoice.issue.v1", "i1"),
    ]  # fmt: skip
    told = Timed(return_to_refund(policy), SOLD.id)
    world = Anyhow(told, facts, ends=ends)
    world.run(data)
    world.once()
    assert told.stage in {"refunded", "restocked", "rejected"}
    stocked = [
        each for each in world.done
        if (isinstance(each.body, ReturnTransfer) and each.body.received)
        or (isinstance(each.body, CompleteTransfer) and each.body.lines)
    ]  # fmt: skip
    lost = any(isinstance(each.body, ReturnTransfer | CompleteTransfer) for each in world.ended)
    wanted = 1 if policy.damaged == "reject" else 2
    assert sum(map(came, stocked)) <= wanted
    assert lost or sum(map(came, stocked)) == wanted
    scrapped = [each for each in world.done if isinstance(each.body, AdjustStock)]
    assert len(scrapped) <= (policy.damaged == "scrap")
    credited = [each for each in world.done if isinstance(each.body, IssueCreditNote)]
    assert len(credited) <= len(stocked)
    given_up = [each for each in world.ended if isinstance(each.body, IssueCreditNote)]
    if policy.refund == "always":
        assert len(credited) + len(given_up) == len(stocked)
    if policy.refund == "never":
        assert credited == []
    assert not [each for each in standing_open(told) if each[0].endswith(".failed")]


@pytest.mark.req("H2", "F8", "H8")
@EXAMPLES
@given(st.data(), return_policies, st.booleans())
def test_a_returned_or_refused_parcel_leaves_no_return_open(data, policy, refused):
    order = replace(SOLD, packages=SOLD.packages[:1])
    facts = [
        ev.FulfilmentRequested(order), booked("P1", "T1"), scan("T1", "delivery_attempted", 1),
        scan("T1", "return_initiated", 5), scan("T1", "returned", 9),
    ]  # fmt: skip
    told = Timed(return_to_refund(policy), SOLD.id)
    world = Anyhow(told, facts, ends=False)
    world.run(data)
    last = ReturnRefused("x", "cli:ann", goods="kept") if refused else receipt("any", "GR1", 2, 0, final=True)
    world.left = [last]
    world.run(data)
    world.once()
    assert told.stage == ("rejected" if refused else "refunded" if policy.refund == "always" else "restocked")
    assert len([each for each in told.events if isinstance(each, ReturnedToSender)]) == 1
    opened = [each for each in world.done if isinstance(each.body, ReturnTransfer) and not each.body.received]
    closed = [each for each in world.done if getattr(each.body, "external_id", "") not in {"", "7", "31"}]
    assert len(opened) == len(closed) == policy.open
    assert refused or standing_open(told) == set()


@pytest.mark.req("H3", "D9", "H8")
@EXAMPLES
@given(
    st.data(),
    st.builds(
        ReceivingPolicy,
        warehouse=st.sampled_from(["", WMS]),
        announce=st.sampled_from(["planned", "notice"]),
        remainder=st.sampled_from(["backorder", "cancel"]),
        notice_hours=st.sampled_from([0.0, 24.0]),
    ),
    st.booleans(),
)
def test_every_goods_receipt_is_written_once_whatever_comes_first(data, policy, ends):
    desk, lamp = Item("DESK-1"), Item("LAMP-2")
    first = GoodsReceived(WMS, NAME, "GR1", (ReceivedLine(desk, Decimal(3)),), final=False)
    second = GoodsReceived(
        WMS, NAME, "GR2", (ReceivedLine(desk, Decimal(2)), ReceivedLine(lamp, Decimal(2), None, Decimal(1)))
    )
    facts = [
        TransferChanged(PLANNED),
        TransferChanged(replace(PLANNED, changed_at=stamp("2026-11-20T11:00:00Z"))),
        AsnReceived("edi", "DN1", "P00009", (MovedLine(desk, Decimal(5)), MovedLine(lamp, Decimal(2)))),
        first,
        second,
    ]
    told = Timed(procure_to_receive(policy), SUBJECT)
    world = Anyhow(told, facts, ends=ends)
    world.run(data)
    told.pass_time(200)
    world.once()
    received = [each for each in world.done + world.ended if isinstance(each.body, ReceiveGoods)]
    assert sorted(each.body.reference for each in received) == ["GR1", "GR2"]
    assert sum(map(came, received)) == 7
    assert told.stage == "received"
    called_off = ("announcement.obsolete", "/announcement")
    assert standing_open(told) - {called_off} == {("receipt.damaged", "/receipts/GR2/LAMP-2")}


@pytest.mark.req("F4", "H8")
@EXAMPLES
@given(
    st.data(),
    st.builds(
        FailedDeliveryPolicy,
        attempts=st.integers(1, 3),
        offers=st.integers(0, 2),
        silence=st.sampled_from(["again", "return", "collect"]),
    ),
    st.sampled_from(["delivered", "lost", "returned", "return_initiated"]),
)
def test_every_failed_parcel_comes_to_an_end_and_back_at_most_once(data, policy, end):
    facts = [
        ev.FulfilmentRequested(SOLD), booked("P1", "T1"), booked("P2", "T2"),
        *(scan("T1", "delivery_attempted", day) for day in (1, 2, 3)), scan("T2", "delivery_attempted", 1),
        RedeliveryChosen("a1", "shop", data.draw(st.sampled_from(["again", "collect", "return"])), "T1"),
        scan("T2", "delivered", 8),
    ]  # fmt: skip
    told = Timed(failed_delivery(policy), SOLD.id)
    Anyhow(told, facts).run(data)
    told.pass_time(data.draw(st.sampled_from([0, 24, 100])))
    told.tell(scan("T1", end, 30))
    told.pass_time(1000)
    assert told.stage == ("delivered" if end in {"delivered", "lost"} else "returning")
    assert told.due == {}
    handed = [each.id for each in told.events if isinstance(each, ReturnRequested)]
    assert len(handed) == len(set(handed))
    offers = [(each.tracking_number, each.offer) for each in told.events if isinstance(each, RedeliveryOffered)]
    assert len(offers) == len(set(offers)) <= 2 * policy.offers
    taken_back = [each.request for each in told.events if isinstance(each, ReturnRefused)]
    assert len(taken_back) == len(set(taken_back))
    assert standing_open(told) == set()
