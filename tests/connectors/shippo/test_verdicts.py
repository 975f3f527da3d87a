"""What a refusal, a lost answer or a repeated command becomes, and what settles it."""

import asyncio

import pytest
from msgspec import structs

from crossdock.connectors.shippo.client.refusals import REFUSALS
from crossdock.model.events import LabelReceived, RatesQuoted, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.ports.wire import HttpResponse
from crossdock.sim.faults import Effect, Match, Rule, When

BUY = Match("POST", "/transactions")
REFUND = Match("POST", "/refunds")


def order(world, **given):
    world.sim.control("script", {"path": "/transactions", "method": "POST"} | given, world.clock.now())


@pytest.mark.req("K3")
@pytest.mark.parametrize(
    ("status", "costly", "harmless"),
    [
        (400, Refuse, Refuse),
        (401, Reauthenticate, Reauthenticate),
        (403, Reauthenticate, Reauthenticate),
        (402, Park, Park),
        (404, Park, Park),
        (409, InDoubt, Retry),
        (422, Refuse, Refuse),
        (429, Retry, Retry),
        (500, InDoubt, Retry),
        (503, InDoubt, Retry),
        (302, Park, Park),
    ],
)
def test_table(status, costly, harmless):
    response = HttpResponse(status, {}, b'{"rate": ["Rate not found."]}')
    for verdict, expected in (
        (REFUSALS.verdict(response, costly=True), costly),
        (REFUSALS.verdict(response, costly=False), harmless),
    ):
        assert type(verdict) is expected
        assert verdict.why.operator
        assert str(status) in verdict.why.engineer
        assert "Rate not found." in verdict.why.engineer


def test_answers_that_are_no_json_still_explain_themselves():
    verdict = REFUSALS.verdict(HttpResponse(502, {}, b"<html>bad gateway\xff"), costly=True)
    assert isinstance(verdict, InDoubt)
    assert "bad gateway" in verdict.why.engineer


@pytest.mark.req("C1", "C2", "C3", "C11")
async def test_from_rates_to_void(world, commands):
    rated = await world.send(commands.rates())
    (fact,) = rated.facts
    assert isinstance(fact.body, RatesQuoted)
    assert fact.subject == "do:odoo:16"
    quote = fact.body.quote
    assert {rate.carrier for rate in quote.rates} == {"USPS", "UPS"}
    bought = await world.send(commands.buy(quote))
    assert isinstance(bought, Done)
    booking = bought.facts[0].body.booking
    assert isinstance(bought.facts[0].body, ShipmentBooked)
    assert bought.facts[0].binds == (
        Reference("tracking_number", booking.tracking_number),
        Reference("booking_reference", booking.shipment_id, "shippo"),
    )
    assert (booking.cost, booking.carrier, booking.service) == (quote.rates[0].price, "USPS", "usps_ground_advantage")
    label = (await world.send(commands.fetch(booking))).facts[0].body
    assert isinstance(label, LabelReceived)
    assert world.shelf.kept[label.document.sha256].startswith(b"%PDF")
    assert label.document.name == f"{booking.tracking_number}.pdf"
    assert world.sim.live_labels() == {"do:odoo:16/P1": [booking.tracking_number]}
    voided = await world.send(commands.void(booking))
    assert isinstance(voided, Done)
    assert isinstance(voided.facts[0].body, ShipmentVoided)
    assert world.sim.live_labels() == {}
    again = await world.send(commands.void(booking))
    assert isinstance(again, AlreadyDone)
    assert len(world.sim.ledger.of("label.voided")) == 1


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("label_format", "media_type", "start"),
    [("PDF", "application/pdf", b"%PDF"), ("PNG", "image/png", b"\x89PNG"), ("ZPL", "application/zpl", b"^XA")],
)
async def test_labels_come_in_the_format_asked_for(world, commands, label_format, media_type, start):
    quote = await world.rated()
    booking = (await world.send(commands.buy(quote, label_format=label_format))).facts[0].body.booking
    assert booking.label_media_type == media_type
    label = (await world.send(commands.fetch(booking))).facts[0].body
    assert world.shelf.kept[label.document.sha256].startswith(start)


