"""Somebody with a browser: Debian's headless Chromium, and everything it complained about or asked others for."""

from pathlib import Path

from playwright.async_api import async_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--font-render-hinting=none"]


class Visit:
    """A page of a browser that has entered ``site``; nothing may be said on its console nor asked of strangers."""

    def __init__(self, site, role=None, **context):
        self._site = site
        self._role = role
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
        sessions = self._site.world.sessions
        token = sessions.invite(self._role, "mara") if self._role else sessions.invite(name="mara")
        await self.page.goto(f"/enter?token={token}")
        return self

    def _asked(self, request):
        if not request.url.startswith((self._site.address, "blob:", "data:")):
            self.strangers.append(request.url)

    async def __aexit__(self, *failure):
        await self._browser.close()
        await self._playwright.stop()
        if failure == (None, None, None):
            assert self.complaints == []
            assert self.strangers == []
