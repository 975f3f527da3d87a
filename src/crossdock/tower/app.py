"""Builds the tower: screens, frame, assets, and the headers that keep them to themselves."""

from collections.abc import Callable
from typing import Any

import structlog
from litestar import Litestar, Request, Response
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.router import Router
from litestar.static_files import create_static_files_router

from crossdock.ports.stores import StoreFull, StoreUnavailable
from crossdock.ports.stream import StreamDown, StreamFault
from crossdock.tower import frame
from crossdock.tower.context import Context
from crossdock.tower.desk import Desk, behind
from crossdock.tower.registered import SCREENS
from crossdock.tower.rendering import ASSETS, HEADERS, STATIC
from crossdock.views.masked import Covered

SEGMENTS = (*frame.SEGMENTS, *(segment for screen in SCREENS for segment in screen.place.segments))
"""First path segments that belong to the tower, for `crossdock.api.server.Doors`."""

_LARGEST_FORM = 64 * 1024
_LOG = structlog.get_logger("crossdock.tower")
Failed = Callable[[Request[Any, Any, Any], Any], Response[Any]]


def build(context: Context) -> Litestar:
    """The tower over ``context``; mount it at the root, beside the API (see `SEGMENTS`)."""
    desk = Desk(context, [screen.place for screen in SCREENS])
    screens: list[HTTPRouteHandler] = [route for screen in SCREENS for route in screen.routes]
    return Litestar(
        route_handlers=[*screens, *frame.ROUTES, _assets("/static", 3600), _assets(ASSETS, 365 * 86_400)],
        dependencies={"desk": Provide(behind(desk), sync_to_thread=False)},
        before_request=desk.admit,
        after_request=_sealed,
        exception_handlers=_failures(desk),
        request_max_body_size=_LARGEST_FORM,
        openapi_config=None,
        logging_config=None,
    )


def _assets(path: str, seconds: int) -> Router:
    return create_static_files_router(
        path=path,
        directories=[STATIC],
        opt={"open": True},
        cache_control=CacheControlHeader(public=True, max_age=seconds, immutable=seconds > 3600),
        include_in_schema=False,
        name=path,
    )


def _failures(desk: Desk) -> dict[int | type[Exception], Failed]:
    def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        return desk.page(request, "failed.html", status=error.status_code, what=_words(error.status_code), trace="")

    def on_store(request: Request[Any, Any, Any], error: OSError) -> Response[Any]:
        full = isinstance(error, StoreFull)
        what = "The store is full; nothing was changed." if full else "The store cannot be reached now."
        if isinstance(error, StreamDown | StreamFault):
            what = "Older events are in JetStream, which cannot be reached now (crossdock doctor says more)."
        return desk.page(request, "failed.html", status=507 if full else 503, what=what, trace="")

    def on_cursor(request: Request[Any, Any, Any], _: ValueError) -> Response[Any]:
        # the only value a page takes from its address into the store unread is where a list goes on
        return desk.missing(request, "There is no such page of this list", "crossdock parked")

    def on_covered(request: Request[Any, Any, Any], _: PermissionError) -> Response[Any]:
        return desk.page(request, "covered.html", status=403)

    def on_defect(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        _LOG.exception("defect", path=request.url.path, exc_info=error)
        trace = "" if desk.covers(request) else repr(error)  # an error may quote what it stumbled over
        return desk.page(request, "failed.html", status=500, what="Crossdock made a mistake.", trace=trace)

    return {
        HTTPException: on_http,
        StoreFull: on_store,
        StoreUnavailable: on_store,
        ValueError: on_cursor,
        Covered: on_covered,
        Exception: on_defect,
    }


def _sealed(response: Response[Any]) -> Response[Any]:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _words(status: int) -> str:
    if status == 404:
        return "There is no such page."
    if status == 405:
        return "This address takes no such action."
    return "The request could not be read."
