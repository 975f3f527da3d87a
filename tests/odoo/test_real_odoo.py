"""The same story on a real Odoo (when one is given) and on the simulated ones."""

import asyncio
import hashlib
import uuid

import pytest

from crossdock.connectors.odoo.client.dialects import Call, ids_of
from crossdock.connectors.odoo.client.failures import Failed
from crossdock.connectors.odoo.client.session import identifier
from crossdock.model.commands import RecordMilestone, RecordNote, RecordProof, RecordShipping
from crossdock.model.events import FulfilmentCancelled, FulfilmentRequested
from crossdock.model.instants import stamp
from crossdock.model.shipment import Document
from crossdock.ports.connector import Command
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, InDoubt, Park, Reauthenticate, Refuse, Retry

PDF = b"%PDF-1.4 crossdock test label"


async def confirmed_order(bench, ref=""):
    """A sale order made and confirmed as a person would; (order id, transfer id)."""
    session = bench.connector.session
    [product] = await session.search("product.product", [("default_code", "in", ["E-COM07", "DESK-01"])], limit=1)
    [partner] = await session.search("res.partner", [("name", "=", "Azure Interior"), ("zip", "!=", False)], limit=1)
    lines = [[0, 0, {"product_id": product, "product_uom_qty": 2}]]
    values = {"partner_id": partner, "client_order_ref": ref or f"PO-{uuid.uuid4().hex[:8]}", "order_line": lines}
    made = await session.call(Call("sale.order", "create", None, {"vals_list": [values]}, writes=True))
    [order] = ids_of(made)
    await session.call(Call("sale.order", "action_confirm", (order,), writes=True))
    [picking] = await session.search("stock.picking", [("sale_id", "=", order)])
    row = (await session.read("stock.picking", [picking], ["state"]))[picking]
    assert row["state"] == "assigned", "the test product has no stock left"
    return order, picking


async def shipping(bench, picking, number, *numbers, attempt=1):
    sha = hashlib.sha256(PDF).hexdigest()
    bench.documents.kept[sha] = PDF
    document = Document(sha, "application/pdf", "label.pdf", len(PDF))
    body = RecordShipping(str(picking), number, numbers or (number,), "USPS", document)
    return command(picking, body, attempt)


def command(picking, body, attempt=1):
    return Command(uuid.uuid4().hex, "odoo", f"do:odoo:{picking}", body, "0" * 32, attempt)


def milestone(picking, marker, attempt=1):
    when = stamp("2026-03-01T08:15:00-05:00")
    body = RecordMilestone(str(picking), "1Z1", "delivered", "Delivered <front door> & signed", when, marker)
    return command(picking, body, attempt)


async def written(bench, picking):
    """(tracking reference, attachment names, note bodies) as Odoo has them."""
    session = bench.connector.session
    row = (await session.read("stock.picking", [picking], ["carrier_tracking_ref"]))[picking]
    of_it = [("res_model", "=", "stock.picking"), ("res_id", "=", picking)]
    files = await session.find("ir.attachment", of_it, ["name", "checksum"])
    notes = await session.find(
        "mail.message",
        [("model", "=", "stock.picking"), ("res_id", "=", picking), ("body", "ilike", "[crossdock:")],
        ["body", "attachment_ids"],
    )
    return row["carrier_tracking_ref"] or "", [file["name"] for file in files], notes


@pytest.mark.req("A1", "N1")
async def test_a_confirmed_order_is_found_exactly_once(bench):
    _, cursor = await bench.drain()
    order, picking = await confirmed_order(bench, "PO-4711")
    found, cursor = await bench.drain(cursor)
    [fact] = found[f"do:odoo:{picking}"]
    assert isinstance(fact.body, FulfilmentRequested)
    demand = fact.body.order
    assert demand.external_id == str(picking)
    assert demand.customer_order == "PO-4711"
    assert demand.sales_order
    assert [str(line.quantity) for line in demand.lines] == ["2"]
    assert demand.lines[0].unit == "H87"
    assert demand.lines[0].item.sku in {"E-COM07", "DESK-01"}
    assert demand.ship_to.address.country == "US"
    assert demand.ship_to.address.postcode
    assert demand.ship_from.address.postcode
    assert demand.packages[0].weight.value > 0
    assert demand.changed_at.at.endswith("Z")
    again, _ = await bench.drain(cursor)
    assert f"do:odoo:{picking}" not in again
    assert order


