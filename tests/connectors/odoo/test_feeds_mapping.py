"""Pages of orders, transfers and removals as canonical facts: exact or reported, never guessed."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.connectors.odoo.mapping.pages import translate_page
from crossdock.connectors.odoo.wire import FORMAT, ORDERS_FORMAT, TRANSFERS_FORMAT
from crossdock.model.changes import DocumentRemoved
from crossdock.model.events import FulfilmentCancelled
from crossdock.model.identifiers import Reference
from crossdock.model.instants import Stamp
from crossdock.model.money import Money
from crossdock.model.transfers import LotQuantity

UNITS = [
    {"id": 1, "name": "Stück", "external_id": "uom.product_uom_unit"},
    {"id": 2, "name": "Dutzend", "external_id": "uom.product_uom_dozen"},
    {"id": 3, "name": "Karton"},
    {"id": 4, "name": "g", "external_id": "uom.product_uom_gram"},
    {"id": 5, "name": "kg", "external_id": "uom.product_uom_kgm"},
]
PRODUCTS = [
    {"id": 5, "uom_id": 1, "name": "Lamp", "default_code": "L-1", "barcode": "4006381333931"},
    {"id": 6, "uom_id": 5, "name": "Sand", "default_code": "S-1"},
    {"id": 7, "uom_id": 3, "name": "Odd", "default_code": "O-1"},
]
MOVE = {"id": 3, "product_id": 5, "product_uom": 2, "product_uom_qty": 2.0, "product_qty": 24.0, "quantity": 1.5}


def read(form, key, *documents, removed=()):
    body = {"format": form, "serie": "19.0", key: documents, "removed": removed}
    return translate_page("odoo", json.dumps(body).encode(), None)


def transfer(**changes):
    picking = {
        "id": 16, "name": "WH/IN/00007", "state": "done", "picking_type_code": "incoming", "backorder_id": 12,
        "return_id": 9, "scheduled_date": "2026-03-01 08:00:00", "date_done": "2026-03-02 09:30:00",
    }  # fmt: skip
    document = {
        "picking": {**picking, **changes.pop("picking", {})}, "changed_at": "2026-03-02 09:31:00", "company": "Us",
        "sale": "S00025", "purchase": "P00012", "source": "Vendors", "destination": "WH/Stock",
        "moves": [{**MOVE, "state": "done"}], "lines": [], "products": PRODUCTS, "units": UNITS,
    }  # fmt: skip
    return {**document, **changes}


def moved(**changes):
    found = read(TRANSFERS_FORMAT, "transfers", transfer(**changes))
    assert found.problems == ()
    return found.facts[0]


@pytest.mark.req("A1", "F6")
def test_a_receipt_says_what_it_is_of_and_what_was_moved():
    fact = moved()
    made = fact.body.transfer
    assert (made.id, made.direction, made.state, fact.subject) == ("tr:odoo:16", "incoming", "done", "tr:odoo:16")
    assert (made.backorder_of, made.return_of, made.sales_order, made.purchase_order) == ("12", "9", "S00025", "P00012")
    assert (made.source, made.destination, made.company) == ("Vendors", "WH/Stock", "Us")
    assert (made.planned_for, made.done_at) == (Stamp("2026-03-01T08:00:00Z"), Stamp("2026-03-02T09:30:00Z"))
    [line] = made.lines
    assert (line.id, line.demand, line.done, line.reserved, line.unit) == ("3", 24, 18, 0, "H87")
    assert fact.binds == (Reference("delivery_order", "WH/IN/00007", "odoo"),)


@pytest.mark.req("A1")
def test_an_outgoing_transfer_belongs_to_its_delivery_order():
    assert moved(picking={"picking_type_code": "outgoing"}).subject == "do:odoo:16"


@pytest.mark.req("F6")
def test_lots_add_up_in_the_unit_of_the_line():
    lines = [
        {"id": 1, "move_id": 3, "quantity_product_uom": 0.25, "lot": "B", "expires": "2027-01-01 00:00:00"},
        {"id": 2, "move_id": 3, "quantity_product_uom": 0.75, "lot": "A"},
        {"id": 3, "move_id": 3, "quantity_product_uom": 0.5, "lot": "B", "expires": "2027-01-01 00:00:00"},
        {"id": 4, "move_id": 3, "quantity_product_uom": 0.0, "lot": "C"},
    ]
    move = {**MOVE, "product_id": 6, "product_uom": 4, "product_uom_qty": 1500.0, "quantity": 1500.0, "state": "done"}
    [line] = moved(moves=[move], lines=lines).body.transfer.lines
    assert (line.unit, line.done) == ("GRM", 1500)
    assert line.lots == (
        LotQuantity("A", Decimal(750)),
        LotQuantity("B", Decimal(750), Stamp("2027-01-01T00:00:00Z")),
    )


def test_a_line_in_a_unit_made_by_hand_goes_by_the_products_own():
    lines = [{"id": 1, "move_id": 3, "quantity_product_uom": 48.0}]
    [line] = moved(moves=[{**MOVE, "product_uom": 3, "product_qty": 96.0}], lines=lines).body.transfer.lines
    assert (line.demand, line.reserved, line.unit) == (96, 48, "H87")


def test_cancelled_lines_are_left_out_of_a_transfer_that_goes_on():
    moves = [{**MOVE, "state": "done"}, {**MOVE, "id": 4, "state": "cancel"}]
    assert [line.id for line in moved(moves=moves).body.transfer.lines] == ["3"]
    assert len(moved(moves=moves, picking={"state": "cancel"}).body.transfer.lines) == 2


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"picking": {"picking_type_code": "dropship"}}, "/transfers/0/picking/picking_type_code"),
        ({"picking": {"state": "dreaming"}}, "/transfers/0/picking/state"),
        ({"moves": [{**MOVE, "product_id": 99}]}, "/transfers/0/moves/0/product_id"),
        ({"moves": [{**MOVE, "product_id": 7, "product_uom": 3}]}, "/transfers/0/moves/0/product_uom"),
        ({"changed_at": "soon"}, "/transfers/0"),
    ],
)
def test_what_has_no_exact_meaning_is_reported_and_stops_no_other(changes, pointer):
    found = read(TRANSFERS_FORMAT, "transfers", transfer(**changes), transfer())
    assert [problem.pointer for problem in found.problems] == [pointer]
    assert len(found.facts) == 1


def sales(**changes):
    line = {
        "id": 31, "product_id": 5, "product_uom": 2, "product_uom_qty": 2.0, "qty_delivered": 1.0, "qty_invoiced": 0.5,
        "price_reduce_taxexcl": 30.0, "name": "Lamp, green",
    }  # fmt: skip
    row = {
        "id": 25, "name": "S00025", "state": "sale", "origin": "shop-nl", "client_order_ref": "4711",
        "commitment_date": "2026-03-05 12:00:00", "delivery_status": "partial", "invoice_status": "to invoice",
        "picking_ids": [18, 16],
    }  # fmt: skip
    document = {
        "sale": {**row, **changes.pop("sale", {})}, "changed_at": "2026-03-02 09:31:00", "company": "Us",
        "currency": "EUR", "customer": {"partner": {"id": 1, "name": "Ann", "city": "Gent"}, "country": "BE"},
        "lines": [{**line, **changes.pop("line", {})}, {"id": 32, "name": "Thank you", "display_type": "line_note"}],
        "products": PRODUCTS, "units": UNITS,
    }  # fmt: skip
    return {**document, **changes}


def ordered(**changes):
    found = read(ORDERS_FORMAT, "orders", sales(**changes))
    assert found.problems == ()
    return found.facts[0]


@pytest.mark.req("A1")
def test_an_order_says_where_it_was_placed_and_what_became_of_it():
    fact = ordered()
    made = fact.body.order
    assert (made.id, made.state, made.channel, made.reference) == ("so:odoo:25", "confirmed", "shop-nl", "4711")
    assert (made.transfers, made.delivery_state, made.invoice_state) == (("16", "18"), "partial", "to invoice")
    assert (made.customer.name, made.currency, made.promised_for.at) == ("Ann", "EUR", "2026-03-05T12:00:00Z")
    [line] = made.lines
    assert (line.id, line.quantity, line.delivered, line.invoiced, line.unit) == ("31", 24, 12, 6, "H87")
    assert line.price == Money(250, "EUR"), "of a piece, where the dozen is 30"
    assert set(fact.binds) == {Reference("placed_order", name, "odoo") for name in ("S00025", "4711")}, (
        "a scan never finds it"
    )


def test_a_price_that_is_no_whole_number_of_cents_is_left_to_the_price_list():
    assert ordered(line={"price_reduce_taxexcl": 10.01}).body.order.lines[0].price is None
    assert ordered(line={"price_reduce_taxexcl": False}).body.order.lines[0].price is None


@pytest.mark.parametrize(("state", "told"), [("draft", "draft"), ("sent", "draft"), ("cancel", "cancelled")])
def test_states_of_orders(state, told):
    assert ordered(sale={"state": state}).body.order.state == told


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"sale": {"state": "dreaming"}}, "/orders/0/sale/state"),
        ({"line": {"product_uom": 3}}, "/orders/0/lines/0/product_uom"),
        ({"line": {"product_id": 99}}, "/orders/0/lines/0/product_id"),
    ],
)
def test_an_order_that_cannot_be_read_exactly_is_reported(changes, pointer):
    assert [problem.pointer for problem in read(ORDERS_FORMAT, "orders", sales(**changes)).problems] == [pointer]


@pytest.mark.req("A9")
@pytest.mark.parametrize(
    ("form", "key", "subject", "body"),
    [
        (FORMAT, "deliveries", "do:odoo:7", FulfilmentCancelled("do:odoo:7", "deleted")),
        (ORDERS_FORMAT, "orders", "so:odoo:7", DocumentRemoved("odoo", "sales_order", "7")),
        (TRANSFERS_FORMAT, "transfers", "tr:odoo:7", DocumentRemoved("odoo", "transfer", "7")),
    ],
)
def test_what_was_deleted_is_told_on_its_subject(form, key, subject, body):
    found = read(form, key, removed=[{"id": 7, "changed_at": "2026-03-02 09:31:00"}, {"id": "x"}])
    [fact] = found.facts
    assert (fact.subject, fact.body, fact.occurred.at) == (subject, body, "2026-03-02T09:31:00Z")
    assert [problem.pointer for problem in found.problems] == ["/removed/1"]


@given(st.sampled_from([FORMAT, ORDERS_FORMAT, TRANSFERS_FORMAT]), st.sampled_from(["deliveries", "orders", "other"]))
def test_a_page_that_lacks_its_documents_is_reported(form, key):
    found = read(form, key)
    fits = (form, key) in {(FORMAT, "deliveries"), (ORDERS_FORMAT, "orders")}
    assert bool(found.problems) != fits
