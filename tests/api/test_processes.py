"""Where orders stand, who is waited for, and what frees them, over the API."""

import msgspec
import pytest
from sqlalchemy import select

from api.doors import opened
from crossdock.model import events as ev
from crossdock.model.fulfilment import FulfilmentState
from crossdock.model.identifiers import Reference, ReferenceKind
from crossdock.model.instants import from_epoch_us
from crossdock.model.progress import ProcessMoved
from crossdock.ports.stores import NewEvent, StateRow
from crossdock.ports.stores_delivery import DueTimer
from crossdock.ports.stores_processes import Instance
from crossdock.processes.configured import there_are
from crossdock.storage.tables_work import AUDIT

HELD = "do:odoo:990"
BODY = {"gate": "credit", "verdict": "approve", "reason": "they paid"}
_SUMMARY = {"name": "WH/OUT/00990", "sales_order": "SO0990"}


@pytest.fixture
async def world(tmp_path):
    made = await opened(tmp_path, processes={each.name: each for each in there_are()})
    state = msgspec.json.encode(FulfilmentState(held=["credit h1"]))
    moved = ProcessMoved("order_release", 1, "checking", "held", "order.checked.v1", "c1")
    fact = ev.Fact(moved, from_epoch_us(1), subject=HELD)

    def step(tx):
        tx.states.save([StateRow(HELD, state, {}, 1, _SUMMARY)])
        tx.instances.put([Instance(HELD, "order_release", 1, "held", 5)])
        tx.timers.set([DueTimer(HELD, "credit/expiry", 9_000_000, "a decision about its credit", "finance", 5)])
        tx.references.bind([(Reference(ReferenceKind.ORDER, "SO0990", "odoo"), HELD)])
        tx.log.append([NewEvent(fact.key(HELD), HELD, fact, 1, "", "", "0" * 32)], 1)

    await made.store.run(step)
    yield made
    await made.store.close()


async def post(world, path, body, *, key="k1", scope="write"):
    async with world.client(scope) as client:
        return await client.post(path, json=body, headers={"idempotency-key": key})


async def get(world, path):
    async with world.client("read") as client:
        return (await client.get(path)).json()


@pytest.mark.req("H6")
async def test_a_shipment_says_where_each_process_stands_and_whom_it_waits_for(world):
    story = await get(world, f"/v1/shipments/{HELD}/processes")
    [process] = story["processes"]
    assert (process["stage"], process["waits_for"], process["final"]) == ("held", "whoever holds it", False)
    assert [(step["before"], step["after"]) for step in process["history"]] == [("checking", "held")]
    [due] = story["deadlines"]
    assert (due["who"], due["what"], due["due_at"]) == (
        "finance", "a decision about its credit", "1970-01-01T00:00:09.000Z",
    )  # fmt: skip
    counted = {(each["process"], each["stage"]): each["count"] for each in (await get(world, "/v1/processes"))["items"]}
    assert counted["order_release", "held"] == 1
    assert counted["order_to_ship", "rating"] == 0


@pytest.mark.req("E14")
async def test_what_is_expected_is_listed_by_whom(world):
    assert [each["shipment"] for each in (await get(world, "/v1/expectations?who=finance"))["items"]] == [HELD]
    assert (await get(world, "/v1/expectations?who=nobody"))["items"] == []


@pytest.mark.req("G9", "H5")
async def test_a_decision_about_a_hold_is_written_once_and_audited(world):
    first = await post(world, f"/v1/shipments/{HELD}/reviews", BODY)
    again = await post(world, f"/v1/shipments/{HELD}/reviews", BODY)
    assert (first.status_code, again.json()) == (201, first.json())
    events = await world.store.read(lambda tx: tx.log.of_subject(HELD))
    decided = [each.body for each in events if ev.type_of(each.body) == "review.decided.v1"]
    assert [(each.gate, each.verdict, each.reason) for each in decided] == [("credit", "approve", "they paid")]
    asked = select(AUDIT.c.action, AUDIT.c.target)
    audit = await world.store.read(lambda tx: tx.doors._connection.execute(asked).all())
    assert audit.count(("review.credit.approve", HELD)) == 1


@pytest.mark.req("G9")
async def test_what_does_not_hold_an_order_cannot_be_decided_about(world):
    refused = await post(world, f"/v1/shipments/{HELD}/reviews", {**BODY, "gate": "payment"})
    assert (refused.status_code, "credit" in refused.json()["detail"]) == (409, True)
    assert (await post(world, f"/v1/shipments/{HELD}/reviews", BODY, scope="read")).status_code == 403
    assert (await post(world, f"/v1/shipments/{HELD}/reviews", {**BODY, "verdict": "perhaps"})).status_code == 422


@pytest.mark.req("G8")
async def test_a_payment_is_noted_with_its_order_or_kept_until_there_is_one(world):
    paid = {
        "order": "SO0990",
        "transaction": "t1",
        "state": "authorized",
        "amount": {"minor": "1290", "currency": "EUR"},
    }
    noted = await post(world, "/v1/payments", paid)
    assert (noted.status_code, noted.json()) == (202, {"shipments": [HELD]})
    waits = await post(world, "/v1/payments", {**paid, "order": "SO7777", "transaction": "t2"}, key="k2")
    assert (waits.status_code, waits.json()) == (202, {"shipments": []})
    kept = await world.store.read(lambda tx: tx.views.waiting())
    assert "SO7777" in {value for _, value, _, _ in kept}
    wrong = {**paid, "amount": {"minor": "12.5", "currency": "EUR"}}
    assert (await post(world, "/v1/payments", wrong, key="k3")).status_code == 422
