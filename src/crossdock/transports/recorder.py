"""Keeps the calls of a command for people: what was sent and what came back, without secrets."""

import base64
import binascii
import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from crossdock.ports.wire import Assured, HttpCaller, HttpRequest, HttpResponse, NoAnswer, NotSent

BODY_LIMIT = 16 * 1024
TOTAL_LIMIT = 64 * 1024
_PARSE_LIMIT = 2 * 1024 * 1024
_HIDDEN = "[removed]"
_SECRET = re.compile(
    r"authorization|cookie|(^|[_-])key$|api[_-]?key|secret|passw|token|signature|credential", re.IGNORECASE
)
_PAIR = re.compile(
    r'("?[\w-]*(?:api_?key|_key|secret|passw(?:or)?d|token)"?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|[^\s,;&}]+)', re.IGNORECASE
)
_TEXT = re.compile(
    r"^(text/|application/(json|xml|problem\+json|x-www-form-urlencoded)|[\w/.-]+\+(json|xml))", re.IGNORECASE
)

_CALLS: ContextVar[list[dict[str, Any]] | None] = ContextVar("crossdock_recorded_calls", default=None)


async def _always(_seconds: float) -> str:
    return ""


_OURS: ContextVar[Assured] = ContextVar("crossdock_work_is_ours", default=_always)


class RecordingCaller:
    """Wraps an `HttpCaller` and keeps what it does; implements `crossdock.ports.wire.Journal` too.

    ``values`` gives secret texts to be removed wherever they stand (for partners that put a password in the middle
    of a list); names alone decide for headers, queries and JSON objects.
    """

    def __init__(self, inner: HttpCaller, values: Callable[[], Iterable[str]] = tuple) -> None:
        self._inner = inner
        self._values = values

    def start(self, ours: Assured = _always) -> None:
        """Begin a new list for the current task and the tasks it starts; no call is made that ``ours`` objects to."""
        _CALLS.set([])
        _OURS.set(ours)

    def take(self) -> bytes:
        """The calls since `start` as a JSON array of at most 64 KiB; the list is empty afterwards."""
        calls = _CALLS.get() or []
        _CALLS.set(None)
        return _fit(calls)

    async def call(self, request: HttpRequest) -> HttpResponse:
        """Do what the inner caller does, and keep it. Raises what it raises."""
        calls = _CALLS.get()
        if calls is None:
            return await self._inner.call(request)
        hidden = (*self._values(), *_credentials(request.headers))
        row: dict[str, Any] = {
            "method": request.method,
            "url": _clean_url(request.url),
            "request_headers": _clean_headers(request.headers),
            "request_body": _without(_clean_body(request.body, _type_of(request.headers, "application/json")), hidden),
        }
        calls.append(row)
        try:
            await stay_ours(request.timeout)
            response = await self._inner.call(request)
        except (NotSent, NoAnswer) as problem:
            row["problem"] = _without(f"{type(problem).__name__}: {problem}", hidden)
            raise
        row["status"] = response.status
        row["response_body"] = _without(_clean_body(response.body, _type_of(response.headers, "")), hidden)
        return response

    async def close(self) -> None:
        """Close the inner caller."""
        await self._inner.close()


@contextmanager
def call_noted(method: str, place: str, what: str) -> Iterator[dict[str, Any]]:
    """Note a call that is no HTTP (a mail handed in) among the calls of the command; the caller adds what came of it to
    the row. ``what`` holds no secret and no personal data. What acts at the partner is asked for with `stay_ours`.
    """
    row: dict[str, Any] = {"method": method, "url": place, "request_body": what}
    calls = _CALLS.get()
    if calls is not None:
        calls.append(row)
    try:
        yield row
    except (NotSent, NoAnswer) as problem:
        row["problem"] = f"{type(problem).__name__}: {problem}"
        raise


async def stay_ours(seconds: float) -> None:
    """Return at once before a call that acts and may take so long. Raises `NotSent` where another may do this work
    before the call has ended: what is done twice at the same time is not found by looking for it first.
    """
    if why := await _OURS.get()(seconds):
        raise NotSent(why)


def _type_of(headers: Mapping[str, str], default: str) -> str:
    return next((value for name, value in headers.items() if name.lower() == "content-type"), default)


def _clean_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not _SECRET.search(name)}


def _clean_url(url: str) -> str:
    parts = urlsplit(url)
    query = [(k, _HIDDEN if _SECRET.search(k) else v) for k, v in parse_qsl(parts.query, keep_blank_values=True)]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, urlencode(query, safe="[]:/,"), ""))


def _credentials(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The parts of what stands in an Authorization header: a partner may repeat them in an error text."""
    found: list[str] = []
    for name, value in headers.items():
        if not _SECRET.search(name):
            continue
        scheme, _, rest = value.partition(" ")
        found.append(rest or value)
        if scheme.lower() == "basic":
            try:
                found += base64.b64decode(rest, validate=True).decode().split(":", 1)
            except (binascii.Error, UnicodeDecodeError):
                continue
    return tuple(found)


def _clean_body(body: bytes, media_type: str) -> str:
    if not body:
        return ""
    if media_type and not _TEXT.match(media_type):
        return f"<{media_type}, {len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}>"
    if len(body) <= _PARSE_LIMIT:
        try:
            return msgspec.json.encode(_scrub(msgspec.json.decode(body))).decode()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
    return _PAIR.sub(lambda found: f"{found[1]}{_HIDDEN}", body[: 4 * BODY_LIMIT].decode(errors="replace"))


@functools.lru_cache(4096)
def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _scrub(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _HIDDEN if _is_secret(key) and item else _scrub(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_scrub(item) for item in value]
    return value


def _without(text: str, hidden: Iterable[str]) -> str:
    """``text`` without the ``hidden`` values, then cut: a value at the edge must not survive as half of itself."""
    for value in hidden:
        if len(value) >= 4:
            text = text.replace(value, _HIDDEN)
    raw = text.encode()
    if len(raw) <= BODY_LIMIT:
        return text
    return f"{raw[:BODY_LIMIT].decode(errors='ignore')}… [{len(raw)} bytes in all]"


def _fit(calls: list[dict[str, Any]]) -> bytes:
    """The rows as JSON; where they are too large the longest bodies go first, then the oldest rows."""
    rows = [dict(row) for row in calls]
    whole = msgspec.json.encode(rows)
    while len(whole) > TOTAL_LIMIT:
        sizes = [
            (len(str(row[name])), index, name)
            for index, row in enumerate(rows)
            for name in ("request_body", "response_body")
            if len(str(row.get(name, ""))) > 64
        ]
        if sizes:
            size, index, name = max(sizes)
            rows[index][name] = f"[{size} characters left out]"
        else:
            del rows[0]
        whole = msgspec.json.encode(rows)
    return whole
