"""The page in a real browser without scripts: phone and desktop, light and dark, from the right, printed, measured."""

import asyncio
import os
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from api.serving import Site
from slowly import few
from trackpage.test_hostile import hostile
from trackpage.world import DELIVERED, FAILED, MANY, UNDERWAY, opened

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ASSETS = Path(__file__).parents[2] / "src" / "crossdock" / "tower"
AXE = Path(os.environ.get("CROSSDOCK_AXE", ASSETS / "assets" / "node_modules" / "axe-core" / "axe.min.js"))
OUTLINES = Path(os.environ.get("CROSSDOCK_OUTLINES", ASSETS / "static" / "vendor" / "countries-50m.json"))
LARGEST = 100 * 1000
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium at /usr/bin/chromium"),
    pytest.mark.req("E11"),
]
PAGES = {
    "find": "/track", "going": UNDERWAY, "delivered": DELIVERED, "failed": FAILED, "many": MANY,
    "return": (DELIVERED, "/return"), "redelivery": (FAILED, "/redelivery/3SABCD1023"), "proof": (DELIVERED, "/proof"),
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(partial(opened, outlines=OUTLINES), tmp_path_factory.mktemp("site")) as running:
        yield running


def address(site, page, language):
    where = PAGES[page]
    if isinstance(where, str):
        path = where if where.startswith("/") else site.world.link(where)
    else:
        path = site.world.link(where[0]) + where[1]
    return f"{path}?lang={language}"


class Visit:
    """A page of a browser, what it complained about, whom it asked, and how many bytes it was given."""

    def __init__(self, site, *, scripts=False, **context):
        self._site, self._context = site, {"java_script_enabled": scripts, **context}
        self.complaints, self.strangers, self.bytes = [], [], 0

    async def __aenter__(self):
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = await self._browser.new_context(base_url=self._site.address, **self._context)
        self.page = await context.new_page()
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("request", self._asked)
        return self

    def _asked(self, request):
        if not request.url.startswith(self._site.address):
            self.strangers.append(request.url)

    async def __aexit__(self, *failure):
        await self._browser.close()
        await self._playwright.stop()
        if failure == (None, None, None):
            assert (self.complaints, self.strangers) == ([], [])


@pytest.mark.parametrize("language", few(["en", "de", "ar"]))
@pytest.mark.parametrize("width", few([1280, 360]))
async def test_pages_fit_their_window(site, width, language):
    async with Visit(site, scripts=True, viewport={"width": width, "height": 800}) as visit:
        for name in PAGES:
            await visit.page.goto(address(site, name, language))
            assert await visit.page.evaluate("document.documentElement.scrollWidth") <= width, name


async def test_text_twice_as_large_still_fits(site):
    async with Visit(site, scripts=True, viewport={"width": 640, "height": 800}) as visit:
        for name in PAGES:
            await visit.page.goto(address(site, name, "de"))
            await visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await visit.page.evaluate("document.documentElement.scrollWidth") <= 640, name


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: run make assets")
@pytest.mark.parametrize("language", few(["en", "ar"]))
@pytest.mark.parametrize("scheme", few(["light", "dark"]))
async def test_axe_finds_nothing(site, scheme, language):
    written = await asyncio.to_thread(AXE.read_text)
    async with Visit(site, scripts=True, bypass_csp=True, color_scheme=scheme) as visit:
        for name in PAGES:
            await visit.page.goto(address(site, name, language))
            await visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            await visit.page.evaluate(written)
            found = await visit.page.evaluate(f"axe.run({RULES}).then(done => done.violations.map(each => each.id))")
            assert found == [], name


async def test_a_customer_finds_the_order_and_asks_for_a_return_without_scripts(site):
    async with Visit(site, viewport={"width": 360, "height": 800}) as visit:
        page = visit.page
        await page.goto("/track?lang=en")
        await page.get_by_label("Order number").fill("SO1022")
        await page.get_by_label("Postcode", exact=True).fill("3511AB")
        await page.get_by_role("button", name="Show my order").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your parcel was delivered")
        await page.get_by_role("link", name="Ask for the return").click()
        await page.get_by_label("Stoneware mug, blue").fill("1")
        await page.get_by_label("Reason").select_option(label="It arrived damaged")
        await page.get_by_role("button", name="Ask for the return").click()
        await expect(page.get_by_role("status")).to_contain_text("We have your return request")
        await expect(page.get_by_text("You asked to return goods on")).to_be_visible()


async def test_earlier_checkpoints_open_by_keyboard_without_scripts(site):
    async with Visit(site) as visit:
        page = visit.page
        await page.goto(address(site, "going", "en"))
        await expect(page.get_by_text("Announced to the carrier")).to_be_hidden()
        await page.get_by_text("Show 4 earlier").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Announced to the carrier")).to_be_visible()


async def test_hostile_words_leave_the_page_whole(tmp_path):
    with Site(partial(opened, seed=hostile), tmp_path) as site:
        async with Visit(site, scripts=True, viewport={"width": 360, "height": 800}) as visit:
            for language in ("en", "ar"):
                await visit.page.goto(f"{site.world.link(UNDERWAY)}?lang={language}")
                assert await visit.page.evaluate("document.documentElement.scrollWidth") <= 360
                assert await visit.page.evaluate("document.querySelectorAll('script, main img').length") == 0


async def test_printed_everything_is_there_and_what_cannot_be_pressed_is_not(site):
    async with Visit(site, scripts=True) as visit:
        page = visit.page
        await page.goto(address(site, "going", "en"))
        await page.emulate_media(media="print")
        await expect(page.get_by_text("Announced to the carrier")).to_be_visible()
        await expect(page.get_by_text("Last seen in Brussels")).to_be_visible()
        assert await page.locator(".button:visible, .languages:visible").count() == 0


async def test_all_of_a_page_is_small(site):
    async with Visit(site) as visit:
        for name in PAGES:
            total = 0
            answer = await visit.page.goto(address(site, name, "ar"))
            total += len(await answer.body())
            style = await visit.page.request.get(f"{site.address}/track/static/style.css")
            assert total + len(await style.body()) < LARGEST, name
