"""A link to the customer's page, over the API."""

import pytest

from api.doors import opened


def links(subject, now, language, days):
    """Stands where the page's links are made."""
    return f"https://track.example/{subject}/{language}/{days}", now


@pytest.mark.req("E11")
async def test_without_a_tracking_page_there_are_no_links(world):
    async with world.client() as client:
        answer = await client.get("/v1/shipments/SO0007/tracking-link")
    assert (answer.status_code, "tracking_page" in answer.json()["detail"]) == (404, True)


@pytest.mark.req("E11")
async def test_a_link_is_made_for_who_may_read_the_order(tmp_path):
    world = await opened(tmp_path, tracking_links=links)
    async with world.client() as client, world.client("") as nobody, world.client("orders") as shop:
        path = "/v1/shipments/SO0007/tracking-link"
        answer = await client.get(path, params={"language": "fr", "days": 3})
        assert answer.json()["url"] == "https://track.example/do:odoo:7/fr/3"
        assert answer.headers["cache-control"] == "no-store"
        assert [(await each.get(path)).status_code for each in (nobody, shop)] == [401, 403]
        assert (await client.get("/v1/shipments/SO9999/tracking-link")).status_code == 404
        assert (await client.get(path, params={"language": "xx"})).status_code == 400
    await world.store.close()
