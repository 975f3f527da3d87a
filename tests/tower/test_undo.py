"""What was just done is taken back as another act, by who did it, once, where there is a way back (issue 7, I6)."""

import re

import pytest
import pytest_asyncio

from browser.scene import HOUR, MINUTE, opened
from crossdock.backbone.exceptions_desk import Assign, Comment, Resolve, Resume, Wait
from crossdock.backbone.exceptions_undo import inverses, take_back
from crossdock.model.cases import Case
from crossdock.model.exceptions import ExceptionAssigned, ExceptionResumed, ExceptionWaiting
from crossdock.ports.stores_doors import Audited
from crossdock.tower.sessions import Role
from tower.pages import csrf_in, entering
from views.seeding import NOW

pytestmark = pytest.mark.req("I6")


@pytest_asyncio.fixture
async def scene(tmp_path):
    made = await opened(tmp_path)
    yield made
    await made.store.close()


async def cases_of(scene, kind):
    rows, _ = await scene.store.read(lambda tx: tx.views.exceptions(kind=kind, limit=100))
    return [row.case for row in rows]


async def said(scene, subject, body):
    events = await scene.store.read(lambda tx: tx.log.of_subject(subject))
    return [each.body for each in events if isinstance(each.body, body)]


async def acting(client, cases, deed, **form):
    ids = [("id", each.id) for each in cases]
    page = (await client.get("/exceptions/act", params=[("deed", deed), *ids])).text
    once = re.search(r'name="once" value="([^"]+)"', page).group(1)
    data = {"csrf": csrf_in(page), "once": once, "deed": deed, "reason": "x", "id": [each.id for each in cases], **form}
    done = await client.post("/exceptions/act", data=data)
    assert done.status_code == 303, done.text
    return done.headers["location"]


async def undone(client, place):
    page = (await client.get(place)).text
    found = re.search(r'action="(/undo/[^"]+)"', page)
    return await client.post(found.group(1), data={"csrf": csrf_in(page)}) if found else None


async def test_waiting_of_several_is_taken_back_as_an_act_of_its_own(scene):
    client = await entering(scene, Role.OPERATOR)
    cases = [each for each in await cases_of(scene, "booking.failed") if not each.waiting_on][:3]
    place = await acting(client, cases, "wait", who="DHL", hours="24")
    answer = await undone(client, place)
    assert answer.headers["location"].endswith("done=undone")
    assert "Undone, and written down" in (await client.get(answer.headers["location"])).text
    for case in cases:
        assert [each.on for each in await said(scene, case.subject, ExceptionWaiting)] == ["DHL"]
        assert [each.reason for each in await said(scene, case.subject, ExceptionResumed)] == ["undo of wait"]
    rows, _ = await scene.store.read(lambda tx: tx.doors.audited(Audited(action="exception", since=scene.clock.now())))
    assert [row.action for row in rows] == ["exception.resume", "exception.wait"]


async def test_each_goes_back_to_whom_it_was_with(scene):
    client = await entering(scene, Role.OPERATOR)
    cases = await cases_of(scene, "proof.missing")
    assert len({each.assignee for each in cases}) > 1
    before = {each.subject: each.assignee for each in cases}
    await undone(client, await acting(client, cases, "assign", who="zoe"))
    for subject, name in before.items():
        told = [each.assignee for each in await said(scene, subject, ExceptionAssigned) if each.reason]
        assert told[-2:] == ["zoe", name]


@pytest.mark.parametrize("deed", ["comment", "resolve"])
async def test_what_has_no_way_back_offers_none(scene, deed):
    client = await entering(scene, Role.OPERATOR)
    [case, *_] = await cases_of(scene, "booking.failed")
    assert await undone(client, await acting(client, [case], deed)) is None


