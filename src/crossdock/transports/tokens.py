"""Access tokens by OAuth 2 client credentials (RFC 6749 4.4), kept until shortly before they end."""

import asyncio
import base64
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from crossdock.ports.clock import Clock
from crossdock.ports.secrets import UnknownSecret
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Park, Reauthenticate
from crossdock.ports.wire import HttpRequest, HttpResponse
from crossdock.transports.rest import Refusals, RestClient, Trouble

_EARLY_SECONDS = 60.0
_MICROSECONDS = 1_000_000


class Granted(Struct, frozen=True):
    """The answer of a token endpoint. Some partners (UPS) write the seconds as a text."""

    access_token: str
    expires_in: int | str = 3600


class Grant(Struct, frozen=True):
    """How one partner gives tokens: its ``url``, whether id and secret go in the body (else in Basic), and what else
    the form or the headers hold.
    """

    url: str
    in_body: bool = False
    form: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    as_json: bool = False


class Tokens:
    """The token of one account; many callers at once make one request for it."""

    def __init__(self, client: RestClient, grant: Grant, clock: Clock) -> None:
        """``client`` judges the answers of the token endpoint."""
        self._client = client
        self._grant = grant
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._ends_at = 0

    async def token(self, client_id: str, client_secret: str) -> str | Trouble:
        """A token good for a minute at least, or the verdict that says why there is none."""
        async with self._lock:
            if not self._token or self._clock.now() >= self._ends_at:
                granted = await self._ask(client_id, client_secret)
                if not isinstance(granted, Granted):
                    return granted
                seconds = max(0.0, float(granted.expires_in) - _EARLY_SECONDS)
                self._token = granted.access_token
                self._ends_at = self._clock.now() + int(seconds * _MICROSECONDS)
            return self._token

    def forget(self, token: str) -> None:
        """Ask for a new one next time: the partner refused ``token``. One fetched since by another caller is kept."""
        if token == self._token:
            self._token = ""

    async def _ask(self, client_id: str, client_secret: str) -> Granted | Trouble:
        request = _request(self._grant, client_id, client_secret)
        answer = await self._client.send(request)
        if not isinstance(answer, HttpResponse):
            return answer
        if not 200 <= answer.status < 300:
            return self._client.refusals.verdict(answer, costly=False)
        try:
            granted = msgspec.json.decode(answer.body, type=Granted)
            float(granted.expires_in)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as problem:
            operator = f"{self._client.refusals.partner} gave no usable access token. Ask an engineer."
            return Park(Explanation(operator, f"the token endpoint's answer: {problem}"))
        return granted


class TokenClient(RestClient):
    """Calls one account's API with a token: fetched when it is needed, and once more where the partner refuses it (a
    call with a refused token was carried out by nobody). ``client_id`` and ``client_secret`` are references.
    """

    def __init__(
        self, surroundings: Surroundings, url: str, refusals: Refusals, grant: Grant, client_id: str, client_secret: str
    ) -> None:
        super().__init__(surroundings.http, url, dict, refusals)
        self._secrets = surroundings.secrets
        self._tokens = Tokens(self, grant, surroundings.clock)
        self._references = client_id, client_secret

    async def token(self) -> str | Trouble:
        """A token, or why there is none."""
        try:
            client_id, secret = map(self._secrets.reveal, self._references)
        except UnknownSecret as problem:
            operator = f"The credentials of {self.refusals.partner} are not in place: set them."
            return Reauthenticate(Explanation(operator, str(problem)))
        return await self._tokens.token(client_id, secret)

    async def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        costly: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> HttpResponse | Trouble:
        """The successful (2xx) answer of a call, or a verdict."""
        token = await self.token()
        if not isinstance(token, str):
            return token
        answer = await self._with(token, method, path, body, costly=costly, more=more)
        if not isinstance(answer, Reauthenticate):
            return answer
        self._tokens.forget(token)
        another = await self.token()
        if not isinstance(another, str):
            return another
        return await self._with(another, method, path, body, costly=costly, more=more)

    async def _with(
        self, token: str, method: str, path: str, body: bytes, *, costly: bool, more: Mapping[str, str] | None
    ) -> HttpResponse | Trouble:
        headers = {"Authorization": f"Bearer {token}", **(more or {})}
        return await super().call(method, path, body, costly=costly, more=headers)


def _request(grant: Grant, client_id: str, client_secret: str) -> HttpRequest:
    form = {"grant_type": "client_credentials", **dict(grant.form)}
    headers = {"Accept": "application/json", "User-Agent": "crossdock", **dict(grant.headers)}
    if grant.in_body:
        form |= {"client_id": client_id, "client_secret": client_secret}
    else:
        headers["Authorization"] = f"Basic {base64.b64encode(f'{client_id}:{client_secret}'.encode()).decode()}"
    if grant.as_json:
        return HttpRequest(
            "POST",
            grant.url,
            headers | {"Content-Type": "application/json"},
            msgspec.json.encode(form),
            idempotent=True,
        )
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return HttpRequest("POST", grant.url, headers, urlencode(form).encode(), idempotent=True)
