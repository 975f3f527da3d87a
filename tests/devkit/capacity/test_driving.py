"""The load driver against a real server on loopback."""

import asyncio

import pytest

from crossdock.devkit.capacity.driving import drive

pytestmark = pytest.mark.req("K14")
REQUEST = b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n"


class Door:
    """Answers 202 to every request and 507 from the ``full``-th on."""

    def __init__(self, full=1000):
        self.full = full
        self.seen = 0
        self.arrivals = []

    async def serve(self, reader, writer):
        while await reader.readline():
            while (await reader.readline()).strip():
                pass
            self.seen += 1
            self.arrivals.append(asyncio.get_running_loop().time())
            status = b"202 Accepted" if self.seen < self.full else b"507 Full"
            writer.write(b"HTTP/1.1 %s\r\nContent-Length: 2\r\n\r\n{}" % status)
        writer.close()


async def driven(door, count, per_second=0.0):
    server = await asyncio.start_server(door.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        return await drive(port, iter([REQUEST] * count), 4, per_second)


async def test_every_request_is_sent_once_and_every_status_counted():
    door = Door(full=91)
    measured = await driven(door, 100)
    assert door.seen == measured.requests == 100
    assert measured.statuses == {"202": 90, "507": 10}
    assert 0 < measured.p50 <= measured.p99 <= measured.worst


async def test_requests_fall_due_at_the_rate_that_was_asked_for():
    door = Door()
    measured = await driven(door, 50, per_second=200.0)
    assert measured.statuses == {"202": 50}
    assert measured.seconds >= 49 / 200
    assert door.arrivals[-1] - door.arrivals[0] >= 0.8 * 49 / 200


async def test_a_server_that_hangs_up_is_an_error():
    async def hang_up(_reader, writer):
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        with pytest.raises(ConnectionError, match=r"closed|reset"):
            await drive(server.sockets[0].getsockname()[1], iter([REQUEST]), 1)
