"""Rates, bookings, their documents, and what becomes of answers that are lost."""

import asyncio

import pytest

import consignments as made
from crossdock.model.commands import RequestRates
from crossdock.model.events import DocumentReceived, LabelReceived, ShipmentBooked
from crossdock.model.identifiers import Reference
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.sim.faults import Effect, Match, Rule, When

BOOK = Match("POST", "/mydhlapi/shipments")
FIND = Match("GET", "/mydhlapi/tracking")
ABROAD = made.consignment(made.BONN, made.LYON)
REFERENCE = "do:odoo:16/P1"


@pytest.mark.req("C1")
async def test_rates_name_the_reference_and_the_product(world):
    quote = await world.quote(ABROAD)
    assert quote.shipment_id == REFERENCE
    assert [(rate.id, str(rate.price)) for rate in quote.rates] == [
        ("P", "47.38 EUR"),
        ("T", "61.87 EUR"),
        ("8", "44.73 EUR"),
    ]
    assert quote.rates[0].delivery_days == 2
    assert quote.rates[0].deliver_by.tz_known is False
    domestic = await world.quote(made.consignment(made.BONN, made.KOELN))
    assert [rate.id for rate in domestic.rates] == ["N/R", "1/I"]


@pytest.mark.req("C1")
async def test_products_can_be_narrowed_and_may_be_none(make_world):
    assert [rate.id for rate in (await make_world(products=("T",)).quote(ABROAD)).rates] == ["T"]
    world = make_world()
    world.sim.control("script", {"status": 404, "code": "410301", "path": ".*/rates"}, 0)
    quote = await world.quote(ABROAD)
    assert quote.rates == ()
    assert quote.messages == ("DHL has no product for this route",)


@pytest.mark.req("C2", "C3")
async def test_a_booking_brings_its_label(world):
    verdict = await world.send(made.buying(ABROAD, await world.quote(ABROAD)))
    assert isinstance(verdict, Done)
    booked, label = (fact.body for fact in verdict.facts)
    assert isinstance(booked, ShipmentBooked)
    assert isinstance(label, LabelReceived)
    number = booked.booking.tracking_number
    assert verdict.facts[0].binds == (
        Reference("tracking_number", number),
        Reference("booking_reference", number, "dhl_express"),
    )
    assert str(booked.booking.cost) == "47.38 EUR"
    assert world.shelf.kept[label.document.sha256].startswith(b"%PDF")
    assert world.sim.live_labels() == {REFERENCE: [number]}


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("wanted", "media_type", "begins"),
    [("PDF", "application/pdf", b"%PDF"), ("ZPL", "application/zpl", b"^XA"), ("PNG", "application/pdf", b"%PDF")],
)
async def test_label_formats(world, wanted, media_type, begins):
    goods = made.consignment(made.BONN, made.LYON, label_format=wanted)
    verdict = await world.send(made.buying(goods, await world.quote(goods)))
    document = verdict.facts[1].body.document
    assert document.media_type == media_type
    assert world.shelf.kept[document.sha256].startswith(begins)


@pytest.mark.req("C3")
async def test_a_held_label_is_fetched_from_where_it_is_held(world):
    booking = await world.bought(ABROAD)
    calls = len(world.sim.ledger.entries)
    verdict = await world.send(made.fetching(booking))
    assert isinstance(verdict.facts[0].body, LabelReceived)
    assert len(world.sim.ledger.entries) == calls
    world.shelf.kept.clear()
    again = await world.send(made.fetching(booking))
    assert again.facts[0].body.document.media_type == "application/pdf"


@pytest.mark.req("C3")
async def test_a_label_that_is_nowhere_goes_to_a_person(make_world):
    world = make_world({"archives": "false"})
    booking = await world.bought(ABROAD)
    world.shelf.kept.clear()
    verdict = await world.send(made.fetching(booking))
    assert isinstance(verdict, Park)
    assert "not charged" in verdict.why.operator


@pytest.mark.req("C4")
async def test_a_lost_answer_is_settled_by_the_reference(world):
    order = made.buying(ABROAD, await world.quote(ABROAD))
    world.faults.add(Rule(Effect(lost_answer=True), BOOK))
    assert isinstance(await world.send(order), InDoubt)
    settled = await world.settle(order)
    assert isinstance(settled, Done)
    assert [type(fact.body) for fact in settled.facts] == [ShipmentBooked, LabelReceived]
    assert [len(numbers) for numbers in world.sim.live_labels().values()] == [1]


