"""What is told of the goods: sizes, customs, dangers, returns; and what may not be told wrongly."""

import json
from decimal import Decimal

import pytest
from msgspec import structs

from crossdock.connectors.shippo.client.asking import carrier_token
from crossdock.connectors.shippo.mapping.booking import metadata, shipment_request
from crossdock.connectors.shippo.mapping.declaring import Undeclarable
from crossdock.model.money import Money
from crossdock.model.order import Package
from crossdock.model.party import Address, Party
from crossdock.model.shipment import CustomsDeclaration, CustomsItem, DangerousGoods
from crossdock.model.units import Measure
from crossdock.ports.verdicts import Done, Refuse

TORONTO = Party("Odalys Brandt", Address(("12 Wharf St",), "Toronto", "ON", "M5A 1A1", "CA"))
LYON = Party("Odalys Brandt", Address(("3 rue Mulet",), "Lyon", "", "69001", "FR"))


def item(**changes):
    given = CustomsItem(
        "Enamel mug", Decimal(3), Money(4500, "USD"), Measure(Decimal("0.9"), "KGM"), "732394", "PL", "MUG-1"
    )
    return structs.replace(given, **changes)


def declared(*items, **changes):
    return structs.replace(CustomsDeclaration(items or (item(),), signer="Ann Weaver"), **changes)


def asked(commands, **changes):
    return json.loads(shipment_request(commands.rates(**changes), ()))


@pytest.mark.req("C1", "D5")
def test_a_parcel_is_told_in_grams_and_centimetres_rounded_up(commands):
    parcel = Package(
        "P1", Measure(Decimal(1), "LBR"), length=Measure(Decimal(10), "INH"), width=Measure(Decimal(7), "INH"),
        height=Measure(Decimal(4), "INH"),
    )  # fmt: skip
    body = asked(commands, package=parcel)
    assert body["parcels"] == [
        {
            "weight": "453.6",
            "mass_unit": "g",
            "length": "25.4",
            "width": "17.8",
            "height": "10.2",
            "distance_unit": "cm",
        }
    ]
    assert body["metadata"] == "do:odoo:16/P1"
    assert body["async"] is False
    assert body["address_from"]["street2"] == "Building C"
    assert body["extra"] == {"reference_1": "WH/OUT/00016"}


@pytest.mark.req("C1", "K3")
async def test_a_parcel_without_sizes_is_refused_before_any_call(world, commands):
    verdict = await world.send(commands.rates(package=Package("P1", Measure(Decimal(1), "KGM"))))
    assert isinstance(verdict, Refuse)
    assert "length" in verdict.why.operator
    odd = Package("P1", Measure(Decimal(1), "MTR"), length=item().weight, width=item().weight, height=item().weight)
    assert isinstance(await world.send(commands.rates(package=odd)), Refuse)
    assert world.sim.ledger.entries == ()


def test_a_reference_too_long_for_the_metadata_is_its_digest():
    assert metadata("do:odoo:16/P1") == "do:odoo:16/P1"
    assert len(metadata("x" * 101)) <= 100
    assert metadata("x" * 101) != metadata("x" * 102)


@pytest.mark.req("C2", "D5")
def test_a_declaration_tells_whole_lines(commands):
    body = asked(commands, ship_to=LYON, customs=declared(eori="US123456789", invoice_number="SO0007"))
    customs = body["customs_declaration"]
    assert (customs["contents_type"], customs["certify_signer"]) == ("MERCHANDISE", "Ann Weaver")
    assert (customs["eel_pfc"], customs["incoterm"], customs["invoice"]) == ("NOEEI_30_37_a", "DAP", "SO0007")
    assert customs["exporter_identification"] == {"eori_number": "US123456789"}
    assert customs["items"] == [
        {
            "description": "Enamel mug",
            "quantity": 3,
            "net_weight": "900.0",
            "mass_unit": "g",
            "value_amount": "45.00",
            "value_currency": "USD",
            "origin_country": "PL",
            "tariff_number": "732394",
            "sku_code": "MUG-1",
        }
    ]


