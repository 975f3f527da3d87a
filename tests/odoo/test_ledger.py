"""The run of orders against books kept apart: its pure parts everywhere, a small one with kills on a real Odoo."""

import json
import os
import sys
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.endpoint.ledger.__main__ import main
from benchmarks.endpoint.ledger.audit import audit
from benchmarks.endpoint.ledger.books import Bill, order_book, stock_book
from benchmarks.endpoint.ledger.driving import FAILED, FINISHED, SHOP, failure_of, order_lives, subject_of
from benchmarks.endpoint.ledger.goods import STOCK, Good, goods
from benchmarks.endpoint.ledger.plain import Plain
from benchmarks.endpoint.ledger.run import read
from benchmarks.endpoint.ledger.scenario import Plan, PlannedLine, Portion, TakenBack, plans
from benchmarks.endpoint.ledger.script import marker_of, steps
from benchmarks.endpoint.ledger.yard import Terms

from crossdock.connectors.odoo.mapping.sales import InexactPrice, price_per
from crossdock.model.changes import SalesOrderChanged
from crossdock.model.events import CommandFailed, Event, RecordWritten, WrittenDocument
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.instants import stamp
from crossdock.model.item import Item
from crossdock.model.money import Money
from crossdock.model.party import Party
from crossdock.model.sales import SalesLine, SalesOrder
from crossdock.ports.process import Situation

NAMES = ("CROSSDOCK_ODOO_URL", "CROSSDOCK_ODOO_DB", "CROSSDOCK_ODOO_LOGIN", "CROSSDOCK_ODOO_KEY")
AT = stamp("2026-01-05T08:00:00Z")
NAIL = Good("NAIL", "DZN", "H87", Decimal(1) / 12, 7, Decimal(12), 9)
ROPE = Good("ROPE", "MTR", "MTR", Decimal(1), 333, Decimal("0.25"), 99)
WINE = Good("WINE", "H87", "H87", Decimal(1), 1999, Decimal(1), 20, ("A", "B"))
GOODS = (NAIL, ROPE, WINE)


def terms(*, per_line):
    return Terms({good.sku: Decimal(15) for good in GOODS}, per_line, "WH")


def shipment(nails, rope, *wine):
    lots = tuple((lot, Decimal(quantity)) for lot, quantity in zip("AB", wine, strict=False))
    return (Portion(Decimal(nails)), Portion(Decimal(rope)), Portion(sum(share for _, share in lots), lots))


def lines(nails=24, rope="1.25", wine=3):
    return (
        PlannedLine(NAIL, Decimal(nails)),
        PlannedLine(ROPE, Decimal(rope)),
        PlannedLine(WINE, Decimal(wine)),
    )


@pytest.mark.req("F2")
def test_the_books_of_an_order_in_two_parts_with_a_return_and_a_credit_note():
    parts = (shipment(12, "0.75", 1, 1), shipment(12, "0.5", 1))
    back = TakenBack(0, shipment(0, "0.25", 0, 1), refund=True, early=False)
    book = order_book(Plan("R", 0, lines(), False, parts, taken_back=back, credit=True), terms(per_line=True))
    assert book.transfers == {("outgoing", "done"): 2, ("incoming", "done"): 1}
    assert {sku: (line.ordered, line.delivered, line.invoiced, line.price) for sku, line in book.lines.items()} == {
        "NAIL": (2, 2, 2, Decimal("0.84")),
        "ROPE": (Decimal("1.25"), 1, 1, Decimal("3.33")),
        "WINE": (3, 2, 2, Decimal("19.99")),
    }
    # 1.68 + 4.16 (4.1625) + 59.97; tax of each line 0.25 (0.252), 0.62 (0.624), 9.00 (8.9955)
    assert book.bills[0] == Bill("out_invoice", 6581, 987, 7568)
    # 0.83 (0.8325) + 19.99; tax 0.12 (0.1245), 3.00 (2.9985)
    assert book.bills[1] == Bill("out_refund", 2082, 312, 2394)
    assert stock_book(GOODS, [book]) == {
        ("NAIL", ""): STOCK - 2, ("ROPE", ""): STOCK - 1, ("WINE", "A"): STOCK - 2, ("WINE", "B"): STOCK,
    }  # fmt: skip


@pytest.mark.req("F2")
def test_where_sums_are_rounded_the_cents_differ():
    plan = Plan("R", 0, lines(24, "0.75"), False, (shipment(24, "0.75", 3),))
    # 1.68 + 2.4975 + 59.97 = 64.1475, and 15 % of that is 9.622125; by line 0.25, 0.38 (0.375) and 9.00 (8.9955)
    assert order_book(plan, terms(per_line=False)).bills == [Bill("out_invoice", 6415, 962, 7377)]
    assert order_book(plan, terms(per_line=True)).bills == [Bill("out_invoice", 6415, 963, 7378)]


