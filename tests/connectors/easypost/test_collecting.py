"""Pickups and manifests: done once, found again after a lost answer, refused in words."""

import asyncio
from decimal import Decimal

import pytest

from crossdock.model.collecting import ManifestClosed, PickupCancelled, PickupScheduled
from crossdock.model.commands import CancelPickup, CloseManifest, SchedulePickup
from crossdock.model.instants import Stamp
from crossdock.model.money import Money
from crossdock.model.party import Address, Party
from crossdock.model.shipment import BookedShipment, PickupWindow
from crossdock.model.units import Measure
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Park, Refuse, Retry
from crossdock.sim.faults import Effect, Match, Rule

DOCK = Party("Dock 4", Address(("2210 Quarry Bend Rd",), "Duluth", "MN", "55802", "US"), phone="+1 218 555 0123")
WINDOW = PickupWindow(Stamp("2026-11-23T13:00:00", tz_known=False), Stamp("2026-11-23T17:00:00", tz_known=False))
BUY = Match("POST", "/v2/pickups/.*/buy")
CANCEL = Match("POST", "/v2/pickups/.*/cancel")
CLOSE = Match("POST", "/v2/scan_forms")


def pickup(*booked, carrier="USPS", service="", reference="pickup-1"):
    weight = Measure(Decimal(4), "KGM")
    return SchedulePickup(reference, DOCK, WINDOW, shipments(booked), weight, carrier, service, "Ring at dock 4")


def manifest(*booked):
    return CloseManifest("manifest-1", DOCK, "2026-11-23", shipments(booked), "USPS")


def shipments(booked):
    return tuple(BookedShipment(each.shipment_id, each.tracking_number) for each in booked)


@pytest.mark.req("C11")
async def test_a_pickup_is_opened_bought_and_cancelled(world):
    verdict = await world.send(pickup(await world.bought()))
    assert isinstance(verdict, Done)
    booked = verdict.facts[0].body
    assert isinstance(booked, PickupScheduled)
    assert booked.confirmation.startswith("CP")
    assert booked.cost == Money(0, "USD")
    assert len(world.sim.ledger.of("pickup.scheduled")) == 1
    cancel = CancelPickup("pickup-1", booked.pickup_id)
    cancelled = await world.send(cancel)
    assert isinstance(cancelled.facts[0].body, PickupCancelled)
    again = await world.send(cancel)
    assert isinstance(again, AlreadyDone)
    assert again.facts == cancelled.facts
    assert len(world.sim.ledger.of("pickup.cancelled")) == 1


@pytest.mark.req("C11")
async def test_several_parcels_are_collected_as_one_batch(world):
    first, second = await world.bought(), await world.bought()
    verdict = await world.send(pickup(first, second))
    assert isinstance(verdict, Done)
    repeated = await world.send(pickup(first, second, reference="pickup-2"))
    assert isinstance(repeated, Done), "shipments that are in a batch stay in it"
    assert len(world.sim.ledger.of("pickup.scheduled")) == 2


@pytest.mark.req("C4", "C11")
async def test_a_lost_answer_to_a_pickup_is_found_by_our_reference(world):
    command = pickup(await world.bought())
    world.faults.add(Rule(Effect(lost_answer=True), BUY))
    assert isinstance(await world.send(command), InDoubt)
    world.faults.replace(())
    settled = await world.settle(command)
    assert isinstance(settled, Done)
    assert isinstance(await world.send(command), AlreadyDone)
    assert len(world.sim.ledger.of("pickup.scheduled")) == 1


@pytest.mark.req("C4", "C11")
async def test_a_pickup_that_never_arrived_is_asked_for_again(world):
    command = pickup(await world.bought())
    world.faults.add(Rule(Effect(drop=True), BUY))
    assert isinstance(await world.send(command), InDoubt)
    world.faults.replace(())
    assert isinstance(await world.settle(command), Retry)
    assert isinstance(await world.send(command), Done)
    assert len(world.sim.ledger.of("pickup.created")) == 1
    world.faults.replace([Rule(Effect(drop=True))])
    assert isinstance(await world.settle(command), InDoubt), "nobody could be asked"


