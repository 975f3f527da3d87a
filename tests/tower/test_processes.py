"""Processes on pages: charts that show every stage, what is stuck, and the list behind every number."""

import re

import httpx
import pytest

from crossdock.backbone.documents import StoredDocuments
from crossdock.backbone.parking import Requests
from crossdock.model.calendars import calendar
from crossdock.model.cases import Case
from crossdock.ports.stores_delivery import DueTimer
from crossdock.ports.stores_processes import Instance
from crossdock.processes.configured import there_are
from crossdock.settings.sections import Processes, Settings
from crossdock.settings.watching import Expectations
from crossdock.tower.app import build
from crossdock.tower.context import Context
from crossdock.tower.sessions import Role, Sessions
from crossdock.tower.stage_charts import BOX_HEIGHT, BOX_WIDTH, drawing
from crossdock.views.stuck import Objective, objectives_of, standings, stuck
from tower.pages import entering
from views.seeding import DELIVERED, NOW, PARKED

HOUR = 3_600_000_000
PROCESSES = {each.name: each for each in there_are()}
CHARTS = [each for each in PROCESSES.values() if each.chart]
OBJECTIVES = objectives_of(Settings(), PROCESSES)


class Pages:
    """The tower of a seeded store with all processes."""

    def __init__(self, world):
        self.sessions = Sessions(world.clock)
        self.app = build(
            Context(
                store=world.store, clock=world.clock, requests=Requests(), sessions=self.sessions, version="0.1.0",
                documents=StoredDocuments(world.store, world.clock), processes=PROCESSES, objectives=OBJECTIVES,
            )
        )  # fmt: skip


@pytest.mark.parametrize("process", CHARTS, ids=lambda each: each.name)
def test_a_chart_shows_every_stage_once_apart_from_the_others_and_inside_its_frame(process):
    for chosen in ("", *(each.name for each in process.chart.stages)):
        drawn = drawing(process.chart, chosen)
        assert [each.stage for each in drawn.boxes] == [each.name for each in process.chart.stages]
        corners = {(each.x, each.y) for each in drawn.boxes}
        assert len(corners) == len(drawn.boxes)
        assert len({x % (BOX_WIDTH + 26) for x, _ in corners}) == 1, "boxes of a column stand below each other"
        assert all(x + BOX_WIDTH < drawn.width and y + BOX_HEIGHT < drawn.height for x, y in corners)


@pytest.mark.parametrize("process", CHARTS, ids=lambda each: each.name)
def test_what_is_not_drawn_is_counted_and_drawn_when_its_stage_is_chosen(process):
    pairs = {(each.before, each.after) for each in process.chart.moves if each.before != each.after}
    drawn = drawing(process.chart)
    assert len(drawn.ways) + drawn.hidden == len(pairs)
    reached = {way.after for way in drawn.ways}
    start = process.chart.stages[0].name
    assert reached | {start} >= {after for _, after in pairs}, "every stage one can come to has a way that is drawn"
    for stage in process.chart.stages:
        ways = {(way.before, way.after): way.kind for way in drawing(process.chart, stage.name).ways}
        own = {pair for pair in pairs if stage.name in pair}
        assert {pair for pair, kind in ways.items() if kind in {"in", "out"}} == own


def test_the_upper_row_is_the_way_most_orders_go():
    rows = {each.stage: each.row for each in drawing(PROCESSES["order_to_ship"].chart).boxes}
    assert [name for name, row in rows.items() if not row] == [
        "new", "waiting", "rating", "booking", "labelled", "shipped", "delivered"
    ]  # fmt: skip
    assert [name for name, row in rows.items() if row] == ["rejected", "attention", "cancelled", "settling"]


def _standing(subject, process, stage, hours):
    return Instance(subject, process, 1, stage, NOW - int(hours * HOUR))


