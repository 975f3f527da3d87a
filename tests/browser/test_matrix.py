"""Every page in both themes, narrow, zoomed and without scripts; what partners write stays text (`make browser`)."""

from pathlib import Path

import pytest

from browser.places import MASKED, places
from browser.visiting import Visit
from crossdock.tower.sessions import Role

AXE = Path(__file__).parents[2] / "src/crossdock/tower/assets/node_modules/axe-core/axe.min.js"
_RULES = "{runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']}}"
_RUN = f"""async () => (await axe.run(document, {_RULES})).violations.map(each => [each.id, each.help,
  each.nodes.slice(0, 3).map(node => node.html.slice(0, 160) + ' | ' + node.failureSummary.slice(0, 200))])"""
_TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('main *, .side *')].filter(each => each.getBoundingClientRect().right > innerWidth + 1
    && !each.closest('.nav, pre')).slice(0, 4).map(each => each.outerHTML.slice(0, 140))"""


async def _tour(site, **context):
    """Every page, as one who may do everything sees it, and as one from whom personal data is hidden."""
    for role in (None, Role.SUPPORT):
        async with Visit(site, role, **context) as visit:
            for name, path in (MASKED if role else await places(visit.page)).items():
                answer = await visit.page.goto(path)
                assert answer.status == 200, name
                yield name, visit.page


@pytest.mark.req("L2", "L19", "M6")
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: run make assets")
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_violates_a_rule_of_accessibility(shared, theme):
    found = {}
    async for name, page in _tour(shared, color_scheme=theme):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        if broken := await page.evaluate(_RUN):
            found[name] = broken
    assert found == {}


@pytest.mark.req("L2", "L19")
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: run make assets")
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_palette_shortcuts_and_sheet_violate_none_either(shared, theme):
    async with Visit(shared, color_scheme=theme) as visit:
        page = visit.page
        await page.goto("/exceptions")
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        await page.keyboard.press("Control+k")
        await page.get_by_role("combobox", name="Go to or do").fill("SO00")
        await page.locator("#options [role=option]").nth(2).wait_for()
        palette = await page.evaluate(_RUN)
        await page.keyboard.press("Escape")
        await page.keyboard.press("?")
        keys = await page.evaluate(_RUN)
        await page.keyboard.press("Escape")
        await page.locator(".cause header [data-sheet]").first.click()
        await page.get_by_label("Reason").wait_for()
        sheet = await page.evaluate(_RUN)
        assert {"palette": palette, "keys": keys, "sheet": sheet} == {"palette": [], "keys": [], "sheet": []}


@pytest.mark.req("L19")
@pytest.mark.parametrize("width", [1440, 900, 640, 360], ids=lambda width: f"{width}px")
@pytest.mark.parametrize("density", ["cosy", "compact"])
async def test_no_page_is_wider_than_its_window(shared, width, density):
    """640 px is a window of 1280 px at 200 %."""
    wide = {}
    chosen = {"cookies": [{"name": "density", "value": density, "url": shared.address}], "origins": []}
    async for name, page in _tour(shared, viewport={"width": width, "height": 800}, storage_state=chosen):
        if broken := await page.evaluate(_TOO_WIDE):
            wide[name] = broken
    assert wide == {}


@pytest.mark.req("L19")
async def test_text_twice_as_large_breaks_no_page(shared):
    wide = {}
    async for name, page in _tour(shared, viewport={"width": 1280, "height": 800}):
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        if broken := await page.evaluate(_TOO_WIDE):
            wide[name] = broken
    assert wide == {}


@pytest.mark.req("L2")
async def test_every_page_reads_without_scripts(shared):
    async for name, page in _tour(shared, java_script_enabled=False):
        assert len(await page.locator("main").inner_text()) > 40, name


@pytest.mark.req("M9")
async def test_what_partners_write_is_text_wherever_it_stands(shared):
    async for name, page in _tour(shared):
        assert await page.locator("img, script:not([src]), [onerror], [onclick]").count() == 0, name
        assert await page.evaluate("document.title") != "1", name


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_pages_over_an_empty_store_say_what_comes_next(bare, theme):
    async with Visit(bare, color_scheme=theme) as visit:
        page = visit.page
        for path, told in (
            ("/", "Nothing holds up an order."),
            ("/search", "No delivery orders yet"),
            ("/exceptions", "No open exceptions"),
            ("/exceptions?queue=technical", "No technical exceptions"),
            ("/messages", "Nothing is parked"),
            ("/messages?show=all", "No such messages"),
            ("/partners/gls", "Nothing is open about it."),
            ("/processes/order_to_ship", "Nothing stands longer than it may."),
            ("/processes/order_to_ship/booking", "Nothing stands here now."),
            ("/figures/unresolved_exceptions", "Nothing is counted now."),
        ):
            await page.goto(path)
            assert await page.get_by_text(told).is_visible(), path
            if AXE.exists():
                await page.evaluate(AXE.read_text(encoding="utf-8"))
                assert await page.evaluate(_RUN) == [], path
