"""What is told of the goods: customs, dangers, returns; and what may not be told wrongly."""

import json
from decimal import Decimal

import pytest
from msgspec import structs

from crossdock.connectors.easypost.mapping.booking import shipment_request
from crossdock.connectors.easypost.mapping.declaring import Undeclarable
from crossdock.model.commands import RequestRates
from crossdock.model.money import Money
from crossdock.model.party import Address
from crossdock.model.shipment import CustomsDeclaration, CustomsItem, DangerousGoods
from crossdock.model.units import Measure
from crossdock.ports.verdicts import Done, Refuse

TORONTO = Address(("12 Wharf St",), "Toronto", "ON", "M5A 1A1", "CA")
LYON = Address(("3 rue Mulet",), "Lyon", "", "69001", "FR")


def item(**changes):
    given = CustomsItem(
        "Enamel mug", Decimal(3), Money(4500, "USD"), Measure(Decimal("0.9"), "KGM"), "732394", "PL", "MUG-1"
    )
    return structs.replace(given, **changes)


def declared(*items, **changes):
    return structs.replace(CustomsDeclaration(items or (item(),), signer="Ann Weaver"), **changes)


def command(commands, to=LYON, **changes):
    goods = commands.rates().consignment
    return RequestRates(structs.replace(goods, ship_to=structs.replace(goods.ship_to, address=to), **changes))


def asked(commands, **changes):
    return json.loads(shipment_request(command(commands, **changes), "PDF", "", ()))["shipment"]


@pytest.mark.req("C2", "D5")
def test_a_declaration_tells_whole_lines_in_ounces(commands):
    shipment = asked(commands, customs=declared(eori="US123456789"))
    info = shipment["customs_info"]
    assert info["contents_type"] == "merchandise"
    assert info["customs_signer"] == "Ann Weaver"
    assert info["eel_pfc"] == "NOEEI 30.37(a)"
    assert info["customs_items"] == [
        {
            "description": "Enamel mug",
            "quantity": 3,
            "value": 45.0,
            "currency": "USD",
            "weight": 31.747,
            "hs_tariff_number": "732394",
            "origin_country": "PL",
            "code": "MUG-1",
        }
    ]
    assert shipment["options"]["incoterm"] == "DAP"
    assert shipment["tax_identifiers"][0]["tax_id_type"] == "EORI"


@pytest.mark.req("C2")
def test_the_filing_follows_value_and_destination(commands):
    dear = declared(item(value=Money(260_000, "USD")))
    assert asked(commands, to=TORONTO, customs=dear)["customs_info"]["eel_pfc"] == "NOEEI 30.36"
    filed = structs.replace(dear, itn="X20261121000001")
    assert asked(commands, customs=filed)["customs_info"]["eel_pfc"] == "AES X20261121000001"
    with pytest.raises(Undeclarable, match="ITN"):
        asked(commands, customs=dear)


@pytest.mark.req("C2")
def test_duties_paid_by_the_sender_are_delivered_duty_paid(commands):
    assert asked(commands, customs=declared(duties_paid_by="sender"))["options"]["incoterm"] == "DDP"
    explained = asked(commands, customs=declared(contents="other"))["customs_info"]
    assert explained["contents_explanation"] == "Enamel mug"


@pytest.mark.req("C2", "K3")
@pytest.mark.parametrize("changes", [{"value": Money(0, "USD")}, {"weight": Measure(Decimal(0), "KGM")}])
async def test_a_line_without_value_or_weight_is_refused_before_any_call(world, commands, changes):
    verdict = await world.send(command(commands, customs=declared(item(**changes))))
    assert isinstance(verdict, Refuse)
    assert "Enamel mug" in verdict.why.operator
    assert world.sim.ledger.entries == ()


@pytest.mark.req("C2")
@pytest.mark.parametrize(
    ("goods", "value"),
    [
        (DangerousGoods("3481", "9", lithium="contained"), "SECONDARY_CONTAINED"),
        (DangerousGoods("UN3481", "9", lithium="packed_with"), "SECONDARY_PACKED"),
        (DangerousGoods("3090", "9", lithium="alone"), "PRIMARY"),
        (DangerousGoods("1950", "2.1", limited_quantity=True), "LIMITED_QUANTITY"),
        (DangerousGoods("1263", "3", packing_group="II"), "CLASS_3"),
        (DangerousGoods("1845", "9"), "CLASS_9_DRY_ICE"),
        (DangerousGoods("1057", "2.1"), "LIGHTERS"),
    ],
)
def test_dangerous_goods_have_one_word(commands, goods, value):
    assert asked(commands, dangerous_goods=(goods, goods))["options"]["hazmat"] == value


@pytest.mark.req("C2", "K3")
async def test_dangers_without_a_word_are_refused_never_left_out(world, commands):
    aerosol, paint = DangerousGoods("1950", "2.1"), DangerousGoods("1263", "3")
    nameless = await world.send(command(commands, dangerous_goods=(aerosol,)))
    assert isinstance(nameless, Refuse)
    assert "UN1950" in nameless.why.operator
    mixed = (paint, DangerousGoods("2807", "9"))
    assert isinstance(await world.send(command(commands, dangerous_goods=mixed)), Refuse)
    assert world.sim.ledger.entries == ()


@pytest.mark.req("C2", "C3")
async def test_a_return_label_leads_from_the_customer_to_the_warehouse(world, commands):
    goods = commands.rates().consignment
    back = structs.replace(goods, ship_from=goods.ship_to, ship_to=goods.ship_from, is_return=True)
    verdict = await world.send(RequestRates(back))
    assert isinstance(verdict, Done)
    (shipment,) = world.sim.state()["shipments"]
    assert shipment["is_return"] is True
    assert shipment["from_address"]["name"] == "Odalys Brandt"
    assert shipment["to_address"]["name"] == "Dock 4"


@pytest.mark.req("C2", "C3")
async def test_a_declared_shipment_abroad_is_rated_and_bought(world, commands):
    rated = await world.send(command(commands, customs=declared()))
    quote = rated.facts[0].body.quote
    assert {rate.service for rate in quote.rates} == {"PriorityMailInternational", "UPSStandard"}
    assert isinstance(await world.send(commands.buy(quote)), Done)
    (shipment,) = world.sim.state()["shipments"]
    assert shipment["customs_info"]["customs_items"][0]["hs_tariff_number"] == "732394"
