# ruff: noqa: SLF001 - a loop works on its base class's queues and on the handles in them
"""An event loop without real time: the seed decides which task runs next, and time jumps when nobody can run."""

import asyncio
import heapq
import itertools
import random
from collections.abc import Coroutine
from contextvars import Context, ContextVar
from typing import Any, TypeVar


class Stuck(RuntimeError):
    """Nobody can run and nobody sleeps: something waits for what will never come."""


class Domain:
    """A simulated process: its tasks stop together (for a while, or for good) as those of a real one do."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.held: list[asyncio.Handle] | None = None

    @property
    def frozen(self) -> bool:
        """Whether it stands still, as a machine does that was suspended."""
        return self.held is not None


T = TypeVar("T")


class _Task(asyncio.Task[Any]):
    """A task that knows how many were born before it."""

    number = 0


DOMAIN: ContextVar[Domain | None] = ContextVar("domain", default=None)
"""The process the running task belongs to; None for the world around."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs one ready task at a time, chosen by the seed; `time` is in virtual seconds from 0. Threads and sockets do
    not exist here. Two runs of one seed take the same steps in the same order.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._choice = random.Random(f"schedule/{seed}")  # noqa: S311 - reproducible
        self._moment = 0.0
        self._born = itertools.count(1)
        self.steps = 0
        self.set_task_factory(self._numbered)
        self._mine: Any = self  # the base class's queues, which its stubs do not show

    def time(self) -> float:
        """Virtual seconds since the loop began."""
        return self._moment

    def spawn(self, domain: Domain, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run ``work`` as a task of ``domain``."""
        context = Context()
        context.run(DOMAIN.set, domain)
        return self.create_task(work, context=context)

    def abroad(self, work: Coroutine[Any, Any, T]) -> "asyncio.Future[T]":
        """Run ``work`` as the world around: it goes on whatever becomes of the process that waits for it."""
        task = self.create_task(work, context=Context())
        task.add_done_callback(_heard_by_nobody)
        return asyncio.shield(task)

    def kill(self, domain: Domain) -> None:
        """The process is gone: none of its tasks takes another step, not even to clean up. Their steps are kept for
        the end of the simulation, when `thaw` lets them go.
        """
        domain.alive = False
        self.freeze(domain)

    def freeze(self, domain: Domain) -> None:
        """The process stands still; what it waits for comes meanwhile."""
        domain.held = domain.held or []

    def thaw(self, domain: Domain) -> None:
        """It goes on where it stood, as if no time had passed for it."""
        held, domain.held = domain.held or [], None
        self._mine._ready.extend(held)

    def _numbered(self, loop: asyncio.AbstractEventLoop, work: Any, **given: Any) -> "asyncio.Task[Any]":
        task = _Task(work, loop=loop, **given)
        task.number = next(self._born)
        return task

    def _write_to_self(self) -> None:
        """Nobody needs to be woken: there is one thread."""

    def _process_events(self, event_list: object) -> None:
        """There are no sockets."""

    def _run_once(self) -> None:
        """One step of one task."""
        self._wake_sleepers()
        ready = self._mine._ready
        for handle in [each for each in ready if not self._may_run(each)]:
            ready.remove(handle)
            handle._context[DOMAIN].held.append(handle)
        if not ready:
            self._jump()
            return
        handle = self._chosen(ready)
        self.steps += 1
        if not handle._cancelled:
            handle._run()

    def _may_run(self, handle: Any) -> bool:
        domain = handle._context.get(DOMAIN)
        return domain is None or domain.held is None

    def _chosen(self, ready: Any) -> Any:
        """Callbacks at once and in order; of the tasks, one by the seed. Ready tasks are sorted by birth first, since
        asyncio keeps some of them in sets, whose order changes from run to run.
        """
        tasks: list[tuple[int, int, Any]] = []
        for handle in ready:
            task = getattr(handle._callback, "__self__", None)
            if not isinstance(task, _Task):
                ready.remove(handle)
                return handle
            tasks.append((task.number, len(tasks), handle))
        tasks.sort()
        handle = tasks[self._choice.randrange(len(tasks))][2]
        ready.remove(handle)
        return handle

    def _wake_sleepers(self) -> None:
        queues = self._mine
        while queues._scheduled and (queues._scheduled[0]._cancelled or queues._scheduled[0]._when <= self._moment):
            handle = heapq.heappop(queues._scheduled)
            handle._scheduled = False
            queues._ready.append(handle)

    def _jump(self) -> None:
        scheduled = self._mine._scheduled
        if not scheduled:
            if not self._mine._stopping:
                raise Stuck("nobody can run and nobody sleeps")
            return
        self._moment = max(self._moment, scheduled[0]._when)


def _heard_by_nobody(task: "asyncio.Task[Any]") -> None:
    """An error whose caller died is no news."""
    if not task.cancelled():
        task.exception()
