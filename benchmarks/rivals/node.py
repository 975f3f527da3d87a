"""Crossdock's side: the door, a worker, or both in one process, on the store at a URL.

python -m benchmarks.rivals.node door|worker|both URL PORT
"""

import asyncio
import signal
import sys

import uvicorn

from benchmarks.local.worlds import open_world
from crossdock.api.intake import IntakeApp


async def main(role: str, url: str, port: int) -> None:
    """Run until SIGTERM."""
    hub = await open_world(url, milestones=frozenset())
    running = []
    config = uvicorn.Config(
        IntakeApp(hub.intake, hub.clock), port=port, log_level="warning", access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    if role in {"worker", "both"}:
        running.append(asyncio.create_task(hub.engine.run()))
    if role in {"door", "both"}:
        running.append(asyncio.create_task(server.serve()))
    else:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, hub.engine.stop)
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    hub.engine.stop()
    server.should_exit = True
    await asyncio.gather(*running, return_exceptions=True)
    await hub.close()
    await hub.store.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
        runner.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
