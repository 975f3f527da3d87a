"""Exceptions over the API: found by any of their words, by cause, and worked on, each request once."""

import msgspec
import pytest

from crossdock.backbone.casebook import book
from crossdock.model import exceptions as exc
from crossdock.model.cases import Case
from crossdock.model.exceptions import ExceptionAssigned, ExceptionResolved, ExceptionWaiting
from crossdock.model.money import Money

CASES = (
    Case("do:odoo:7", "booking.failed", "/packages/P1", "c1", "refused", 1_000_000, owner="carriers-desk",
         severity="high", category="booking", partner="ups", value=1250, currency="EUR", breached_at=5),
    Case("do:odoo:7", "booking.failed", "/packages/P2", "c2", "refused", 2_000_000, owner="carriers-desk",
         severity="high", category="booking", partner="ups", value=1250, currency="EUR", assignee="ann",
         state="assigned"),
    Case("feed:ups", "feed.silent", "", "c3", "quiet", 3_000_000, owner="integration", queue="technical",
         category="data", partner="ups"),
)  # fmt: skip
DESK = {"queue": "business", "owner": "carriers-desk"}


@pytest.fixture
async def worked(world):
    await world.store.run(lambda tx: tx.exceptions.save(CASES))
    return world


async def post(world, action, body, *, key="k1", scope="write"):
    async with world.client(scope) as client:
        return await client.post(f"/v1/exceptions/{action}", json=body, headers={"idempotency-key": key})


async def kinds(client, query):
    return sorted(row["kind"] for row in (await client.get(f"/v1/exceptions{query}")).json()["items"])


async def said(world, kind):
    events = await world.store.read(lambda tx: tx.log.of_subject("do:odoo:7"))
    return [event.body for event in events if isinstance(event.body, kind)]


@pytest.mark.req("L17", "L13")
@pytest.mark.usefixtures("worked")
async def test_they_are_found_by_any_of_their_words_and_technical_ones_are_apart(reader):
    assert await kinds(reader, "") == ["address.incomplete", "booking.failed", "booking.failed"]
    assert await kinds(reader, "?queue=technical") == ["feed.silent"]
    assert len(await kinds(reader, "?queue=all")) == 4
    assert await kinds(reader, "?owner=carriers-desk&breached=true") == ["booking.failed"]
    assert await kinds(reader, "?assignee=ann&status=assigned&severity=high&partner=ups") == ["booking.failed"]
    assert await kinds(reader, "?kind=booking.failed&shipment_id=do:odoo:8") == []
    [row] = (await reader.get("/v1/exceptions?breached=true")).json()["items"]
    assert (row["id"], row["value"], row["owner"], row["resolve_by"]) == (CASES[0].id, "12.50 EUR", "carriers-desk", "")


@pytest.mark.req("L13")
@pytest.mark.usefixtures("worked")
async def test_by_cause_with_what_is_at_stake(reader):
    groups = (await reader.get("/v1/exceptions/groups?owner=carriers-desk")).json()["items"]
    assert [(each["kind"], each["partner"], each["count"], each["breached"], each["values"]) for each in groups] == [
        ("booking.failed", "ups", 2, 1, ["12.50 EUR"])
    ]
    assert len(await kinds(reader, f"?group={groups[0]['id']}")) == 2
    assert (await reader.get("/v1/exceptions/matrix")).json() == {"items": []}


@pytest.mark.req("H9")
@pytest.mark.usefixtures("worked")
async def test_one_whole(reader):
    found = (await reader.get(f"/v1/exceptions/{CASES[1].id}")).json()
    assert (found["title"], found["alike"], found["exception"]["assignee"]) == ("A booking was refused", 2, "ann")
    assert (await reader.get("/v1/exceptions/none")).status_code == 404


@pytest.mark.req("H9")
async def test_a_request_is_written_down_once_whatever_is_sent_again(worked):
    body = {"filter": DESK, "reason": "strike", "assignee": "bob"}
    first = await post(worked, "assign", body)
    again = await post(worked, "assign", body)
    assert (first.status_code, first.json()["exceptions"]) == (202, 2)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    events = await said(worked, ExceptionAssigned)
    assert [(each.assignee, each.reason) for each in events] == [("bob", "strike"), ("bob", "strike")]
    assert (await post(worked, "assign", {**body, "assignee": "eve"})).status_code == 422