@pytest.mark.req("C2")
def test_the_filing_follows_value_and_destination(commands):
    dear = declared(item(value=Money(260_000, "USD")))
    assert asked(commands, ship_to=TORONTO, customs=dear)["customs_declaration"]["eel_pfc"] == "NOEEI_30_36"
    filed = asked(commands, ship_to=LYON, customs=structs.replace(dear, itn="X20261121000001"))["customs_declaration"]
    assert (filed["eel_pfc"], filed["aes_itn"]) == ("AES_ITN", "X20261121000001")
    with pytest.raises(Undeclarable, match="ITN"):
        asked(commands, ship_to=LYON, customs=dear)
    duties = asked(commands, ship_to=LYON, customs=declared(duties_paid_by="sender"))["customs_declaration"]
    assert duties["incoterm"] == "DDP"


@pytest.mark.req("C2", "K3")
@pytest.mark.parametrize(
    "customs",
    [
        declared(item(quantity=Decimal("2.5"))),
        declared(item(value=Money(0, "USD"))),
        declared(item(weight=Measure(Decimal(0), "KGM"))),
        declared(item(country_of_origin="")),
        declared(incoterm="EXW"),
        CustomsDeclaration(()),
    ],
)
async def test_what_cannot_be_declared_is_refused_before_any_call(world, commands, customs):
    assert isinstance(await world.send(commands.rates(ship_to=LYON, customs=customs)), Refuse)
    assert world.sim.ledger.entries == ()


@pytest.mark.req("C2", "C3")
async def test_a_shipment_abroad_needs_a_declaration(world, commands):
    undeclared = (await world.send(commands.rates(ship_to=LYON))).facts[0].body.quote
    assert undeclared.rates == ()
    assert "customs declaration" in undeclared.messages[0]
    quote = (await world.send(commands.rates(ship_to=LYON, customs=declared()))).facts[0].body.quote
    assert {rate.carrier for rate in quote.rates} == {"USPS", "DHL Express"}
    assert isinstance(await world.send(commands.buy(quote, 1, ship_to=LYON, customs=declared())), Done)


@pytest.mark.req("C2")
def test_dangerous_goods_are_flagged(commands):
    lithium = DangerousGoods("3481", "9", lithium="contained")
    sample = DangerousGoods("3373", "6.2")
    assert asked(commands, dangerous_goods=(lithium,))["extra"]["dangerous_goods"] == {
        "contains": True,
        "lithium_batteries": {"contains": True},
    }
    assert asked(commands, dangerous_goods=(lithium, sample))["extra"]["dangerous_goods"]["biological_material"] == {
        "contains": True
    }
    assert asked(commands, dangerous_goods=(DangerousGoods("1263", "3"),))["extra"]["dangerous_goods"] == {
        "contains": True
    }


@pytest.mark.req("C2", "C3")
async def test_a_return_label_leads_from_the_customer_to_the_warehouse(world, commands):
    out = commands.rates().consignment
    verdict = await world.send(commands.rates(ship_from=out.ship_to, ship_to=out.ship_from, is_return=True))
    assert isinstance(verdict, Done)
    (shipment,) = world.sim.state()["shipments"]
    assert shipment["extra"]["is_return"] is True
    assert shipment["address_from"]["name"] == "Odalys Brandt"
    assert shipment["address_to"]["name"] == "Dock 4"


@pytest.mark.req("C2", "C3")
async def test_returns_are_offered_of_carriers_that_make_them(world, commands):
    back = {"ship_from": LYON, "ship_to": commands.rates().consignment.ship_from}
    quote = (await world.send(commands.rates(**back, is_return=True, customs=declared()))).facts[0].body.quote
    assert {rate.carrier for rate in quote.rates} == {"USPS"}
    assert any("no return labels" in message for message in quote.messages)


def test_carriers_are_named_for_programs():
    assert [carrier_token(name) for name in ("USPS", "DHL Express", "FedEx")] == ["usps", "dhl_express", "fedex"]
