"""Offers, bookings, cancellations, and what becomes of answers that are lost."""

import asyncio

import pytest

import consignments as made
from crossdock.model.events import LabelReceived, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference
from crossdock.model.order import Package
from crossdock.model.units import Measure
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Park, Reauthenticate, Retry
from crossdock.sim.faults import Effect, Match, Rule, When

BOOK = Match("POST", ".*/rs/shipments")
GOODS = made.consignment(made.BONN, made.KOELN)
REFERENCE = "do:odoo:16/P1"
KILOGRAMS = made.Decimal


@pytest.mark.req("C1")
async def test_offers_come_from_the_tariff_and_what_gls_allows(world):
    quote = await world.quote(GOODS)
    assert quote.shipment_id == REFERENCE
    assert [(rate.id, str(rate.price), rate.delivery_days) for rate in quote.rates] == [
        ("PARCEL", "4.90 EUR", 1),
        ("PARCEL+service_flexdelivery", "9.40 EUR", None),
        ("EXPRESS", "19.00 EUR", None),
    ]
    heavy = made.consignment(made.BONN, made.KOELN, package=Package("P1", Measure(KILOGRAMS("5.001"), "KGM")))
    assert str((await world.quote(heavy)).rates[0].price) == "8.90 EUR"
    abroad = await world.quote(made.consignment(made.BONN, made.LYON))
    assert [(rate.id, str(rate.price)) for rate in abroad.rates] == [
        ("PARCEL+service_flexdelivery", "9.40 EUR"),
        ("PARCEL", "14.50 EUR"),
    ]
    assert abroad.messages == ("EXPRESS left out: GLS does not allow EXPRESS here",)


@pytest.mark.req("C1")
async def test_no_price_is_an_empty_quote_with_a_reason(make_world):
    tonne = made.consignment(made.BONN, made.KOELN, package=Package("P1", Measure(KILOGRAMS(1), "TNE")))
    quote = await make_world().quote(tonne)
    assert quote.rates == ()
    assert quote.messages == ("the tariff has no price for 1000.00 kg to DE",)
    unasked = make_world(check_services=False)
    unasked.sim.control("script", {"status": 503, "path": ".*/allowedservices"}, 0)
    assert len((await unasked.quote(GOODS)).rates) == 3
    assert isinstance(await _rates(make_world(), 503), Retry)


async def _rates(world, status):
    world.sim.control("script", {"status": status, "path": ".*/allowedservices"}, 0)
    return await world.send(made.RequestRates(GOODS))


@pytest.mark.req("C2", "C3")
async def test_a_booking_brings_its_label_and_both_names(world):
    verdict = await world.send(made.buying(GOODS, await world.quote(GOODS)))
    assert isinstance(verdict, Done)
    booked, label = (fact.body for fact in verdict.facts)
    assert isinstance(booked, ShipmentBooked)
    assert isinstance(label, LabelReceived)
    name, number = booked.booking.shipment_id, booked.booking.tracking_number
    assert (len(name), len(number)) == (8, 12)
    assert verdict.facts[0].binds == (
        Reference("tracking_number", number),
        Reference("booking_reference", name, "gls"),
        Reference("tracking_number", name),
    )
    assert (label.shipment_id, label.tracking_number) == (name, number)
    assert world.shelf.kept[label.document.sha256].startswith(b"%PDF")
    assert world.sim.live_labels() == {REFERENCE: [number]}


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("wanted", "media_type", "begins"),
    [
        ("PDF", "application/pdf", b"%PDF"),
        ("ZPL", "application/zpl", b"^XA"),
        ("PNG", "image/png", b"\x89PNG"),
        ("EPL2", "application/pdf", b"%PDF"),
    ],
)
async def test_label_formats(world, wanted, media_type, begins):
    goods = made.consignment(made.BONN, made.KOELN, label_format=wanted)
    document = (await world.send(made.buying(goods, await world.quote(goods)))).facts[1].body.document
    assert document.media_type == media_type
    assert world.shelf.kept[document.sha256].startswith(begins)


@pytest.mark.req("C3")
async def test_a_label_is_fetched_from_where_it_is_held_else_printed_again(world):
    booking = await world.bought(GOODS)
    await world.send(made.fetching(booking))
    assert world.sim.ledger.of("label.reprinted") == ()
    world.shelf.kept.clear()
    assert isinstance((await world.send(made.fetching(booking))).facts[0].body, LabelReceived)
    world.shelf.kept.clear()
    await world.clock.sleep(5 * 86400)
    assert isinstance(await world.send(made.fetching(booking)), Park)


