"""The pages in a real browser, with and without JavaScript."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from api.serving import Site
from tower.pages import opened
from views.seeding import NUMBER, REJECTED

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium at /usr/bin/chromium"),
    pytest.mark.req("L2"),
]


@pytest.fixture
def site(tmp_path):
    with Site(opened, tmp_path) as running:
        yield running


class Visit:
    """A page of a browser that has entered, and everything it complained about or asked others for."""

    def __init__(self, site, **context):
        self._site = site
        self._context = context
        self.complaints = []
        self.strangers = []

    async def __aenter__(self):
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = await self._browser.new_context(base_url=self._site.address, **self._context)
        self.page = await context.new_page()
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)
        await self.page.goto(f"/enter?token={self._site.world.sessions.invite()}")
        return self

    def _asked(self, request):
        if not request.url.startswith(self._site.address):
            self.strangers.append(request.url)

    async def __aexit__(self, *failure):
        await self._browser.close()
        await self._playwright.stop()
        if failure == (None, None, None):
            assert self.complaints == []
            assert self.strangers == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
async def test_from_the_list_to_an_order_to_its_payloads(site, scripts):
    async with Visit(site, java_script_enabled=scripts) as visit:
        page = visit.page
        await expect(page.get_by_role("heading", name="Delivery orders")).to_be_visible()
        await page.get_by_role("link", name="SO0007").click()
        await expect(page.get_by_role("heading", name="SO0007")).to_be_visible()
        timeline = page.locator("ol.story")
        await expect(timeline.get_by_text("occurred 2026-11-21 09:00:00+01:00")).to_be_visible()
        await expect(timeline.get_by_text("late", exact=True)).to_be_visible()
        await expect(page.locator("aside").get_by_text("A. EXAMPLE")).to_be_visible()
        await page.get_by_role("link", name="Payloads of Message on pickings").click()
        for name, part in (("Received", "WH/OUT/00007"), ("Canonical", "specversion"), ("Sent", "api.easypost.com")):
            await expect(page.locator("#payloads").get_by_label(name, exact=True)).to_contain_text(part)
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Label · label.pdf").click()
        assert (await (await download.value).path()).read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
async def test_a_parked_message_is_retried_with_a_reason(site, scripts):
    async with Visit(site, java_script_enabled=scripts) as visit:
        page = visit.page
        await page.get_by_role("link", name="Parked").first.click()
        row = page.get_by_role("row").filter(has_text="422 RATE.UNAVAILABLE")
        await row.get_by_role("link", name="Retry…").click()
        await expect(page.get_by_text("What will happen:")).to_be_visible()
        await page.get_by_label("Reason").fill("rates were renewed")
        await page.get_by_role("button", name="Retry now").click()
        await expect(page.get_by_role("status")).to_contain_text("goes on now")
        await expect(page.get_by_text("422 RATE.UNAVAILABLE")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
async def test_search_finds_by_any_reference(site, scripts):
    async with Visit(site, java_script_enabled=scripts) as visit:
        page = visit.page
        await page.get_by_label("Search any reference").fill(NUMBER)
        await page.keyboard.press("Enter")
        await expect(
            page.get_by_role("link", name="SO0007").or_(page.get_by_role("heading", name="SO0007"))
        ).to_be_visible()
        await page.goto("/?q=zzz")
        await expect(page.get_by_text("Nothing matches")).to_be_visible()
        await expect(page.get_by_text("crossdock trace zzz")).to_be_visible()


async def test_search_narrows_while_typing(site):
    async with Visit(site) as visit:
        page = visit.page
        if not await page.evaluate("'htmx' in window"):
            pytest.skip("htmx is not there: run make assets")
        await page.get_by_label("Search any reference").press_sequentially("SO0008")
        await expect(page.get_by_role("row")).to_have_count(2)
        await expect(page.get_by_role("link", name="SO0008")).to_be_visible()


async def test_the_exception_leads_to_its_order(site):
    async with Visit(site) as visit:
        page = visit.page
        await page.goto("/exceptions")
        await expect(page.get_by_text("/ship_to/address/postcode")).to_be_visible()
        await page.get_by_role("link", name="SO0008").click()
        await expect(page).to_have_url(f"{site.address}/orders/{REJECTED}")
        await expect(page.get_by_label("About this order").get_by_text("a person")).to_be_visible()


async def test_the_keyboard_shows_where_it_is(site):
    async with Visit(site) as visit:
        page = visit.page
        await page.goto("/parked")
        seen = []
        for _ in range(12):
            await page.keyboard.press("Tab")
            seen.append(
                await page.evaluate(
                    "(() => { const e = document.activeElement, s = getComputedStyle(e);"
                    " return [e.textContent.trim().slice(0, 20), s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
                )
            )
        assert seen[0][0] == "Skip to content"
        assert all(style == "solid" and width >= 2 for _, style, width in seen), seen
        await page.keyboard.press("g")
        await page.keyboard.press("e")
        await expect(page.get_by_role("heading", name="Exceptions")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages_fit_their_window(site, width, scheme):
    async with Visit(site, viewport={"width": width, "height": 900}, color_scheme=scheme) as visit:
        for path in ("/", "/orders/do:odoo:7", "/parked", "/exceptions", "/messages/unreadable0000000000000000"):
            await visit.page.goto(path)
            assert await visit.page.evaluate("document.documentElement.scrollWidth") <= width, path


async def test_the_theme_is_changed_without_scripts(site):
    async with Visit(site, java_script_enabled=False, color_scheme="light") as visit:
        page = visit.page
        ground = "getComputedStyle(document.body).backgroundColor"
        light = await page.locator("body").evaluate(f"() => {ground}")
        await page.get_by_role("button", name="Theme: auto. Change to dark").click()
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert await page.locator("body").evaluate(f"() => {ground}") != light
