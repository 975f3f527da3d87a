"""One label per reference, whatever happens to the call that buys it."""

import asyncio

import pytest

from crossdock.connectors.ups import wire
from crossdock.connectors.ups.mapping import booking
from crossdock.model.events import LabelReceived
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, InDoubt, Reauthenticate, Retry
from crossdock.sim.faults import Effect, Match, Rule, When

SHIP = Match("POST", "/api/shipments/v2409/ship")
TRACK = Match("GET", "/api/track/.*")
PICKUP = Match("POST", "/api/pickupcreation/.*")


def live(world):
    return [number for numbers in world.sim.live_labels().values() for number in numbers]


@pytest.mark.req("C4")
async def test_a_lost_answer_is_settled_by_reference_and_the_label_recovered(world, words):
    world.faults.add(Rule(Effect(lost_answer=True), SHIP))
    assert isinstance(await world.send(words.buy(label_format="ZPL")), InDoubt)
    settled = await world.settle(words.buy(label_format="ZPL"))
    assert isinstance(settled, Done)
    booked, labelled = settled.facts
    assert [booked.body.booking.tracking_number] == live(world)
    assert isinstance(labelled.body, LabelReceived)
    assert world.shelf.kept[labelled.body.document.sha256].startswith(b"^XA")
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_what_tracking_does_not_show_yet_label_recovery_does(make_world, words):
    world = make_world({"lookup_lag": "3600"})
    world.faults.add(Rule(Effect(lost_answer=True), SHIP))
    assert isinstance(await world.send(words.buy()), InDoubt)
    assert isinstance(await world.settle(words.buy()), Done)
    assert len(live(world)) == 1


@pytest.mark.req("C4")
def test_a_recovered_label_that_was_voided_does_not_stand():
    status = wire.StatusType("MV", "VP")
    seen = wire.TrackResponse([wire.TrackedShipment([wire.TrackedPackage("1ZA", status)])])
    both = wire.Recovery("1ZA", [wire.LabelResult("1ZA"), wire.LabelResult("1ZB")])
    assert booking.recovered(both, seen) == ["1ZB"]
    assert booking.recovered(wire.Recovery("1ZA"), seen) == []
    assert booking.recovered(wire.Recovery("1ZC"), seen) == ["1ZC"]


@pytest.mark.req("C4")
async def test_a_label_nothing_shows_yet_is_waited_for(make_world, words):
    world = make_world({"lookup_lag": "120", "recovery_lag": "60"})
    world.faults.add(Rule(Effect(lost_answer=True), SHIP))
    assert isinstance(await world.send(words.buy()), InDoubt)
    assert isinstance(await world.settle(words.buy()), InDoubt)
    await world.clock.sleep(70)
    assert isinstance(await world.settle(words.buy()), Done)
    assert len(live(world)) == 1


@pytest.mark.req("C4")
async def test_a_purchase_that_never_arrived_is_tried_again_after_the_lag(world, words):
    world.faults.add(Rule(Effect(drop=True), SHIP, When(nth=1)))
    assert isinstance(await world.send(words.buy()), InDoubt)
    assert isinstance(await world.settle(words.buy()), InDoubt)
    await world.clock.sleep(299)
    assert isinstance(await world.settle(words.buy()), InDoubt)
    await world.clock.sleep(2)
    assert isinstance(await world.settle(words.buy()), Retry)
    assert isinstance(await world.send(words.buy(), 3), Done)
    assert len(live(world)) == 1


@pytest.mark.req("C4")
async def test_a_second_purchase_gives_the_facts_of_the_first(world, words):
    first = await world.send(words.buy())
    assert await world.send(words.buy("02")) == AlreadyDone(first.facts)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_duplicated_purchase_leaves_one_label(world, words):
    world.faults.add(Rule(Effect(duplicate=True), SHIP))
    verdict = await world.send(words.buy())
    assert isinstance(verdict, AlreadyDone)
    assert [verdict.facts[0].body.booking.tracking_number] == live(world)
    assert len(world.sim.ledger.of("label.voided")) == 1


@pytest.mark.req("C4")
async def test_two_workers_at_once_leave_one_label(world, words):
    other, command = world.another(), world.command(words.buy())
    verdicts = await asyncio.gather(
        world.connector.send(command, world.shelf), other.send(command, world.shelf), world.send(words.buy())
    )
    numbers = {verdict.facts[0].body.booking.tracking_number for verdict in verdicts}
    assert list(numbers) == live(world)


@pytest.mark.req("C4")
async def test_a_second_label_that_cannot_be_voided_now_stays_in_doubt(world, words):
    world.faults.replace([Rule(Effect(duplicate=True), SHIP), Rule(Effect(status=503), Match("DELETE", ".*"))])
    assert isinstance(await world.send(words.buy()), InDoubt)
    assert isinstance(await world.settle(words.buy()), InDoubt)
    world.faults.replace(())
    assert isinstance(await world.settle(words.buy()), Done)
    assert len(live(world)) == 1


