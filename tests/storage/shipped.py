"""A PostgreSQL store whose events are in JetStream, and nowhere else, before anybody can read them."""

import asyncio
import itertools
import os

from crossdock.backbone.ship import Shipper
from crossdock.storage.opening import open_store
from crossdock.transports.machine import RealClock

NAMES = itertools.count(1)
_PATIENCE = 60
_PAUSE = 0.2


def stream_at(cluster, name=""):
    """A log's streams on ``cluster``, under a name of their own."""
    from crossdock.transports.jetstream import Cluster, JetStream  # noqa: PLC0415 - only where the library is

    return JetStream(Cluster(tuple(cluster.servers), name=name or f"L{os.getpid()}x{next(NAMES)}"))


class Shipped:
    """Ships after every commit and lets rows go at once, so that every read of an event is a read of the stream."""

    def __init__(self, url, cluster, **options):
        self.stream = stream_at(cluster)
        self.store = open_store(url, stream=self.stream, **options)
        self.shipper = Shipper(self.store, self.stream, RealClock(), hold=0)

    def __getattr__(self, name):
        return getattr(self.store, name)

    async def run(self, step):
        result = await self.store.run(step)
        async with asyncio.timeout(_PATIENCE):
            while await self.shipper.step(range(64)) or self.shipper.why:
                assert not self.shipper.faults
                if self.shipper.why:  # the servers choose a leader anew when the machine is busy
                    await asyncio.sleep(_PAUSE)
        return result

    async def close(self):
        await remove(self.stream)
        await self.store.close()


async def remove(stream):
    """Delete its streams, so that a cluster for many tests stays small."""
    for partition in range(64):
        if await stream.health(partition) is not None:
            await stream._ask(f"STREAM.DELETE.{stream._name(partition)}", {})
