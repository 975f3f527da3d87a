"""The procure-to-receive process, told histories."""

import json
from decimal import Decimal

import pytest
from msgspec.structs import replace

from crossdock.model import events as ev
from crossdock.model.changes import TransferChanged
from crossdock.model.exceptions import ExceptionRaised
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.progress import ExpectationExpired, ExpectationFulfilled
from crossdock.model.returning import AsnReceived
from crossdock.model.transfers import AnnounceGoods, CompleteTransfer, MovedLine, ReceiveGoods, Transfer, TransferLine
from crossdock.model.warehouse import AnnounceInbound, GoodsReceived, InboundAnnounced, ReceivedLine
from crossdock.processes.procure_to_receive import procure_to_receive
from crossdock.processes.receiving_steps import ReceivingPolicy
from processes.history import NOON, Timed

SUBJECT = "tr:odoo:12"
WMS = "north3pl"
DESK, LAMP = Item("DESK-1"), Item("LAMP-2")
PLANNED = Transfer(
    SUBJECT, "odoo", "12", "WH/IN/00005", "incoming", "ready",
    (TransferLine("1", DESK, Decimal(5)), TransferLine("2", LAMP, Decimal(2))),
    stamp("2026-11-20T10:00:00Z"), purchase_order="P00009", planned_for=stamp("2026-11-23T12:00:00Z"),
)  # fmt: skip
NAME = PLANNED.name


def history(policy: ReceivingPolicy | None = None, transfer: Transfer | None = PLANNED) -> Timed:
    told = Timed(procure_to_receive(policy or ReceivingPolicy(warehouse=WMS)), SUBJECT)
    if transfer:
        told.tell(TransferChanged(transfer))
    return told


def receipt(number="GR1", *, final=True, reference=NAME, **quantities) -> GoodsReceived:
    lines = tuple(
        ReceivedLine(Item(sku.replace("_", "-")), Decimal(str(one)) if isinstance(one, int) else Decimal(one[0]),
                     damaged=Decimal(0 if isinstance(one, int) else one[1]))
        for sku, one in quantities.items()
    )  # fmt: skip
    return GoodsReceived(WMS, reference, number, lines, final)


def written(order, **documents) -> ev.RecordWritten:
    made = tuple(ev.WrittenDocument(kind, external_id) for kind, external_id in documents.items())
    return ev.RecordWritten("odoo", str(order.body.__struct_config__.tag), order.body.marker, made)


def moved(order) -> dict[str, Decimal]:
    return {line.item.sku: line.quantity for line in order.body.lines}


@pytest.mark.req("H3", "D9")
def test_goods_are_announced_received_once_and_written_to_their_purchase_order():
    told = history()
    [announced] = told.orders
    assert isinstance(announced.body, AnnounceInbound)
    assert (announced.partner, announced.body.reference, announced.body.purchase_order) == (WMS, NAME, "P00009")
    assert told.stage == "announced"
    told.tell(InboundAnnounced(WMS, NAME, "A1"))
    assert told.stage == "expected"
    [receive] = told.tell(receipt(DESK_1=5, LAMP_2=2))
    assert receive.partner == "odoo"
    assert receive.body == ReceiveGoods(
        "P00009", (MovedLine(DESK, Decimal(5)), MovedLine(LAMP, Decimal(2))), receive.body.marker, reference="GR1"
    )
    assert told.tell(receipt(DESK_1=5, LAMP_2=2), TransferChanged(PLANNED), InboundAnnounced(WMS, NAME, "A1")) == []
    assert told.stage == "receiving"
    told.tell(written(receive), written(receive))
    assert told.stage == "received"
    assert told.raised() == []


@pytest.mark.req("H3")
def test_short_over_and_damaged_goods_are_said_with_sku_and_quantity_and_the_rest_is_announced_anew():
    told = history()
    told.tell(InboundAnnounced(WMS, NAME, "A1"))
    receive, again = sorted(
        told.tell(receipt(DESK_1=[3, 1], LAMP_2=4)), key=lambda each: isinstance(each.body, AnnounceInbound)
    )
    said = {body.kind: body for body in told.events if isinstance(body, ExceptionRaised)}
    assert {kind: body.pointer for kind, body in said.items()} == {
        "receipt.damaged": "/receipts/GR1/DESK-1",
        "receipt.over": "/receipts/GR1/LAMP-2",
        "receipt.short": "/short/DESK-1",
    }
    assert "2 of 5 of DESK-1" in said["receipt.short"].text
    assert moved(receive) == {"DESK-1": 3, "LAMP-2": 4}
    assert receive.body.remainder == "backorder"
    assert (again.body.reference, moved(again)) == (f"{NAME}/2", {"DESK-1": 2})
    told.tell(written(receive), InboundAnnounced(WMS, f"{NAME}/2", "A2"))
    assert told.stage == "partly"
    [rest] = told.tell(receipt("GR2", reference=f"{NAME}/2", DESK_1=2))
    told.tell(written(rest))
    assert told.stage == "received"
    assert told.resolved() == ["receipt.short"]


@pytest.mark.req("H3")
def test_the_policy_leaves_out_what_is_over_or_damaged_and_cancels_what_is_short():
    policy = ReceivingPolicy(over="leave", damaged="leave", remainder="cancel")
    told = history(policy)
    assert told.orders == []
    assert told.stage == "planned"
    [receive] = told.tell(receipt(DESK_1=[3, 1], LAMP_2=4))
    assert moved(receive) == {"DESK-1": 2, "LAMP-2": 2}
    assert receive.body.remainder == "cancel"
    told.tell(written(receive))
    assert told.stage == "received"


