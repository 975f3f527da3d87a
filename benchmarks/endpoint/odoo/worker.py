"""One worker of the contention part, a process of its own: `python -m benchmarks.endpoint.odoo.worker`; told what to do
by its environment, ended by SIGTERM.
"""

import asyncio
import os
import signal

import uvicorn

from benchmarks.endpoint.odoo.direct import Place
from benchmarks.endpoint.odoo.hubs import open_hub

NAMES = ("STORE", "URL", "DATABASE", "LOGIN", "KEY", "TIER")
PREFIX = "CROSSDOCK_BENCH_"


async def work() -> None:
    """Deliver until told to stop."""
    store, url, database, login, key, tier = (os.environ[PREFIX + name] for name in NAMES)
    hub = await open_hub(store, Place(url, database, login, key), tier)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, hub.engine.stop)
    await hub.engine.run()
    await hub.close()
    await hub.store.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvicorn.Config(None).get_loop_factory()) as runner:
        runner.run(work())
