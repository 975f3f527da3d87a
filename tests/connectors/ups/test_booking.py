"""From rates to void: what is asked of UPS and what is made of its answers."""

import base64
import json
import re

import pytest

from crossdock.connectors.ups.simulator import answers
from crossdock.model.events import LabelReceived, RatesQuoted, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference
from crossdock.model.money import Money
from crossdock.ports.verdicts import AlreadyDone, Done, Park, Refuse


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

    def last(self, part):
        return next(body for url, body in reversed(self.bodies) if part in url)


@pytest.mark.req("C1")
async def test_rates_open_nothing_and_carry_the_promise(world, words):
    verdict = await world.send(words.rates())
    (fact,) = verdict.facts
    assert isinstance(fact.body, RatesQuoted)
    quote = fact.body.quote
    assert quote.shipment_id == "do:odoo:16/P1"
    assert [rate.id for rate in quote.rates] == ["03", "12", "02", "13"]
    ground = quote.rates[0]
    assert (ground.service, ground.delivery_days, ground.price) == ("UPS Ground", 3, Money(961, "USD"))
    assert (ground.deliver_by.at, ground.deliver_by.tz_known) == ("2026-11-21T23:00:00", False)
    assert world.sim.live_labels() == {}


@pytest.mark.req("C1")
async def test_services_and_published_prices_by_configuration(make_world):
    world = make_world(services=("02",), negotiated_rates=False)
    quote = await world.rated()
    assert [(rate.id, rate.price) for rate in quote.rates] == [("02", Money(2528, "USD"))]


@pytest.mark.req("C1")
async def test_a_place_ups_does_not_go_to_is_parked(world, words):
    nowhere = words.ODALYS.__class__("Nobody", words.ODALYS.address.__class__(("1 A St",), "X", "", "0", "ZZ"))
    assert isinstance(await world.send(words.rates(ship_to=nowhere, customs=words.customs())), Park)


@pytest.mark.req("C2", "C3", "C11")
async def test_a_label_is_booked_kept_and_voided(world, words):
    bought = await world.send(words.buy(label_format="ZPL"))
    assert isinstance(bought, Done)
    booked, labelled = bought.facts
    assert isinstance(booked.body, ShipmentBooked)
    booking = booked.body.booking
    assert booked.binds == (
        Reference("tracking_number", booking.tracking_number),
        Reference("booking_reference", booking.tracking_number, "ups"),
    )
    assert (booking.carrier, booking.service, booking.cost) == ("UPS", "UPS Ground", Money(961, "USD"))
    assert isinstance(labelled.body, LabelReceived)
    assert world.shelf.kept[labelled.body.document.sha256].startswith(b"^XA")
    assert labelled.body.document.name == f"{booking.tracking_number}.zpl"
    assert world.sim.live_labels() == {"do:odoo:16/P1": [booking.tracking_number]}
    voided = await world.send(words.void(booking))
    assert isinstance(voided.facts[0].body, ShipmentVoided)
    assert world.sim.live_labels() == {}
    again = await world.send(words.void(booking))
    assert isinstance(again, AlreadyDone)
    assert len(world.sim.ledger.of("label.voided")) == 1


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("asked", "booked", "given", "begins"),
    [
        ("PDF", "GIF", "application/pdf", b"%PDF"),
        ("PNG", "PNG", "image/png", b"\x89PNG"),
        ("ZPL", "ZPL", "application/zpl", b"^XA"),
        ("EPL2", "EPL", "application/epl2", b"N\n"),
        ("GIF", "GIF", "image/gif", b"GIF89a"),
    ],
)
async def test_formats_of_labels(world, words, asked, booked, given, begins):
    heard = Recording(world)
    document = (await world.send(words.buy(label_format=asked))).facts[1].body.document
    assert heard.last("/ship")["ShipmentRequest"]["LabelSpecification"]["LabelImageFormat"]["Code"] == booked
    assert document.media_type == given
    assert world.shelf.kept[document.sha256].startswith(begins)


@pytest.mark.req("C3")
async def test_a_label_that_cannot_be_had_as_pdf_is_a_picture(world, words):
    world.sim.control("script", {"status": 500, "path": "/api/labels/.*"}, 0)
    booked, labelled = (await world.send(words.buy())).facts
    assert labelled.body.document.media_type == "image/gif"
    fetched = await world.send(words.fetch(booked.body.booking, "application/pdf"))
    assert fetched.facts[0].body.document.sha256 == labelled.body.document.sha256
    del world.shelf.kept[labelled.body.document.sha256]
    recovered = (await world.send(words.fetch(booked.body.booking, "application/pdf"))).facts[0].body.document
    assert world.shelf.kept[recovered.sha256].startswith(b"%PDF")


