# ruff: noqa: INP001, T201 - a script that prints, no package
"""`python docs/picturing.py [--check]`: the pictures of docs/pictures, taken of the running demo by a real browser.

`make pictures` takes them anew. With ``--check`` (part of `make browser`) the demo is run and every page is read: where
its navigation, headings, column heads, labels or buttons are not those of the day its picture was taken, the picture is
stale and the command fails. The words are kept in docs/pictures/words.json.
"""

import asyncio
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

from playwright.async_api import Page, async_playwright

FOLDER = Path(__file__).parent / "pictures"
WORDS = FOLDER / "words.json"
CHROMIUM = "/usr/bin/chromium"
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--font-render-hinting=none"]
_OPEN = re.compile(r"The tower is open at (http://\S+?)(/enter\?token=\S+)")
_PATIENCE = 300
"""Seconds for the demo's story, on a loaded machine."""
_READ = """() => [...document.querySelectorAll("nav a, main h1, main th, main dt, main label, main button")]
    .map(each => each.textContent.replace(/[\\s\\d]+/g, " ").trim()).filter(Boolean)"""

PICTURES: dict[str, tuple[str, ...]] = {
    "now": ("/",),
    "search": ("/search?q=SO00",),
    "order": ("/search?q=SO0007", "main a[data-row], main a[href^='/orders/']"),
    "exceptions": ("/exceptions",),
    "exception": ("/exceptions", ".cases [data-row]"),
    "messages": ("/messages?show=all",),
    "partners": ("/partners",),
    "process": ("/processes/order_to_ship",),
    "audit": ("/audit",),
    "settings": ("/settings",),
}
"""By name: an address, and what is followed from there."""


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, str]]:
    """A demo that is kept running; its address, and the path that lets somebody in once."""
    command = [sys.executable, "-m", "crossdock", "demo", "--keep", "--folder", str(folder / "demo")]
    log = folder / "demo.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)  # noqa: S603 - our own command
    try:
        for _ in range(_PATIENCE * 2):
            if found := _OPEN.search(log.read_text(errors="replace").replace("\n", "")):
                yield found.group(1), found.group(2)
                return
            if process.poll() is not None:
                break
            sleep(0.5)
        raise SystemExit(f"The demo did not come to its end:\n{log.read_text(errors='replace')[-2000:]}")
    finally:
        process.terminate()
        process.wait(30)


async def visit(address: str, door: str, *, shoot: bool) -> dict[str, list[str]]:
    """The words of every page; with ``shoot`` also its picture."""
    words: dict[str, list[str]] = {}
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        size: Any = {"width": 1280, "height": 800}
        page = await browser.new_page(base_url=address, viewport=size, color_scheme="light")
        await page.goto(door)
        for name, way in PICTURES.items():
            await _go(page, way)
            words[name] = await page.evaluate(_READ)
            if shoot:
                await page.screenshot(path=FOLDER / f"{name}.png")
        await browser.close()
    return words


async def _go(page: Page, way: tuple[str, ...]) -> None:
    await page.goto(way[0])
    for selector in way[1:]:
        if address := await page.locator(selector).first.get_attribute("href", timeout=2000):
            await page.goto(address)
    await page.evaluate("document.fonts.ready")
    await page.wait_for_timeout(400)


def stale(kept: dict[str, list[str]], found: dict[str, list[str]]) -> list[str]:
    """What is wrong with the pictures there are, a line each."""
    lines = [f"{name}: its picture is missing" for name in found if not (FOLDER / f"{name}.png").exists()]
    for name, words in found.items():
        changed = sorted(set(words) ^ set(kept.get(name, [])))
        lines += [f"{name}: '{word}' is {'new' if word in words else 'gone'}" for word in changed]
    return lines


def main() -> int:
    """Take the pictures, or say which are stale; 1 when some are."""
    check = "--check" in sys.argv[1:]
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as (address, door):
        found = asyncio.run(visit(address, door, shoot=not check))
    if not check:
        WORDS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{len(found)} pictures in {FOLDER}")
        return 0
    lines = stale(json.loads(WORDS.read_text(encoding="utf-8")), found)
    print("\n".join([*lines, "run: make pictures"] if lines else ["every picture shows what there is"]))
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main())