@pytest.mark.req("F5")
def test_a_scenario_is_the_same_again_and_longer_ones_begin_alike():
    wares = goods("test", 7)
    some = plans("test", 7, wares, 300)
    assert plans("test", 7, goods("test", 7), 120) == some[:120]
    assert plans("test", 8, wares, 120) != some[:120]
    for plan in some:
        if not plan.called_off:
            moved = [sum(part[at].quantity for part in plan.shipments) for at in range(len(plan.lines))]
            wanted = [line.wanted for line in plan.lines]
            assert all(a <= b for a, b in zip(moved, wanted, strict=True))
            assert (moved == wanted) == (plan.ending == "complete")
            assert all(
                sum(share for _, share in one.lots) in {0, one.quantity} for part in plan.shipments for one in part
            )
    kinds = {(len(plan.shipments), plan.ending, plan.billing, plan.credit) for plan in some}
    assert len(kinds) >= 12


def lives(plan, bodies):
    """The plan's process told ``bodies`` one after the other: every command it gave, and its last phase."""
    process, state, phase, given = order_lives("test", [plan]), b"", "", []
    for body in bodies:
        event = Event(str(len(given)), subject_of(plan.reference), 0, 1, body, AT, 0, 0, "", "", "0" * 32)
        decision = process.decide(Situation(FulfilmentState(), state, event, 0))
        state, phase = decision.state, decision.phase
        given += [order.name for order in decision.orders]
    return given, phase, failure_of({"order_lives": state})


def story(plan):
    """What the log says of an order that goes well: every command written, and the feed in between."""
    order = SalesOrder("so", SHOP, "1", "R", "draft", Party("x"), (), AT)
    fed = tuple(SalesLine(Item(line.good.sku), line.ordered, id=f"{at}") for at, line in enumerate(plan.lines))
    told = [SalesOrderChanged(order)]
    for step in steps(plan):
        made = (
            [WrittenDocument("sales_order", "7"), WrittenDocument("transfer", "70")] if step.kind != "complete" else []
        )
        made += [WrittenDocument("backorder", f"7{step.number + 1}")] if step.kind == "complete" else []
        told.append(RecordWritten("odoo", "x", marker_of(plan, step), tuple(made)))
        if step.kind == "confirm":
            told.append(SalesOrderChanged(SalesOrder("so", "odoo", "7", "S7", "draft", Party("x"), fed, AT)))
    return told


@pytest.mark.req("K1")
def test_every_life_is_driven_by_the_log_and_each_command_is_given_once():
    for plan in plans("test", 7, goods("test", 7), 200):
        told = story(plan)
        given, phase, _ = lives(plan, told)
        assert (given, phase) == ([step.name for step in steps(plan)], FINISHED)
        assert lives(plan, [one for body in told for one in (body, body)])[0] == given


@pytest.mark.req("K1")
def test_a_parked_command_stands_still_and_goes_on_when_it_is_retried():
    plan = plans("test", 7, goods("test", 7), 1)[0]
    told = story(plan)
    failure = CommandFailed("k", "odoo", "sales_order.place.v1", "Do something.", "it went wrong")
    given, phase, why = lives(plan, [told[0], failure])
    assert (given, phase, why) == (["place-0"], FAILED, "place-0: Do something. (it went wrong)")
    assert lives(plan, [told[0], failure, *told[1:]])[1:] == (FINISHED, "")


@pytest.mark.req("D5")
def test_a_price_per_piece_is_twelvefold_per_dozen_and_never_rounded():
    assert price_per(Money(7, "USD"), Decimal(24), Decimal(2)) == Money(84, "USD")
    assert price_per(Money(84, "USD"), Decimal(2), Decimal(24)) == Money(7, "USD")
    with pytest.raises(InexactPrice):
        price_per(Money(100, "USD"), Decimal(1), Decimal(12))


@pytest.mark.req("K1")
@pytest.mark.skipif(any(not os.environ.get(name) for name in NAMES), reason=f"no real Odoo given: {', '.join(NAMES)}")
async def test_odoos_books_are_ours_though_crossdock_is_killed_twice(tmp_path, capfd):
    code = await main(["--orders", "8", "--kills", "2", "--folder", str(tmp_path / "run"), "--json"])
    found = json.loads(capfd.readouterr().out)
    assert found["audit"]["differences"] == []
    assert (code, found["failures"]) == (0, {})
    assert len(found["diary"]["kills"]) == 2
    assert found["audit"]["documents"]["orders"] == 8
    assert found["audit"]["values"] > 200
    run = read(tmp_path / "run")
    plain = Plain(run.place())
    altered = tuple(msgspec.structs.replace(plan, called_off=not plan.called_off) for plan in run.plans[:1])
    wrong = audit(plain, run.asked.tag, run.goods, (*altered, *run.plans[1:]), run.asked.terms)
    assert run.plans[0].reference in {each.subject for each in wrong.differences if each.what == "state"}
