"""What a refusal, a lost answer or a repeated command becomes, and what settles it."""

import asyncio

import pytest

from crossdock.connectors.shipengine.client.refusals import REFUSALS
from crossdock.model.commands import BuyLabel, CheckAddress, RequestRates, RequestTracking
from crossdock.model.events import LabelReceived, RatesQuoted, ShipmentBooked, ShipmentVoided, TrackingReported
from crossdock.model.identifiers import Reference
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.ports.wire import HttpResponse
from crossdock.sim.faults import Effect, Match, Rule, When

BUY = Match("POST", "/v1/labels.*")


def answer(status, code="", headers=None):
    body = b'{"request_id":"1","errors":[{"error_source":"carrier","error_code":"%s","message":"m"}]}' % code.encode()
    return HttpResponse(status, headers or {}, body)


@pytest.mark.req("K3")
@pytest.mark.parametrize(
    ("status", "code", "costly", "harmless"),
    [
        (400, "field_value_required", Refuse, Refuse),
        (400, "unspecified", Park, Park),
        (400, "insufficient_funds", Park, Park),
        (400, "invalid_address", Park, Park),
        (400, "identifier_conflict", InDoubt, Retry),
        (400, "invalid_status", InDoubt, Retry),
        (400, "never_heard_of", Refuse, Refuse),
        (401, "unauthorized", Reauthenticate, Reauthenticate),
        (404, "", Park, Park),
        (429, "rate_limit_exceeded", Retry, Retry),
        (500, "unspecified", InDoubt, Retry),
        (503, "", InDoubt, Retry),
    ],
)
def test_refusals_become_verdicts(status, code, costly, harmless):
    assert isinstance(REFUSALS.verdict(answer(status, code), costly=True), costly)
    assert isinstance(REFUSALS.verdict(answer(status, code), costly=False), harmless)


@pytest.mark.req("C10")
def test_throttling_says_how_long():
    verdict = REFUSALS.verdict(answer(429, "rate_limit_exceeded", {"retry-after": "7"}), costly=True)
    assert (verdict.error_class, verdict.after) == (ErrorClass.THROTTLED, 7.0)


def test_answers_that_are_no_json_still_explain_themselves():
    verdict = REFUSALS.verdict(HttpResponse(502, {}, b"<html>bad gateway\xff"), costly=True)
    assert isinstance(verdict, InDoubt)
    assert "bad gateway" in verdict.why.engineer


@pytest.mark.req("C1", "C2", "C3", "C11")
async def test_from_rates_to_void(world, say):
    (fact,) = (await world.send(RequestRates(say.goods()))).facts
    assert isinstance(fact.body, RatesQuoted)
    quote = fact.body.quote
    assert {rate.carrier for rate in quote.rates} == {"stamps_com", "ups"}
    bought = await world.send(say.buy(quote))
    assert isinstance(bought, Done)
    booking = bought.facts[0].body.booking
    assert isinstance(bought.facts[0].body, ShipmentBooked)
    assert bought.facts[0].binds == (
        Reference("tracking_number", booking.tracking_number),
        Reference("booking_reference", booking.shipment_id, "shipengine"),
    )
    label = (await world.send(say.fetch(booking))).facts[0].body
    assert isinstance(label, LabelReceived)
    assert world.shelf.kept[label.document.sha256].startswith(b"%PDF")
    assert world.sim.live_labels() == {"do:odoo:16/P1": [booking.tracking_number]}
    voided = await world.send(say.void(booking))
    assert isinstance(voided.facts[0].body, ShipmentVoided)
    assert world.sim.live_labels() == {}
    assert isinstance(await world.send(say.void(booking)), AlreadyDone)
    assert len(world.sim.ledger.of("label.voided")) == 1


@pytest.mark.req("C3")
@pytest.mark.parametrize(("form", "begins"), [("PDF", b"%PDF"), ("PNG", b"\x89PNG"), ("ZPL", b"^XA")])
async def test_labels_of_every_format(make_world, say, form, begins):
    for world, wish in ((make_world(label_format=form), "PDF"), (make_world(), form)):
        booking = await world.bought(label_format=wish)
        document = (await world.send(say.fetch(booking))).facts[0].body.document
        assert world.shelf.kept[document.sha256].startswith(begins)
        assert document.name == f"{booking.tracking_number}.{form.lower()}"


