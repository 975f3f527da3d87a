"""The root ASGI application: intake first, the tower's pages, everything else the API."""

from collections.abc import Iterable
from typing import Any

from litestar.types import ASGIApp


class Doors:
    """Dispatches by the first segment of the path.

    ``tower_segments`` are the tower's own (``""`` is the page at ``/``); without a tower they fall to the API's 404.
    """

    def __init__(
        self, intake: Any, api: ASGIApp, tower: ASGIApp | None = None, tower_segments: Iterable[str] = ()
    ) -> None:
        """Mount the three applications; the API takes part in the server's lifespan. Without an intake its paths fall
        to the API's 404.
        """
        self._intake = intake
        self._api = api
        self._tower = tower
        self._segments = frozenset(tower_segments) if tower is not None else frozenset()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One connection."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith("/in/") and self._intake is not None:
                await self._intake(scope, receive, send)
                return
            if self._tower is not None and path.split("/", 2)[1] in self._segments:
                await self._tower(scope, receive, send)
                return
        await self._api(scope, receive, send)
