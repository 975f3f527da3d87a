"""One label per reference, whatever happens to the call that buys it."""

import asyncio

import pytest

from crossdock.model.events import LabelReceived
from crossdock.ports.verdicts import AlreadyDone, Done, ErrorClass, InDoubt, Park, Reauthenticate, Refuse, Retry
from crossdock.sim.faults import Effect, Match, Rule, When

SHIP = Match("POST", "/ship/v1/shipments")
TRACK = Match("POST", "/track/.*")
PICKUP = Match("POST", "/pickup/v1/pickups")
CANCEL = Match("PUT", "/ship/v1/shipments/cancel")


def live(world):
    return [number for numbers in world.sim.live_labels().values() for number in numbers]


@pytest.mark.req("C4")
async def test_a_label_whose_answer_was_lost_is_cancelled_and_bought_again(world, words):
    world.faults.add(Rule(Effect(lost_answer=True), SHIP, When(nth=1)))
    assert isinstance(await world.send(words.buy(label_format="ZPL")), InDoubt)
    assert isinstance(await world.settle(words.buy(label_format="ZPL")), Retry)
    assert live(world) == []
    again = await world.send(words.buy(label_format="ZPL"), 2)
    booked, labelled = again.facts
    assert [booked.body.booking.tracking_number] == live(world)
    assert isinstance(labelled.body, LabelReceived)
    assert world.shelf.kept[labelled.body.document.sha256].startswith(b"^XA")


@pytest.mark.req("C4")
async def test_a_label_this_process_holds_is_not_cancelled(world, words):
    first = await world.send(words.buy())
    assert await world.settle(words.buy()) == Done(first.facts)
    assert len(live(world)) == 1


@pytest.mark.req("C4")
async def test_a_label_nothing_shows_yet_is_waited_for(make_world, words):
    world = make_world({"lookup_lag": "120"})
    world.faults.add(Rule(Effect(lost_answer=True), SHIP, When(nth=1)))
    assert isinstance(await world.send(words.buy()), InDoubt)
    assert isinstance(await world.settle(words.buy()), InDoubt)
    await world.clock.sleep(130)
    assert isinstance(await world.settle(words.buy()), Retry)
    assert isinstance(await world.send(words.buy(), 2), Done)
    assert len(live(world)) == 1


@pytest.mark.req("C4")
async def test_a_purchase_that_never_arrived_is_tried_again_after_the_lag(world, words):
    world.faults.add(Rule(Effect(drop=True), SHIP, When(nth=1)))
    assert isinstance(await world.send(words.buy()), InDoubt)
    assert isinstance(await world.settle(words.buy()), InDoubt)
    await world.clock.sleep(899)
    assert isinstance(await world.settle(words.buy()), InDoubt)
    await world.clock.sleep(2)
    assert isinstance(await world.settle(words.buy()), Retry)
    assert isinstance(await world.send(words.buy(), 3), Done)
    assert len(live(world)) == 1


@pytest.mark.req("C4")
async def test_a_second_purchase_gives_the_facts_of_the_first(world, words):
    first = await world.send(words.buy())
    assert await world.send(words.buy("FEDEX_2_DAY")) == AlreadyDone(first.facts)
    assert len(world.sim.ledger.of("label.bought")) == 1


@pytest.mark.req("C4")
async def test_a_duplicated_purchase_leaves_one_label(world, words):
    world.faults.add(Rule(Effect(duplicate=True), SHIP, When(nth=1)))
    assert isinstance(await world.send(words.buy()), InDoubt)
    assert isinstance(await world.settle(words.buy()), Retry)
    assert isinstance(await world.send(words.buy(), 2), Done)
    assert len(live(world)) == 1
    assert len(world.sim.ledger.of("label.voided")) == 2


@pytest.mark.req("C4")
async def test_one_process_buys_one_label_however_often_it_is_asked(world, words):
    verdicts = await asyncio.gather(*(world.send(words.buy()) for _ in range(3)))
    assert {verdict.facts[0].body.booking.tracking_number for verdict in verdicts} == set(live(world))


@pytest.mark.req("C4")
async def test_a_second_worker_never_cancels_what_it_only_met(world, words):
    other, command = world.another(), world.command(words.buy())
    first = await world.send(words.buy())
    assert isinstance(await other.send(command, world.shelf), InDoubt)
    assert live(world) == [first.facts[0].body.booking.tracking_number]


