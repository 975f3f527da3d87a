"""What a refusal, a lost answer or a repeated command becomes, and what settles it."""

import asyncio

import pytest

from crossdock.connectors.sendcloud.client.refusals import REFUSALS
from crossdock.model.commands import CheckAddress, FetchLabel, RequestRates, RequestTracking, VoidLabel
from crossdock.model.events import LabelReceived, RatesQuoted, ShipmentBooked, ShipmentVoided
from crossdock.model.identifiers import Reference
from crossdock.model.party import Address, Party
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.ports.wire import HttpResponse
from crossdock.sim.faults import Effect, Match, Rule, When

BUY, RETURN = Match("POST", ".*/shipments/announce"), Match("POST", ".*/returns/.*")
CANCEL, CANCEL_RETURN = Match("POST", ".*/cancel"), Match("PATCH", ".*/cancel")


def answer(status, code=""):
    body = b'{"errors":[{"status":"%d","code":"%s","detail":"m","source":{"pointer":"/to_address/name"}}]}'
    return HttpResponse(status, {}, body % (status, code.encode()))


@pytest.mark.req("K3")
@pytest.mark.parametrize(
    ("status", "code", "costly", "harmless"),
    [
        (400, "required", Refuse, Refuse),
        (400, "parcel_announcement_error", Park, Park),
        (401, "authentication_failed", Reauthenticate, Reauthenticate),
        (402, "", Park, Park),
        (404, "not_found", Park, Park),
        (409, "invalid", InDoubt, Retry),
        (429, "", Retry, Retry),
        (500, "", InDoubt, Retry),
        (504, "parcel_announcement_error", InDoubt, Retry),
    ],
)
def test_refusals_become_verdicts(status, code, costly, harmless):
    assert isinstance(REFUSALS.verdict(answer(status, code), costly=True), costly)
    assert isinstance(REFUSALS.verdict(answer(status, code), costly=False), harmless)


def test_errors_of_every_form_explain_themselves():
    assert "/to_address/name" in REFUSALS.verdict(answer(400, "required"), costly=True).why.engineer
    older = HttpResponse(400, {}, b'{"error":{"code":400,"request":"api","message":"weight is missing"}}')
    assert "weight is missing" in REFUSALS.verdict(older, costly=True).why.engineer
    page = HttpResponse(502, {}, b"<html>bad gateway\xff")
    assert "bad gateway" in REFUSALS.verdict(page, costly=True).why.engineer


@pytest.mark.req("C1", "C2", "C3", "C11")
async def test_from_rates_to_void(world, say):
    (fact,) = (await world.send(RequestRates(say.goods()))).facts
    assert isinstance(fact.body, RatesQuoted)
    quote = fact.body.quote
    assert [(rate.id, rate.carrier, str(rate.price), rate.delivery_days) for rate in quote.rates] == [
        ("postnl:standard/signature@517", "postnl", "7.75 EUR", 1),
        ("dpd:classic", "dpd", "7.35 EUR", 2),
        ("ups:express", "ups", "21.50 EUR", 1),
    ]
    assert quote.messages == ("postnl:small left out: Sendcloud tells no price",)
    bought = await world.send(say.buy(quote))
    assert isinstance(bought, Done)
    booking = bought.facts[0].body.booking
    assert isinstance(bought.facts[0].body, ShipmentBooked)
    assert bought.facts[0].binds[0] == Reference("tracking_number", booking.tracking_number)
    (shipment,) = world.sim.state()["shipments"]
    assert shipment["ship_with"]["properties"] == {
        "shipping_option_code": "postnl:standard/signature",
        "contract_id": 517,
    }
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


@pytest.mark.req("C4")
async def test_a_lost_answer_to_a_purchase_is_settled_by_asking(world, say):
    quote = await world.rated()
    world.faults.add(Rule(Effect(lost_answer=True), BUY, When(nth=1)))
    assert isinstance(await world.send(say.buy(quote)), InDoubt)
    settled = await world.settle(say.buy(quote))
    assert isinstance(settled, Done)
    again = await world.send(say.buy(quote))
    assert isinstance(again, AlreadyDone)
    assert again.facts == settled.facts
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_purchase_that_never_arrived_is_tried_again(world, say):
    quote = await world.rated()
    world.faults.add(Rule(Effect(drop=True), BUY, When(nth=1)))
    assert isinstance(await world.send(say.buy(quote)), InDoubt)
    assert isinstance(await world.settle(say.buy(quote)), Retry)
    assert isinstance(await world.send(say.buy(quote)), Done)


@pytest.mark.req("C4")
async def test_two_workers_and_a_duplicating_proxy_buy_one_label(world, say):
    quote = await world.rated()
    verdicts = await asyncio.gather(world.send(say.buy(quote)), world.send(say.buy(quote, 1)))
    assert len({verdict.facts for verdict in verdicts}) == 1
    world.faults.add(Rule(Effect(duplicate=True), BUY))
    assert isinstance(await world.send(say.buy(quote, reference="do:odoo:17/P1")), AlreadyDone)
    assert [len(numbers) for numbers in world.sim.live_labels().values()] == [1, 1]


