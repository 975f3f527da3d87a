"""Load on a loopback port: raw sockets, so that the client costs little on a shared machine.

Closed: every connection sends its next request when the last one is answered. Open: requests fall due at a rate of
their own, and what waits for a free connection waits on the record, as it would at a partner's.
"""

import asyncio
from collections import deque
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
    """One keep-alive connection; asks the load for its next request whenever it is free."""

    def __init__(self, load: "_Load") -> None:
        self._load = load
        self._due = 0.0
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop has classes of its own
        self._load.free(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if len(body) < length:
            return
        self._buffer = b""
        self._load.answered(perf_counter() - self._due, head[9:12])
        self._load.free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.broken(exc or ConnectionError("the server closed the connection"))

    def send(self, request: bytes, due: float) -> None:
        """Send one request that fell due at ``due``."""
        assert self._transport is not None
        self._due = due
        self._transport.write(request)

    def close(self) -> None:
        """Let go."""
        if self._transport is not None:
            self._transport.close()


class _Load:
    """Requests, free connections, and what was seen."""

    def __init__(self, requests: Iterator[bytes], *, paced: bool) -> None:
        self._requests = requests
        self._paced = paced
        self._free: deque[_Connection] = deque()
        self._due: deque[tuple[bytes, float]] = deque()
        self._out = 0
        self._all_sent = False
        self.seen: list[tuple[float, bytes]] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def free(self, connection: _Connection) -> None:
        if self._paced:
            self._free.append(connection)
            self._match()
            return
        request = next(self._requests, None)
        if request is None:
            self._all_sent = True
            self._finish()
            return
        self._out += 1
        connection.send(request, perf_counter())

    def fall_due(self, request: bytes, at: float) -> None:
        self._due.append((request, at))
        self._match()

    def last_was_sent(self) -> None:
        self._all_sent = True
        self._finish()

    def answered(self, took: float, status: bytes) -> None:
        self._out -= 1
        self.seen.append((took, status))
        self._finish()

    def broken(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)

    def _match(self) -> None:
        while self._due and self._free:
            self._out += 1
            self._free.popleft().send(*self._due.popleft())

    def _finish(self) -> None:
        if self._all_sent and not self._due and not self._out and not self.done.done():
            self.done.set_result(None)


async def drive(port: int, requests: Iterator[bytes], connections: int, per_second: float = 0.0) -> Measured:
    """Send all ``requests`` to a loopback ``port`` over so many connections: as fast as they are answered, or
    ``per_second`` of them, whatever the answers do. Raises `OSError` when the server ends a connection.
    """
    loop = asyncio.get_running_loop()
    load = _Load(requests, paced=per_second > 0)
    started = perf_counter()
    made = [await loop.create_connection(lambda: _Connection(load), "127.0.0.1", port) for _ in range(connections)]
    if per_second > 0:
        await _at_a_rate(load, requests, per_second)
    await load.done
    seconds = perf_counter() - started
    for _, connection in made:
        connection.close()
    return _measured(load.seen, seconds)


async def _at_a_rate(load: _Load, requests: Iterator[bytes], per_second: float) -> None:
    started = perf_counter()
    for number, request in enumerate(requests):
        at = started + number / per_second
        pause = at - perf_counter()
        if pause > 0.001:
            await asyncio.sleep(pause)
        elif number % 64 == 0:
            await asyncio.sleep(0)
        if load.done.done():
            break
        load.fall_due(request, at)
    load.last_was_sent()


def _measured(seen: list[tuple[float, bytes]], seconds: float) -> Measured:
    times = sorted(took * 1000 for took, _ in seen)
    statuses: dict[str, int] = {}
    for _, status in seen:
        statuses[status.decode()] = statuses.get(status.decode(), 0) + 1
    if not times:
        return Measured(0, seconds, statuses, 0.0, 0.0, 0.0)
    return Measured(len(times), seconds, statuses, times[len(times) // 2], times[int(len(times) * 0.99)], times[-1])
