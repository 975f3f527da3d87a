"""The audit on a page: what anybody did, over which door, and the way to what it was about."""

import re

import pytest

from crossdock.backbone.desk import ask
from crossdock.model.desk import Book, DeskRequested, Void
from crossdock.tower.sessions import Role
from tower.pages import csrf_in
from views.seeding import NOW, PARKED

HOSTILE = "<script>alert(1)</script>\u202egnp.exe"
MINUTE = 60_000_000


def body_of(answer):
    return answer.text.split("<main", 1)[1].split("<dialog", 1)[0]


async def said(world, *entries):
    def step(tx):
        for number, entry in enumerate(entries):
            tx.doors.audit(NOW + number * MINUTE, *entry)

    await world.store.run(step)


@pytest.mark.req("L2", "M8")
async def test_what_is_done_on_a_page_stands_in_the_audit_with_who_and_why(world):
    client = await world.entered()
    rows, _ = await world.store.read(lambda tx: tx.views.exchanges(subject=PARKED, statuses=("parked",)))
    token = csrf_in((await client.get(f"/messages/{rows[0].id}/retry")).text)
    await client.post(f"/messages/{rows[0].id}/retry", data={"csrf": token, "reason": "rates were renewed"})
    page = body_of(await client.get("/audit?action=exchange"))
    assert "Message let go on" in page
    assert "rates were renewed" in page
    assert f'href="/messages/{rows[0].id}"' in page
    assert "Entered the tower" not in page
    entry = body_of(await client.get(re.search(r"/audit/\d+", page).group()))
    assert "rates were renewed" in entry
    assert "page <span" in entry


@pytest.mark.req("L2")
async def test_every_word_of_the_address_narrows_it_and_older_ones_are_a_page_away(world):
    client = await world.entered()
    await said(
        world, *((f"cli:p{number % 2}", "desk.book", f"do:odoo:{number}", f"why {number}") for number in range(60))
    )
    first = body_of(await client.get("/audit?actor=cli:p1"))
    assert len(re.findall(r"data-row", first)) == 30
    assert ">Older" not in first
    for narrowed, count in (("target=do:odoo:7", 1), ("text=why+5", 11), ("action=desk.book", 50), ("action=desk", 50)):
        assert len(re.findall(r"data-row", body_of(await client.get(f"/audit?{narrowed}")))) == count, narrowed
    at = "2026-11-21T12:05"  # NOW is noon of this day
    assert len(re.findall(r"data-row", body_of(await client.get(f"/audit?action=desk&until={at}")))) == 5
    whole = body_of(await client.get("/audit?action=desk"))
    older = re.search(r'href="(/audit\?action=desk&amp;after=[^"]+)"', whole).group(1).replace("&amp;", "&")
    rest = body_of(await client.get(older))
    assert len(re.findall(r"data-row", rest)) == 10
    assert "why 9<" in rest
    assert "why 10<" not in rest


async def test_a_page_learns_of_what_was_written_since(world):
    client = await world.entered()
    await said(world, ("cli:root", "rebuild", "read models", "x"))
    page = body_of(await client.get("/audit?actor=cli:root"))
    address = re.search(r'data-fresh="([^"]+)"', page).group(1).replace("&amp;", "&")
    assert (await client.get(address)).json() == {"count": 0}
    await world.store.run(lambda tx: tx.doors.audit(NOW + 1, "cli:root", "fetch", "log", ""))
    await world.store.run(lambda tx: tx.doors.audit(NOW + 1, "cli:ann", "fetch", "log", ""))
    assert (await client.get(address)).json() == {"count": 1}


@pytest.mark.req("L2")
async def test_an_entry_shows_the_facts_written_down_with_it(world):
    client = await world.entered()

    def step(tx):
        ask(tx, "do:odoo:7", DeskRequested("r1", "cli:root", Book(), "customer paid"), NOW + MINUTE)
        ask(tx, "do:odoo:7", DeskRequested("r2", "cli:root", Void("P1"), "another time"), NOW + 2 * MINUTE)

    await world.store.run(step)
    page = body_of(await client.get("/audit?action=desk.book"))
    entry = body_of(await client.get(re.search(r"/audit/\d+", page).group()))
    assert "desk.requested.v1" in entry
    assert "customer paid" in entry
    assert "another time" not in entry


@pytest.mark.req("L2")
async def test_what_actors_and_reasons_hold_is_text(world):
    client = await world.entered()
    await said(world, (f"tower:{HOSTILE}", f"desk.{HOSTILE}", HOSTILE, HOSTILE))
    for path in ("/audit", f"/audit?text={HOSTILE}", f"/audit?actor=tower:{HOSTILE}", "/audit?until=<script>alert(1)"):
        answer = await client.get(path)
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text
        assert "&lt;script&gt;alert(1)" in body_of(answer)
        entry = re.search(r"/audit/\d+", body_of(answer)).group()
    answer = await client.get(entry)
    assert "<script>alert" not in answer.text
    assert "\u202e" not in answer.text


@pytest.mark.req("M1")
@pytest.mark.parametrize("role", [Role.READER, Role.OPERATOR])
async def test_only_an_engineer_reads_the_audit_and_sees_it_in_the_navigation(world, role):
    client = await world.entered(role)
    for path in ("/audit", "/audit/1", "/audit/fresh"):
        assert (await client.get(path)).status_code == 403
    assert 'href="/audit"' not in (await client.get("/")).text
    assert 'href="/audit"' in (await (await world.entered()).get("/")).text


async def test_an_entry_or_page_that_is_not_there_says_so(world):
    client = await world.entered()
    for path in ("/audit/999999", "/audit?after=junk"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert "crossdock " in answer.text
    assert "Nothing fits this filter" in (await client.get("/audit?actor=nobody")).text
