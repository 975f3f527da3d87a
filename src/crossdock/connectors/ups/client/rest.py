"""Talks to UPS's REST API and turns its codes into verdicts."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from crossdock.connectors.ups import wire
from crossdock.connectors.ups.config import UpsConfig
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Park, Refuse
from crossdock.transports.rest import Refusals, Row, Trouble, code_of
from crossdock.transports.tokens import Grant, TokenClient

T = TypeVar("T")

ALREADY_VOIDED = "190117"
"""Void, error 190117: the shipment was voided before."""

_ACCOUNT = "The UPS account or app is not allowed to do this: check the account number and the app's products."
_SERVICE = "UPS does not carry this with the service chosen. Choose another service or correct weight and address."
_TOO_LATE = "UPS no longer takes this label back: it is too old or the parcel is moving. Ask UPS's billing."
_ADDRESS = "UPS does not accept the address. Correct it in the order."

_BY_CODE: Mapping[str, Row] = {
    "250002": Row("reauthenticate", "UPS refuses our credentials: put valid ones in place."),
    "250003": Row("reauthenticate", "UPS refuses our credentials: put valid ones in place."),
    "10401": Row("reauthenticate", "UPS refuses our credentials: put valid ones in place."),
    "10429": Row("throttled", "UPS asks us to slow down; we wait and go on by ourselves."),
    "111100": Row("park", _SERVICE),
    "111210": Row("park", _SERVICE),
    "120100": Row("park", _ACCOUNT),
    "121100": Row("park", _SERVICE),
    "121210": Row("park", _SERVICE),
    "120802": Row("park", _ADDRESS),
    "190102": Row("park", _TOO_LATE),
    ALREADY_VOIDED: Row("park", _TOO_LATE),
}
"""By UPS's error code (developer.ups.com, API error codes); texts are never matched on."""


def failure(body: bytes) -> tuple[str, str]:
    """Code and text of an error answer; gateways in front of UPS answer with other bodies than JSON."""
    try:
        errors = msgspec.json.decode(body, type=wire.ErrorAnswer).response.errors
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")
    if not errors:
        return "", ""
    return errors[0].code, "; ".join(f"{each.code} {each.message}" for each in errors)


REFUSALS = Refusals("UPS", failure, _BY_CODE)


class UpsClient:
    """One account."""

    def __init__(self, surroundings: Surroundings) -> None:
        config: UpsConfig = surroundings.config
        self._account = config.account_number
        url = f"{config.url.rstrip('/')}/security/v1/oauth/token"
        grant = Grant(url, headers=(("x-merchant-id", config.account_number),))
        self._rest = TokenClient(surroundings, config.url, REFUSALS, grant, config.client_id, config.client_secret)
        self.token = self._rest.token

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
        headers = {"transactionSrc": "crossdock", **(more or {})}
        return await self._rest.ask(method, path, shape, body, costly=costly, more=headers)

    # ---- what is asked

    async def rates(self, body: bytes) -> wire.RateAnswer | Trouble:
        """All offers with their time in transit."""
        return await self.ask("POST", "/api/rating/v2409/Shoptimeintransit", wire.RateAnswer, body)

    async def ship(self, body: bytes) -> wire.ShipAnswer | Trouble:
        """Book a shipment. Costs money."""
        return await self.ask("POST", "/api/shipments/v2409/ship", wire.ShipAnswer, body, costly=True)

    async def void(self, shipment: str) -> wire.VoidAnswer | Trouble:
        """Void a shipment; a second time is refused with `ALREADY_VOIDED`, so it is safe to repeat."""
        path = f"/api/shipments/v2409/void/cancel/{quote(shipment, safe='')}"
        return await self.ask("DELETE", path, wire.VoidAnswer)

    async def recover(self, body: bytes) -> wire.Recovery | Trouble | None:
        """A label booked before; None where UPS knows none."""
        answer = await self.ask("POST", "/api/labels/v1/recovery", wire.RecoveryAnswer, body)
        if isinstance(answer, wire.RecoveryAnswer):
            return answer.LabelRecoveryResponse
        return None if codes_of(answer).startswith(_NO_LABEL) else answer

    async def track_reference(self, reference: str, start: str, end: str) -> wire.TrackResponse | Trouble:
        """Packages by our reference, picked up from ``start`` to ``end`` (YYYYMMDD); none is an empty answer."""
        query = {"locale": "en_US", "fromPickUpDate": start, "toPickUpDate": end, "refNumType": "SmallPackage"}
        path = f"/api/track/v1/reference/details/{quote(reference, safe='')}?{urlencode(query)}"
        answer = await self.ask("GET", path, wire.TrackAnswer)
        if isinstance(answer, wire.TrackAnswer):
            return answer.trackResponse
        return wire.TrackResponse() if is_unknown_there(answer) else answer

    async def track(self, number: str) -> msgspec.Raw | Trouble | None:
        """What is known of a tracking number, byte for byte; None where nothing is."""
        path = f"/api/track/v1/details/{quote(number, safe='')}?{urlencode({'locale': 'en_US'})}"
        answer = await self.ask("GET", path, msgspec.Raw)
        if isinstance(answer, (Park, Refuse)) and is_unknown_there(answer):
            return None
        return answer

    async def schedule(self, body: bytes) -> wire.PickupAnswer | Trouble:
        """Schedule a pickup. May cost money."""
        return await self.ask("POST", "/api/pickupcreation/v2409/pickup", wire.PickupAnswer, body, costly=True)

    async def pending(self) -> wire.PendingAnswer | Trouble:
        """Pickups still to come; none is an empty answer."""
        more = {"AccountNumber": self._account}
        answer = await self.ask("GET", "/api/shipments/v2409/pickup/oncall", wire.PendingAnswer, more=more)
        if is_unknown_there(answer):
            return wire.PendingAnswer(wire.PendingPickups())
        return answer

    async def cancel_pickup(self, number: str) -> wire.PickupCancelAnswer | Trouble:
        """Cancel a pickup by its number (PRN)."""
        return await self.ask("DELETE", "/api/shipments/v2409/pickup/02", wire.PickupCancelAnswer, more={"Prn": number})

    async def check_address(self, body: bytes) -> wire.AddressAnswer | Trouble:
        """Which addresses fit."""
        return await self.ask("POST", "/api/addressvalidation/v2/3", wire.AddressAnswer, body)


_UNKNOWN = frozenset({"TW0001", "151018", "151044", "9500513"})
"""Codes that say that UPS knows nothing: of a number or reference (TW0001; 151018 and 151044 of its older interface),
of pending pickups (9500513). A 404 without one of them may come from any gateway on the way and says nothing.
"""

_NO_LABEL = "300"
"""What the codes of Label Recovery begin with."""


def is_unknown_there(answer: object) -> bool:
    """Whether a refusal says that UPS knows nothing of what was asked for."""
    return isinstance(answer, (Park, Refuse)) and code_of(answer) in _UNKNOWN


def codes_of(trouble: object) -> str:
    """UPS's error code in a refusal; "" where there is none."""
    return code_of(trouble) if isinstance(trouble, (Park, Refuse)) else ""
