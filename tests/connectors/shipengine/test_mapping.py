"""Consignments in ShipEngine's words, prices out of them, and tracking."""

import json
from decimal import Decimal

import msgspec
import pytest

from crossdock.connectors.shipengine import wire
from crossdock.connectors.shipengine.mapping.booking import price_of
from crossdock.connectors.shipengine.mapping.consignment import external_id, shipment
from crossdock.model.events import ProofCaptured
from crossdock.model.money import InvalidAmount, Money
from crossdock.model.order import Package
from crossdock.model.party import Address
from crossdock.model.shipment import CustomsDeclaration, CustomsItem, DangerousGoods
from crossdock.model.units import InvalidUnit, Measure
from crossdock.ports.connector import Received


def told(goods):
    return json.loads(msgspec.json.encode(shipment(goods, "package")), parse_float=str)


@pytest.mark.req("D5")
def test_measures_are_metric_and_rounded_up(say):
    sides = {name: Measure(Decimal(value), "INH") for name, value in (("length", 10), ("width", 4), ("height", 1))}
    package = told(say.goods(package=Package("P1", Measure(Decimal("0.50001"), "KGM"), **sides)))["packages"][0]
    assert package["weight"] == {"unit": "gram", "value": "500.1"}
    assert package["dimensions"] == {"unit": "centimeter", "length": "25.4", "width": "10.2", "height": "2.6"}
    with pytest.raises(InvalidUnit):
        shipment(say.goods(package=Package("P1", Measure(Decimal(1), "LTR"))), "package")


def test_addresses_have_three_lines_and_no_empty_fields(say):
    place = Address(("1 Quay", "Door 2", "Floor 3", "Left"), "Duluth", "MN", "55802", "US")
    ship_to = told(say.goods(ship_to=say.receiver.__class__("", place, "Lamps")))["ship_to"]
    assert ship_to["address_line3"] == "Floor 3, Left"
    assert ship_to["name"] == ship_to["company_name"] == "Lamps"
    assert "phone" not in ship_to


@pytest.mark.req("C4")
def test_long_references_stay_unique():
    short = "do:odoo:16/P1"
    assert external_id(short) == short
    first, second = external_id("do:odoo:" + "9" * 60 + "/P1"), external_id("do:odoo:" + "9" * 60 + "/P2")
    assert first != second
    assert len(first) == len(second) == 50


def test_customs_are_told_by_the_piece(say):
    lamp = CustomsItem("Lamp", Decimal(3), Money(1000, "EUR"), Measure(Decimal(3), "KGM"), "940520", "DE", "LAMP-1")
    cable = CustomsItem("Cable", Decimal("2.5"), Money(700, "JPY"), Measure(Decimal(1), "KGM"))
    declared = CustomsDeclaration((lamp, cable), "gift", "DDP", "sender", "INV-7", "DE123", "X2026", "A. Brandt")
    body = told(say.goods(customs=declared))
    assert body["customs"]["contents"] == "gift"
    assert body["customs"]["terms_of_trade_code"] == "ddp"
    assert body["customs"]["declaration"] == "ITN X2026; A. Brandt"
    assert body["customs"]["invoice_additional_details"] == {"invoice_number": "INV-7"}
    assert body["advanced_options"] == {"delivered_duty_paid": True}
    assert body["tax_identifiers"][0]["identifier_type"] == "eori"
    first, second = body["packages"][0]["products"]
    assert first["quantity"] == 3
    assert first["value"] == {"currency": "eur", "amount": "3.33"}
    assert first["weight"] == {"unit": "gram", "value": "1000.000"}
    assert (second["quantity"], second["value"]) == (1, {"currency": "jpy", "amount": 700})
    assert "harmonized_tariff_code" not in second


def test_dangerous_goods_are_flagged_and_described(say):
    battery = DangerousGoods("3481", "9", "Lithium ion batteries", lithium="contained", limited_quantity=True)
    paint = DangerousGoods("1263", "3", "Paint", "II", Measure(Decimal(500), "MLT"))
    body = told(say.goods(dangerous_goods=(battery, paint)))
    assert body["advanced_options"]["dangerous_goods"] is True
    assert body["advanced_options"]["dangerous_goods_contact"]["phone"] == "+12185550100"
    first, second = body["packages"][0]["products"][0]["dangerous_goods"]
    assert (first["id_number"], first["packaging_instruction"]) == ("UN3481", "967")
    assert first["regulation_level"] == "limited_quantities"
    assert second["packaging_group"] == "ii"
    assert second["dangerous_amount"] == {"unit": "liter", "amount": "0.500"}


