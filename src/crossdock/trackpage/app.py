"""Builds the tracking page: its routes, and the headers that keep every answer to itself."""

from typing import Any

import structlog
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException

from crossdock.ports.stores import StoreFull, StoreUnavailable
from crossdock.ports.stream import StreamDown, StreamFault
from crossdock.trackpage import asking, following, proving
from crossdock.trackpage.context import Context
from crossdock.trackpage.site import HEADERS, Closed, Site

SEGMENTS = ("track",)
"""First path segments that belong to the page, for `crossdock.api.server.Doors`."""

_LARGEST_FORM = 32 * 1024
_LOG = structlog.get_logger("crossdock.trackpage")


def build(context: Context) -> Litestar:
    """The page over ``context``; mount it at the root, beside the API (see `SEGMENTS`)."""
    site = Site(context)

    def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        key = "missing" if error.status_code in {404, 405} else "unreadable"
        return site.page(request, "gone.html", error.status_code, lookup=context.offer.lookup, key=key)

    def on_store(request: Request[Any, Any, Any], _: OSError) -> Response[Any]:
        return site.page(request, "gone.html", 503, lookup=None, key="down")

    def on_defect(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        # the path holds a link, which is a key: it is not logged
        _LOG.exception("defect", route=str(request.route_handler), exc_info=error)
        return site.page(request, "gone.html", 500, lookup=None, key="down")

    return Litestar(
        route_handlers=[*following.ROUTES, *proving.ROUTES, *asking.ROUTES],
        dependencies={"site": Provide(lambda: site, sync_to_thread=False)},
        after_request=_sealed,
        exception_handlers={
            Closed: lambda _, error: error.answer,
            HTTPException: on_http,
            StoreFull: on_store,
            StoreUnavailable: on_store,
            StreamDown: on_store,
            StreamFault: on_store,
            Exception: on_defect,
        },
        request_max_body_size=_LARGEST_FORM,
        openapi_config=None,
        logging_config=None,
    )


def _sealed(response: Response[Any]) -> Response[Any]:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
