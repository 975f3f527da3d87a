"""Prices, labels, cancellations, and what becomes of answers that are lost."""

import asyncio

import pytest

import consignments as made
from crossdock.connectors.usps.mapping import parties
from crossdock.model.events import LabelReceived, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.sim.faults import Effect, Match, Rule, When

BUY = Match("POST", "/labels/v3/label")
GOODS = made.consignment(made.DULUTH, made.ASHEVILLE)
ABROAD = made.consignment(made.DULUTH, made.TORONTO)
REFERENCE = "do:odoo:16/P1"


def dollars(**changes):
    declared = made.customs(**changes)
    item = declared.items[0]
    return type(declared)((type(item)(item.description, item.quantity, made.Money(4500, "USD"), item.weight),))


@pytest.mark.req("C1")
async def test_prices_name_the_reference_and_the_mail_class(world):
    quote = await world.quote(GOODS)
    assert quote.shipment_id == REFERENCE
    assert [(rate.id, rate.service, str(rate.price)) for rate in quote.rates] == [
        ("USPS_GROUND_ADVANTAGE", "Ground Advantage", "13.46 USD"),
        ("PRIORITY_MAIL", "Priority Mail", "18.72 USD"),
        ("PRIORITY_MAIL_EXPRESS", "Priority Mail Express", "60.37 USD"),
    ]
    assert next(rate.id for rate in (await world.quote(ABROAD)).rates).startswith("FIRST-CLASS")


@pytest.mark.req("C1")
async def test_a_class_that_is_not_sold_is_a_message(make_world):
    world = make_world(mail_classes=("PRIORITY_MAIL", "BOUND_PRINTED_MATTER"))
    quote = await world.quote(GOODS)
    assert [rate.id for rate in quote.rates] == ["PRIORITY_MAIL"]
    assert "BOUND_PRINTED_MATTER" in quote.messages[0]
    assert (await world.quote(made.consignment(made.BONN, made.LYON))).rates == ()


@pytest.mark.req("C2", "C3")
async def test_a_purchase_brings_its_label(world):
    verdict = await world.send(made.buying(GOODS, await world.quote(GOODS)))
    assert isinstance(verdict, Done)
    booked, label = (fact.body for fact in verdict.facts)
    assert isinstance(booked, ShipmentBooked)
    assert isinstance(label, LabelReceived)
    number = booked.booking.tracking_number
    assert Reference("tracking_number", number) in verdict.facts[0].binds
    assert str(booked.booking.cost) == "13.46 USD"
    assert world.shelf.kept[label.document.sha256].startswith(b"%PDF")
    assert world.sim.live_labels() == {REFERENCE: [number]}
    assert booked.booking.booking_reference == parties.key_of(REFERENCE)


@pytest.mark.req("C2")
async def test_abroad_there_is_a_customs_form(world):
    goods = made.consignment(made.DULUTH, made.TORONTO, customs=dollars())
    booking = await world.bought(goods)
    assert booking.tracking_number.endswith("US")
    bare = await world.send(made.buying(ABROAD, await world.quote(ABROAD)))
    assert isinstance(bare, AlreadyDone)  # the same reference
    other = made.consignment(made.DULUTH, made.TORONTO, reference="another")
    assert isinstance(await world.send(made.buying(other, await world.quote(other))), Refuse)
    euros = made.consignment(made.DULUTH, made.TORONTO, reference="a third", customs=made.customs())
    assert isinstance(await world.send(made.buying(euros, await world.quote(euros))), Refuse)
    voided = await world.send(made.voiding(booking))
    assert isinstance(voided.facts[0].body, ShipmentVoided)


@pytest.mark.req("C3")
async def test_thermal_labels_and_returns(world):
    goods = made.consignment(made.DULUTH, made.ASHEVILLE, label_format="ZPL")
    document = (await world.send(made.buying(goods, await world.quote(goods)))).facts[1].body.document
    assert document.media_type == "application/zpl"
    back = made.consignment(made.ASHEVILLE, made.DULUTH, reference="rma-1", is_return=True)
    quote = await world.quote(back)
    assert [rate.id for rate in quote.rates] == ["USPS_GROUND_ADVANTAGE_RETURN_SERVICE"]
    document = (await world.send(made.buying(back, quote))).facts[1].body.document
    assert document.kind == "return_label"


