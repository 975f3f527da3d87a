"""Consignments in Sendcloud's words, options out of them, and tracking in three shapes."""

import json
from decimal import Decimal

import pytest

from crossdock.connectors.sendcloud.mapping.consignment import (
    Choice,
    choice_of,
    options_request,
    return_request,
    shipment_request,
)
from crossdock.model.money import Money
from crossdock.model.order import Package
from crossdock.model.party import Address
from crossdock.model.shipment import CustomsDeclaration, CustomsItem, DangerousGoods
from crossdock.model.units import InvalidUnit, Measure
from crossdock.ports.connector import Received


def told(goods, choice=Choice("dpd:classic")):
    return json.loads(shipment_request(goods, choice, "application/pdf", 72), parse_float=str)


@pytest.mark.req("D5")
def test_measures_are_metric_texts_rounded_up(say):
    sides = {name: Measure(Decimal(value), "INH") for name, value in (("length", 10), ("width", 4), ("height", 1))}
    (parcel,) = told(say.goods(package=Package("P1", Measure(Decimal("0.5001"), "KGM"), **sides)))["parcels"]
    assert parcel["weight"] == {"value": "0.501", "unit": "kg"}
    assert parcel["dimensions"] == {"length": "25.4", "width": "10.2", "height": "2.6", "unit": "cm"}
    with pytest.raises(InvalidUnit):
        told(say.goods(package=Package("P1", Measure(Decimal(1), "LTR"))))


def test_addresses_regions_and_references(say):
    place = Address(("1 Quay", "Door 2", "Left"), "Duluth", "MN", "55802", "US")
    body = told(say.goods(ship_to=say.receiver.__class__("", place, "Lamps")), choice_of("", "ups:express"))
    assert body["to_address"]["state_province_code"] == "US-MN"
    assert body["to_address"]["address_line_2"] == "Door 2, Left"
    assert body["to_address"]["name"] == "Lamps"
    assert body["external_reference_id"] == "do:odoo:16/P1"
    assert body["ship_with"]["properties"] == {"shipping_option_code": "ups:express"}


@pytest.mark.parametrize("choice", [Choice("a:b/c"), Choice("a:b/c", 517), Choice("a@b"), Choice("a@b", 1)])
def test_a_rates_id_holds_option_and_contract(choice):
    assert choice_of(choice.rate_id, "x") == choice


def test_prices_are_asked_for_what_is_sent(say):
    battery = DangerousGoods("3481", "9")
    body = json.loads(options_request(say.goods(is_return=True, dangerous_goods=(battery,)), "dpd"))
    assert body["functionalities"] == {"returns": True, "dangerous_goods": True}
    assert (body["carrier_code"], body["calculate_quotes"]) == ("dpd", True)
    assert "name" not in body["to_address"]


async def test_options_with_another_incoterm_are_left_out(world):
    declared = CustomsDeclaration((), incoterm="DAP")
    quote = await world.rated(customs=declared)
    assert "ups" not in {rate.carrier for rate in quote.rates}
    assert "ups:express left out: it is DDP, the goods are DAP" in quote.messages


def test_customs_are_told_by_the_piece(say):
    lamp = CustomsItem("Lamp", Decimal(3), Money(1000, "EUR"), Measure(Decimal(3), "KGM"), "940520", "DE", "LAMP-1")
    cable = CustomsItem("Cable", Decimal("2.5"), Money(700, "JPY"), Measure(Decimal(1), "KGM"))
    declared = CustomsDeclaration((lamp, cable), "sample", "DDP", "sender", "", "NL123", "X2026", "A. Brandt")
    body = told(say.goods(customs=declared))
    assert body["customs_information"] == {
        "invoice_number": "WH/OUT/00016",
        "export_reason": "commercial_sample",
        "general_notes": "ITN X2026; A. Brandt",
        "tax_numbers": {
            "sender": [{"name": "EORI", "country_code": "NL", "value": "NL123"}],
            "receiver": [],
            "importer_of_record": [],
        },
    }
    first, second = body["parcels"][0]["parcel_items"]
    assert (first["quantity"], first["price"]) == (3, {"value": "3.33", "currency": "EUR"})
    assert first["weight"] == {"value": "1.000", "unit": "kg"}
    assert (second["quantity"], second["price"]["value"]) == (1, "700")
    back = json.loads(return_request(say.goods(customs=CustomsDeclaration((lamp,))), Choice("a", 5)), parse_float=str)
    assert back["customs_information"]["export_reason"] == "returned_goods"
    assert back["order_number"] == back["external_reference"] == "do:odoo:16/P1"
    assert back["ship_with"] == {"type": "shipping_option_code", "shipping_option_code": "a", "contract": 5}
    assert back["weight"] == {"value": "1.500", "unit": "kg"}


