"""Serves an application on loopback from a thread with a loop of its own."""

import asyncio
import threading

import uvicorn


class _Announcing(uvicorn.Server):
    """Says where it listens as soon as it does."""

    def __init__(self, config, announce):
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self._announce(self.servers[0].sockets[0].getsockname()[1])


class Site:
    """``opened`` makes a world (with ``app`` and ``store``) in a folder; it is closed with the site."""

    def __init__(self, opened, folder):
        self._opened = opened
        self._folder = folder
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _serve(self):
        self.loop = asyncio.get_running_loop()
        self.world = await self._opened(self._folder)
        config = uvicorn.Config(self.world.app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
        self._server = _Announcing(config, self._announce)
        await self._server.serve()
        await self.world.store.close()

    def _announce(self, port):
        self.address = f"http://127.0.0.1:{port}"
        self._ready.set()

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join(10)
