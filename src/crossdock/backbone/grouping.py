"""Many callers, one writer, one commit for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from crossdock.ports.stores import StoreFull, StoreUnavailable

T = TypeVar("T")
R = TypeVar("R")


class Grouped(Generic[T, R]):
    """Collects items while a commit is under way and commits them together in the next one."""

    def __init__(self, commit: Callable[[Sequence[T]], Awaitable[Sequence[R]]], largest: int) -> None:
        """``commit`` gives one result per item; at most ``largest`` items at a time.

        When a commit of several is refused for another reason than a store that takes no writes, each is committed
        alone: one that cannot be kept does not take its neighbours with it.
        """
        self._commit = commit
        self._largest = largest
        self._pending: list[tuple[T, asyncio.Future[R]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, item: T) -> R:
        """Wait until ``item`` is committed; what the commit raised is raised to all it was for."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._pending.append((item, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        while self._pending:
            batch, self._pending = self._pending[: self._largest], self._pending[self._largest :]
            try:
                await self._write_batch(batch)
            except asyncio.CancelledError:
                for _, future in (*batch, *self._pending):
                    future.cancel()
                self._pending.clear()
                raise

    async def _write_batch(self, batch: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._commit([item for item, _ in batch])
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - every caller of the batch must hear of it, whatever it was
            if len(batch) > 1 and isinstance(error, Exception) and not isinstance(error, StoreFull | StoreUnavailable):
                for one in batch:
                    await self._write_batch([one])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
