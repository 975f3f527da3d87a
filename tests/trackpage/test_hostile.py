"""Hostile words are shown as words, headers keep every answer to itself, and odd requests are no defects."""

import pytest

from crossdock.model.party import Address, Party
from crossdock.trackpage.context import Look
from trackpage.world import DELIVERED, FAILED, UNDERWAY, World, opened, order_line, started, told

pytestmark = pytest.mark.req("E11")
BAD = "<script>alert(1)</script><img src=x onerror=alert(2)>"
BIDI = "\u202egnp.exe\u202c\u2066x"
LONG = "W" * 10_000


def hostile(tx):
    """Every text from outside is hostile."""
    to = Party(BAD, Address((BAD,), f"{BAD}{BIDI}{LONG}", "", "1000", "BE"), email=f"{BAD}@x.example", language=BAD)
    lines = (order_line("1", "S<b>", f"{BAD}{BIDI}{LONG}", 1), order_line("2", "T", LONG, 1))
    teller = started(tx, 21, f"SO{BAD}", to, [(f'N"><b>{LONG}', f"{BAD}{BIDI}")], lines=lines)
    when = ("2026-11-20T10:00:00+01:00", "2026-11-20T11:00:00+01:00", "2026-11-21T11:00:00+01:00")
    places = (("Berlin", "DE"), (f"{BAD}{BIDI}{LONG}", "BE"), (f"Brussels{BIDI}", "BE"))
    told(
        teller,
        f'N"><b>{LONG}',
        *(("in_transit", at, *place) for at, place in zip(when, places, strict=True)),
        carrier=BAD,
    )
    teller.end("shipped")


@pytest.fixture
async def harmed(tmp_path):
    made = await opened(tmp_path, hostile, look=Look(f"Shop {BAD}{LONG}"))
    yield made
    await made.store.close()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_hostile_words_are_inert(harmed, language):
    async with harmed.client() as client:
        text = (await client.get(harmed.link(UNDERWAY), params={"lang": language})).text
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text
    assert "WWWWW" * 40 not in text
    assert len(text) < 60_000


@pytest.mark.parametrize("path", ["", "/return", "/proof", "/redelivery/x", "/nothing", "/static/style.css"])
async def test_every_answer_keeps_to_itself(world, path):
    async with world.client() as client:
        headers = (await client.get(f"{world.link(DELIVERED)}{path}")).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-robots-tag"].startswith("noindex")
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


async def test_pages_ask_nobody_else_and_not_to_be_indexed(world):
    async with world.client() as client:
        text = (await client.get(world.link(UNDERWAY))).text
    assert '<meta name="robots" content="noindex' in text
    assert "<script" not in text
    assert "style=" not in text
    assert [each for each in text.split('src="')[1:] if not each.startswith("/track/")] == []


@pytest.mark.parametrize(
    "path",
    ["?lang=../../etc/passwd", "?lang=%00", "?lang=en&lang=de", "?done=<script>", "/redelivery/..%2f..%2fetc",
     "/proof/%00", "/redelivery/%f0%9f%9a%80"],
)  # fmt: skip
async def test_odd_addresses_are_no_defects(world, path):
    async with world.client() as client:
        answer = await client.get(f"{world.link(FAILED)}{path}")
    assert answer.status_code in {200, 400, 404}
    assert "<script" not in answer.text


@pytest.mark.parametrize("path", ["/track", "/return", "/proof", "/redelivery/3SABCD1023"])
async def test_forms_that_are_too_large_or_no_forms_are_refused(world, path):
    address = path if path == "/track" else f"{world.link(FAILED)}{path}"
    async with world.client() as client:
        large = await client.post(address, data={"number": "x" * 100_000})
        odd = await client.post(address, content=b"\xff\xfe{", headers={"content-type": "application/json"})
        file = await client.post(address, files={"number": ("../../x", b"data"), "form": ("y", b"z")})
    assert large.status_code == 413
    assert {odd.status_code, file.status_code} <= {400, 403, 422}


async def test_nothing_leads_elsewhere(world):
    async with world.client() as client:
        for back in ("https://evil.example", "//evil.example", "/\\evil.example"):
            data = {"number": "SO1021", "postcode": "4000", "next": back, "back": back}
            answer = await client.post("/track", data=data, params={"lang": back, "next": back})
            assert answer.headers["location"].startswith("/track/")
            assert "evil" not in answer.headers["location"]


async def test_a_logo_is_a_picture_even_where_it_holds_a_script(world):
    branded = World(world.store, look=Look("Shop", accent="#7a1f6b", logo=(b"<svg onload='x()'/>", "image/svg+xml")))
    async with branded.client() as client:
        logo = await client.get("/track/static/logo")
        style = (await client.get("/track/static/style.css")).text
        assert 'src="/track/static/logo" alt="Shop"' in (await client.get("/track")).text
    assert logo.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in logo.headers["content-security-policy"]
    assert "--accent:#7a1f6b" in style


async def test_a_store_that_is_down_is_said_without_its_words(world):
    await world.store.close()
    async with world.client() as client:
        answer = await client.get(world.link(UNDERWAY), params={"lang": "en"})
    assert answer.status_code >= 500
    assert "Traceback" not in answer.text
    assert "Nothing is lost" in answer.text
