"""Invoices and credit notes in a real Odoo: each once, whoever asks how often and wherever it breaks off."""

from decimal import Decimal

import pytest

from crossdock.model.billing import IssueCreditNote, IssueInvoice
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.transfers import CompleteTransfer, MovedLine, ReturnTransfer
from odoo.flow_steps import call, every_death, every_loss, line, order, parked, product, row, rows, send, tag

BILL = ("move_type", "state", "amount_untaxed", "payment_state", "name", "invoice_date", "ref")


async def delivered(bench, sku, ordered=10, shipped=None):
    """An order at 5.00 each, shipped: (order id, transfer id)."""
    documents = await send(bench, order(line(sku, ordered, "5.00")))
    [(transfer, _)] = documents["transfer"]
    if shipped != 0:
        lines = (MovedLine(Item(sku), Decimal(shipped)),) if shipped else ()
        await send(bench, CompleteTransfer(transfer, tag(), lines))
    return documents["sales_order"][0][0], transfer


async def taken_back(bench, sku, transfer, quantity):
    await send(bench, ReturnTransfer(transfer, (MovedLine(Item(sku), Decimal(quantity)),), tag()))


async def bills(bench, order_id):
    """[(kind, state, untaxed amount)] of an order, oldest first."""
    found = await row(bench, "sale.order", int(order_id), "invoice_ids")
    made = await rows(bench, "account.move", [("id", "in", found["invoice_ids"])], *BILL)
    return [(each["move_type"], each["state"], each["amount_untaxed"]) for each in made]


@pytest.fixture
async def sku(bench):
    return (await product(bench, 5000))[1]


def invoice(order_id, **more):
    return IssueInvoice(order_id, tag(), **more)


def credit(order_id, **more):
    return IssueCreditNote(order_id, tag(), **more)


@pytest.mark.req("G5", "D2")
async def test_two_proofs_of_delivery_make_one_posted_invoice(bench, sku):
    order_id, _ = await delivered(bench, sku)
    first = await send(bench, invoice(order_id, invoiced_on=stamp("2026-11-19")))
    again = await send(bench, invoice(order_id, invoiced_on=stamp("2026-11-20")))
    assert await bills(bench, order_id) == [("out_invoice", "posted", 50.0)]
    assert first == again
    [(bill, name)] = first["invoice"]
    found = await row(bench, "account.move", int(bill), *BILL)
    assert (found["name"], found["invoice_date"]) == (name, "2026-11-19")


@pytest.mark.req("G5")
async def test_each_delivery_is_invoiced_as_it_goes(bench, sku):
    order_id, transfer = await delivered(bench, sku, shipped=4)
    await send(bench, invoice(order_id))
    [rest] = await rows(bench, "stock.picking", [("backorder_id", "=", int(transfer))], "id")
    await send(bench, CompleteTransfer(str(rest["id"]), tag()))
    second = await send(bench, invoice(order_id))
    assert await bills(bench, order_id) == [("out_invoice", "posted", 20.0), ("out_invoice", "posted", 30.0)]
    assert len(second["invoice"]) == 1


@pytest.mark.req("G5")
async def test_what_was_not_delivered_is_not_invoiced(bench, sku):
    order_id, _ = await delivered(bench, sku, shipped=0)
    assert "Nothing of the sales order" in await parked(bench, invoice(order_id))
    draft = await send(bench, order(line(sku, 1, "5.00"), confirm=False))
    assert "is not confirmed" in await parked(bench, invoice(draft["sales_order"][0][0]))
    assert await bills(bench, order_id) == []


@pytest.mark.req("G5")
async def test_a_draft_is_left_a_draft_where_it_is_to_be_and_posted_later(bench, sku):
    order_id, _ = await delivered(bench, sku)
    await send(bench, invoice(order_id, post=False))
    assert await bills(bench, order_id) == [("out_invoice", "draft", 50.0)]
    await send(bench, invoice(order_id))
    assert await bills(bench, order_id) == [("out_invoice", "posted", 50.0)]


@pytest.mark.req("G5")
async def test_a_draft_of_somebody_else_is_theirs(bench, sku):
    if bench.wire.inner:
        pytest.skip("a simulated bench has nobody else in it")
    order_id, _ = await delivered(bench, sku)
    values = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [int(order_id)]]]}
    answer = await call(bench, "sale.advance.payment.inv", "create", vals_list=[values])
    wizard = answer if isinstance(answer, list) else [answer]
    await call(bench, "sale.advance.payment.inv", "create_invoices", wizard)
    said = await parked(bench, invoice(order_id))
    assert "somebody's work" in said
    assert await bills(bench, order_id) == [("out_invoice", "draft", 50.0)]


@pytest.mark.req("G5")
async def test_an_invoice_over_several_orders_counts_for_each(bench, sku):
    buyer = order(line(sku, 1)).customer
    ids = []
    for _ in range(2):
        placed = await send(bench, order(line(sku, 2, "5.00"), customer=buyer))
        await send(bench, CompleteTransfer(placed["transfer"][0][0], tag()))
        ids.append(int(placed["sales_order"][0][0]))
    values = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, ids]]}
    answer = await call(bench, "sale.advance.payment.inv", "create", vals_list=[values])
    wizard = answer if isinstance(answer, list) else [answer]
    await call(bench, "sale.advance.payment.inv", "create_invoices", wizard)
    [shared] = (await row(bench, "sale.order", ids[0], "invoice_ids"))["invoice_ids"]
    await call(bench, "account.move", "action_post", [shared])
    for order_id in ids:
        assert (await send(bench, invoice(str(order_id))))["invoice"][0][0] == str(shared)
        assert await bills(bench, order_id) == [("out_invoice", "posted", 20.0)]


