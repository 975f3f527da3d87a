"""Putting a message right on a page: it keeps what was typed, says where it is wrong, and makes what was checked."""

import json
import re
from html import unescape
from types import SimpleNamespace

import pytest

from backbone.test_correcting import GOOD, PARTLY, hub_of, parked
from crossdock.backbone.correcting import Corrector, correction_id
from crossdock.backbone.documents import StoredDocuments
from crossdock.tower.app import build
from crossdock.tower.context import Context
from crossdock.tower.sessions import Role, Sessions
from tower.pages import csrf_in, entering

RIGHT = json.dumps(GOOD, indent=1)


@pytest.fixture
async def world():
    hub = hub_of()
    sessions = Sessions(hub.clock)
    app = build(
        Context(
            store=hub.store, clock=hub.clock, requests=hub.requests, documents=StoredDocuments(hub.store, hub.clock),
            sessions=sessions, version="0.1.0", corrector=Corrector(hub.store, hub.replayer, 5_000_000),
        )
    )  # fmt: skip
    return SimpleNamespace(hub=hub, sessions=sessions, app=app, store=hub.store)


def fields(text):
    """What a browser would send back: the hidden fields, and the text with its own line ends."""
    found = {
        name: unescape(re.search(rf'name="{name}" value="([^"]*)"', text).group(1))
        for name in ("csrf", "checked", "carried")
        if f'name="{name}"' in text
    }
    area = re.search(r'<textarea id="text"[^>]*>\n?(.*?)</textarea>', text, re.DOTALL)
    return found | ({"text": unescape(area.group(1)).replace("\r\n", "\n").replace("\n", "\r\n")} if area else {})


async def send(client, path, form, do, **more):
    data = {**form, "do": do, **more}
    file = data.pop("file", None)
    files = {"file": ("right.bin", file)} if file is not None else {"none": ("", b"")}
    return await client.post(f"{path}/correct", data=data, files=files)


async def opened(world, said=PARTLY):
    client = await entering(world)
    original = await parked(world.hub, said)
    page = await client.get(f"/messages/{original}/correct")
    assert page.status_code == 200, page.text
    return client, original, f"/messages/{original}", fields(page.text)


@pytest.mark.req("K4", "L2")
async def test_checked_then_made(world):
    client, original, path, form = await opened(world)
    told = await send(client, path, form | {"text": RIGHT}, "check")
    assert (told.status_code, "It can be read." in told.text) == (200, True)
    assert "2 facts, 2 of them known already" in told.text
    assert '<tr class="gone">' in told.text
    status = (await world.store.read(lambda tx: tx.views.exchange(original))).row.status
    assert status == "parked", "a check changes nothing"
    made = await send(client, path, fields(told.text), "make", reason="they sent a riddle")
    assert (made.status_code, made.headers["location"]) == (303, f"/messages/{correction_id(original)}?done=correct")
    await world.hub.engine.settle_all()
    shown = (await client.get(made.headers["location"])).text
    assert "The correction is made" in shown
    assert f'href="/messages/{original}"' in shown
    before = (await client.get(path)).text
    assert f'href="/messages/{correction_id(original)}"' in before
    assert "they sent a riddle" in before
    assert "/correct" not in before.replace(correction_id(original), "")


@pytest.mark.req("K4")
async def test_what_would_stop_again_says_where_and_keeps_what_was_typed(world):
    client, _, path, form = await opened(world)
    wrong = '[["order", 1],\r\n ["T1", "delivered", "2026-11-21T08:00:00Z"],\r\n "riddle"]  <b>'
    told = await send(client, path, form | {"text": wrong}, "check")
    assert told.status_code == 422
    assert "Line 3, column 13" in told.text, "what stands behind the end is no JSON"
    assert fields(told.text)["text"] == wrong
    told = await send(client, path, form | {"text": wrong.removesuffix("  <b>")}, "check")
    assert "Line 3, column 2 <code>/2</code>" in told.text
    assert re.search(r'class="at"><i>3</i> &#34;riddle&#34;\]', told.text)
    forced = await send(client, path, fields(told.text), "make", reason="now")
    assert forced.status_code == 422
    unchanged = await send(client, path, form, "check")
    assert (unchanged.status_code, "Nothing was changed" in unchanged.text) == (422, True)
    empty = await send(client, path, form | {"text": ""}, "check")
    assert (empty.status_code, "discard it" in empty.text) == (422, True)


