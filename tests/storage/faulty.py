"""A stream in memory whose answers get lost, and a database that fails before or after a commit: decided by a seed."""

import asyncio

from crossdock.ports.stores import StoreUnavailable
from crossdock.ports.stream import Health, OutOfPlace, StreamDown, StreamFault


class Clock:
    """Moves by itself with every look, so that pauses end."""

    def __init__(self):
        self.at = 1_000_000_000

    def now(self):
        self.at += 50_000
        return self.at

    async def sleep(self, seconds):
        self.at += int(seconds * 1_000_000)


class Memory:
    """What the servers hold."""

    def __init__(self):
        self.kept = {}

    def of(self, partition):
        return self.kept.setdefault(partition, [])

    def fetch(self, runs):
        """As a step reads."""
        found = [self.of(partition)[first - 1 : first - 1 + count] for partition, first, count in runs]
        if any(len(each) != run[2] for each, run in zip(found, runs, strict=True)):
            raise StreamFault("restore it", "a hole")
        return found


class FaultyStream:
    """One process's view of `Memory`. ``trouble`` is the share of calls that fail."""

    def __init__(self, memory, rng, trouble=0.25, *, careless=False):
        self.memory, self.rng, self.trouble, self.careless = memory, rng, trouble, careless

    async def _strained(self):
        for _ in range(self.rng.randrange(4)):
            await asyncio.sleep(0)
        if self.rng.random() < self.trouble:
            raise StreamDown("before")

    def _lost(self):
        if self.rng.random() < self.trouble:
            raise StreamDown("the answer was lost")

    async def last(self, partition):
        await self._strained()
        there = len(self.memory.of(partition))
        if there and self.rng.random() < self.trouble / 4:
            return there - 1  # a new leader that does not know yet
        return there

    async def health(self, partition):
        there = len(self.memory.of(partition))
        return Health(partition, there, 1, there, there, 3, 3)

    async def append(self, partition, after, records):
        """In batches of three: a later one may fail after an earlier one is there."""
        for start in range(0, len(records), 3):
            await self._strained()
            kept = self.memory.of(partition)
            if len(kept) != after + start and not self.careless:
                raise OutOfPlace(f"ends at {len(kept)}")
            kept.extend(records[start : start + 3])
            self._lost()
        return after + len(records)

    async def read(self, partition, first, count):
        await self._strained()
        return self.memory.fetch([(partition, first, count)])[0]

    async def close(self):
        pass


class FaultyStore:
    """A store that is away now and then: before a commit, or after it, when nobody learns of it."""

    def __init__(self, store, rng, trouble=0.15):
        self.store, self.rng, self.trouble = store, rng, trouble

    async def run(self, step):
        await asyncio.sleep(0)
        if self.rng.random() < self.trouble:
            raise StoreUnavailable("before")
        result = await self.store.run(step)
        if self.rng.random() < self.trouble:
            raise StoreUnavailable("after the commit")
        return result

    async def read(self, step):
        await asyncio.sleep(0)
        return await self.store.read(step)
