"""Talks to FedEx's REST API and turns its codes into verdicts."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from crossdock.connectors.fedex import wire
from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.mapping import booking, parties
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Explanation, Park, Refuse
from crossdock.transports.rest import Refusals, Row, Trouble, code_of
from crossdock.transports.tokens import Grant, TokenClient

T = TypeVar("T")

_ACCOUNT = "The FedEx account or project is not allowed to do this: check the account number and the project's APIs."
_SERVICE = "FedEx does not carry this with the service chosen. Choose another service or correct weight and address."
_TOO_LATE = "FedEx no longer takes this label back: the parcel is moving or the day is closed. Ask FedEx's billing."
_CREDENTIALS = "FedEx refuses our credentials: put valid ones in place."
_MANY = "FedEx has several shipments with this reference. Look them up in FedEx Ship Manager and cancel the spare ones."
NOT_UNIQUE = "TRACKING.DATA.NOTUNIQUE"

_BY_CODE: Mapping[str, Row] = {
    "NOT.AUTHORIZED.ERROR": Row("reauthenticate", _CREDENTIALS),
    "LOGIN.REAUTHENTICATE.ERROR": Row("reauthenticate", _CREDENTIALS),
    "FORBIDDEN.ERROR": Row("park", _ACCOUNT),
    "ACCOUNT.NUMBER.MISMATCH": Row("park", _ACCOUNT),
    "SHIPPING.CHARGESPAYMENT.ACCOUNTINVALID": Row("park", _ACCOUNT),
    "SERVICE.PACKAGECOMBINATION.INVALID": Row("park", _SERVICE),
    "SERVICETYPE.NOT.ALLOWED": Row("park", _SERVICE),
    "RATE.SERVICETYPE.INVALID": Row("park", _SERVICE),
    "SHIPMENT.TRACKINGNUMBER.CLOSED": Row("park", _TOO_LATE),
    "TRACKINGNUMBER.ALREADY.TENDERED": Row("park", _TOO_LATE),
    "RATE.LIMIT.EXCEEDED": Row("throttled", "FedEx asks us to slow down; we wait and go on by ourselves."),
    NOT_UNIQUE: Row("park", _MANY),
}
"""By FedEx's error code (developer.fedex.com, API error codes); texts are never matched on."""


def failure(body: bytes) -> tuple[str, str]:
    """Code and text of an error answer; gateways in front of FedEx answer with other bodies than JSON."""
    try:
        errors = msgspec.json.decode(body, type=wire.ErrorAnswer).errors
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")
    if not errors:
        return "", ""
    return errors[0].code, "; ".join(f"{each.code} {each.message}" for each in errors)


REFUSALS = Refusals("FedEx", failure, _BY_CODE, {403: Row("park", _ACCOUNT)})


class FedexClient:
    """One account. Tracking may be a project of its own there, with other credentials."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: FedexConfig = surroundings.config
        config = self._config
        self._shipping = self._tracking = self._client(surroundings, config.client_id, config.client_secret)
        if config.tracking_client_id:
            self._tracking = self._client(surroundings, config.tracking_client_id, config.tracking_client_secret)

    def _client(self, surroundings: Surroundings, client_id: str, client_secret: str) -> TokenClient:
        grant = Grant(f"{self._config.url.rstrip('/')}/oauth/token", in_body=True)
        return TokenClient(surroundings, self._config.url, REFUSALS, grant, client_id, client_secret)

    async def token(self, *, tracking: bool = False) -> str | Trouble:
        """A token, or why there is none."""
        return await (self._tracking if tracking else self._shipping).token()

    async def ask(
        self,
        method: str,
        path: str,
        shape: type[T],
        body: bytes = b"",
        *,
        costly: bool = False,
        more: Mapping[str, str] | None = None,
    ) -> T | Trouble:
        """Call the API and read its answer as ``shape``, or the verdict its refusal stands for."""
        rest = self._tracking if path.startswith("/track/") else self._shipping
        return await rest.ask(method, path, shape, body, costly=costly, more={"X-locale": "en_US", **(more or {})})

    # ---- what is asked

    async def rates(self, body: bytes) -> wire.RateAnswer | Trouble:
        """All offers with their transit times."""
        return await self.ask("POST", "/rate/v1/rates/quotes", wire.RateAnswer, body)

    async def ship(self, body: bytes, reference: str) -> wire.ShipAnswer | Trouble:
        """Book a shipment. Costs money once it is tendered. FedEx gives ``reference`` back and keeps nothing by it."""
        more = {"x-customer-transaction-id": reference[:100]}
        return await self.ask("POST", "/ship/v1/shipments", wire.ShipAnswer, body, costly=True, more=more)

    async def cancel(self, number: str) -> bool | Trouble:
        """Cancel a shipment: whether it is cancelled now. Safe to repeat: what was refused is looked up."""
        body = booking.cancel_request(number, self._config)
        answer = await self.ask("PUT", "/ship/v1/shipments/cancel", wire.CancelAnswer, body)
        if isinstance(answer, wire.CancelAnswer) and answer.output.cancelled_shipment:
            return True
        if not isinstance(answer, (wire.CancelAnswer, Park, Refuse)):
            return answer
        standing = await self.results("/track/v1/trackingnumbers", tracking_request(number))
        if not isinstance(standing, list):
            return standing
        if any(each.is_cancelled for each in standing):
            return True
        return False if isinstance(answer, wire.CancelAnswer) else answer

    async def results(self, path: str, body: bytes) -> list[wire.TrackResult] | Trouble:
        """Packages found; none where FedEx says it knows none. What it says otherwise is a verdict."""
        answer = await self.ask("POST", path, wire.TrackAnswer, body)
        if not isinstance(answer, wire.TrackAnswer):
            return [] if code_of(answer) in wire.NOT_FOUND else answer
        for each in answer.results:
            if each.error is not None and each.error.code not in wire.NOT_FOUND:
                row = REFUSALS.row(200, each.error.code)
                return Park(Explanation(row.operator, f"HTTP 200 {each.error.code}: {each.error.message}"))
        return [each for each in answer.results if each.error is None]

    async def track(self, number: str) -> msgspec.Raw | Trouble:
        """What is known of a tracking number, byte for byte."""
        return await self.ask("POST", "/track/v1/trackingnumbers", msgspec.Raw, tracking_request(number))

    async def schedule(self, body: bytes) -> wire.PickupAnswer | Trouble:
        """Schedule a pickup. May cost money."""
        return await self.ask("POST", "/pickup/v1/pickups", wire.PickupAnswer, body, costly=True)

    async def cancel_pickup(self, body: bytes) -> wire.PickupCancelAnswer | Trouble:
        """Cancel a pickup."""
        return await self.ask("PUT", "/pickup/v1/pickups/cancel", wire.PickupCancelAnswer, body)

    async def close(self, body: bytes, *, again: bool) -> wire.CloseAnswer | Trouble:
        """Close the day at FedEx Ground, or print ``again`` what was closed."""
        return await self.ask(
            "POST" if again else "PUT", "/ship/v1/endofday/", wire.CloseAnswer, body, costly=not again
        )

    async def check_address(self, body: bytes) -> wire.AddressAnswer | Trouble:
        """How FedEx writes an address."""
        return await self.ask("POST", "/address/v1/addresses/resolve", wire.AddressAnswer, body)


def tracking_request(number: str) -> bytes:
    """The body of POST /track/v1/trackingnumbers."""
    numbers = [{"trackingNumberInfo": {"trackingNumber": number}}]
    return parties.encode({"includeDetailedScans": True, "trackingInfo": numbers})
