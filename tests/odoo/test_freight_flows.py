"""Freight bills and landed costs on a real Odoo, each once whatever answer is lost, to the cent."""

import uuid
from decimal import Decimal

import pytest

from crossdock.connectors.odoo.mapping.freight import BILL_COLUMNS, bill_rows, billed, major
from crossdock.model.billing import AllocateLandedCost, Charge, RecordFreightBill
from crossdock.model.instants import stamp
from crossdock.model.money import Money
from crossdock.model.party import Party
from crossdock.ports.verdicts import AlreadyDone, Done, Park, Refuse
from odoo.flow_bench import SERIES, flow_workbench
from real_odoo import every_loss

SKU = "XR-FREIGHT"
VENDOR = Party("XR forwarder", reference="XR-FF")
ON = stamp("2026-03-01")


@pytest.fixture(params=SERIES)
def bench(request):
    return flow_workbench(request.param, freight_product=SKU)


def marker():
    return uuid.uuid4().hex


async def known(bench):
    """The service charges are booked as, and the forwarder."""
    if not await bench.session.search("product.product", [("default_code", "=", SKU)]):
        await bench.create("product.product", name="XR freight", default_code=SKU, type="service")
    if not await bench.session.search("res.partner", [("ref", "=", "XR-FF")]):
        await bench.create("res.partner", name="XR forwarder", ref="XR-FF", is_company=True)


async def currency(bench):
    [row] = await bench.session.find("res.company", [], ["currency_id"], limit=1)
    return row["currency_id"][1]


def bill(code, reference="", **more):
    charges = (
        Charge("Ocean freight", Money(12345, code), code="100"),
        Charge("Fuel", Money(1010, code), Decimal("1.5")),
    )
    return RecordFreightBill(VENDOR, reference or f"XR-{marker()[:8]}", ON, charges, marker(), **more)


async def entered(bench, reference):
    rows = await bench.session.find(
        "account.move", [("ref", "=", reference)], ["state", "amount_untaxed", "invoice_date", "invoice_line_ids"]
    )
    return [(row["state"], row["amount_untaxed"], row["invoice_date"], len(row["invoice_line_ids"])) for row in rows]


@pytest.mark.req("A10", "F2", "N1")
async def test_a_bill_is_entered_and_posted_once_whatever_answer_is_lost(bench):
    await bench.warm()
    await known(bench)
    code = await currency(bench)

    async def prepare():
        body = bill(code, post=True)
        return body, body.reference

    async def ended(reference):
        return await entered(bench, reference)

    lost, story = await every_loss(bench, prepare, ended)
    assert lost >= 7
    assert await entered(bench, story.documents[0].name) == []
    assert story.documents[0].name.startswith("BILL/")


@pytest.mark.req("F2")
async def test_a_number_of_a_vendor_is_entered_once_whoever_did(bench):
    await known(bench)
    code = await currency(bench)
    body = bill(code)
    assert isinstance(await bench.send(body), Done)
    assert await entered(bench, body.reference) == [("draft", 138.6, "2026-03-01", 2)]
    twin = bill(code, body.reference)
    assert isinstance(await bench.send(twin), Done)
    assert len(await entered(bench, body.reference)) == 1
    assert isinstance(await bench.send(twin, 2), AlreadyDone)
    [vendor] = await bench.session.search("res.partner", [("ref", "=", "XR-FF")])
    reference = f"XR-{marker()[:8]}"
    lines = [[0, 0, {"name": "by hand", "quantity": 1, "price_unit": 99}]]
    await bench.create("account.move", move_type="in_invoice", partner_id=vendor, ref=reference, invoice_line_ids=lines)
    other = await bench.send(bill(code, reference))
    assert isinstance(other, Park)
    assert "99.0 instead of 138.60" in other.why.operator
    assert len(await entered(bench, reference)) == 1


