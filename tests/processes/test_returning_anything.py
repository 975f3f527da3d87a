"""Anything that can be said, in any order: the processes of returns and receipts always decide, and only once."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.changes import TransferChanged
from crossdock.model.desk import RETURN
from crossdock.model.instants import Stamp
from crossdock.model.item import Item
from crossdock.model.shipment import Booking
from crossdock.model.transfers import Transfer, TransferLine
from crossdock.processes.failed_delivery import FailedDeliveryPolicy, failed_delivery
from crossdock.processes.procure_to_receive import procure_to_receive
from crossdock.processes.receiving_steps import ReceivingPolicy
from crossdock.processes.return_to_refund import return_to_refund
from crossdock.processes.returning_cases import ReturnPolicy
from model import invented, invented_returning, invented_warehouse
from processes.history import Timed

TRANSFER = Transfer(
    "tr:odoo:12", "odoo", "12", "WH/OUT/00016", "incoming", "ready",
    (TransferLine("1", Item("DESK-1"), Decimal(5)),), Stamp("2026-03-01T08:00:00Z"), purchase_order="P00001",
)  # fmt: skip

transfers = st.builds(
    lambda state, direction, at, subject: TransferChanged(
        replace(TRANSFER, id=subject, state=state, direction=direction, changed_at=at)
    ),
    st.sampled_from(["draft", "waiting", "ready", "done", "cancelled"]),
    st.sampled_from(["incoming", "incoming", "internal"]),
    invented.stamps,
    st.sampled_from([TRANSFER.id, invented.SUBJECT]),
)
back = st.builds(
    lambda package: ev.ShipmentBooked(
        Booking("easypost", f"{package}{RETURN}", f"r{package}", "EZ2", "USPS", "Ground")
    ),
    st.sampled_from(["1", "2"]),
)
anything = st.lists(
    st.one_of(invented.bodies, invented_warehouse.bodies, invented_returning.bodies, transfers, back), max_size=40
)
processes = st.sampled_from(
    [
        (return_to_refund(ReturnPolicy()), invented.SUBJECT),
        (return_to_refund(ReturnPolicy("north3pl", "always", "reject", label=True)), invented.SUBJECT),
        (procure_to_receive(ReceivingPolicy("north3pl", notice_hours=2.0)), TRANSFER.id),
        (procure_to_receive(ReceivingPolicy("north3pl", "notice", remainder="cancel", over="leave")), TRANSFER.id),
        (failed_delivery(FailedDeliveryPolicy(1, offers=1)), invented.SUBJECT),
        (failed_delivery(FailedDeliveryPolicy(1, offers=0, silence="again")), invented.SUBJECT),
    ]
)


@pytest.mark.req("H2", "H3", "F4", "H8")
@settings(max_examples=400, deadline=None)
@given(processes, anything, st.data())
def test_whatever_is_said_is_decided_on_and_nothing_is_asked_for_twice(process, said, data):
    told = Timed(*process)
    for body in said:
        given = told.tell(body)
        for order in given:
            if data.draw(st.booleans()):
                tag = str(order.body.__struct_config__.tag)
                told.tell(ev.RecordWritten(order.partner, tag, getattr(order.body, "marker", "")))
    told.tell(*said)
    told.pass_time(1000)
    asked = [
        (str(each.body.__struct_config__.tag), getattr(each.body, "marker", "") or each.body.reference)
        for each in told.orders
    ]
    assert len(asked) == len(set(asked))
    assert told.stage == "" or told.stage in {each.name for each in process[0].chart.stages}