@pytest.mark.req("C4")
@pytest.mark.parametrize("hours", [0, 20])
async def test_a_lost_answer_is_settled_by_the_reference_also_a_day_later(world, hours):
    order = made.buying(GOODS, await world.quote(GOODS))
    world.faults.add(Rule(Effect(lost_answer=True), BOOK))
    assert isinstance(await world.send(order), InDoubt)
    await world.clock.sleep(hours * 3600)
    settled = await world.settle(order)
    assert isinstance(settled, Done)
    assert [type(fact.body) for fact in settled.facts] == [ShipmentBooked, LabelReceived]
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_booking_that_never_arrived_is_made_again_after_the_lag(world):
    order = made.buying(GOODS, await world.quote(GOODS))
    world.faults.add(Rule(Effect(drop=True), BOOK, When(nth=1)))
    assert isinstance(await world.send(order), InDoubt)
    assert isinstance(await world.settle(order), InDoubt)
    await world.clock.sleep(61)
    assert isinstance(await world.settle(order), Retry)
    assert isinstance(await world.send(order, 3), Done)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_an_odd_refusal_of_the_look_up_is_not_taken_for_no(world):
    order = made.buying(GOODS, await world.quote(GOODS))
    world.faults.add(Rule(Effect(lost_answer=True), BOOK))
    assert isinstance(await world.send(order), InDoubt)
    world.sim.control("script", {"status": 490, "code": "SOMETHING_NEW", "path": ".*/reprintparcel"}, 0)
    await world.clock.sleep(3600)
    assert isinstance(await world.settle(order), InDoubt)
    assert isinstance(await world.settle(order), Done)


@pytest.mark.req("C4")
async def test_two_clicks_and_another_process_book_once(world):
    order = made.buying(GOODS, await world.quote(GOODS))
    first, second = await asyncio.gather(world.send(order), world.send(order))
    assert isinstance(first, Done)
    assert isinstance(second, AlreadyDone)
    assert second.facts == first.facts
    assert isinstance(await world.another().send(world.command(order), world.shelf), AlreadyDone)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_full_disk_leaves_the_parcel_to_be_found(world):
    order = made.buying(GOODS, await world.quote(GOODS))
    world.shelf.full = True
    assert isinstance(await world.send(order), InDoubt)
    world.shelf.full = False
    assert isinstance(await world.settle(order), Done)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C11")
async def test_a_parcel_is_cancelled_once_and_may_be_booked_anew(world):
    order = made.buying(GOODS, await world.quote(GOODS))
    booking = (await world.send(order)).facts[0].body.booking
    voided = await world.send(made.voiding(booking))
    assert isinstance(voided.facts[0].body, ShipmentVoided)
    assert isinstance(await world.send(made.voiding(booking)), AlreadyDone)
    assert world.sim.live_labels() == {}
    assert isinstance(await world.send(order), Done)
    assert len(world.sim.live_labels()[REFERENCE]) == 1


@pytest.mark.req("C11")
async def test_a_scanned_parcel_is_not_taken_back(world):
    booking = await world.bought(GOODS)
    world.sim.control("scan", {"tracking_number": booking.tracking_number}, world.clock.now())
    verdict = await world.send(made.voiding(booking))
    assert isinstance(verdict, Park)
    assert "SCANNED" in verdict.why.engineer


@pytest.mark.req("K3")
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "INVALID_FIELD", Park),
        (401, "", Reauthenticate),
        (490, "INVALID_FIELD", Park),
        (429, "", Retry),
        (500, "", InDoubt),
    ],
)
async def test_refusals_say_what_their_headers_say(world, status, code, expected):
    order = made.buying(GOODS, await world.quote(GOODS))
    world.sim.control("script", {"status": status, "code": code, "message": "no", "path": ".*/rs/shipments"}, 0)
    verdict = await world.send(order)
    assert type(verdict) is expected
    assert verdict.why.operator
    assert f"HTTP {status} {code}: no" in verdict.why.engineer
    assert world.sim.live_labels() == {}


async def test_tokens_of_the_developer_portal(make_world):
    world = make_world(oauth_url="https://api.gls-group.net/oauth2/v2/token")
    assert (await world.quote(GOODS)).rates
    world.sim.control("revoke", {}, 0)
    assert (await world.quote(GOODS)).rates
    assert len(await world.connector.check()) == 3


async def test_wrong_credentials(make_world):
    world = make_world({"password": "other"})
    with pytest.raises(PermissionError):
        await world.connector.check()
    world.vault.values.clear()
    assert isinstance(await world.send(made.RequestRates(GOODS)), Reauthenticate)
