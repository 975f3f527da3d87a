"""What USPS is told, and how its answers are taken apart."""

import json
from decimal import Decimal

import pytest

import consignments as made
from crossdock.connectors.usps.config import UspsConfig
from crossdock.connectors.usps.mapping import booking, customs, parties
from crossdock.connectors.usps.mapping.parts import parts_of
from crossdock.model.commands import BuyLabel
from crossdock.model.order import Package
from crossdock.model.shipment import DangerousGoods
from crossdock.model.units import Measure

CONFIG = UspsConfig("i", "s", "1", "2", "3")


def request(goods):
    order = BuyLabel(goods, goods.reference, "PRIORITY_MAIL", "USPS", "")
    return json.loads(booking.request(order, CONFIG, "2026-11-21"))


def test_pounds_and_inches_are_rounded_up_and_the_longest_side_is_the_length():
    sides = {"length": "10", "width": "30", "height": "20.001"}
    measures = {side: Measure(Decimal(value), "CMT") for side, value in sides.items()}
    package = Package("P1", Measure(Decimal("1.5"), "KGM"), **measures)
    told = request(made.consignment(made.DULUTH, made.ASHEVILLE, package=package))["packageDescription"]
    assert (told["weight"], told["length"], told["width"], told["height"]) == (3.31, 11.82, 7.88, 3.94)


def test_names_and_places():
    told = request(made.consignment(made.DULUTH, made.ASHEVILLE))
    assert told["toAddress"]["firstName"] == "Odalys"
    assert told["fromAddress"]["firm"] == "Quarry Goods"
    assert told["fromAddress"]["secondaryAddress"] == "Building C"
    assert told["packageDescription"]["customerReference"] == [{"referenceNumber": "do:odoo:16/P1"}]


def test_keys_are_uuids_and_the_same_for_the_same_reference():
    key = parties.key_of("do:odoo:16/P1")
    assert key == parties.key_of("do:odoo:16/P1")
    assert key != parties.key_of("do:odoo:16/P2")
    assert key[14] == "4"
    assert len(parties.reference_of("do:a-long-partner-name:1234567/P1")) == 30


@pytest.mark.req("C2")
def test_customs_forms():
    declared = made.customs()
    item = declared.items[0]
    line = type(item)("Wool socks", Decimal(3), made.Money(4500, "USD"), item.weight, "61159400", "PT")
    odd = type(item)("Thread", Decimal(7), made.Money(1000, "USD"), item.weight, "", "PT")
    told = customs.form(type(declared)((line, odd), invoice_number="INV-7"))
    assert told["contents"][0]["itemValue"] == 15.0
    assert told["contents"][0]["HSTariffNumber"] == "61159400"
    assert told["contents"][1]["itemDescription"] == "7 x Thread"
    assert told["AESITN"] == "NO EEI 30.37(a)"


@pytest.mark.parametrize(
    ("goods", "codes"),
    [
        (DangerousGoods("3481", "9", lithium="contained"), [819, 857]),
        (DangerousGoods("1263", "3", limited_quantity=True), [832, 857]),
        (DangerousGoods("1845", "9"), [820, 857]),
    ],
)
def test_hazardous_materials(goods, codes):
    told = request(made.consignment(made.DULUTH, made.ASHEVILLE, dangerous_goods=(goods,)))
    assert told["packageDescription"]["extraServices"] == codes


def test_what_is_not_mailable_is_refused():
    explosive = made.consignment(made.DULUTH, made.ASHEVILLE, dangerous_goods=(DangerousGoods("0081", "1.1"),))
    with pytest.raises(customs.UndeclarableGoods):
        request(explosive)


def test_labels_in_parts_and_as_json():
    metadata = '{"trackingNumber":"9200190414219000000012","postage":8.40}'
    head = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = (head.format("labelMetadata", metadata), head.format("labelImage", "JVBERi0x"))
    body = "".join(f"--x\r\n{part}" for part in parts) + "--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    label = booking.sold(kind, body.encode())
    assert (label.number, str(label.postage), label.data) == ("9200190414219000000012", "8.40 USD", b"%PDF-1")
    top = b'{"trackingNumber":"92001","postage":8.4,"labelImage":"XlhB"}'
    assert booking.sold("application/json", top).media_type == "application/zpl"
    assert parts_of("text/plain", b"nothing") == {}
    for broken in (b"{}", b'{"trackingNumber":"1","labelImage":"*"}', b"<html>"):
        with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
            booking.sold("application/json", broken)
