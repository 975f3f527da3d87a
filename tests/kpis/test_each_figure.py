"""What the requirements ask of each figure: so many seeded, so many counted, with the list that names them."""

from random import Random

import pytest

from crossdock.backbone.kpis import Window, items, read, span_of, terms_of
from crossdock.model.exceptions import ExceptionRaised, ExceptionResolved, ExceptionRouted
from crossdock.ports.spec import Kind
from crossdock.ports.stores import StateRow
from crossdock.ports.stores_delivery import Attempt, NewCommand, Outcome, Term
from crossdock.ports.stores_inbound import NewExchange, RefusedBody, Settlement
from crossdock.ports.stores_notices import NoticeRow
from crossdock.settings.loading import judge
from crossdock.settings.nodes import read_text
from crossdock.settings.notices import CustomerNotices
from crossdock.settings.sections import Processes, Settings
from crossdock.settings.watching import Expectations, TrackingWatch
from crossdock.storage.opening import open_store
from crossdock.views.kpis import board_of
from kpis.generated import AT, DAY, HOUR, MINUTE, Story, fold, write_events

PARTNERS = {"easypost": Kind.CARRIER, "north": Kind.WAREHOUSE, "odoo": Kind.ERP}
SETTINGS = Settings(
    processes=Processes(expectations=Expectations(), tracking_watch=TrackingWatch(feeds={"easypost": 1})),
    customer_notices=CustomerNotices(),
)
BOARD = board_of(SETTINGS, PARTNERS)


@pytest.fixture
async def store(url):
    opened = open_store(url)
    await opened.migrate()
    yield opened
    await opened.close()


async def value(store, name, at=AT, **words):
    terms = terms_of(BOARD, name)
    return (await store.read(lambda tx: read(tx, BOARD, terms, AT, Window(until=at, **words)))).value


async def rows(store, name):
    terms = terms_of(BOARD, name)
    return await store.read(lambda tx: items(tx, BOARD, terms, AT, Window(), 100))


async def say(store, *bodies, at=AT - HOUR):
    """One fact each, of orders numbered from 1."""
    stories = []
    for number, body in enumerate(bodies, 1):
        story = Story(number, Random(1))
        story.say(body, at)
        stories += story.events
    await write_events(store, stories, bucket=1)
    await fold(store)


KINDS = [
    ("unassigned_deliveries", 3, "route.none", "L3"),
    ("failed_bookings", 2, "booking.failed", "L4"),
    ("failed_labels", 1, "label.failed", "L5"),
    ("missing_proofs", 1, "proof.missing", "L6"),
    ("delayed_asn_acknowledgements", 1, "announcement.unacknowledged", "L8"),
    ("unmatched_freight_charges", 5, "freight.unmatched", "L9"),
    ("shipments_without_scan", 1, "scan.missing", "L10"),
    ("stuck_orders", 1, "pick.not_started", "L11"),
    ("reconciliation_gaps", 7, "reconciliation.gap", "L12"),
    ("delayed_feeds", 1, "feed.silent", "L14"),
]


@pytest.mark.req("L3", "L4", "L5", "L6", "L8", "L9", "L10", "L11", "L12", "L14", "D9", "F3", "G3")
@pytest.mark.parametrize(("name", "number", "kind", "_requirement"), KINDS, ids=[each[3] for each in KINDS])
async def test_so_many_stand_so_many_are_counted_and_named_until_they_end(store, name, number, kind, _requirement):
    told = [ExceptionRaised(kind, f"both sides of {each}", f"/x/{each}", f"c{each}", "ups") for each in range(number)]
    await say(store, *told)
    assert await value(store, name) == number
    listed = await rows(store, name)
    assert sorted(each.subject for each in listed) == [f"do:odoo:{each + 1}" for each in range(number)]
    assert {each.partner for each in listed} == {"ups"}
    assert all(each.detail.endswith(f"both sides of {int(each.subject[8:]) - 1}") for each in listed)
    await say(store, *[ExceptionResolved(kind, f"/x/{each}", f"c{each}") for each in range(number)], at=AT - MINUTE)
    assert await value(store, name) == 0
    assert await value(store, name, at=AT - 2 * MINUTE) == number, "as it stood before it ended"


