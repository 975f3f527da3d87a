"""A partner that changes its words: gaps are counted with their message, rulings hold and can be taken back."""

import pytest
from msgspec import structs

from crossdock.backbone.drift import ruled, standing
from crossdock.model.events import Fact, TrackingReported
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import Stamp
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.connector import NewField, Received, Translation
from crossdock.ports.stores_mapping import Gap, Ruling
from hubs import Scripted, scripted_hub

NUMBER = "1Z999"


def scan(code: str, text: str = "") -> Fact:
    event = TrackingEvent("carrier", NUMBER, "unknown", Stamp("2026-03-01T08:00:00Z"), raw_code=code, raw_text=text)
    return Fact(TrackingReported(event), event.occurred, lookups=(Reference(ReferenceKind.TRACKING, NUMBER),))


def ruling(act: str, milestone: str = "delivered", name: str = "Q7") -> Ruling:
    return Ruling("carrier", "code", name, act, "cli:ada", 5, milestone)


class Changed(Scripted):
    """A carrier that began to send a code and a field nobody knows."""

    def translate(self, message: Received) -> Translation:
        code = message.body.decode()
        return Translation((scan(code, f"text of {code}"),), (), (code,), (NewField("/events/mood", "sunny"),))


async def told(hub, *codes: str):
    for index, code in enumerate(codes):
        message = Received("events", code.encode(), {"delivery": f"{code}{index}"}, hub.clock.now())
        await hub.intake.accept("carrier", message)
    await hub.engine.settle_all()


@pytest.mark.req("C6", "C8")
async def test_what_nobody_has_mapped_is_counted_with_an_example_and_its_message():
    hub = scripted_hub(Changed())
    await told(hub, "Q7", "Q8", "Q7")
    gaps = await hub.store.read(lambda tx: tx.mappings.gaps())
    assert [(gap.kind, gap.name, gap.example, gap.count) for gap in gaps] == [
        ("field", "/events/mood", "sunny", 3),
        ("code", "Q7", "text of Q7", 2),
        ("code", "Q8", "text of Q8", 1),
    ]
    assert all(gap.exchange_id for gap in gaps)


@pytest.mark.req("C6", "C8")
async def test_a_ruling_holds_for_what_comes_after_it_and_ends_the_gap():
    hub = scripted_hub(Changed())
    await hub.store.run(lambda tx: tx.mappings.rule(ruling("settled")))
    await told(hub, "Q7", "Q8")
    gaps = await hub.store.read(lambda tx: tx.mappings.gaps())
    assert {gap.name for gap in gaps if gap.kind == "code"} == {"Q8"}


def test_a_ruling_is_put_over_the_connectors_own_word():
    in_force = standing([ruling("settled")]).in_force
    done = ruled("carrier", Translation((scan("Q7"), scan("Q8")), (), ("Q7", "Q8")), in_force)
    assert [fact.body.event.milestone for fact in done.facts] == ["delivered", "unknown"]
    assert done.unknown_codes == ("Q8",)
    assert ruled("another", Translation((scan("Q7"),)), in_force).facts == (scan("Q7"),)


def test_a_scan_without_a_code_is_ruled_by_its_text():
    in_force = standing([ruling("settled", name="gone fishing")]).in_force
    [fact] = ruled("carrier", Translation((scan("", "gone fishing"),)), in_force).facts
    assert fact.body.event.milestone == "delivered"


def test_a_proposal_does_not_hold_until_it_is_settled_and_a_withdrawal_ends_both():
    name = ("carrier", "code", "Q7")
    assert standing([ruling("proposed")]).in_force == {}
    assert standing([ruling("proposed")]).proposed[name].by == "cli:ada"
    both = standing([ruling("settled", "held"), ruling("proposed")])
    assert both.in_force[name].milestone == "held"
    agreed = standing([ruling("proposed"), structs.replace(ruling("settled"), by="cli:bob")])
    assert agreed.proposed == {}
    assert agreed.in_force[name].by == "cli:bob"
    assert standing([ruling("settled"), ruling("withdrawn")]).in_force == {}


async def test_gaps_are_listed_by_partner():
    hub = scripted_hub(Changed())
    await hub.store.run(
        lambda tx: tx.mappings.note([Gap("ups", "code", "x", "", "e", 1, 1), Gap("dhl", "code", "x", "", "e", 1, 1)])
    )
    assert [gap.partner for gap in await hub.store.read(lambda tx: tx.mappings.gaps("dhl"))] == ["dhl"]
