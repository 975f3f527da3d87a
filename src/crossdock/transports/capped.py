"""A cap on the calls of one process, whoever makes them."""

import asyncio

from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse


class CappedCaller:
    """Wraps an `HttpCaller`; a call waits until one of the shared ``slots`` is free."""

    def __init__(self, inner: HttpCaller, slots: asyncio.Semaphore) -> None:
        """``slots`` is one semaphore for all callers that are capped together."""
        self._inner = inner
        self._slots = slots

    async def call(self, request: HttpRequest) -> HttpResponse:
        """Do what the inner caller does, once a slot is free. Raises what it raises."""
        async with self._slots:
            return await self._inner.call(request)

    async def close(self) -> None:
        """Close the inner caller."""
        await self._inner.close()
