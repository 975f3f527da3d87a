"""What people do about exceptions on pages: the same facts and the same audit as by API and command line."""

import re

import pytest
import pytest_asyncio

from browser.scene import opened
from crossdock.model.exceptions import ExceptionAssigned, ExceptionResolved, ExceptionWaiting
from crossdock.tower.screens.exception_filter import filter_of
from tower.pages import csrf_in, entering

pytestmark = pytest.mark.req("L17")


@pytest_asyncio.fixture
async def scene(tmp_path):
    made = await opened(tmp_path)
    yield made
    await made.store.close()


async def of_group(scene, kind):
    rows, _ = await scene.store.read(lambda tx: tx.views.exceptions(kind=kind, limit=100))
    return [row.case for row in rows]


async def said(scene, subject, body):
    events = await scene.store.read(lambda tx: tx.log.of_subject(subject))
    return [each.body for each in events if isinstance(each.body, body)]


def once_in(page):
    return re.search(r'name="once" value="([^"]+)"', page).group(1)


async def test_business_and_technical_are_two_queues(scene):
    client = await entering(scene)
    business = (await client.get("/exceptions")).text.split("<main", 1)[1]
    technical = (await client.get("/exceptions?queue=technical")).text.split("<main", 1)[1]
    assert "A booking was refused" in business
    assert "A booking was refused" not in technical
    assert "A partner has gone quiet" in technical
    assert "A partner has gone quiet" not in business


async def test_a_kind_of_the_other_queue_opens_that_queue(scene):
    client = await entering(scene)
    assert "Nothing was heard of gls" in (await client.get("/exceptions?kind=feed.silent")).text


async def test_a_dry_run_names_whom_it_concerns_and_changes_nothing(scene):
    client = await entering(scene)
    cases = await of_group(scene, "booking.failed")
    page = (await client.get(f"/exceptions/act?deed=resolve&group={cases[0].cause_group}")).text
    assert f"<b>Dry run:</b> {len(cases)} open exceptions" in page
    assert [await said(scene, each.subject, ExceptionResolved) for each in cases] == [[]] * len(cases)


async def test_all_that_fit_a_filter_are_resolved_with_the_reason_in_the_audit(scene):
    client = await entering(scene)
    cases = await of_group(scene, "booking.failed")
    address = f"/exceptions/act?deed=resolve&group={cases[0].cause_group}"
    page = (await client.get(address)).text
    form = {
        "csrf": csrf_in(page), "once": once_in(page), "deed": "resolve", "group": cases[0].cause_group,
        "reason": "account was put right",
    }  # fmt: skip
    answer = await client.post("/exceptions/act", data=form)
    assert answer.status_code == 303
    for case in cases:
        bodies = [each for each in await said(scene, case.subject, ExceptionResolved) if each.kind == case.kind]
        assert [(each.by, each.reason) for each in bodies] == [("tower:mara", "account was put right")]
    again = await client.post("/exceptions/act", data=form)
    assert again.status_code == 422
    assert "Nothing was done" in again.text


async def test_one_is_assigned_and_waits(scene):
    client = await entering(scene)
    case = (await of_group(scene, "shipment.customs"))[0]
    page = (await client.get(f"/exceptions/act?deed=assign&id={case.id}")).text
    form = {"csrf": csrf_in(page), "id": case.id, "reason": "hers"}
    answer = await client.post(
        "/exceptions/act", data={**form, "deed": "assign", "who": "lea", "owner_new": "customs", "once": "1"}
    )
    assert answer.headers["location"].startswith(f"/exceptions/{case.id}?done=assign&undo=")
    body = (await said(scene, case.subject, ExceptionAssigned))[-1]
    assert (body.assignee, body.owner, body.actor) == ("lea", "customs", "tower:mara")
    waits = {**form, "deed": "wait", "who": "the broker", "hours": "24", "once": "2"}
    await client.post("/exceptions/act", data=waits)
    waiting = (await said(scene, case.subject, ExceptionWaiting))[-1]
    assert (waiting.on, waiting.until) == ("the broker", scene.clock.now() + 24 * 3600 * 1_000_000)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reason": " "}, "Say why"),
        ({"who": ""}, "Say to whom"),
        ({"owner_new": "nobodys-team"}, "There is no team"),
        ({"deed": "drop"}, "There is no such action"),
    ],
)
async def test_what_is_missing_is_said_and_what_was_typed_stays(scene, changes, told):
    client = await entering(scene)
    case = (await of_group(scene, "shipment.customs"))[0]
    page = (await client.get(f"/exceptions/act?deed=assign&id={case.id}")).text
    form = {"csrf": csrf_in(page), "id": case.id, "deed": "assign", "who": "lea", "reason": "typed before", "once": "1"}
    answer = await client.post("/exceptions/act", data={**form, **changes})
    assert answer.status_code == 422
    assert told in answer.text
    assert "reason" in changes or "typed before" in answer.text


async def test_an_action_without_its_token_is_refused(scene):
    client = await entering(scene)
    case = (await of_group(scene, "shipment.customs"))[0]
    form = {"id": case.id, "deed": "resolve", "reason": "x", "once": "1", "csrf": "wrong"}
    assert (await client.post("/exceptions/act", data=form)).status_code == 403
    assert await said(scene, case.subject, ExceptionResolved) == []


def test_words_that_make_no_sense_are_left_out():
    found = filter_of({"queue": "x", "state": "gone", "severity": "huge", "owner": "a\x00b", "late": "1"})
    assert found.words() == {"owner": "ab", "late": "1"}


async def test_how_many_are_new_since_the_list_was_read(scene):
    client = await entering(scene)
    page = (await client.get("/exceptions")).text
    address = re.search(r'data-fresh="([^"]+)"', page).group(1).replace("&amp;", "&")
    assert (await client.get(address)).json() == {"count": 0}
    assert (await client.get("/exceptions/fresh?since=0")).json()["count"] > 20


async def test_several_kinds_are_one_list_as_key_figures_link_to_them(scene):
    client = await entering(scene)
    page = (await client.get("/exceptions?kind=booking.failed,weight.missing")).text.split("<main", 1)[1]
    assert "A booking was refused" in page
    assert "Package without a weight" in page
    assert "Held by customs" not in page
    cases = [*await of_group(scene, "booking.failed"), *await of_group(scene, "weight.missing")]
    preview = (await client.get("/exceptions/act?deed=comment&kind=booking.failed,weight.missing")).text
    assert f"<b>Dry run:</b> {len(cases)} open" in preview
