"""What the machine gives: time, randomness, a name, and memory that is tidied in peace."""

import asyncio
import gc
import os
import random
import time
from collections.abc import Callable

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps, where there is such a clock (Linux, clock_gettime(2))."""


class RealClock:
    """The machine's clocks (`crossdock.ports.clock.SharedClock`)."""

    def now(self) -> int:
        """Microseconds since 1970-01-01T00:00Z."""
        return time.time_ns() // 1000

    def steady(self) -> int:
        """Microseconds since the machine was started."""
        return time.clock_gettime_ns(_STEADY) // 1000

    def agreed(self, shown: Callable[[], int | None]) -> int:
        """What the store's server says; without one, what this machine's clock shows."""
        theirs = shown()
        return self.now() if theirs is None else theirs

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class FreshIds:
    """Ids of 26 hex characters: 14 of time in microseconds, 12 of the system's randomness."""

    def __init__(self) -> None:
        """Randomness is fetched by the kilobyte: a system call for each id costs as much as making the id."""
        self._pool = ""

    def fresh(self, now: int) -> str:
        """A new id that sorts by ``now``."""
        pool = self._pool or os.urandom(1536).hex()
        self._pool = pool[12:]
        return f"{now:014x}{pool[:12]}"

    def jitter(self) -> float:
        """A number in [0, 1)."""
        return random.random()  # noqa: S311 - spreads retries, guards nothing


def worker_name() -> str:
    """Names this process in leases: host, process id, and a random part so that a restarted one is another."""
    return f"{os.uname().nodename}-{os.getpid()}-{os.urandom(3).hex()}"


def steady_collector() -> None:
    """Call once a server is composed: what exists now stays for good, so the garbage collector need not look at it
    again, and short-lived messages are collected in larger heaps. A quarter more messages per second, and no pauses
    that grow with the store's caches (docs/reference/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 100)
