"""Pickups and address checks between UPS's words and ours; pure."""

from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.connectors.ups import wire
from crossdock.connectors.ups.config import UpsConfig
from crossdock.connectors.ups.mapping import parties
from crossdock.connectors.ups.mapping.parties import Json
from crossdock.model.collecting import AddressChecked, PickupCancelled, PickupScheduled
from crossdock.model.commands import CancelPickup, CheckAddress, SchedulePickup
from crossdock.model.events import Fact
from crossdock.model.instants import Stamp
from crossdock.model.money import InvalidAmount, Money, money
from crossdock.model.party import Address
from crossdock.model.units import convert

CHECKED_COUNTRIES = frozenset({"US", "PR"})
"""Where UPS checks addresses (Address Validation - Street Level)."""

_OVERWEIGHT_KILOGRAMS = Decimal("31.75")  # 70 lb, Pickup, OverweightIndicator


def pickup_request(command: SchedulePickup, config: UpsConfig) -> bytes:
    """The body of POST /api/pickupcreation/v2409/pickup. Raises `InvalidUnit`."""
    place, ready, closes = command.ship_from, command.window.ready_at.at, command.window.closes_at.at
    unit = parties.units(place.address.country)[0]
    single = Decimal(1) / max(len(command.shipments), 1)
    heavy = convert(command.weight, "KGM") * single > _OVERWEIGHT_KILOGRAMS
    body: Json = {
        "Request": {"TransactionReference": {"CustomerContext": command.reference[:512]}},
        "RatePickupIndicator": "Y",
        "Shipper": {"Account": {"AccountNumber": config.account_number, "AccountCountryCode": config.account_country}},
        "PickupDateInfo": {"CloseTime": _clock(closes), "ReadyTime": _clock(ready), "PickupDate": _day(ready)},
        "PickupAddress": _address(command),
        "AlternateAddressIndicator": "Y",
        "PickupPiece": [
            {
                "ServiceCode": (command.service or "03").zfill(3),
                "Quantity": str(max(len(command.shipments), 1)),
                "DestinationCountryCode": place.address.country,
                "ContainerCode": "01",
            }
        ],
        "TotalWeight": {"Weight": parties.weight(command.weight, unit), "UnitOfMeasurement": unit},
        "OverweightIndicator": "Y" if heavy else "N",
        "PaymentMethod": "01",
        "ReferenceNumber": parties.reference_of(command.reference),
    }
    if command.instructions:
        body["SpecialInstruction"] = command.instructions[:57]
    return msgspec.json.encode({"PickupCreationRequest": body})


def _address(command: SchedulePickup) -> Json:
    who = command.ship_from
    place = who.address
    fields: Json = {
        "CompanyName": (who.company or who.name)[:27],
        "ContactName": who.name[:22],
        "AddressLine": [line[:73] for line in place.lines[:3]],
        "City": place.city[:50],
        "StateProvince": place.region[:50],
        "PostalCode": place.postcode[:8],
        "CountryCode": place.country,
        "ResidentialIndicator": "N",
        "Phone": {"Number": who.phone[:25]},
    }
    return {name: value for name, value in fields.items() if value}


def _clock(text: str) -> str:
    """HHMM of a local stamp."""
    return text[11:16].replace(":", "")


def _day(text: str) -> str:
    return text[:10].replace("-", "")


def scheduled(
    command: SchedulePickup, number: str, rate: wire.PickupRate | None, partner: str, subject: str, at: Stamp
) -> Fact:
    """A scheduled pickup under its number (PRN)."""
    body = PickupScheduled(partner, command.reference, number, command.window, number, _cost(rate))
    return Fact(body, at, subject=subject)


def _cost(rate: wire.PickupRate | None) -> Money | None:
    if rate is None or not rate.GrandTotalOfAllCharge:
        return None
    try:
        return money(rate.GrandTotalOfAllCharge, rate.CurrencyCode)
    except InvalidAmount:
        return None


def pickup_cancelled(command: CancelPickup, partner: str, subject: str, at: Stamp) -> Fact:
    """A cancelled pickup."""
    return Fact(PickupCancelled(partner, command.reference, command.pickup_id), at, subject=subject)


def address_request(command: CheckAddress) -> bytes:
    """The body of POST /api/addressvalidation/v2/3 (validation and classification)."""
    place = command.party.address
    key: Json = {
        "AddressLine": list(place.lines[:3]),
        "PoliticalDivision2": place.city,
        "PoliticalDivision1": place.region,
        "PostcodePrimaryLow": place.postcode[:5],
        "CountryCode": place.country,
    }
    filled = {name: value for name, value in key.items() if value}
    return msgspec.json.encode({"XAVRequest": {"AddressKeyFormat": [filled]}})


def checked(command: CheckAddress, result: wire.AddressResult, partner: str, subject: str, at: Stamp) -> Fact:
    """UPS's verdict. Where several addresses fit it cannot tell, and none of them is taken."""
    given = command.party.address
    candidates = [_candidate(each.AddressKeyFormat) for each in result.Candidate]
    suggested = Address()
    messages: tuple[str, ...] = ()
    verdict: Literal["valid", "corrected", "invalid", "unknown"]
    if result.NoCandidatesIndicator is not None or not candidates:
        verdict = "invalid"
    elif result.AmbiguousAddressIndicator is not None or len(candidates) > 1:
        verdict, messages = "unknown", (f"{len(candidates)} addresses fit; say more of it",)
    else:
        suggested = candidates[0]
        verdict = "valid" if _same(given, suggested) else "corrected"
    return Fact(AddressChecked(partner, command.reference, verdict, suggested, messages), at, subject=subject)


def unchecked(command: CheckAddress, partner: str, subject: str, at: Stamp) -> Fact:
    """What is said of an address in a country UPS checks none in."""
    country = command.party.address.country or "a country that is not named"
    words = (f"UPS checks no addresses in {country}",)
    return Fact(AddressChecked(partner, command.reference, "unknown", messages=words), at, subject=subject)


def _candidate(key: wire.AddressKey) -> Address:
    postcode = key.PostcodePrimaryLow
    if key.PostcodeExtendedLow:
        postcode = f"{postcode}-{key.PostcodeExtendedLow}"
    return Address(tuple(key.AddressLine), key.PoliticalDivision2, key.PoliticalDivision1, postcode, key.CountryCode)


def _same(given: Address, found: Address) -> bool:
    def plain(place: Address) -> tuple[str, ...]:
        words = (" ".join(place.lines), place.city, place.region, place.postcode[:5])
        return tuple("".join(letter for letter in each.upper() if letter.isalnum()) for each in words)

    return plain(given) == plain(found)