@pytest.mark.req("C4")
async def test_a_lost_answer_to_a_purchase_is_settled_by_its_rate(world, commands):
    quote = await world.rated()
    world.faults.add(Rule(Effect(lost_answer=True), BUY))
    assert isinstance(await world.send(commands.buy(quote)), InDoubt)
    assert isinstance(await world.settle(commands.buy(quote)), Done)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_purchase_that_does_not_show_is_doubted_for_a_while(world, commands):
    quote = await world.rated()
    world.faults.add(Rule(Effect(drop=True), BUY, When(nth=1)))
    assert isinstance(await world.send(commands.buy(quote)), InDoubt)
    assert isinstance(await world.settle(commands.buy(quote)), InDoubt), "Shippo may still be waiting for the carrier"
    await world.clock.sleep(world.config.doubt_seconds)
    assert isinstance(await world.settle(commands.buy(quote)), Retry)
    assert isinstance(await world.send(commands.buy(quote)), Done)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_second_purchase_gives_the_facts_of_the_first(world, commands):
    quote = await world.rated()
    first = await world.send(commands.buy(quote))
    second = await world.send(commands.buy(quote))
    assert isinstance(second, AlreadyDone)
    assert second.facts == first.facts
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_two_workers_buy_one_label(world, commands):
    quote = await world.rated()
    verdicts = await asyncio.gather(world.send(commands.buy(quote)), world.send(commands.buy(quote)))
    assert {type(verdict) for verdict in verdicts} == {Done, AlreadyDone}
    assert [len(numbers) for numbers in world.sim.live_labels().values()] == [1]


@pytest.mark.req("C4")
async def test_two_labels_for_one_rate_are_shown_to_a_person(world, commands):
    quote = await world.rated()
    world.faults.add(Rule(Effect(duplicate=True), BUY))
    assert isinstance(await world.send(commands.buy(quote)), Done)
    assert len(world.sim.ledger.of("label.bought")) == 2, "Shippo is not known to refuse a second sale"
    verdict = await world.send(commands.buy(quote))
    assert isinstance(verdict, Park)
    assert all(each["object_id"] in verdict.why.engineer for each in world.sim.state()["transactions"])


@pytest.mark.req("C4", "C5")
@pytest.mark.parametrize("asynchronous", [True, False])
async def test_a_label_that_is_being_made_is_asked_for_until_it_is_there(make_world, commands, asynchronous):
    world = make_world(asynchronous=asynchronous)
    if not asynchronous:
        world.sim.control("queue", {}, world.clock.now())
    quote = await world.rated()
    assert isinstance(await world.send(commands.buy(quote)), InDoubt)
    assert world.sim.live_labels() == {}
    assert isinstance(await world.settle(commands.buy(quote)), InDoubt)
    assert isinstance(await world.send(commands.buy(quote)), InDoubt), "it is not bought beside the one being made"
    await world.clock.sleep(30)
    assert isinstance(await world.settle(commands.buy(quote)), Done)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("K3", "C9")
async def test_a_purchase_that_came_to_an_error_says_why(world, commands):
    quote = await world.rated()
    order(world, error="UPS API did not respond. Please try again in a few minutes.", code="carrier_timeout")
    verdict = await world.send(commands.buy(quote))
    assert (type(verdict), verdict.error_class) == (Retry, ErrorClass.SERVER)
    order(world, error="Sender address is outside the service area")
    verdict = await world.send(commands.buy(quote))
    assert isinstance(verdict, Park)
    assert "service area" in verdict.why.engineer
    assert isinstance(await world.send(commands.buy(quote)), Done), "what failed does not stand in the way"
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_an_error_whose_answer_was_lost_ends_the_doubt_only_in_time(world, commands):
    quote = await world.rated()
    order(world, error="Sender address is outside the service area")
    world.faults.add(Rule(Effect(lost_answer=True), BUY))
    assert isinstance(await world.send(commands.buy(quote)), InDoubt)
    assert isinstance(await world.settle(commands.buy(quote)), InDoubt)
    await world.clock.sleep(world.config.doubt_seconds)
    assert isinstance(await world.settle(commands.buy(quote)), Park)
    assert world.sim.live_labels() == {}


@pytest.mark.req("C4")
async def test_a_carrier_that_sold_and_a_server_that_failed(world, commands):
    quote = await world.rated()
    order(world, status=504, body={"detail": "Gateway timeout"}, carry_out=True)
    assert isinstance(await world.send(commands.buy(quote)), InDoubt)
    assert isinstance(await world.settle(commands.buy(quote)), Done)


@pytest.mark.req("C4", "C11")
async def test_doubt_survives_every_reason_why_nobody_can_be_asked(world, commands):
    quote = await world.rated()
    booking = (await world.send(commands.buy(quote))).facts[0].body.booking
    for effect in (Effect(unreachable=True), Effect(drop=True), Effect(status=401), Effect(status=429)):
        world.faults.replace([Rule(effect)])
        assert isinstance(await world.settle(commands.void(booking)), InDoubt)
        assert isinstance(await world.settle(commands.buy(quote)), InDoubt)