@pytest.mark.req("L19")
async def test_what_stands_longer_than_it_may_is_stuck_the_most_overdue_first(world):
    def seed(tx):
        tx.instances.put(
            [
                _standing(DELIVERED, "order_to_ship", "booking", 5),  # may take 1 h
                _standing(PARKED, "order_to_ship", "attention", 20),  # may take 8 h
                _standing("do:odoo:10", "order_to_ship", "booking", -0.5),
                _standing("do:odoo:11", "order_to_ship", "labelled", 900),  # as long as it takes
                _standing("do:odoo:12", "order_to_ship", "gone", 900),  # a stage of another version
            ]
        )
        tx.timers.set([DueTimer(DELIVERED, "b", NOW + HOUR, "the label", "the carrier"),
                       DueTimer(DELIVERED, "a", NOW + 2 * HOUR, "later")])  # fmt: skip
        tx.exceptions.save([Case(PARKED, "stage.overdue", "/stage/order_to_ship", "c", "late", NOW)])

    await world.store.run(seed)

    def look(tx):
        found = standings(tx, PROCESSES, OBJECTIVES, NOW)
        return found, stuck(tx, found, OBJECTIVES, NOW)

    found, held = await world.store.read(look)
    assert [(each.subject, each.stage) for each in held] == [(PARKED, "attention"), (DELIVERED, "booking")]
    assert held[0].exception_id == Case(PARKED, "stage.overdue", "/stage/order_to_ship", "c").id
    assert held[1].timer.what == "the label"
    assert held[1].due_at == NOW - 4 * HOUR
    late = {(each.line.process, each.line.stage): each.late for each in found if each.late}
    assert late == {("order_to_ship", "attention"): 1, ("order_to_ship", "booking"): 1}
    client: httpx.AsyncClient = await entering(Pages(world), Role.READER)
    page = (await client.get("/processes/order_to_ship")).text
    assert page.index(f"/orders/{PARKED}") < page.index(f"/orders/{DELIVERED}")
    assert 'aria-label="booking: 2, 1 late"' in page
    gone = (await client.get("/processes/order_to_ship/gone")).text
    assert "of a version that is not installed" in gone
    assert "/orders/do:odoo:12" in gone
    first = (await client.get("/processes")).text
    assert first.index('id="p-order_to_ship"') < first.index('id="p-order_intake"'), "what is stuck comes first"


def test_objectives_are_those_of_the_configuration_in_its_working_time():
    office = calendar("UTC", (((480, 1020),),) * 5 + ((),) * 2)
    assert Objective(2.0, office).due(NOW) > Objective(2.0).due(NOW)
    given = Expectations(stages={"order_to_ship": {"booking": 3.0, "labelled": 24.0, "rating": 0.0}})
    found = objectives_of(Settings(processes=Processes(expectations=given)), PROCESSES)
    own = {stage: each.hours for (process, stage), each in found.items() if process == "order_to_ship"}
    assert (own["booking"], own["labelled"], own["attention"]) == (3.0, 24.0, 8.0)
    assert "rating" not in own


async def test_a_number_leads_to_a_list_in_pages_that_lose_and_repeat_nobody(world):
    rows = [_standing(f"do:odoo:{100 + each}", "order_to_ship", "booking", 200 - each // 3) for each in range(120)]
    await world.store.run(lambda tx: tx.instances.put(rows))
    client = await entering(Pages(world), Role.READER)
    address, seen, pages = "/processes/order_to_ship/booking", [], 0
    while address:
        text = (await client.get(address)).text
        seen += re.findall(r'data-row href="/orders/([^"]+)"', text)
        found = re.search(r'href="([^"]+)">Those who came later', text)
        address, pages = found and found[1], pages + 1
    assert pages == 3
    assert sorted(seen) == sorted(each.subject for each in rows)
    assert "100+ late" in (await client.get("/processes/order_to_ship")).text


async def test_what_is_no_process_stage_or_page_is_missing(world):
    client = await entering(Pages(world), Role.READER)
    for path in ("nobody", "expectations", "order_to_ship/nowhere", "order_to_ship/booking?after=x"):
        assert (await client.get(f"/processes/{path}")).status_code == 404, path


async def test_pages_without_processes_say_what_to_do(world):
    client = await entering(world, Role.READER)
    assert "No process runs here" in (await client.get("/processes")).text
