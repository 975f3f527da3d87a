"""Four flows from a configuration, against books kept apart: the pure parts everywhere, a small run with a kill on a
real Odoo.
"""

import json
import os
import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.endpoint.flows.__main__ import main
from benchmarks.endpoint.flows.books import books, debt, purchase_book, sale_book
from benchmarks.endpoint.flows.house import House
from benchmarks.endpoint.flows.scenario import ARRIVALS, KINDS, STOCK, Back, Good, Purchase, Sale, scenario
from benchmarks.endpoint.ledger.books import Bill
from benchmarks.endpoint.ledger.plain import Place
from benchmarks.endpoint.ledger.yard import Terms

from crossdock.bootstrap import load

NAMES = ("CROSSDOCK_ODOO_URL", "CROSSDOCK_ODOO_DB", "CROSSDOCK_ODOO_LOGIN", "CROSSDOCK_ODOO_KEY")
ADMIN = ("CROSSDOCK_ODOO_ADMIN_LOGIN", "CROSSDOCK_ODOO_ADMIN_KEY")
MISSING = [name for name in (*NAMES, *ADMIN) if not os.environ.get(name)]
GOODS = {"DESK": Good("DESK", 24_001), "LAMP": Good("LAMP", 333)}


def terms(*, per_line=True):
    return Terms({sku: Decimal(15) for sku in GOODS}, per_line, "WH")


@pytest.mark.req("H1", "H2", "F6")
def test_the_books_of_a_sale_in_two_deliveries_of_which_some_comes_back_broken():
    back = Back({"LAMP": 2}, {"LAMP": 1})
    sale = Sale(0, "S", "damaged", 0, {"DESK": 1, "LAMP": 5}, ({"LAMP": 3}, {"DESK": 1, "LAMP": 2}), back=back)
    book = sale_book(sale, GOODS, terms())
    assert (book.delivered, book.out, book.back, book.scrapped) == (
        {"DESK": 1, "LAMP": 3}, {"LAMP": 5, "DESK": 1}, {"LAMP": 2}, {"LAMP": 1},
    )  # fmt: skip
    # 9.99 and 15 % of it, 1.4985; 240.01 + 6.66 and 36.0015 and 0.999 by line; 6.66 and 0.999 back
    assert book.bills == [
        Bill("out_invoice", 999, 150, 1_149),
        Bill("out_invoice", 24_667, 3_700, 28_367),
        Bill("out_refund", 666, 100, 766),
    ]
    assert book.transfers == [("incoming", "done"), ("outgoing", "done"), ("outgoing", "done")]
    assert book.invoiced == book.delivered


@pytest.mark.req("F8")
def test_what_nobody_fetched_is_never_billed():
    sale = Sale(0, "S", "unclaimed", 0, {"DESK": 2}, ({"DESK": 2},), back=Back({"DESK": 2}, {}))
    book = sale_book(sale, GOODS, terms())
    assert (book.bills, book.delivered) == ([], {"DESK": 0})


@pytest.mark.req("H3", "D9")
def test_the_books_of_a_purchase_that_comes_short_and_then_whole():
    book = purchase_book(Purchase(0, "P", "short", {"DESK": 10}, ({"DESK": 8}, {"DESK": 2}), {}))
    assert (book.received, book.transfers) == ({"DESK": 10}, 2)


@pytest.mark.req("F5")
def test_a_scenario_is_the_same_again_has_every_kind_and_adds_up():
    run = scenario("test", 7, 2 * len(KINDS), len(ARRIVALS))
    assert run == scenario("test", 7, 2 * len(KINDS), len(ARRIVALS))
    assert scenario("test", 7, 5, 2).sales == run.sales[:5]
    assert {sale.kind for sale in run.sales} == set(KINDS)
    assert {each.kind for each in run.purchases} == set(ARRIVALS)
    for sale in run.sales:
        sent = {sku: sum(part.get(sku, 0) for part in sale.deliveries) for sku in sale.lines}
        assert (sent == sale.lines) == (sale.kind != "given_up")
        assert all(sum(part.values()) > 0 for part in sale.deliveries)
        if sale.back:
            assert all(quantity <= sale.deliveries[0][sku] for sku, quantity in sale.back.lines.items())
            assert all(quantity <= sale.back.lines[sku] for sku, quantity in sale.back.damaged.items())
    rates = Terms({good.sku: Decimal(15) for good in run.goods}, per_line=True, warehouse="WH")
    found = books(run, rates)
    billed = sum(
        (1 if bill.kind == "out_invoice" else -1) * bill.total for b in found.sales.values() for bill in b.bills
    )
    assert sum(found.receivable.values()) == billed
    came = sum(sum(each.received.values()) for each in found.purchases.values())
    left = sum(sum(b.out.values()) - sum(b.back.values()) + sum(b.scrapped.values()) for b in found.sales.values())
    assert sum(found.stock.values()) == STOCK * len(run.goods) + came - left
    assert debt(rates, run.goods[0].sku) == Bill("out_invoice", 50_000, 7_500, 57_500)


@pytest.mark.req("H1")
def test_the_configuration_of_a_run_has_no_fault(tmp_path):
    house = House(tmp_path)
    house.furnish(Place("http://127.0.0.1:1", "db", "crossdock", "key"), {"warehouse": 2, "easypost": 3}, "WH")
    installation, faults = load(tmp_path / "crossdock.yaml")
    assert faults == ()
    assert installation is not None
    assert {plan.id for plan in installation.plans} == {"odoo", "north3pl", "post"}


@pytest.mark.req("H1", "H2", "H3", "H5", "K1")
@pytest.mark.skipif(bool(MISSING), reason=f"no real Odoo given: set {', '.join(MISSING)}")
async def test_ledgers_of_odoo_are_ours_though_crossdock_is_killed_on_the_way(tmp_path, capfd):
    code = await main(
        ["--sales", "10", "--purchases", "5", "--kills", "2", "--folder", str(tmp_path / "run"), "--json"]
    )
    found = json.loads(capfd.readouterr().out)
    assert found["audit"]["differences"] == []
    assert (code, found["stuck"], found["parked"]) == (0, {}, [])
    assert len(found["kills"]) == 2
    assert found["audit"]["documents"]["sales"] == 10
    assert found["audit"]["values"] > 200