@pytest.mark.req("G5", "D2")
async def test_a_reversed_invoice_is_not_made_again_by_a_late_proof(bench, sku):
    order_id, _ = await delivered(bench, sku)
    first = await send(bench, invoice(order_id))
    bill = int(first["invoice"][0][0])
    journal = (await row(bench, "account.move", bill, "journal_id"))["journal_id"]
    about = {"active_model": "account.move", "active_ids": [bill]}
    values = {"reason": "wrong price", "journal_id": journal}
    answer = await call(bench, "account.move.reversal", "create", context=about, vals_list=[values])
    wizard = answer if isinstance(answer, list) else [answer]
    made = await call(bench, "account.move.reversal", "refund_moves", wizard, context=about)
    await call(bench, "account.move", "action_post", [made["res_id"]])
    assert "was reversed" in await parked(bench, invoice(order_id))
    assert [each[0] for each in await bills(bench, order_id)] == ["out_invoice", "out_refund"]


@pytest.mark.req("A13", "F6")
async def test_what_came_back_is_credited_once(bench, sku):
    order_id, transfer = await delivered(bench, sku)
    await send(bench, invoice(order_id))
    assert "nothing to credit" in await parked(bench, credit(order_id))
    await taken_back(bench, sku, transfer, 3)
    first = await send(bench, credit(order_id, reason="three were damaged"))
    assert await send(bench, credit(order_id)) == first
    expected = [("out_invoice", "posted", 50.0), ("out_refund", "posted", 15.0)]
    assert await bills(bench, order_id) == expected
    [(bill, _)] = first["credit_note"]
    assert (await row(bench, "account.move", int(bill), "ref"))["ref"] == "three were damaged"
    await taken_back(bench, sku, transfer, 1)
    second = await send(bench, credit(order_id))
    assert await bills(bench, order_id) == [*expected, ("out_refund", "posted", 5.0)]
    assert second["credit_note"] != first["credit_note"]
    assert len(second["credit_note"]) == 1


@pytest.mark.req("A13", "G5")
async def test_what_came_back_before_it_was_invoiced_is_neither_invoiced_nor_credited(bench, sku):
    order_id, transfer = await delivered(bench, sku)
    await taken_back(bench, sku, transfer, 3)
    await send(bench, invoice(order_id))
    assert await bills(bench, order_id) == [("out_invoice", "posted", 35.0)]
    assert "nothing to credit" in await parked(bench, credit(order_id))


@pytest.mark.req("A13", "G5")
async def test_invoice_and_credit_note_do_not_mix(bench):
    first, second = (await product(bench, 50))[1], (await product(bench, 50))[1]
    placed = await send(bench, order(line(first, 10, "5.00"), line(second, 10, "5.00")))
    [(transfer, _)] = placed["transfer"]
    order_id = placed["sales_order"][0][0]
    documents = await send(bench, CompleteTransfer(transfer, tag(), (MovedLine(Item(first), Decimal(10)),)))
    await send(bench, invoice(order_id))
    await taken_back(bench, first, transfer, 4)
    await send(bench, CompleteTransfer(documents["backorder"][0][0], tag()))
    assert "issue the invoice first" in await parked(bench, credit(order_id))
    await send(bench, invoice(order_id))
    await send(bench, credit(order_id))
    kinds = [("out_invoice", "posted", 50.0), ("out_invoice", "posted", 50.0), ("out_refund", "posted", 20.0)]
    assert await bills(bench, order_id) == kinds


@pytest.mark.req("G5", "E8")
async def test_an_invoice_is_one_whichever_answer_is_lost(bench, sku):
    async def prepare():
        order_id, _ = await delivered(bench, sku)
        return invoice(order_id, invoiced_on=stamp("2026-11-19")), order_id

    calls, tried = await every_loss(bench, prepare, lambda order_id: bills(bench, order_id))
    assert tried >= 10
    assert await every_death(bench, prepare, lambda order_id: bills(bench, order_id)) >= 10
    print(f"invoice: {calls} calls, {tried} losses")  # noqa: T201


@pytest.mark.req("A13", "E8")
async def test_a_credit_note_is_one_whichever_answer_is_lost(bench, sku):
    async def prepare():
        order_id, transfer = await delivered(bench, sku)
        await send(bench, invoice(order_id))
        await taken_back(bench, sku, transfer, 3)
        return credit(order_id, reason="damaged"), order_id

    calls, tried = await every_loss(bench, prepare, lambda order_id: bills(bench, order_id))
    assert tried >= 10
    assert await every_death(bench, prepare, lambda order_id: bills(bench, order_id)) >= 10
    print(f"credit note: {calls} calls, {tried} losses")  # noqa: T201
