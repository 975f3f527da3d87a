"""Many senders share one connection, one attempt to make it, and one loss."""

import asyncio

import pytest

from crossdock.bridges.connecting import Connected


class Server:
    def __init__(self, *, down=False):
        self.down = down
        self.opened = 0
        self.closed = []

    async def open(self):
        self.opened += 1
        await asyncio.sleep(0)
        if self.down:
            raise ConnectionRefusedError("nobody answers")
        return f"link {self.opened}"

    async def close(self, link):
        self.closed.append(link)
        raise OSError("closing fails, and nobody minds")


async def test_all_who_ask_at_once_share_one_attempt_and_its_failure():
    server = Server(down=True)
    connected = Connected(server.open, server.close)
    answers = await asyncio.gather(*(connected.get() for _ in range(64)), return_exceptions=True)
    assert (server.opened, {type(each) for each in answers}) == (1, {ConnectionRefusedError})
    server.down = False
    assert set(await asyncio.gather(*(connected.get() for _ in range(64)))) == {"link 2"}


async def test_one_loss_seen_by_many_closes_one_connection():
    server = Server()
    connected = Connected(server.open, server.close)
    lost = await connected.get()
    await asyncio.gather(*(connected.drop(lost) for _ in range(9)))
    assert await connected.get() == "link 2"
    await connected.drop(lost)
    assert (await connected.get(), server.closed) == ("link 2", ["link 1"])


@pytest.mark.parametrize("times", [1, 2])
async def test_what_was_never_opened_can_be_dropped(times):
    server = Server()
    connected = Connected(server.open, server.close)
    for _ in range(times):
        await connected.drop()
    assert (server.opened, server.closed) == (0, [])
