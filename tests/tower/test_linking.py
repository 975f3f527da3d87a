"""Linking what waits to its order on a page: shown first, made once, audited; nothing by chance."""

import pytest

from charged import MESSAGE, MISTYPED, charge, waits
from crossdock.model.freight import FreightCharged
from crossdock.ports.stores_doors import Audited
from crossdock.tower.sessions import Role
from tower.pages import csrf_in, entering
from views.seeding import DELIVERED, NUMBER


@pytest.fixture
async def case(world):
    [case] = await world.store.run(lambda tx: waits(tx, charge(), at=world.clock.now()))
    return case


async def client_of(world, role=Role.OPERATOR):
    return await entering(world, role)


async def told(world, action="reference.link"):
    return await world.store.read(lambda tx: tx.doors.audited(Audited(action=action))[0])


def form(text, **more):
    return {"csrf": csrf_in(text), **more}


@pytest.mark.req("G3", "L9", "L2")
async def test_the_order_is_shown_first_then_linked_once_with_an_audit_entry(world, case):
    client = await client_of(world)
    page = (await client.get(f"/exceptions/{case.id}")).text
    assert f'data-press="l" data-action="Link it to an order" href="/references/link?key={case.cause}' in page
    assert "nobody has said which" in page
    assert f'href="/messages/{MESSAGE}"' in page
    asked = (await client.get("/references/link", params={"key": case.cause, "back": f"/exceptions/{case.id}"})).text
    assert "acme charges 6.30 EUR for Parcel &lt;b&gt;5 kg&lt;/b&gt;" in asked
    assert f'SO0007 <span class="mono faint">{NUMBER}</span>' in asked, "the order one key away is offered"
    given = form(asked, key=case.cause, name="0", back=f"/exceptions/{case.id}", order="SO0007")
    shown = await client.post("/references/link", data={**given, "do": "look"})
    assert shown.status_code == 200
    assert "Link to SO0007" in shown.text
    assert "What will happen" in shown.text
    assert await told(world) == [], "looking changes nothing"
    unreasoned = await client.post("/references/link", data={**given, "do": "link", "reason": " "})
    assert (unreasoned.status_code, "Say how you know" in unreasoned.text) == (422, True)
    done = await client.post("/references/link", data={**given, "do": "link", "reason": "their typing"})
    assert (done.status_code, done.headers["location"]) == (303, f"/exceptions/{case.id}?done=link")
    [entry] = await told(world)
    assert (entry.actor, entry.target, entry.detail) == (
        "tower:mara", DELIVERED, f"tracking_number {MISTYPED}: their typing"
    )  # fmt: skip
    events = await world.store.read(lambda tx: tx.log.of_subject(DELIVERED))
    assert [str(each.body.amount) for each in events if isinstance(each.body, FreightCharged)] == ["6.30 EUR"]
    again = await client.post("/references/link", data={**given, "do": "link", "reason": "twice"})
    assert (again.status_code, len(await told(world))) == (404, 1)
    order = (await client.get(f"/orders/{DELIVERED}")).text
    assert 'id="charges">Freight charges' in order
    assert "Parcel &lt;b&gt;5 kg&lt;/b&gt;" in order


@pytest.mark.req("G3")
async def test_only_the_line_may_be_linked_and_the_number_stays_free(world):
    first, second = await world.store.run(lambda tx: waits(tx, charge("1"), charge("2"), at=world.clock.now()))
    client = await client_of(world)
    asked = (await client.get("/references/link", params={"key": first.cause})).text
    assert "line 2" in asked, "both lines wait for the number"
    alone = (await client.get("/references/link", params={"key": first.cause, "name": "1"})).text
    assert "line 2" not in alone
    given = form(
        alone, key=first.cause, name="1", order="SO0007", do="link", reason="only this one", back="//evil.test"
    )
    done = await client.post("/references/link", data=given)
    assert done.headers["location"] == "/?done=link", "nobody is led elsewhere"
    assert await world.store.read(lambda tx: [each.key for each in tx.references.charges("", 9)]) == [second.cause]
    assert (await told(world))[0].detail == "freight_charge INV1/1: only this one"


async def test_an_order_nobody_knows_or_that_another_has_is_told_and_the_form_stays(world, case):
    client = await client_of(world)
    page = await client.get("/references/link", params={"key": case.cause, "order": "S9999"})
    assert (page.status_code, "Nobody here knows" in page.text) == (422, True)
    assert 'value="S9999"' in page.text
    gone = await client.get("/references/link", params={"key": "nothing"})
    assert (gone.status_code, "This waits no longer" in gone.text) == (404, True)


@pytest.mark.parametrize(("role", "status"), [(Role.SUPPORT, 403), (Role.READER, 403), (Role.OPERATOR, 200)])
async def test_it_is_for_operators(world, case, role, status):
    client = await client_of(world, role)
    assert (await client.get("/references/link", params={"key": case.cause})).status_code == status
    page = (await client.get(f"/exceptions/{case.id}")).text
    assert ("/references/link" in page) == (status == 200)
    message = (await client.get(f"/messages/{MESSAGE}")).text
    assert ("Waits for its order" in message, "/references/link" in message) == (True, status == 200)


async def test_a_form_without_the_sessions_token_changes_nothing(world, case):
    client = await client_of(world)
    given = {"csrf": "x", "key": case.cause, "order": "SO0007", "do": "link", "reason": "r"}
    assert (await client.post("/references/link", data=given)).status_code == 403
    assert await told(world) == []
