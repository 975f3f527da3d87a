"""What /v1 says (I1)."""

import re

import msgspec
import pytest

from crossdock.api.pages import seal, unseal
from crossdock.api.problems import ProblemError
from views.seeding import DELIVERED, NUMBER, UNREADABLE


async def walked(client, path):
    """All items of all pages, and how many pages there were."""
    items, pages = [], 0
    while path:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        content = answer.json()
        items += content["items"]
        pages += 1
        link = answer.headers.get("link", "")
        found = re.fullmatch(r'<([^>]+)>; rel="next"', link)
        assert bool(found) == bool(content["next"])
        path = found.group(1) if found else ""
    return items, pages


@pytest.mark.req("I1")
@pytest.mark.parametrize("path", ["/v1/shipments", "/v1/exchanges", "/v1/events"])
async def test_pages_of_one_give_what_one_page_gives(reader, path):
    whole, _ = await walked(reader, f"{path}?limit=200")
    single, pages = await walked(reader, f"{path}?limit=1")
    assert single == whole
    assert len(single) <= pages <= len(single) + 1
    assert len({msgspec.json.encode(item) for item in whole}) == len(whole) > 3


async def test_a_shipment_by_any_reference(reader):
    for name in (DELIVERED, "SO0007", "WH%2FOUT%2F00007", NUMBER):
        answer = await reader.get(f"/v1/shipments/{name}")
        if "%2F" in name:
            continue  # a slash ends a path segment; the query of /v1/search takes it
        assert answer.json()["id"] == DELIVERED
    assert answer.json()["tracking_numbers"] == [NUMBER]
    found = await reader.get("/v1/search", params={"q": "WH/OUT/0000"})
    assert {hit["shipment_id"] for hit in found.json()["items"]} >= {DELIVERED}


@pytest.mark.req("L2")
async def test_the_timeline_tells_who_when_and_what_changed(reader):
    story = (await reader.get("/v1/shipments/SO0007/timeline")).json()
    last_scan = [each for each in story["entries"] if each["what"] == "tracking.reported.v1"][-1]
    assert last_scan["milestone_before"] == "in_transit"
    assert last_scan["milestone_after"] == "delivered"
    assert last_scan["occurred_at"] == "2026-11-21T16:00:00+01:00"
    assert last_scan["processed_at"].endswith("Z")


async def test_filters(reader):
    rejected = (await reader.get("/v1/shipments?phase=rejected")).json()["items"]
    assert [row["sales_order"] for row in rejected] == ["SO0008"]
    outbound = (await reader.get("/v1/exchanges?direction=outbound&partner=easypost&limit=200")).json()["items"]
    assert outbound
    assert {row["direction"] for row in outbound} == {"outbound"}
    parked = (await reader.get("/v1/parked")).json()["items"]
    assert {row["status"] for row in parked} == {"parked", "in_doubt"}
    assert all(row["operator"] for row in parked)
    open_ones = (await reader.get("/v1/exceptions")).json()["items"]
    assert [(row["kind"], row["pointer"]) for row in open_ones] == [("address.incomplete", "/ship_to/address/postcode")]
    scans = (await reader.get("/v1/events?type_prefix=crossdock.tracking")).json()["items"]
    assert {event["type"] for event in scans} == {"crossdock.tracking.reported.v1"}
    none = await reader.get("/v1/exchanges?since=2030-01-01T00:00:00Z")
    assert none.json()["items"] == []


async def test_events_are_cloudevents(reader):
    event = (await reader.get("/v1/events?limit=1")).json()["items"][0]
    assert event["specversion"] == "1.0"
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", event["traceparent"])


async def test_the_bytes_of_a_message_are_a_download(reader):
    answer = await reader.get(f"/v1/exchanges/{UNREADABLE}/body")
    assert answer.content == b'{"result": null}'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    whole = (await reader.get(f"/v1/exchanges/{UNREADABLE}")).json()
    assert whole["exchange"]["engineer"] == "/result: expected object, got null"


async def test_an_unchanged_resource_costs_no_bytes(reader):
    first = await reader.get("/v1/shipments/SO0007")
    again = await reader.get("/v1/shipments/SO0007", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_partners_with_their_breakers(reader):
    partners = (await reader.get("/v1/partners")).json()["items"]
    assert [(each["id"], each["breaker"]) for each in partners] == [("odoo", "closed"), ("easypost", "closed")]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "!!!", "AAAAAAAA", "é"])
def test_a_foreign_cursor_is_unknown(cursor):
    with pytest.raises(ProblemError) as refusal:
        unseal(cursor)
    assert refusal.value.status == 404
    assert unseal(seal("17|do:odoo:7")) == "17|do:odoo:7"


@pytest.mark.req("L16")
async def test_health_and_metrics_are_open(world):
    async with world.client("") as nobody:
        assert (await nobody.get("/livez")).json()["status"] == "alive"
        assert (await nobody.get("/readyz")).json()["status"] == "ready"
        assert (await nobody.get("/metrics")).headers["content-type"].startswith("text/plain")
        assert (await nobody.get("/openapi.json")).json()["openapi"].startswith("3.1")
