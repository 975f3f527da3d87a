"""What ShipIT is told: measures, forbidden signs, services, returns, dangerous goods."""

import json
from decimal import Decimal

import pytest

import consignments as made
from crossdock.connectors.gls.config import GlsConfig
from crossdock.connectors.gls.mapping import booking, parties
from crossdock.connectors.gls.mapping.booking import UndeclarableGoods
from crossdock.model.commands import BuyLabel
from crossdock.model.order import Package
from crossdock.model.party import Address, Party
from crossdock.model.shipment import DangerousGoods
from crossdock.model.units import Measure

CONFIG = GlsConfig("https://x", "u", "p", "276a45fkqM")


def request(goods, service="PARCEL"):
    order = BuyLabel(goods, goods.reference, service, "GLS", "")
    return json.loads(booking.request(order, CONFIG, "2026-11-21"))


def test_a_parcel():
    package = Package("P1", Measure(Decimal("1.234"), "KGM"))
    told = request(made.consignment(made.BONN, made.LYON, package=package), "PARCEL+service_flexdelivery")
    shipment = told["Shipment"]
    assert shipment["Product"] == "PARCEL"
    assert shipment["Service"] == [{"Service": {"ServiceName": "service_flexdelivery"}}]
    assert shipment["ShipmentReference"] == ["do:odoo:16/P1"]
    assert shipment["ShipmentUnit"][0]["Weight"] == 1.24
    assert shipment["Shipper"]["ContactID"] == "276a45fkqM"
    assert shipment["Consignee"]["Address"]["eMail"] == "odile@example.com"
    assert shipment["Shipper"]["AlternativeShipperAddress"]["Name3"] == "Tor 3"
    assert told["PrintingOptions"] == {"ReturnLabels": {"TemplateSet": "NONE", "LabelFormat": "PDF"}}


def test_forbidden_signs_become_blanks_and_references_stay_apart():
    odd = Party('Ann "Nana" (Weir)', Address(("Weg 1; links",), "Bonn {a}", "", "53113", "DE"))
    told = request(made.consignment(made.BONN, odd))["Shipment"]["Consignee"]["Address"]
    assert told["Name1"] == "Ann Nana Weir"
    assert told["Street"] == "Weg 1 links"
    assert told["City"] == "Bonn a"
    first, second = parties.reference_of("a;b"), parties.reference_of("a|b")
    assert first != second
    assert len(parties.reference_of("x" * 50)) == 40


def test_thermal_labels_have_a_template():
    goods = made.consignment(made.BONN, made.KOELN, label_format="ZPL")
    options = {"ReturnLabels": {"TemplateSet": "ZPL_200", "LabelFormat": "ZEBRA"}}
    assert request(goods)["PrintingOptions"] == options


@pytest.mark.req("C3")
def test_a_return_names_the_customer():
    shipment = request(made.consignment(made.KOELN, made.BONN, is_return=True))["Shipment"]
    assert shipment["Consignee"]["Address"]["Name1"] == "Ida Kern"
    assert shipment["Service"][0]["ShopReturn"]["NumberOfLabels"] == 1


@pytest.mark.req("C2")
def test_terms_of_delivery():
    goods = made.consignment(made.BONN, made.ZURICH, customs=made.customs(incoterm="DDP"))
    assert request(goods)["Shipment"]["IncotermCode"] == "10"
    odd = made.consignment(made.BONN, made.ZURICH, customs=made.customs(incoterm="FOB"))
    with pytest.raises(UndeclarableGoods):
        request(odd)


def test_dangerous_goods():
    limited = DangerousGoods("1263", "3", quantity=Measure(Decimal(1), "KGM"), limited_quantity=True)
    (told,) = request(made.consignment(made.BONN, made.KOELN, dangerous_goods=(limited,)))["Shipment"]["ShipmentUnit"]
    assert told["Service"] == [{"LimitedQuantities": {"ServiceName": "service_limitedquantities", "Weight": 1.0}}]
    with pytest.raises(UndeclarableGoods):
        request(made.consignment(made.BONN, made.KOELN, dangerous_goods=(DangerousGoods("1263", "3"),)))


def test_answers_without_a_parcel_or_a_label():
    from crossdock.connectors.gls import wire  # noqa: PLC0415 - only here

    empty = wire.Created(wire.CreatedShipment())
    assert booking.parcel_of(empty) is None
    bare = wire.Created(wire.CreatedShipment([wire.ParcelData("ZHO9AXAC", 202800020052)], [wire.PrintData(["*"])]))
    assert booking.parcel_of(bare) == booking.Parcel("ZHO9AXAC", "202800020052", b"", booking.ZPL)
