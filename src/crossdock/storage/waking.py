"""Waiting for work and waking those who wait, inside one process and from any thread."""

import asyncio
import contextlib
import threading
from collections import Counter
from weakref import WeakKeyDictionary

_Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class Topics:
    """Topics with a count of wakes: a task that slept through nothing never sleeps through a wake.

    A wake between a task's look for work and its wait would be lost with a plain event; here `wait` returns at once
    when the topic was woken since the same task last waited.
    """

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._lock = threading.Lock()
        self._wakes: Counter[str] = Counter()
        self._waiters: dict[str, list[_Waiter]] = {}
        self._seen: WeakKeyDictionary[asyncio.Task[object], dict[str, int]] = WeakKeyDictionary()

    async def wait(self, topic: str, seconds: float) -> bool:
        """Sleep until `wake` or until time is up; whether it was a wake."""
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        waiter = (loop, future)
        with self._lock:
            seen = self._seen.setdefault(task, {}) if task is not None else {}
            if self._wakes[topic] != seen.get(topic, 0):
                seen[topic] = self._wakes[topic]
                return True
            self._waiters.setdefault(topic, []).append(waiter)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await future
        finally:
            with self._lock:
                seen[topic] = self._wakes[topic]
                waiting = self._waiters.get(topic, [])
                if waiter in waiting:
                    waiting.remove(waiter)
        return future.done() and not future.cancelled()

    def wake(self, topic: str) -> None:
        """Tell everybody who waits for ``topic``, and whoever comes to wait not having seen this wake."""
        with self._lock:
            self._wakes[topic] += 1
            waiters = self._waiters.pop(topic, [])
        for loop, future in waiters:
            with contextlib.suppress(RuntimeError):  # its loop was closed meanwhile: nobody waits there
                loop.call_soon_threadsafe(_finish, future)

    def wake_all(self) -> None:
        """Everybody who waits for anything, or is about to, looks once; for when it is not known what was missed."""
        with self._lock:
            topics = {*self._waiters, *self._wakes}
        for topic in topics:
            self.wake(topic)


def _finish(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
