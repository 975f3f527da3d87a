"""Addresses and tracking numbers that are asked about."""

import json

import pytest
from msgspec import structs

from crossdock.model.collecting import AddressChecked
from crossdock.model.commands import CheckAddress, RequestTracking
from crossdock.model.events import TrackingReported
from crossdock.model.party import Address, Party
from crossdock.ports.verdicts import Done, Park, Retry
from crossdock.sim.faults import Effect, Rule

GOOD = Party("Odalys Brandt", Address(("48 LARKSPUR CT",), "ASHEVILLE", "NC", "28801", "US"))


async def said_of(world, **changes):
    party = structs.replace(GOOD, address=structs.replace(GOOD.address, **changes))
    verdict = await world.send(CheckAddress("check-1", party))
    assert isinstance(verdict, Done)
    return verdict.facts[0].body


@pytest.mark.req("C2")
async def test_an_address_is_valid_corrected_or_invalid(world):
    valid = await said_of(world)
    assert isinstance(valid, AddressChecked)
    assert (valid.verdict, valid.suggested) == ("valid", GOOD.address)
    same = await said_of(world, city="Asheville", lines=("48 Larkspur Ct",))
    assert same.verdict == "valid", "upper case corrects nothing"
    invalid = await said_of(world, region="ZZ")
    assert invalid.verdict == "invalid"
    assert "House number is missing" in invalid.messages[0]


@pytest.mark.req("C2")
async def test_a_corrected_address_is_suggested(world):
    corrected = {"street1": "48 LARKSPUR CT", "city": "ASHEVILLE", "state": "NC", "zip": "28803-1123", "country": "US"}
    body = {"address": corrected | {"verifications": {"delivery": {"success": True, "errors": []}}}}
    world.faults.replace([Rule(Effect(status=200, body=json.dumps(body)))])
    said = await said_of(world)
    assert said.verdict == "corrected"
    assert said.suggested.postcode == "28803-1123"
    del body["address"]["verifications"]
    world.faults.replace([Rule(Effect(status=200, body=json.dumps(body)))])
    assert (await said_of(world)).verdict == "unknown"


@pytest.mark.req("E14")
async def test_a_tracking_number_is_asked_for(world):
    booking = await world.bought()
    world.sim.control("finish", {"tracking_code": booking.tracking_number}, world.clock.now())
    known = await world.send(RequestTracking(booking.tracking_number, "USPS"))
    assert isinstance(known, Done)
    milestones = [fact.body.event.milestone for fact in known.facts if isinstance(fact.body, TrackingReported)]
    assert milestones[-1] == "delivered"
    followed = await world.send(RequestTracking("EZ2000000002"))
    assert isinstance(followed.facts[0].body, TrackingReported)
    again = await world.send(RequestTracking("EZ2000000002"))
    assert again.facts == followed.facts


@pytest.mark.req("E14", "K3")
async def test_a_number_nobody_follows_is_parked_and_trouble_is_tried_again(world):
    assert isinstance(await world.send(RequestTracking("9400111111")), Park)
    assert isinstance(await world.settle(RequestTracking("9400111111")), Retry)
    world.faults.replace([Rule(Effect(drop=True))])
    assert isinstance(await world.send(RequestTracking("EZ2000000002")), Retry)