@pytest.mark.req("C4")
async def test_a_booking_that_never_arrived_is_made_again_after_the_lag(world):
    order = made.buying(ABROAD, await world.quote(ABROAD))
    world.faults.add(Rule(Effect(drop=True), BOOK, When(nth=1)))
    assert isinstance(await world.send(order), InDoubt)
    assert isinstance(await world.settle(order), InDoubt)
    await world.clock.sleep(1801)
    assert isinstance(await world.settle(order), Retry)
    assert isinstance(await world.send(order, 3), Done)
    assert [len(numbers) for numbers in world.sim.live_labels().values()] == [1]


@pytest.mark.req("C4")
async def test_nothing_is_booked_twice_while_dhl_does_not_show_it(make_world):
    world = make_world({"lag": "900"})
    order = made.buying(ABROAD, await world.quote(ABROAD))
    world.faults.add(Rule(Effect(lost_answer=True), BOOK, When(nth=1)))
    assert isinstance(await world.send(order), InDoubt)
    assert isinstance(await world.settle(order), InDoubt)
    await world.clock.sleep(901)
    assert isinstance(await world.settle(order), Done)
    assert [len(numbers) for numbers in world.sim.live_labels().values()] == [1]


@pytest.mark.req("C4")
async def test_doubt_lasts_while_dhl_cannot_be_asked(world):
    order = made.buying(ABROAD, await world.quote(ABROAD))
    world.faults.add(Rule(Effect(lost_answer=True), BOOK))
    world.faults.add(Rule(Effect(status=503), FIND, When(times=2)))
    assert isinstance(await world.send(order), InDoubt)
    assert isinstance(await world.settle(order), InDoubt)
    assert isinstance(await world.settle(order), Done)


@pytest.mark.req("C4")
async def test_two_clicks_and_another_process_book_once(world):
    order = made.buying(ABROAD, await world.quote(ABROAD))
    first, second = await asyncio.gather(world.send(order), world.send(order))
    assert isinstance(first, Done)
    assert isinstance(second, AlreadyDone)
    assert second.facts == first.facts
    other = await world.another().send(world.command(order, 2), world.shelf)
    assert isinstance(other, AlreadyDone)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_full_disk_leaves_the_booking_to_be_found(world):
    order = made.buying(ABROAD, await world.quote(ABROAD))
    world.shelf.full = True
    assert isinstance(await world.send(order), InDoubt)
    world.shelf.full = False
    assert isinstance(await world.settle(order), Done)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4", "K3")
async def test_a_carrier_that_booked_and_then_failed(world):
    order = made.buying(ABROAD, await world.quote(ABROAD))
    world.sim.control("script", {"status": 500, "path": ".*/shipments", "carry_out": True}, 0)
    assert isinstance(await world.send(order), InDoubt)
    assert isinstance(await world.settle(order), Done)


@pytest.mark.req("K3")
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [(400, "8003", Refuse), (401, "", Reauthenticate), (422, "8003", Park), (422, "410301", Park), (429, "", Retry)],
)
async def test_refusals_of_a_booking(world, status, code, expected):
    order = made.buying(ABROAD, await world.quote(ABROAD))
    script = {"status": status, "code": code, "message": "no", "path": ".*/shipments", "method": "POST"}
    world.sim.control("script", script, 0)
    verdict = await world.send(order)
    assert type(verdict) is expected
    assert verdict.why.operator
    assert str(status) in verdict.why.engineer
    assert world.sim.live_labels() == {}


@pytest.mark.req("C11")
async def test_there_is_no_void_and_a_person_is_told_so(world):
    booking = await world.bought(ABROAD)
    verdict = await world.send(made.voiding(booking))
    assert isinstance(verdict, Park)
    assert "not charged" in verdict.why.operator


async def test_wrong_credentials(make_world):
    world = make_world({"password": "other"})
    assert isinstance(await world.send(RequestRates(ABROAD)), Reauthenticate)
    with pytest.raises(PermissionError):
        await world.connector.check()
    assert "answers" in (await make_world().connector.check())[0]


@pytest.mark.req("C2", "C3")
async def test_the_customs_invoice_that_comes_with_a_label_is_told_of(world):
    goods = made.consignment(made.BONN, made.ZURICH, customs=made.customs(duties_paid_by="sender"))
    verdict = await world.send(made.buying(goods, await world.quote(goods)))
    _, label, paper = (fact.body for fact in verdict.facts)
    assert isinstance(paper, DocumentReceived)
    assert (paper.tracking_number, paper.document.kind) == (label.tracking_number, "customs_invoice")
    assert world.shelf.kept[paper.document.sha256].startswith(b"%PDF")
