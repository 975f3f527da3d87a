"""GET /v1/audit: the same entries as on the page, for administrators only."""

import pytest

from views.seeding import NOW

MINUTE = 60_000_000
LATER = NOW + 48 * 60 * MINUTE


async def said(world):
    client = world.issued["write"].client.id

    def step(tx):
        tx.doors.audit(LATER + MINUTE, client, "desk.void", "do:odoo:7", "wrong weight")
        tx.doors.audit(LATER + 2 * MINUTE, "tower:mara", "desk.book", "do:odoo:8", "customer paid")
        tx.doors.audit(LATER + 3 * MINUTE, "cli:root", "rebuild", "read models", "nothing changed")

    await world.store.run(step)


async def listed(world, **query):
    async with world.client("admin") as client:
        return await client.get("/v1/audit", params=query)


@pytest.mark.req("L2", "M8")
async def test_an_entry_says_who_over_which_door_and_about_what(world):
    await said(world)
    answer = await listed(world, action="desk.void")
    [entry] = answer.json()["items"]
    assert entry.pop("id") > 0
    assert entry == {
        "at": "2026-11-23T12:01:00.000Z", "actor": world.issued["write"].client.id, "door": "API", "who": "write",
        "action": "desk.void", "target": "do:odoo:7", "detail": "wrong weight", "about": "order",
        "about_id": "do:odoo:7",
    }  # fmt: skip
    doors = [
        (each["door"], each["who"]) for each in (await listed(world, since="2026-11-23T12:02:00Z")).json()["items"]
    ]
    assert doors == [("command line", "root"), ("page", "mara")]


@pytest.mark.req("L2")
async def test_it_is_narrowed_and_paged_by_the_address(world):
    await said(world)
    first = await listed(world, limit=2, since="2026-11-23T12:00:30Z")
    assert [each["action"] for each in first.json()["items"]] == ["rebuild", "desk.book"]
    async with world.client("admin") as client:
        address = first.headers["link"].split(">")[0].removeprefix("<")
        second = (await client.get(address)).json()
    assert ([each["action"] for each in second["items"]], second["next"]) == (["desk.void"], "")
    for query, actions in (
        ({"actor": "tower:mara"}, ["desk.book"]),
        ({"target": "do:odoo:7"}, ["desk.void"]),
        ({"text": "PAID"}, ["desk.book"]),
        ({"action": "desk", "until": "2026-11-23T12:02:00Z"}, ["desk.void"]),
    ):
        assert [each["action"] for each in (await listed(world, **query)).json()["items"]] == actions, query


@pytest.mark.req("M1")
async def test_it_is_for_administrators_and_refuses_what_is_no_cursor_or_time(world):
    for scope, status in (("read", 403), ("write", 403), ("orders", 403), ("admin", 200)):
        async with world.client(scope) as client:
            assert (await client.get("/v1/audit")).status_code == status
    assert (await listed(world, cursor="junk")).status_code == 404
    assert (await listed(world, since="yesterday")).status_code == 400
    assert (await listed(world, nonsense="1")).status_code == 400
