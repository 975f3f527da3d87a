"""What people do on pages in a real browser, with and without scripts; `make test` runs a few, `make browser` all."""

import asyncio
import json

import pytest
from playwright.async_api import expect

from browser.scene import CLOCK, HOUR
from browser.visiting import Visit
from crossdock.model.cases import Case
from crossdock.model.exceptions import ExceptionResolved
from crossdock.tower.sessions import Role
from views.seeding import NUMBER, UNREADABLE

pytestmark = pytest.mark.req("L2", "L19")
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])


@SCRIPTS
async def test_from_search_to_an_order_to_its_payloads(shared, scripts):
    async with Visit(shared, java_script_enabled=scripts) as visit:
        page = visit.page
        await page.goto("/search")
        await page.get_by_label("Search orders").fill("9400100000000000000007")
        await page.keyboard.press("Enter")
        await expect(
            page.get_by_role("heading", name="SO0007").or_(page.get_by_role("link", name="SO0007"))
        ).to_be_visible()
        await page.goto("/search?q=9400100000000000000007")
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


@SCRIPTS
async def test_a_parked_message_is_retried_with_a_reason(site, scripts):
    async with Visit(site, java_script_enabled=scripts) as visit:
        page = visit.page
        await page.get_by_role("link", name="Messages", exact=False).first.click()
        row = page.get_by_role("row").filter(has_text="422 RATE.UNAVAILABLE")
        await row.get_by_role("link", name="Retry…").click()
        await expect(page.get_by_text("What will happen:")).to_be_visible()
        await page.get_by_label("Reason").fill("rates were renewed")
        await page.get_by_role("button", name="Retry now").click()
        await expect(page.get_by_role("status")).to_contain_text("goes on now")
        await expect(page.get_by_text("422 RATE.UNAVAILABLE")).to_have_count(0)


@SCRIPTS
async def test_all_exceptions_of_a_cause_are_resolved_after_a_dry_run(site, scripts):
    async with Visit(site, java_script_enabled=scripts) as visit:
        page = visit.page
        await page.goto("/exceptions")
        await page.get_by_label("A booking was refused").get_by_role("link", name="All 6…").click()
        await page.get_by_label("What to do").get_by_role("link", name="Resolve").click()
        await expect(page.get_by_text("6 open exceptions")).to_be_visible()
        await page.get_by_role("button", name="Resolve · 6").click()  # without a reason nothing happens
        await page.get_by_label("Reason").fill("account was put right")
        await page.get_by_role("button", name="Resolve · 6").click()
        await expect(page.get_by_role("status")).to_contain_text("written down in the audit")
    rows, _ = await _read(site, lambda tx: tx.views.exceptions(kind="booking.failed", limit=50))
    bodies = [each.body for row in rows for each in await _read(site, lambda tx, of=row.subject: tx.log.of_subject(of))]
    ended = [each for each in bodies if isinstance(each, ExceptionResolved) and each.kind == "booking.failed"]
    assert {each.reason for each in ended} == {"account was put right"}
    assert len({(each.pointer, each.cause) for each in ended}) == 6


@SCRIPTS
async def test_a_partner_is_paused_and_its_scorecard_is_there(site, scripts):
    async with Visit(site, java_script_enabled=scripts) as visit:
        page = visit.page
        await page.goto("/partners")
        await page.get_by_role("link", name="gls", exact=True).click()
        if not scripts:
            await page.get_by_role("link", name="Open the scorecard").click()
        await expect(page.get_by_role("row").filter(has_text="Delivered on time")).to_contain_text("at least 90 %")
        await page.goto("/partners/gls")
        await page.get_by_role("link", name="Pause…").click()
        await page.get_by_label("Reason").fill("their maintenance")
        await page.get_by_role("button", name="Pause now").click()
        await expect(page.get_by_role("status")).to_contain_text("Paused")
        await expect(page.get_by_text("tower:mara: their maintenance")).to_be_visible()


@SCRIPTS
async def test_from_what_is_stuck_to_its_order_in_three_clicks(shared, scripts):
    async with Visit(shared, java_script_enabled=scripts) as visit:
        page = visit.page
        await page.get_by_role("link", name="Processes", exact=True).click()
        await page.get_by_role("link", name="Order to ship", exact=True).click()
        await page.get_by_role("link", name="booking: 3, 3 late").click()
        await expect(page.get_by_role("heading", name="In “booking”")).to_be_visible()
        assert await page.locator("svg .way.k-out").count() > 3
        order = page.locator("td [data-row]").first
        name = await order.inner_text()
        await order.click()
        await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


