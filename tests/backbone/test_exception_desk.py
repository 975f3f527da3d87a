"""Exceptions on the road: two queues, causes and what is at stake, one alert each, the same rows after a rebuild."""

import msgspec
import pytest

from crossdock.backbone import exceptions_desk as desk
from crossdock.backbone.casebook import Alerting
from crossdock.backbone.decide import Reducer
from crossdock.backbone.metrics import Metrics
from crossdock.backbone.rebuild import Rebuilder
from crossdock.model import exceptions as exc
from crossdock.model.events import Fact, FulfilmentRequested
from crossdock.model.fulfilment import summary_of
from crossdock.model.identifiers import trace_id_of
from crossdock.model.instants import from_epoch_us
from crossdock.model.money import money
from crossdock.model.tasks import CloseActivity, RaiseActivity
from crossdock.ports.rows import Chosen
from crossdock.ports.stores import NewEvent
from crossdock.processes.exception_desk import exception_desk
from crossdock.processes.exception_policy import DeskPolicy, Step, Team, Terms
from crossdock.views.exceptions import whole
from hubs import Scripted, SeededIds, scripted_hub
from orders import delivery_order

POLICY = DeskPolicy(
    teams={"carriers-desk": Team(ladder=(Step("lead"),)), "integration": Team()},
    terms={"booking.failed": Terms("high", 0, 30)},
    activity_kinds=frozenset({"booking.failed"}),
)
TECHNICAL = ["feed.silent", "mapping.unknown_code", "record.failed", "tracking.refused", "shipment.data"]
BUSINESS = ["booking.failed", "rates.none", "address.incomplete", "shipment.customs", "void.failed"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    if request.param == "postgresql":
        return request.getfixturevalue("migrated_postgres_url")
    return "sqlite:///:memory:"


@pytest.fixture
async def hub(url):
    opened = scripted_hub(Scripted("odoo"), processes=[exception_desk(POLICY)], url=url)
    if url.startswith("sqlite"):
        await opened.store.migrate()
    yield opened
    await opened.close()
    await opened.store.close()


async def tell(hub, subject, *bodies):
    """Facts of one subject, decided on."""
    now = hub.clock.now()
    events = [
        NewEvent(fact.key(subject), subject, fact, now, "", "", trace_id_of(subject))
        for fact in (Fact(body, from_epoch_us(now), subject=subject) for body in bodies)
    ]
    await hub.store.run(lambda tx: tx.log.append(events, now))
    await hub.engine.settle_all()


def raised(kind, number, partner="ups"):
    return exc.ExceptionRaised(kind, f"{kind} {number}", "/x", f"c{number}", partner)


async def listed(hub, **words):
    rows, _ = await hub.store.read(lambda tx: tx.views.exceptions(chosen=Chosen(**words), limit=100))
    return sorted(row.kind for row in rows)


async def do(hub, deed, *, actor="ann", **words):
    now = hub.clock.now()
    asked = desk.Asked(f"r{now}", actor, "because", deed)
    done = await hub.store.run(lambda tx: desk.act(tx, desk.find(tx, Chosen(**words)), asked, now))
    await hub.engine.settle_all()
    return done


@pytest.mark.req("L17")
async def test_five_of_each_are_two_queues_and_nothing_is_in_both(hub):
    for number, kind in enumerate([*BUSINESS, *TECHNICAL]):
        await tell(hub, f"do:odoo:{number}", raised(kind, number))
    assert await listed(hub, queue="business") == sorted(BUSINESS)
    assert await listed(hub, queue="technical") == sorted(TECHNICAL)
    counts = await hub.store.read(lambda tx: tx.views.counts())
    assert (counts.open_exceptions, counts.technical_exceptions) == (5, 5)
    queues = await hub.store.read(lambda tx: tx.views.queues(hub.clock.now()))
    assert (queues.depth["open_exceptions"], queues.depth["technical_exceptions"]) == (5, 5)


@pytest.mark.req("L13")
async def test_twelve_open_of_which_three_are_late_are_both_numbers_everywhere(hub):
    for number in range(3):
        await tell(hub, f"do:odoo:{number}", raised("booking.failed", number))
    hub.clock.advance(31 * 60)
    await hub.engine.settle_all()
    for number in range(3, 12):
        await tell(hub, f"do:odoo:{number}", raised("booking.failed", number))
    await hub.engine.measure()
    [load] = await hub.store.read(lambda tx: tx.views.workloads(hub.clock.now()))
    assert (load.owner, load.count, load.past, load.hour) == ("carriers-desk", 12, 3, 0)
    labels = {"queue": "business", "owner": "carriers-desk", "severity": "high"}
    registry = hub.metrics.registry
    assert registry.get_sample_value("crossdock_exceptions_open", labels) == 12
    assert registry.get_sample_value("crossdock_exceptions_past_promise", labels) == 3
    assert registry.get_sample_value("crossdock_exceptions_oldest_seconds", labels) >= 31 * 60
    assert len(await listed(hub, breached=True)) == 3
    assert len(await listed(hub, owner="carriers-desk", breached=False)) == 9
    hub.clock.advance(3600)
    await hub.engine.measure()
    assert registry.get_sample_value("crossdock_exceptions_older", {**labels, "than": "hour"}) == 12


@pytest.mark.req("L18")
async def test_there_is_one_alert_for_a_cause_and_occasion_while_it_is_open(hub):
    for number in range(5):
        await tell(hub, f"do:odoo:{number}", raised("booking.failed", number))
    await tell(hub, "do:odoo:9", raised("booking.failed", 9, partner="dhl"))

    async def occasions():
        found = await hub.store.read(lambda tx: tx.alerts.latest())
        return sorted((each.partner, each.occasion, each.told) for each in found)

    assert await occasions() == [("dhl", "raised", ""), ("ups", "raised", "")]
    hub.clock.advance(31 * 60)
    await hub.engine.settle_all()
    assert [(who, what) for who, what, _ in await occasions() if who == "ups"] == [
        ("ups", "breached"), ("ups", "level-1"), ("ups", "raised"), ("ups", "warned")
    ]  # fmt: skip
    assert ("ups", "level-1", "lead") in await occasions()
    await do(hub, desk.Resolve(), partner="ups")
    assert {who for who, _, _ in await occasions()} == {"dhl"}
    await tell(hub, "do:odoo:1", raised("booking.failed", 77))
    assert ("ups", "raised", "") in await occasions()


class Pager:
    def __init__(self, *, takes=True):
        self.told = []
        self.takes = takes

    async def tell(self, alert):
        self.told.append((alert.partner, alert.occasion))
        return self.takes


@pytest.mark.req("L18")
async def test_a_notifier_is_given_each_alert_until_it_takes_it_and_none_whose_cause_is_over(hub):
    await tell(hub, "do:odoo:1", raised("booking.failed", 1))
    deaf, pager = Pager(takes=False), Pager()
    assert await Alerting(hub.store, deaf)(hub.clock.now()) == 0
    assert await Alerting(hub.store, pager)(hub.clock.now()) == 1
    assert await Alerting(hub.store, pager)(hub.clock.now()) == 0
    assert deaf.told == pager.told == [("ups", "raised")]
    await tell(hub, "do:odoo:2", raised("rates.none", 2))
    await do(hub, desk.Resolve(), kind="rates.none")
    assert await Alerting(hub.store, pager)(hub.clock.now()) == 0
    assert await Alerting(hub.store)(hub.clock.now()) == 0


@pytest.mark.req("L13")
async def test_a_cause_counts_what_every_order_is_worth_once(hub):
    base = delivery_order()
    for number, value in ((1, "10"), (2, "20.50")):
        line = msgspec.structs.replace(base.lines[0], value=money(value, "EUR"))
        order = msgspec.structs.replace(base, id=f"do:odoo:{number}", external_id=str(number), lines=(line,))
        await tell(hub, f"do:odoo:{number}", FulfilmentRequested(order), raised("booking.failed", number),
                   raised("booking.failed", number + 10))  # fmt: skip
    await tell(hub, "do:odoo:3", raised("booking.failed", 3), raised("rates.none", 4))
    groups = await hub.store.read(lambda tx: tx.views.cause_groups())
    assert [(each.kind, each.partner, each.category, each.count, each.values) for each in groups] == [
        ("booking.failed", "ups", "booking", 5, {"EUR": 3050}), ("rates.none", "ups", "booking", 1, {})
    ]  # fmt: skip
    assert len(await listed(hub, group=groups[0].id)) == 5
    assert await do(hub, desk.Resolve(), group=groups[0].id) == 5
    assert await listed(hub) == ["rates.none"]


@pytest.mark.req("E16", "H9")
async def test_the_whole_life_of_one_and_its_activity(hub):
    await tell(hub, "do:odoo:7", FulfilmentRequested(delivery_order()), raised("booking.failed", 1))
    await do(hub, desk.Assign("", "ann"), kind="booking.failed")
    hub.clock.advance(60)
    await do(hub, desk.Wait("ups", hub.clock.now() + 3_600_000_000), kind="booking.failed")
    assert await listed(hub, state="waiting") == ["booking.failed"]
    hub.clock.advance(3601)
    await hub.engine.settle_all()
    assert await listed(hub, state="assigned", assignee="ann") == ["booking.failed"]
    await do(hub, desk.Comment("called them"), kind="booking.failed")
    [row], _ = await hub.store.read(lambda tx: tx.views.exceptions())
    await do(hub, desk.Resolve(), ids=(row.case.id,))
    assert await do(hub, desk.Assign("", "bob"), ids=(row.case.id,)) == 0
    found = await hub.store.read(lambda tx: whole(tx, row.case.id))
    assert (found.case.state, found.case.resolved_by, found.case.reason, found.case.comments) == (
        "resolved", "ann", "because", 1
    )  # fmt: skip
    titles = [line.title for line in found.history]
    assert titles[0] == "Exception: booking.failed 1"
    assert {"ann: called them", "Exception given to ann by ann", "Exception resolved by ann"} <= set(titles)
    assert "Exception goes on: its time came" in titles
    sent = [type(each.body) for each in hub.connectors["odoo"].sent]
    assert sent == [RaiseActivity, CloseActivity]


@pytest.mark.req("K17")
async def test_a_rebuild_gives_the_same_rows(hub):
    for number, kind in enumerate([*BUSINESS, *TECHNICAL]):
        await tell(hub, f"do:odoo:{number % 4}", raised(kind, number))
    await do(hub, desk.Assign("claims", "ann"), kind="void.failed")
    await do(hub, desk.Wait("customer", 0), kind="shipment.customs")
    hub.clock.advance(2 * 3600)
    await hub.engine.settle_all()
    await do(hub, desk.Resolve(), kind="rates.none")
    subjects = [f"do:odoo:{number}" for number in range(4)]
    before = await hub.store.read(lambda tx: tx.exceptions.of_subjects(subjects))
    assert len(before) == 10
    reducer = Reducer(hub.store, [exception_desk(POLICY)], hub.clock, SeededIds(), Metrics(), summary_of)
    rebuilder = Rebuilder(hub.store, reducer, hub.clock, "test")
    assert (await rebuilder.check()).differences == ()
    spoilt = [msgspec.structs.replace(each, owner="nobody", level=9) for each in before]
    await hub.store.run(lambda tx: tx.exceptions.save(spoilt))
    report = await rebuilder.rebuild()
    assert (report.equal, report.healed) == (True, 4)
    assert await hub.store.read(lambda tx: tx.exceptions.of_subjects(subjects)) == before


async def test_a_filter_that_fits_too_many_is_refused(hub, monkeypatch):
    monkeypatch.setattr(desk, "MOST", 1)
    await tell(hub, "do:odoo:1", raised("booking.failed", 1), raised("booking.failed", 2))
    with pytest.raises(desk.TooMany, match="narrow"):
        await hub.store.read(lambda tx: desk.find(tx, Chosen(kind="booking.failed")))
