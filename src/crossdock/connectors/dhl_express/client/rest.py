"""Calls the MyDHL API and turns its refusals into verdicts."""

import base64
import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import msgspec

from crossdock.connectors.dhl_express import wire
from crossdock.connectors.dhl_express.config import DhlExpressConfig
from crossdock.connectors.dhl_express.mapping import parties
from crossdock.model.identifiers import digest
from crossdock.ports.spec import Surroundings
from crossdock.ports.verdicts import Park
from crossdock.transports.rest import Refusals, RestClient, Row, Trouble

_LEADING_CODE = re.compile(r"\s*(?:Multiple problems found[^0-9]*)?(\d{3,6})\b", re.ASCII)

_SERVICE = "DHL does not carry this with the product chosen. Choose another one or correct weight, size and address."
_DATA = "DHL does not accept this shipment as it is. Correct the data it names."

UNKNOWN_PLACES = frozenset({"420505", "420506"})
"""Codes for a place DHL does not serve under this name."""

_BY_CODE: Mapping[str, Row] = {
    "410138": Row("park", _SERVICE),
    "410301": Row("park", _SERVICE),
    **dict.fromkeys(
        UNKNOWN_PLACES, Row("park", "DHL does not know the address. Correct city and postcode in the order.")
    ),
}
"""By the number the detail of a problem begins with (MyDHL API, error codes); texts are never matched on."""

_BY_STATUS = {422: Row("park", _DATA)}


def failure(body: bytes) -> tuple[str, str]:
    """Code and text of an error answer; the gateway before the API answers with other bodies than problems."""
    try:
        problem = msgspec.json.decode(body, type=wire.Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:300].decode(errors="replace")
    more = " ".join(bytes(each).decode() for each in problem.additional_details)
    text = " ".join(part for part in (problem.title, problem.detail, problem.message, more) if part)
    code = _LEADING_CODE.match(problem.detail or problem.message)
    return (code.group(1) if code else ""), text


REFUSALS = Refusals("DHL Express", failure, _BY_CODE, _BY_STATUS)


class DhlClient:
    """One account."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._config: DhlExpressConfig = surroundings.config
        self._secrets = surroundings.secrets
        self._rest = RestClient(surroundings.http, self._config.url, self._credentials, REFUSALS)

    def _credentials(self) -> dict[str, str]:
        pair = f"{self._secrets.reveal(self._config.username)}:{self._secrets.reveal(self._config.password)}"
        basic = base64.b64encode(pair.encode()).decode()
        return {"Authorization": f"Basic {basic}", "x-version": self._config.api_version}

    async def rates(self, body: bytes) -> wire.Rates | Trouble:
        """Offers for one package."""
        return await self._rest.ask("POST", "/rates", wire.Rates, body)

    async def book(self, body: bytes, key: str) -> wire.Booked | Trouble:
        """Book a shipment. Costs money. ``key`` names the message in DHL's logs; it does not keep it from being booked
        twice.
        """
        return await self._rest.ask("POST", "/shipments", wire.Booked, body, costly=True, more=_named(key))

    async def find(self, reference: str, start: str, end: str) -> wire.Tracked | Trouble:
        """Shipments booked with our reference between two days (YYYY-MM-DD); none is an empty answer."""
        query = {
            "shipmentReference": reference,
            "shipmentReferenceType": parties.CUSTOMER_REFERENCE,
            "shipperAccountNumber": self._config.account_number,
            "dateRangeFrom": start,
            "dateRangeTo": end,
            "trackingView": "shipment-details-only",
            "levelOfDetail": "shipment",
        }
        answer = await self._rest.ask("GET", f"/tracking?{urlencode(query)}", wire.Tracked)
        return wire.Tracked() if is_unknown_there(answer) else answer

    async def waybill(self, number: str, month: str) -> wire.Images | Trouble:
        """The archived waybill of a shipment picked up in ``month`` (YYYY-MM); none is an empty answer."""
        query = {
            "shipperAccountNumber": self._config.account_number,
            "typeCode": "waybill",
            "pickupYearAndMonth": month,
            "encodingFormat": "pdf",
        }
        return await self._images(f"/shipments/{quote(number, safe='')}/get-image?{urlencode(query)}")

    async def proof(self, number: str) -> wire.Images | Trouble:
        """The proof of delivery; none is an empty answer."""
        query = {"shipperAccountNumber": self._config.account_number, "content": "epod-summary"}
        return await self._images(f"/shipments/{quote(number, safe='')}/proof-of-delivery?{urlencode(query)}")

    async def _images(self, path: str) -> wire.Images | Trouble:
        answer = await self._rest.ask("GET", path, wire.Images)
        return wire.Images() if is_unknown_there(answer) else answer

    async def track(self, number: str) -> msgspec.Raw | Trouble | None:
        """What is known of a waybill number, byte for byte; None where nothing is."""
        query = {
            "trackingView": "all-checkpoints",
            "levelOfDetail": "all",
            "requestGMTOffsetPerEvent": "true",
        }
        path = f"/shipments/{quote(number, safe='')}/tracking?{urlencode(query)}"
        answer = await self._rest.ask("GET", path, msgspec.Raw)
        return None if is_unknown_there(answer) else answer

    async def schedule(self, body: bytes, key: str) -> wire.PickupMade | Trouble:
        """Order a pickup. May cost money."""
        return await self._rest.ask("POST", "/pickups", wire.PickupMade, body, costly=True, more=_named(key))

    async def cancel_pickup(self, number: str) -> msgspec.Raw | Trouble | None:
        """Cancel a pickup; None where DHL knows none (any more)."""
        query = urlencode({"requestorName": "crossdock", "reason": "008"})
        answer = await self._rest.ask("DELETE", f"/pickups/{quote(number, safe='')}?{query}", msgspec.Raw)
        return None if is_unknown_there(answer) else answer

    async def places(self, kind: str, country: str, postcode: str, city: str) -> wire.Places | Trouble:
        """Places DHL serves; ``kind`` is ``pickup`` or ``delivery``."""
        query = {"type": kind, "countryCode": country, "postalCode": postcode, "cityName": city}
        query["strictValidation"] = "false"
        return await self._rest.ask("GET", f"/address-validate?{urlencode(query)}", wire.Places)


def is_unknown_there(answer: object) -> bool:
    """Whether a refusal says that DHL knows nothing of what was asked for (404 "No shipments found")."""
    return isinstance(answer, Park) and answer.why.engineer.startswith("HTTP 404 ")


def _named(key: str) -> dict[str, str]:
    """The header that names a message: 28 to 36 characters."""
    return {"Message-Reference": digest(key)}