@SCRIPTS
async def test_a_figure_over_time_is_drawn_with_and_without_scripts(shared, scripts):
    async with Visit(shared, java_script_enabled=scripts) as visit:
        page = visit.page
        await page.goto("/")
        await page.locator('a.course[href="/figures/on_time_rate"]').click()
        await expect(page.get_by_role("heading", name="Delivered on time", level=1)).to_be_visible()
        await page.get_by_role("link", name="30 days").click()
        await page.get_by_text("As a table").click()
        await expect(page.locator(".points tbody tr")).to_have_count(31)
        await expect(page.locator(".chart canvas")).to_have_count(1 if scripts else 0)
        await expect(page.locator(".chart svg.wide")).to_have_count(0 if scripts else 1)


async def _read(site, step):
    # the store lives in the server's loop
    future = asyncio.run_coroutine_threadsafe(site.world.store.read(step), site.loop)
    return await asyncio.wrap_future(future)


async def test_from_a_red_number_to_the_fix_in_five_keys_of_navigation(site):
    async with Visit(site) as visit:
        page = visit.page
        await page.goto("/")
        await page.keyboard.press("g")
        await page.keyboard.press("e")
        await expect(page.get_by_role("heading", name="Exceptions", level=1)).to_be_visible()
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="A booking was refused")).to_be_visible()
        await page.keyboard.press("r")
        await expect(page.get_by_label("Reason")).to_be_focused()
        await page.keyboard.type("put right by keyboard")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("Done")


