"""Pickups, address checks, tracking on request and proofs of delivery."""

import pytest

import consignments as made
from crossdock.connectors.dhl_express.client import counter
from crossdock.connectors.dhl_express.mapping import desk
from crossdock.model.collecting import PickupCancelled, PickupScheduled
from crossdock.model.events import Fact, ProofCaptured, TrackingReported
from crossdock.model.identifiers import Reference
from crossdock.model.instants import Stamp, stamp
from crossdock.model.party import Address, Party
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.connector import Received, Rejected, Translation
from crossdock.ports.verdicts import AlreadyDone, Done, InDoubt, Park
from crossdock.sim.faults import Effect, Match, Rule

GOODS = made.consignment(made.BONN, made.LYON)


@pytest.mark.req("C11")
async def test_a_pickup_is_ordered_and_called_off(world):
    booking = await world.bought(GOODS)
    made_ = (await world.send(made.picking_up(made.BONN, booking))).facts[0].body
    assert isinstance(made_, PickupScheduled)
    assert made_.pickup_id.startswith("PRG")
    assert made_.window.closes_at == stamp("2026-11-24T17:30:00")
    gone = await world.send(made.calling_off(made_))
    assert isinstance(gone, Done)
    assert isinstance(gone.facts[0].body, PickupCancelled)
    assert isinstance(await world.send(made.calling_off(made_)), AlreadyDone)
    assert len(world.sim.ledger.of("pickup.cancelled")) == 1


@pytest.mark.req("C11")
async def test_a_pickup_whose_answer_is_lost_goes_to_a_person(world):
    order = made.picking_up(made.BONN, await world.bought(GOODS))
    world.faults.add(Rule(Effect(lost_answer=True), Match("POST", ".*/pickups")))
    assert isinstance(await world.send(order), InDoubt)
    verdict = await world.settle(order)
    assert isinstance(verdict, Park)
    assert "telephone" in verdict.why.operator
    assert len(world.sim.ledger.of("pickup.scheduled")) == 1


def test_the_clock_on_the_wall_is_told():
    assert desk.ready(stamp("2026-11-24T10:00:00")) == "2026-11-24T10:00:00 GMT+00:00"
    assert desk.ready(stamp("2026-11-24T10:00:00-05:00")) == "2026-11-24T10:00:00 GMT-05:00"


@pytest.mark.req("C2")
@pytest.mark.parametrize(("postcode", "verdict"), [("53113", "valid"), ("99999", "corrected"), ("00000", "invalid")])
async def test_addresses(world, postcode, verdict):
    party = Party("Ann", Address(("Weg 1",), "Bonn", "", postcode, "DE"))
    checked = (await world.send(made.checking(party))).facts[0].body
    assert checked.verdict == verdict
    if verdict == "corrected":
        assert checked.suggested.city == "Corrected"


@pytest.mark.req("C2")
async def test_what_dhl_cannot_look_for_is_unknown(world):
    world.sim.control("script", {"status": 400, "code": "8003", "path": ".*/address-validate"}, 0)
    assert (await world.send(made.checking(made.BONN))).facts[0].body.verdict == "unknown"


@pytest.mark.req("C6")
async def test_tracking_that_cannot_be_read_goes_to_a_person_and_nothing_is_an_answer(world, monkeypatch):
    booking = await world.bought(GOODS)
    monkeypatch.setattr(counter.tracking, "translation_of", _unreadable)
    assert isinstance(await world.send(made.tracking(booking.tracking_number)), Park)
    assert await world.send(made.tracking("0000000000")) == Done()


@pytest.mark.req("F1")
async def test_a_delivery_brings_its_proof(world, monkeypatch):
    booking = await world.bought(GOODS)
    world.sim.control("deliver", {"tracking_number": booking.tracking_number}, world.clock.now())
    monkeypatch.setattr(counter.tracking, "translation_of", _delivered(booking.tracking_number))
    verdict = await world.send(made.tracking(booking.tracking_number))
    report, proof = verdict.facts
    assert isinstance(report.body, TrackingReported)
    assert isinstance(proof.body, ProofCaptured)
    assert proof.lookups == report.lookups
    assert world.shelf.kept[proof.body.proof.document.sha256].startswith(b"%PDF")
    assert world.shelf.kinds[-1] == "proof_of_delivery"


def test_dhl_calls_nobody(world):
    assert isinstance(world.connector.verify(Received("events", b"{}", {}, 0), 0), Rejected)


def _unreadable(body, partner):
    from crossdock.ports.connector import Unreadable  # noqa: PLC0415 - only here
    from crossdock.ports.verdicts import Explanation  # noqa: PLC0415 - only here

    return Translation(problems=(Unreadable("", Explanation("o", f"{len(body)} {partner}")),))


def _delivered(number):
    event = TrackingEvent("dhl_express", number, "delivered", Stamp("2026-11-20T10:00:00Z"), signed_by="A. Weir")
    fact = Fact(TrackingReported(event), event.occurred, lookups=(Reference("tracking_number", number),))
    return lambda *_: Translation((fact,))


@pytest.mark.req("C6", "F1")
async def test_a_journey_asked_for_ends_with_its_proof(world):
    number = (await world.bought(GOODS)).tracking_number
    for action in ("scan", "deliver"):
        world.sim.control(action, {"tracking_number": number}, world.clock.now())
    facts = (await world.send(made.tracking(number))).facts
    milestones = [fact.body.event.milestone for fact in facts if isinstance(fact.body, TrackingReported)]
    assert milestones == ["picked_up", "delivered"]
    assert facts[-1].body.proof.document.kind == "proof_of_delivery"
    assert all(Reference("tracking_number", number) in fact.lookups for fact in facts)
