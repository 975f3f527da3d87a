"""How a step, which is synchronous, waits for the log's stream without holding up the event loop.

A step runs in a greenlet; awaiting from within it lets the loop go on until the answer is there. The transaction stays
open meanwhile, so the stream answers within its own few seconds or the step fails as it fails when the database is
away.
"""

import asyncio
from collections.abc import Sequence

from crossdock.ports.stream import Stream
from crossdock.storage.direct_postgresql import DirectPostgresql
from crossdock.storage.records import Fetch, Run

_AT_ONCE = 64
"""Questions under way at the same time, of one step."""


def fetching(connection: DirectPostgresql, stream: Stream) -> Fetch:
    """Reads from ``stream`` inside a step that works on ``connection``."""

    def fetch(runs: Sequence[Run]) -> list[list[bytes]]:
        return connection.wait_for(_all(stream, runs))

    return fetch


async def _all(stream: Stream, runs: Sequence[Run]) -> list[list[bytes]]:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(run: Run) -> list[bytes]:
        async with slots:
            return await stream.read(*run)

    return list(await asyncio.gather(*map(one, runs)))
