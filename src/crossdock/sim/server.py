"""A simulator on loopback: an ASGI application with the scripted faults and a control door, served by uvicorn.

GET  /_sim/ledger           what happened           GET /_sim/state    all there is
GET  /_sim/faults           the rules in force      PUT replaces them, POST adds one, DELETE clears them
POST /_sim/do/{action}      make something happen (a JSON object of arguments)
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Generator, MutableMapping
from typing import Any, Protocol

import aiohttp
import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from crossdock.ports.clock import Clock
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.sim.faults import FaultBook, InvalidFaults, Rule, load_faults
from crossdock.sim.inprocess import carry_out
from crossdock.sim.simulator import Simulator, UnknownAction
from crossdock.sim.webhooks import OutgoingWebhook, deliver_due

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_BODY_LIMIT = 25 * 1024 * 1024
_WEBHOOK_SECONDS = 7.0
_WEBHOOK_PAUSE = 0.05

_connections: dict[tuple[str, int], asyncio.Transport] = {}
"""Open connections by the client's address: ASGI has no word for letting a connection die."""


class SeverableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with its connections within reach so that a lost answer can be a lost answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        _connections[transport.get_extra_info("peername")[:2]] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        _connections.pop(self.transport.get_extra_info("peername")[:2], None)
        super().connection_lost(exc)


class LoopbackApp:
    """The ASGI application around one simulator."""

    def __init__(self, simulator: Simulator, clock: Clock, faults: FaultBook | None = None) -> None:
        self._simulator = simulator
        self._clock = clock
        self._faults = faults if faults is not None else FaultBook(started_at=clock.now())

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        path: str = scope["path"]
        if path.startswith("/_sim/"):
            await _answer(send, self._control(scope["method"], path.removeprefix("/_sim/"), body))
            return
        effect = self._faults.judge(scope["method"], path, self._clock.now())
        if effect.latency > 0:
            await self._clock.sleep(effect.latency)
        answer = None
        if not effect.unreachable:
            answer = carry_out(self._simulator, _request(scope, body), effect, self._clock.now())
        if answer is None:
            await _sever(scope, receive)
            return
        await _answer(send, answer)

    def _control(self, method: str, name: str, body: bytes) -> HttpResponse:
        try:
            if method == "GET" and name == "ledger":
                return HttpResponse(200, {"content-type": "application/json"}, self._simulator.ledger.dump())
            if method == "GET" and name == "state":
                return _json(200, self._simulator.state())
            if name == "faults":
                return self._script(method, body)
            if method == "POST" and name.startswith("do/"):
                arguments = msgspec.json.decode(body or b"{}", type=dict[str, Any])
                done = self._simulator.control(name.removeprefix("do/"), arguments, self._clock.now())
                return _json(200, done)
        except (InvalidFaults, UnknownAction, msgspec.DecodeError) as problem:
            return _json(422, {"error": str(problem)})
        return _json(404, {"error": f"there is no {method} /_sim/{name}"})

    def _script(self, method: str, body: bytes) -> HttpResponse:
        if method == "PUT":
            self._faults.replace(load_faults(body))
        elif method == "POST":
            self._faults.add(msgspec.json.decode(body, type=Rule))
        elif method == "DELETE":
            self._faults.replace(())
        return _json(200, self._faults.rules)


class Beside(Protocol):
    """A second wire that a partner speaks beside HTTP; a simulator has it by a method ``beside(clock)``."""

    async def start(self) -> int:
        """Listen; the port."""
        ...

    async def stop(self) -> None:
        """Listen no more."""
        ...


class LoopbackServer:
    """A simulator served on ``host``:``port`` (0: any free one) in the running loop, webhooks included.

    ``start`` gives the port; ``stop`` ends both. Webhooks are tried for 7 seconds each.
    """

    def __init__(
        self,
        simulator: Simulator,
        clock: Clock,
        faults: FaultBook | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._simulator = simulator
        self._clock = clock
        self._socket = socket.create_server((host, port))
        # Accepted connections inherit this; asyncio does not set it on sockets it did not make itself, and without
        # it every answer on a kept connection waits 40 ms for a delayed acknowledgement.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app = LoopbackApp(simulator, clock, faults)
        config = uvicorn.Config(app, http=SeverableProtocol, lifespan="off", log_level="warning", access_log=False)
        self._server = _QuietServer(config)
        self._tasks: list[asyncio.Task[None]] = []
        beside = getattr(simulator, "beside", None)
        self._beside: Beside | None = beside(clock) if beside else None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1])

    async def start(self) -> int:
        """Listen and send webhooks from now on; the port."""
        if self._beside is not None:
            await self._beside.start()
        self._tasks = [
            asyncio.create_task(self._server.serve(sockets=[self._socket])),
            asyncio.create_task(self._send_webhooks()),
        ]
        while not self._server.started:  # noqa: ASYNC110 - uvicorn offers a flag, not an event
            await asyncio.sleep(0.01)
        return self.port

    async def stop(self) -> None:
        """Stop both and wait for them."""
        self._server.should_exit = True
        if self._beside is not None:
            await self._beside.stop()
        serving, sending = self._tasks
        sending.cancel()
        await asyncio.gather(serving, sending, return_exceptions=True)

    async def serve_forever(self) -> None:
        """Start and wait until somebody cancels."""
        await self.start()
        try:
            await asyncio.gather(*self._tasks)
        finally:
            await self.stop()

    async def _send_webhooks(self) -> None:
        timeout = aiohttp.ClientTimeout(total=_WEBHOOK_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:

            async def deliver(webhook: OutgoingWebhook) -> int:
                try:
                    async with session.post(
                        webhook.url, data=webhook.body, headers=webhook.headers, allow_redirects=False
                    ) as response:
                        return response.status
                except (aiohttp.ClientError, OSError, TimeoutError):
                    return 0

            while True:
                await deliver_due([self._simulator], self._clock.now(), deliver)
                await asyncio.sleep(_WEBHOOK_PAUSE)


class _QuietServer(uvicorn.Server):
    """A server that leaves the process's signals to whoever runs the loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _request(scope: MutableMapping[str, Any], body: bytes) -> HttpRequest:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    raw = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"]
    path = raw.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    return HttpRequest(scope["method"], f"http://{headers.get('host', 'localhost')}{path}", headers, body)


async def _body(receive: Receive) -> bytes:
    pieces, size = [], 0
    while True:
        message = await receive()
        piece = message.get("body", b"")
        size += len(piece)
        if size <= _BODY_LIMIT:
            pieces.append(piece)
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return b"".join(pieces)


async def _sever(scope: MutableMapping[str, Any], receive: Receive) -> None:
    """Let the connection die; waiting for its end keeps uvicorn from answering in our place."""
    transport = _connections.get(tuple(scope["client"][:2]))
    if transport is None:
        raise ConnectionAbortedError("the answer is lost (scripted), and this server cannot cut the connection")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _json(status: int, value: object) -> HttpResponse:
    return HttpResponse(status, {"content-type": "application/json"}, msgspec.json.encode(value))


async def _answer(send: Send, response: HttpResponse) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