@pytest.mark.req("C4", "C11")
async def test_a_lost_answer_to_a_refund_is_settled_by_asking(world, commands):
    booking = await world.bought()
    world.faults.add(Rule(Effect(drop=True), REFUND, When(nth=1)))
    assert isinstance(await world.send(commands.void(booking)), InDoubt)
    assert isinstance(await world.settle(commands.void(booking)), InDoubt)
    await world.clock.sleep(world.config.doubt_seconds)
    assert isinstance(await world.settle(commands.void(booking)), Retry)
    world.faults.replace([Rule(Effect(lost_answer=True), REFUND)])
    assert isinstance(await world.send(commands.void(booking)), InDoubt)
    assert isinstance(await world.settle(commands.void(booking)), Done)
    assert len(world.sim.ledger.of("label.voided")) == 1


@pytest.mark.req("C11")
async def test_what_cannot_be_voided(world, commands):
    booking = await world.bought()
    world.sim.control("advance", {"tracking_number": booking.tracking_number}, world.clock.now())
    assert isinstance(await world.send(commands.void(booking)), Park)
    world.sim.control("queue", {}, world.clock.now())
    quote = await world.rated()
    await world.send(commands.buy(quote))
    unfinished = world.sim.state()["transactions"][-1]["object_id"]
    assert isinstance(await world.send(structs.replace(commands.void(booking), shipment_id=unfinished)), Park)


@pytest.mark.req("K3", "K6", "C10")
async def test_unreachable_late_and_throttled(world, commands):
    world.faults.replace([Rule(Effect(unreachable=True))])
    verdict = await world.send(commands.rates())
    assert (type(verdict), verdict.error_class) == (Retry, ErrorClass.UNREACHABLE)
    world.faults.replace([Rule(Effect(latency=99.0))])
    verdict = await world.send(commands.rates())
    assert (type(verdict), verdict.error_class) == (Retry, ErrorClass.TIMEOUT)
    world.faults.replace([Rule(Effect(status=429, retry_after=11))])
    verdict = await world.send(commands.rates())
    assert (verdict.error_class, verdict.after) == (ErrorClass.THROTTLED, 11.0)


@pytest.mark.req("C4")
async def test_what_is_free_is_done_again(world, commands):
    booking = await world.bought()
    assert isinstance(await world.settle(commands.rates()), Retry)
    assert isinstance(await world.settle(commands.fetch(booking)), Retry)


@pytest.mark.req("N3")
async def test_a_label_is_fetched_from_allowed_hosts_only(make_world, commands):
    world = make_world(label_hosts=("files.example",))
    booking = await world.bought()
    assert isinstance(await world.send(commands.fetch(booking)), Park)


@pytest.mark.req("C3")
async def test_a_label_that_is_gone_is_parked(world, commands):
    booking = await world.bought()
    world.sim.control("purge_label", {"tracking_number": booking.tracking_number}, world.clock.now())
    assert isinstance(await world.send(commands.fetch(booking)), Park)


@pytest.mark.req("M4", "M7")
async def test_a_missing_or_wrong_token(world, make_world, commands):
    assert isinstance(await make_world(mode="live").send(commands.rates()), Park)
    with pytest.raises(PermissionError):
        await make_world(mode="live").connector.check()
    assert "the API token is a test token" in await world.connector.check()
    world.faults.replace([Rule(Effect(status=401))])
    with pytest.raises(PermissionError):
        await world.connector.check()
    world.faults.replace([Rule(Effect(status=500))])
    with pytest.raises(ConnectionError):
        await world.connector.check()
    world.faults.replace(())
    del world.vault.values["TOKEN"]
    assert isinstance(await world.send(commands.rates()), Reauthenticate)


@pytest.mark.req("C9")
async def test_no_offer_is_a_quote_without_rates(world):
    for carrier in ("USPS", "UPS"):
        world.sim.control("carrier_down", {"carrier": carrier, "message": "maintenance"}, world.clock.now())
    quote = await world.rated()
    assert quote.rates == ()
    assert "USPS carrier_timeout: maintenance" in quote.messages
    world.sim.control("carrier_up", {"carrier": "USPS"}, world.clock.now())
    assert {rate.carrier for rate in (await world.rated()).rates} == {"USPS"}


async def test_there_are_no_feeds(world):
    assert isinstance(await world.connector.fetch("tracks", ""), Refuse)
