"""What DHL is told: measures, customs, dangerous goods, returns, references."""

import json
from decimal import Decimal

import pytest

import consignments as made
from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.mapping import booking, parties, rating
from crossdock.connectors.dhl_express.mapping.customs import UndeclarableGoods
from crossdock.model.commands import BuyLabel, RequestRates
from crossdock.model.order import Package
from crossdock.model.shipment import DangerousGoods
from crossdock.model.units import Measure

CONFIG = DhlExpressConfig("123456789", "u", "p", import_account="950000002")


def request(goods, config=CONFIG):
    return json.loads(booking.request(BuyLabel(goods, goods.reference, "P", "DHL Express", ""), config, made.MONDAY))


def test_weights_and_sizes_are_rounded_up():
    sides = {"length": "10.1", "width": "20", "height": "0.2"}
    package = Package(
        "P1", Measure(Decimal("1.23456"), "LBR"), **{k: Measure(Decimal(v), "INH") for k, v in sides.items()}
    )
    (told,) = request(made.consignment(made.BONN, made.LYON, package=package))["content"]["packages"]
    assert told == {"weight": 0.56, "dimensions": {"length": 26, "width": 51, "height": 1}}


def test_times_and_references():
    told = request(made.consignment(made.BONN, made.LYON))
    assert told["plannedShippingDateAndTime"] == "2026-11-18T11:06:40 GMT+00:00"
    assert told["customerReferences"] == [{"value": "do:odoo:16/P1", "typeCode": "CU"}]
    long = parties.reference_of("do:a-very-long-partner-name:123456789/PACK0001")
    assert len(long) == 35
    assert long != parties.reference_of("do:a-very-long-partner-name:123456789/PACK0002")


@pytest.mark.req("C2")
def test_customs_data():
    told = request(made.consignment(made.BONN, made.ZURICH, customs=made.customs(eori="DE1234567", incoterm="DAP")))
    content = told["content"]
    assert content["isCustomsDeclarable"] is True
    assert (content["declaredValue"], content["declaredValueCurrency"]) == (45.0, "EUR")
    (line,) = content["exportDeclaration"]["lineItems"]
    assert line["price"] == 15.0
    assert line["quantity"] == {"value": 3, "unitOfMeasurement": "PCS"}
    assert line["commodityCodes"] == [{"typeCode": "outbound", "value": "61159400"}]
    assert content["exportDeclaration"]["invoice"] == {"number": "INV-7", "date": "2026-11-18"}
    numbers = told["customerDetails"]["shipperDetails"]["registrationNumbers"]
    assert numbers == [{"typeCode": "EOR", "number": "DE1234567", "issuerCountryCode": "DE"}]
    assert [each["typeCode"] for each in told["outputImageProperties"]["imageOptions"]] == ["label", "invoice"]


@pytest.mark.req("C2")
def test_a_value_that_cannot_be_divided_is_declared_as_a_set():
    item = made.customs().items[0]
    declared = type(item)(item.description, Decimal(7), item.value, item.weight, country_of_origin="PT")
    goods = made.consignment(made.BONN, made.ZURICH, customs=made.customs().__class__((declared,)))
    (line,) = request(goods)["content"]["exportDeclaration"]["lineItems"]
    assert line["quantity"]["value"] == 1
    assert line["price"] == 45.0
    assert line["description"] == "7 x Wool socks"


@pytest.mark.req("C2")
def test_duties_paid_by_the_sender():
    told = request(made.consignment(made.BONN, made.ZURICH, customs=made.customs(duties_paid_by="sender")))
    assert {"serviceCode": "DD"} in told["valueAddedServices"]
    assert {"typeCode": "duties-taxes", "number": "123456789"} in told["accounts"]


def test_a_return_is_paid_by_the_one_it_comes_back_to():
    told = request(made.consignment(made.LYON, made.BONN, is_return=True))
    assert told["accounts"] == [{"typeCode": "payer", "number": "950000002"}]


def test_dangerous_goods():
    batteries = DangerousGoods("3481", "9", lithium="contained")
    told = request(made.consignment(made.BONN, made.LYON, dangerous_goods=(batteries,)))
    assert told["valueAddedServices"] == [{"serviceCode": "HV", "dangerousGoods": [{"contentId": "967"}]}]
    ice = DangerousGoods("1845", "9", quantity=Measure(Decimal(2), "KGM"))
    (told,) = request(made.consignment(made.BONN, made.LYON, dangerous_goods=(ice,)))["valueAddedServices"]
    assert told["dangerousGoods"][0]["dryIceTotalNetWeight"] == 2.0
    paint = made.consignment(made.BONN, made.LYON, dangerous_goods=(DangerousGoods("1263", "3"),))
    with pytest.raises(UndeclarableGoods):
        request(paint)
    approved = DhlExpressConfig("1", "u", "p", dangerous_goods_approved=True)
    assert request(paint, approved)["valueAddedServices"][0]["serviceCode"] == "HE"


def test_rates_are_asked_for_with_the_same_services():
    goods = made.consignment(made.BONN, made.ZURICH, customs=made.customs(duties_paid_by="sender"))
    told = json.loads(rating.request(RequestRates(goods), CONFIG, made.MONDAY))
    assert told["plannedShippingDateAndTime"] == "2026-11-18T11:06:40GMT+00:00"
    assert told["valueAddedServices"] == [{"serviceCode": "DD"}]
    assert told["monetaryAmount"] == [{"typeCode": "declaredValue", "value": 45.0, "currency": "EUR"}]


async def test_undeclarable_goods_are_refused_before_any_call(world):
    goods = made.consignment(made.BONN, made.LYON, dangerous_goods=(DangerousGoods("1263", "3"),))
    verdict = await world.send(RequestRates(goods))
    assert type(verdict).__name__ == "Refuse"
    assert "UN1263" in verdict.why.engineer
