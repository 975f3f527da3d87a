"""Who may see the tower, and what an action needs (decision 0008)."""

import re

import pytest

from crossdock.tower.sessions import Role
from tower.pages import csrf_in
from views.seeding import PARKED

PAGES = [
    "/", "/now/volume", "/search", "/orders/do:odoo:7", "/exceptions", "/exceptions/x", "/exceptions/act",
    "/exceptions/fresh", "/messages", "/messages/x", "/messages/x/retry", "/messages/x/replay", "/documents/x",
    "/session", "/live", "/palette?q=SO0007",
]  # fmt: skip
MINUTE = 60 * 1_000_000


@pytest.mark.req("M1")
@pytest.mark.parametrize("path", PAGES)
async def test_without_a_session_nothing_is_shown(world, path):
    async with world.client() as nobody:
        answer = await nobody.get(path)
        assert answer.status_code == 401
        assert "crossdock serve" in answer.text
        assert "SO0007" not in answer.text
        assert (await nobody.post("/messages/x/retry", data={"reason": "x"})).status_code in {401, 405}


@pytest.mark.req("M1")
async def test_a_link_is_good_once_and_for_ten_minutes(world):
    token, late = world.sessions.invite(), world.sessions.invite()
    async with world.client() as first, world.client() as second:
        entered = await first.get("/enter", params={"token": token})
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert (await first.get("/")).status_code == 200
        assert (await second.get("/enter", params={"token": token})).status_code == 401
        world.clock.instant += 10 * MINUTE
        assert (await second.get("/enter", params={"token": late})).status_code == 401
        assert (await first.get("/")).status_code == 200
        world.clock.instant += 13 * 60 * MINUTE
        assert (await first.get("/")).status_code == 401


async def parked_command(world):
    rows, _ = await world.store.read(lambda tx: tx.views.exchanges(subject=PARKED, statuses=("parked",)))
    return rows[0].id


@pytest.mark.req("M9")
async def test_an_action_needs_its_csrf_token_and_a_reason(world):
    client = await world.entered()
    target = await parked_command(world)
    page = (await client.get(f"/messages/{target}/retry")).text
    token = csrf_in(page)
    assert "What will happen" in page
    for form in ({"reason": "x"}, {"reason": "x", "csrf": "wrong"}, {}):
        assert (await client.post(f"/messages/{target}/retry", data=form)).status_code == 403
    no_reason = await client.post(f"/messages/{target}/retry", data={"csrf": token, "reason": " "})
    assert no_reason.status_code == 422
    assert await parked_command(world) == target
    done = await client.post(f"/messages/{target}/retry", data={"csrf": token, "reason": "rates were renewed"})
    assert (done.status_code, done.headers["location"]) == (303, "/messages?done=retry&count=1")
    detail = await world.store.read(lambda tx: tx.views.exchange(target))
    assert detail.row.status not in {"parked", "refused"}
    again = await client.post(f"/messages/{target}/discard", data={"csrf": token, "reason": "x"})
    assert again.status_code == 422


async def test_discard_ends_a_message(world):
    client = await world.entered()
    target = await parked_command(world)
    token = csrf_in((await client.get(f"/messages/{target}/discard")).text)
    await client.post(f"/messages/{target}/discard", data={"csrf": token, "reason": "ordered by phone"})
    detail = await world.store.read(lambda tx: tx.views.exchange(target))
    assert detail.row.status == "discarded"


async def test_preferences_stay_and_lead_back_here_only(world):
    client = await world.entered()
    token = csrf_in((await client.get("/session")).text)
    answer = await client.post("/session/preferences", data={"csrf": token, "theme": "dark", "back": "/search?q=1"})
    assert answer.headers["location"] == "/search?q=1"
    assert 'data-theme="dark"' in (await client.get("/session")).text
    for elsewhere in ("https://example.com/", "//example.com", "/\\example.com", ""):
        answer = await client.post(
            "/session/preferences", data={"csrf": token, "density": "compact", "back": elsewhere}
        )
        assert answer.headers["location"] == "/"


async def test_leaving_ends_the_session(world):
    client = await world.entered()
    token = csrf_in((await client.get("/session")).text)
    cookies = dict(client.cookies)
    await client.post("/leave", data={"csrf": token})
    async with world.client() as thief:
        assert (await thief.get("/", cookies=cookies)).status_code == 401


