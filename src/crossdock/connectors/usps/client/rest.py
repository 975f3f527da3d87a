"""Calls the USPS APIs and turns their refusals into verdicts."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from crossdock.connectors.usps import wire
from crossdock.connectors.usps.config import UspsConfig
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Park, Reauthenticate, Refuse
from crossdock.ports.wire import HttpResponse
from crossdock.transports.rest import Refusals, Row, Trouble, code_of
from crossdock.transports.tokens import Grant, TokenClient

T = TypeVar("T")

NEVER_BOUGHT = "160412"
"""Reprint by key: no label was made under this key for a mailing date of the last days."""

CANCELLED = "160979"
"""Reprint: the label was cancelled."""

_PAYMENT_SECONDS = 3600
_LABEL_JSON = {"Accept": "application/vnd.usps.labels+json"}
_DATA = "USPS does not accept this as it is. Correct the data it names."
_BY_CODE: Mapping[str, Row] = {
    NEVER_BOUGHT: Row("park", "USPS knows no label under this key."),
    CANCELLED: Row("park", "The label was bought and cancelled. Ask for rates again if the parcel is to go."),
    "160378": Row("park", "USPS knows no such label. Look it up there."),
    "010005": Row("park", "USPS does not know the address. Correct it in the order."),
}
"""By USPS's code (errors in its answers); texts are never matched on."""


def failure(body: bytes) -> tuple[str, str]:
    """Code and text of an error answer: the first error's own code, else the answer's; gateways answer otherwise."""
    try:
        error = msgspec.json.decode(body, type=wire.ErrorAnswer).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")
    details = "; ".join(f"{each.code} {each.detail} ({each.source.parameter})" for each in error.errors)
    code = next((each.code for each in error.errors if each.code), error.code)
    return code, f"{error.message} {details}".strip()


REFUSALS = Refusals("USPS", failure, _BY_CODE, {422: Row("park", _DATA)})


class UspsClient:
    """One account."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: UspsConfig = surroundings.config
        self._clock = surroundings.clock
        url = f"{self._config.url.rstrip('/')}/oauth2/v3/token"
        grant = Grant(url, in_body=True, as_json=True)
        pair = self._config.client_id, self._config.client_secret
        self._rest = TokenClient(surroundings, self._config.url, REFUSALS, grant, *pair)
        self.token, self.call = self._rest.token, self._rest.call
        self._payment = ("", 0)

    async def ask(self, method: str, path: str, shape: type[T], body: bytes = b"") -> T | Trouble:
        """Make a harmless call and read its answer as ``shape``, or the verdict its refusal stands for."""
        return await self._rest.ask(method, path, shape, body)

    async def payment(self) -> str | Trouble:
        """The token that says who pays; kept for an hour of its eight."""
        token, ends_at = self._payment
        if token and self._clock.now() < ends_at:
            return token
        payer = {
            "CRID": self._config.crid,
            "MID": self._config.mid,
            "manifestMID": self._config.manifest_mid or self._config.mid,
            "accountType": self._config.account_type,
            "accountNumber": self._config.account_number,
        }
        body = msgspec.json.encode({"roles": [{"roleName": name, **payer} for name in ("PAYER", "LABEL_OWNER")]})
        answer = await self.ask("POST", "/payments/v3/payment-authorization", wire.Paid, body)
        if not isinstance(answer, wire.Paid):
            return answer
        self._payment = (answer.payment_authorization_token, self._clock.now() + _PAYMENT_SECONDS * 1_000_000)
        return answer.payment_authorization_token

    async def _paid(
        self, method: str, path: str, key: str, body: bytes = b"", *, costly: bool = False
    ) -> HttpResponse | Trouble:
        payment = await self.payment()
        if not isinstance(payment, str):
            return payment
        more = {"X-Payment-Authorization-Token": payment, **_LABEL_JSON}
        if key:
            more["X-Idempotency-Key"] = key
        answer = await self.call(method, path, body, costly=costly, more=more)
        if isinstance(answer, Reauthenticate):
            self._payment = ("", 0)
        return answer

    # ---- what is asked

    async def price(self, body: bytes, *, domestic: bool) -> wire.BaseRates | Trouble:
        """The price of one mail class."""
        api = "prices" if domestic else "international-prices"
        return await self.ask("POST", f"/{api}/v3/base-rates/search", wire.BaseRates, body)

    async def buy(self, path: str, key: str, body: bytes) -> HttpResponse | Trouble:
        """Buy a label under ``key``. Costs money; the key finds it again, it does not keep it from being sold twice."""
        return await self._paid("POST", path, key, body, costly=True)

    async def reprint(self, api: str, key: str, body: bytes) -> HttpResponse | Trouble | None:
        """The label bought under ``key``; None where none was. USPS gives it three times."""
        answer = await self._paid("POST", f"/{api}/v3/label-reprint", key, body)
        return None if is_refused_with(answer, NEVER_BOUGHT) else answer

    async def reprint_number(self, api: str, number: str, body: bytes) -> HttpResponse | Trouble:
        """The label with this tracking number. USPS gives it three times."""
        return await self._paid("POST", f"/{api}/v3/label-reprint/{quote(number, safe='')}", "", body)

    async def cancel(self, path: str) -> wire.Cancelled | Trouble:
        """Cancel a label; safe to repeat."""
        answer = await self._paid("DELETE", path, "")
        return REFUSALS.read(answer, wire.Cancelled, costly=False) if isinstance(answer, HttpResponse) else answer

    async def schedule(self, body: bytes) -> wire.PickupMade | HttpResponse | Trouble:
        """Schedule a carrier pickup."""
        answer = await self.call("POST", "/pickup/v3/carrier-pickup", body, costly=True)
        if not isinstance(answer, HttpResponse):
            return answer
        try:
            return msgspec.json.decode(answer.body, type=wire.PickupMade)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return answer

    async def call_off(self, number: str) -> HttpResponse | Trouble | None:
        """Cancel a carrier pickup, by its ETag; None where USPS knows none."""
        path = f"/pickup/v3/carrier-pickup/{quote(number, safe='')}"
        standing = await self.call("GET", path)
        if is_unknown_there(standing):
            return None
        if not isinstance(standing, HttpResponse):
            return standing
        answer = await self.call("DELETE", path, more={"If-Match": standing.headers.get("etag", "")})
        return None if is_unknown_there(answer) else answer

    async def scan_form(self, body: bytes) -> HttpResponse | Trouble:
        """Make a SCAN form; labels on one cannot be put on another."""
        return await self.call("POST", "/scan-forms/v3/scan-form", body, costly=True)

    async def address(self, query: Mapping[str, str]) -> wire.Checked | Trouble:
        """An address in USPS's spelling."""
        return await self.ask("GET", f"/addresses/v3/address?{urlencode(query)}", wire.Checked)

    async def track(self, number: str) -> bytes | Trouble | None:
        """What is known of a tracking number, byte for byte; None where nothing is."""
        answer = await self.call("GET", f"/tracking/v3/tracking/{quote(number, safe='')}?expand=DETAIL")
        if isinstance(answer, HttpResponse):
            return answer.body
        return None if is_unknown_there(answer) else answer


def is_unknown_there(answer: object) -> bool:
    """Whether a refusal says that USPS knows nothing of what was asked for."""
    return isinstance(answer, Park) and answer.why.engineer.startswith("HTTP 404 ")


def is_refused_with(answer: object, code: str) -> bool:
    """Whether USPS said no with this code."""
    return isinstance(answer, (Park, Refuse)) and code_of(answer) == code
