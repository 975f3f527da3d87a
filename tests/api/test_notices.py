"""What a link in a mail leads to, and notices over the API."""

import pytest

from api.doors import Answer
from crossdock.api.app import build  # noqa: F401 - the routes under test
from crossdock.notices.links import recipient_hash
from crossdock.ports.verdicts import Explanation


@pytest.mark.req("E12")
async def test_reading_the_link_changes_nothing_and_a_click_is_kept(world):
    async with world.client("") as anybody:
        page = await anybody.get("/unsubscribe/odoo?t=abc.def")
        assert (page.status_code, world.intake.taken) == (200, [])
        assert 'action="/unsubscribe/odoo?t=abc.def"' in page.text
        assert page.headers["x-robots-tag"] == "noindex"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        done = await anybody.post("/unsubscribe/odoo?t=abc.def", data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
    [message] = world.intake.taken
    assert (message.channel, message.body) == ("unsubscribe", b"t=abc.def&List-Unsubscribe=One-Click")


@pytest.mark.req("E12")
async def test_a_hostile_link_is_inert_and_a_wrong_one_refused(world):
    async with world.client("") as anybody:
        page = await anybody.get("/unsubscribe/odoo", params={"t": '"><script>alert(1)</script>'})
        assert "<script" not in page.text
        world.intake.answer = Answer(401, why=Explanation("o", "e"))
        assert (await anybody.post("/unsubscribe/odoo?t=x")).status_code == 401


@pytest.mark.req("E12")
async def test_an_address_unsubscribes_by_hand_once_and_is_kept_as_a_hash(world, everybody, reader):
    body = {"address": "Ada@example.com", "reason": "she called"}
    first = await everybody.post("/v1/unsubscribed", json=body, headers={"idempotency-key": "one-click-1"})
    again = await everybody.post("/v1/unsubscribed", json=body, headers={"idempotency-key": "one-click-2"})
    name = recipient_hash("a secret", "ada@example.com")
    assert (first.json(), again.json()["changed"]) == ({"recipient": name, "changed": True}, False)
    events, _ = await world.store.read(lambda tx: tx.views.events(type_prefix="customer."))
    assert [each.subject for each in events] == [f"customer:{name}"]
    assert (await reader.post("/v1/unsubscribed", json=body, headers={"idempotency-key": "x"})).status_code == 403


@pytest.mark.req("E13", "L15")
async def test_the_figures_say_what_is_held_and_what_is_late(reader):
    answer = await reader.get("/v1/notices")
    assert answer.status_code == 200
    assert answer.json() == {"steps": {}, "not_triggered": 0}


@pytest.mark.req("E12")
@pytest.mark.parametrize(("asked", "language"), [("de-DE,en;q=0.5", "de"), ("sv, fr;q=0.8", "fr"), ("", "en")])
async def test_the_page_speaks_the_readers_language(world, asked, language):
    async with world.client("") as anybody:
        page = await anybody.get("/unsubscribe/odoo?t=abc.def", headers={"accept-language": asked})
        assert f'<html lang="{language}" dir="ltr">' in page.text
        done = await anybody.post("/unsubscribe/odoo?t=abc.def", headers={"accept-language": "ar"})
        assert '<html lang="ar" dir="rtl">' in done.text