@pytest.mark.parametrize("path", ["/", "/nothing", "/static/frame.css", "/enter?token=x"])
async def test_every_answer_keeps_to_itself(world, path):
    client = await world.entered()
    headers = (await client.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path",
    ["/orders/<script>alert(1)</script>", "/search?q=<script>alert(1)</script>", "/messages/<b>", "/exceptions/<b>"],
)
async def test_what_people_type_is_text(world, path):
    client = await world.entered()
    assert "<script>alert" not in (await client.get(path)).text
    assert "<b>" not in (await client.get("/messages/<b>")).text.split("<main", 1)[1]


@pytest.mark.parametrize(
    "path",
    ["/orders/nobody", "/messages/nobody", "/exceptions/nobody", "/documents/nobody", "/nothing", "/search?after=junk"],
)
async def test_errors_are_pages_with_a_next_step(world, path):
    client = await world.entered()
    answer = await client.get(path)
    assert answer.status_code in {404, 200}
    assert "crossdock " in answer.text


@pytest.mark.req("M1")
@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.READER, "/exceptions", 200),
        (Role.READER, "/exceptions/act?deed=resolve", 403),
        (Role.READER, "/messages/x/retry", 403),
        (Role.OPERATOR, "/exceptions/act?deed=resolve", 200),
        (Role.OPERATOR, "/messages/unreadable0000000000000000/retry", 200),
        (Role.OPERATOR, "/messages/unreadable0000000000000000/replay", 403),
        (Role.ENGINEER, "/messages/unreadable0000000000000000/replay", 200),
    ],
)
async def test_a_role_may_do_what_it_is_for(world, role, path, status):
    client = await world.entered(role)
    assert (await client.get(path)).status_code == status


@pytest.mark.req("M1")
async def test_a_reader_sees_no_button_and_cannot_press_one(world):
    client = await world.entered(Role.READER)
    target = await parked_command(world)
    page = (await client.get(f"/messages/{target}")).text
    assert "Retry" not in page.split("<main", 1)[1].split("<dialog", 1)[0]
    token = csrf_in((await client.get("/session")).text)
    answer = await client.post(f"/messages/{target}/retry", data={"csrf": token, "reason": "x"})
    assert answer.status_code == 403
    assert await parked_command(world) == target
    assert (await client.post("/session/invite", data={"csrf": token, "role": "engineer"})).status_code == 403


@pytest.mark.req("M1")
async def test_an_engineer_invites_others_under_a_name(world):
    client = await world.entered()
    token = csrf_in((await client.get("/session")).text)
    page = await client.post("/session/invite", data={"csrf": token, "role": "operator", "name": "lea <b>"})
    link = re.search(r"/enter\?token=([\w-]+)", page.text).group(1)
    async with world.client() as guest:
        assert (await guest.get("/enter", params={"token": link})).status_code == 303
        shown = (await guest.get("/session")).text
        assert "lea &lt;b&gt;" in shown
        assert "Invite somebody" not in shown


@pytest.mark.req("M9")
async def test_all_that_stopped_go_on_together_after_a_dry_run(world):
    client = await world.entered()
    page = (await client.get("/messages/retry?partner=easypost")).text
    assert "<b>Dry run:</b> 3 messages go on; of 1 in doubt the partner is asked first" in page
    form = {"csrf": csrf_in(page), "partner": "easypost"}
    assert (await client.post("/messages/retry", data=form)).status_code == 422
    done = await client.post("/messages/retry", data={**form, "reason": "the carrier is back"})
    assert done.headers["location"] == "/messages?partner=easypost&direction=&done=retries&count=3"
    left, _ = await world.store.read(lambda tx: tx.views.exchanges(statuses=("parked", "refused")))
    assert left == []
    doubtful, _ = await world.store.read(lambda tx: tx.views.exchanges(statuses=("in_doubt",)))
    assert len(doubtful) == 1
    none_left = await client.post("/messages/retry", data={**form, "direction": "inbound", "reason": "again"})
    assert none_left.status_code == 422
    assert "Nothing was done" in none_left.text


async def test_a_link_of_another_system_finds_its_order(world):
    client = await world.entered()
    there = await client.get("/orders?q=WH%2FOUT%2F00007")
    assert there.headers["location"] == "/search?q=WH%2FOUT%2F00007"
    assert (await client.get(there.headers["location"])).headers["location"] == "/orders/do:odoo:7"
