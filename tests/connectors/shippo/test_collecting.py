"""Pickups, manifests and questions: done once where Shippo lets us look, a person's where it does not."""

import asyncio
import json
from decimal import Decimal

import pytest
from msgspec import structs

from crossdock.model.collecting import ManifestClosed, PickupScheduled
from crossdock.model.commands import CheckAddress, CloseManifest, RequestTracking, SchedulePickup
from crossdock.model.events import TrackingReported
from crossdock.model.instants import Stamp
from crossdock.model.party import Address, Party
from crossdock.model.shipment import BookedShipment, PickupWindow
from crossdock.model.units import Measure
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Park, Refuse, Retry
from crossdock.sim.faults import Effect, Match, Rule

DOCK = Party("Dock 4", Address(("2210 Quarry Bend Rd",), "Duluth", "MN", "55802", "US"), phone="+1 218 555 0123")
WINDOW = PickupWindow(Stamp("2026-11-23T13:00", tz_known=False, precision="minute"), Stamp("2026-11-23T17:00:00-06:00"))
GOOD = Party("Odalys Brandt", Address(("48 LARKSPUR CT",), "ASHEVILLE", "NC", "28801", "US"))
CLOSE = Match("POST", "/manifests")
UPS = 2


def pickup(*booked):
    return SchedulePickup("pickup-1", DOCK, WINDOW, shipments(booked), Measure(Decimal(4), "KGM"), "USPS")


def manifest(*booked):
    return CloseManifest("manifest-1", DOCK, "2026-11-23", shipments(booked), "USPS")


def shipments(booked):
    return tuple(BookedShipment(each.shipment_id, each.tracking_number) for each in booked)


@pytest.mark.req("C11")
async def test_a_pickup_is_confirmed_in_the_clock_of_the_place(world):
    verdict = await world.send(pickup(await world.bought(), await world.bought()))
    assert isinstance(verdict, Done)
    booked = verdict.facts[0].body
    assert isinstance(booked, PickupScheduled)
    assert booked.confirmation.startswith("WTC")
    (asked,) = world.sim.state()["pickups"]
    assert asked["requested_start_time"] == "2026-11-23T13:00:00Z"
    assert asked["requested_end_time"] == "2026-11-23T17:00:00Z"
    assert len(asked["transactions"]) == 2


@pytest.mark.req("C11", "K3")
async def test_what_cannot_be_collected_says_why(world):
    assert isinstance(await world.send(pickup()), Refuse)
    refused = await world.send(pickup(await world.bought(UPS)))
    assert isinstance(refused, Park)
    assert "cannot collect" in refused.why.engineer
    mixed = await world.send(pickup(await world.bought(), await world.bought(UPS)))
    assert isinstance(mixed, Refuse)
    assert world.sim.ledger.of("pickup.scheduled") == ()


@pytest.mark.req("C4", "C11")
async def test_a_lost_answer_to_a_pickup_is_for_a_person_because_nobody_can_be_asked(world):
    command = pickup(await world.bought())
    world.faults.add(Rule(Effect(lost_answer=True), Match("POST", "/pickups")))
    assert isinstance(await world.send(command), InDoubt)
    settled = await world.settle(command)
    assert isinstance(settled, Park)
    assert "call the carrier" in settled.why.operator
    assert len(world.sim.ledger.of("pickup.scheduled")) == 1


@pytest.mark.req("C11")
async def test_a_manifest_is_closed_once_and_its_sheets_are_kept(world):
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
async def test_two_workers_close_one_manifest(world):
    command = manifest(await world.bought())
    verdicts = await asyncio.gather(world.send(command), world.send(command))
    assert {type(each) for each in verdicts} == {Done, AlreadyDone}
    assert len(world.sim.ledger.of("manifest.closed")) == 1


@pytest.mark.req("C4", "C11")
async def test_a_lost_answer_to_a_manifest_is_settled_by_its_shipments(world):
    command = manifest(await world.bought())
    world.faults.add(Rule(Effect(drop=True), CLOSE))
    assert isinstance(await world.send(command), InDoubt)
    assert isinstance(await world.settle(command), InDoubt)
    await world.clock.sleep(world.config.doubt_seconds)
    assert isinstance(await world.settle(command), Retry)
    world.faults.replace([Rule(Effect(lost_answer=True), CLOSE)])
    assert isinstance(await world.send(command), InDoubt)
    assert isinstance(await world.settle(command), Done)
    world.faults.replace([Rule(Effect(unreachable=True))])
    assert isinstance(await world.settle(command), InDoubt)
    assert len(world.sim.ledger.of("manifest.closed")) == 1


@pytest.mark.req("C11", "K3")
async def test_a_shipment_is_on_one_manifest_only(world, commands):
    first, second = await world.bought(), await world.bought()
    await world.send(manifest(first))
    assert isinstance(await world.send(manifest(first, second)), Refuse)
    await world.send(commands.void(second))
    assert isinstance(await world.send(manifest(second)), Refuse)
    assert isinstance(await world.send(manifest()), Refuse)


async def said_of(world, **changes):
    party = structs.replace(GOOD, address=structs.replace(GOOD.address, **changes))
    verdict = await world.send(CheckAddress("check-1", party))
    assert isinstance(verdict, Done)
    return verdict.facts[0].body


@pytest.mark.req("C2")
async def test_an_address_is_valid_corrected_invalid_or_unknown(world):
    valid = await said_of(world, city="Asheville")
    assert (valid.verdict, valid.suggested) == ("valid", GOOD.address)
    invalid = await said_of(world, region="ZZ")
    assert invalid.verdict == "invalid"
    assert "not a match" in invalid.messages[0]
    written = {"street1": "48 LARKSPUR CT", "city": "ASHEVILLE", "state": "NC", "zip": "28803", "country": "US"}
    for results, verdict in (({"is_valid": True}, "corrected"), ({}, "unknown")):
        body = json.dumps(written | {"validation_results": results})
        world.faults.replace([Rule(Effect(status=201, body=body))])
        assert (await said_of(world)).verdict == verdict


@pytest.mark.req("E14")
async def test_a_tracking_number_is_asked_for(world):
    booking = await world.bought()
    world.sim.control("finish", {"tracking_number": booking.tracking_number}, world.clock.now())
    known = await world.send(RequestTracking(booking.tracking_number, "USPS"))
    assert isinstance(known, Done)
    assert [fact.body.event.milestone for fact in known.facts if isinstance(fact.body, TrackingReported)] == [
        "info_received", "picked_up", "departed_facility", "arrived_at_facility", "out_for_delivery", "delivered",
    ]  # fmt: skip
    fresh = await world.send(RequestTracking("9400111111", "USPS"))
    assert (type(fresh), fresh.facts) == (Done, ())
    assert isinstance(await world.send(RequestTracking(booking.tracking_number, "UPS")), Refuse)
    assert isinstance(await world.send(RequestTracking(booking.tracking_number)), Refuse), "whose number is it?"
    assert isinstance(await world.settle(RequestTracking(booking.tracking_number, "USPS")), Retry)