@pytest.mark.req("L5")
async def test_a_label_that_timed_out_says_so_first(store):
    await say(store, ExceptionRaised("label.failed", "Fetch it by hand.", "/packages/1", "c1", "ups"))
    await command(store, "easypost", "label.fetch.v1", AT - 2 * HOUR, "parked", verdict="InDoubt: timeout")
    [row] = await rows(store, "failed_labels")
    assert row.detail == "InDoubt: timeout: Fetch it by hand."


@pytest.mark.req("L13")
async def test_twelve_open_three_past_their_promise_by_owner(store):
    stories = []
    for number in range(12):
        story = Story(number, Random(1))
        story.say(ExceptionRaised("shipment.customs", "held", "/x", "c", "ups"), AT - 5 * HOUR)
        due = AT - HOUR if number < 3 else AT + HOUR
        routed = ExceptionRouted(
            "shipment.customs", f"team-{number % 2}", "high", "business", "/x", "c", resolve_by=due
        )
        story.say(routed, AT - 5 * HOUR)
        stories += story.events
    await write_events(store, stories, bucket=1)
    await fold(store)
    assert (await value(store, "unresolved_exceptions"), await value(store, "exceptions_past_promise")) == (12, 3)
    terms = terms_of(BOARD, "unresolved_exceptions")
    owners = await store.read(lambda tx: tx.kpis.by(terms.kpi, span_of(BOARD, terms, AT), "owner"))
    assert owners == {"team-0": 6, "team-1": 6}
    assert {each.since for each in await rows(store, "unresolved_exceptions")} == {AT - 5 * HOUR + 1}


async def command(store, partner, kind, at, status, took=1_000_000, subject="do:odoo:1", verdict="Park"):
    name = f"{kind}/{at}/{status}"

    def step(tx):
        tx.lanes.enqueue([NewCommand(name, name, partner, subject, kind, b"{}", 50, at, at, "t" * 32, "none")])
        if status == "open":
            return
        [claimed] = [each for each in tx.lanes.claim(Term("w", at, at, at + DAY), 50, [partner]) if each.id == name]
        tx.lanes.settle([(claimed, Outcome(status, Attempt(name, 1, at, at + took, verdict, "Look.", "because")))])

    await store.run(step)


@pytest.mark.req("L7")
async def test_a_pause_of_ten_minutes_shows_in_the_count_and_in_the_percentile(store):
    for number in range(40):
        await command(store, "odoo", "milestone.record.v1", AT - HOUR - number * MINUTE, "done", 2_000_000)
    assert (await value(store, "propagation_seconds"), await value(store, "delayed_propagation")) == (2, 0)
    for number in range(10):  # what came in the ten minutes before now still waits
        at = AT - (10 - number) * MINUTE
        await command(store, "odoo", "milestone.record.v1", at, "open", subject=f"do:odoo:{number + 50}")
    # waited 10, 9 ... 1 minutes: five of them for longer than five minutes; the 48th of 50 is the third longest
    assert await value(store, "delayed_propagation") == 5
    assert await value(store, "propagation_seconds") == 8 * 60


@pytest.mark.req("L14", "L15")
async def test_a_broken_mapping_and_a_silent_carrier_are_one_each(store):
    def step(tx):
        for name, partner in (("e1", "easypost"), ("e2", "north"), ("e3", "easypost")):
            tx.exchanges.accept([NewExchange(name, partner, "hook", b"{}", AT - HOUR, "t" * 32, delivery_id=name)])
        settled = [Settlement("e1", "parked", "", "Mend it.", "KeyError"), Settlement("e3", "translated")]
        tx.exchanges.settle([*settled, Settlement("e2", "parked", "", "Mend it.", "KeyError")], AT - HOUR)

    await store.run(step)
    await command(store, "easypost", "rates.request.v1", AT - HOUR, "open")
    await command(store, "odoo", "note.record.v1", AT - HOUR, "open")
    assert await value(store, "failed_syncs") == 2
    assert [(each.partner, each.detail) for each in await rows(store, "invalid_warehouse_events")] == [
        ("north", "Mend it.")
    ]
    assert [each.detail for each in await rows(store, "delayed_carrier_responses")] == ["rates.request.v1"]


