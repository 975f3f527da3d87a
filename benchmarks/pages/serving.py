"""`crossdock serve` over a store that is already full, and somebody who is let in."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Self

import aiohttp

from benchmarks.processes import Group, free_port, wait_for

_COMMAND = [sys.executable, "-m", "crossdock"]


class Served:
    """A server with the demo's configuration on the store at ``url``; ``session`` is an engineer's, signed in."""

    def __init__(self, url: str, folder: Path) -> None:
        """Nothing runs yet."""
        self._url, self._folder = url, folder
        self.address = f"http://127.0.0.1:{free_port()}"
        self.session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        """Start it and sign in by the link it prints."""
        making = [*_COMMAND, "init", str(self._folder), "--preset", "demo", "--no-key"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        await asyncio.to_thread(subprocess.run, making, check=True, **quiet)
        settings = self._folder / "crossdock.yaml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace('"sqlite:///crossdock.db"', f'"{self._url}"'), encoding="utf-8")
        log, port = self._folder / "serve.log", self.address.rpartition(":")[2]
        self._group = Group([*_COMMAND, "serve", "--config", str(settings), "--port", port], {}, log, self._folder)
        await asyncio.to_thread(wait_for, int(port))
        for _ in range(600):
            found = re.search(r"/enter\?token=\S+", log.read_text(encoding="utf-8"))
            if found:
                break
            await asyncio.sleep(0.1)
        else:
            raise RuntimeError(log.read_text(encoding="utf-8")[-2000:])
        jar = aiohttp.CookieJar(unsafe=True)  # an address of numbers
        self.session = aiohttp.ClientSession(self.address, cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0))
        async with self.session.get(found.group()) as answer:
            answer.raise_for_status()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.session.close()
        self._group.end()

    def goes_first(self) -> None:
        """It is given the processor before what else runs here."""
        self._group.goes_first()

    def cpu(self) -> float:
        """Seconds of processor it has used so far, all its processes."""
        return self._group.cpu()

    @property
    def cookies(self) -> list[dict[str, str]]:
        """The session, as a browser takes it."""
        return [{"name": each.key, "value": each.value, "url": self.address} for each in self.session.cookie_jar]