def test_dangerous_goods_are_told_by_adr(say):
    battery = DangerousGoods("3481", "9", "Lithium ion batteries", limited_quantity=True)
    paint = DangerousGoods("1263", "3", "Paint", "II", Measure(Decimal(500), "MLT"))
    lamp = CustomsItem("Lamp", Decimal(1), Money(1000, "EUR"), Measure(Decimal(3), "KGM"))
    body = told(say.goods(dangerous_goods=(battery, paint), customs=CustomsDeclaration((lamp,))))
    first, second = body["parcels"][0]["parcel_items"]
    assert first["dangerous_goods"]["commodity_regulated_level_code"] == "LQ"
    assert first["dangerous_goods"]["emergency_contact_phone"] == "+31201234567"
    assert second["description"] == "Paint"
    assert second["dangerous_goods"]["adr_packing_group_letter"] == "II"
    assert (second["dangerous_goods"]["quantity"], second["dangerous_goods"]["unit_of_measurement"]) == ("0.500", "L")


def translated(world, body):
    return world.connector.translate(Received("file", json.dumps(body).encode(), {}, 0))


def tracked(*events):
    number = [{"carrier_code": "dpd", "tracking_number": "3S1"}]
    return {"details": {"expected_delivery_date": "2026-11-25"}, "events": list(events), "tracking_numbers": number}


def event(status, said="", finer="none", at="2026-11-22T09:15:30+01:00"):
    return {"event_at": at, "status_code": status, "status_description": said, "sub_status_code": finer}


@pytest.mark.req("C6", "E2", "E3")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (event("delivered"), ("delivered", "none", "")),
        (event("AT_CUSTOMS"), ("customs_processing", "none", "")),
        (event("Address invalid"), ("exception", "address", "address_bad")),
        (event("shipment-on-route", finer="driver-on-route"), ("out_for_delivery", "none", "")),
        (event("refused-by-recipient"), ("delivery_attempted", "refused", "refused_by_recipient")),
        (event("unknown", "Out for delivery"), ("out_for_delivery", "none", "")),
    ],
)
def test_what_an_event_says(world, given, expected):
    (fact,) = translated(world, tracked(given)).facts
    scan = fact.body.event
    assert (scan.milestone, scan.exception_category, scan.reason) == expected
    assert (scan.occurred.at, scan.carrier, scan.eta.at) == ("2026-11-22T09:15:30+01:00", "dpd", "2026-11-25")


@pytest.mark.req("C8")
def test_a_status_nobody_knows_raises_a_task(world):
    translation = translated(world, tracked(event("teleported")))
    assert translation.facts[0].body.event.milestone == "unknown"
    assert translation.unknown_codes == ("teleported",)
    assert {each.pointer for each in translated(world, tracked() | {"mood": 1}).new_fields} == {"/mood"}


@pytest.mark.req("C6", "E2")
def test_the_older_answer_is_read(world):
    body = {
        "parcel_id": "629",
        "carrier_code": "postnl",
        "carrier_tracking_url": "https://tracking.example/forward?carrier=postnl&code=3S12&destination=NL",
        "statuses": [
            {"carrier_update_timestamp": "2026-11-22 14:43:13.615997+00:00", "parent_status": "shipment-on-route"},
            {"carrier_update_timestamp": "2026-11-22 14:42:03.298949+00:00", "parent_status": "announcing"},
        ],
    }
    facts = translated(world, body).facts
    assert [(fact.body.event.milestone, fact.body.event.occurred.at) for fact in facts] == [
        ("in_transit", "2026-11-22T14:43:13+00:00"),
        ("info_received", "2026-11-22T14:42:03+00:00"),
    ]
    assert facts[0].body.event.tracking_number == "3S12"


@pytest.mark.req("C6", "E2")
def test_a_webhook_is_one_status_at_the_carriers_time(world):
    parcel = {"tracking_number": "3S1", "status": {"id": 62989, "message": "At customs"}, "carrier": {"code": "dpd"}}
    body = {"action": "parcel_status_changed", "timestamp": 1795338999123, "parcel": parcel}
    (fact,) = translated(world, body | {"carrier_status_change_timestamp": 1795338930000}).facts
    scan = fact.body.event
    assert (scan.milestone, scan.raw_code, scan.raw_text) == ("customs_processing", "62989", "At customs")
    assert (scan.occurred.at, scan.carrier) == ("2026-11-22T09:15:30Z", "dpd")
    (fact,) = translated(world, body | {"carrier_status_change_timestamp": None}).facts
    assert fact.body.event.occurred.at == "2026-11-22T09:16:39Z"


@pytest.mark.req("C6")
def test_what_holds_no_event_yields_none(world):
    for body in (
        {"action": "return_created", "timestamp": 1, "data": {"id": 1}},
        {"action": "parcel_status_changed", "timestamp": 1, "parcel": {"id": 7, "tracking_number": ""}},
        tracked(),
        {"parcel_id": "629", "statuses": []},
    ):
        translation = translated(world, body)
        assert (translation.facts, translation.problems) == ((), ())
    for body in ({"errors": [{"detail": "Not found."}]}, {"error": {"message": "No parcel"}}, {}, [], "x"):
        translation = translated(world, body)
        assert translation.facts == ()
        assert translation.problems
