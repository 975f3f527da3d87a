"""Calls ShipIT and turns its refusals into verdicts."""

import base64
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct, structs

from crossdock.connectors.gls import wire
from crossdock.connectors.gls.config import GlsConfig
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Park, Refuse
from crossdock.ports.wire import HttpCaller, HttpRequest, HttpResponse
from crossdock.transports.rest import Refusals, RestClient, Row, Trouble, code_of
from crossdock.transports.tokens import Grant, TokenClient

T = TypeVar("T")

MEDIA_TYPE = "application/glsVersion1+json"
NOT_FOUND = frozenset({"NO_DATA_FOUND", "NO_PARCELS_FOUND", "UNKNOWN_PARCEL", "PARCEL_NOT_FOUND"})
"""Error names that say that ShipIT has no such parcel. Which one a live system gives is not proved; a 404 says the
same.
"""

_DATA = "GLS does not accept this parcel as it is. Correct the data it names."
_BY_CODE: Mapping[str, Row] = {
    **dict.fromkeys(NOT_FOUND, Row("park", "GLS does not know this parcel. Look it up there.")),
    "BACKEND_INACTIVE": Row("server", "GLS has switched this access off for now; we go on by ourselves."),
}
"""By the name in the header ``error``; texts are never matched on."""

_BY_STATUS = {400: Row("park", _DATA), 490: Row("park", _DATA)}
"""490 is ShipIT's own: the form is right, a business rule says no (or the access is inactive)."""


class _Failure(Struct):
    error: str = ""
    message: str = ""
    args: str = ""


def failure(body: bytes) -> tuple[str, str]:
    """Name and text of an error, as `HeaderErrors` put them together; gateways answer otherwise."""
    try:
        said = msgspec.json.decode(body, type=_Failure)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")
    return said.error, f"{said.message} {said.args}".strip()


REFUSALS = Refusals("GLS", failure, _BY_CODE, _BY_STATUS)


class HeaderErrors:
    """An `HttpCaller` that makes a body of what ShipIT says of an error: it says it in headers, over an empty body."""

    def __init__(self, inner: HttpCaller) -> None:
        """``inner`` sends."""
        self._inner = inner

    async def call(self, request: HttpRequest) -> HttpResponse:
        """The answer; an error's body holds ``error``, ``message`` and ``args`` of its headers where it was empty."""
        answer = await self._inner.call(request)
        if answer.status < 400 or answer.body.strip():
            return answer
        said = {name: answer.headers.get(name, "") for name in ("error", "message", "args")}
        return structs.replace(answer, body=msgspec.json.encode(said))

    async def close(self) -> None:
        """Let go of all connections."""
        await self._inner.close()


class GlsClient:
    """One shipper, with Basic authentication or with tokens of the developer portal."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: GlsConfig = surroundings.config
        self._secrets = surroundings.secrets
        caller = HeaderErrors(surroundings.http)
        config = self._config
        if config.oauth_url:
            grant, within = Grant(config.oauth_url, in_body=True), structs.replace(surroundings, http=caller)
            self._rest: RestClient = TokenClient(within, config.url, REFUSALS, grant, config.username, config.password)
        else:
            self._rest = RestClient(caller, config.url, self._basic, REFUSALS)

    def _basic(self) -> Mapping[str, str]:
        user, word = self._secrets.reveal(self._config.username), self._secrets.reveal(self._config.password)
        return {"Authorization": f"Basic {base64.b64encode(f'{user}:{word}'.encode()).decode()}"}

    async def _ask(self, path: str, shape: type[T], body: bytes = b"", *, costly: bool = False) -> T | Trouble:
        """Every operation is a POST."""
        more = {"Accept": f"{MEDIA_TYPE}, application/json", "Content-Type": MEDIA_TYPE}
        return await self._rest.ask("POST", path, shape, body, costly=costly, more=more)

    async def allowed(self, body: bytes) -> wire.AllowedServices | Trouble:
        """Products and services between two places."""
        return await self._ask("/rs/shipments/allowedservices", wire.AllowedServices, body)

    async def book(self, body: bytes) -> wire.Created | Trouble:
        """Book a parcel. Costs money."""
        return await self._ask("/rs/shipments", wire.Created, body, costly=True)

    async def reprint(self, body: bytes) -> wire.Created | Trouble | None:
        """A parcel with its label; None where ShipIT has none."""
        answer = await self._ask("/rs/shipments/reprintparcel", wire.Created, body)
        return None if is_unknown_there(answer) else answer

    async def cancel(self, track_id: str) -> wire.Cancelled | Trouble:
        """Cancel a parcel that was not scanned yet; safe to repeat."""
        return await self._ask(f"/rs/shipments/cancel/{quote(track_id, safe='')}", wire.Cancelled, b"{}")

    async def end_of_day(self, day: str) -> msgspec.Raw | Trouble:
        """Report the parcels of a day (YYYY-MM-DD); safe to repeat. Tracking knows a parcel from then on."""
        return await self._ask(f"/rs/shipments/endofday?date={day}", msgspec.Raw, b"{}")

    async def collect(self, body: bytes) -> wire.Collection | Trouble:
        """Order a collection."""
        return await self._ask("/rs/sporadiccollection", wire.Collection, body, costly=True)

    async def track(self, number: str) -> msgspec.Raw | Trouble | None:
        """What is known of a parcel, byte for byte; None where nothing is."""
        answer = await self._ask("/rs/tracking/parceldetails", msgspec.Raw, _named(number))
        return None if is_unknown_there(answer) else answer

    async def proof(self, number: str) -> wire.Proofs | Trouble:
        """The proof of delivery; none is an empty answer."""
        answer = await self._ask("/rs/tracking/parcelpod", wire.Proofs, _named(number))
        return wire.Proofs() if is_unknown_there(answer) else answer


def is_unknown_there(answer: object) -> bool:
    """Whether a refusal says that GLS has no such parcel."""
    if not isinstance(answer, (Park, Refuse)):
        return False
    return answer.why.engineer.startswith("HTTP 404 ") or code_of(answer) in NOT_FOUND


def _named(number: str) -> bytes:
    """A body that names a parcel: by the digits on the label, else by ShipIT's own name."""
    named: dict[str, int | str] = {"ParcelNumber": int(number)} if number.isdecimal() else {"TrackID": number}
    return msgspec.json.encode(named)
