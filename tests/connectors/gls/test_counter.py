"""Collections, the end of the day, tracking on request and proofs of delivery."""

import pytest

import consignments as made
from crossdock.connectors.gls.client import counter
from crossdock.model.collecting import ManifestClosed, PickupScheduled
from crossdock.model.events import Fact, ProofCaptured, TrackingReported
from crossdock.model.identifiers import Reference
from crossdock.model.instants import Stamp
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.connector import Received, Rejected, Translation, Unreadable
from crossdock.ports.verdicts import Done, Explanation, InDoubt, Park, Refuse
from crossdock.sim.faults import Effect, Match, Rule

GOODS = made.consignment(made.BONN, made.KOELN)
TODAY = "2026-11-18"


@pytest.mark.req("C11")
async def test_a_collection_is_ordered(world):
    booking = await world.bought(GOODS)
    scheduled = (await world.send(made.picking_up(made.BONN, booking))).facts[0].body
    assert isinstance(scheduled, PickupScheduled)
    assert scheduled.confirmation == "2026-11-24"
    assert isinstance(await world.send(made.calling_off(scheduled)), Refuse)


@pytest.mark.req("C11")
async def test_a_collection_whose_answer_is_lost_goes_to_a_person(world):
    order = made.picking_up(made.BONN, await world.bought(GOODS))
    world.faults.add(Rule(Effect(lost_answer=True), Match("POST", ".*/sporadiccollection")))
    assert isinstance(await world.send(order), InDoubt)
    assert isinstance(await world.settle(order), Park)
    assert len(world.sim.ledger.of("pickup.scheduled")) == 1


@pytest.mark.req("C2")
async def test_the_end_of_the_day_reports_parcels_and_may_be_repeated(world):
    booking = await world.bought(GOODS)
    order = made.closing(made.BONN, TODAY, booking)
    closed = (await world.send(order)).facts[0].body
    assert isinstance(closed, ManifestClosed)
    assert [each.shipment_id for each in closed.shipments] == [booking.shipment_id]
    assert closed.documents[0].kind == "manifest"
    assert b"TrackID" in world.shelf.kept[closed.documents[0].sha256]
    assert (await world.send(order)).facts[0].body == closed
    late = (await world.send(made.closing(made.BONN, "2026-11-17", booking))).facts[0].body
    assert late.shipments == ()


@pytest.mark.req("C6")
async def test_tracking_knows_a_parcel_from_the_end_of_its_day(world, monkeypatch):
    booking = await world.bought(GOODS)
    assert await world.send(made.tracking(booking.tracking_number)) == Done()
    await world.send(made.closing(made.BONN, TODAY, booking))
    monkeypatch.setattr(
        counter.tracking,
        "translation_of",
        lambda body, partner: Translation(problems=(Unreadable("", Explanation(partner, body.decode())),)),
    )
    verdict = await world.send(made.tracking(booking.tracking_number))
    assert isinstance(verdict, Park)
    assert booking.tracking_number in verdict.why.engineer


@pytest.mark.req("F1")
async def test_a_delivery_brings_its_proof(world, monkeypatch):
    booking = await world.bought(GOODS)
    number = booking.tracking_number
    await world.send(made.closing(made.BONN, TODAY, booking))
    event = TrackingEvent("gls", number, "delivered", Stamp("2026-11-20T10:00:00", tz_known=False), signed_by="Kern")
    fact = Fact(TrackingReported(event), event.occurred, lookups=(Reference("tracking_number", number),))
    monkeypatch.setattr(counter.tracking, "translation_of", lambda *_: Translation((fact,)))
    assert len((await world.send(made.tracking(number))).facts) == 1
    world.sim.control("deliver", {"tracking_number": number}, world.clock.now())
    report, proof = (await world.send(made.tracking(number))).facts
    assert isinstance(proof.body, ProofCaptured)
    assert proof.body.proof.signed_by == "Kern"
    assert world.shelf.kept[proof.body.proof.document.sha256].startswith(b"%PDF")
    assert report is fact


def test_gls_calls_nobody(world):
    assert isinstance(world.connector.verify(Received("events", b"{}", {}, 0), 0), Rejected)


@pytest.mark.req("C6", "F1")
async def test_a_journey_asked_for_ends_with_its_proof(world):
    booking = await world.bought(GOODS)
    number = booking.tracking_number
    await world.send(made.closing(made.BONN, TODAY, booking))
    world.sim.control("deliver", {"tracking_number": number}, world.clock.now())
    facts = (await world.send(made.tracking(number))).facts
    assert [fact.body.event.milestone for fact in facts if isinstance(fact.body, TrackingReported)] == ["delivered"]
    assert facts[-1].body.proof.document.kind == "proof_of_delivery"
    assert all(Reference("tracking_number", number) in fact.lookups for fact in facts)