@pytest.mark.req("C3", "N1")
async def test_shipping_recorded_twice_is_there_once_and_is_no_new_demand(bench):
    _, picking = await confirmed_order(bench)
    _, cursor = await bench.drain()
    await bench.pass_time()
    first = await shipping(bench, picking, "1Z1", "1Z1")
    assert isinstance(await bench.connector.send(first, bench.documents), Done)
    assert isinstance(await bench.connector.send(first, bench.documents), Done)
    later = await shipping(bench, picking, "1Z2", "1Z1", "1Z2")
    assert isinstance(await bench.connector.send(later, bench.documents), Done)
    retried = await shipping(bench, picking, "1Z1", "1Z1", attempt=3)
    assert isinstance(await bench.connector.send(retried, bench.documents), AlreadyDone)
    reference, files, _ = await written(bench, picking)
    assert reference == "1Z1,1Z2"
    assert sorted(files) == ["1Z1.pdf", "1Z2.pdf"]
    found, _ = await bench.drain(cursor)
    assert f"do:odoo:{picking}" not in found, "our own write came back as a new demand"


@pytest.mark.req("E8", "N1")
async def test_a_milestone_whose_answer_was_lost_is_settled_and_not_doubled(bench):
    _, picking = await confirmed_order(bench)
    marker = uuid.uuid4().hex[:16]
    assert isinstance(await bench.connector.settle(milestone(picking, marker), bench.documents), Retry)
    bench.wire.lose = "message_post"
    assert isinstance(await bench.connector.send(milestone(picking, marker), bench.documents), InDoubt)
    assert isinstance(await bench.connector.settle(milestone(picking, marker), bench.documents), AlreadyDone)
    assert isinstance(await bench.connector.send(milestone(picking, marker, 2), bench.documents), AlreadyDone)
    _, _, notes = await written(bench, picking)
    assert len(notes) == 1
    assert "&lt;front door&gt;" in notes[0]["body"]


@pytest.mark.req("C3", "N1")
async def test_a_label_whose_answer_was_lost_is_settled_and_not_doubled(bench):
    _, picking = await confirmed_order(bench)
    label = await shipping(bench, picking, "1ZLOST")
    bench.wire.lose = "vals_list" if await bench.connector.session.dialect() == "json2" else '"create"'
    assert isinstance(await bench.connector.send(label, bench.documents), InDoubt)
    assert isinstance(await bench.connector.settle(label, bench.documents), Retry), "the reference is not written yet"
    again = await shipping(bench, picking, "1ZLOST", attempt=2)
    assert isinstance(await bench.connector.send(again, bench.documents), Done)
    reference, files, _ = await written(bench, picking)
    assert (reference, files) == ("1ZLOST", ["1ZLOST.pdf"])
    assert isinstance(await bench.connector.settle(label, bench.documents), AlreadyDone)


@pytest.mark.req("F1", "N1")
async def test_a_proof_is_a_note_with_its_document(bench):
    _, picking = await confirmed_order(bench)
    sha = hashlib.sha256(PDF).hexdigest()
    bench.documents.kept[sha] = PDF
    document = Document(sha, "application/pdf", "pod.pdf", len(PDF), kind="proof_of_delivery")
    when = stamp("2026-03-01T08:15:00-05:00")
    body = RecordProof(str(picking), "1Z1", "Delivered", when, uuid.uuid4().hex[:16], "J. Doe", document)
    assert isinstance(await bench.connector.send(command(picking, body), bench.documents), Done)
    assert isinstance(await bench.connector.send(command(picking, body, 2), bench.documents), AlreadyDone)
    _, files, notes = await written(bench, picking)
    assert files == ["1Z1-proof.pdf"]
    assert len(notes) == 1
    assert "J. Doe" in notes[0]["body"]
    assert len(notes[0]["attachment_ids"]) == 1


