"""Activities and dispatch plans on a real Odoo, each once whatever answer is lost."""

import uuid

import pytest

from crossdock.connectors.odoo.mapping.plans import plan_text
from crossdock.model.instants import stamp
from crossdock.model.tasks import CloseActivity, RaiseActivity
from crossdock.model.transfers import RecordPlan
from crossdock.ports.verdicts import AlreadyDone, Done, Park
from odoo.flow_bench import SERIES, flow_workbench
from real_odoo import every_loss

MORNING = stamp("2026-12-01T08:00:00+01:00")


@pytest.fixture(params=SERIES)
def bench(request):
    return flow_workbench(request.param)


def marker():
    return uuid.uuid4().hex


async def transfer(bench):
    """A waiting delivery of a product of its own."""
    product, _ = await bench.product()
    [kind] = await bench.session.find(
        "stock.picking.type",
        [("code", "=", "outgoing")],
        ["default_location_src_id", "default_location_dest_id"],
        limit=1,
    )
    where = {"location_id": kind["default_location_src_id"][0]}
    customers = await bench.session.search("stock.location", [("usage", "=", "customer")], limit=1)
    where["location_dest_id"] = (kind["default_location_dest_id"] or customers)[0]
    move = {"product_id": product, "product_uom_qty": 1, **where}
    if "name" in await bench.session.fields("stock.move"):
        move["name"] = "XR"
    return await bench.create("stock.picking", picking_type_id=kind["id"], move_ids=[[0, 0, move]], **where)


async def activities(bench, picking):
    domain = [("res_model", "=", "stock.picking"), ("res_id", "=", picking)]
    return await bench.session.find("mail.activity", domain, ["summary", "note", "user_id", "date_deadline"])


@pytest.mark.req("G5", "N1")
async def test_an_activity_is_raised_and_closed_once_whatever_answer_is_lost(bench):
    await bench.warm()

    async def prepare():
        picking = await transfer(bench)
        return RaiseActivity(str(picking), "Address unclear", marker(), note="Call <them>", due=MORNING), picking

    async def ended(picking):
        return [(row["summary"], row["date_deadline"]) for row in await activities(bench, picking)]

    lost, _ = await every_loss(bench, prepare, ended)
    assert lost >= 3

    async def raised():
        body, picking = await prepare()
        assert isinstance(await bench.send(body), Done)
        [row] = await activities(bench, picking)
        assert "&lt;them&gt;" in row["note"]
        return CloseActivity(str(picking), body.marker, feedback="Called"), (picking, body)

    async def closed(what):
        picking, _ = what
        told = [("model", "=", "stock.picking"), ("res_id", "=", picking), ("body", "ilike", "Called")]
        return await activities(bench, picking), len(await bench.session.search("mail.message", told))

    lost, _ = await every_loss(bench, raised, closed)
    assert lost >= 2
    body, (picking, opened) = await raised()
    assert isinstance(await bench.send(body), Done)
    assert isinstance(await bench.send(opened, 2), AlreadyDone), "it was raised, and done since"
    assert await activities(bench, picking) == []
    never = CloseActivity(str(picking), marker())
    assert isinstance(await bench.send(never), Done)


@pytest.mark.req("G5")
async def test_an_activity_is_for_whoever_is_named_or_responsible(bench):
    picking = await transfer(bench)
    own = await bench.session.call(_context())
    assert isinstance(await bench.send(RaiseActivity(str(picking), "for us", marker())), Done)
    assert [row["user_id"][0] for row in await activities(bench, picking)] == [own["uid"]]
    named_ = RaiseActivity(str(picking), "for admin", marker(), assignee="admin")
    assert isinstance(await bench.send(named_), Done)
    by_summary = {row["summary"]: row["user_id"][1] for row in await activities(bench, picking)}
    assert by_summary["for admin"] != by_summary["for us"]
    nobody = await bench.send(RaiseActivity(str(picking), "x", marker(), assignee="XR-nobody"))
    assert isinstance(nobody, Park)
    assert "XR-nobody" in nobody.why.operator
    gone = await bench.send(RaiseActivity("999999999", "x", marker()))
    assert isinstance(gone, Park)