@pytest.mark.req("L15")
async def test_a_warehouse_message_refused_at_the_door_counts_for_a_day(store):
    def refuse(name, at):
        body = RefusedBody(name, "north", "hook", 401, at, b"{}", 2, "0" * 64, "Check the secret.", "signature")
        return lambda tx: tx.exchanges.refuse([body])

    await store.run(refuse("r1", AT - HOUR))
    await store.run(refuse("r2", AT - 2 * DAY))
    assert [each.reference for each in await rows(store, "invalid_warehouse_events")] == ["r1"]


@pytest.mark.req("L15", "E12")
async def test_notices_nobody_triggered_are_counted_and_others_are_not(store):
    def step(tx):
        for number, (milestone, minutes) in enumerate(
            [("delivered", 60), ("delivered", 60), ("delivered", 5), ("picked_up", 60), ("info_received", 60)]
        ):
            summary = {"milestone": milestone, "carrier": "UPS"}
            tx.states.save([StateRow(f"do:odoo:{number}", b"{}", {}, AT - minutes * MINUTE, summary)])
        tx.notices.note([NoticeRow("do:odoo:1", "delivered", "sent", at=AT - HOUR)])
        tx.notices.note([NoticeRow("do:odoo:9", "delayed", "due", at=AT - HOUR, mail=True)])
        tx.notices.note([NoticeRow("do:odoo:8", "delayed", "held", at=AT - HOUR, mail=True)])

    await store.run(step)
    found = sorted((each.subject, each.reference) for each in await rows(store, "notifications_not_triggered"))
    assert found == [("do:odoo:0", "delivered"), ("do:odoo:3", "in_transit"), ("do:odoo:9", "delayed")]
    assert await value(store, "notifications_not_triggered") == 3


@pytest.mark.req("I12")
async def test_time_to_green_are_those_from_the_first_message_to_the_certificate(store):
    def step(tx):
        for name, partner, days in (("e1", "acme", 9), ("e2", "acme", 5), ("e3", "north", 4)):
            at = AT - days * DAY
            tx.exchanges.accept([NewExchange(name, partner, "hook", b"{}", at, "t" * 32, delivery_id=name)])
        tx.doors.audit(AT - 2 * DAY, "ann", "partner.certified", "acme", "all green")
        tx.doors.audit(AT - 3 * DAY, "ann", "partner.certified", "north", "all green")

    await store.run(step)
    assert await value(store, "time_to_green") == pytest.approx((7 + 1) / 2)
    assert terms_of(BOARD, "time_to_green").unwatched, "no command certifies partners yet"


def test_what_is_not_configured_says_so():
    bare = board_of(Settings(), {})
    assert "processes.expectations" in terms_of(bare, "missing_proofs").unwatched
    assert not terms_of(BOARD, "missing_proofs").unwatched
    assert not terms_of(bare, "failed_bookings").unwatched


def test_a_figure_nobody_knows_is_a_fault_of_the_configuration(tmp_path):
    node, _ = read_text(
        "kpis: {thresholds: {missing_prooofs: 3}, objectives_seconds: {failed_bookings: 9}}", "x", line=1
    )
    faults = judge(node, tmp_path, {}).faults
    assert [each.text for each in faults] == [
        "'failed_bookings' has no objective",
        "'missing_prooofs' is no key figure",
    ]
    assert "missing_proofs" in faults[1].hint


async def test_what_was_measured_goes_with_an_ended_order(store):
    story = Story(1, Random(3))
    shipped = story.at_the_warehouse() or AT - DAY
    story.on_its_way(shipped)
    await write_events(store, story.events)
    await fold(store)

    def kept(tx):
        return len(tx.measures.parcels([story.subject])), len(tx.measures.handovers([story.subject]))

    assert await store.read(kept) == (1, 1)
    await store.run(lambda tx: tx.ageing.end([story.subject], AT))
    assert await store.read(kept) == (0, 0)
