"""Nothing at the partner desk leads elsewhere, out of its folder, or into what is another partner's."""

import base64

import pytest

from partnerdesk.test_desk import FOREIGN, GOOD, ORDER, uploaded
from partnerdesk.world import PASSWORDS, SOUTH, field_in, hidden_in

pytestmark = pytest.mark.req("I6")
ELSEWHERE = ["https://evil.example", "//evil.example", "/\\evil.example", "/%5cevil.example", "javascript:alert(1)"]
OUTSIDE = [
    "/partner/static/../../../../etc/passwd", "/partner/static/%2e%2e/%2e%2e/etc/passwd",
    "/partner/static/..%2f..%2fapp.py", "/partner/static/style.css/../../app.py", "/partner/..%2f..%2fetc%2fpasswd",
    "/partner/work.csv/../../etc/passwd", "/partner/static//etc/passwd", "/partner/static/%00",
]  # fmt: skip


@pytest.mark.parametrize("back", ELSEWHERE)
async def test_coming_in_and_leaving_lead_nowhere_else(world, back):
    asked = {"next": back, "back": back, "url": back, "return_to": back}
    spoofed = {"x-forwarded-host": "evil.example", "referer": back, "forwarded": "host=evil.example"}
    async with world.client() as client:
        entered = await client.post(
            "/partner/enter", params=asked, data={"name": "jan", "password": PASSWORDS["jan"], **asked}, headers=spoofed
        )
        assert (entered.status_code, entered.headers["location"]) == (303, "/partner")
        page = (await client.get("/partner", params=asked, headers=spoofed)).text
        assert "evil" not in page
        csrf = field_in(page, "csrf")
        left = await client.post("/partner/leave", params=asked, data={"csrf": csrf, **asked}, headers=spoofed)
        assert (left.status_code, left.headers["location"]) == (303, "/partner/enter")


@pytest.mark.parametrize("back", ELSEWHERE)
async def test_what_was_told_leads_back_to_the_desk(world, back):
    jan = await world.entered("jan")
    shown = hidden_in((await uploaded(jan, GOOD)).text)
    answer = await jan.post("/partner/take", params={"next": back}, data={**shown, "next": back, "back": back})
    assert answer.headers["location"] == "/partner?done=taken"


@pytest.mark.parametrize("path", OUTSIDE)
async def test_no_path_leads_out_of_the_desk(world, path):
    jan = await world.entered("jan")
    answer = await jan.get(path)
    assert answer.status_code in {400, 404}
    assert "root:" not in answer.text
    assert "import " not in answer.text


async def test_a_form_of_ones_own_order_is_no_key_to_anothers(world):
    jan = await world.entered("jan")
    mine = hidden_in((await jan.get(ORDER)).text)
    unknown = await jan.post(FOREIGN.replace(SOUTH, "do:odoo:999"), data={**mine, "action": "acknowledge"})
    for address in (FOREIGN, FOREIGN.replace("00008", "00007")):
        answer = await jan.post(address, data={**mine, "action": "acknowledge", "subject": SOUTH})
        assert (answer.status_code, answer.text) == (404, unknown.text)
    assert ("do:odoo:8",) not in world.rows("SELECT subject FROM event WHERE source = 'north3pl'")


async def test_what_was_shown_to_one_cannot_be_taken_by_another_nor_made_anothers_order(world):
    jan, sue = await world.entered("jan"), await world.entered("sue")
    kept = hidden_in((await uploaded(jan, GOOD)).text)
    hers = field_in((await sue.get("/partner")).text, "csrf")
    assert (await sue.post("/partner/take", data={**kept, "csrf": hers})).status_code == 422
    foreign = base64.b64encode(GOOD.replace(b"00007", b"00008")).decode()
    assert (await jan.post("/partner/take", data={**kept, "body": foreign})).status_code == 422
    assert world.rows("SELECT id FROM exchange WHERE partner IN ('north3pl', 'south3pl')") == []
    assert (await jan.post("/partner/take", data=kept)).headers["location"] == "/partner?done=taken"
