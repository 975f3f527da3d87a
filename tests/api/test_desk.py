"""Asking for labels over the API: answered at once, whatever the carrier does; and how fast partners are called."""

import asyncio

import pytest

from crossdock.model import events as ev
from crossdock.model.instants import from_epoch_us
from crossdock.model.shipment import Booking, Document
from crossdock.ports.stores import NewEvent, StateRow

REASON = {"reason": "the customer calls"}


async def post(world, path, body, *, key="k1", scope="write"):
    async with world.client(scope) as client:
        return await client.post(path, json=body, headers={"idempotency-key": key})


async def subject(world) -> str:
    rows, _ = await world.store.read(lambda tx: tx.views.shipments())
    return rows[0].subject


@pytest.mark.req("C5")
async def test_a_booking_with_a_slow_carrier_is_answered_with_a_job(world):
    order = await subject(world)
    asked = await asyncio.wait_for(post(world, f"/v1/shipments/{order}/bookings", REASON), 2)
    assert asked.status_code in {201, 202}
    location = asked.headers["location"]
    assert location == f"/v1/jobs/{asked.json()['id']}"
    async with world.client("read") as client:
        job = (await client.get(location)).json()
    assert (job["kind"], job["shipment_id"]) == ("book", order)
    assert job["state"] in {"working", "done", "attention"}


@pytest.mark.req("C5", "C4")
async def test_the_same_request_sent_again_is_the_same_job(world):
    order = await subject(world)
    first = await post(world, f"/v1/shipments/{order}/bookings", REASON)
    again = await post(world, f"/v1/shipments/{order}/bookings", REASON)
    other = await post(world, f"/v1/shipments/{order}/bookings", REASON, key="k2")
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]
    events = await world.store.read(lambda tx: tx.log.of_subject(order))
    assert sum(ev.type_of(event.body) == "desk.requested.v1" for event in events) == 2


@pytest.mark.req("C5", "C3")
async def test_a_job_shows_the_label_once_it_is_there(world):
    fresh = "do:odoo:990"
    await world.store.run(lambda tx: tx.states.save([StateRow(fresh, b"{}", {}, 1, _SUMMARY)]))
    asked = await post(world, f"/v1/shipments/{fresh}/returns", {**REASON, "package_id": "P1"})
    assert (asked.status_code, asked.json()["state"]) == (202, "working")
    await _labelled(world, fresh, "P1:return")
    async with world.client("read") as client:
        job = (await client.get(asked.headers["location"])).json()
    assert (job["state"], job["tracking_numbers"]) == ("done", ["R1"])
    assert job["documents"][0]["href"] == f"/v1/documents/{'ab' * 32}"


@pytest.mark.req("C3", "I1")
async def test_the_way_back_of_a_way_back_is_refused(world):
    fresh = "do:odoo:991"
    await world.store.run(lambda tx: tx.states.save([StateRow(fresh, b"{}", {}, 1, _SUMMARY)]))
    refused = await post(world, f"/v1/shipments/{fresh}/returns", {**REASON, "package_id": "P1:return"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/package_id")
    assert "Ask for the way back of 'P1'" in refused.json()["detail"]


_SUMMARY = {
    "name": "X", "sales_order": "", "customer": "", "city": "", "country": "", "carrier": "", "phase": "",
    "milestone": "", "packages": 0, "tracking_numbers": "",
}  # fmt: skip


async def _labelled(world, order, package):
    """What the reducer would have made of a booking and its label."""
    import msgspec  # noqa: PLC0415 - one use

    from crossdock.model.fulfilment import FulfilmentState, apply  # noqa: PLC0415 - one use

    label = Document("ab" * 32, "application/pdf", "R1.pdf", 10)
    bodies = [
        ev.ShipmentBooked(Booking("easypost", package, "s9", "R1", "USPS", "Priority")),
        ev.LabelReceived(package, "s9", "R1", label),
    ]
    state = FulfilmentState()
    for body in bodies:
        apply(state, body, "k")
    facts = [ev.Fact(body, from_epoch_us(10), subject=order) for body in bodies]
    rows = [NewEvent(fact.key(order), order, fact, 10, "", "", "0" * 32) for fact in facts]
    await world.store.run(lambda tx: tx.log.append(rows, 10))
    row = StateRow(order, msgspec.json.encode(state), {}, 2, _SUMMARY)
    await world.store.run(lambda tx: tx.states.save([row]))


@pytest.mark.req("C5")
async def test_unknown_orders_jobs_and_documents_are_not_found(world):
    assert (await post(world, "/v1/shipments/nobody/bookings", REASON)).status_code == 404
    async with world.client("read") as client:
        assert (await client.get("/v1/jobs/nothing")).status_code == 404
        assert (await client.get(f"/v1/documents/{'0' * 64}")).status_code == 404
    assert (
        await post(world, f"/v1/shipments/{await subject(world)}/bookings", REASON, scope="read")
    ).status_code == 403


@pytest.mark.req("C5")
async def test_a_key_is_not_taken_for_another_request(world):
    path = f"/v1/shipments/{await subject(world)}/voids"
    assert (await post(world, path, {**REASON, "package_id": "P1"})).status_code == 202
    assert (await post(world, path, {**REASON, "package_id": "P2"})).status_code == 422


@pytest.mark.req("C10", "K12")
async def test_a_partner_is_paused_limited_and_resumed(world):
    paused = (await post(world, "/v1/partners/easypost/pause", REASON, scope="admin")).json()
    assert (paused["paused"], paused["changed"]) == (True, True)
    body = {**REASON, "per_second": 2, "burst": 5}
    limited = (await post(world, "/v1/partners/easypost/limits", body, key="k2", scope="admin")).json()
    assert (limited["per_second"], limited["burst"]) == (2.0, 5)
    resumed = (await post(world, "/v1/partners/easypost/resume", REASON, key="k3", scope="admin")).json()
    assert (resumed["paused"], resumed["changed"]) == (False, True)
    assert (await post(world, "/v1/partners/nobody/pause", REASON, key="k4", scope="admin")).status_code == 404
    assert (await post(world, "/v1/partners/easypost/pause", REASON, key="k5", scope="write")).status_code == 403