def _context():
    from crossdock.connectors.odoo.client.dialects import Call  # noqa: PLC0415 - one test asks for its own user

    return Call("res.users", "context_get")


async def planned(bench, picking):
    fields = ["batch_id", "batch_sequence", "carrier_id", "scheduled_date"]
    row = (await bench.session.read("stock.picking", [picking], fields))[picking]
    batch = row["batch_id"] and (await bench.session.read("stock.picking.batch", [row["batch_id"]], ["name", "state"]))
    tour = (batch[row["batch_id"]]["name"], batch[row["batch_id"]]["state"]) if batch else ("", "")
    notes = await bench.session.search(
        "mail.message", [("model", "=", "stock.picking"), ("res_id", "=", picking), ("body", "ilike", "V-XR")]
    )
    return tour, row["batch_sequence"], row["scheduled_date"], len(notes)


@pytest.mark.req("A6", "N1")
async def test_a_plan_puts_a_transfer_on_its_tour_once_whatever_answer_is_lost(bench):
    await bench.warm()

    async def prepare():
        picking, tour = await transfer(bench), f"XR {marker()[:8]}"
        plan = RecordPlan(
            str(picking),
            marker(),
            tour=tour,
            sequence=3,
            vehicle="V-XR 1",
            driver="A. Driver",
            slot_from=MORNING,
            eta=MORNING,
        )
        return plan, (picking, tour)

    async def ended(what):
        picking, tour = what
        (name, state), *rest = await planned(bench, picking)
        batches = await bench.session.search("stock.picking.batch", [("name", "=", tour)])
        return name == tour, state, rest, len(batches)

    lost, story = await every_loss(bench, prepare, ended)
    assert lost >= 5
    assert story.documents[0].kind == "tour"


@pytest.mark.req("A6", "N1")
async def test_one_tour_is_one_batch_in_order_and_the_latest_plan_holds(bench):
    tour, other = f"XR {marker()[:8]}", f"XR {marker()[:8]}"
    pickings = [await transfer(bench) for _ in range(3)]
    absent = await transfer(bench)
    for sequence, picking in enumerate(pickings, 1):
        plan = RecordPlan(str(picking), marker(), tour=tour, sequence=sequence, vehicle="V-XR")
        assert isinstance(await bench.send(plan), Done)
    found = await bench.session.find("stock.picking.batch", [("name", "=", tour)], ["picking_ids"])
    assert [row["picking_ids"] and sorted(row["picking_ids"]) for row in found] == [pickings]
    order = await bench.session.find(
        "stock.picking", [("id", "in", pickings)], ["batch_sequence"], order="batch_sequence"
    )
    assert [row["id"] for row in order] == pickings
    assert (await planned(bench, absent))[:2] == (("", ""), 0)
    moved = RecordPlan(str(pickings[0]), marker(), tour=other, sequence=7)
    assert isinstance(await bench.send(moved), Done)
    assert (await planned(bench, pickings[0]))[0][0] == other
    off = RecordPlan(str(pickings[1]), marker())
    assert isinstance(await bench.send(off), Done)
    assert (await planned(bench, pickings[1]))[:2] == (("", ""), 0)
    assert isinstance(await bench.send(moved, 2), AlreadyDone)
    nobody = await bench.send(RecordPlan(str(absent), marker(), tour=tour, carrier="XR no such carrier"))
    assert isinstance(nobody, Park)


@pytest.mark.req("A6")
def test_a_plan_is_told_in_words():
    plan = RecordPlan("1", "m", tour="North", sequence=2, vehicle="B-XY 1", slot_from=MORNING, slot_to=MORNING)
    assert plan_text(plan).splitlines() == [
        "Tour: North, stop 2",
        "Vehicle: B-XY 1",
        "Slot: 2026-12-01T08:00:00+01:00 to 2026-12-01T08:00:00+01:00",
    ]
    assert plan_text(RecordPlan("1", "m")) == "Tour: none, taken off"