async def test_only_who_did_it_takes_it_back_once_and_soon(scene):
    mara, jonas = [await entering(scene, Role.OPERATOR, name) for name in ("mara", "jonas")]
    [case, other, *_] = [each for each in await cases_of(scene, "booking.failed") if not each.waiting_on]
    place = await acting(mara, [case], "wait", who="DHL", hours="24")
    address = re.search(r"/undo/[^\"]+", (await mara.get(place)).text).group(0)
    theirs = csrf_in((await jonas.get("/session")).text)
    assert "/undo/" not in (await jonas.get(place)).text
    assert (await jonas.post(address, data={"csrf": theirs})).status_code == 409
    assert (await mara.post(address, data={"csrf": "wrong"})).status_code == 403
    token = csrf_in((await mara.get("/session")).text)
    assert (await mara.post(address, data={"csrf": token})).status_code == 303
    assert (await mara.post(address, data={"csrf": token})).status_code == 409
    late = await acting(mara, [other], "wait", who="DHL", hours="24")
    scene.clock.instant += 11 * MINUTE
    assert await undone(mara, late) is None
    assert len(await said(scene, case.subject, ExceptionResumed)) == 1
    assert await said(scene, other.subject, ExceptionResumed) == []


async def test_a_pause_is_taken_back_by_an_engineer(scene):
    client = await entering(scene, Role.ENGINEER)
    token = csrf_in((await client.get("/partners/gls/pause")).text)
    paused = await client.post("/partners/gls/pause", data={"csrf": token, "reason": "they asked"})
    assert (await scene.store.read(lambda tx: tx.partners.health("gls"))).paused
    answer = await undone(client, paused.headers["location"])
    assert answer.headers["location"] == "/partners/gls?done=undone"
    assert not (await scene.store.read(lambda tx: tx.partners.health("gls"))).paused
    rows, _ = await scene.store.read(lambda tx: tx.doors.audited(Audited(action="partner", since=scene.clock.now())))
    assert [(row.action, row.detail) for row in rows] == [
        ("partner.resume", "undo of pause"), ("partner.pause", "they asked"),
    ]  # fmt: skip


def case(**given):
    return Case("do:odoo:7", "booking.failed", "/x", "c", "text", NOW, **given)


@pytest.mark.parametrize(
    ("before", "deed", "back"),
    [
        (case(), Wait("DHL"), Resume()),
        (case(waiting_on="GLS", waiting_until=NOW + HOUR), Wait("DHL"), Wait("GLS", NOW + HOUR)),
        (case(waiting_on="GLS"), Resume(), Wait("GLS")),
        (case(waiting_on="GLS", waiting_until=NOW - HOUR), Resume(), None),
        (case(owner="desk", assignee="lea"), Assign("customs"), Assign("desk", "lea")),
        (case(owner="desk", assignee="lea"), Assign("", "zoe"), Assign("", "lea")),
        (case(assignee="lea"), Assign("customs", "zoe"), None),
        (case(assignee="lea"), Assign("", "lea"), None),
        (case(), Comment("x"), None),
        (case(), Resolve(), None),
        (case(resolved_at=NOW), Wait("DHL"), None),
    ],
)
def test_the_other_direction(before, deed, back):
    assert inverses([before], deed, NOW) == ([(before, back)] if back else [])


async def test_what_somebody_moved_on_meanwhile_stays_as_it_is(scene):
    [now, *_] = [each for each in await cases_of(scene, "proof.missing") if each.assignee]
    before = case(assignee="lea", owner=now.owner)
    moved = before.__class__(**{**{n: getattr(now, n) for n in now.__struct_fields__}, "assignee": "tom"})
    steps = [(moved, Assign("", "tom"))]
    assert await scene.store.run(lambda tx: take_back(tx, steps, Assign("", "zoe"), "1", "tower:x", NOW)) == 0
    kept = [(now, Assign("", now.assignee))]
    assert await scene.store.run(lambda tx: take_back(tx, kept, Assign("", "zoe"), "1", "tower:x", NOW)) == 1
