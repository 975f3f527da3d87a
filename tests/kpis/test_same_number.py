"""One definition, one number: in SQL, over the API, in metrics, on the command line, on the page; and by hand."""

import asyncio
import json
import sqlite3
from contextlib import closing
from math import isnan
from urllib.parse import parse_qsl, urlsplit

import asyncpg
import httpx
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from crossdock.api.app import build
from crossdock.api.context import Context
from crossdock.backbone.kpi_watch import KpiWatch
from crossdock.cli.main import main
from crossdock.governance.access import ClientAccess, create_client
from crossdock.model.kpis import KPIS
from crossdock.ports.rows import Chosen
from crossdock.views.kpis import kpis
from kpis.by_hand import counted
from kpis.generated import AT, DAY
from views.seeding import FixedClock

NOT_GENERATED = {"time_to_green", "notifications_not_triggered", "exceptions_per_thousand"}
"""Counted by hand in tests of their own."""


class Words:
    def reveal(self, _reference):
        return "a signing secret of more than thirty-two characters"


def events_of(month):
    """Every event of the log, page by page."""

    def step(tx):
        found, after = [], ""
        while True:
            page, after = tx.views.events(after=after, limit=1000)
            found += page
            if not after:
                return found

    return month.read(step)


def by_api(month, path="/v1/kpis"):
    """What the API and /metrics say, after the sweep that counts has run once."""

    async def ask(store):
        clock, registry = FixedClock(AT), CollectorRegistry()
        await KpiWatch(store, clock, month.board, registry)(AT)
        access = ClientAccess(store, clock, Words(), "secret://env/SIGNING", "http://crossdock.test")
        key = (await store.run(lambda tx: create_client(tx, "reader", ("read",), "test", AT))).key
        app = build(
            Context(store=store, access=access, intake=None, requests=None, plan=None, clock=clock, registry=registry,
                    version="0.1.0", issuer="http://crossdock.test", board=month.board)
        )  # fmt: skip
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://crossdock.test", headers=headers
        ) as client:
            said, scraped = await client.get(path), await client.get("/metrics")
            assert said.status_code == 200, said.text
            return said.json(), scraped.text

    return month.run(ask)


def by_sql(month, sql):
    """What a database says to the printed statement, asked by another client than ours."""
    url = month.installation.settings.store.url
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return connection.execute(sql).fetchall()

    async def ask():
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    return asyncio.run(ask())


def figure(rows):
    return float(rows[0][0]) if rows and rows[0][0] is not None else None


@pytest.fixture
def at_the_moment(monkeypatch):
    """The command line believes that it is the moment of the month."""
    for module in ("kpi", "scorecard"):
        monkeypatch.setattr(f"crossdock.cli.{module}.now", lambda: AT)


def command(capsys, *arguments):
    capsys.readouterr()
    assert main([str(each) for each in arguments]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.req("L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L12", "L13", "L14", "L15", "I11")
@pytest.mark.usefixtures("at_the_moment")
def test_all_ways_give_the_same_number_and_it_is_the_number_of_the_events(month, capsys):
    expected = counted(events_of(month), month.ledger, AT)
    listed, scraped = by_api(month)
    api = {each["name"]: each["value"] for each in listed["items"]}
    gauges = {each.name: each.samples[0].value for each in text_string_to_metric_families(scraped) if each.samples}
    told = {each["name"]: each["value"] for each in command(capsys, "kpi", "list", "--json", "--config", month.config)}
    page = {each.name: each.value for each in month.read(lambda tx: kpis(tx, month.board, AT))}
    assert set(expected) | NOT_GENERATED == set(KPIS) == set(api)
    for name in KPIS:
        sql = command(capsys, "kpi", "sql", name, "--json", "--config", month.config)["sql"]
        gauge = gauges[f"crossdock_kpi_{name}"]
        ways = {
            "sql": figure(by_sql(month, sql)),
            "api": api[name],
            "metrics": None if isnan(gauge) else gauge,
            "cli": told[name],
            "page": page[name],
        }
        wanted = expected.get(name, ways["sql"])
        assert ways == dict.fromkeys(ways, pytest.approx(wanted) if wanted is not None else None), name
    assert sum(1 for value in expected.values() if value) >= 25, "a month in which nothing happens proves nothing"


@pytest.mark.req("I11", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L12", "L13", "L14", "L15")
@pytest.mark.parametrize("partner", ["UPS", "gls", "easypost", "north"])
def test_about_one_partner_or_carrier_it_is_the_same_number(month, partner):
    expected = counted(events_of(month), month.ledger, AT, partner)
    listed, _ = by_api(month, f"/v1/kpis?partner={partner}")
    api = {each["name"]: each["value"] for each in listed["items"]}
    for name, value in expected.items():
        assert api[name] == (pytest.approx(value) if value is not None else None), name


@pytest.mark.parametrize("days", [1, 3])
def test_as_it_stood_days_ago_it_is_what_the_events_until_then_say(month, days):
    at = AT - days * DAY
    events = [each for each in events_of(month) if each.recorded_at <= at]
    expected = counted(events, month.ledger, at)
    moment = f"2026-11-{21 - days:02d}T12:00:00Z"
    listed, _ = by_api(month, f"/v1/kpis?to={moment}")
    standing = {each["name"]: each["value"] for each in listed["items"] if not each["since"]}
    compared = {name for name in standing if KPIS[name].history and name in expected}
    assert {name: standing[name] for name in compared} == {name: expected[name] for name in compared}
    assert len(compared) >= 10
    assert all(standing[name] is None for name in standing if not KPIS[name].history)


def test_the_list_behind_a_figure_is_as_long_as_the_figure(month):
    listed, _ = by_api(month)
    for each in listed["items"]:
        if KPIS[each["name"]].measure == "count":
            rows, _ = by_api(month, f"/v1/kpis/{each['name']}/items?limit=1000")
            assert len(rows["items"]) == each["value"], each["name"]


def test_the_link_of_a_figure_is_the_filter_of_its_list(month):
    """Exceptions of the kinds in the link: as many as the figure where it counts each, more where orders count once."""
    shown = month.read(lambda tx: kpis(tx, month.board, AT))
    linked = [each for each in shown if each.page == "exceptions" and KPIS[each.name].measure == "count"]
    for each in linked:
        words = dict(parse_qsl(urlsplit(each.link).query))
        assert words == each.filter
        if "kind" in words:
            chosen = Chosen(kind=words["kind"])
            rows, _ = month.read(lambda tx, chosen=chosen: tx.views.exceptions(chosen=chosen, limit=1000))
            grouped = "GROUP BY" in KPIS[each.name].sql
            assert len(rows) >= each.value if grouped else len(rows) == each.value, each.name
    assert len(linked) >= 12