@pytest.mark.req("C4")
async def test_a_shipment_still_being_announced_is_doubt_until_it_is(world, say):
    quote = await world.rated()
    world.control("slow_label", times=2)
    assert isinstance(await world.send(say.buy(quote)), InDoubt)
    assert isinstance(await world.settle(say.buy(quote)), InDoubt)
    assert isinstance(await world.settle(say.buy(quote)), Done)


@pytest.mark.req("C4", "C9")
async def test_what_failed_or_was_cancelled_is_a_persons(world, say):
    quote = await world.rated()
    world.control("carrier_down", carrier="postnl", message="depot closed")
    refused = await world.send(say.buy(quote))
    assert isinstance(refused, Park)
    assert "depot closed" in refused.why.engineer
    assert {rate.carrier for rate in (await world.rated()).rates} == {"dpd", "ups"}
    booking = (await world.send(say.buy(quote, 1))).facts[0].body.booking
    await world.send(say.void(booking))
    assert isinstance(await world.settle(say.buy(quote, 1)), Park)
    (shipment,) = world.sim.state()["shipments"]
    shipment["parcels"][0]["status"]["code"] = "ANNOUNCEMENT_FAILED"
    assert isinstance(await world.settle(say.buy(quote, 1)), Park)


@pytest.mark.req("C4", "C11")
async def test_doubt_survives_every_reason_why_nobody_can_be_asked(world, say):
    booking = await world.bought()
    for effect in (Effect(unreachable=True), Effect(drop=True), Effect(status=401), Effect(status=429)):
        world.faults.replace([Rule(effect)])
        assert isinstance(await world.settle(say.void(booking)), InDoubt)
    world.faults.replace(())
    assert isinstance(await world.settle(say.void(booking)), Retry)


@pytest.mark.req("C11")
async def test_a_lost_answer_to_a_cancellation(world, say):
    booking = await world.bought()
    world.faults.add(Rule(Effect(lost_answer=True), CANCEL))
    assert isinstance(await world.send(say.void(booking)), InDoubt)
    assert isinstance(await world.settle(say.void(booking)), Done)


@pytest.mark.req("C11")
async def test_a_delivered_parcel_is_not_cancelled(world, say):
    booking = await world.bought()
    world.control("finish", tracking_number=booking.tracking_number)
    assert isinstance(await world.send(say.void(booking)), Park)


@pytest.mark.req("C4", "C11")
async def test_a_return_is_booked_once_and_cancelled(world, say):
    changes = say.returning()
    quote = await world.rated(**changes)
    done = await world.send(say.buy(quote, **changes))
    booking = done.facts[0].body.booking
    assert booking.shipment_id.startswith("return:")
    assert str(booking.cost) == "5.95 EUR"
    document = (await world.send(say.fetch(booking))).facts[0].body.document
    assert world.shelf.kept[document.sha256].startswith(b"%PDF")
    assert isinstance(await world.send(say.buy(quote, **changes)), AlreadyDone)
    world.faults.add(Rule(Effect(lost_answer=True), CANCEL_RETURN))
    assert isinstance(await world.settle(say.void(booking)), Retry)
    assert isinstance(await world.send(say.void(booking)), InDoubt)
    assert isinstance(await world.settle(say.void(booking)), Done)
    assert isinstance(await world.send(say.void(booking)), AlreadyDone)
    assert isinstance(await world.send(say.buy(quote, **changes)), Park)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_lost_answer_to_a_return(world, say):
    changes = say.returning()
    quote = await world.rated(**changes)
    world.faults.add(Rule(Effect(lost_answer=True), RETURN, When(nth=1)))
    assert isinstance(await world.send(say.buy(quote, **changes)), InDoubt)
    settled = await world.settle(say.buy(quote, **changes))
    assert isinstance(settled, Done)
    booking = settled.facts[0].body.booking
    assert booking.shipment_id.startswith("return-parcel:")
    assert isinstance(await world.send(say.void(booking)), Park)
    assert [len(numbers) for numbers in world.sim.live_labels().values()] == [1]


@pytest.mark.req("C4")
async def test_a_return_that_never_arrived_and_two_workers(world, say):
    changes = say.returning()
    quote = await world.rated(**changes)
    world.faults.add(Rule(Effect(drop=True), RETURN, When(nth=1)))
    assert isinstance(await world.send(say.buy(quote, **changes)), InDoubt)
    assert isinstance(await world.settle(say.buy(quote, **changes)), InDoubt)
    world.clock.advance(60)
    assert isinstance(await world.settle(say.buy(quote, **changes)), Retry)
    await asyncio.gather(world.send(say.buy(quote, **changes)), world.send(say.buy(quote, **changes)))
    assert len(world.sim.ledger.of("label.bought")) == 1