@pytest.mark.req("K2")
async def test_only_what_was_seen_is_made_and_only_once(world):
    client, original, path, form = await opened(world)
    told = fields((await send(client, path, form | {"text": RIGHT}, "check")).text)
    other = await send(client, path, told | {"text": json.dumps(GOOD[:1])}, "make", reason="why not")
    assert (other.status_code, "changed after it was checked" in other.text) == (422, True)
    assert unescape(re.search(r'name="reason"[^>]*>([^<]*)<', other.text).group(1)) == "why not"
    bare = await send(client, path, told, "make", reason=" ")
    assert (bare.status_code, "Say why" in bare.text) == (422, True)
    places = {(await send(client, path, told, "make", reason="r")).headers["location"] for _ in range(3)}
    assert places == {f"/messages/{correction_id(original)}?done=correct"}
    late = await send(client, path, told | {"text": "[1]"}, "check")
    assert (late.status_code, "corrected already" in late.text) == (422, True)
    assert (await client.get(f"{path}/correct")).status_code == 409


async def test_binary_is_replaced_by_a_file_and_compared_by_size(world):
    client, original, path, form = await opened(world, b"\xff\xfe boom")
    page = (await client.get(f"{path}/correct")).text
    assert "cannot be edited here: upload a file" in page
    assert 'id="text"' not in page
    nothing = await send(client, path, form, "check")
    assert (nothing.status_code, "Choose a file" in nothing.text) == (422, True)
    told = await send(client, path, form, "check", file=RIGHT.encode())
    assert (told.status_code, f"{len(RIGHT)} bytes are uploaded" in told.text) == (200, True)
    made = await send(client, path, fields(told.text), "make", reason="from their desk")
    assert made.status_code == 303
    body = (await world.store.read(lambda tx: tx.views.exchange(correction_id(original)))).body
    assert body == RIGHT.encode()


@pytest.mark.req("M6")
async def test_only_engineers_correct_and_only_with_their_token(world):
    _, original, path, form = await opened(world)
    operator = await entering(world, Role.OPERATOR, "olga")
    assert (await operator.get(f"{path}/correct")).status_code == 403
    assert (await send(operator, path, form, "check")).status_code == 403
    assert f"{path}/correct" not in (await operator.get(path)).text
    engineer = await entering(world, Role.ENGINEER, "mara")
    assert f"{path}/correct" in (await engineer.get(path)).text
    assert (await send(engineer, path, form | {"csrf": "x", "text": RIGHT}, "check")).status_code == 403
    assert csrf_in((await engineer.get(f"{path}/correct")).text) != form["csrf"]
    assert (await engineer.get("/messages/nothing/correct")).status_code == 404
    assert (await world.store.read(lambda tx: tx.views.exchange(original))).row.status == "parked"


async def test_what_a_partner_wrote_is_inert_in_the_editor(world):
    hostile = '["riddle", "</textarea><script>alert(1)</script>", "\u202e"]'
    client, _, path, form = await opened(world, hostile.replace("\u202e", "").encode())
    page = (await client.get(f"{path}/correct")).text
    assert "<script>alert" not in page
    assert fields(page)["text"].count("</textarea><script>") == 1
    assert form["text"] == fields(page)["text"]
    turned = await parked(world.hub, hostile.encode())
    assert "upload a file" in (await client.get(f"/messages/{turned}/correct")).text