@pytest.mark.req("C4", "C11")
async def test_two_workers_ask_for_one_pickup(world):
    command = pickup(await world.bought())
    verdicts = await asyncio.gather(world.send(command), world.send(command))
    assert {type(each) for each in verdicts} == {Done, AlreadyDone}
    assert len(world.sim.ledger.of("pickup.scheduled")) == 1


@pytest.mark.req("C11")
async def test_the_cheapest_pickup_of_the_carrier_is_taken(world, commands):
    quote = await world.rated()
    ups = next(index for index, rate in enumerate(quote.rates) if rate.carrier == "UPSDAP")
    booked = (await world.send(commands.buy(quote, ups))).facts[0].body.booking
    verdict = await world.send(pickup(booked, carrier="UPSDAP"))
    assert verdict.facts[0].body.cost == Money(745, "USD")
    dearer = await world.send(pickup(booked, carrier="UPSDAP", service="Same-day Pickup", reference="pickup-2"))
    assert dearer.facts[0].body.cost == Money(970, "USD")


@pytest.mark.req("C11", "K3")
async def test_what_cannot_be_collected_says_why(world):
    booked = await world.bought()
    nobody = await world.send(pickup(booked, carrier="FedEx"))
    assert isinstance(nobody, Park)
    assert isinstance(await world.send(pickup(reference="pickup-3")), Refuse)
    scheduled = (await world.send(pickup(booked, reference="pickup-4"))).facts[0].body
    await world.send(CancelPickup("pickup-4", scheduled.pickup_id))
    assert isinstance(await world.send(pickup(booked, reference="pickup-4")), Park), "a reference is used once"
    assert isinstance(await world.send(CancelPickup("pickup-9", "pickup_none")), Park)


@pytest.mark.req("C4", "C11")
async def test_a_lost_answer_to_a_cancellation_is_settled_by_asking(world):
    booked = (await world.send(pickup(await world.bought()))).facts[0].body
    command = CancelPickup("pickup-1", booked.pickup_id)
    world.faults.add(Rule(Effect(drop=True), CANCEL))
    assert isinstance(await world.send(command), InDoubt)
    assert isinstance(await world.settle(command), Retry)
    world.faults.replace([Rule(Effect(lost_answer=True), CANCEL)])
    assert isinstance(await world.send(command), InDoubt)
    assert isinstance((await world.settle(command)).facts[0].body, PickupCancelled)
    assert len(world.sim.ledger.of("pickup.cancelled")) == 1


@pytest.mark.req("C11")
async def test_a_manifest_is_closed_once_and_its_sheet_is_kept(world):
    booked = [await world.bought(), await world.bought()]
    verdict = await world.send(manifest(*booked))
    assert isinstance(verdict, Done)
    closed = verdict.facts[0].body
    assert isinstance(closed, ManifestClosed)
    (sheet,) = closed.documents
    assert sheet.kind == "manifest"
    assert world.shelf.kept[sheet.sha256].startswith(b"%PDF")
    again = await world.send(manifest(*booked))
    assert isinstance(again, AlreadyDone)
    assert again.facts == verdict.facts
    assert len(world.sim.ledger.of("manifest.closed")) == 1


@pytest.mark.req("C4", "C11")
async def test_a_lost_answer_to_a_manifest_is_settled_by_its_first_shipment(world):
    command = manifest(await world.bought())
    world.faults.add(Rule(Effect(drop=True), CLOSE))
    assert isinstance(await world.send(command), InDoubt)
    assert isinstance(await world.settle(command), Retry)
    world.faults.replace([Rule(Effect(lost_answer=True), CLOSE)])
    assert isinstance(await world.send(command), InDoubt)
    assert isinstance(await world.settle(command), Done)
    assert len(world.sim.ledger.of("manifest.closed")) == 1


@pytest.mark.req("C11", "K3")
async def test_a_shipment_is_on_one_manifest_only(world, commands):
    first, second = await world.bought(), await world.bought()
    await world.send(manifest(first))
    assert isinstance(await world.send(manifest(first, second)), Park)
    await world.send(commands.void(second))
    assert isinstance(await world.send(manifest(second)), Park)
    assert isinstance(await world.send(manifest()), Refuse)