async def test_returns_are_looked_through_page_by_page(world, say):
    for number in range(41):
        changes = say.returning(reference=f"do:odoo:{number}/P1")
        await world.bought(**changes)
    first = say.returning(reference="do:odoo:0/P1")
    assert isinstance(await world.send(say.buy(await world.rated(**first), **first)), AlreadyDone)


@pytest.mark.req("C11")
async def test_a_return_on_its_way_is_not_cancelled(world, say):
    booking = await world.bought(**say.returning())
    world.control("advance", tracking_number=booking.tracking_number)
    assert isinstance(await world.send(say.void(booking)), Park)


@pytest.mark.req("C11")
async def test_a_pickup_is_ordered_once(world, say):
    world.faults.add(Rule(Effect(lost_answer=True), Match("POST", ".*/pickups"), When(nth=1)))
    assert isinstance(await world.send(say.collect()), InDoubt)
    settled = await world.settle(say.collect())
    assert isinstance(settled, Done)
    assert isinstance(await world.send(say.collect()), AlreadyDone)
    assert isinstance(await world.send(say.collect(reference="pk-2")), Done)
    first, second = world.sim.state()["pickups"]
    assert (first["reference"], second["reference"]) == ("pk-1", "pk-2")
    assert first["items"] == [
        {"quantity": 1, "container_type": "parcel", "total_weight": {"value": "2.50", "unit": "kg"}}
    ]


async def test_a_pickup_that_never_arrived_or_failed(world, say):
    world.faults.add(Rule(Effect(drop=True), Match("POST", ".*/pickups"), When(nth=1)))
    assert isinstance(await world.send(say.collect()), InDoubt)
    assert isinstance(await world.settle(say.collect()), InDoubt)
    world.clock.advance(60)
    assert isinstance(await world.settle(say.collect()), Retry)
    pickup = (await world.send(say.collect())).facts[0].body
    world.control("pickup_failed", id=pickup.pickup_id)
    assert isinstance(await world.send(say.collect()), Done)
    assert len(world.sim.ledger.of("pickup.scheduled")) == 2


@pytest.mark.req("N3")
async def test_labels_are_fetched_below_the_api_alone(world):
    await world.bought()
    for address in (
        "https://files.example/label",
        "https://panel.sendcloud.sc.example/api/v3/parcels/1/documents/label",
    ):
        assert isinstance(await world.send(FetchLabel("P1", "s", "3S1", address)), Park)
    assert world.sim.ledger.of("file.fetched") == ()


@pytest.mark.req("M4")
async def test_a_missing_key_is_a_credential_matter(world, say):
    world.vault.values["SECRET"] = "wrong"
    assert isinstance(await world.send(RequestRates(say.goods())), Reauthenticate)
    del world.vault.values["SECRET"]
    assert isinstance(await world.send(RequestRates(say.goods())), Reauthenticate)


async def test_tracking_is_asked_by_number(world):
    booking = await world.bought()
    world.control("finish", tracking_number=booking.tracking_number)
    verdict = await world.send(RequestTracking(booking.tracking_number))
    assert [fact.body.event.milestone for fact in verdict.facts] == [
        "info_received", "picked_up", "arrived_at_facility", "out_for_delivery", "delivered",
    ]  # fmt: skip
    assert isinstance(await world.send(RequestTracking("3S9")), Park)


async def test_addresses(world, make_world):
    async def checked(city, postcode="28195", at=world):
        verdict = await at.send(CheckAddress("r", Party("Ann", Address(("Road 1",), city, "", postcode, "NL"))))
        return verdict.facts[0].body if isinstance(verdict, Done) else verdict

    assert (await checked("Bremen")).verdict == "valid"
    corrected = await checked("Eindhoven", "5611EM")
    assert (corrected.verdict, corrected.suggested.postcode) == ("corrected", "5611 EM")
    wrong = await checked("Nowhere")
    assert (wrong.verdict, wrong.messages) == ("invalid", ("city is not known",))
    assert isinstance(await checked("Bremen", at=make_world(address_carrier="")), Refuse)


async def test_check_talks_without_effect(make_world):
    world = make_world()
    assert "webhooks are checked" in await world.connector.check()
    world.faults.add(Rule(Effect(status=401)))
    with pytest.raises(PermissionError):
        await world.connector.check()
    world.faults.replace([Rule(Effect(status=500))])
    with pytest.raises(ConnectionError):
        await world.connector.check()


async def test_a_shipment_that_is_gone_there_is_a_persons(world):
    gone = VoidLabel("P1", "no-such-id", "3S1")
    assert isinstance(await world.send(gone), Park)
    assert isinstance(await world.settle(gone), Park)
