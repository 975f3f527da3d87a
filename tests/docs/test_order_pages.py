"""What the pages about orders show is true: their rules load, their cases hold, their order is one."""

import re
from pathlib import Path

import msgspec
import pytest

from crossdock.api.order_bodies import OrderRequest, order_from
from crossdock.model.channel_orders import Checks, problems_of
from crossdock.model.shadows import warnings
from crossdock.processes.ordering import checks, windows_of
from crossdock.processes.routing import knowledge, rule_book
from crossdock.processes.routing_cases import judge, read_cases
from crossdock.settings.loading import load
from crossdock.settings.nodes import read_text

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
PARTNERS = "partners: {odoo: {connector: x}, ups: {connector: x}, north3pl: {connector: x}, city3pl: {connector: x}}\n"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", (PAGES / page).read_text(encoding="utf-8"))


def settings(folder: Path, text: str):
    file = folder / "crossdock.yaml"
    file.write_text(PARTNERS + text)
    loaded = load(file, {})
    assert loaded.faults == ()
    return loaded.settings


@pytest.mark.req("A7", "A4")
def test_the_rules_on_the_page_load_reach_every_order_and_their_cases_hold(tmp_path):
    rules, cases, known = blocks("route-orders.md", "yaml")
    given = settings(tmp_path, rules)
    book = rule_book(given.routing, given.calendars)
    assert warnings(book) == ()
    results = [judge(case, book) for case in read_cases(read_text(cases, "cases.yaml")[0].plain()).cases]
    assert [each.failed for each in results] == [(), ()]
    assert len(knowledge(settings(tmp_path, known).enrichment).preferences) == 2


@pytest.mark.req("A2", "A5")
def test_the_order_on_the_page_is_taken_by_the_door_on_the_page(tmp_path):
    intake, windows = blocks("place-orders.md", "yaml")
    [body] = blocks("place-orders.md", "json")
    order = order_from(msgspec.json.decode(body, type=OrderRequest))
    rules = checks(settings(tmp_path, intake).processes.order_intake)
    assert rules == Checks(("DESK-*", "LAMP-*"), skus_by_stock=True)
    assert problems_of(order, lambda sku: rules.is_known(sku, ())) == []
    area = windows_of(settings(tmp_path, windows).delivery_windows).area_of(order.receiver.address)
    assert area is not None
    assert order.window.slot in {each.name for each in area.slots}