async def test_a_dry_run_names_them_and_changes_nothing(worked):
    asked = await post(worked, "resolve", {"filter": DESK, "reason": "over", "dry_run": True})
    assert (asked.json()["dry_run"], sorted(asked.json()["ids"])) == (True, sorted([CASES[0].id, CASES[1].id]))
    assert await said(worked, ExceptionResolved) == []


async def test_what_people_say_is_in_its_history(worked, reader):
    one = {"queue": "business", "ids": [CASES[0].id]}
    for number, (action, body) in enumerate((
        ("move", {"owner": "claims"}), ("wait", {"on": "ups", "until": "2027-01-01T08:00:00+01:00"}),
        ("resume", {}), ("comment", {"text": "called them"}), ("resolve", {}),
    )):  # fmt: skip
        given = {"filter": one, **({} if action == "comment" else {"reason": "because"}), **body}
        assert (await post(worked, action, given, key=f"k{number}")).status_code == 202
    [waiting] = await said(worked, ExceptionWaiting)
    assert (waiting.on, waiting.until) == ("ups", 1_798_786_800_000_000)
    await worked.store.run(lambda tx: book(tx, tx.log.of_subject("do:odoo:7")[-5:]))
    found = (await reader.get(f"/v1/exceptions/{CASES[0].id}")).json()
    actor = worked.issued["write"].client.id
    titles = [line["title"] for line in found["history"]][-2:]
    assert titles == [f"{actor}: called them", f"Exception resolved by {actor}"]
    assert (found["exception"]["state"], found["exception"]["comments"]) == ("resolved", 1)
    late = await post(worked, "comment", {"filter": one, "text": "thanks"}, key="k9")
    assert late.status_code == 409
    unknown = await post(worked, "comment", {"filter": {"queue": "business", "ids": ["x"]}, "text": "t"}, key="k10")
    assert unknown.status_code == 404


async def test_reading_is_not_enough_to_change_anything(worked):
    assert (await post(worked, "resolve", {"filter": DESK, "reason": "x"}, scope="read")).status_code == 403
    assert (await post(worked, "resolve", {"filter": {}, "reason": "x"})).status_code == 422


@pytest.mark.req("L18")
async def test_alerts(worked, reader):
    routed = exc.ExceptionRouted(
        "booking.failed", "carriers-desk", "high", "business", "/x", "c", "booking", "ups", 1, 2, Money(1, "EUR"),
        alert=True,
    )  # fmt: skip
    [event] = (await worked.store.read(lambda tx: tx.log.of_subject("do:odoo:7")))[:1]
    await worked.store.run(lambda tx: book(tx, [msgspec.structs.replace(event, body=routed)]))
    [alert] = (await reader.get("/v1/exceptions/alerts")).json()["items"]
    assert (alert["occasion"], alert["kind"], alert["owner"], alert["sent_at"]) == (
        "raised", "booking.failed", "carriers-desk", ""
    )  # fmt: skip


@pytest.mark.req("E16")
async def test_another_day_is_promised_and_urgent_ones_come_first(worked):
    world = worked
    async with world.client("all") as client:
        urgent = (await client.get("/v1/exceptions/urgent", params={"queue": "all"})).json()["items"]
        assert len(urgent) >= 3
        body = {
            "filter": {"queue": "business", "kind": "booking.failed"},
            "reason": "told them",
            "promised_for": "2026-12-03",
        }
        told = await client.post("/v1/exceptions/reschedule", json=body, headers={"idempotency-key": "k1"})
        assert told.status_code == 202, told.text
        bad = await client.post(
            "/v1/exceptions/reschedule", json={**body, "promised_for": "soon"}, headers={"idempotency-key": "k2"}
        )
        assert bad.status_code == 422
    events = await world.store.read(lambda tx: tx.log.of_subject("do:odoo:7"))
    said = [each.body for each in events if isinstance(each.body, exc.ExceptionRescheduled)]
    assert {(each.promised.at, each.promised.precision) for each in said} == {("2026-12-03", "day")}
