"""A process that can die at any I/O step: the store, the network and the fuse between them."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from crossdock.bootstrap import open_file
from crossdock.ports.stores import Store, Transaction
from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse

T = TypeVar("T")
_NUMBERS = re.compile(r"[0-9a-f]{12,}|[0-9]+")


class Crash(BaseException):
    """The process died. Not an Exception, so that nothing on the way catches it."""


class Fuse:
    """Counts I/O steps and dies at the chosen ones (from 1)."""

    def __init__(self, *deaths: int) -> None:
        """Each death happens once: a restarted process counts on."""
        self.deaths = set(deaths)
        self.steps: list[str] = []

    def step(self, name: str) -> None:
        """One more step. Raises `Crash` at a chosen one."""
        self.steps.append(name)
        if len(self.steps) in self.deaths:
            raise Crash(f"step {len(self.steps)}: {name}")


class Life:
    """One process on a fuse it shares with others: the dead reach neither store nor partner again."""

    def __init__(self, fuse: Fuse) -> None:
        """Alive until ``fuse`` says otherwise."""
        self._fuse = fuse
        self._dead = False

    def step(self, name: str) -> None:
        """One more step. Raises `Crash` at the chosen one, and ever after."""
        if self._dead:
            raise Crash(f"dead before {name}")
        try:
            self._fuse.step(name)
        except Crash:
            self._dead = True
            raise


class FragileStore:
    """A store whose process may die just before or just after any commit."""

    def __init__(self, inner: Store, fuse: Fuse | Life) -> None:
        """Everything but writing passes through."""
        self._inner = inner
        self._fuse = fuse
        self.name, self.hears = inner.name, inner.hears
        self.read, self.wait, self.wake, self.close = inner.read, inner.wait, inner.wake, inner.close

    async def run(self, step: Callable[[Transaction], T]) -> T:
        """Commit, unless it dies."""
        name = getattr(step, "__qualname__", type(step).__name__)

        def dying(tx: Transaction) -> T:
            result = step(tx)
            self._fuse.step(f"before the commit of {name}")
            return result

        result = await self._inner.run(dying)
        self._fuse.step(f"after the commit of {name}")
        return result


class FragileCaller:
    """A network on which the process may die before the partner hears of it, or before it reads the answer."""

    def __init__(self, inner: HttpCaller, fuse: Fuse | Life) -> None:
        """Calls go to ``inner``."""
        self._inner = inner
        self._fuse = fuse

    async def call(self, request: HttpRequest) -> HttpResponse:
        """The answer, unless it dies."""
        name = _NUMBERS.sub("#", f"{request.method} {request.url}")
        self._fuse.step(f"before {name}")
        response = await self._inner.call(request)
        self._fuse.step(f"after {name}")
        return response

    async def close(self) -> None:
        """Close what it calls through."""
        await self._inner.close()


class SeededIds:
    """Ids and jitter from a seed."""

    def __init__(self, seed: int = 0) -> None:
        """The same seed gives the same ids."""
        self._random = random.Random(seed)  # noqa: S311 - reproducible, guards nothing

    def fresh(self, now: int) -> str:
        """A new id that sorts by ``now``."""
        return f"{now:014x}{self._random.getrandbits(48):012x}"

    def jitter(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()


class EverySecret:
    """Every reference ends in its value: ``secret://env/sim-key`` is ``sim-key``."""

    def reveal(self, reference: str) -> str:
        """The last part of the reference."""
        return reference.rpartition("/")[2]


async def empty_database(path: Path) -> Path:
    """A migrated, empty SQLite file to copy from: migrating anew for every death would take most of the time."""
    store = open_file(path)
    await store.migrate()
    await store.close()
    return path
