"""Where a field came from: the received field of the same value, or the rule that made it."""

import pytest

from crossdock.views.lineage import lineage_of
from crossdock.views.payloads import payloads_of
from views.seeding import DELIVERED, open_seeded

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
    assert (name.value, name.origin, name.rule) == ("WH/OUT/00007", "/name", "copied")
    assert by_pointer["/order/external_id"].origin == "/id"
    assert by_pointer["/order/sales_order"].rule == "made by the mapping"


async def test_a_milestone_names_the_code_it_was_read_from(store):
    _, by_pointer = await fields(store, "trackers")
    assert by_pointer["/event/tracking_number"].origin == "/result/tracking_code"
    assert by_pointer["/event/milestone"].rule.startswith("status table: X-")


async def test_a_command_is_a_decision_and_has_no_such_fields(store):
    found, _ = await fields(store, "label.buy.v1")
    assert found == ()
