"""Cursor pages: ``next`` in the body and ``Link: rel=next`` say where to go on; a cursor is opaque."""

import base64
import binascii
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response
from litestar.params import Parameter

from crossdock.api.problems import Fault, ProblemError
from crossdock.ports.stores import Store, Transaction

T = TypeVar("T")
_UNKNOWN = "there is no page at this cursor; start again without it"

Limit = Annotated[int, Parameter(ge=1, le=200, description="Rows per page.")]
Cursor = Annotated[
    str, Parameter(pattern=r"^[A-Za-z0-9_-]*$", max_length=1000, description="`next` of the page before.")
]
Instant = Annotated[
    str | None, Parameter(max_length=40, schema_extra={"format": "date-time"}, description="RFC 3339 with offset.")
]


def instant(name: str, text: str | None) -> int:
    """The epoch microseconds of the parameter ``name``, 0 where it is not given. Raises `ProblemError` (400)."""
    if text is None:
        return 0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        fault = Fault("not an RFC 3339 date-time with offset, such as 2026-03-01T08:15:00Z", parameter=name)
        raise ProblemError(400, f"{name} is not a date-time", fault)
    return microseconds(moment)


def microseconds(moment: datetime) -> int:
    """Epoch microseconds, never 0, which would mean none."""
    return max(int(moment.timestamp() * 1_000_000), 1)


def seal(position: str) -> str:
    """The cursor for a store's position. The checksum tells a cut or foreign one from ours."""
    data = position.encode()
    return base64.urlsafe_b64encode(zlib.crc32(data).to_bytes(4, "big") + data).decode().rstrip("=")


def unseal(cursor: str) -> str:
    """The store's position in a cursor. Raises `ProblemError` (404) when it is none of ours."""
    if not cursor:
        return ""
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        if zlib.crc32(data[4:]).to_bytes(4, "big") == data[:4]:
            return data[4:].decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise ProblemError(404, _UNKNOWN, kind="unknown-cursor")


async def turn(store: Store, step: Callable[[Transaction], tuple[list[T], str]]) -> tuple[list[T], str]:
    """The rows of a page and the position after it. A cursor that belongs to another list is unknown here."""
    try:
        return await store.read(step)
    except ValueError:
        raise ProblemError(404, _UNKNOWN, kind="unknown-cursor") from None


def page(request: Request[Any, Any, Any], content: Any, following: str) -> Response[Any]:
    """A page as a response with its Link header. ``content`` carries ``next`` itself."""
    headers = {}
    if following:
        query = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        address = f"{request.url.path}?{urlencode([*query, ('cursor', following)])}"
        headers["link"] = f'<{address}>; rel="next"'
    return Response(msgspec.json.encode(content), media_type="application/json", headers=headers)