@pytest.mark.req("H3")
def test_a_delivery_in_parts_is_written_in_parts_one_after_the_other():
    told = history()
    told.tell(InboundAnnounced(WMS, NAME, "A1"))
    [first] = told.tell(receipt("GR1", final=False, DESK_1=2))
    assert told.tell(receipt("GR2", final=True, DESK_1=3, LAMP_2=2)) == [], "the first is being written"
    [second] = told.tell(written(first))
    assert moved(second) == {"DESK-1": 3, "LAMP-2": 2}
    told.tell(written(second))
    assert told.stage == "received"
    assert told.raised() == []


@pytest.mark.req("H3", "D9")
def test_a_suppliers_notice_is_written_once_and_is_what_the_warehouse_is_told():
    told = history(ReceivingPolicy(warehouse=WMS, announce="notice"))
    assert told.orders == []
    asn = AsnReceived("supplier", "DN1", "P00009", (MovedLine(DESK, Decimal(4)),), expected=stamp("2026-11-22T08:00Z"))
    announced, notice = told.tell(asn)
    assert moved(announced) == {"DESK-1": 4}
    assert notice.body == AnnounceGoods("P00009", asn.lines, notice.body.marker, "", "DN1", stamp("2026-11-22T08:00Z"))
    assert told.tell(asn, replace(asn, lines=(MovedLine(DESK, Decimal(9)),))) == []
    assert told.raised() == ["asn.changed"]


@pytest.mark.req("H3", "D9", "E14")
def test_a_warehouse_that_does_not_acknowledge_in_half_an_hour_is_named():
    told = history()
    told.pass_time(0.49)
    assert told.raised() == []
    told.pass_time(0.02)
    [expired] = [body for body in told.events if isinstance(body, ExpectationExpired)]
    assert (expired.who, expired.what, expired.due_at) == (WMS, f"acknowledging {NAME}", NOON + 1_800_000_000)
    assert told.raised() == ["announcement.unacknowledged"]
    told.tell(InboundAnnounced(WMS, NAME, "A1"))
    assert [body.late_by for body in told.events if isinstance(body, ExpectationFulfilled)] == [36_000_000]
    assert told.resolved() == ["announcement.unacknowledged"]
    told.pass_time(100)
    assert told.raised() == ["announcement.unacknowledged"], "said once"


@pytest.mark.req("H3", "D9", "E14")
def test_a_supplier_that_does_not_say_what_it_sent_is_named():
    told = history(ReceivingPolicy(notice_hours=24.0))
    told.pass_time(23.9)
    assert told.raised() == []
    told.pass_time(0.2)
    [expired] = [body for body in told.events if isinstance(body, ExpectationExpired)]
    assert expired.who == "the supplier of P00009"
    assert told.raised() == ["asn.missing"]
    told.tell(AsnReceived("supplier", "DN1", "P00009", (MovedLine(DESK, Decimal(4)),)))
    assert told.resolved() == ["asn.missing"]


@pytest.mark.req("H3")
def test_what_is_received_by_hand_ends_and_what_is_no_purchase_is_left_alone():
    told = history(ReceivingPolicy())
    told.tell(TransferChanged(replace(PLANNED, state="done", changed_at=stamp("2026-11-21T11:00:00Z"))))
    assert told.stage == "received"
    told.tell(TransferChanged(PLANNED))
    assert told.stage == "received", "an older version changes nothing"
    for other in (replace(PLANNED, direction="internal"), replace(PLANNED, return_of="7", purchase_order="")):
        assert history(transfer=other).stage == ""
    bare = history(ReceivingPolicy(), replace(PLANNED, purchase_order=""))
    [receive] = bare.tell(receipt(DESK_1=5, LAMP_2=2))
    assert isinstance(receive.body, CompleteTransfer)


@pytest.mark.req("H3", "H8")
def test_a_cancelled_receipt_that_was_announced_is_somebodys_to_tell():
    told = history()
    told.tell(TransferChanged(replace(PLANNED, state="cancelled", changed_at=stamp("2026-11-21T11:00:00Z"))))
    assert told.stage == "cancelled"
    assert told.raised() == ["announcement.obsolete"]


@pytest.mark.req("H3", "H8")
def test_an_order_that_changes_after_it_was_announced_is_somebodys_to_tell_and_a_draft_is_not_announced():
    told = history()
    more = replace(PLANNED, lines=PLANNED.lines[:1], changed_at=stamp("2026-11-21T11:00:00Z"))
    assert told.tell(TransferChanged(more)) == []
    assert told.raised() == ["announcement.obsolete"]
    draft = history(transfer=replace(PLANNED, state="draft"))
    assert (draft.orders, draft.stage) == ([], "planned")
    assert len(draft.tell(TransferChanged(replace(PLANNED, changed_at=stamp("2026-11-21T11:00:00Z"))))) == 1


@pytest.mark.req("H3", "H8")
def test_a_refused_receipt_is_a_persons_and_goes_on():
    told = history(ReceivingPolicy())
    [receive] = told.tell(receipt(DESK_1=5, LAMP_2=2))
    key = next(iter(json.loads(told.own)["steps"].values()))["key"]
    told.tell(ev.CommandFailed(f"{key}#1", "odoo", "goods.receive.v1", "Look.", "parked"))
    assert (told.stage, told.raised()) == ("attention", ["receipt.failed"])
    told.tell(written(receive))
    assert (told.stage, told.resolved()) == ("received", ["receipt.failed"])


@pytest.mark.req("H3")
def test_goods_that_come_before_anybody_knows_of_them_wait_for_their_transfer():
    told = history(transfer=None)
    assert told.tell(receipt(DESK_1=5, LAMP_2=2)) == []
    [receive] = told.tell(TransferChanged(PLANNED))
    assert isinstance(receive.body, ReceiveGoods), "what is here is not announced any more"
