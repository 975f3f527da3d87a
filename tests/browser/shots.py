"""`python -m tests.browser.shots FOLDER [WORD ...]`: pictures of every screen, light and dark, on a desk and a phone.

With words only the screens whose name holds one of them. The store behind them is `scene`, so they cannot go stale.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from api.serving import Site
from browser.places import places
from browser.scene import opened
from browser.visiting import Visit

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


async def _shoot(site, folder, wanted):
    for theme in ("light", "dark"):
        for size, viewport in SIZES.items():
            async with Visit(site, viewport=viewport, color_scheme=theme) as visit:
                for name, path in {**await places(visit.page), "missing": "/orders/nobody"}.items():
                    if wanted and not any(word in name for word in wanted):
                        continue
                    await visit.page.goto(path)
                    await visit.page.evaluate("document.fonts.ready")
                    await visit.page.wait_for_timeout(400 if name == "now" else 150)
                    await visit.page.screenshot(path=folder / f"{name}-{size}-{theme}.png", full_page=size == "phone")
                visit.complaints.clear()  # a page that is not there says so on the console


def main():
    """Take them."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "shots")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as store, Site(opened, Path(store)) as site:
        asyncio.run(_shoot(site, folder, sys.argv[2:]))
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")


if __name__ == "__main__":
    main()