@pytest.mark.req("C1")
async def test_rates_asked_again_are_of_the_same_shipment_as_it_is_now(world, say):
    first = await world.rated()
    heavier = say.goods().package.__class__("P1", say.goods().package.weight.__class__(9, "KGM"))
    second = (await world.send(RequestRates(say.goods(package=heavier)))).facts[0].body.quote
    assert second.shipment_id == first.shipment_id
    assert second.rates[0].price.amount > first.rates[0].price.amount
    assert len(world.sim.ledger.of("shipment.created")) == 1


@pytest.mark.req("C9")
async def test_no_offer_is_a_quote_without_rates(world):
    for carrier in ("stamps_com", "ups"):
        world.control("carrier_down", carrier=carrier, message="maintenance")
    quote = await world.rated()
    assert quote.rates == ()
    assert "ups: maintenance" in quote.messages


@pytest.mark.req("C4")
async def test_a_lost_answer_to_a_purchase_is_settled_by_asking(world, say):
    quote = await world.rated()
    world.faults.add(Rule(Effect(lost_answer=True), BUY, When(nth=1)))
    assert isinstance(await world.send(say.buy(quote)), InDoubt)
    assert isinstance(await world.settle(say.buy(quote)), Done)
    again = await world.send(say.buy(quote))
    assert isinstance(again, AlreadyDone)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_purchase_that_never_arrived_is_tried_again_once_it_cannot_appear_any_more(world, say):
    quote = await world.rated()
    world.faults.add(Rule(Effect(drop=True), BUY, When(nth=1)))
    assert isinstance(await world.send(say.buy(quote)), InDoubt)
    assert isinstance(await world.settle(say.buy(quote)), InDoubt)
    world.clock.advance(60)
    assert isinstance(await world.settle(say.buy(quote)), Retry)
    assert isinstance(await world.send(say.buy(quote)), Done)


@pytest.mark.req("C4")
@pytest.mark.parametrize("sells_twice", ["false", "true"])
async def test_two_workers_buy_one_label(make_world, say, sells_twice):
    world = make_world({"sells_twice": sells_twice})
    quote = await world.rated()
    verdicts = await asyncio.gather(world.send(say.buy(quote)), world.send(say.buy(quote, 1)))
    assert len({verdict.facts for verdict in verdicts}) == 1
    assert [len(numbers) for numbers in world.sim.live_labels().values()] == [1]


@pytest.mark.req("C4")
async def test_a_carrier_that_sold_and_answered_no(world, say):
    quote = await world.rated()
    world.control("script", status=400, code="invalid_status", path="/labels/rates/.*", carry_out=True)
    assert isinstance(await world.send(say.buy(quote)), AlreadyDone)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_label_without_a_rate_is_bought_once_and_found_by_our_reference(world, say):
    order = BuyLabel(say.goods(), "do:odoo:16/P1", "", "se-660217", "ups_ground")
    world.faults.add(Rule(Effect(lost_answer=True), BUY, When(nth=1)))
    assert isinstance(await world.send(order), InDoubt)
    settled = await world.settle(order)
    assert settled.facts[0].body.booking.service == "ups_ground"
    assert world.sim.live_labels() == {"do:odoo:16/P1": [settled.facts[0].body.booking.tracking_number]}


@pytest.mark.req("C4")
async def test_a_label_still_being_made_is_doubt_until_it_is_made(world, say):
    quote = await world.rated()
    world.control("slow_label", times=2)
    assert isinstance(await world.send(say.buy(quote)), InDoubt)
    assert isinstance(await world.settle(say.buy(quote)), InDoubt)
    assert isinstance(await world.settle(say.buy(quote)), Done)