@pytest.mark.req("C3")
async def test_a_label_is_fetched_from_where_it_is_held_else_printed_again(world):
    booking = await world.bought(GOODS)
    await world.send(made.fetching(booking))
    assert world.sim.ledger.of("label.reprinted") == ()
    world.shelf.kept.clear()
    again = await world.send(made.fetching(booking))
    assert isinstance(again.facts[0].body, LabelReceived)
    assert len(world.sim.ledger.of("label.reprinted")) == 1


@pytest.mark.req("C4")
async def test_a_lost_answer_is_settled_by_the_key(world):
    order = made.buying(GOODS, await world.quote(GOODS))
    world.faults.add(Rule(Effect(lost_answer=True), BUY))
    assert isinstance(await world.send(order), InDoubt)
    settled = await world.settle(order)
    assert isinstance(settled, Done)
    assert [type(fact.body) for fact in settled.facts] == [ShipmentBooked, LabelReceived]
    assert str(settled.facts[0].body.booking.cost) == "13.46 USD"
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_purchase_that_never_arrived_is_made_again_after_the_lag(world):
    order = made.buying(GOODS, await world.quote(GOODS))
    world.faults.add(Rule(Effect(drop=True), BUY, When(nth=1)))
    assert isinstance(await world.send(order), InDoubt)
    assert isinstance(await world.settle(order), InDoubt)
    await world.clock.sleep(61)
    assert isinstance(await world.settle(order), Retry)
    assert isinstance(await world.send(order, 3), Done)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_label_that_is_given_out_no_more_stays_in_doubt(make_world):
    world = make_world({"reprints": "0"})
    order = made.buying(GOODS, await world.quote(GOODS))
    world.faults.add(Rule(Effect(lost_answer=True), BUY))
    assert isinstance(await world.send(order), InDoubt)
    await world.clock.sleep(3600)
    assert isinstance(await world.settle(order), InDoubt)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_two_clicks_and_another_process_buy_once(world):
    order = made.buying(GOODS, await world.quote(GOODS))
    first, second = await asyncio.gather(world.send(order), world.send(order))
    assert isinstance(first, Done)
    assert isinstance(second, AlreadyDone)
    assert second.facts == first.facts
    assert isinstance(await world.another().send(world.command(order), world.shelf), AlreadyDone)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_full_disk_leaves_the_label_to_be_found(world):
    order = made.buying(GOODS, await world.quote(GOODS))
    world.shelf.full = True
    assert isinstance(await world.send(order), InDoubt)
    world.shelf.full = False
    assert isinstance(await world.settle(order), Done)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C11")
async def test_a_cancelled_label_is_cancelled_once_and_may_be_bought_anew(world):
    order = made.buying(GOODS, await world.quote(GOODS))
    booking = (await world.send(order)).facts[0].body.booking
    assert isinstance(await world.send(made.voiding(booking)), Done)
    assert isinstance(await world.send(made.voiding(booking)), AlreadyDone)
    assert world.sim.live_labels() == {}
    assert isinstance(await world.settle(order), Park)
    again = await world.send(order)
    assert isinstance(again, Done)
    assert again.facts[0].body.booking.tracking_number != booking.tracking_number
    assert len(world.sim.ledger.of("label.voided")) == 1


@pytest.mark.req("C11")
async def test_a_label_in_the_mail_is_not_taken_back(world):
    booking = await world.bought(GOODS)
    world.sim.control("scan", {"tracking_number": booking.tracking_number}, world.clock.now())
    assert isinstance(await world.send(made.voiding(booking)), Refuse)
    assert len(world.sim.live_labels()) == 1


@pytest.mark.req("K3")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, Refuse),
        (403, Reauthenticate),
        (402, Park),
        (422, Park),
        (429, Retry),
        (503, InDoubt),
    ],
)
async def test_refusals_of_a_purchase(world, status, expected):
    order = made.buying(GOODS, await world.quote(GOODS))
    script = {"status": status, "message": "no", "path": "/labels/v3/label", "times": 2}
    world.sim.control("script", script, 0)
    verdict = await world.send(order)
    assert type(verdict) is expected
    assert verdict.why.operator
    assert str(status) in verdict.why.engineer
    assert world.sim.live_labels() == {}


async def test_ended_tokens_are_asked_for_again(world):
    await world.quote(GOODS)
    world.sim.control("revoke", {}, 0)
    assert (await world.quote(GOODS)).rates
    assert len(await world.connector.check()) == 2


async def test_wrong_credentials(make_world):
    world = make_world({"client_secret": "other"})
    with pytest.raises(PermissionError):
        await world.connector.check()
    world.vault.values.clear()
    assert isinstance(await world.send(made.RequestRates(GOODS)), Reauthenticate)
