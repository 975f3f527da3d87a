"""The story of one order out of its rows (L1, L2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.identifiers import Reference, ReferenceKind, trace_id_of
from crossdock.ports.stores_delivery import Attempt
from crossdock.views.payloads import payloads_of, pretty
from crossdock.views.timeline import Ambiguous, story_of, timeline
from views.seeding import DELIVERED, DOUBTFUL, NUMBER, PARKED, REJECTED


@pytest.mark.req("L1")
@pytest.mark.parametrize("reference", [DELIVERED, "SO0007", "WH/OUT/00007", NUMBER, f" {NUMBER} "])
async def test_any_reference_leads_to_the_same_story(store, reference):
    story = await store.read(lambda tx: story_of(tx, reference))
    assert story.subject == DELIVERED
    assert story.trace_id == trace_id_of(DELIVERED)


@pytest.mark.req("L2")
async def test_the_story_is_told_in_the_order_of_cause_and_effect(store):
    story = await store.read(lambda tx: story_of(tx, "SO0007"))
    told = [(entry.kind, entry.what, entry.verdict) for entry in story.entries]
    assert told[:5] == [
        ("message", "pickings", "translated"),
        ("event", "fulfilment.requested.v1", ""),
        ("command", "rates.request.v1", "done"),
        ("attempt", "rates.request.v1", "Done"),
        ("event", "rates.quoted.v1", ""),
    ]
    assert [entry.verdict for entry in story.entries if entry.what == "label.buy.v1"] == ["done", "Retry", "Done"]
    assert {entry.who for entry in story.entries} == {"odoo", "easypost", "crossdock"}


@pytest.mark.req("L2")
async def test_scans_show_what_they_changed_and_which_came_late(store):
    story = await store.read(lambda tx: story_of(tx, "SO0007"))
    scans = [entry for entry in story.entries if entry.what == "tracking.reported.v1"]
    assert [(each.before, each.after, each.late) for each in scans] == [
        ("unknown", "in_transit", False),
        ("in_transit", "in_transit", True),
        ("in_transit", "delivered", False),
    ]
    assert scans[1].occurred.at == "2026-11-21T09:00:00+01:00"
    assert scans[1].code == "X-picked_up"
    assert scans[1].received_at < scans[1].processed_at
    assert scans[1].exchange_id


@pytest.mark.req("L2")
async def test_packages_and_what_is_expected_next(store):
    done = await store.read(lambda tx: story_of(tx, "SO0007"))
    assert [(line.tracking_number, line.standing.milestone) for line in done.packages] == [(NUMBER, "delivered")]
    assert done.expected == ()
    rejected = await store.read(lambda tx: story_of(tx, REJECTED))
    assert [each.who for each in rejected.expected] == ["a person"]
    parked = await store.read(lambda tx: story_of(tx, PARKED))
    assert parked.expected[0].who == "a person"
    doubtful = await store.read(lambda tx: story_of(tx, DOUBTFUL))
    assert "in doubt" in doubtful.expected[0].why


async def test_a_shared_reference_is_not_guessed_about(store):
    shared = Reference(ReferenceKind.CUSTOMER_ORDER, "PO-1")
    await store.run(lambda tx: tx.references.bind([(shared, DELIVERED), (shared, REJECTED)]))
    with pytest.raises(Ambiguous) as found:
        await store.read(lambda tx: story_of(tx, "PO-1"))
    assert found.value.subjects == [DELIVERED, REJECTED]


@pytest.mark.parametrize("reference", ["", "   ", "SO000", "nothing"])
async def test_nobody_is_known_by_half_a_name(store, reference):
    assert await store.read(lambda tx: story_of(tx, reference)) is None


@pytest.mark.req("L2")
async def test_a_message_three_ways(store):
    story = await store.read(lambda tx: story_of(tx, "SO0007"))
    inbound = await store.read(lambda tx: payloads_of(tx, story.entries[0].exchange_id))
    assert "WH/OUT/00007" in inbound.received[0].text
    assert inbound.canonical[0].title == "crossdock.fulfilment.requested.v1"
    assert "api.easypost.com" in inbound.sent[0].text
    bought = next(entry for entry in story.entries if entry.what == "label.buy.v1")
    outbound = await store.read(lambda tx: payloads_of(tx, bought.exchange_id))
    assert [sheet.title for sheet in outbound.canonical] == ["crossdock.rates.quoted.v1", "Command label.buy.v1"]
    assert len(outbound.sent) == 2
    assert await store.read(lambda tx: payloads_of(tx, "nothing")) is None


@given(st.lists(st.integers(0, 2**50), max_size=20))
def test_entries_are_sorted_whatever_order_rows_come_in(times):
    attempts = [Attempt("x", number, at, at, "Done") for number, at in enumerate(times)]
    assert [entry.processed_at for entry in timeline([], [], attempts)] == sorted(times)


def test_bytes_that_are_no_text_are_told_by_their_length():
    assert pretty(b"\xff\xfe\x00").startswith("3 bytes")
    assert pretty(b"ISA*00*") == "ISA*00*"
    assert pretty(b'{"a":1}') == '{\n  "a": 1\n}'
