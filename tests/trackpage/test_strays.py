"""Nothing on the tracking page leads elsewhere, out of its folder, or into another customer's order."""

import pytest

from crossdock.model.desk import DeskRequested
from trackpage.test_asking import NUMBER, bodies, code_sent, form_in
from trackpage.world import DELIVERED, FAILED, UNDERWAY

pytestmark = pytest.mark.req("E11")
ELSEWHERE = ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "en&x=//evil.example"]
OUTSIDE = [
    "/track/static/../../../etc/passwd", "/track/static/%2e%2e/%2e%2e/etc/passwd", "/track/static/..%2f..%2fapp.py",
    "/track/static//etc/passwd", "/track/..%2f..%2fetc%2fpasswd", "/track/static/style.css/../../../app.py",
]  # fmt: skip


@pytest.mark.parametrize("back", ELSEWHERE)
@pytest.mark.parametrize("path", ["/", "/return", "/proof"])
async def test_no_answer_leads_elsewhere(world, path, back):
    asked, link = {"next": back, "back": back, "lang": back}, world.link(DELIVERED)
    spoofed = {"x-forwarded-host": "evil.example", "referer": "https://evil.example/"}
    async with world.client() as client:
        if path == "/":
            answer = await client.get("/", params=asked, headers=spoofed)
        elif path == "/return":
            form = {"form": form_in((await client.get(f"{link}/return")).text), "quantity-0": "1", "reason": "other"}
            answer = await client.post(f"{link}/return", params=asked, data={**form, **asked}, headers=spoofed)
        else:
            code, mark = await code_sent(world, client, link)
            data = {"form": mark, "code": code, **asked}
            answer = await client.post(f"{link}/proof", params=asked, data=data, headers=spoofed)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/track")
    assert "evil" not in answer.headers["location"]


@pytest.mark.parametrize("path", OUTSIDE)
async def test_no_path_leads_out_of_the_page(world, path):
    async with world.client() as client:
        answer = await client.get(path)
    assert answer.status_code in {400, 404}
    assert "root:" not in answer.text
    assert "import " not in answer.text


@pytest.mark.parametrize("number", ["../../documents/" + "ab" * 32, "..%2f" + "ab" * 32, "ab" * 32, "%00", "*"])
async def test_a_proof_is_named_by_its_parcel_alone(world, number):
    link = world.link(DELIVERED)
    async with world.client() as client:
        code, form = await code_sent(world, client, link)
        await client.post(f"{link}/proof", data={"form": form, "code": code})
        assert (await client.get(f"{link}/proof/{NUMBER}")).status_code == 200
        assert (await client.get(f"{link}/proof/{number}")).status_code in {400, 404}


@pytest.mark.parametrize("other", [UNDERWAY, FAILED])
async def test_what_was_given_for_one_order_is_no_key_to_another(world, other):
    link, theirs = world.link(DELIVERED), world.link(other)
    async with world.client() as client:
        code, mark = await code_sent(world, client, link)
        sent = len(world.mails.mails)
        assert (await client.post(f"{theirs}/proof", data={"form": mark, "code": code})).status_code == 403
        assert (await client.post(f"{theirs}/proof", data={"form": mark})).status_code == 403
        await client.post(f"{link}/proof", data={"form": mark, "code": code})
        assert (await client.get(f"{theirs}/proof/{NUMBER}")).status_code == 404
        form = form_in((await client.get(f"{link}/return")).text)
        data = {"form": form, "quantity-0": "1", "reason": "other", "subject": other}
        assert (await client.post(f"{theirs}/return", data=data)).status_code == 403
    assert len(world.mails.mails) == sent
    assert await bodies(world, other, DeskRequested) == []


async def test_a_link_is_of_one_order_and_names_none_of_its_neighbours(world):
    token = world.link(DELIVERED).removeprefix("/track/")
    name, _, signature = token.rpartition(".")
    theirs, _, _ = world.link(FAILED).removeprefix("/track/").rpartition(".")
    async with world.client() as client:
        assert (await client.get(f"/track/{name}.{signature}")).status_code == 200
        assert (await client.get(f"/track/{theirs}.{signature}")).status_code == 404
