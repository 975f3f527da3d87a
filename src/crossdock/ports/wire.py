"""One HTTP exchange as connectors speak it: what a client sends, what came back, and what can go wrong between."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from msgspec import Struct, field


class HttpRequest(Struct, frozen=True):
    """A request. ``idempotent`` is true when sending it twice does no harm."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout: float = 40.0
    idempotent: bool = False


class HttpResponse(Struct, frozen=True):
    """An answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSent(Exception):
    """The request never reached the partner (name not resolved, refused connection, egress not allowed)."""


class NoAnswer(Exception):
    """The request may have reached the partner, the answer did not reach us (time-out, reset)."""


Assured = Callable[[float], Awaitable[str]]
"""Why the work that a call is made for may not stay ours for so many seconds, as long as the call may take; "": it
does.
"""


class Journal(Protocol):
    """Keeps the calls a command makes, for people: secrets removed, every body cut (see the recorder)."""

    def start(self, ours: Assured = ...) -> None:
        """Begin a new list for the current task. Where ``ours`` says why not, a call is not made and raises `NotSent`:
        the process stood still for so long that another does this work by now, or would before the call has ended.
        """
        ...

    def take(self) -> bytes:
        """The calls since `start`, as a JSON array of at most 64 KiB."""
        ...


class HttpCaller(Protocol):
    """Sends requests. Redirects are never followed."""

    async def call(self, request: HttpRequest) -> HttpResponse:
        """The partner's answer, whatever its status. Raises `NotSent` or `NoAnswer`."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...