@pytest.mark.req("F2")
async def test_a_bill_that_cannot_be_is_parked_and_not_entered(bench):
    await known(bench)
    code = await currency(bench)
    stranger = RecordFreightBill(Party("XR nobody"), "XR-1", ON, bill(code).charges, marker())
    assert isinstance(await bench.send(stranger), Park)
    mixed = RecordFreightBill(
        VENDOR, "XR-MIX", ON, (Charge("a", Money(1, "USD")), Charge("b", Money(1, "EUR"))), marker()
    )
    assert isinstance(await bench.send(mixed), Refuse)
    exotic = RecordFreightBill(VENDOR, "XR-EXO", ON, (Charge("a", Money(1, "XAF")),), marker())
    verdict = await bench.send(exotic)
    assert isinstance(verdict, Park)
    assert "XAF" in verdict.why.operator
    unset = await bench.send(bill(code, "XR-UNSET"), connector=bench.another(freight_product=""))
    assert isinstance(unset, Park)
    assert "freight_product" in unset.why.operator
    for reference in ("XR-MIX", "XR-EXO", "XR-UNSET"):
        assert await entered(bench, reference) == []


async def brought(bench):
    """Goods at average cost, received for 100.00: (product, receipt)."""
    found = await bench.session.search("product.category", [("name", "=", "XR average")])
    category = (
        found[0] if found else await bench.create("product.category", name="XR average", property_cost_method="average")
    )
    products = [(await bench.product(categ_id=category))[0] for _ in range(3)]
    [vendor] = await bench.session.search("res.partner", [("ref", "=", "XR-FF")])
    lines = [[0, 0, {"product_id": one, "product_qty": 10, "price_unit": 10}] for one in products]
    order = await bench.create("purchase.order", partner_id=vendor, order_line=lines)
    await bench.call("purchase.order", "button_confirm", (order,))
    [receipt] = (await bench.session.read("purchase.order", [order], ["picking_ids"]))[order]["picking_ids"]
    await bench.call("stock.picking", "button_validate", (receipt,), skip_backorder=True)
    return products, receipt


async def valued(bench, products):
    """What the goods are worth, to the cent."""
    field = "total_value" if "total_value" in await bench.session.fields("product.product") else "value_svl"
    rows = await bench.session.read("product.product", products, [field])
    return [round(Decimal(str(row[field])), 2) for row in rows.values()]


@pytest.mark.req("F2", "N1")
async def test_a_landed_cost_is_spread_once_whatever_answer_is_lost(bench):
    await bench.warm()
    await known(bench)
    code = await currency(bench)

    async def prepare():
        products, receipt = await brought(bench)
        charges = (Charge("Freight", Money(1000, code)), Charge("Fuel", Money(5, code), Decimal(2)))
        return AllocateLandedCost((str(receipt),), charges, marker(), split="by_quantity"), (products, receipt)

    async def ended(what):
        products, receipt = what
        costs = await bench.session.find(
            "stock.landed.cost", [("picking_ids", "in", [receipt])], ["state", "amount_total"]
        )
        return [(row["state"], row["amount_total"]) for row in costs], await valued(bench, products)

    lost, _ = await every_loss(bench, prepare, ended)
    assert lost >= 8
    body, what = await prepare()
    assert isinstance(await bench.send(body), Done)
    costs, values = await ended(what)
    assert costs == [("done", 10.1)]
    assert sum(values) == Decimal("310.10")


@pytest.mark.req("F2")
async def test_a_landed_cost_that_cannot_be_is_parked(bench):
    await known(bench)
    code = await currency(bench)
    missing = AllocateLandedCost(("999999999",), (Charge("Freight", Money(1000, code)),), marker())
    verdict = await bench.send(missing)
    assert isinstance(verdict, Park)
    assert "999999999" in verdict.why.operator
    products, receipt = await brought(bench)
    foreign = AllocateLandedCost((str(receipt),), (Charge("Freight", Money(1000, "XAF")),), marker())
    assert isinstance(await bench.send(foreign), Park)
    assert sum(await valued(bench, products)) == Decimal("300.00")


@pytest.mark.req("F2")
def test_amounts_stay_exact_to_the_text_odoo_reads():
    charges = (Charge("Fuel", Money(1005, "USD"), Decimal("1.5")), Charge("Toll", Money(333, "USD"), Decimal("0.1")))
    assert billed(charges) == Decimal("15.41")
    assert major(Money(5, "JPY")) == Decimal(5)
    rows = bill_rows(RecordFreightBill(VENDOR, "4711", ON, charges, "m1"), 49, 1, [7, 7])
    assert [row[-2:] for row in rows] == [["1.5", "10.05"], ["0.1", "3.33"]]
    assert rows[0][0] == "__crossdock__.bill_49_4711"
    assert {len(row) for row in rows} == {len(BILL_COLUMNS)}
    assert rows[1][:7] == [""] * 7
