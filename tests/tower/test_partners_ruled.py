"""What people rule about a partner on its page: what a code means, and how fast it is called."""

import pytest
from msgspec import structs

from crossdock.backbone.drift import standing
from crossdock.ports.stores_delivery import Attempt, Outcome, Term
from crossdock.ports.stores_doors import Audited
from crossdock.ports.stores_mapping import Gap
from crossdock.tower.app import build
from crossdock.tower.sessions import Role
from tower.pages import csrf_in, entering
from tower.test_partners import Pages
from views.seeding import NOW, UNREADABLE

RULE = "/partners/easypost/mapping?kind=code&word=ZN%2F11"


@pytest.fixture
def pages(world):
    return Pages(world)


async def _gap(world, name="ZN/11", kind="code"):
    message = "odoo7m1".ljust(26, "0")
    gap = Gap("easypost", kind, name, "Transfer <b>", message, NOW, NOW, 3)
    await world.store.run(lambda tx: tx.mappings.note([gap]))
    return message


async def _said(client, address, **fields):
    form = await client.get(address)
    path = address.partition("?")[0]
    return await client.post(path, data={"csrf": csrf_in(form.text), **fields})


async def _audited(world, action):
    return (await world.store.read(lambda tx: tx.doors.audited(Audited(action=action))))[0]


@pytest.mark.req("L2", "L19")
async def test_a_code_is_ruled_with_a_reason_and_its_message_is_read_again(world, pages):
    message = await _gap(world)
    client = await entering(pages)
    assert "Transfer &lt;b&gt;" in (await client.get(RULE)).text
    given = {"kind": "code", "word": "ZN/11", "milestone": "in_transit", "again": "1"}
    silent = await _said(client, RULE, **given)
    assert silent.status_code == 422
    assert "Say how you know" in silent.text
    vague = await _said(client, RULE, **{**given, "milestone": "", "reason": "page 12"})
    assert vague.status_code == 422
    assert await _audited(world, "mapping") == []
    done = await _said(client, RULE, **given, reason="page 12")
    assert done.headers["location"] == "/partners/easypost?done=mapping.settled#mapping"
    held = (await world.store.read(lambda tx: standing(tx.mappings.rulings()))).in_force
    ruling = held["easypost", "code", "ZN/11"]
    assert (ruling.milestone, ruling.category, ruling.note) == ("in_transit", "none", "page 12")
    [entry], [again] = await _audited(world, "mapping.settled"), await _audited(world, "exchange.replay")
    assert (entry.target, entry.detail, again.target) == ("easypost/ZN/11", "page 12", message)
    assert (await world.store.read(lambda tx: tx.views.exchange(message))).row.status == "received"


async def test_where_two_have_to_agree_it_is_a_proposal_and_nothing_is_read_again(world, pages):
    message = await _gap(world)
    pages.app = build(structs.replace(pages.context, approvals=2))
    client = await entering(pages)
    given = {"kind": "code", "word": "ZN/11", "milestone": "in_transit", "again": "1", "reason": "page 12"}
    assert (await _said(client, RULE, **given)).status_code == 303
    found = await world.store.read(lambda tx: standing(tx.mappings.rulings()))
    assert (list(found.in_force), list(found.proposed)) == ([], [("easypost", "code", "ZN/11")])
    assert (await world.store.read(lambda tx: tx.views.exchange(message))).row.status == "translated"


async def test_what_was_never_sent_is_not_ruled_and_operators_rule_nothing(world, pages):
    await _gap(world)
    client = await entering(pages)
    assert (await client.get("/partners/easypost/mapping?kind=code&word=nothing")).status_code == 404
    assert (await client.get("/partners/nobody/mapping?kind=code&word=ZN%2F11")).status_code == 404
    assert (await client.post("/partners/easypost/mapping", data={"word": "ZN/11"})).status_code == 403
    client = await entering(pages, Role.OPERATOR)
    assert (await client.get(RULE)).status_code == 403
    assert "Rule…" not in (await client.get("/partners/easypost")).text
    assert (await client.get("/partners/easypost/limit")).status_code == 403
    assert "Slow down easypost" not in (await client.get("/partners/easypost")).text


@pytest.mark.req("L19")
async def test_a_partner_is_slowed_down_and_left_to_its_configuration_again(world, pages):
    client = await entering(pages)
    for wrong in ({"per_second": "fast"}, {"per_second": "-1"}, {"per_second": "nan"}, {"burst": "0"}):
        answer = await _said(client, "/partners/easypost/limit", reason="an import", **wrong)
        assert answer.status_code == 422, wrong
        assert "an import" in answer.text  # what was written is not lost
    assert (await _said(client, "/partners/easypost/limit", per_second="1")).status_code == 422
    assert await _audited(world, "partner.limit") == []
    done = await _said(client, "/partners/easypost/limit", reason="an import", per_second="0.5", burst="1")
    assert done.status_code == 303
    health = await world.store.read(lambda tx: tx.partners.health("easypost"))
    assert (health.per_second, health.burst) == (0.5, 1)
    assert "0.5 a second" in (await client.get("/partners/easypost")).text
    await _said(client, "/partners/easypost/limit", reason="it is through")
    health = await world.store.read(lambda tx: tx.partners.health("easypost"))
    assert (health.per_second, health.burst) == (None, None)
    assert [each.detail for each in await _audited(world, "partner.limit")] == [
        "as configured: it is through", "0.5/s, burst 1: an import"
    ]  # fmt: skip


@pytest.mark.req("L2")
async def test_what_is_tried_again_is_on_its_way_and_is_let_go_without_what_stopped(world, pages):
    """Now counts it as queued: the list behind that number has to have it."""

    def hold(tx):
        claimed = tx.lanes.claim(Term("w", NOW * 2, NOW * 2, NOW * 2 + 1), 50, ["easypost"])
        outcomes = [
            (each, Outcome("retry", Attempt(each.id, each.attempt, NOW, NOW, "Retry", "Busy.", "503"), NOW * 3))
            for each in claimed
        ]
        tx.lanes.settle(outcomes)
        return [each.id for each in claimed]

    held = await world.store.run(hold)
    assert held
    client = await entering(pages)
    for show in ("moving", "retrying"):
        listed = (await client.get(f"/messages?show={show}")).text
        assert all(f"/messages/{each}" in listed for each in held)
    form = await client.get("/messages/retry?show=moving")
    data = {"csrf": csrf_in(form.text), "show": "moving", "reason": "the key is renewed"}
    done = await client.post("/messages/retry", data=data)
    assert f"count={len(held)}" in done.headers["location"]
    rows = await world.store.read(lambda tx: [tx.views.exchange(each).row.status for each in (*held, UNREADABLE)])
    assert rows[-1] == "parked"
    assert "retry" not in rows