@pytest.mark.req("C4")
async def test_a_carrier_that_sold_and_did_not_answer(world, words):
    order = {"status": 500, "path": ".*/ship", "carry_out": True}
    world.sim.control("script", order, world.clock.now())
    assert isinstance(await world.send(words.buy()), InDoubt)
    assert isinstance(await world.settle(words.buy()), Done)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_label_that_cannot_be_stored_is_not_forgotten(world, words):
    put = world.shelf.put

    async def full(*_arguments):
        raise OSError("no space left on device")

    world.shelf.put = full
    assert isinstance(await world.send(words.buy()), InDoubt)
    world.shelf.put = put
    assert isinstance(await world.settle(words.buy()), Done)
    assert len(live(world)) == 1


@pytest.mark.req("C4")
async def test_doubt_survives_every_reason_why_nobody_can_be_asked(world, words):
    world.faults.add(Rule(Effect(lost_answer=True), SHIP))
    assert isinstance(await world.send(words.buy()), InDoubt)
    for effect in (
        Effect(unreachable=True),
        Effect(drop=True),
        Effect(status=401),
        Effect(status=429),
        Effect(status=400),
    ):
        world.faults.replace([Rule(effect)])
        assert isinstance(await world.settle(words.buy()), InDoubt)
        await world.clock.sleep(400)
    world.faults.replace(())
    assert isinstance(await world.settle(words.buy()), Done)


@pytest.mark.req("C9")
async def test_tracking_that_is_down_stops_no_first_purchase(world, words):
    world.faults.add(Rule(Effect(status=503), TRACK))
    assert isinstance(await world.send(words.buy(), 2), Retry)
    assert isinstance(await world.send(words.buy(), 1), Done)


@pytest.mark.req("C4")
async def test_a_worker_that_slept_after_looking_does_not_buy(world, words):
    world.faults.add(Rule(Effect(latency=35.0), TRACK, When(nth=1)))
    assert isinstance(await world.send(words.buy()), Retry)
    assert live(world) == []


@pytest.mark.req("C4", "C11")
async def test_what_is_free_or_safe_is_done_again(world, words):
    booking = await world.bought()
    for body in (words.rates(), words.fetch(booking), words.void(booking), words.cancel_pickup("1")):
        assert isinstance(await world.settle(body), Retry)


@pytest.mark.req("C11")
async def test_a_lost_answer_to_a_void_is_repeated(world, words):
    booking = await world.bought()
    world.faults.add(Rule(Effect(lost_answer=True), Match("DELETE", ".*"), When(nth=1)))
    assert isinstance(await world.send(words.void(booking)), Retry)
    assert isinstance(await world.send(words.void(booking)), AlreadyDone)


@pytest.mark.req("C11")
async def test_a_pickup_is_scheduled_once(world, words):
    world.faults.add(Rule(Effect(lost_answer=True), PICKUP, When(nth=1)))
    assert isinstance(await world.send(words.pickup()), InDoubt)
    settled = await world.settle(words.pickup())
    assert isinstance(settled, Done)
    number = settled.facts[0].body.pickup_id
    assert isinstance(await world.send(words.pickup()), AlreadyDone)
    assert len(world.sim.ledger.of("pickup.scheduled")) == 1
    assert isinstance(await world.send(words.cancel_pickup(number)), Done)
    assert isinstance(await world.send(words.cancel_pickup(number)), AlreadyDone)


@pytest.mark.req("C11")
async def test_a_pickup_that_never_arrived_is_tried_again_after_the_lag(world, words):
    world.faults.add(Rule(Effect(drop=True), PICKUP, When(nth=1)))
    assert isinstance(await world.send(words.pickup()), InDoubt)
    assert isinstance(await world.settle(words.pickup()), InDoubt)
    await world.clock.sleep(301)
    assert isinstance(await world.settle(words.pickup()), Retry)
    scheduled = await world.send(words.pickup())
    assert str(scheduled.facts[0].body.cost) == "12.60 USD"


@pytest.mark.req("M4", "K3")
async def test_a_token_that_ended_is_replaced_and_a_wrong_secret_said(world, words):
    await world.rated()
    world.sim.control("expire_tokens", {}, 0)
    assert isinstance(await world.send(words.buy()), Done)
    assert len(world.sim.ledger.of("token.given")) == 2
    world.vault.values["SECRET"] = "wrong"
    world.sim.control("expire_tokens", {}, 0)
    assert isinstance(await world.send(words.rates()), Reauthenticate)
    del world.vault.values["SECRET"]
    assert isinstance(await world.send(words.rates()), Reauthenticate)


@pytest.mark.req("K3", "K6")
async def test_unreachable_late_and_throttled(world, words):
    await world.rated()
    for effect, error_class in (
        (Effect(unreachable=True), ErrorClass.UNREACHABLE),
        (Effect(latency=99.0), ErrorClass.TIMEOUT),
        (Effect(status=429, retry_after=11), ErrorClass.THROTTLED),
    ):
        world.faults.replace([Rule(effect)])
        verdict = await world.send(words.rates())
        assert (type(verdict), verdict.error_class) == (Retry, error_class)
    assert verdict.after == 11.0
