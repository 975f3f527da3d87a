"""The root ASGI application: intake first, the tower's pages, everything else the API."""

from collections.abc import Iterable
from typing import Any

from litestar.types import ASGIApp
from msgspec import Struct


class Pages(Struct, frozen=True):
    """Pages for people who are not ours, and the first segments of their paths. On ``host``, where there is one,
    nothing else answers, except at the paths ``beside`` of the API.
    """

    app: ASGIApp
    segments: tuple[str, ...]
    host: str = ""
    beside: tuple[str, ...] = ()


class Doors:
    """Dispatches by the first segment of the path.

    ``tower_segments`` are the tower's own (``""`` is the page at ``/``); without a tower they fall to the API's 404.
    """

    def __init__(
        self,
        intake: Any,
        api: ASGIApp,
        tower: ASGIApp | None = None,
        tower_segments: Iterable[str] = (),
        pages: Iterable[Pages] = (),
    ) -> None:
        """Mount the applications; the API takes part in the server's lifespan. Without an intake its paths fall to the
        API's 404.
        """
        self._intake = intake
        self._api = api
        self._apps: dict[str, ASGIApp] = dict.fromkeys(tower_segments, tower) if tower is not None else {}
        found = tuple(pages)
        self._apps |= {segment: each.app for each in found for segment in each.segments}
        self._hosts = {each.host: each for each in found if each.host}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One connection."""
        if scope["type"] == "http":
            path: str = scope["path"]
            segment = path.split("/", 2)[1] if path.startswith("/") else ""
            own = self._hosts.get(_host(scope)) if self._hosts else None
            if own is not None:
                await (self._api if segment in own.beside else own.app)(scope, receive, send)
                return
            if path.startswith("/in/") and self._intake is not None:
                await self._intake(scope, receive, send)
                return
            app = self._apps.get(segment)
            if app is not None:
                await app(scope, receive, send)
                return
        await self._api(scope, receive, send)


def _host(scope: Any) -> str:
    """The name the request was made to, without a port."""
    given = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return str(given.decode("latin-1")).lower().partition(":")[0]
