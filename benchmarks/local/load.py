"""An open set of connections, each sending its next request when the last one is answered; raw sockets, so that the
client costs little on a shared machine.
"""

import asyncio
from collections.abc import Iterator
from time import perf_counter
from typing import cast

from msgspec import Struct


class Measured(Struct):
    """Requests answered, seconds, answers by status, and latencies in milliseconds."""

    requests: int
    seconds: float
    statuses: dict[str, int]
    p50: float
    p99: float
    worst: float

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds


class _Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None], seen: list[tuple[float, bytes]]) -> None:
        self._requests = requests
        self._done = done
        self._seen = seen
        self._started = 0.0
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop has classes of its own
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._seen.append((perf_counter() - self._started, head[9:12]))
        self._buffer = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            if not self._done.done():
                self._done.set_result(None)
            return
        self._started = perf_counter()
        self._transport.write(request)


async def drive(port: int, requests: Iterator[bytes], connections: int) -> Measured:
    """Send all ``requests`` to a loopback ``port`` over so many connections."""
    loop = asyncio.get_running_loop()
    seen: list[tuple[float, bytes]] = []
    finished: list[asyncio.Future[None]] = []
    started = perf_counter()
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        finished.append(done)
        await loop.create_connection(lambda done=done: _Connection(requests, done, seen), "127.0.0.1", port)
    await asyncio.gather(*finished)
    seconds = perf_counter() - started
    times = sorted(took for took, _ in seen)
    statuses: dict[str, int] = {}
    for _, status in seen:
        statuses[status.decode()] = statuses.get(status.decode(), 0) + 1
    return Measured(
        len(seen),
        seconds,
        statuses,
        times[len(times) // 2] * 1000,
        times[int(len(times) * 0.99)] * 1000,
        times[-1] * 1000,
    )
