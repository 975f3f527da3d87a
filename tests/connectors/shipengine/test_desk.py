"""Pickups and manifests: ordered once, found again, cancelled once."""

import asyncio
from decimal import Decimal

import pytest

from crossdock.model.commands import CancelPickup, CloseManifest, SchedulePickup
from crossdock.model.units import Measure
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Park, Refuse, Retry
from crossdock.sim.faults import Effect, Match, Rule, When

PICKUP, MANIFEST, CANCEL = (
    Match("POST", "/v1/pickups"),
    Match("POST", "/v1/manifests"),
    Match("DELETE", "/v1/pickups/.*"),
)


@pytest.fixture
async def collect(world, say):
    booking = await world.bought()
    return SchedulePickup(
        "pk-1", say.sender, say.window(), (say.booked(booking),), Measure(Decimal(2), "KGM"), instructions="Ring"
    )


@pytest.fixture
async def close(world, say):
    first = await world.bought()
    quote = await world.rated(reference="do:odoo:17/P1")
    second = (await world.send(say.buy(quote, 2, reference="do:odoo:17/P1"))).facts[0].body.booking
    return CloseManifest("mf-1", say.sender, "2026-11-21", (say.booked(first), say.booked(second)))


@pytest.mark.req("C11")
async def test_a_pickup_is_ordered_once_and_cancelled_once(world, collect):
    done = await world.send(collect)
    assert isinstance(done, Done)
    pickup = done.facts[0].body
    assert pickup.confirmation == "PRG000000001"
    assert isinstance(await world.send(collect), AlreadyDone)
    cancel = CancelPickup("pk-1", pickup.pickup_id)
    assert isinstance(await world.settle(cancel), Retry)
    assert isinstance(await world.send(cancel), Done)
    assert isinstance(await world.send(cancel), AlreadyDone)
    assert len(world.sim.ledger.of("pickup.scheduled")) == len(world.sim.ledger.of("pickup.cancelled")) == 1
    (held,) = world.sim.state()["pickups"]
    assert held["pickup_notes"] == "Ring [pk-1]"
    assert held["pickup_window"]["start_at"] == "2026-11-23T13:00:00-06:00"


@pytest.mark.req("C4")
async def test_a_lost_answer_to_a_pickup(world, collect):
    world.faults.add(Rule(Effect(lost_answer=True), PICKUP, When(nth=1)))
    assert isinstance(await world.send(collect), InDoubt)
    assert isinstance(await world.settle(collect), Done)
    assert len(world.sim.ledger.of("pickup.scheduled")) == 1


async def test_a_pickup_that_never_arrived(world, collect):
    world.faults.add(Rule(Effect(drop=True), PICKUP, When(nth=1)))
    assert isinstance(await world.send(collect), InDoubt)
    assert isinstance(await world.settle(collect), InDoubt)
    world.clock.advance(60)
    assert isinstance(await world.settle(collect), Retry)
    assert isinstance(await world.send(collect), Done)


async def test_two_workers_order_one_pickup(world, collect):
    await asyncio.gather(world.send(collect), world.send(collect))
    assert len(world.sim.ledger.of("pickup.scheduled")) == 1


async def test_a_lost_answer_to_a_cancellation(world, collect):
    pickup = (await world.send(collect)).facts[0].body
    cancel = CancelPickup("pk-1", pickup.pickup_id)
    world.faults.add(Rule(Effect(lost_answer=True), CANCEL))
    assert isinstance(await world.send(cancel), InDoubt)
    assert isinstance(await world.settle(cancel), Done)


async def test_a_manifest_is_made_per_carrier_and_once(world, close):
    done = await world.send(close)
    assert isinstance(done, Done)
    bodies = [fact.body for fact in done.facts]
    assert [len(body.shipments) for body in bodies] == [1, 1]
    documents = [body.documents[0] for body in bodies]
    assert {document.kind for document in documents} == {"manifest"}
    assert all(world.shelf.kept[document.sha256].startswith(b"%PDF") for document in documents)
    assert isinstance(await world.send(close), AlreadyDone)
    assert len(world.sim.ledger.of("manifest.closed")) == 2


@pytest.mark.req("C4")
async def test_a_lost_answer_to_a_manifest_and_a_sheet_that_is_not_to_be_had(world, close):
    world.faults.add(Rule(Effect(lost_answer=True), MANIFEST, When(nth=1)))
    assert isinstance(await world.send(close), InDoubt)
    world.faults.replace([Rule(Effect(status=503), Match("GET", "/v1/downloads/.*"), When(times=1))])
    assert isinstance(await world.settle(close), InDoubt)
    assert isinstance(await world.settle(close), Done)
    assert len(world.sim.ledger.of("manifest.closed")) == 2


async def test_a_manifest_that_never_arrived(world, close):
    world.faults.add(Rule(Effect(drop=True), MANIFEST, When(nth=1)))
    assert isinstance(await world.send(close), InDoubt)
    assert isinstance(await world.settle(close), InDoubt)
    world.clock.advance(60)
    assert isinstance(await world.settle(close), Retry)


async def test_labels_on_a_sheet_already_are_left_out(world, close):
    first = CloseManifest("mf-0", close.ship_from, close.day, close.shipments[:1])
    await world.send(first)
    assert isinstance(await world.settle(close), InDoubt)
    done = await world.send(close)
    assert isinstance(done, Done)
    assert [fact.body.shipments for fact in done.facts] == [close.shipments[:1], close.shipments[1:]]
    assert len(world.sim.ledger.of("manifest.closed")) == 2


async def test_a_manifest_of_voided_labels_is_not_made(world, say):
    booking = await world.bought(reference="do:odoo:18/P1")
    await world.send(say.void(booking))
    gone = CloseManifest("mf-2", say.sender, "2026-11-21", (say.booked(booking),))
    assert isinstance(await world.send(gone), Refuse)
    assert world.sim.ledger.of("manifest.closed") == ()


async def test_a_pickup_nobody_knows_needs_no_cancelling(world):
    missing = CancelPickup("pk-9", "pik_9")
    assert isinstance(await world.send(missing), AlreadyDone)
    world.faults.add(Rule(Effect(status=402)))
    assert isinstance(await world.settle(missing), Park)
