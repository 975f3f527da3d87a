"""Key figures over the API: what is asked wrongly is refused with the parameter that is wrong."""

import pytest

from crossdock.model.kpis import KPIS, SCORECARD


@pytest.mark.req("I1", "L13")
async def test_every_figure_is_listed_with_what_to_do(reader):
    said = (await reader.get("/v1/kpis")).json()["items"]
    assert [each["name"] for each in said] == [*KPIS]
    assert all(each["do"] and each["owner"] and each["runbook"] for each in said)
    one = (await reader.get("/v1/kpis/unresolved_exceptions", params={"by": "owner"})).json()
    assert one["figure"]["value"] == sum(one["by"].values()) > 0
    assert one["sql"].startswith("SELECT COUNT(*) AS value")
    rows = (await reader.get("/v1/kpis/unresolved_exceptions/items", params={"limit": 1})).json()["items"]
    assert [set(each) for each in rows] == [
        {"shipment", "reference", "partner", "carrier", "owner", "since", "value", "detail"}
    ]


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("/v1/kpis/nothing", 404, None),
        ("/v1/kpis/nothing/items", 404, None),
        ("/v1/kpis?to=yesterday", 400, "to"),
        ("/v1/kpis?from=2026-01-01T00:00:00", 400, "from"),
        ("/v1/kpis/stuck_orders/history?step_minutes=0", 400, "step_minutes"),
        ("/v1/kpis?since=2026-01-01T00:00:00Z", 400, "since"),
        ("/v1/partners/ups/scorecard?to=", 400, "to"),
    ],
)
async def test_what_cannot_be_answered_says_why(reader, path, status, parameter):
    answer = await reader.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert [each.get("parameter") for each in answer.json()["errors"]] == ([parameter] if parameter else [])


async def test_a_history_has_every_moment_and_ends_now(reader):
    said = (await reader.get("/v1/kpis/unresolved_exceptions/history", params={"step_minutes": 360})).json()
    assert [set(each) for each in said["items"]] == [{"at", "value"}] * 5
    now = (await reader.get("/v1/kpis/unresolved_exceptions")).json()["figure"]
    assert said["items"][-1] == {"at": now["at"], "value": now["value"]}
    assert (await reader.get("/v1/kpis/failed_syncs/history")).json()["items"] == []


async def test_of_a_long_history_the_last_moments_are_told(reader):
    asked = {"from": "2020-01-01T00:00:00Z", "step_minutes": 1}
    said = (await reader.get("/v1/kpis/stuck_orders/history", params=asked)).json()["items"]
    assert len(said) == 200
    assert said[-1]["at"] == (await reader.get("/v1/kpis/stuck_orders")).json()["figure"]["at"]


async def test_in_a_period_without_length_nothing_happened(reader):
    asked = {"from": "2026-11-02T00:00:00Z", "to": "2026-11-01T00:00:00Z"}
    said = (await reader.get("/v1/scorecard", params=asked)).json()
    assert {each["value"] for each in said["items"]} == {None}


@pytest.mark.req("I11")
async def test_a_partner_nobody_knows_has_an_empty_scorecard(reader):
    said = (await reader.get("/v1/partners/nobody/scorecard")).json()
    assert [each["name"] for each in said["items"]] == [each.name for each in SCORECARD]
    assert {each["value"] for each in said["items"]} == {None}


async def test_somebody_without_the_scope_sees_nothing(world):
    async with world.client("") as client:
        assert (await client.get("/v1/kpis")).status_code == 401