@pytest.mark.req("C1")
def test_a_price_is_the_sum_of_its_parts_and_of_one_currency():
    parts = (
        b'{"rate_id":"se-1","service_code":"s","carrier_code":"c","shipping_amount":{"currency":"usd","amount":7.1},'
    )
    parts += b'"other_amount":{"currency":"usd","amount":0.20},"tax_amount":{"currency":"usd","amount":0.03}%s}'
    assert price_of(msgspec.json.decode(parts % b"", type=wire.Rate)) == Money(733, "USD")
    mixed = parts % b',"insurance_amount":{"currency":"eur","amount":1}'
    with pytest.raises(InvalidAmount):
        price_of(msgspec.json.decode(mixed, type=wire.Rate))


def translated(world, body, channel="file"):
    return world.connector.translate(Received(channel, json.dumps(body).encode(), {}, 0))


def event(**parts):
    return {"occurred_at": "2026-11-22T09:15:30Z", "description": "Somewhere", "status_code": "IT"} | parts


def one(world, **parts):
    translation = translated(world, {"tracking_number": "1Z9", "carrier_code": "ups", "events": [event(**parts)]})
    return translation, translation.facts[0].body.event


@pytest.mark.req("C6", "E2", "E3")
@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"status_detail_code": "OUT_FOR_DELIVERY"}, ("out_for_delivery", "none", "")),
        ({"status_code": "DE", "status_detail_code": "DELIVERED_DAMAGED"}, ("delivered", "damage", "damaged")),
        ({"status_code": "EX", "status_detail_code": "DUTY_NOT_PAID"}, ("held", "payment", "duties_unpaid")),
        ({"status_code": "SP"}, ("available_for_pickup", "none", "")),
        ({"description": "Out for Delivery"}, ("out_for_delivery", "none", "")),
        ({"description": "Xyzzy"}, ("in_transit", "none", "")),
        ({"status_code": "DE", "description": "In transit"}, ("delivered", "none", "")),
        (
            {"status_code": None, "event_code": "DL", "description": "Package delivered"},
            ("delivered", "none", ""),
        ),
    ],
)
def test_what_an_event_says(world, parts, expected):
    _, scan = one(world, **parts)
    assert (scan.milestone, scan.exception_category, scan.reason) == expected


@pytest.mark.req("C8")
def test_a_detail_nobody_knows_keeps_the_status_and_raises_a_task(world):
    translation, scan = one(world, status_detail_code="TELEPORTED")
    assert scan.milestone == "in_transit"
    assert translation.unknown_codes == ("IT/TELEPORTED",)


@pytest.mark.req("E2", "F1")
def test_instants_places_and_signers(world):
    place = {"city_locality": "Asheville", "state_province": "NC", "postal_code": "28801", "country_code": "US"}
    body = {
        "tracking_number": "1Z9",
        "estimated_delivery_date": "2026-11-25T00:00:00Z",
        "events": [
            event(status_code="DE", signer="O. BRANDT", carrier_occurred_at="2026-11-22T04:15:30", **place),
            event(occurred_at="2026-11-21T10:00:00-06:00"),
        ],
    }
    facts = translated(world, body).facts
    delivered, proof, before = (fact.body for fact in facts)
    assert delivered.event.occurred.at == "2026-11-22T09:15:30Z"
    assert delivered.event.place == Address(city="Asheville", region="NC", postcode="28801", country="US")
    assert delivered.event.eta.at == "2026-11-25T00:00:00Z"
    assert isinstance(proof, ProofCaptured)
    assert proof.proof.signed_by == "O. BRANDT"
    assert (before.event.occurred.at, before.event.eta) == ("2026-11-21T10:00:00-06:00", None)


@pytest.mark.req("C6")
def test_what_holds_no_event_yields_none(world):
    for body in (
        {"tracking_number": "1Z9", "status_code": "NY", "events": []},
        {"resource_type": "API_RATE", "resource_url": "https://api.shipengine.com/v1/rates"},
        {"resource_type": "API_BATCH", "data": {"batch_id": "se-1"}},
    ):
        assert translated(world, body).facts == ()
        assert translated(world, body).problems == ()
    for body in ({"request_id": "1", "errors": [{"message": "no such number"}]}, {}, [], "x", {"data": 7}):
        assert translated(world, body).facts == ()
    assert translated(world, {"request_id": "1", "errors": [{"message": "no such number"}]}).problems
    assert translated(world, {"resource_type": "API_TRACK"}).problems


def test_a_delivery_without_events_is_told_by_its_date(world):
    body = {"tracking_number": "1Z9", "status_code": "DE", "actual_delivery_date": "2026-11-22T09:15:30Z", "events": []}
    (fact,) = translated(world, body).facts
    assert (fact.body.event.milestone, fact.body.event.occurred.at) == ("delivered", "2026-11-22T09:15:30Z")


@pytest.mark.req("C8")
def test_new_fields_are_noticed(world):
    translation = translated(world, {"tracking_number": "1Z9", "mood": "good", "events": [event(altitude=9)]})
    assert {each.pointer for each in translation.new_fields} == {"/mood", "/events/altitude"}
