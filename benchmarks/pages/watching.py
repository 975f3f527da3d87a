"""Many who watch live numbers while they change, and what a real browser sees of it."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

from playwright.async_api import async_playwright

from benchmarks.local.messages import webhook
from benchmarks.local.worlds import open_world
from benchmarks.pages.serving import Served
from crossdock.ports.stores_inbound import NewExchange
from crossdock.transports.machine import FreshIds

_A_SECOND = 5
"""Messages that come in a second while people watch: 18,000 an hour."""
_SCREENS = ("Now", "Search", "Order", "Exceptions", "Messages")
_SEEN = """() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1,
    shift: window.shifted ?? 0,
})"""
_WATCH_SHIFTS = """window.shifted = 0; new PerformanceObserver(list => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value;
}).observe({type: 'layout-shift', buffered: true});"""


@asynccontextmanager
async def coming_in(url: str) -> AsyncIterator[None]:
    """Messages come all the while, so that the numbers change."""
    hub = await open_world(url)
    ids = FreshIds()

    async def send() -> None:
        number = 0
        while True:
            now = hub.clock.now()
            batch = [
                NewExchange(ids.fresh(now), "easypost", "tracker", webhook(number + each, 7), now, f"{number:032x}")
                for each in range(_A_SECOND)
            ]
            await hub.store.run(lambda tx, batch=batch: tx.exchanges.accept(batch))
            number += _A_SECOND
            await asyncio.sleep(1)

    sending = asyncio.create_task(send())
    try:
        yield
    finally:
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        await hub.close()
        await hub.store.close()


async def watched(served: Served, url: str, viewers: int, seconds: int) -> dict[str, Any]:
    """The server's processor while ``viewers`` have a page open, beside the same without any."""
    async with coming_in(url):
        alone = await spent(served, seconds)
        told = [0] * viewers
        watching = [asyncio.create_task(_view(served, told, each)) for each in range(viewers)]
        await asyncio.sleep(3)
        before = sum(told)
        cores = await spent(served, seconds)
        events = sum(told) - before
        for each in watching:
            each.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    if not all(told):
        raise RuntimeError(f"{told.count(0)} of {viewers} viewers were told nothing")
    return {"viewers": viewers, "cores": round(cores, 3), "cores_without_viewers": round(alone, 3),
            "events_told": events, "seconds": seconds}  # fmt: skip


async def _view(served: Served, told: list[int], number: int) -> None:
    async with served.session.get("/live", timeout=None) as answer:
        answer.raise_for_status()
        async for line in answer.content:
            told[number] += line.startswith(b"data:")


async def spent(served: Served, seconds: float) -> float:
    """The share of one core it used during so many seconds."""
    before, began = served.cpu(), perf_counter()
    await asyncio.sleep(seconds)
    return (served.cpu() - before) / (perf_counter() - began)


async def painted(served: Served, url: str, pages: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """First contentful paint (milliseconds, median of three, nothing cached) and layout shift over ten seconds of live
    numbers, screen by screen.
    """
    found = []
    async with async_playwright() as player, coming_in(url):
        browser = await player.chromium.launch(
            executable_path=os.environ.get("CROSSDOCK_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        for name in _SCREENS:
            paints, shift = [], 0.0
            for turn in range(3):
                context = await browser.new_context(viewport={"width": 1440, "height": 900})
                await context.add_cookies(served.cookies)
                page = await context.new_page()
                await page.add_init_script(_WATCH_SHIFTS)
                await page.goto(served.address + pages[name][0])
                await page.wait_for_timeout(10_000 if turn == 2 else 1000)
                seen = await page.evaluate(_SEEN)
                paints.append(seen["paint"])
                shift = max(shift, seen["shift"])
                await context.close()
            found.append({"page": name, "first_paint": round(sorted(paints)[1]), "shift": round(shift, 4)})
        await browser.close()
    return found