@pytest.mark.req("C4")
async def test_a_label_somebody_voided_is_not_bought_anew(world, say):
    quote = await world.rated()
    booking = (await world.send(say.buy(quote))).facts[0].body.booking
    await world.send(say.void(booking))
    assert isinstance(await world.send(say.buy(quote)), Park)
    assert isinstance(await world.settle(say.buy(quote)), Park)


@pytest.mark.req("C4", "C11")
async def test_doubt_survives_every_reason_why_nobody_can_be_asked(world, say):
    booking = await world.bought()
    for effect in (Effect(unreachable=True), Effect(drop=True), Effect(status=401), Effect(status=429)):
        world.faults.replace([Rule(effect)])
        assert isinstance(await world.settle(say.void(booking)), InDoubt)
    world.faults.replace(())
    assert isinstance(await world.settle(say.void(booking)), Retry)


@pytest.mark.req("C11")
async def test_a_lost_answer_to_a_void(world, say):
    booking = await world.bought()
    world.faults.add(Rule(Effect(lost_answer=True), Match("PUT", ".*/void")))
    assert isinstance(await world.send(say.void(booking)), InDoubt)
    assert isinstance(await world.settle(say.void(booking)), Done)


@pytest.mark.req("C11")
async def test_a_scanned_parcel_cannot_be_voided(world, say):
    booking = await world.bought()
    world.control("advance", tracking_number=booking.tracking_number)
    verdict = await world.send(say.void(booking))
    assert isinstance(verdict, Park)
    assert "label_already_used" in verdict.why.engineer


@pytest.mark.req("C11")
async def test_a_return_is_sold_as_one(world, say):
    await world.bought(is_return=True, ship_from=say.receiver, ship_to=say.sender)
    (label,) = world.sim.state()["labels"]
    assert label["is_return_label"] is True


@pytest.mark.req("N3")
async def test_files_come_from_allowed_hosts_only(make_world, say):
    world = make_world(label_hosts=("files.example",))
    assert isinstance(await world.send(say.fetch(await world.bought())), Park)


@pytest.mark.req("M4")
async def test_a_missing_key_is_a_credential_matter(world, say):
    del world.vault.values["KEY"]
    assert isinstance(await world.send(RequestRates(say.goods())), Reauthenticate)


async def test_tracking_is_asked_by_number_and_carrier(world):
    booking = await world.bought()
    world.control("finish", tracking_number=booking.tracking_number)
    verdict = await world.send(RequestTracking(booking.tracking_number, booking.carrier))
    scans = [fact.body.event for fact in verdict.facts if isinstance(fact.body, TrackingReported)]
    assert [scan.milestone for scan in reversed(scans)] == [
        "info_received", "picked_up", "arrived_at_facility", "departed_facility", "out_for_delivery", "delivered",
    ]  # fmt: skip
    assert (await world.send(RequestTracking("9400000", "stamps_com"))).facts == ()


@pytest.mark.req("M7")
async def test_check_names_carriers_and_keeps_modes_apart(make_world):
    lines = await make_world().connector.check()
    assert any("se-660217 UPS" in line for line in lines)
    with pytest.raises(PermissionError, match="production"):
        await make_world(mode="production").connector.check()
    with pytest.raises(PermissionError, match="se-1"):
        await make_world(carrier_ids=("se-1",)).connector.check()
    world = make_world()
    world.faults.add(Rule(Effect(status=500)))
    with pytest.raises(ConnectionError):
        await world.connector.check()


async def test_addresses(world, say):
    async def verdict(city):
        place = say.receiver.address.__class__(("1 Road",), city, "NC", "28801", "US")
        party = say.receiver.__class__("Ann", place)
        return (await world.send(CheckAddress("r", party))).facts[0].body

    assert (await verdict("Duluth")).verdict == "valid"
    corrected = await verdict("Asheville")
    assert (corrected.verdict, corrected.suggested.postcode) == ("corrected", "28801-0001")
    wrong = await verdict("Nowhere")
    assert (wrong.verdict, wrong.messages) == ("invalid", ("Address not found",))
    assert (await verdict("Atlantis")).verdict == "unknown"
