"""The desk in a real browser without scripts: phone and desktop, light and dark, hostile words."""

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from api.serving import Site
from partnerdesk.test_desk import GOOD, ORDER
from partnerdesk.world import INBOUND, PASSWORDS, opened
from slowly import few

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ASSETS = Path(__file__).parents[2] / "src" / "crossdock" / "tower" / "assets"
AXE = Path(os.environ.get("CROSSDOCK_AXE", ASSETS / "node_modules" / "axe-core" / "axe.min.js"))
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
PAGES = [
    "/partner",
    ORDER,
    f"/partner/order?subject={INBOUND}&reference=WH/IN/00003",
    "/partner/upload",
    "/partner/hand",
]
pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium at /usr/bin/chromium"),
    pytest.mark.req("I6"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(opened, tmp_path_factory.mktemp("desk")) as running:
        yield running


class Visit:
    """A page of a browser at which Jan has signed in, and whom it asked besides."""

    def __init__(self, site, *, scripts=True, **context):
        self._site, self._context = site, {"java_script_enabled": scripts, **context}
        self.complaints, self.strangers = [], []

    async def __aenter__(self):
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = await self._browser.new_context(base_url=self._site.address, **self._context)
        self.page = await context.new_page()
        self.page.on("request", self._asked)
        await self.page.goto("/partner/enter")
        await self.page.get_by_label("Name").fill("jan")
        await self.page.get_by_label("Password").fill(PASSWORDS["jan"])
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_role("heading", name="Work", exact=True)).to_be_visible()
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        return self

    def _asked(self, request):
        if not request.url.startswith(self._site.address):
            self.strangers.append(request.url)

    async def __aexit__(self, *failure):
        await self._browser.close()
        await self._playwright.stop()
        if failure == (None, None, None):
            assert (self.complaints, self.strangers) == ([], [])


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: run make assets")
@pytest.mark.parametrize("scheme", few(["light", "dark"]))
@pytest.mark.parametrize("width", few([1280, 360]))
async def test_axe_finds_nothing_and_pages_fit(site, width, scheme):
    written = await asyncio.to_thread(AXE.read_text)
    async with Visit(site, bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 800}) as visit:
        for path in PAGES:
            await visit.page.goto(path)
            assert await visit.page.evaluate("document.documentElement.scrollWidth") <= width, path
            await visit.page.evaluate(written)
            found = await visit.page.evaluate(f"axe.run({RULES}).then(done => done.violations.map(each => each.id))")
            assert found == [], path


async def test_a_file_is_uploaded_looked_at_and_taken_without_scripts(site):
    async with Visit(site, scripts=False, viewport={"width": 360, "height": 800}) as visit:
        page = visit.page
        await page.get_by_role("link", name="Upload a file").click()
        await page.get_by_label("File").set_input_files({"name": "picks.csv", "mimeType": "text/csv", "buffer": GOOD})
        await page.get_by_role("button", name="Look at it first").click()
        await expect(page.get_by_role("heading", name="This is what it says")).to_be_visible()
        await expect(page.get_by_text("north3pl picked 1 line")).to_be_visible()
        await page.get_by_role("button", name="Yes, tell Example House").click()
        await expect(page.get_by_role("status")).to_contain_text("Thank you, we have it.")


async def test_hostile_words_leave_the_page_whole(site):
    async with Visit(site, viewport={"width": 360, "height": 800}) as visit:
        page = visit.page
        await page.goto(ORDER)
        await page.get_by_label("Cannot do it").check()
        await page.get_by_label("Why not").fill("<img src=x onerror=alert(1)>\u202e" + "W" * 150)
        await page.get_by_role("button", name="Look at it first").click()
        await expect(page.get_by_role("heading", name="This is what it says")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        assert await page.evaluate("document.querySelectorAll('main img, script').length") == 0