@pytest.mark.req("C4")
async def test_several_shipments_fedex_does_not_name_are_no_licence_to_buy(make_world, words):
    world = make_world({"unique_only": "true"})
    world.faults.add(Rule(Effect(duplicate=True, lost_answer=True), SHIP))
    assert isinstance(await world.send(words.buy()), InDoubt)
    settled = await world.settle(words.buy())
    assert isinstance(settled, InDoubt)
    assert "TRACKING.DATA.NOTUNIQUE" in settled.why.engineer
    assert "several shipments" in settled.why.operator


@pytest.mark.req("C4")
async def test_a_label_that_cannot_be_cancelled_now_stays_in_doubt(world, words):
    world.faults.replace([Rule(Effect(lost_answer=True), SHIP), Rule(Effect(status=503), CANCEL)])
    assert isinstance(await world.send(words.buy()), InDoubt)
    assert isinstance(await world.settle(words.buy()), InDoubt)
    world.faults.replace(())
    assert isinstance(await world.settle(words.buy()), Retry)
    assert live(world) == []


@pytest.mark.req("C4")
async def test_a_label_that_cannot_be_stored_or_is_not_sent_is_not_forgotten(world, words, monkeypatch):
    async def full(*_arguments):
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(world.shelf, "put", full)
        assert isinstance(await world.send(words.buy()), InDoubt)
    assert isinstance(await world.settle(words.buy()), Retry)
    assert live(world) == []


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
    assert isinstance(await world.settle(words.buy()), Retry)
    assert live(world) == []


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
    for body in (
        words.rates(),
        words.fetch(booking),
        words.void(booking),
        words.cancel_pickup("FDXG|2026-11-23|NQAA|NQAA97"),
    ):
        assert isinstance(await world.settle(body), Retry)


@pytest.mark.req("C11")
async def test_a_lost_answer_to_a_void_is_repeated(world, words):
    booking = await world.bought()
    world.faults.add(Rule(Effect(lost_answer=True), CANCEL, When(nth=1)))
    assert isinstance(await world.send(words.void(booking)), Retry)
    assert isinstance(await world.send(words.void(booking)), Done)
    assert len(world.sim.ledger.of("label.voided")) == 1


@pytest.mark.req("C11")
async def test_a_pickup_is_scheduled_and_cancelled(world, words):
    scheduled = (await world.send(words.pickup())).facts[0].body
    assert scheduled.pickup_id == f"FDXG|2026-11-23|NQAA|{scheduled.confirmation}"
    assert isinstance(await world.send(words.cancel_pickup(scheduled.pickup_id)), Done)
    assert isinstance(await world.send(words.cancel_pickup(scheduled.pickup_id)), AlreadyDone)
    assert isinstance(await world.send(words.cancel_pickup("FDXG|2026-11-23|NQAA|X")), Refuse)
    assert isinstance(await world.send(words.cancel_pickup("NQAA97")), Refuse)


@pytest.mark.req("C11")
async def test_a_pickup_whose_answer_was_lost_goes_to_a_person(world, words):
    world.faults.add(Rule(Effect(lost_answer=True), PICKUP, When(nth=1)))
    assert isinstance(await world.send(words.pickup()), InDoubt)
    assert isinstance(await world.settle(words.pickup()), Park)


@pytest.mark.req("C3")
async def test_the_day_is_closed_once_and_its_manifest_kept(world, words):
    booking = await world.bought()
    world.faults.add(Rule(Effect(lost_answer=True), Match("PUT", "/ship/v1/endofday/"), When(nth=1)))
    assert isinstance(await world.settle(words.manifest()), Retry)
    assert isinstance(await world.send(words.manifest()), InDoubt)
    closed = (await world.settle(words.manifest())).facts[0].body
    (sheet,) = closed.documents
    assert booking.tracking_number.encode() in world.shelf.kept[sheet.sha256]
    assert (sheet.kind, sheet.media_type) == ("manifest", "text/plain")
    assert len(world.sim.ledger.of("manifest.closed")) == 1
    assert isinstance(await world.send(words.manifest()), Refuse)


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
