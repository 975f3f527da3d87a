"""The one file that orders' maps are drawn over, in ranges: nothing of its address is ever taken for a path."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from litestar import Request, Response, route
from litestar.response import Stream
from msgspec import Struct

from crossdock.tower.byte_ranges import Span, asked
from crossdock.tower.desk import At
from crossdock.tower.sessions import Role

PATH = "/maps/tiles.pmtiles"
"""Where browsers read it."""

MOST = 4 * 1024 * 1024
"""Bytes of one answer to a range; tiles and directories are far smaller."""

_PIECE = 256 * 1024
_MEDIA_TYPE = "application/vnd.pmtiles"
_LOG = structlog.get_logger("crossdock.tower")


class _Read(Struct, frozen=True):
    """A look at the file: its size and mark, the span that was asked for (none: the whole), and the bytes of it."""

    size: int
    mark: str
    span: Span | None
    data: bytes


@route(PATH, http_method=["GET", "HEAD"], opt={"role": Role.SUPPORT})
async def tiles(request: Request[Any, Any, Any], desk: At) -> Response[Any]:
    """Bytes of the configured file, for whoever sees orders."""
    given = desk.context.map_file
    if given is None:
        return desk.missing(request, "No file of a map is configured", "crossdock config explain tower.map.tiles")
    wanted = request.headers.get("range", "") if request.method == "GET" else ""
    try:
        found = await asyncio.to_thread(_look, given.path, wanted, request.headers.get("if-range", ""))
    except OSError as problem:
        _LOG.warning("map_unreadable", path=str(given.path), reason=problem.strerror)
        return desk.missing(request, "The file of the map cannot be read", "crossdock check")
    return _answer(request, given.path, found)


def _look(path: Path, wanted: str, unchanged_from: str) -> _Read:
    """One opened file for size, mark and bytes, so that they belong together when it is replaced meanwhile."""
    with path.open("rb") as file:
        size, mark = _known(file)
        span = asked(wanted, size, MOST) if unchanged_from in {"", mark} else None
        if span is None or not span.count:
            return _Read(size, mark, span, b"")
        file.seek(span.first)
        return _Read(size, mark, span, file.read(span.count))


def _known(file: BinaryIO) -> tuple[int, str]:
    stat = os.fstat(file.fileno())
    return stat.st_size, f'"{stat.st_ino:x}-{stat.st_size:x}-{stat.st_mtime_ns:x}"'


def _answer(request: Request[Any, Any, Any], path: Path, found: _Read) -> Response[Any]:
    headers = {"etag": found.mark, "accept-ranges": "bytes", "cache-control": "private, no-cache"}
    if found.mark in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers)
    if found.span is None:
        headers["content-length"] = str(found.size)
        body = _pieces(path, found.mark) if request.method == "GET" else iter(())
        return Stream(body, media_type=_MEDIA_TYPE, headers=headers)
    if not found.data:
        headers["content-range"] = f"bytes */{found.size}"
        return Response(b"", status_code=416, media_type=_MEDIA_TYPE, headers=headers)
    first, last = found.span.first, found.span.first + len(found.data) - 1
    headers["content-range"] = f"bytes {first}-{last}/{found.size}"
    return Response(found.data, status_code=206, media_type=_MEDIA_TYPE, headers=headers)


async def _pieces(path: Path, mark: str) -> AsyncIterator[bytes]:
    """All of it, a piece at a time; nothing where it is another file by now, which breaks the answer off."""
    with await asyncio.to_thread(path.open, "rb") as file:
        size, now = _known(file)
        left = size if now == mark else 0
        while left and (piece := await asyncio.to_thread(file.read, min(left, _PIECE))):
            left -= len(piece)
            yield piece
