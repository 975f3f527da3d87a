"""Pickups, the end of day and address checks between FedEx's words and ours; pure."""

import base64
import binascii
from typing import Literal

from msgspec import Struct

from crossdock.connectors.fedex import wire
from crossdock.connectors.fedex.config import FedexConfig
from crossdock.connectors.fedex.mapping import parties
from crossdock.connectors.fedex.mapping.parties import Json
from crossdock.model.collecting import AddressChecked, ManifestClosed, PickupCancelled, PickupScheduled
from crossdock.model.commands import CancelPickup, CheckAddress, CloseManifest, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.instants import Stamp
from crossdock.model.party import Address
from crossdock.model.shipment import Document

EXPRESS, GROUND = "FDXE", "FDXG"


class PickupKey(Struct, frozen=True):
    """What cancels a pickup, all of it: carrier, day, location and confirmation code."""

    carrier: str
    day: str
    location: str
    code: str

    def __str__(self) -> str:
        """Our id of the pickup."""
        return f"{self.carrier}|{self.day}|{self.location}|{self.code}"


def pickup_key(text: str) -> PickupKey | None:
    """The key in our id of a pickup; None where it is none."""
    parts = text.split("|")
    return PickupKey(*parts) if len(parts) == 4 else None


def carrier_of(service: str) -> str:
    """Ground and home delivery are collected by FedEx Ground, all else by FedEx Express."""
    return GROUND if service in {"FEDEX_GROUND", "GROUND_HOME_DELIVERY", "SMART_POST", GROUND} else EXPRESS


def pickup_request(command: SchedulePickup, config: FedexConfig) -> bytes:
    """The body of POST /pickup/v1/pickups. Times are local to the place; FedEx writes a Z behind them that means
    nothing. Raises `InvalidUnit`.
    """
    ready, closes = command.window.ready_at.at[:19], command.window.closes_at.at[11:16]
    unit = parties.units(command.ship_from.address.country)[0]
    body: Json = {
        "associatedAccountNumber": {"value": config.account_number},
        "originDetail": {
            "pickupLocation": parties.party(command.ship_from),
            "readyDateTimestamp": f"{ready}Z",
            "customerCloseTime": f"{closes}:00",
            "packageLocation": "FRONT",
        },
        "carrierCode": carrier_of(command.service or command.carrier),
        "packageCount": max(len(command.shipments), 1),
        "totalWeight": parties.weight(command.weight, unit),
        "remarks": f"{parties.reference_of(command.reference)} {command.instructions}".strip()[:60],
    }
    return parties.encode(body)


def scheduled(command: SchedulePickup, made: wire.PickupOutput, partner: str, subject: str, at: Stamp) -> Fact:
    """A scheduled pickup."""
    carrier, day = carrier_of(command.service or command.carrier), command.window.ready_at.at[:10]
    key = PickupKey(carrier, day, made.location, made.pickup_confirmation_code)
    body = PickupScheduled(partner, command.reference, str(key), command.window, made.pickup_confirmation_code)
    return Fact(body, at, subject=subject)


def cancel_pickup_request(key: PickupKey, config: FedexConfig) -> bytes:
    """The body of PUT /pickup/v1/pickups/cancel."""
    body: Json = {
        "associatedAccountNumber": {"value": config.account_number},
        "pickupConfirmationCode": key.code,
        "carrierCode": key.carrier,
        "scheduledDate": key.day,
        "location": key.location,
    }
    return parties.encode(body)


def pickup_cancelled(command: CancelPickup, partner: str, subject: str, at: Stamp) -> Fact:
    """A cancelled pickup."""
    return Fact(PickupCancelled(partner, command.reference, command.pickup_id), at, subject=subject)


def close_request(command: CloseManifest, config: FedexConfig, *, again: bool) -> bytes:
    """The body of /ship/v1/endofday/: close (PUT), or print ``again`` what was closed that day (POST)."""
    body: Json = {
        "closeReqType": "RGCDR" if again else "GCDR",
        "groundServiceCategory": "GROUND",
        "accountNumber": {"value": config.account_number},
        "closeDate": command.day,
        "closeDocumentSpecification": {"closeDocumentTypes": ["MANIFEST"]},
    }
    if again:
        body["reprintOption"] = "BY_SHIP_DATE"
    return parties.encode(body)


def manifest_bytes(output: wire.CloseOutput) -> list[bytes]:
    """The sheets, as text or PDF; what is no Base64 is left out."""
    sheets = []
    for each in output.close_documents:
        try:
            data = b"".join(base64.b64decode(part.image, validate=True) for part in each.parts)
        except (binascii.Error, ValueError):
            continue
        if data:
            sheets.append(data)
    return sheets


def closed(command: CloseManifest, documents: tuple[Document, ...], partner: str, subject: str, at: Stamp) -> Fact:
    """A closed day. FedEx numbers none that could be asked for, so account's day and our reference stand for it."""
    body = ManifestClosed(
        partner, command.reference, f"{command.day}/{command.reference}", command.shipments, documents
    )
    return Fact(body, at, subject=subject)


def address_request(command: CheckAddress) -> bytes:
    """The body of POST /address/v1/addresses/resolve."""
    return parties.encode({"addressesToValidate": [{"address": parties.address(command.party)}]})


def checked(command: CheckAddress, output: wire.AddressOutput, partner: str, subject: str, at: Stamp) -> Fact:
    """FedEx's verdict: matched and resolved is an address there is; resolved alone is a guess, so it is unknown."""
    given, found = command.party.address, next(iter(output.resolved_addresses), wire.ResolvedAddress())
    words = tuple(f"{each.code}: {each.message}" for each in found.customer_messages)
    suggested = Address()
    verdict: Literal["valid", "corrected", "invalid", "unknown"]
    if found.says("Matched") and found.says("Resolved"):
        suggested = _address(found)
        verdict = "valid" if _plain(given) == _plain(suggested) else "corrected"
    elif found.says("Resolved") or found.says("InterpolatedStreetAddress") or "Matched" not in found.attributes:
        verdict = "unknown"
    else:
        verdict = "invalid"
    return Fact(AddressChecked(partner, command.reference, verdict, suggested, words), at, subject=subject)


def _address(found: wire.ResolvedAddress) -> Address:
    return Address(
        tuple(found.street_lines_token),
        found.city,
        found.state_or_province_code,
        found.postal_code,
        found.country_code,
    )


def _plain(place: Address) -> tuple[str, ...]:
    words = (" ".join(place.lines), place.city, place.region, place.postcode[:5])
    return tuple("".join(letter for letter in each.upper() if letter.isalnum()) for each in words)
