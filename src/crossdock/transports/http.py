"""HTTP to the outside: only to allowed hosts, never to private addresses by accident, never along a redirect."""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from contextvars import ContextVar

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from crossdock.ports.wire import HttpRequest, HttpResponse, NoAnswer, NotSent

DEFAULT_LIMIT = 25 * 1024 * 1024
"""Largest answer read, in bytes after decompression."""

TRACEPARENT: ContextVar[str] = ContextVar("crossdock_traceparent", default="")
"""The W3C ``traceparent`` of the current task; sent along when it is set (https://www.w3.org/TR/trace-context/)."""

_CONNECT_SECONDS = 10.0
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class EgressRefused(OSError):
    """A call to a host or an address that is not allowed. The text names it."""


class AiohttpCaller:
    """Implements `crossdock.ports.wire.HttpCaller` for one partner; closed by `close`.

    ``hosts`` is the allow-list: exact names, ``*.suffix``, or IP literals; nothing else is called. Names that resolve
    to an address that is not public are refused unless ``allow_private``; an IP literal (or ``localhost``) listed in
    ``hosts`` is allowed as such. Plain http is refused unless ``allow_plain`` or the host is loopback. TLS is always
    verified. ``per_host`` limits connections, ``limit`` the bytes of an answer.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        *,
        allow_private: bool = False,
        allow_plain: bool = False,
        per_host: int = 10,
        limit: int = DEFAULT_LIMIT,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._allow_private = allow_private
        self._allow_plain = allow_plain
        self._per_host = per_host
        self._limit = limit
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def call(self, request: HttpRequest) -> HttpResponse:
        """The partner's answer, whatever its status. Raises `NotSent` (nothing left this machine, or the connection
        was never made) or `NoAnswer` (time-out, reset, or an answer larger than the limit).
        """
        url = self._allowed(request.url)
        timeout = aiohttp.ClientTimeout(total=request.timeout, sock_connect=min(_CONNECT_SECONDS, request.timeout))
        try:
            async with self._open().request(
                request.method,
                url,
                headers=_with_trace(request),
                data=request.body or None,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                body = await _read(response, self._limit)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return HttpResponse(response.status, headers, body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as problem:
            refused = isinstance(problem.__cause__, EgressRefused)
            raise NotSent(str(problem.__cause__) if refused else f"{url.host}: {problem}") from problem
        except TimeoutError as problem:
            raise NoAnswer(f"{url.host}: no answer within {request.timeout:g} s") from problem
        except (aiohttp.ClientError, OSError) as problem:
            raise NoAnswer(f"{url.host}: {type(problem).__name__} {problem}") from problem

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            inner = self._resolver or ThreadedResolver()
            connector = aiohttp.TCPConnector(
                limit_per_host=self._per_host,
                resolver=_PublicOnly(inner, self._may_be_private),
                use_dns_cache=False,
            )
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        return self._session

    def _allowed(self, text: str) -> URL:
        try:
            url = URL(text, encoded=True)
            host, port = (url.host or "").lower(), url.port
        except ValueError as problem:
            raise NotSent(f"'{text[:200]}' is not a URL: {problem}") from None
        if url.scheme not in {"http", "https"} or not host or port is None or url.user is not None:
            raise NotSent(f"only http and https URLs without credentials are called, not '{url.scheme}' at '{host}'")
        if host not in self._hosts and not any(
            entry.startswith("*.") and host.endswith(entry[1:]) for entry in self._hosts
        ):
            raise NotSent(f"egress to '{host}' is not allowed: it is not among this partner's hosts")
        address = _literal(host)
        if address is not None and host not in self._hosts and not (self._allow_private or is_public(address)):
            raise NotSent(f"egress to {host} is not allowed: it is not a public address")
        if url.scheme == "http" and not (self._allow_plain or _is_loopback(host)):
            raise NotSent(f"plain http to '{host}' is not allowed: use https")
        return url

    def _may_be_private(self, host: str) -> bool:
        return self._allow_private or (host.lower() == "localhost" and "localhost" in self._hosts)


class _PublicOnly(AbstractResolver):
    """Resolves names and drops what is not public, so that the address judged is the address connected to."""

    def __init__(self, inner: AbstractResolver, exempt: Callable[[str], bool]) -> None:
        self._inner = inner
        self._exempt = exempt

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The public addresses of ``host``. Raises `EgressRefused` when there is none."""
        found = await self._inner.resolve(host, port, family)
        if self._exempt(host):
            return found
        public = [entry for entry in found if is_public(ipaddress.ip_address(entry["host"].partition("%")[0]))]
        if not public:
            raise EgressRefused(f"egress to '{host}' is not allowed: it resolves to no public address")
        return public

    async def close(self) -> None:
        """Let go of the inner resolver."""
        await self._inner.close()


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether ``address`` is on the public internet, seen through IPv6 wrappings (mapped, 6to4, NAT64)."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _literal(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _with_trace(request: HttpRequest) -> dict[str, str]:
    headers = dict(request.headers)
    trace = TRACEPARENT.get()
    if trace and "traceparent" not in {name.lower() for name in headers}:
        headers["traceparent"] = trace
    return headers


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    pieces, size = [], 0
    async for piece in response.content.iter_chunked(65536):
        size += len(piece)
        if size > limit:
            # The partner did act: an answer we refuse to read is an answer that did not reach us.
            raise NoAnswer(f"the answer is larger than {limit} bytes")
        pieces.append(piece)
    return b"".join(pieces)
