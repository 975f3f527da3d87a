"""``POST /in/{partner}/{channel}``: a bare ASGI app, because every byte a partner sends passes here.

No framework, no routing table, no log line per request: read, hand over, answer.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from crossdock.api.context import Answer, IntakeDoor
from crossdock.api.problems import MEDIA_TYPE, Fault, problem, trace_id_in
from crossdock.ports.clock import Clock
from crossdock.ports.connector import Received
from crossdock.ports.verdicts import Explanation

LARGEST_BODY = 10 * 1024 * 1024
"""Bytes a message may have unless configured otherwise."""

_EMPTY = (b"content-length", b"0")
_KEPT_OF_REFUSED = 64 * 1024
_PARTS = 4


class _TooLarge(Exception):
    """The body passes the limit; ``start`` is what was read, ``length`` its declared or known length."""

    def __init__(self, start: bytes, length: int) -> None:
        super().__init__(length)
        self.start = start
        self.length = length


class _Gone(Exception):
    """The caller left before its message was complete."""


class IntakeApp:
    """The ASGI application for everything under ``/in/``."""

    def __init__(self, intake: IntakeDoor, clock: Clock, largest: int = LARGEST_BODY) -> None:
        """``largest`` is the most bytes of one message."""
        self._intake = intake
        self._clock = clock
        self._largest = largest

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        parts = scope["path"].split("/")
        if len(parts) != _PARTS or not parts[2] or not parts[3]:
            await _say(send, 404, "call /in/{partner}/{channel}", headers)
            return
        if scope["method"] != "POST":
            await _say(send, 405, "intake takes POST only", headers, ((b"allow", b"POST"),))
            return
        try:
            body = await _read(receive, headers.get("content-length"), self._largest)
        except _Gone:
            return
        except _TooLarge as error:
            await self._refuse_large(send, parts, headers, error)
            return
        except ValueError:
            await _say(send, 400, "Content-Length is not the length of the body", headers)
            return
        query = scope["query_string"]
        message = Received(
            parts[3],
            body,
            headers,
            self._clock.now(),
            headers.get("content-type", ""),
            "POST",
            f"{scope['path']}?{query.decode('latin-1')}" if query else scope["path"],
        )
        answer = await self._intake.accept(parts[2], message)
        if answer.status == 202:
            place = (b"location", b"/v1/exchanges/" + answer.exchange_id.encode())
            # No body: it would be a second write to the socket for every message.
            await send({"type": "http.response.start", "status": 202, "headers": (place, _EMPTY)})
            await send({"type": "http.response.body"})
            return
        await _refused(send, answer, headers)

    async def _refuse_large(self, send: Any, parts: list[str], headers: dict[str, str], error: _TooLarge) -> None:
        text = f"The message is larger than the {self._largest:,} bytes allowed; send it in parts."
        why = Explanation(text, f"the body has {error.length:,} bytes or more, the limit is {self._largest:,}")
        message = Received(parts[3], error.start, headers, self._clock.now(), headers.get("content-type", ""))
        answer = await self._intake.refuse(parts[2], message, 413, why, error.length)
        await _refused(send, answer, headers, ((b"connection", b"close"),))


async def _read(receive: Any, declared: str | None, largest: int) -> bytes:
    """The whole body; stops at the first byte too many. Raises `ValueError` when its length was declared wrongly."""
    length = -1
    if declared is not None:
        if not (declared.isascii() and declared.isdigit()):
            raise ValueError(declared)
        length = int(declared[:20])
    event = await receive()
    body: bytes = event.get("body", b"")
    if event.get("more_body") and length <= largest:
        chunks, size = [body], len(body)
        while event.get("more_body") and size <= largest:
            event = await receive()
            chunks.append(event.get("body", b""))
            size += len(chunks[-1])
        body = b"".join(chunks)
    if event["type"] == "http.disconnect":
        raise _Gone
    if length > largest or len(body) > largest:
        raise _TooLarge(body[:_KEPT_OF_REFUSED], max(length, len(body)))
    if length not in {-1, len(body)}:
        raise ValueError(declared)
    return body


async def _refused(
    send: Any, answer: Answer, headers: dict[str, str], extra: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    detail = answer.why.operator if answer.why else "The message was not taken."
    faults = (Fault(answer.why.engineer),) if answer.why and answer.why.engineer else ()
    if answer.status in {503, 507}:
        extra = (*extra, (b"retry-after", b"5"))
        faults = ()  # what the database said is for the operator's log, not for partners
    await _say(send, answer.status, detail, headers, extra, faults)


async def _say(
    send: Any,
    status: int,
    detail: str,
    headers: dict[str, str],
    extra: Iterable[tuple[bytes, bytes]] = (),
    faults: tuple[Fault, ...] = (),
) -> None:
    body = msgspec.json.encode(problem(status, detail, trace_id_in(headers), faults))
    fields = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body)), *extra]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
