"""Pickups, SCAN forms, address checks, tracking on request and signed events."""

import pytest

import consignments as made
from crossdock.connectors.usps.client import counter
from crossdock.model.collecting import ManifestClosed, PickupCancelled, PickupScheduled
from crossdock.model.party import Address, Party
from crossdock.ports.connector import Received, Rejected, Translation, Unreadable, Verified
from crossdock.ports.verdicts import AlreadyDone, Done, Explanation, InDoubt, Park, Refuse
from crossdock.sim.faults import Effect, Match, Rule
from crossdock.sim.webhooks import deliver_due

GOODS = made.consignment(made.DULUTH, made.ASHEVILLE)


@pytest.mark.req("C11")
async def test_a_pickup_is_ordered_and_called_off(world):
    booking = await world.bought(GOODS)
    scheduled = (await world.send(made.picking_up(made.DULUTH, booking))).facts[0].body
    assert isinstance(scheduled, PickupScheduled)
    gone = await world.send(made.calling_off(scheduled))
    assert isinstance(gone.facts[0].body, PickupCancelled)
    assert isinstance(await world.send(made.calling_off(scheduled)), AlreadyDone)
    assert len(world.sim.ledger.of("pickup.cancelled")) == 1


@pytest.mark.req("C11")
async def test_a_pickup_or_form_whose_answer_is_lost_goes_to_a_person(world):
    booking = await world.bought(GOODS)
    orders = (made.picking_up(made.DULUTH, booking), made.closing(made.DULUTH, "2026-11-21", booking))
    world.faults.add(Rule(Effect(lost_answer=True), Match("POST", "/(pickup|scan-forms)/.*")))
    for order in orders:
        assert isinstance(await world.send(order), InDoubt)
        assert isinstance(await world.settle(order), Park)


@pytest.mark.req("C2")
async def test_end_of_day_is_a_scan_form(world):
    booking = await world.bought(GOODS)
    order = made.closing(made.DULUTH, "2026-11-21", booking)
    closed = (await world.send(order)).facts[0].body
    assert isinstance(closed, ManifestClosed)
    assert [each.tracking_number for each in closed.shipments] == [booking.tracking_number]
    assert world.shelf.kept[closed.documents[0].sha256].startswith(b"%PDF")
    assert closed.documents[0].kind == "manifest"
    assert isinstance(await world.send(order), Refuse)
    assert len(world.sim.ledger.of("manifest.closed")) == 1


@pytest.mark.req("C2")
@pytest.mark.parametrize(
    ("postcode", "country", "verdict"),
    [
        ("28801", "US", "valid"),
        ("99901", "US", "corrected"),
        ("00001", "US", "invalid"),
        ("99801", "US", "invalid"),
        ("53113", "DE", "unknown"),
    ],
)
async def test_addresses(world, postcode, country, verdict):
    party = Party("Ann", Address(("48 Larkspur Ct",), "Asheville", "NC", postcode, country))
    checked = (await world.send(made.checking(party))).facts[0].body
    assert checked.verdict == verdict
    if verdict == "corrected":
        assert checked.suggested.city == "RIGHT CITY"


@pytest.mark.req("C2")
async def test_what_usps_cannot_look_for_is_unknown(world):
    world.sim.control("script", {"status": 400, "message": "no", "path": "/addresses/.*"}, 0)
    assert (await world.send(made.checking(made.DULUTH))).facts[0].body.verdict == "unknown"


@pytest.mark.req("C6")
async def test_tracking_on_request(world, monkeypatch):
    booking = await world.bought(GOODS)
    assert await world.send(made.tracking(booking.tracking_number)) == Done()
    world.sim.control("scan", {"tracking_number": booking.tracking_number}, world.clock.now())
    seen = []

    def unreadable(body, partner):
        seen.append(body)
        return Translation(problems=(Unreadable("", Explanation("o", partner)),))

    monkeypatch.setattr(counter.tracking, "translation_of", unreadable)
    assert isinstance(await world.send(made.tracking(booking.tracking_number)), Park)
    assert booking.tracking_number.encode() in seen[0]


def received(body, signature):
    return Received("events", body, {"x-hmac": signature} if signature else {}, 0)


@pytest.mark.req("I2")
def test_a_signature_over_the_raw_body(world):
    """The string under X-HMAC is assumed: the vector is our own, not USPS's."""
    body = b'{"trackingNumber":"9200190414219000000011"}'
    good = "V+gNghH3jbXn2BfBD2Hqxovi7cfxcESbP4GXglUm+R8="
    verdict = world.connector.verify(received(body, good), 0)
    assert isinstance(verdict, Verified), verdict
    for bad in ("", "hook-s3cret", good[:-2] + "A=", good.lower()):
        assert isinstance(world.connector.verify(received(body, bad), 0), Rejected)
    assert isinstance(world.connector.verify(received(body + b" ", good), 0), Rejected)


@pytest.mark.req("I2", "M3")
def test_hexadecimal_by_configuration_and_missing_secrets(make_world):
    body, hexadecimal = b"{}", "386738a02d584ec33ac03eb02a08615a4be331736b8600fa7b6a83876fd7ec39"
    assert isinstance(make_world(signature_form="hex").connector.verify(received(body, hexadecimal), 0), Verified)
    assert isinstance(make_world().connector.verify(received(body, hexadecimal), 0), Rejected)
    assert make_world(webhook_secrets=()).connector.verify(received(body, "x"), 0).status == 401
    assert make_world(webhook_secrets=("secret://env/NONE",)).connector.verify(received(body, "x"), 0).status == 503


@pytest.mark.req("I2")
async def test_the_simulator_signs_what_the_connector_takes(make_world):
    world = make_world({"webhook_url": "https://hub.example/in/usps/events"})
    booking = await world.bought(GOODS)
    world.sim.control("deliver", {"tracking_number": booking.tracking_number}, world.clock.now())
    verdicts = []

    async def deliver(webhook):
        message = Received("events", webhook.body, webhook.headers, world.clock.now())
        verdicts.append(world.connector.verify(message, world.clock.now()))
        return 200

    assert await deliver_due([world.sim], world.clock.now(), deliver) == 1
    assert verdicts == [Verified()]


@pytest.mark.req("C6")
async def test_a_journey_asked_for(world):
    number = (await world.bought(GOODS)).tracking_number
    for action in ("scan", "deliver"):
        world.sim.control(action, {"tracking_number": number}, world.clock.now())
    facts = (await world.send(made.tracking(number))).facts
    assert {fact.body.event.milestone for fact in facts} == {"arrived_at_facility", "delivered"}
    assert {fact.body.event.tracking_number for fact in facts} == {number}
