"""What a customer owes and may owe, read from its record in Odoo: every part counted once."""

import uuid

import msgspec
import pytest

from crossdock.connectors.odoo.connector import build
from crossdock.model.money import Money
from crossdock.model.releasing import CreditStanding
from crossdock.model.transfers import CompleteTransfer
from crossdock.ports.spec import Surroundings
from odoo.flow_steps import call, made, product, row, rows, send
from odoo.test_delivered_to_invoiced import read_delivery


def watching(bench):
    """A connector of its own that reads what customers owe."""
    config = msgspec.structs.replace(bench.config, credit=True)
    return build(Surroundings("odoo", config, bench.wire, bench.clock, bench.keyring))


async def customer(bench, limit):
    name = f"XS Debtor {uuid.uuid4().hex[:8]}"
    us = await rows(bench, "res.country", [("code", "=", "US")], "name")
    where = {"street": "1 Debt Street", "city": "Austin", "zip": "73301", "country_id": us[0]["id"]}
    found = await made(bench, "res.partner", {"name": name, "is_company": True, **where})
    await call(bench, "res.partner", "write", [found], vals={"credit_limit": limit})
    return found


async def sold(bench, who, item, quantity):
    """The transfer of an order, confirmed by a person."""
    line = [0, 0, {"product_id": item, "product_uom_qty": quantity, "price_unit": 5.0}]
    order = await made(bench, "sale.order", {"partner_id": who, "order_line": [line]})
    await call(bench, "sale.order", "action_confirm", [order])
    return (await row(bench, "sale.order", order, "picking_ids"))["picking_ids"][0]


async def owed(bench, who, item, amount):
    """A posted invoice that nobody has paid."""
    line = [0, 0, {"product_id": item, "name": "Earlier", "quantity": 1.0, "price_unit": amount}]
    values = {"move_type": "out_invoice", "partner_id": who, "invoice_line_ids": [line]}
    await call(bench, "account.move", "action_post", [await made(bench, "account.move", values)])


@pytest.mark.req("G9", "N1")
@pytest.mark.parametrize("policy", ["delivery", "order"])
async def test_unpaid_delivered_and_ordered_goods_count_once_each(bench, policy):
    if bench.wire.inner and not (await bench.connector.session.version()).startswith(("18", "19")):
        pytest.skip("what is owed is compared on the versions it was measured on")
    item, _ = await product(bench, 50, policy=policy)
    who = await customer(bench, 100.0)
    await owed(bench, who, item, 30.0)
    first = await sold(bench, who, item, 2)
    bench.connector = watching(bench)
    asked = await read_delivery(bench, first)
    assert asked.body.order.credit == CreditStanding(Money(4_000, "USD"), Money(10_000, "USD"))
    await send(bench, CompleteTransfer(str(first), uuid.uuid4().hex[:16]))
    second = await sold(bench, who, item, 3)
    await bench.pass_time()
    asked = await read_delivery(bench, second)
    assert asked.body.order.credit == CreditStanding(Money(5_500, "USD"), Money(10_000, "USD"))
