"""Where a field came from: the received field of the same value, or the rule that made it."""

from importlib import resources
from pathlib import Path

import pytest

from crossdock.model.events import TrackingReported
from crossdock.model.instants import stamp
from crossdock.model.tracking import TrackingEvent
from crossdock.ports.stores_mapping import Ruling
from crossdock.tracking.tables import table_of
from crossdock.views.lineage import lineage_of
from crossdock.views.payloads import payloads_of
from crossdock.views.rules import rule_of
from views.seeding import DELIVERED, NOW, NUMBER, SECOND, Teller, open_seeded

pytestmark = pytest.mark.req("L2")


@pytest.fixture
async def store(tmp_path):
    made = await open_seeded(tmp_path)
    yield made
    await made.close()


async def fields(store, kind):
    rows, _ = await store.read(lambda tx: tx.views.exchanges(subject=DELIVERED, limit=100))
    name = next(row.id for row in rows if row.kind == kind)
    found = lineage_of(await store.read(lambda tx: payloads_of(tx, name)))
    return found, {each.pointer: each for each in found[0].fields} if found else {}


async def test_a_copied_field_names_where_it_stood(store):
    found, by_pointer = await fields(store, "pickings")
    assert (found[0].schema, found[0].mapping) == ("fulfilment.requested.v1", "odoo · pickings")
    name = by_pointer["/order/name"]
    assert (name.value, name.origin, name.rule) == ("WH/OUT/00007", "/name", "copied, by equal value")
    assert by_pointer["/order/external_id"].origin == "/id"
    assert by_pointer["/order/sales_order"].rule == "made by the mapping's code"


async def test_a_milestone_names_the_code_it_was_read_from(store):
    _, by_pointer = await fields(store, "trackers")
    assert by_pointer["/event/tracking_number"].origin == "/result/tracking_code"
    milestone = by_pointer["/event/milestone"]
    assert (milestone.rule, milestone.traced) == ("the mapping's own code", True), "no table is known of this partner"
    assert not by_pointer["/event/tracking_number"].traced


async def test_a_command_is_a_decision_and_has_no_such_fields(store):
    found, _ = await fields(store, "label.buy.v1")
    assert found == ()


EASYPOST = "crossdock.connectors.easypost"
TABLE = table_of(EASYPOST)


def scan(code, milestone, text="", category="none", reason=""):
    return TrackingEvent("easypost", "T1", milestone, stamp("2026-11-21T08:00:00Z"), category, reason, code, text)


def line_of(code):
    return next(each.line for each in TABLE.rows if each.code == code)


def test_a_milestone_names_the_row_it_was_read_by_and_the_tables_version():
    said = rule_of(scan("out_for_delivery", "out_for_delivery"), EASYPOST)
    line = line_of("out_for_delivery")
    assert said.startswith(f"codes.tsv {TABLE.version}, line {line} (easypost.status out_for_delivery, read)")
    lines = (Path(resources.files(EASYPOST)) / "codes.tsv").read_text().splitlines()
    assert lines[line - 1].startswith("easypost.status\tout_for_delivery")


def test_a_code_put_together_names_the_part_that_said_it():
    rows = {each.code: each for each in TABLE.rows if each.source == "easypost.status_detail"}
    row = next(each for each in rows.values() if each.milestone not in {"unknown", "in_transit"})
    said = rule_of(scan(f"in_transit/{row.code}", row.milestone, "", row.category, row.reason), EASYPOST)
    assert f"line {row.line} (easypost.status_detail {row.code}" in said


def test_a_row_that_says_something_else_today_is_not_passed_off_as_the_rule():
    said = rule_of(scan("delivered", "lost"), EASYPOST)
    assert "says delivered today" in said
    assert rule_of(scan("ZZ", "delivered"), EASYPOST) == f"no row of codes.tsv {TABLE.version} has “ZZ”"
    assert rule_of(scan("ZZ", "delivered", "Delivered"), EASYPOST) == "phrases.tsv: the words “Delivered”"
    for unknown in ("", "crossdock.connectors.odoo", "no.such.package"):
        assert rule_of(scan("delivered", "delivered"), unknown) == "the mapping's own code"


def test_what_people_ruled_goes_before_the_table_and_only_where_it_says_the_same():
    ruling = Ruling("easypost", "code", "ZZ", "settled", "tower:mara", NOW, "delivered")
    assert rule_of(scan("ZZ", "delivered"), EASYPOST, ruling).startswith("ruling of tower:mara, ")
    assert "no row" in rule_of(scan("ZZ", "lost"), EASYPOST, ruling)


def test_every_connectors_table_can_be_looked_up():
    folders = [each.parent.name for each in Path(resources.files("crossdock.connectors")).glob("*/codes.tsv")]
    tables = [table_of(f"crossdock.connectors.{name}") for name in folders]
    assert all(len(table.version) == 8 for table in tables)
    assert len([table for table in tables if table.rows]) > 80


async def test_a_page_names_the_row_of_the_scan_and_where_its_code_stood(store):
    body = {"result": {"status": "delivered", "tracking_code": NUMBER}}

    def told(tx):
        teller = Teller(tx, DELIVERED, NOW + 3600 * SECOND)
        teller.count = 50
        message = teller.receive("easypost", "hooks", body)
        teller.say(TrackingReported(scan("delivered", "delivered")), "easypost", message)
        return message

    message = await store.run(told)
    [found] = lineage_of(await store.read(lambda tx: payloads_of(tx, message)), {"easypost": EASYPOST})
    milestone = next(each for each in found.fields if each.pointer == "/event/milestone")
    assert (milestone.origin, milestone.traced) == ("/result/status", True)
    assert f"line {line_of('delivered')} " in milestone.rule
