"""What Odoo believes of its transfers: on a real Odoo (when one is given) and on the simulated ones."""

import hashlib
import uuid

import pytest

from crossdock.connectors.odoo.client.dialects import ids_of
from crossdock.model import beliefs
from crossdock.model.commands import RecordMilestone, RecordShipping
from crossdock.model.events import FulfilmentCancelled, FulfilmentRequested
from crossdock.model.instants import epoch_us, stamp
from crossdock.model.shipment import Document
from crossdock.ports.connector import Command
from crossdock.ports.reconcile import Reconciling, Statements
from crossdock.ports.verdicts import Done
from odoo.conftest import EVERY_TIER
from odoo.flow_steps import call, product, rows

pytestmark = pytest.mark.parametrize("bench", EVERY_TIER, indirect=True)
PDF = b"%PDF-1.4 crossdock test label"
PICKING = "stock.picking"
ORDER = beliefs.DELIVERY_ORDER


async def transfers(bench, count):
    """So many ready transfers of two pieces of a product of our own; their ids."""
    if bench.wire.inner:
        bench.person = bench.connector.session  # one key opens a simulated Odoo, whatever the environment names
    made, _ = await product(bench, stock=1000, weight=1.5)
    [partner] = await bench.connector.session.search(
        "res.partner", [("name", "=", "Azure Interior"), ("zip", "!=", False)], limit=1
    )
    lines = [[0, 0, {"product_id": made, "product_uom_qty": 2}]]
    wanted = [{"partner_id": partner, "order_line": lines} for _ in range(count)]
    orders = ids_of(await call(bench, "sale.order", "create", vals_list=wanted))
    await call(bench, "sale.order", "action_confirm", orders)
    return sorted(row["id"] for row in await rows(bench, PICKING, [("sale_id", "in", list(orders))], "state"))


async def told(bench, picking):
    [statement] = await bench.connector.statements_about(ORDER, [str(picking)])
    return statement


async def labelled(bench, picking, number):
    sha = hashlib.sha256(PDF).hexdigest()
    bench.documents.kept[sha] = PDF
    document = Document(sha, "application/pdf", "label.pdf", len(PDF))
    when, marker = stamp("2026-03-01T08:15:00-05:00"), uuid.uuid4().hex[:16]
    commands = [
        RecordShipping(str(picking), number, (number,), "USPS", document),
        RecordMilestone(str(picking), number, "in_transit", "Moves", when, marker),
    ]
    sent = [Command(uuid.uuid4().hex, "odoo", f"do:odoo:{picking}", each, "0" * 32) for each in commands]
    assert all(isinstance(each, Done) for each in await bench.connector.send_together(sent, bench.documents))
    return marker


def notes_in(aspects):
    """The markers of notes; None where nothing is said of notes, since addon and server action write none."""
    return aspects[beliefs.NOTES].values if beliefs.NOTES in aspects else None


def reread(bench, statement, after=0):
    """The fact that comes of taking in the partner's document."""
    message = bench.connector.message(statement, after, bench.clock.now())
    translation = bench.connector.translate(message)
    assert not translation.problems
    [fact] = translation.facts
    return fact


@pytest.mark.req("J2", "L12", "N1")
async def test_ready_transfers_are_listed_in_the_words_of_their_feed(bench):
    assert isinstance(bench.connector, Reconciling)
    pickings = await transfers(bench, 3)
    page = await bench.connector.statements(bench.clock.now(), str(pickings[0] - 1))
    assert isinstance(page, Statements)
    found = {each.id: each for each in page.statements}
    for picking in pickings:
        statement = found[str(picking)]
        assert statement.live
        assert statement.subject == f"do:odoo:{picking}"
        fact = reread(bench, statement)
        assert isinstance(fact.body, FulfilmentRequested)
        for aspect, value in beliefs.of_order(fact.body.order).items():
            assert statement.aspects[aspect] == value
        assert "2 H87 XS-" in statement.aspects[beliefs.DEMAND].told()
        assert epoch_us(fact.body.order.changed_at) == statement.at


@pytest.mark.req("L12", "N1")
async def test_what_we_wrote_is_seen_and_seen_to_be_gone(bench):
    [picking] = await transfers(bench, 1)
    number = f"1Z{picking}"
    marker = await labelled(bench, picking, number)
    noted = (marker,) if await bench.tier() == "stock" else None
    held = (await told(bench, picking)).aspects
    assert held[beliefs.TRACKING_NUMBERS].values == (number,)
    assert held[beliefs.ATTACHMENTS].values == (beliefs.document("label", number),)
    assert notes_in(held) == noted
    assert held[beliefs.CANCELLED].values == ("no",)
    await call(bench, PICKING, "write", [picking], vals={"carrier_tracking_ref": False})
    of_it = [("res_model", "=", PICKING), ("res_id", "=", picking)]
    await call(
        bench, "ir.attachment", "unlink", [row["id"] for row in await rows(bench, "ir.attachment", of_it, "name")]
    )
    held = (await told(bench, picking)).aspects
    assert held[beliefs.TRACKING_NUMBERS].values == ()
    assert held[beliefs.ATTACHMENTS].values == ()
    assert notes_in(held) == noted


@pytest.mark.req("L12", "N1")
async def test_a_changed_demand_becomes_a_later_version(bench):
    [picking] = await transfers(bench, 1)
    before = await told(bench, picking)
    [move] = await rows(bench, "stock.move", [("picking_id", "=", picking)], "state")
    await bench.pass_time()
    await call(bench, "stock.move", "write", [move["id"]], vals={"product_uom_qty": 5.0})
    await call(bench, PICKING, "action_assign", [picking])
    now = await told(bench, picking)
    assert "5 H87 XS-" in now.aspects[beliefs.DEMAND].told()
    assert now.aspects[beliefs.DEMAND] != before.aspects[beliefs.DEMAND]
    assert now.aspects[beliefs.SHIP_TO] == before.aspects[beliefs.SHIP_TO]
    known = now.at + 10_000_000
    fact = reread(bench, now, known)
    assert epoch_us(fact.body.order.changed_at) > known


@pytest.mark.req("L12", "N1")
async def test_cancelled_and_deleted_transfers_are_told_apart(bench):
    cancelled, deleted = await transfers(bench, 2)
    await call(bench, PICKING, "action_cancel", [cancelled], context={"disable_cancel_warning": True})
    await call(bench, PICKING, "unlink", [deleted])
    first, second = await told(bench, cancelled), await told(bench, deleted)
    assert (first.gone, first.live) == (False, False)
    assert dict(first.aspects) == {beliefs.CANCELLED: beliefs.one("yes")}
    assert (second.gone, second.aspects) == (True, {})
    for statement, reason in ((first, "cancelled in Odoo"), (second, "deleted")):
        body = reread(bench, statement).body
        assert isinstance(body, FulfilmentCancelled)
        assert body.reason == reason
    page = await bench.connector.statements(first.at - 60_000_000, str(cancelled - 1))
    assert str(cancelled) in {each.id for each in page.statements}
    assert str(deleted) not in {each.id for each in page.statements}
