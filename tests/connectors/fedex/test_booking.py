"""From rates to void: what is asked of FedEx and what is made of its answers."""

import json

import pytest

from crossdock.connectors.fedex.mapping import parties
from crossdock.connectors.fedex.simulator import answers
from crossdock.model.events import LabelReceived, RatesQuoted, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference
from crossdock.model.money import Money
from crossdock.ports.verdicts import Done, Park, Refuse


class Recording:
    """Keeps what passes to the simulator."""

    def __init__(self, world):
        self.bodies = []
        handle = world.sim.handle

        def kept(request, now):
            if request.body[:1] == b"{":
                self.bodies.append((request.url.partition(".com")[2], json.loads(request.body)))
            return handle(request, now)

        world.sim.handle = kept

    def last(self, path):
        return next(body for url, body in reversed(self.bodies) if url == path)

    def shipment(self):
        return self.last("/ship/v1/shipments")["requestedShipment"]


@pytest.mark.req("C1")
async def test_rates_open_nothing_and_carry_the_promise(world, words):
    (fact,) = (await world.send(words.rates())).facts
    assert isinstance(fact.body, RatesQuoted)
    quote = fact.body.quote
    assert quote.shipment_id == "do:odoo:16/P1"
    assert [rate.id for rate in quote.rates] == ["FEDEX_GROUND", "FEDEX_2_DAY", "PRIORITY_OVERNIGHT"]
    ground = quote.rates[0]
    assert (ground.service, ground.delivery_days, ground.price) == ("FedEx Ground", 3, Money(1017, "USD"))
    assert (ground.deliver_by.at, ground.deliver_by.tz_known) == ("2026-11-21T20:00:00", False)
    assert quote.rates[2].delivery_days == 1
    assert world.sim.live_labels() == {}


@pytest.mark.req("C1")
async def test_services_by_configuration_and_places_not_served(make_world, words):
    quote = await make_world(services=("FEDEX_2_DAY",)).rated()
    assert [rate.id for rate in quote.rates] == ["FEDEX_2_DAY"]
    nowhere = words.ODALYS.__class__("Nobody", words.ODALYS.address.__class__(("1 A St",), "X", "", "0", "ZZ"))
    assert isinstance(await make_world().send(words.rates(ship_to=nowhere)), Park)


@pytest.mark.req("C2", "C3", "C11")
async def test_a_label_is_booked_kept_and_voided(world, words):
    bought = await world.send(words.buy(label_format="ZPL"))
    assert isinstance(bought, Done)
    booked, labelled = bought.facts
    assert isinstance(booked.body, ShipmentBooked)
    booking = booked.body.booking
    number = booking.tracking_number
    assert booked.binds == (Reference("tracking_number", number), Reference("booking_reference", number, "fedex"))
    assert (booking.carrier, booking.service, booking.cost) == ("FedEx", "FedEx Ground", Money(1017, "USD"))
    assert isinstance(labelled.body, LabelReceived)
    assert world.shelf.kept[labelled.body.document.sha256].startswith(b"^XA")
    assert world.sim.live_labels() == {"do:odoo:16/P1": [number]}
    voided = await world.send(words.void(booking))
    assert isinstance(voided.facts[0].body, ShipmentVoided)
    assert world.sim.live_labels() == {}
    assert isinstance(await world.send(words.void(booking)), Done)
    assert len(world.sim.ledger.of("label.voided")) == 1


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("asked", "booked", "given", "begins"),
    [
        ("PDF", "PDF", "application/pdf", b"%PDF"),
        ("PNG", "PNG", "image/png", b"\x89PNG"),
        ("ZPL", "ZPLII", "application/zpl", b"^XA"),
        ("EPL2", "EPL2", "application/epl2", b"N\n"),
    ],
)
async def test_formats_of_labels(world, words, asked, booked, given, begins):
    heard = Recording(world)
    document = (await world.send(words.buy(label_format=asked))).facts[1].body.document
    specification = heard.shipment()["labelSpecification"]
    assert specification["imageType"] == booked
    assert specification["labelStockType"] == ("PAPER_4X6" if asked in {"PDF", "PNG"} else "STOCK_4X6")
    assert document.media_type == given
    assert world.shelf.kept[document.sha256].startswith(begins)


@pytest.mark.req("C3")
async def test_fetching_gives_what_is_held_and_parks_what_is_not(world, words):
    booked, labelled = (await world.send(words.buy())).facts
    fetched = await world.send(words.fetch(booked.body.booking))
    assert fetched.facts[0].body == labelled.body
    world.shelf.kept.clear()
    assert isinstance(await world.send(words.fetch(booked.body.booking)), Park)


