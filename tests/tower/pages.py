"""The tower over a seeded SQLite store."""

import re

import httpx

from crossdock.backbone.documents import StoredDocuments
from crossdock.backbone.parking import Requests
from crossdock.tower.app import build
from crossdock.tower.context import Context
from crossdock.tower.sessions import Role, Sessions
from views.seeding import FixedClock, open_seeded


class World:
    """Store, app and sessions of one test."""

    def __init__(self, store, clock, **more):
        self.store = store
        self.clock = clock
        self.sessions = Sessions(clock)
        context = Context(
            store=store,
            clock=clock,
            requests=Requests(),
            documents=StoredDocuments(store, clock),
            sessions=self.sessions,
            version="0.1.0",
            **more,
        )
        self.app = build(context)

    def client(self):
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://crossdock.test")

    async def entered(self, role=Role.ENGINEER):
        client = self.client()
        answer = await client.get("/enter", params={"token": self.sessions.invite(role)})
        assert answer.status_code == 303
        return client


async def opened(folder, **more) -> World:
    """``more`` goes into what the tower is built with."""
    clock = FixedClock()
    return World(await open_seeded(folder), clock, **more)


def csrf_in(text: str) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', text).group(1)


async def entering(world, role=Role.ENGINEER, name="mara"):
    """A client of any world's pages that has entered under a name."""
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(world.app, raise_app_exceptions=False), base_url="http://crossdock.test"
    )
    assert (await client.get("/enter", params={"token": world.sessions.invite(role, name)})).status_code == 303
    return client
