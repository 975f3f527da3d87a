"""Deliveries as canonical orders: exact or reported, never guessed; and the doors of the connector."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo_bench import Bench

from crossdock.connectors.odoo.mapping.pages import translate_page
from crossdock.connectors.odoo.mapping.units import UnknownUnit, measure_of, weight_of
from crossdock.connectors.odoo.mapping.writing import marker_text, note_html
from crossdock.connectors.odoo.wire import FORMAT, Unit
from crossdock.model.identifiers import Reference
from crossdock.model.rules import problems_of
from crossdock.model.units import Measure
from crossdock.ports.connector import Received, Rejected, Verified


def document(**changes):
    delivery = {
        "picking": {"id": 16, "name": "WH/OUT/00011", "state": "assigned", "date_deadline": False},
        "changed_at": "2026-03-01 08:15:00",
        "company": "Us",
        "sale": {"id": 7, "name": "SO0007", "client_order_ref": "PO-1"},
        "ship_to": {
            "partner": {"id": 1, "name": "Ann", "street": "1 Road", "city": "Gent", "zip": "9000", "lang": "nl_BE"},
            "parent": "Acme",
            "country": "BE",
        },
        "ship_from": None,
        "moves": [{"id": 3, "product_id": 5, "product_uom": 2, "product_uom_qty": 2.0, "product_qty": 24.0}],
        "lines": [],
        "packages": [],
        "products": [
            {"id": 5, "uom_id": 1, "name": "Lamp", "default_code": "L-1", "barcode": "4006381333931", "weight": 0.1}
        ],
        "units": [
            {"id": 1, "name": "Stück", "external_id": "uom.product_uom_unit"},
            {"id": 2, "name": "Dutzend", "external_id": "uom.product_uom_dozen"},
        ],
    }
    delivery.update(changes)
    return delivery


def translate(*deliveries, default=None):
    body = json.dumps({"format": FORMAT, "serie": "19.0", "deliveries": deliveries}).encode()
    return translate_page("odoo", body, default)


def order(*deliveries, default=None):
    read = translate(*deliveries, default=default)
    assert read.problems == ()
    return read.facts[0].body.order


@pytest.mark.req("A1")
def test_a_transfer_becomes_an_order_with_its_names():
    read = translate(document())
    [fact] = read.facts
    made = fact.body.order
    assert (made.id, made.external_id, made.name) == ("do:odoo:16", "16", "WH/OUT/00011")
    assert (made.sales_order, made.customer_order) == ("SO0007", "PO-1")
    assert made.changed_at.at == "2026-03-01T08:15:00Z"
    assert (made.ship_to.name, made.ship_to.company, made.ship_to.language) == ("Ann", "Acme", "nl-BE")
    assert made.ship_to.address.country == "BE"
    assert (made.lines[0].quantity, made.lines[0].unit) == (Decimal(24), "H87")
    assert (made.lines[0].item.sku, made.lines[0].item.gtin) == ("L-1", "4006381333931")
    assert made.packages[0].id == "P1"
    assert made.packages[0].weight == Measure(Decimal("2.4"), "KGM")
    assert set(fact.binds) == {
        Reference("delivery_order", "WH/OUT/00011", "odoo"),
        Reference("sales_order", "SO0007", "odoo"),
        Reference("customer_order", "PO-1", "odoo"),
    }


@pytest.mark.req("A1")
def test_packages_carry_their_weight_and_sscc():
    lines = [
        {"id": 1, "product_id": 5, "move_id": 3, "quantity_product_uom": 10.0, "result_package_id": 8, "lot": "L1"},
        {"id": 2, "product_id": 5, "move_id": 3, "quantity_product_uom": 14.0, "result_package_id": 9},
    ]
    packages = [
        {"id": 8, "name": "003456789012345670", "shipping_weight": 3.5},
        {"id": 9, "name": "PACK0000009", "shipping_weight": 0.0},
    ]
    read = translate(document(lines=lines, packages=packages))
    first, second = read.facts[0].body.order.packages
    assert (first.id, first.sscc, first.weight.value) == ("8", "003456789012345670", Decimal("3.5"))
    assert (second.id, second.sscc, second.weight.value) == ("9", "", Decimal("1.4"))
    assert Reference("sscc", "003456789012345670") in read.facts[0].binds
    assert read.facts[0].body.order.lines[0].lots == ("L1",)


def test_nested_packages_are_labelled_once_on_the_outside():
    lines = [{"id": 1, "product_id": 5, "move_id": 3, "quantity_product_uom": 24.0, "result_package_id": 8}]
    packages = [{"id": 8, "name": "INNER", "outermost_package_id": 9}, {"id": 9, "name": "PALLET"}]
    assert [parcel.name for parcel in order(document(lines=lines, packages=packages)).packages] == ["PALLET"]


def test_a_missing_weight_takes_the_default_or_waits():
    weightless = document(products=[{**document()["products"][0], "weight": 0.0}])
    assert order(weightless, default=Decimal("0.5")).packages[0].weight.value == Decimal("0.5")
    assert "weight.missing" in {problem.kind for problem in problems_of(order(weightless))}


@pytest.mark.req("A3")
async def test_bad_demo_orders_are_business_problems_not_errors():
    bench = Bench()
    bench.control("confirm_orders", n=3, bad={"1": "postcode", "2": "sku"})
    facts, problems, _, _ = await bench.drain()
    assert problems == []
    found = [{problem.kind for problem in problems_of(fact.body.order)} for fact in facts]
    assert found == [{"address.incomplete"}, {"sku.unknown"}, set()]


@pytest.mark.req("M13")
def test_an_unknown_unit_is_reported_with_its_place_and_the_others_go_on():
    odd = document(units=[{"id": 1, "name": "Stück", "external_id": ""}, {"id": 2, "name": "Kist", "external_id": ""}])
    read = translate(odd, document())
    assert len(read.facts) == 1
    [problem] = read.problems
    assert problem.pointer == "/deliveries/0/moves/0/product_uom"
    assert "Stück" in problem.why.engineer


def test_a_unit_made_by_hand_goes_by_the_products_own():
    units = [document()["units"][0], {"id": 2, "name": "Box of 12", "external_id": ""}]
    assert order(document(units=units)).lines[0].quantity == Decimal(24)


def test_units_are_exact_or_refused():
    assert measure_of(Decimal("0.3"), Unit(1, "x", "uom.product_uom_ton")) == Measure(Decimal(300), "KGM")
    assert weight_of(Decimal(2), "lb") == Measure(Decimal("0.90718474"), "KGM")
    with pytest.raises(UnknownUnit):
        weight_of(Decimal(1), "stone")


def test_a_cancelled_transfer_says_so():
    read = translate({"picking": {"id": 16, "name": "x", "state": "cancel"}, "changed_at": "2026-03-01 08:15:00"})
    assert read.facts[0].body.order_id == "do:odoo:16"


@pytest.mark.parametrize("state", ["draft", "waiting", "confirmed", "done"])
def test_other_states_are_not_guessed(state):
    read = translate(document(picking={"id": 1, "name": "x", "state": state}))
    assert read.facts == ()
    assert read.problems[0].pointer == "/deliveries/0/picking/state"


@pytest.mark.req("M13")
@given(st.binary(max_size=300), st.sampled_from(["deliveries", "file", "other"]))
def test_translate_never_raises_on_bytes(body, channel):
    read = Bench().connector.translate(Received(channel, body, {}, 0))
    assert read.facts == ()
    assert read.problems


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.req("M13")
@given(st.sampled_from(sorted(document())), json_values)
def test_translate_never_raises_on_a_field_gone_wrong(field, value):
    read = translate(document(**{field: value}))
    assert len(read.facts) + len(read.problems) == 1


@given(st.dictionaries(st.sampled_from(sorted(document()["moves"][0])), json_values, max_size=3))
def test_translate_never_raises_on_a_line_gone_wrong(changes):
    read = translate(document(moves=[{**document()["moves"][0], **changes}]))
    assert len(read.facts) + len(read.problems) == 1


@pytest.mark.req("I2")
@pytest.mark.parametrize(
    "message",
    [
        Received("deliveries", b"{}", {}, 0, path="/in/odoo/deliveries?key=s3cret-of-hook"),
        Received("deliveries", b"\xff", {}, 0, path="/in/odoo/deliveries/s3cret-of-hook"),
        Received("deliveries", b"", {"x-crossdock-key": "s3cret-of-hook"}, 0, path="/in/odoo/deliveries"),
    ],
)
def test_a_webhook_with_the_secret_is_a_hint(message):
    bench = Bench(webhook_secret="secret://env/HOOK")
    assert bench.connector.verify(message, 0) == Verified(hint="deliveries")


@given(st.binary(max_size=50), st.text(max_size=30), st.dictionaries(st.text(max_size=5), st.text(max_size=9)))
def test_verify_never_raises_and_lets_nobody_in(body, path, headers):
    bench = Bench(webhook_secret="secret://env/HOOK")
    verdict = bench.connector.verify(Received("deliveries", body, headers, 0, path=path), 0)
    assert isinstance(verdict, Rejected)
    assert verdict.status == 401


def test_without_a_secret_no_webhook_is_taken():
    assert isinstance(Bench().connector.verify(Received("deliveries", b"", {}, 0, path="/x?key="), 0), Rejected)


def test_markers_close_and_notes_escape():
    assert marker_text("ab:1") not in marker_text("ab:12")
    assert "<b>" not in note_html("<b>bold</b>", "m")
    assert marker_text("with space & sign").startswith("[crossdock:")


@pytest.mark.req("C2")
def test_goods_for_another_country_come_with_their_value_and_what_is_in_each_package():
    moves = [{**document()["moves"][0], "sale_line_id": 4}]
    sold = [{"id": 4, "product_uom": 2, "price_reduce_taxexcl": 9.995, "currency": "EUR"}]
    lines = [
        {"id": 1, "product_id": 5, "move_id": 3, "quantity_product_uom": 10.0, "result_package_id": 8},
        {"id": 2, "product_id": 5, "move_id": 3, "quantity_product_uom": 14.0, "result_package_id": 9},
    ]
    packages = [{"id": 8, "name": "PACK8"}, {"id": 9, "name": "PACK9"}]
    made = order(document(moves=moves, sold=sold, lines=lines, packages=packages))
    assert str(made.lines[0].value) == "19.99 EUR"
    assert [[(each.line_id, each.quantity) for each in package.contents] for package in made.packages] == [
        [("3", Decimal(10))],
        [("3", Decimal(14))],
    ]
    other_unit = order(document(moves=moves, sold=[{**sold[0], "product_uom": 1}]))
    assert other_unit.lines[0].value is None