@pytest.mark.req("A1", "N1")
async def test_changes_beside_the_transfer_and_back_again_are_all_seen(bench):
    order, picking = await confirmed_order(bench, "PO-A")
    _, cursor = await bench.drain()
    subject, seen = f"do:odoo:{picking}", []
    for ref in ("PO-B", "PO-A"):
        await bench.pass_time()
        change = Call("sale.order", "write", (order,), {"vals": {"client_order_ref": ref}}, writes=True)
        await bench.connector.session.call(change)
        found, cursor = await bench.drain(cursor)
        seen += [(fact.body.order.customer_order, fact.body.order.changed_at.at) for fact in found[subject]]
    assert [ref for ref, _ in seen] == ["PO-B", "PO-A"]
    assert seen[0][1] < seen[1][1]


@pytest.mark.req("A1", "N1")
async def test_a_cancelled_transfer_is_reported(bench):
    _, picking = await confirmed_order(bench)
    _, cursor = await bench.drain()
    await bench.pass_time()
    await bench.connector.session.call(Call("stock.picking", "action_cancel", (picking,), writes=True))
    found, _ = await bench.drain(cursor)
    [fact] = found[f"do:odoo:{picking}"]
    assert isinstance(fact.body, FulfilmentCancelled)


@pytest.mark.req("A1", "N1")
async def test_a_finished_transfer_does_not_start_again(bench):
    _, picking = await confirmed_order(bench)
    _, cursor = await bench.drain()
    await bench.pass_time()
    context = {"skip_backorder": True, "skip_sms": True}
    await bench.connector.session.call(
        Call("stock.picking", "button_validate", (picking,), context=context, writes=True)
    )
    found, _ = await bench.drain(cursor)
    assert f"do:odoo:{picking}" not in found
    fresh, _ = await bench.drain()
    assert f"do:odoo:{picking}" not in fresh


@pytest.mark.req("N1")
async def test_errors_become_verdicts(bench):
    session = bench.connector.session
    stranger = bench.another(key="0" * 40)
    assert isinstance(await stranger.fetch("deliveries", ""), Reauthenticate)
    gone = command(999_999_999, RecordNote("999999999", "x", "m"))
    assert isinstance(await bench.connector.send(gone, bench.documents), Park)
    calls = {
        Refuse: Call("stock.picking", "write", (1,), {"vals": {"no_such_field": 1}}, writes=True),
        Park: Call("ir.attachment", "create", None, {"vals_list": [{"res_model": "stock.picking"}]}, writes=True),
    }
    for kind, call in calls.items():
        with pytest.raises(Failed) as failed:
            await session.call(call)
        assert isinstance(failed.value.verdict, kind)
        assert "Traceback" not in failed.value.verdict.why.engineer
    with pytest.raises(Failed) as failed:
        await session.call(Call("ir.config_parameter", "search", arguments={"domain": []}))
    assert isinstance(failed.value.verdict, Park)
    assert failed.value.name == "AccessError"


@pytest.mark.req("K11", "N1")
async def test_parallel_writes_on_one_transfer_lose_nothing(bench):
    _, picking = await confirmed_order(bench)
    writers = [bench.another() for _ in range(4)]
    markers = [uuid.uuid4().hex[:16] for _ in writers]
    sends = [w.send(milestone(picking, m), bench.documents) for w, m in zip(writers, markers, strict=True)]
    sends += [w.send(await shipping(bench, picking, f"1Z{i}"), bench.documents) for i, w in enumerate(writers)]
    for verdict in await asyncio.gather(*sends):
        conflict = isinstance(verdict, Retry) and verdict.error_class is ErrorClass.CONFLICT
        assert isinstance(verdict, Done) or conflict
    _, files, notes = await written(bench, picking)
    assert len(notes) == 4
    assert sorted(files) == ["1Z0.pdf", "1Z1.pdf", "1Z2.pdf", "1Z3.pdf"]


@pytest.mark.req("N1")
async def test_check_says_what_was_found(bench):
    lines = await bench.connector.check()
    assert "Odoo " in lines[0]
    assert any("can be read" in line for line in lines)


async def test_relations_are_read_in_either_form():
    assert identifier([7, "x"]) == identifier(7) == 7
