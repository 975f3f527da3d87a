"""Somebody who has a keyboard and nothing else, and counts: what they do to a page is one interaction each time."""

from playwright.async_api import expect

PATIENCE = 20_000
"""Milliseconds that a page on a loaded machine gets."""

MOST_STEPS = 12
"""Key presses that may lead the focus to where it is wanted."""
_HERE = """() => {
  const at = document.activeElement, line = at.closest("tr, li, a.tile") || at;
  return at === document.body || at.id === "main" ? "" : line.textContent.replace(/\\s+/g, " ").trim();
}"""
_FIELD = "() => [...(document.activeElement.labels || [])].map((each) => each.textContent.trim()).join(' ')"


class Keyboard:
    """Presses keys on a page. ``done`` are the interactions so far, in words; a shortcut, a choice in the palette, a
    line or link that is gone to and followed, and a form that is filled in and sent are one each.
    """

    def __init__(self, page):
        self._page = page
        self._keys = page.keyboard
        self.done = []
        self.cause_after = 0

    async def go(self, letter, heading):
        """``g`` and a letter: to a screen."""
        await self._keys.press("g")
        await self._keys.press(letter)
        await self._there(heading)
        self.done.append(f"g {letter}")

    async def press(self, letter):
        """A key of this page; what it opens is there."""
        before = self._page.url
        await self._keys.press(letter)
        await self._page.wait_for_function(
            "(before) => document.querySelector('dialog.sheet[open] form')"
            " || (location.href !== before && document.readyState === 'complete')", arg=before
        )  # fmt: skip
        self.done.append(letter)

    async def palette(self, text):
        """Choose something in the palette."""
        await self._keys.press("Control+k")
        await self._keys.type(text)
        await expect(self._page.locator("#palette [role=option]").first).to_contain_text(text, timeout=PATIENCE)
        await self._keys.press("Enter")
        await self._page.wait_for_selector("dialog.sheet[open] form")
        self.done.append(f"Ctrl K {text}")

    async def follow(self, text, heading, by="j"):
        """Go to the line or link of this text, and follow it."""
        steps = await self._reach(text, by)
        await self._keys.press("Enter")
        await self._there(heading)
        self.done.append(f"{by} x{steps} Enter")

    async def switch(self, text):
        """The same in a sheet, where another form takes the place of this one."""
        steps = await self._reach(text, "Shift+Tab", exactly=True)
        await self._keys.press("Enter")
        await expect(self._page.locator("dialog.sheet h2")).to_have_text(text, timeout=PATIENCE)
        self.done.append(f"Shift Tab x{steps} Enter")

    async def on(self, text, letter):
        """Go to the line of this text, and press a key that acts on it."""
        steps = await self._reach(text, "j")
        await self._keys.press(letter)
        await self._page.wait_for_selector("dialog.sheet[open] form")
        self.done.append(f"j x{steps} {letter}")

    async def send(self, fields, seen):
        """Fill in the fields of these labels, in their order, send the form, and see ``seen`` come."""
        steps = 0
        for label, text in fields.items():
            while label not in await self._page.evaluate(_FIELD):
                steps += 1
                assert steps <= MOST_STEPS, f"{label} is {steps} keys away"
                await self._keys.press("Tab")
            if await self._page.evaluate("() => document.activeElement.matches('input')"):
                await self._keys.press("Control+a")
            await (text(self._keys) if callable(text) else self._keys.type(text))
        await self._keys.press("Control+Enter")
        await expect(self._page.get_by_text(seen).first).to_be_visible(timeout=PATIENCE)
        self.done.append(f"{', '.join(fields)} Ctrl Enter")

    async def sees(self, *texts):
        """The cause stands on the screen, without scrolling, inside what the page says (not in its frame)."""
        for text in texts:
            found = self._page.locator("main, dialog.sheet[open]").get_by_text(text).first
            await expect(found).to_be_in_viewport(timeout=PATIENCE)
        self.cause_after = len(self.done)

    async def _there(self, heading):
        await expect(self._page.get_by_role("heading", name=heading, level=1)).to_be_visible(timeout=PATIENCE)
        await self._page.wait_for_function("() => document.readyState === 'complete'")

    async def _reach(self, text, by, *, exactly=False):
        for steps in range(1, MOST_STEPS + 1):
            await self._keys.press(by)
            here = await self._page.evaluate(_HERE)
            if here == text if exactly else text in here:
                return steps
        raise AssertionError(f"“{text}” is more than {MOST_STEPS} presses of {by} away; the last was on “{here}”")
