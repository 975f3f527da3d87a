"""What customers owe and may owe comes with their deliveries, where configuration asks for it."""

import pytest
from odoo_bench import Bench

from crossdock.model.events import FulfilmentRequested
from crossdock.model.money import money
from crossdock.model.releasing import CreditStanding
from crossdock.ports.connector import Page


def invoice(bench, customer, amount):
    line = [0, 0, {"name": "Earlier", "quantity": 1.0, "price_unit": amount}]
    values = {"move_type": "out_invoice", "partner_id": customer, "invoice_line_ids": [line]}
    made = bench.control("create", model="account.move", values=values)
    bench.control("call", model="account.move", method="action_post", ids=made)
    return made


async def standing(bench):
    [fact] = [each for each in (await bench.drain())[0] if isinstance(each.body, FulfilmentRequested)]
    return fact.body.order.credit


def ordered(bench, limit):
    """One order, and the customer's limit."""
    [picking] = bench.control("confirm_orders", n=1)
    customer = bench.simulator.database.rows["stock.picking"][picking]["partner_id"]
    bench.control("write", model="res.partner", ids=[customer], values={"credit_limit": limit})
    return customer


@pytest.mark.req("G9")
@pytest.mark.parametrize("serie", ["18.0", "19.0"])
async def test_unpaid_invoices_and_orders_that_are_not_invoiced_count(serie):
    bench = Bench(serie, credit=True)
    customer = ordered(bench, 500.0)
    lines = bench.simulator.database.rows["sale.order.line"].values()
    bought = sum(line["product_uom_qty"] * line["price_unit"] for line in lines)
    paid = invoice(bench, customer, 70.0)
    bench.control("write", model="account.move", ids=paid, values={"payment_state": "paid"})
    invoice(bench, customer, 30.25)
    assert await standing(bench) == CreditStanding(money(str(bought + 30.25), "USD"), money("500", "USD"))


@pytest.mark.req("G9")
@pytest.mark.parametrize("policy", ["order", "delivery"])
@pytest.mark.parametrize("serie", ["18.0", "19.0"])
async def test_ordered_goods_count_once_however_they_are_invoiced(serie, policy):
    """Odoo's own figure leaves out what is invoiced by delivery until it has left."""
    bench = Bench(serie, credit=True)
    ordered(bench, 500.0)
    rows = bench.simulator.database.rows
    products = [line["product_id"] for line in rows["sale.order.line"].values()]
    bench.control("write", model="product.product", ids=products, values={"invoice_policy": policy})
    bought = sum(line["product_uom_qty"] * line["price_unit"] for line in rows["sale.order.line"].values())
    assert bought > 0
    assert (await standing(bench)).exposure == money(str(bought), "USD")


@pytest.mark.req("G9")
async def test_what_will_not_leave_any_more_is_no_longer_owed():
    bench = Bench(credit=True)
    [one, two] = bench.control("confirm_orders", n=2)
    rows = bench.simulator.database.rows
    customer = rows["stock.picking"][two]["partner_id"]
    for row in rows["sale.order"].values():
        row["partner_id"] = customer
    bench.control("write", model="res.partner", ids=[customer], values={"credit_limit": 500.0})
    lines = list(rows["sale.order.line"].values())
    bench.control("write", model="product.product", ids=[line["product_id"] for line in lines],
                  values={"invoice_policy": "delivery"})  # fmt: skip
    given_up = [line for line in lines if rows["stock.picking"][one]["sale_id"] == line["order_id"]]
    before = (await standing_of(bench, two)).exposure
    bench.control("call", model="stock.picking", method="action_cancel", ids=[one])
    after = (await standing_of(bench, two)).exposure
    assert before.amount - after.amount == round(
        100 * sum(line["product_uom_qty"] * line["price_unit"] for line in given_up)
    )


async def standing_of(bench, picking):
    facts = (await bench.drain())[0]
    return next(each for each in facts if each.subject == f"do:odoo:{picking}").body.order.credit


@pytest.mark.req("G9")
async def test_a_customer_without_a_limit_has_no_standing_and_nobody_asks_where_it_is_off():
    bench = Bench(credit=True)
    ordered(bench, 0.0)
    assert await standing(bench) is None
    bench = Bench()
    ordered(bench, 500.0)
    assert await standing(bench) is None


@pytest.mark.req("G9")
async def test_what_may_not_be_read_keeps_orders_from_going_unlooked_at():
    bench = Bench(credit=True)
    ordered(bench, 500.0)
    told = {"model": "res.partner", "method": "read", "name": "odoo.exceptions.AccessError", "message": "not yours"}
    session = bench.connector.session
    read, fields = session.read, session.fields

    async def refused(model, ids, wanted):
        if "credit_limit" in wanted:
            bench.control("fail_next", **told)
        return await read(model, ids, wanted)

    async def hidden(model):
        return {name: told for name, told in (await fields(model)).items() if "credit" not in name}

    for name, stands_in in (("read", refused), ("fields", hidden)):
        setattr(session, name, stands_in)
        stopped = await bench.connector.fetch("deliveries", "")
        assert not isinstance(stopped, Page)
        assert "Invoicing / Billing" in stopped.why.operator
        assert "res.partner" in stopped.why.engineer
        session.read, session.fields = read, fields
    assert (await standing(bench)).limit == money("500", "USD"), "given the right, it goes on"
