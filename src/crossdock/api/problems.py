"""Errors as RFC 9457 problem details: what is wrong, where, and whether sending it again can help."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct

from crossdock.ports.policy import Denied
from crossdock.ports.stores import StoreFull, StoreUnavailable
from crossdock.ports.stream import StreamDown, StreamFault

MEDIA_TYPE = "application/problem+json"
_RETRYABLE = {409, 429, 503, 507}
_TITLES = {
    400: "The request cannot be read",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Still running",
    410: "Gone",
    413: "Too large",
    415: "Media type not supported",
    422: "The content is not acceptable",
    500: "A defect in Crossdock",
    503: "The store cannot be reached",
    507: "The store is full",
}
_TITLES_OF_KINDS = {"stock-too-old": "The stock is too old to be promised"}
_LOG = structlog.get_logger("crossdock.api")


class Fault(Struct, frozen=True, omit_defaults=True):
    """One fault. ``pointer`` is a JSON pointer into the body; ``parameter`` names a query, path or header field."""

    detail: str
    pointer: str = ""
    parameter: str = ""


class Problem(Struct, frozen=True):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    trace_id: str
    retryable: bool
    errors: tuple[Fault, ...] = ()


class ProblemError(Exception):
    """Raised by a route: answer with this problem."""

    def __init__(self, status: int, detail: str, *faults: Fault, kind: str = "") -> None:
        """``kind`` is the last part of the type URI where the status alone does not say it."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = faults
        self.kind = kind


def problem(status: int, detail: str, trace_id: str, faults: tuple[Fault, ...] = (), kind: str = "") -> Problem:
    """The document for a status; its type is a URN that never changes."""
    title = _TITLES_OF_KINDS.get(kind) or _TITLES.get(status) or HTTPStatus(status).phrase
    slug = kind or HTTPStatus(status).phrase.lower().replace(" ", "-")
    return Problem(f"urn:crossdock:problem:{slug}", title, status, detail, trace_id, status in _RETRYABLE, faults)


def trace_id_in(headers: Mapping[str, str]) -> str:
    """The caller's W3C trace id, or a fresh one."""
    parts = headers.get("traceparent", "").split("-")
    given = parts[1] if len(parts) == 4 else ""
    if len(given) == 32 and given.strip("0") and not given.strip("0123456789abcdef"):
        return given
    return secrets.token_hex(16)


def respond(
    request: Request[Any, Any, Any],
    status: int,
    detail: str,
    faults: tuple[Fault, ...] = (),
    *,
    kind: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    """The response that carries a problem."""
    document = problem(status, detail, trace_id_in(request.headers), faults, kind)
    return Response(
        msgspec.json.encode(document),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"cache-control": "no-store", **(headers or {})},
    )


def on_problem(request: Request[Any, Any, Any], error: ProblemError) -> Response[Any]:
    """A route said no."""
    return respond(request, error.status, error.detail, error.faults, kind=error.kind)


def on_denied(request: Request[Any, Any, Any], error: Denied) -> Response[Any]:
    """No valid credential, or not this scope."""
    code = "insufficient_scope" if error.status == HTTPStatus.FORBIDDEN else "invalid_token"
    challenge = f'Bearer realm="crossdock", error="{code}"'
    return respond(request, error.status, str(error), headers={"www-authenticate": challenge})


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What the framework refused: unknown paths and methods, unreadable input."""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if isinstance(error, ValidationException):
        faults = tuple(_fault(each) for each in error.extra or [] if isinstance(each, dict))
        in_body = any(fault.pointer for fault in faults)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if in_body else HTTPStatus.BAD_REQUEST
        detail = "; ".join(f"{each.pointer or each.parameter}: {each.detail}" for each in faults) or error.detail
        return respond(request, status, detail, faults)
    if isinstance(error, SerializationException) or isinstance(error.__cause__, SerializationException):
        return respond(request, HTTPStatus.BAD_REQUEST, "the body is not JSON that can be read")
    details = {
        404: f"there is nothing at {request.url.path}",
        405: f"{request.url.path} does not take {request.method}; see the Allow header",
    }
    detail = details.get(error.status_code) or error.detail
    return respond(request, error.status_code, detail, headers=headers)


def on_store(request: Request[Any, Any, Any], error: OSError) -> Response[Any]:
    """The database is full or away: nothing was written."""
    if isinstance(error, StoreFull):
        return respond(request, 507, "The store is full; nothing was written. Free space, then send it again.")
    what = "Older events are in JetStream, which" if isinstance(error, StreamDown | StreamFault) else "The store"
    return respond(
        request,
        503,
        f"{what} cannot be reached now; nothing was written. Send it again in a moment.",
        headers={"retry-after": "2"},
    )


def on_defect(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Anything else is a bug: say so, and keep the trace for the engineer."""
    if isinstance(error, RecursionError):
        return respond(request, 400, "the body is nested too deeply")
    trace_id = trace_id_in(request.headers)
    _LOG.exception("defect", trace_id=trace_id, path=request.url.path, exc_info=error)
    document = problem(500, "Crossdock made a mistake. Report it with the trace id.", trace_id)
    return Response(msgspec.json.encode(document), status_code=500, media_type=MEDIA_TYPE)


HANDLERS: dict[Any, Any] = {
    ProblemError: on_problem,
    Denied: on_denied,
    StoreFull: on_store,
    StoreUnavailable: on_store,
    SerializationException: on_http,
    HTTPException: on_http,
    Exception: on_defect,
}


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """OpenAPI responses for the problems a route can answer with."""
    return {
        status: ResponseSpec(Problem, description=_TITLES[status], generate_examples=False, media_type=MEDIA_TYPE)
        for status in statuses
    }


def _fault(extra: dict[str, Any]) -> Fault:
    key = str(extra.get("key", ""))
    message = str(extra.get("message", ""))
    if extra.get("source") == "body" or key == "data" or key.startswith("data"):
        path = key.removeprefix("data").strip(".")
        return Fault(message, pointer="/" + path.replace(".", "/").replace("[", "/").replace("]", ""))
    return Fault(message, parameter=key)
