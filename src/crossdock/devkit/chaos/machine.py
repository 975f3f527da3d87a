"""A simulated process: its own clock, its own connections, and a step at which it dies."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from crossdock.bootstrap import Hub, open_file
from crossdock.devkit.chaos.loop import Domain, VirtualLoop
from crossdock.devkit.chaos.noted import SLOW_DISK, UNHEARD, Faults
from crossdock.devkit.chaos.scenarios import Troubles
from crossdock.ports.stores import StoreUnavailable, Transaction
from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse

T = TypeVar("T")
EPOCH = 1_795_262_400_000_000
"""Virtual second 0: 21 November 2026, 12:00 UTC, in microseconds."""
_MICROSECONDS = 1_000_000
_HAZARD, _WANTED = 0.01, 0.25
_NAMES = re.compile(r"[0-9a-f]{12,}|[0-9]+")


class Over(BaseException):
    """The simulation has ended; whoever still runs stops here."""


class Machine(Domain):
    """One process of Crossdock. ``strike`` may kill or suspend it at an I/O step; ``tell`` takes lines of the story."""

    def __init__(
        self,
        name: str,
        loop: VirtualLoop,
        seed: str,
        troubles: Troubles,
        strike: Callable[["Machine", str], None],
        tell: Callable[[str], None],
    ) -> None:
        super().__init__(name)
        self.loop = loop
        self.troubles = troubles
        self.skew = 0
        self._strike = strike
        self._seen: Counter[str] = Counter()
        self.hub: Hub | None = None
        self.store: MachineStore | None = None
        self.over = False
        self._random = random.Random(f"machine/{seed}/{name}")  # noqa: S311 - reproducible
        self._tell = tell

    # ---- its clock (`crossdock.ports.clock.SharedClock`)

    def now(self) -> int:
        """What its clock shows, microseconds since 1970: the world's time and how far it is off."""
        return EPOCH + self.steady() + self.skew

    def steady(self) -> int:
        """Microseconds of the world: nobody sets this clock."""
        return round(self.loop.time() * _MICROSECONDS)

    def agreed(self, _shown: Callable[[], int | None]) -> int:
        """The world's time: what the database's server would say, here as on PostgreSQL."""
        return EPOCH + self.steady()

    async def sleep(self, seconds: float) -> None:
        """Wait that long in virtual time."""
        await asyncio.sleep(seconds)

    # ---- what it does to the outside goes through here

    async def step(self, what: str) -> None:
        """One I/O step: others get their turn, and the process may die or stand still here; the dead never return.

        The n-th step of a kind is struck with a share of 1/n: what happens seldom is struck as often as what happens
        all the time. Steps ``around`` which troubles are wanted are struck much more, so that the short moments between
        commits that belong together are hit.
        """
        self._seen[what] += 1
        wanted = any(name in what for name in self.troubles.around)
        if self.draw(_WANTED if wanted else _HAZARD / self._seen[what]) and not self.over:
            self._strike(self, what)
        await asyncio.sleep(self._random.random() * 0.01)
        if self.over:
            raise Over

    def draw(self, share: float) -> bool:
        """Whether something that happens to this ``share`` happens now."""
        return self._random.random() < share

    def pause(self, low: float, high: float) -> float:
        """Seconds between two bounds."""
        return self._random.uniform(low, high)


class MachineStore:
    """The database as one process sees it: slow at times, away at times, and some commits it never hears of."""

    name = "sqlite"

    def __init__(
        self,
        machine: Machine,
        database: Path,
        is_away: Callable[[], bool],
        tell: Callable[[str], None],
        faults: Faults,
        others: Callable[[str], None] | None = None,
    ) -> None:
        """``others`` tells all processes where the database does so; without it each hears itself alone."""
        self._machine = machine
        self._inner = open_file(database)
        self._is_away = is_away
        self._tell = tell
        self._faults = faults
        self.wait, self.hear = self._inner.wait, self._inner.wake
        self.wake = others or self.hear
        self.hears = others is not None

    async def run(self, step: Callable[[Transaction], T]) -> T:
        """Commit, as far as the database is there. Raises `StoreUnavailable`, sometimes after the commit was made."""
        machine, what = self._machine, step.__qualname__
        await machine.step(f"before the commit of {what}")
        if machine.draw(machine.troubles.slow_disk):
            since, pause = machine.loop.time(), machine.pause(0.2, 5)
            self._faults.note(SLOW_DISK, machine.name, since, since + pause)
            await asyncio.sleep(pause)
        self._reach()
        result = await self._inner.run(step)
        await machine.step(f"after the commit of {what}")
        if machine.draw(machine.troubles.commit_unheard):
            self._tell(f"{machine.name} does not hear that its commit of {what} was made")
            self._faults.note(UNHEARD, machine.name, machine.loop.time(), what=what)
            raise StoreUnavailable("the connection died while committing (simulated)")
        return result

    async def read(self, step: Callable[[Transaction], T]) -> T:
        """Read one snapshot. Raises `StoreUnavailable`."""
        await self._machine.step(f"before reading in {step.__qualname__}")
        self._reach()
        return await self._inner.read(step)

    async def close(self) -> None:
        """Let go of the file."""
        await self._inner.close()

    def _reach(self) -> None:
        if self._is_away():
            raise StoreUnavailable("the database is away (simulated)")


class MachineCaller:
    """The network as one process sees it."""

    def __init__(self, machine: Machine, inner: HttpCaller, tell: Callable[[str], None]) -> None:
        self._machine = machine
        self._inner = inner
        self._tell = tell

    async def call(self, request: HttpRequest) -> HttpResponse:
        """The partner's answer, unless the process dies before or after."""
        name = f"{request.method} {request.url}"
        kind = _NAMES.sub("#", name)
        await self._machine.step(f"before {kind}")
        try:
            response = await self._inner.call(request)
        except Exception as error:
            self._tell(f"{self._machine.name} {name}: {error}")
            await self._machine.step(f"after {kind}")
            raise
        self._tell(f"{self._machine.name} {name}: {response.status}")
        await self._machine.step(f"after {kind}")
        return response

    async def close(self) -> None:
        """There are no connections."""
