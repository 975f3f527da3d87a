"""The key figures of *Now*: each leads to the list behind it, and counting them is not left to whoever looks."""

import httpx
import pytest

from crossdock.backbone.documents import StoredDocuments
from crossdock.backbone.parking import Requests
from crossdock.tower.app import build
from crossdock.tower.context import Context
from crossdock.tower.sessions import Role, Sessions
from crossdock.views.kpis import UNCONFIGURED, RecentFigures
from tower.pages import entering
from views.seeding import FixedClock

SECOND = 1_000_000


class Shown:
    """The tower of a seeded store with its figures."""

    def __init__(self, world):
        self.sessions = Sessions(world.clock)
        self.app = build(
            Context(
                store=world.store, clock=world.clock, requests=Requests(), sessions=self.sessions, version="0.1.0",
                documents=StoredDocuments(world.store, world.clock), figures=RecentFigures(UNCONFIGURED, 60),
            )
        )  # fmt: skip


@pytest.mark.req("L2")
async def test_every_figure_leads_to_the_list_behind_it(world):
    figures = await world.store.read(lambda tx: RecentFigures(UNCONFIGURED, 60)(tx, world.clock.now()))
    assert len(figures) > 30
    client: httpx.AsyncClient = await entering(Shown(world), Role.READER)
    now = await client.get("/")
    assert {each.title for each in figures if each.title not in now.text} == set()
    answers = {each.link: (await client.get(each.link)).status_code for each in figures}
    assert {link: status for link, status in answers.items() if status != 200} == {}


async def test_figures_are_counted_once_in_a_while_however_many_look(monkeypatch):
    counted = []
    monkeypatch.setattr("crossdock.views.kpis.kpis", lambda _tx, board, now: counted.append((board, now)) or [board])
    recent, start = RecentFigures(UNCONFIGURED, 60), FixedClock().now()
    for seconds in (0, 1, 59, 60, 61):
        recent(None, start + seconds * SECOND)
    assert [now for _, now in counted] == [start, start + 60 * SECOND]
