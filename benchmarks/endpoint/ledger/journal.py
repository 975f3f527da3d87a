"""Every call to Odoo by name and milliseconds, kept with the attempt it belongs to."""

from contextvars import ContextVar
from time import perf_counter

import msgspec
from msgspec import Struct

from crossdock.bootstrap import PartnerPlan
from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse, Journal
from crossdock.transports.http import AiohttpCaller


class Called(Struct, frozen=True):
    """One call: model and method, how long it took, and what came of it (an HTTP status, 0: no answer)."""

    what: str
    ms: float
    status: int


_CALLS: ContextVar[list[Called] | None] = ContextVar("ledger_calls", default=None)


class CountingCaller:
    """Passes calls on and keeps their names; the journal of its partner too."""

    def __init__(self, inner: HttpCaller) -> None:
        """Calls by ``inner``."""
        self._inner = inner

    def start(self) -> None:
        """Begin a new list for this task."""
        _CALLS.set([])

    def take(self) -> bytes:
        """The calls since `start` as JSON."""
        return msgspec.json.encode(_CALLS.get() or [])

    async def call(self, request: HttpRequest) -> HttpResponse:
        """Do it. Raises what the inner caller raises."""
        began, status = perf_counter(), 0
        try:
            answer = await self._inner.call(request)
            status = answer.status
            return answer
        finally:
            calls = _CALLS.get()
            if calls is not None:
                calls.append(Called(_name(request), round((perf_counter() - began) * 1000, 1), status))

    async def close(self) -> None:
        """Close the inner caller."""
        await self._inner.close()


def connect(plan: PartnerPlan) -> tuple[HttpCaller, Journal]:
    """The real network, for a partner on loopback too."""
    hosts = (*plan.spec.hosts(plan.config), *plan.allow_hosts)
    caller = CountingCaller(AiohttpCaller(hosts, allow_private=True, allow_plain=True))
    return caller, caller


def _name(request: HttpRequest) -> str:
    """``model.method``: the end of a JSON-2 address, two arguments of a JSON-RPC call."""
    if "/json/2/" in request.url:
        return ".".join(request.url.rsplit("/", 2)[-2:])
    try:
        arguments = msgspec.json.decode(request.body)["params"]["args"]
        return f"{arguments[3]}.{arguments[4]}"
    except (msgspec.DecodeError, KeyError, IndexError, TypeError):
        return request.url.rsplit("/", 1)[-1]
