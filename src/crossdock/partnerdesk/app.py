"""Builds the partner desk: its routes, and the headers that keep every answer to itself."""

from typing import Any

import structlog
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException

from crossdock.partnerdesk import telling, working
from crossdock.partnerdesk.context import Context
from crossdock.partnerdesk.forms import LARGEST_FILE
from crossdock.partnerdesk.pages import HEADERS, Closed, Pages
from crossdock.ports.stores import StoreFull, StoreUnavailable
from crossdock.ports.stream import StreamDown, StreamFault

SEGMENTS = ("partner",)
"""First path segments that belong to the desk, for `crossdock.api.server.Doors`."""

_LOG = structlog.get_logger("crossdock.partnerdesk")
_OTHERS = {404: "There is no such page.", 405: "There is no such page.", 413: "This is too large to be taken at once."}


def build(context: Context) -> Litestar:
    """The desk over ``context``; mount it at the root, beside the API (see `SEGMENTS`)."""
    pages = Pages(context)

    def on_http(_: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        text = _OTHERS.get(error.status_code, "That could not be read. Please go back and try again.")
        return pages.page("failed.html", error.status_code, text=text)

    def on_store(_: Request[Any, Any, Any], __: OSError) -> Response[Any]:
        return pages.page(
            "failed.html", 503, text="The store cannot be reached now; nothing was taken. Try again soon."
        )

    def on_defect(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        _LOG.exception("defect", route=str(request.route_handler), exc_info=error)
        return pages.page("failed.html", 500, text="We made a mistake; nothing was taken. Please tell us.")

    return Litestar(
        route_handlers=[*working.ROUTES, *telling.ROUTES],
        dependencies={"pages": Provide(lambda: pages, sync_to_thread=False)},
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
        request_max_body_size=3 * LARGEST_FILE,
        openapi_config=None,
        logging_config=None,
    )


def _sealed(response: Response[Any]) -> Response[Any]:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