@pytest.mark.req("C2")
async def test_customs_are_told_exactly_and_the_invoice_is_kept(world, words):
    heard = Recording(world)
    goods = words.abroad(customs=words.customs(duties_paid_by="sender", itn="X20261118000001", eori="DE123"))
    verdict = await world.send(words.buy("INTERNATIONAL_ECONOMY", **goods))
    paper = verdict.facts[-1].body
    assert (type(paper).__name__, paper.document.kind) == ("DocumentReceived", "customs_invoice")
    assert world.shelf.kept[paper.document.sha256].startswith(b"%PDF")
    shipment = heard.shipment()
    customs = shipment["customsClearanceDetail"]
    assert customs["totalCustomsValue"] == {"amount": 43.0, "currency": "USD"}
    whole, each = customs["commodities"]
    assert (whole["quantity"], whole["unitPrice"]["amount"], whole["customsValue"]["amount"]) == (1, 25.0, 25.0)
    assert whole["description"] == "3 x Spirit level"
    assert (each["quantity"], each["unitPrice"]["amount"], each["customsValue"]["amount"]) == (2, 9.0, 18.0)
    assert customs["dutiesPayment"]["paymentType"] == "SENDER"
    assert customs["commercialInvoice"]["termsOfSale"] == "DDP"
    assert shipment["shipmentSpecialServices"]["etdDetail"] == {"requestedDocumentTypes": ["COMMERCIAL_INVOICE"]}
    assert sorted(world.shelf.kinds.values()) == ["customs_invoice", "label"]


@pytest.mark.req("C2")
async def test_two_currencies_make_no_invoice(world, words):
    items = words.customs().items
    mixed = (items[0], items[1].__class__("Bob", items[1].quantity, Money(100, "EUR"), items[1].weight))
    declared = words.customs().__class__(mixed)
    for body in (words.rates(**words.abroad(customs=declared)), words.buy(**words.abroad(customs=declared))):
        assert isinstance(await world.send(body), Refuse)


@pytest.mark.req("C2")
async def test_dangerous_goods_are_declared_or_refused(make_world, words):
    world = make_world(emergency_phone="+18005550100")
    heard = Recording(world)
    assert isinstance(await world.send(words.buy(dangerous_goods=(words.petrol(),))), Done)
    services = heard.shipment()["requestedPackageLineItems"][0]["packageSpecialServices"]
    assert services["specialServiceTypes"] == ["DANGEROUS_GOODS"]
    (container,) = services["dangerousGoodsDetail"]["containers"]
    (hazard,) = container["hazardousCommodities"]
    assert hazard["description"] == {
        "id": "UN1203", "hazardClass": "3", "properShippingName": "PETROL", "packingGroup": "II",
    }  # fmt: skip
    assert hazard["quantity"] == {"quantityType": "NET", "amount": 0.5, "units": "L"}
    careless = make_world()
    assert isinstance(await careless.send(words.buy(dangerous_goods=(words.petrol(),))), Refuse)
    assert isinstance(await careless.send(words.buy(dangerous_goods=(words.petrol(limited_quantity=True),))), Done)


@pytest.mark.req("C2")
async def test_small_lithium_batteries_are_a_service_of_their_own(world, words):
    heard = Recording(world)
    battery = words.petrol(un_number="3481", hazard_class="9", lithium="contained", limited_quantity=True)
    assert isinstance(await world.send(words.buy(dangerous_goods=(battery,))), Done)
    services = heard.shipment()["requestedPackageLineItems"][0]["packageSpecialServices"]
    assert services["batteryDetails"] == [
        {
            "batteryPackingType": "CONTAINED_IN_EQUIPMENT",
            "batteryRegulatoryType": "IATA_SECTION_II",
            "batteryMaterialType": "LITHIUM_ION",
        }
    ]
    odd = words.petrol(un_number="9999", lithium="contained", limited_quantity=True)
    assert isinstance(await world.send(words.rates(dangerous_goods=(odd,))), Refuse)


@pytest.mark.req("C2")
async def test_a_return_label_is_a_return_shipment(world, words):
    heard = Recording(world)
    assert isinstance(await world.send(words.buy(ship_from=words.ODALYS, ship_to=words.DOCK, is_return=True)), Done)
    special = heard.shipment()["shipmentSpecialServices"]
    assert special["specialServiceTypes"] == ["RETURN_SHIPMENT"]
    assert special["returnShipmentDetail"] == {"returnType": "PRINT_RETURN_LABEL"}


@pytest.mark.req("C11")
async def test_a_scanned_parcel_cannot_be_voided(world, words):
    booking = await world.bought()
    world.sim.control("advance", {"tracking_number": booking.tracking_number}, world.clock.now())
    assert isinstance(await world.send(words.void(booking)), Park)


def test_references_stay_apart_in_30_characters():
    long = [parties.reference_of(f"do:odoo:{'9' * 40}/{number}") for number in range(3)]
    assert len(set(long)) == 3
    assert all(len(each) == 30 for each in long)
    assert parties.reference_of("do:odoo:é").isascii()


def test_numbers_of_the_simulator_end_with_their_check_digit():
    assert answers.tracking_number(1) == "790000000019"