async def test_next_and_previous_go_through_the_list_that_was_filtered(shared):
    async with Visit(shared) as visit:
        page = visit.page
        await page.goto("/exceptions?late=1&severity=high")
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/exceptions/*late=1*")
        first = page.url
        await page.keyboard.press("j")
        await page.wait_for_url(lambda url: url != first)
        assert "late=1" in page.url
        await page.keyboard.press("k")
        await page.wait_for_url(first)


async def test_what_is_new_waits_until_it_is_asked_for_and_typing_is_not_lost(site):
    async with Visit(site) as visit:
        page = visit.page
        await page.goto("/exceptions")
        count = await page.locator(".cases tbody tr").count()
        badge = page.locator('.nav [data-key="e"] .count')
        standing = int(await badge.inner_text())
        pick = page.locator(".cases tbody input").first
        await pick.check()
        box = page.get_by_label("Search any reference")
        await box.fill("half a numb")
        top = await page.locator(".cause").first.bounding_box()
        await page.wait_for_timeout(1200)
        await _raise_two(site)
        pill = page.get_by_role("button", name="2 new")
        await expect(pill).to_be_visible(timeout=15000)
        assert await page.locator(".cases tbody tr").count() == count
        assert await page.locator(".cause").first.bounding_box() == top
        await expect(box).to_be_focused()
        await expect(box).to_have_value("half a numb")
        await pill.click()
        await expect(page.get_by_text("A new one, just now").first).to_be_visible()
        await expect(box).to_have_value("half a numb")
        await expect(page.locator(".cases tbody input:checked")).to_have_count(1)
        await expect(badge).to_have_text(str(standing + 2))


async def _raise_two(site):
    cases = [
        Case(f"do:odoo:{number}", "order.empty", "", "new", "A new one, just now", CLOCK + HOUR, owner="order-desk")
        for number in (21, 22)
    ]
    site.world.clock.instant = CLOCK + 2 * HOUR
    saved = site.world.store.run(lambda tx: tx.exceptions.save(cases))
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(saved, site.loop))


async def test_the_palette_goes_to_an_order_by_any_reference(shared):
    async with Visit(shared) as visit:
        page = visit.page
        await page.goto("/exceptions")
        await page.keyboard.press("Control+k")
        await page.get_by_role("combobox", name="Go to or do").fill("SO0027")
        await expect(page.get_by_role("option", name="SO0027")).to_be_visible()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="SO0027")).to_be_visible()


async def test_a_slip_of_the_keyboard_is_understood(shared):
    async with Visit(shared) as visit:
        page = visit.page
        for slip in ("SO0O32", "S0O032", "SO0023x2", "SO00332"):
            await page.goto(f"/search?q={slip}")
            await expect(page.get_by_text("Did you mean")).to_be_visible()
        await page.goto("/search?q=SO0O32")
        await page.get_by_role("link", name="SO0032").click()
        await expect(page.get_by_role("heading", name="SO0032")).to_be_visible()


async def test_search_narrows_while_typing(shared):
    async with Visit(shared) as visit:
        page = visit.page
        await page.goto("/search")
        if not await page.evaluate("'htmx' in window"):
            pytest.skip("htmx is not there: run make assets")
        await page.get_by_label("Search orders").press_sequentially("SO0008")
        await expect(page.get_by_role("row")).to_have_count(2)
        await expect(page.get_by_role("link", name="SO0008")).to_be_visible()


async def test_shortcuts_are_listed_and_the_keyboard_shows_where_it_is(shared):
    async with Visit(shared) as visit:
        page = visit.page
        await page.goto("/messages")
        seen = []
        for _ in range(14):
            await page.keyboard.press("Tab")
            seen.append(
                await page.evaluate(
                    "(() => { const e = document.activeElement, s = getComputedStyle(e);"
                    " return [e.textContent.trim().slice(0, 20), s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
                )
            )
        assert seen[0][0] == "Skip to content"
        assert all(style == "solid" and width >= 2 for _, style, width in seen), seen
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog", name="Shortcuts").get_by_text("Exceptions")).to_be_visible()


async def test_a_reader_reads_and_presses_nothing(shared):
    async with Visit(shared, Role.READER) as visit:
        page = visit.page
        await page.goto("/exceptions")
        await expect(page.get_by_text("A booking was refused")).to_be_visible()
        assert await page.locator("main [data-sheet]").count() == 0
        assert await page.locator("main input[name=id]").count() == 0
        await page.goto("/messages")
        assert await page.get_by_role("link", name="Retry…").count() == 0


async def test_the_theme_is_changed_without_scripts(shared):
    async with Visit(shared, java_script_enabled=False, color_scheme="light") as visit:
        page = visit.page
        await page.goto("/session")
        ground = "getComputedStyle(document.body).backgroundColor"
        light = await page.locator("body").evaluate(f"() => {ground}")
        await page.get_by_role("button", name="dark").click()
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert await page.locator("body").evaluate(f"() => {ground}") != light


@pytest.mark.req("L2")
async def test_a_message_is_checked_and_put_right_in_the_browser(site):
    """The text comes back from a browser's editor byte for byte, and what was checked is what is made."""
    async with Visit(site) as visit:
        page = visit.page
        await page.goto(f"/messages/{UNREADABLE}")
        await page.get_by_role("link", name="Correct…").click()
        await page.get_by_role("button", name="Check").click()
        await page.get_by_text("Nothing was changed. To read the message again as it is, retry it.").wait_for()
        visit.complaints.clear()  # 422 stands on the console
        editor = page.get_by_label("Message", exact=True)
        await editor.fill('{\n "result": {"object": "Tracker", "tracking_details": 5}}')
        await page.get_by_role("button", name="Check").click()
        await page.get_by_text("Line 2, column 54").wait_for()
        assert await editor.input_value() == '{\n "result": {"object": "Tracker", "tracking_details": 5}}'
        visit.complaints.clear()
        detail = {"status": "delivered", "datetime": "2026-11-21T15:00:00Z", "message": "Delivered"}
        tracker = {"object": "Tracker", "tracking_code": NUMBER, "carrier": "USPS", "tracking_details": [detail]}
        right = json.dumps({"object": "Event", "description": "tracker.updated", "result": tracker}, indent=1)
        await editor.fill(right)
        await page.get_by_role("button", name="Check").click()
        await page.get_by_label("Reason").fill("They sent no result")
        await page.get_by_role("button", name="Make the correction").click()
        await page.get_by_text("The correction is made.").wait_for()
        link = page.get_by_role("link", name="Open what was received")
        assert await link.get_attribute("href") == f"/messages/{UNREADABLE}"


@pytest.mark.req("L2")
async def test_the_map_takes_the_pictures_place_and_asks_nobody(shared):
    async with Visit(shared, viewport={"width": 1440, "height": 900}) as visit:
        await visit.page.goto("/orders/do:odoo:27")
        await visit.page.locator('.live[data-ready="drawn"]').wait_for(timeout=60_000)
        assert not await visit.page.locator(".map > svg").is_visible()
        assert await visit.page.locator(".map .place.here").inner_text() == "Amsterdam"
        assert await visit.page.locator("#map-words summary").inner_text() != ""
    async with Visit(shared, java_script_enabled=False) as visit:
        await visit.page.goto("/orders/do:odoo:27")
        assert await visit.page.locator(".map > svg").is_visible()