@pytest.mark.req("C3")
async def test_fetching_gives_what_is_held_without_a_call(world, words):
    booked, labelled = (await world.send(words.buy())).facts
    before = len(world.sim.ledger.of("label.recovered"))
    fetched = await world.send(words.fetch(booked.body.booking))
    assert fetched.facts[0].body == labelled.body
    assert len(world.sim.ledger.of("label.recovered")) == before


@pytest.mark.req("C3")
async def test_a_label_ups_no_longer_has_is_parked(world, words):
    booking = await world.bought()
    world.shelf.kept.clear()
    world.sim.control("purge_label", {"tracking_number": booking.tracking_number}, 0)
    assert isinstance(await world.send(words.fetch(booking)), Park)


@pytest.mark.req("C2")
async def test_customs_are_told_exactly_and_the_invoice_is_kept(world, words):
    heard = Recording(world)
    verdict = await world.send(words.buy("65", **words.abroad(customs=words.customs(duties_paid_by="sender"))))
    assert isinstance(verdict, Done)
    paper = verdict.facts[-1].body
    assert (type(paper).__name__, paper.document.kind) == ("DocumentReceived", "customs_invoice")
    assert paper.document.name == f"{paper.tracking_number}-customs-invoice.pdf"
    assert len(world.shelf.kept[paper.document.sha256]) == paper.document.size
    shipment = heard.last("/ship")["ShipmentRequest"]["Shipment"]
    forms = shipment["ShipmentServiceOptions"]["InternationalForms"]
    assert (forms["InvoiceDate"], forms["TermsOfShipment"], forms["CurrencyCode"]) == ("20261118", "DDP", "USD")
    whole, each = forms["Product"]
    assert whole["Unit"] == {"Number": "1", "UnitOfMeasurement": {"Code": "PCS"}, "Value": "25.00"}
    assert whole["Description"] == ["3 x Spirit level"]
    assert each["Unit"] == {"Number": "2", "UnitOfMeasurement": {"Code": "PCS"}, "Value": "9.00"}
    charges = shipment["PaymentInformation"]["ShipmentCharge"]
    assert [charge["Type"] for charge in charges] == ["01", "02"]
    assert "ReferenceNumber" not in shipment["Package"][0]
    assert re.fullmatch(r"do-odoo-16-P1-[0-9a-f]{10}", shipment["ReferenceNumber"][0]["Value"])
    assert sorted(world.shelf.kinds.values()) == ["customs_invoice", "label", "label"]


@pytest.mark.req("C2")
async def test_two_currencies_make_no_invoice(world, words):
    items = words.customs().items
    mixed = (items[0], items[1].__class__("Bob", items[1].quantity, Money(100, "EUR"), items[1].weight))
    declared = words.customs().__class__(mixed)
    assert isinstance(await world.send(words.buy("65", **words.abroad(customs=declared))), Refuse)
    assert world.sim.live_labels() == {}


@pytest.mark.req("C2")
async def test_dangerous_goods_are_declared_or_refused(make_world, words):
    world = make_world(emergency_phone="+18005550100", regulation_set="ADR")
    heard = Recording(world)
    assert isinstance(await world.send(words.buy(dangerous_goods=(words.petrol(),))), Done)
    (record,) = heard.last("/ship")["ShipmentRequest"]["Shipment"]["Package"][0]["PackageServiceOptions"]["HazMat"]
    assert (record["IDNumber"], record["ClassDivisionNumber"], record["PackagingGroupType"]) == ("UN1203", "3", "II")
    assert (record["CommodityRegulatedLevelCode"], record["Quantity"], record["UOM"]) == ("FR", "0.5", "L")
    careless = make_world()
    assert isinstance(await careless.send(words.buy(dangerous_goods=(words.petrol(),))), Refuse)
    limited = words.petrol(limited_quantity=True)
    assert isinstance(await careless.send(words.buy(dangerous_goods=(limited,))), Done)


@pytest.mark.req("C2")
async def test_a_return_label_comes_to_us_at_our_cost(world, words):
    heard = Recording(world)
    verdict = await world.send(words.buy(ship_from=words.ODALYS, ship_to=words.DOCK, is_return=True))
    assert isinstance(verdict, Done)
    shipment = heard.last("/ship")["ShipmentRequest"]["Shipment"]
    assert shipment["ReturnService"] == {"Code": "9"}
    assert shipment["Shipper"]["Name"] == shipment["ShipTo"]["Name"] == "Larch Tools"


@pytest.mark.req("C11")
async def test_a_scanned_parcel_cannot_be_voided(world, words):
    booking = await world.bought()
    world.sim.control("advance", {"tracking_number": booking.tracking_number}, world.clock.now())
    assert isinstance(await world.send(words.void(booking)), Park)


def test_the_labels_of_the_simulator_are_what_they_say():
    assert base64.b64decode(answers.label("GIF", "1Z", ())).startswith(b"GIF89a")
    assert answers.tracking_number("12345E", "03", 1)[:10] == "1Z12345E03"
